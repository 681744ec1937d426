"""How a shared macro regime makes defaults come in clusters.

The tail of a pool under a few regimes is bounded: no path is worse than the worst regime
throughout. Add a continuous factor (`frailty`) before quoting high quantiles.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import expm

from sim.formulas.checks import FloatArray, not_negative, real, share
from sim.formulas.regime_hazards import stationary_regimes


class Clustering(NamedTuple):
    """Default of one firm, and of two firms that share a regime path."""

    default_prob: FloatArray
    """Probability of default, by regime at the start."""
    correlation: FloatArray
    """Correlation of the two default indicators; nan where none can default."""


def default_clustering(
    generator: ArrayLike, hazards: ArrayLike, years: float, start: ArrayLike
) -> Clustering:
    """Correlation of defaults that comes from the shared regime alone.

    Parameters
    ----------
    generator : array_like, shape (n_regimes, n_regimes)
    hazards : array_like, shape (n_regimes,)
        Default hazard per year; no other cause.
    years : float
        Horizon, not negative.
    start : array_like, shape (..., n_regimes)
        Probabilities of the regime at the start.

    Returns
    -------
    Clustering
        Arrays of the leading shape of `start`.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Given the path, survivals are independent, so joint survival is a single survival at
    twice the hazard (Fischer and Meier-Hellstern 1993).

    Examples
    --------
    >>> from sim.formulas.regime_hazards import regime_generator
    >>> cycle = regime_generator([[0.0, 0.2], [2 / 3, 0.0]])
    >>> shared = default_clustering(cycle, [0.03, 0.12], 5.0, [1.0, 0.0])
    >>> round(float(shared.default_prob), 9), round(float(shared.correlation), 9)
    (0.201896536, 0.034089236)
    """
    begin = share("start", start)
    hazard = not_negative("hazards", real("hazards", hazards))
    term = float(not_negative("years", real("years", years)))
    rates = real("generator", generator)
    alone = begin @ expm((rates - np.diag(hazard)) * term).sum(axis=1)
    joint = begin @ expm((rates - 2.0 * np.diag(hazard)) * term).sum(axis=1)
    prob = 1.0 - alone
    variance = np.where(prob > 0.0, prob * alone, 1.0)
    tied = np.where(prob > 0.0, (joint - alone * alone) / variance, np.nan)
    return Clustering(np.asarray(prob), tied)


def regime_default_counts(
    firms: int, generator: ArrayLike, hazards: ArrayLike, years: float, start: ArrayLike
) -> FloatArray:
    """Distribution of the number of defaults among firms that share a regime path.

    Parameters
    ----------
    firms : int
        At least 1; the work grows with its cube.
    generator : array_like, shape (n_regimes, n_regimes)
    hazards : array_like, shape (n_regimes,)
        Default hazard per year; no other cause.
    years : float
        Horizon, not negative.
    start : array_like, shape (n_regimes,)
        Probabilities of the regime at the start.

    Returns
    -------
    ndarray of float, shape (firms + 1,)

    Raises
    ------
    ValueError
        If an input lies outside its range.

    Notes
    -----
    The number of survivors and the regime form a Markov chain; its exponential avoids the
    alternating sum of joint survivals, which loses digits from twenty firms on.

    References
    ----------
    Neuts (1981), Matrix-Geometric Solutions (batch arrivals in a random environment).

    Examples
    --------
    >>> from sim.formulas.regime_hazards import regime_generator
    >>> cycle = regime_generator([[0.0, 0.2], [2 / 3, 0.0]])
    >>> counts = regime_default_counts(2, cycle, [0.03, 0.12], 5.0, [1.0, 0.0])
    >>> counts.round(6)
    array([0.642462, 0.311283, 0.046255])
    """
    if firms < 1:
        raise ValueError(f"firms must be at least 1; got {firms}")
    begin = share("start", start)
    rates = real("generator", generator)
    falling = np.diag(not_negative("hazards", real("hazards", hazards)))
    alive = np.diag(np.arange(firms, -1.0, -1.0))
    step = np.diag(np.arange(firms, 0.0, -1.0), k=1)
    whole = np.kron(np.eye(firms + 1), rates) + np.kron(step - alive, falling)
    row = np.concatenate([begin, np.zeros(firms * begin.size)])
    ended = row @ expm(whole * float(not_negative("years", real("years", years))))
    return np.asarray(ended.reshape(firms + 1, -1).sum(axis=1))


def arrival_count_variance(
    generator: ArrayLike, rates_per_year: ArrayLike, years: ArrayLike
) -> FloatArray:
    """Variance of the number of events when a two-state regime sets their rate.

    Parameters
    ----------
    generator : array_like, shape (2, 2)
    rates_per_year : array_like, shape (2,)
        Events per year in each regime, of a Poisson process given the regime.
    years : array_like
        Length of the window, not negative; the regime starts from its long-run law.

    Returns
    -------
    ndarray of float, shape of `years`
        A Poisson process would have a variance equal to its mean.

    Raises
    ------
    ValueError
        If there are not two regimes or an input is negative.

    References
    ----------
    Fischer and Meier-Hellstern (1993), Performance Evaluation 18(2).

    Examples
    --------
    >>> from sim.formulas.regime_hazards import regime_generator
    >>> cycle = regime_generator([[0.0, 0.2], [2 / 3, 0.0]])
    >>> round(float(arrival_count_variance(cycle, [30.0, 120.0], 1.0)), 6)
    1149.656334
    """
    rates = real("generator", generator)
    events = not_negative("rates_per_year", real("rates_per_year", rates_per_year))
    if rates.shape != (2, 2) or events.shape != (2,):
        raise ValueError(f"two regimes are needed; got {rates.shape} and {events.shape}")
    term = not_negative("years", real("years", years))
    weight = stationary_regimes(rates)
    speed = rates[0, 1] + rates[1, 0]
    swing = weight[0] * weight[1] * (events[0] - events[1]) ** 2
    memory = term + np.expm1(-speed * term) / speed
    return np.asarray(weight @ events * term + 2.0 * swing / speed * memory)
