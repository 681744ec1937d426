"""Default share of a large pool of equal loans that hang on one normal factor.

Default probabilities are over the horizon of the question (usually a year); losses are
shares of the exposure for a loss given default of 1.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from sim.formulas.bivariate_normal import bivariate_normal_cdf, joint_excess
from sim.formulas.checks import FloatArray, below_one, inside, share


def vasicek_cdf(
    default_share: ArrayLike, default_prob: ArrayLike, asset_correlation: ArrayLike
) -> FloatArray:
    """Probability that the default share of a large pool is at most `default_share`.

    Parameters
    ----------
    default_share : array_like
        In [0, 1].
    default_prob, asset_correlation : array_like
        Strictly between 0 and 1; shapes that broadcast together.

    Returns
    -------
    ndarray of float, broadcast shape

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Vasicek (2002), The distribution of loan portfolio value, Risk 15(12).

    Examples
    --------
    >>> round(float(vasicek_cdf(0.05, 0.05, 0.15)), 9)
    0.629851092
    """
    rho = inside("asset_correlation", asset_correlation)
    bound = ndtri(inside("default_prob", default_prob))
    level = ndtri(share("default_share", default_share))
    return np.asarray(ndtr((np.sqrt(1.0 - rho) * level - bound) / np.sqrt(rho)))


def vasicek_quantile(
    confidence: ArrayLike, default_prob: ArrayLike, asset_correlation: ArrayLike
) -> FloatArray:
    """Default share that a large pool exceeds with probability one minus `confidence`.

    Parameters
    ----------
    confidence, default_prob : array_like
        Strictly between 0 and 1.
    asset_correlation : array_like
        In [0, 1), shapes that broadcast together.

    Returns
    -------
    ndarray of float, broadcast shape

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Vasicek (2002), Risk 15(12); Gordy (2003), Journal of Financial Intermediation 12(3).

    Examples
    --------
    >>> round(float(vasicek_quantile(0.999, 0.02, 0.15)), 9)
    0.176328939
    """
    rho = below_one("asset_correlation", asset_correlation)
    bound = ndtri(inside("default_prob", default_prob))
    factor = ndtri(inside("confidence", confidence))
    return np.asarray(ndtr((bound + np.sqrt(rho) * factor) / np.sqrt(1.0 - rho)))


def vasicek_expected_shortfall(
    confidence: ArrayLike, default_prob: ArrayLike, asset_correlation: ArrayLike
) -> FloatArray:
    """Mean default share of a large pool in its worst outcomes.

    Parameters
    ----------
    confidence, default_prob : array_like
        Strictly between 0 and 1.
    asset_correlation : array_like
        In [0, 1), shapes that broadcast together.

    Returns
    -------
    ndarray of float, broadcast shape
        At least the quantile at the same confidence.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Gordy (2003), Journal of Financial Intermediation 12(3).

    Examples
    --------
    >>> round(float(vasicek_expected_shortfall(0.99, 0.05, 0.2)), 9)
    0.308119175
    """
    root = np.sqrt(below_one("asset_correlation", asset_correlation))
    bound = ndtri(inside("default_prob", default_prob))
    worst = 1.0 - inside("confidence", confidence)
    return np.asarray(bivariate_normal_cdf(bound, ndtri(worst), root) / worst)


def default_covariance(default_prob: ArrayLike, asset_correlation: ArrayLike) -> FloatArray:
    """Covariance of the default indicators of two loans, the variance of a large pool.

    Parameters
    ----------
    default_prob : array_like
        Strictly between 0 and 1.
    asset_correlation : array_like
        In [0, 1), shapes that broadcast together.

    Returns
    -------
    ndarray of float, broadcast shape
        Its square root is the standard deviation of the default share of a large pool.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Vasicek (1987), Probability of loss on loan portfolio, KMV Corporation.

    Examples
    --------
    >>> round(float(default_covariance(0.05, 0.2) ** 0.5), 9)
    0.052397039
    """
    rho = below_one("asset_correlation", asset_correlation)
    bound = ndtri(inside("default_prob", default_prob))
    return joint_excess(bound, bound, rho)


def default_correlation(default_prob: ArrayLike, asset_correlation: ArrayLike) -> FloatArray:
    """Correlation of the default indicators of two loans.

    Parameters
    ----------
    default_prob : array_like
        Strictly between 0 and 1.
    asset_correlation : array_like
        In [0, 1), shapes that broadcast together.

    Returns
    -------
    ndarray of float, broadcast shape
        In [0, 1), well below the asset correlation for small probabilities.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Vasicek (1987), Probability of loss on loan portfolio, KMV Corporation.

    Examples
    --------
    >>> round(float(default_correlation(0.05, 0.2)), 9)
    0.057798941
    """
    prob = inside("default_prob", default_prob)
    return default_covariance(prob, asset_correlation) / (prob * (1.0 - prob))


def first_loss_share(
    attachment: ArrayLike, default_prob: ArrayLike, asset_correlation: ArrayLike
) -> FloatArray:
    """Mean loss of a guarantor who bears the losses of a large pool up to `attachment`.

    Parameters
    ----------
    attachment : array_like
        Largest share of the pool that the guarantor pays, strictly between 0 and 1.
    default_prob, asset_correlation : array_like
        Strictly between 0 and 1; shapes that broadcast together.

    Returns
    -------
    ndarray of float, broadcast shape
        E[min(share, attachment)] for a loss given default of 1, at most `default_prob`.
        With a loss given default `l`, pass ``attachment / l`` and multiply by `l`.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Bluhm, Overbeck and Wagner (2010), Introduction to Credit Risk Modeling, chapter 8.

    Examples
    --------
    >>> round(float(first_loss_share(0.05, 0.05, 0.15)), 9)
    0.033928241
    """
    prob = inside("default_prob", default_prob)
    rho = inside("asset_correlation", asset_correlation)
    level = inside("attachment", attachment)
    factor = (np.sqrt(1.0 - rho) * ndtri(level) - ndtri(prob)) / np.sqrt(rho)
    beyond = bivariate_normal_cdf(ndtri(prob), -factor, np.sqrt(rho))
    return np.asarray(prob - beyond + level * ndtr(-factor))
