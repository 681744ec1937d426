"""What lenders learn from noisy signals, alone and pooled, and the errors they make.

Two settings: applicants of two types with a cutoff on the signal, and quality that is
normal with a threshold on its posterior mean. Signals and quality are dimensionless.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from sim.formulas.bivariate_normal import bivariate_normal_cdf
from sim.formulas.checks import FloatArray, not_negative, positive, real, share


def pooled_error_sd(
    error_sd: ArrayLike, signals: ArrayLike, correlation: ArrayLike = 0.0
) -> FloatArray:
    """Standard deviation of the error of the mean of equally noisy signals.

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
    DeGroot (1970), Optimal Statistical Decisions, section 9.5.

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


@dataclass(frozen=True)
class TwoTypes:
    """Applicants of two types and what lending to them brings.

    Parameters
    ----------
    good_mean, bad_mean : float
        Mean signal of each type, the good one higher.
    good_share : float
        Share of good applicants, strictly between 0 and 1.
    gain, loss : float
        Profit on a good loan and loss on a bad one, per unit lent, both above 0.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    Examples
    --------
    >>> TwoTypes(1.0, -1.0, 0.6, 0.05, 0.5).gain
    0.05
    """

    good_mean: float
    bad_mean: float
    good_share: float
    gain: float
    loss: float

    def __post_init__(self) -> None:
        """Refuse types that cannot be told apart and shares or profits out of range."""
        positive("good_mean minus bad_mean", self.good_mean - self.bad_mean)
        positive("good_share", self.good_share)
        positive("one minus good_share", 1.0 - self.good_share)
        positive("gain", self.gain)
        positive("loss", self.loss)


def optimal_cutoff(types: TwoTypes, error_sd: ArrayLike) -> FloatArray:
    """Signal above which lending pays on average.

    Parameters
    ----------
    types : TwoTypes
    error_sd : array_like
        Of the (pooled) signal, not negative.

    Returns
    -------
    ndarray of float, shape of `error_sd`

    Raises
    ------
    ValueError
        If the standard deviation is negative.

    References
    ----------
    Neyman-Pearson rule with prior odds; DeGroot (1970), section 8.11.

    Examples
    --------
    >>> round(float(optimal_cutoff(TwoTypes(1.0, -1.0, 0.6, 0.05, 0.5), 2.0)), 6)
    3.79424
    """
    spread = not_negative("error_sd", error_sd)
    stakes = (1.0 - types.good_share) * types.loss / (types.good_share * types.gain)
    middle = 0.5 * (types.good_mean + types.bad_mean)
    apart = types.good_mean - types.bad_mean
    return np.asarray(middle + spread * spread * np.log(stakes) / apart)


