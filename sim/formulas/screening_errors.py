"""Errors of lenders who judge good and bad applicants by a cutoff on a noisy signal."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from sim.formulas.checks import (
    FloatArray,
    in_sds,
    not_negative,
    positive,
    ratio,
    real,
    share,
)


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
    Neyman-Pearson rule with prior odds; DeGroot (1970).

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
    type_one = ndtr(in_sds(bar - types.good_mean, spread))
    type_two = ndtr(in_sds(types.bad_mean - bar, spread))
    return np.asarray(type_one), np.asarray(type_two)


def expected_profit(types: TwoTypes, type_one: ArrayLike, type_two: ArrayLike) -> FloatArray:
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
    return Funded(np.asarray(good), np.asarray(bad), ratio(funded_bad, everyone))
