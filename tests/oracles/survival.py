"""Survival when hazards are constant between fixed ages.

Reference: Kalbfleisch and Prentice (2002), The Statistical Analysis of Failure Time Data,
sections 1.2 and 8.2. Starts are ages in years that rise from 0, one for each row of
`hazards`, shape (n_pieces, n_causes), per year; the last piece has no end.
"""

import numpy as np
from numpy.typing import ArrayLike

from sim.base.checks import FloatArray


def piecewise_survival(starts: ArrayLike, hazards: FloatArray, years: float) -> float:
    """Probability of surviving to an age."""
    return float(np.exp(-_used(starts, hazards, years).sum()))


def piecewise_incidence(starts: ArrayLike, hazards: FloatArray, years: float) -> FloatArray:
    """Probability that each cause has struck by an age, in the presence of the others."""
    used = _used(starts, hazards, years)
    before = np.exp(used - used.cumsum())
    return np.asarray((before * -np.expm1(-used)) @ (hazards / hazards.sum(axis=1, keepdims=True)))


def _used(starts: ArrayLike, hazards: FloatArray, years: float) -> FloatArray:
    """Hazard accumulated in each piece up to an age."""
    begin = np.asarray(starts, float)
    ends = np.append(begin[1:], np.inf)
    return np.asarray(np.clip(np.minimum(years, ends) - begin, 0.0, None) * hazards.sum(axis=1))
