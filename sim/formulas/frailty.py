"""A gamma-distributed factor that all default hazards share (frailty)."""

import numpy as np
from numpy.typing import ArrayLike

from sim.formulas.checks import FloatArray, not_negative, positive


def frailty_default_prob(cumulative_hazard: ArrayLike, variance: ArrayLike) -> FloatArray:
    """Default probability when hazards are multiplied by a gamma factor of mean 1.

    Parameters
    ----------
    cumulative_hazard : array_like
        Integral of the default hazard over the horizon, not negative.
    variance : array_like
        Variance of the factor, not negative; 0 means no factor.

    Returns
    -------
    ndarray of float, broadcast shape
        In [0, 1).

    Raises
    ------
    ValueError
        If an input is negative.

    References
    ----------
    Vaupel, Manton and Stallard (1979), Demography 16(3); Credit Suisse (1997), CreditRisk+.

    Examples
    --------
    >>> round(float(frailty_default_prob(0.05, 0.25)), 9)
    0.048475725
    """
    hazard = not_negative("cumulative_hazard", cumulative_hazard)
    spread = not_negative("variance", variance)
    return np.asarray(-np.expm1(_log_survival(hazard, spread)))


def frailty_default_correlation(cumulative_hazard: ArrayLike, variance: ArrayLike) -> FloatArray:
    """Correlation of the default indicators of two firms under a shared gamma factor.

    Parameters
    ----------
    cumulative_hazard : array_like
        Integral of the default hazard over the horizon, above 0.
    variance : array_like
        Variance of the factor, not negative.

    Returns
    -------
    ndarray of float, broadcast shape
        0 without a factor.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Vaupel, Manton and Stallard (1979), Demography 16(3); Credit Suisse (1997), CreditRisk+.

    Examples
    --------
    >>> round(float(frailty_default_correlation(0.05, 0.25)), 9)
    0.011971567
    """
    hazard = positive("cumulative_hazard", cumulative_hazard)
    spread = not_negative("variance", variance)
    alone = _log_survival(hazard, spread)
    excess = _log_survival(2.0 * hazard, spread) - 2.0 * alone
    covariance = np.exp(2.0 * alone) * np.expm1(excess)
    return np.asarray(covariance / (-np.expm1(alone) * np.exp(alone)))


def _log_survival(hazard: FloatArray, variance: FloatArray) -> FloatArray:
    """Logarithm of the survival probability, -hazard where the variance is 0."""
    safe = np.where(variance > 0.0, variance, 1.0)
    return np.where(variance > 0.0, -np.log1p(safe * hazard) / safe, -hazard)
