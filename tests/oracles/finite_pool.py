"""Defaults in a pool of finitely many equal loans, and what sharing it does to banks.

One normal factor drives all loans; losses are counted in units of one loan. Reference:
Vasicek (1987), Probability of loss on loan portfolio. The factor is integrated by the
trapezoidal rule, which converges exponentially for such integrands (Trefethen and Weideman
2014, SIAM Review 56(3)).
"""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import binom

from sim.base.checks import FloatArray


def default_count_probabilities(loans: int, default_prob: float, rho: float) -> FloatArray:
    """Probabilities of 0 to `loans` defaults at an asset correlation `rho` in [0, 1)."""
    pmf, weights = _conditional_counts(loans, default_prob, rho)
    return np.asarray(weights @ pmf)


def _conditional_counts(loans: int, prob: float, rho: float) -> tuple[FloatArray, FloatArray]:
    """Count probabilities by value of the factor, shape (n_nodes, loans + 1), and weights."""
    factor = np.linspace(-10.0, 10.0, 801) if rho else np.zeros(1)
    weights = np.exp(-0.5 * factor * factor)
    given = ndtr((ndtri(prob) - np.sqrt(rho) * factor) / np.sqrt(1.0 - rho))
    return binom.pmf(np.arange(loans + 1), loans, given[:, None]), weights / weights.sum()


class JointFailure(NamedTuple):
    """Probabilities that two equal banks fail, without and with shared loans."""

    single: float
    """A given bank fails on its own loans."""
    both: float
    """Both fail, each on its own loans."""
    shared: float
    """Both fail together, when all loans are shared half and half."""


def joint_failure(loans: int, prob: float, rho: float, lgd: float, capital: float) -> JointFailure:
    """Chances that two banks with as many loans each lose more than their capital.

    Reference: Wagner (2010), Diversification at financial institutions and systemic crises,
    Journal of Financial Intermediation 19(3).
    """
    pmf, weights = _conditional_counts(loans, prob, rho)
    given = pmf @ (np.arange(loans + 1) * lgd > capital + 1e-12)
    sunk = np.arange(2 * loans + 1) * 0.5 * lgd > capital + 1e-12
    pooled = default_count_probabilities(2 * loans, prob, rho) @ sunk
    return JointFailure(float(weights @ given), float(weights @ given**2), float(pooled))
