"""A life through stages until one of several causes ends it, with constant hazards.

The chain is kept as two tables: moves between the living states, and hazards of each cause
from each state. States may be stages, regimes, or pairs of both.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import expm, solve

from sim.formulas.checks import FloatArray, not_negative, real


class AbsorbingChain(NamedTuple):
    """Generator of an absorbing Markov chain in continuous time.

    Built by `absorbing_chain`; all rates per year.
    """

    moves: FloatArray
    """Shape (n_states, n_states); rows sum to minus the hazard of all causes."""
    causes: FloatArray
    """Shape (n_states, n_causes); hazard of each cause."""


def absorbing_chain(moves: ArrayLike, causes: ArrayLike) -> AbsorbingChain:
    """Build a chain from its rates.

    Parameters
    ----------
    moves : array_like, shape (n_states, n_states)
        Rates between living states per year; the diagonal is ignored.
    causes : array_like, shape (n_states, n_causes)
        Hazard of each cause per year.

    Returns
    -------
    AbsorbingChain

    Raises
    ------
    ValueError
        If shapes do not fit, or a rate is negative, nan or infinite.

    References
    ----------
    Kemeny and Snell (1976), Finite Markov Chains; Neuts (1981), Matrix-Geometric Solutions.

    Examples
    --------
    >>> absorbing_chain([[0.0, 0.4], [0.0, 0.0]], [[0.1], [0.2]]).moves
    array([[-0.5,  0.4],
           [ 0. , -0.2]])
    """
    ends = not_negative("causes", real("causes", causes))
    rates = real("moves", moves).copy()
    size = ends.shape[0] if ends.ndim == 2 else -1
    if rates.shape != (size, size):
        raise ValueError(
            "moves must be (n_states, n_states) and causes (n_states, n_causes); "
            f"got {rates.shape} and {ends.shape}"
        )
    np.fill_diagonal(rates, 0.0)
    not_negative("moves", rates)
    np.fill_diagonal(rates, -rates.sum(axis=1) - ends.sum(axis=1))
    return AbsorbingChain(rates, ends)


def state_probabilities(chain: AbsorbingChain, years: float) -> FloatArray:
    """Probability of being alive in each state after some time.

    Parameters
    ----------
    chain : AbsorbingChain
    years : float
        Not negative, finite.

    Returns
    -------
    ndarray of float, shape (n_states, n_states)
        Row: state at the start. A row's sum is the probability of survival.

    Raises
    ------
    ValueError
        If the time is negative or infinite.

    References
    ----------
    Neuts (1981), Matrix-Geometric Solutions, chapter 2.

    Examples
    --------
    >>> chain = absorbing_chain([[0.0, 0.4], [0.0, 0.0]], [[0.1], [0.2]])
    >>> state_probabilities(chain, 1.0)[0].round(6)
    array([0.606531, 0.282933])
    """
    term = float(not_negative("years", real("years", years)))
    return np.asarray(expm(chain.moves * term))


def cumulative_incidence(chain: AbsorbingChain, years: float) -> FloatArray:
    """Probability that each cause has ended the life by some time.

    Parameters
    ----------
    chain : AbsorbingChain
    years : float
        Not negative, finite.

    Returns
    -------
    ndarray of float, shape (n_states, n_causes)
        Row: state at the start.

    Raises
    ------
    ValueError
        If the time is negative or infinite.

    References
    ----------
    Neuts (1981), chapter 2; the block exponential is after Van Loan (1978), IEEE
    Transactions on Automatic Control 23(3), and needs no inverse.

    Examples
    --------
    >>> chain = absorbing_chain([[0.0, 0.4], [0.0, 0.0]], [[0.1], [0.2]])
    >>> cumulative_incidence(chain, 1.0)[0].round(6)
    array([0.110536])
    """
    term = float(not_negative("years", real("years", years)))
    n_states, n_causes = chain.causes.shape
    block = np.zeros((n_states + n_causes, n_states + n_causes))
    block[:n_states, :n_states] = chain.moves
    block[:n_states, n_states:] = chain.causes
    return np.asarray(expm(block * term)[:n_states, n_states:])


def years_in_states(chain: AbsorbingChain) -> FloatArray:
    """Mean time spent in each state over a whole life.

    Parameters
    ----------
    chain : AbsorbingChain
        Every state must lead to an end.

    Returns
    -------
    ndarray of float, shape (n_states, n_states)
        Years; row: state at the start (the fundamental matrix).

    Raises
    ------
    ValueError
        If some state never leads to an end.

    References
    ----------
    Kemeny and Snell (1976), Finite Markov Chains, chapter 3.

    Examples
    --------
    >>> chain = absorbing_chain([[0.0, 0.4], [0.0, 0.0]], [[0.1], [0.2]])
    >>> years_in_states(chain)[0].round(9)
    array([2., 4.])
    """
    return discounted_years(chain, 0.0)


def discounted_years(chain: AbsorbingChain, rate: float) -> FloatArray:
    """Present value of 1 a year paid while the life is in each state.

    Parameters
    ----------
    chain : AbsorbingChain
    rate : float
        Discount rate per year, continuous, not negative; if 0, every state must lead to an
        end.

    Returns
    -------
    ndarray of float, shape (n_states, n_states)
        Row: state at the start. Times `chain.causes` it is the present value of 1 paid when
        each cause ends the life.

    Raises
    ------
    ValueError
        If the rate is negative or some state never leads to an end.

    References
    ----------
    Neuts (1981), Matrix-Geometric Solutions, chapter 2 (resolvent of the generator).

    Examples
    --------
    >>> chain = absorbing_chain([[0.0, 0.4], [0.0, 0.0]], [[0.1], [0.2]])
    >>> (discounted_years(chain, 0.05) @ chain.causes)[0].round(9)
    array([0.76363636])
    """
    speed = float(not_negative("rate", real("rate", rate)))
    eye = np.eye(chain.moves.shape[0])
    if speed == 0.0 and not _always_ends(chain):
        raise ValueError("every state must lead to an end; some state lives for ever")
    return np.asarray(solve(speed * eye - chain.moves, eye))


def absorption_probabilities(chain: AbsorbingChain) -> FloatArray:
    """Probability that each cause ends the life, whenever that is.

    Parameters
    ----------
    chain : AbsorbingChain
        Every state must lead to an end.

    Returns
    -------
    ndarray of float, shape (n_states, n_causes)
        Rows sum to 1; row: state at the start.

    Raises
    ------
    ValueError
        If some state never leads to an end.

    References
    ----------
    Kemeny and Snell (1976), Finite Markov Chains, chapter 3.

    Examples
    --------
    >>> chain = absorbing_chain([[0.0]], [[0.03, 0.12]])
    >>> absorption_probabilities(chain).round(9)
    array([[0.2, 0.8]])
    """
    return years_in_states(chain) @ chain.causes


def mean_lifetime(chain: AbsorbingChain) -> FloatArray:
    """Mean time to the end.

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
    >>> chain = absorbing_chain([[0.0, 0.4], [0.0, 0.0]], [[0.1], [0.2]])
    >>> mean_lifetime(chain).round(9)
    array([6., 5.])
    """
    return np.asarray(years_in_states(chain).sum(axis=1))


def _always_ends(chain: AbsorbingChain) -> bool:
    """Whether an end can be reached from every state."""
    reached = chain.causes.sum(axis=1) > 0.0
    for _ in range(reached.size):
        reached = reached | ((chain.moves > 0.0) & reached).any(axis=1)
    return bool(reached.all())
