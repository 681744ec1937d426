"""Capital of a corporate loan by internal ratings: a second route, with SciPy and any maturity.

A share of exposure at default; no 1.06 scaling factor is applied.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from sim.base.checks import FloatArray

DEFAULT_PROB_FLOOR = 0.0005
"""Basel framework CRE32.4, of 2023. Far below it the maturity adjustment has a pole."""


def corporate_correlation(
    default_prob: ArrayLike, sales_eur_million: ArrayLike = np.inf
) -> FloatArray:
    """Asset correlation; a firm with sales below EUR 50 million is small, below 5 it counts as 5.

    Basel Committee (2006), International Convergence of Capital Measurement, par. 272-273.
    """
    prob = np.maximum(default_prob, DEFAULT_PROB_FLOOR)
    weight = np.expm1(-50.0 * prob) / np.expm1(-50.0)
    small = 0.04 * (1.0 - (np.clip(sales_eur_million, 5.0, 50.0) - 5.0) / 45.0)
    return np.asarray(0.12 * weight + 0.24 * (1.0 - weight) - small)


def corporate_capital(
    default_prob: ArrayLike, loss_given_default: ArrayLike, maturity_years: ArrayLike = 2.5,
    sales_eur_million: ArrayLike = np.inf,
) -> FloatArray:  # fmt: skip
    """Unexpected loss of a large pool at 99.9 per cent; maturity counts between 1 and 5 years.

    Basel Committee (2006), par. 272-273; Basel framework CRE31.
    """
    prob = np.maximum(default_prob, DEFAULT_PROB_FLOOR)
    correlation = corporate_correlation(prob, sales_eur_million)
    bound = ndtri(prob) + np.sqrt(correlation) * ndtri(0.999)
    stressed = ndtr(bound / np.sqrt(1.0 - correlation))
    slope = (0.11852 - 0.05478 * np.log(prob)) ** 2
    maturity = np.clip(maturity_years, 1.0, 5.0)
    longer = (1.0 + (maturity - 2.5) * slope) / (1.0 - 1.5 * slope)
    return np.asarray(np.asarray(loss_given_default) * (stressed - prob) * longer)
