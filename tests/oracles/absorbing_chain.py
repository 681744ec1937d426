"""A life through stages until one of several causes ends it, with constant hazards.

References: Kemeny and Snell (1976), Finite Markov Chains, chapter 3; Neuts (1981),
Matrix-Geometric Solutions, chapter 2. In every table a row is the state at the start.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import expm, inv

from sim.base.checks import FloatArray


class AbsorbingChain(NamedTuple):
    """Rates per year of an absorbing Markov chain in continuous time."""

    moves: FloatArray
    """Shape (n_states, n_states); rows sum to minus the hazard of all causes."""
    causes: FloatArray
    """Shape (n_states, n_causes); hazard of each cause."""


def absorbing_chain(moves: ArrayLike, causes: ArrayLike) -> AbsorbingChain:
    """Chain from the rates of moves between states, whose diagonal is ignored, and causes."""
    rates, ends = np.array(moves, float), np.asarray(causes, float)
    np.fill_diagonal(rates, 0.0)
    np.fill_diagonal(rates, -rates.sum(axis=1) - ends.sum(axis=1))
    return AbsorbingChain(rates, ends)


def state_probabilities(chain: AbsorbingChain, years: float) -> FloatArray:
    """Probability of being alive in each state after some years; a row sums to survival."""
    return np.asarray(expm(chain.moves * years))


def years_in_states(chain: AbsorbingChain) -> FloatArray:
    """Mean years spent in each state over a whole life (the fundamental matrix)."""
    return np.asarray(inv(-chain.moves))


def absorption_probabilities(chain: AbsorbingChain) -> FloatArray:
    """Probability that each cause ends the life, shape (n_states, n_causes)."""
    return years_in_states(chain) @ chain.causes


def mean_lifetime(chain: AbsorbingChain) -> FloatArray:
    """Mean years to the end, shape (n_states,)."""
    return np.asarray(years_in_states(chain).sum(axis=1))
