"""The factor of an exit value over its centre: lognormal, with a Pareto tail at times.

With standard deviation s of the log, a tail in a share q of exits and tail index a, the
factor is ``exp(s Z)`` and, in the tail, that times a Pareto number of at least one. Its
chance of exceeding x is ``N(-y) + q x**-a exp((a s)**2 / 2) N(y - a s)``, y = log(x) / s.

References
----------
Reed and Jorgensen (2004), The double Pareto-lognormal distribution, for a lognormal times
a Pareto number.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

Floats = NDArray[np.float64]
_NEAR_ONE = 1e-6


def exceedance(x: ArrayLike, log_sd: ArrayLike, share: ArrayLike, index: ArrayLike) -> Floats:
    """Chance that the factor is at least x.

    Parameters
    ----------
    x : array_like, positive
    log_sd : array_like, positive
    share : array_like, in [0, 1]
        Part of exits in the tail.
    index : array_like, positive
        Pareto index of the tail.

    Examples
    --------
    >>> round(float(exceedance(1.0, 0.6, 0.0, 1.8)), 6)
    0.5
    """
    level, sd, tail, a = (np.asarray(v, np.float64) for v in (x, log_sd, share, index))
    y = np.log(level) / sd
    return np.asarray(ndtr(-y) + tail * level**-a * np.exp((a * sd) ** 2 / 2) * ndtr(y - a * sd))


def mean_between(
    low: ArrayLike, high: ArrayLike, log_sd: ArrayLike, share: ArrayLike, index: ArrayLike
) -> Floats:
    """Integral of the chance of exceeding x, for x from `low` to `high`.

    It is the mean of the factor's part between the two, which exists for every index.

    Parameters
    ----------
    low, high : array_like, positive
    log_sd, share, index : array_like
        As in `exceedance`.

    Examples
    --------
    The mean of a lognormal number:

    >>> round(float(mean_between(1e-12, 1e9, 0.6, 0.0, 1.8)), 4)
    1.1972
    """
    upper = _antiderivative(high, log_sd, share, index)
    return np.asarray(upper - _antiderivative(low, log_sd, share, index))


def _antiderivative(x: ArrayLike, log_sd: ArrayLike, share: ArrayLike, index: ArrayLike) -> Floats:
    level, sd, tail, a = (np.asarray(v, np.float64) for v in (x, log_sd, share, index))
    a = np.where(np.abs(a - 1.0) < _NEAR_ONE, 1.0 + _NEAR_ONE, a)
    y = np.log(level) / sd
    body = np.exp(sd**2 / 2) * ndtr(y - sd)
    grown = np.exp((a * sd) ** 2 / 2) * level ** (1.0 - a) * ndtr(y - a * sd)
    return np.asarray(level * ndtr(-y) + body + tail * (grown - body) / (1.0 - a))


def lognormal(u: Floats, sd: float) -> Floats:
    """Lognormal numbers of median one at probabilities `u`, all in (0, 1).

    Examples
    --------
    >>> lognormal(np.array([0.5]), 0.6).tolist()
    [1.0]
    """
    return np.asarray(np.exp(sd * ndtri(u)))
