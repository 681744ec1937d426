"""Spread of lifetimes, lifetimes by cause, and the number alive, in an absorbing chain."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import expm

from sim.formulas.absorbing_chain import (
    AbsorbingChain,
    absorption_probabilities,
    mean_lifetime,
    years_in_states,
)
from sim.formulas.checks import FloatArray, not_negative, positive, ratio, real


def lifetime_sd(chain: AbsorbingChain) -> FloatArray:
    """Spread of the time to the end, as a standard deviation.

    Parameters
    ----------
    chain : AbsorbingChain
        Every state must lead to an end.

    Returns
    -------
    ndarray of float, shape (n_states,)
        Years, by state at the start.

    Raises
    ------
    ValueError
        If some state never leads to an end.

    References
    ----------
    Kemeny and Snell (1976), Finite Markov Chains, chapter 3.

    Examples
    --------
    >>> from sim.formulas.absorbing_chain import absorbing_chain
    >>> lifetime_sd(absorbing_chain([[0.0]], [[0.1, 0.1]]))
    array([5.])
    """
    mean = mean_lifetime(chain)
    return np.asarray(np.sqrt(2.0 * years_in_states(chain) @ mean - mean * mean))


def mean_lifetime_by_cause(chain: AbsorbingChain) -> FloatArray:
    """Mean time to the end, given the cause that ends the life.

    Parameters
    ----------
    chain : AbsorbingChain
        Every state must lead to an end.

    Returns
    -------
    ndarray of float, shape (n_states, n_causes)
        Years, by state at the start; nan for a cause that cannot happen.

    Raises
    ------
    ValueError
        If some state never leads to an end.

    References
    ----------
    Kemeny and Snell (1976), Finite Markov Chains, chapter 3.

    Examples
    --------
    >>> from sim.formulas.absorbing_chain import absorbing_chain
    >>> chain = absorbing_chain([[0.0, 0.5], [0.0, 0.0]], [[0.5, 0.0], [0.0, 0.5]])
    >>> mean_lifetime_by_cause(chain)[0].round(9)
    array([1., 3.])
    """
    ultimate = absorption_probabilities(chain)
    return ratio(years_in_states(chain) @ ultimate, ultimate)


def sojourn_lifetime_sd(
    branching: ArrayLike, mean_years: ArrayLike, variance: ArrayLike
) -> FloatArray:
    """Spread of lifetimes when the stay in each state has any distribution.

    Only the mean and the variance of each stay matter. With exponential stays (variance
    equal to the squared mean) the result is that of `lifetime_sd`.

    Parameters
    ----------
    branching : array_like, shape (n_states, n_states)
        Probability that a stay ends with a move to each living state; rows sum to at
        most 1, the rest is absorbed.
    mean_years : array_like, shape (n_states,)
        Mean stay, years, above 0.
    variance : array_like, shape (n_states,)
        Variance of the stay, squared years; 0 is a fixed stay.

    Returns
    -------
    ndarray of float, shape (n_states,)
        Standard deviation of the time to absorption, years.

    Raises
    ------
    ValueError
        If an input is negative or not finite.

    References
    ----------
    Howard (1971), Dynamic Probabilistic Systems, volume 2 (semi-Markov processes).

    Examples
    --------
    >>> sojourn_lifetime_sd([[0.0]], [5.0], [25.0])
    array([5.])
    """
    moves = not_negative("branching", real("branching", branching))
    stay = positive("mean_years", real("mean_years", mean_years))
    spread = not_negative("variance", real("variance", variance))
    rest = np.eye(stay.size) - moves
    mean = np.linalg.solve(rest, stay)
    square = np.linalg.solve(rest, spread + stay * stay + 2.0 * stay * (moves @ mean))
    return np.asarray(np.sqrt(square - mean * mean))


def mean_population(
    chain: AbsorbingChain, entries_per_year: ArrayLike, years: float
) -> FloatArray:
    """Mean number alive in each state after some time of steady random entry.

    With Poisson entry the numbers are independent Poisson variables with these means.

    Parameters
    ----------
    chain : AbsorbingChain
        Every state must lead to an end if the time is infinite.
    entries_per_year : array_like, shape (n_states,)
        Arrivals per year into each state, not negative.
    years : float
        Time since the system was empty, not negative; infinity gives the steady state.

    Returns
    -------
    ndarray of float, shape (n_states,)

    Raises
    ------
    ValueError
        If an input is negative or nan, or an infinite life meets an infinite time.

    References
    ----------
    Eick, Massey and Whitt (1993), The physics of the M(t)/G/infinity queue, Operations
    Research 41(4); Little (1961), Operations Research 9(3).

    Examples
    --------
    >>> from sim.formulas.absorbing_chain import absorbing_chain
    >>> mean_population(absorbing_chain([[0.0]], [[0.2]]), [20.0], float("inf"))
    array([100.])
    """
    entry = not_negative("entries_per_year", real("entries_per_year", entries_per_year))
    term = float(not_negative("years", years))
    if np.isinf(term):
        return np.asarray(entry @ years_in_states(chain))
    size = entry.size
    block = np.zeros((size + 1, size + 1))
    block[0, 1:] = entry
    block[1:, 1:] = chain.moves
    return np.asarray(expm(block * term)[0, 1:])
