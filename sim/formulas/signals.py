"""What lenders learn about normal quality from noisy signals, alone and pooled.

Signals and quality are dimensionless; precision is one over variance.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from sim.formulas.bivariate_normal import bivariate_normal_cdf
from sim.formulas.checks import (
    FloatArray,
    in_sds,
    not_negative,
    positive,
    ratio,
    real,
    share,
)


def pooled_error_sd(
    error_sd: ArrayLike, signals: ArrayLike, correlation: ArrayLike = 0.0
) -> FloatArray:
    """Spread of the error of the mean of equally noisy signals.

    Parameters
    ----------
    error_sd : array_like
        Of one signal, not negative.
    signals : array_like
        Number of signals (banks that share their file), above 0.
    correlation : array_like
        Between the errors of any two signals, in [0, 1].

    Returns
    -------
    ndarray of float, broadcast shape
        Falls with the number of signals, but not below ``error_sd * sqrt(correlation)``.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Clemen and Winkler (1985), Operations Research 33(2).

    Examples
    --------
    >>> pooled_error_sd(2.0, [1, 4], 0.0)
    array([2., 1.])
    """
    count = positive("signals", real("signals", signals))
    common = share("correlation", correlation)
    shrink = np.sqrt((1.0 + (count - 1.0) * common) / count)
    return np.asarray(not_negative("error_sd", error_sd) * shrink)


def pooled_precision(
    precision: ArrayLike, signals: ArrayLike, correlation: ArrayLike = 0.0
) -> FloatArray:
    """Precision (one over variance) of the mean of equally precise signals.

    Parameters
    ----------
    precision : array_like
        Of one signal, not negative; infinity is a perfect signal.
    signals : array_like
        Number of signals, above 0.
    correlation : array_like
        Between the errors of any two signals, in [0, 1].

    Returns
    -------
    ndarray of float, broadcast shape
        Without correlation, precisions add.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Clemen and Winkler (1985), Operations Research 33(2).

    Examples
    --------
    >>> float(pooled_precision(0.5, 4))
    2.0
    """
    count = positive("signals", real("signals", signals))
    common = share("correlation", correlation)
    worth = count / (1.0 + (count - 1.0) * common)
    return np.asarray(not_negative("precision", precision) * worth)


def posterior(
    prior_mean: ArrayLike,
    prior_precision: ArrayLike,
    signal: ArrayLike,
    signal_precision: ArrayLike,
) -> tuple[FloatArray, FloatArray]:
    """Belief about normal quality after one (pooled) signal.

    Parameters
    ----------
    prior_mean, prior_precision : array_like
        Belief before; precision above 0 and finite.
    signal, signal_precision : array_like
        Mean of the pooled signals and its precision, finite and not negative.

    Returns
    -------
    mean, precision : ndarray of float, broadcast shape

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    DeGroot (1970), Optimal Statistical Decisions.

    Examples
    --------
    >>> mean, precision = posterior(0.0, 1.0, 1.5, 0.5)
    >>> float(mean), float(precision)
    (0.5, 1.5)
    """
    before = positive("prior_precision", real("prior_precision", prior_precision))
    news = not_negative("signal_precision", real("signal_precision", signal_precision))
    total = before + news
    weighed = before * real("prior_mean", prior_mean) + news * real("signal", signal)
    return np.asarray(weighed / total), np.asarray(total + 0.0 * weighed)


class Approval(NamedTuple):
    """Outcome of a threshold on the posterior mean of quality."""

    approve: FloatArray
    """Probability that an applicant is approved."""
    bad_given_approve: FloatArray
    """Share below the threshold among those approved."""
    reject_given_good: FloatArray
    """Share rejected among those at or above the threshold."""


def approval(
    prior_mean: ArrayLike,
    prior_precision: ArrayLike,
    signal_precision: ArrayLike,
    threshold: ArrayLike,
) -> Approval:
    """Errors of a lender who approves when the posterior mean of quality tops a threshold.

    Parameters
    ----------
    prior_mean, prior_precision : array_like
        Distribution of quality among applicants; precision above 0 and finite.
    signal_precision : array_like
        Of the pooled signal (`pooled_precision`), not negative; infinity is perfect.
    threshold : array_like
        Quality from which a loan is worth making.

    Returns
    -------
    Approval
        Conditional shares are nan where their condition has probability 0.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Normal updating (DeGroot 1970) and the bivariate normal distribution.

    Examples
    --------
    >>> judged = approval(0.0, 1.0, pooled_precision(0.5, [1, 8]), 0.3)
    >>> judged.bad_given_approve.round(6)
    array([0.338364, 0.172467])
    """
    before = positive("prior_precision", real("prior_precision", prior_precision))
    news = not_negative("signal_precision", signal_precision)
    known = np.sqrt(1.0 - before / (before + news))
    short = real("threshold", threshold) - real("prior_mean", prior_mean)
    quality = np.clip(short * np.sqrt(before), -38.0, 38.0)
    # 38 standard deviations leave nothing outside, and keep the bound finite
    judged = np.clip(in_sds(quality, known), -38.0, 38.0)
    both_low = bivariate_normal_cdf(quality, judged, known)
    wrongly_in = np.maximum(ndtr(quality) - both_low, 0.0)
    wrongly_out = np.maximum(ndtr(judged) - both_low, 0.0)
    approve = np.asarray(ndtr(-judged))
    return Approval(approve, ratio(wrongly_in, approve), ratio(wrongly_out, ndtr(-quality)))