def screening_errors(
    types: TwoTypes, error_sd: ArrayLike, cutoff: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Probabilities of turning a good applicant down and of accepting a bad one.

    Parameters
    ----------
    types : TwoTypes
    error_sd : array_like
        Of the (pooled) signal, not negative; 0 is perfect information.
    cutoff : array_like
        Signal above which the lender accepts (`optimal_cutoff` or a fixed one).

    Returns
    -------
    type_one, type_two : ndarray of float, broadcast shape
        At the optimal cutoff the second need not fall with better information: a cautious
        lender then lowers its cutoff.

    Raises
    ------
    ValueError
        If the standard deviation is negative or the cutoff is not finite.

    References
    ----------
    Broecker (1990), Credit-worthiness tests and interbank competition, Econometrica 58(2).

    Examples
    --------
    >>> types = TwoTypes(1.0, -1.0, 0.6, 0.05, 0.5)
    >>> [round(float(error), 6) for error in screening_errors(types, 2.0, 0.0)]
    [0.308538, 0.308538]
    """
    spread = not_negative("error_sd", error_sd)
    bar = real("cutoff", cutoff)
    type_one = ndtr(_in_sds(bar - types.good_mean, spread))
    type_two = ndtr(_in_sds(types.bad_mean - bar, spread))
    return np.asarray(type_one), np.asarray(type_two)


def expected_profit(
    types: TwoTypes, type_one: ArrayLike, type_two: ArrayLike
) -> FloatArray:
    """Profit per applicant of a lender with given screening errors.

    Parameters
    ----------
    types : TwoTypes
    type_one, type_two : array_like
        Probabilities of turning a good applicant down and of accepting a bad one.

    Returns
    -------
    ndarray of float, broadcast shape
        Per unit of loan asked for; at the optimal cutoff it rises with information.

    Raises
    ------
    ValueError
        If a probability lies outside [0, 1].

    References
    ----------
    Broecker (1990), Econometrica 58(2).

    Examples
    --------
    >>> types = TwoTypes(1.0, -1.0, 0.6, 0.05, 0.5)
    >>> errors = screening_errors(types, 2.0, optimal_cutoff(types, 2.0))
    >>> round(float(expected_profit(types, *errors)), 8)
    0.00078321
    """
    earned = types.good_share * (1.0 - share("type_one", type_one)) * types.gain
    lost = (1.0 - types.good_share) * share("type_two", type_two) * types.loss
    return np.asarray(earned - lost)


class Funded(NamedTuple):
    """Who gets a loan when an applicant may ask several lenders."""

    good: FloatArray
    """Probability that a good applicant is funded by at least one lender."""
    bad: FloatArray
    """Probability that a bad applicant is funded by at least one lender."""
    bad_share: FloatArray
    """Share of bad applicants among those funded."""


def independent_lenders(
    types: TwoTypes, type_one: ArrayLike, type_two: ArrayLike, lenders: ArrayLike
) -> Funded:
    """Funding when lenders judge alone and one acceptance is enough (winner's curse).

    Parameters
    ----------
    types : TwoTypes
    type_one, type_two : array_like
        Errors of one lender; those of different lenders are independent given the type.
    lenders : array_like
        Number of lenders asked, above 0.

    Returns
    -------
    Funded
        The bad share is nan where nobody is funded.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Broecker (1990), Econometrica 58(2); Shaffer (1998), The winner's curse in banking,
    Journal of Financial Intermediation 7(4).

    Examples
    --------
    >>> types = TwoTypes(1.0, -1.0, 0.6, 0.05, 0.5)
    >>> errors = screening_errors(types, 2.0, optimal_cutoff(types, 2.0))
    >>> independent_lenders(types, *errors, [1, 5]).bad_share.round(6)
    array([0.063534, 0.072771])
    """
    count = positive("lenders", real("lenders", lenders))
    good = 1.0 - share("type_one", type_one) ** count
    bad = 1.0 - (1.0 - share("type_two", type_two)) ** count
    funded_bad = (1.0 - types.good_share) * bad
    everyone = funded_bad + types.good_share * good
    return Funded(np.asarray(good), np.asarray(bad), _ratio(funded_bad, everyone))


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
    Normal updating (DeGroot 1970, section 9.5) and the bivariate normal distribution.

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
    judged = np.clip(_in_sds(quality, known), -38.0, 38.0)
    both_low = bivariate_normal_cdf(quality, judged, known)
    wrongly_in = np.maximum(ndtr(quality) - both_low, 0.0)
    wrongly_out = np.maximum(ndtr(judged) - both_low, 0.0)
    approve = np.asarray(ndtr(-judged))
    return Approval(
        approve, _ratio(wrongly_in, approve), _ratio(wrongly_out, ndtr(-quality))
    )


def _in_sds(distance: FloatArray, sd: FloatArray) -> FloatArray:
    """Distance in standard deviations; infinite where the deviation is 0."""
    safe = np.where(sd > 0.0, sd, 1.0)
    sure = np.where(distance >= 0.0, np.inf, -np.inf)
    return np.where(sd > 0.0, distance / safe, sure)


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Share of a whole, nan where the whole is 0."""
    safe = np.where(whole > 0.0, whole, 1.0)
    return np.where(whole > 0.0, part / safe, np.nan)
