"""Expected shortfall of discrete distributions, and value-at-risk of samples.

Quantiles are lower quantiles, the smallest x with P(X <= x) at least the confidence.
Expected shortfall is the coherent one: the mean of the worst (1 - confidence) of
probability, splitting an atom where needed. Losses are positive numbers.

References
----------
Acerbi and Tasche (2002), On the coherence of expected shortfall, Journal of Banking and
Finance 26(7).
"""

import numpy as np
from numpy.typing import ArrayLike

from sim.base.checks import FloatArray, inside, real, share

# sums of probabilities carry rounding; an atom that reaches the level up to this counts
_ROUNDING = 1e-12


def expected_shortfall(losses: ArrayLike, probabilities: ArrayLike, confidence: float) -> float:
    """Mean of the worst (1 - confidence) of a discrete distribution.

    Losses, in any order, and their probabilities have shape (n,); the result is at least the
    lower quantile at the same confidence. Raises ValueError if shapes differ, probabilities do
    not sum to 1 within 1e-6 or are none, the confidence is not strictly between 0 and 1, or an
    input is nan.

    >>> round(expected_shortfall([0.0, 1.0], [0.96, 0.04], 0.95), 12)
    0.8
    """
    atoms, weights = _sorted_atoms(losses, probabilities)
    worst = 1.0 - float(inside("confidence", confidence))
    above = np.concatenate([np.cumsum(weights[::-1])[::-1][1:], [0.0]])
    taken = np.clip(worst - above, 0.0, weights)
    # what rounding left unassigned belongs to the smallest atom
    taken[0] += max(worst - taken.sum(), 0.0)
    return float(atoms @ taken) / worst


def sample_quantile(losses: ArrayLike, confidence: float) -> float:
    """Value-at-risk of a sample in which each observation weighs the same.

    The observation of rank ``ceil(n * confidence)``, no interpolation. Raises ValueError if the
    sample, shape (n,), is empty or holds nan or infinity, or the confidence is not strictly
    between 0 and 1.

    >>> sample_quantile([4.0, 1.0, 3.0, 2.0], 0.5)
    2.0
    """
    ordered = np.sort(_sample(losses))
    rank = np.ceil(ordered.size * (float(inside("confidence", confidence)) - _ROUNDING))
    return float(ordered[max(int(rank), 1) - 1])


def sample_expected_shortfall(losses: ArrayLike, confidence: float) -> float:
    """Mean of the worst (1 - confidence) of a sample, definition 4.1 of Acerbi and Tasche.

    The sum of the worst observations over ``n (1 - confidence)``; the last one counts in part, so
    that the measure is coherent. Raises ValueError as `sample_quantile` does.

    >>> sample_expected_shortfall([4.0, 1.0, 3.0, 2.0], 0.5)
    3.5
    """
    sample = _sample(losses)
    equal = np.full(sample.size, 1.0 / sample.size)
    return expected_shortfall(sample, equal, confidence)


def _sorted_atoms(losses: ArrayLike, probabilities: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Atoms in rising order with their probabilities, checked."""
    atoms = real("losses", losses)
    weights = share("probabilities", probabilities)
    if atoms.ndim != 1 or atoms.shape != weights.shape or not atoms.size:
        shapes = f"{atoms.shape} and {weights.shape}"
        raise ValueError(f"losses and probabilities must be equally long; got {shapes}")
    if abs(weights.sum() - 1.0) > 1e-6:
        raise ValueError(f"probabilities must sum to 1; got {weights.sum()!r}")
    order = np.argsort(atoms, kind="stable")
    return atoms[order], weights[order]


def _sample(losses: ArrayLike) -> FloatArray:
    """Sample as a flat array, checked."""
    sample = real("losses", losses)
    if sample.ndim != 1 or not sample.size:
        raise ValueError(f"losses must be one-dimensional and not empty; got {sample.shape}")
    return sample
