"""What a lender recovers later from the firms it keeps: a two-period reduced form.

Loan 1 goes to good and bad firms alike, at a rate that is capped because good firms would
turn to risky projects above it; bad firms default. Survivors borrow again, and the lender
keeps part of the rent of that second loan. A right to equity can stand in for that part.

References: Petersen and Rajan (1995), The effect of credit market competition on lending
relationships, Quarterly Journal of Economics 110(2). The reduced form is this project's.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sim.formulas.checks import FloatArray, positive, real, share


@dataclass(frozen=True)
class RelationshipTerms:
    """Terms of the two loans.

    Parameters
    ----------
    funding_rate : float
        Cost of funds per period.
    first_rate_cap : float
        Highest rate of loan 1 per period that good firms accept.
    first_loss : float
        Loss given default of loan 1, in [0, 1].
    growth : float
        Size of loan 2 per unit of loan 1.
    second_rate : float
        Rate of loan 2 under full lock-in, per period.
    second_repay_prob : float
        Probability that loan 2 is repaid, in [0, 1].
    second_loss : float
        Loss given default of loan 2, in [0, 1].

    Raises
    ------
    ValueError
        If a share lies outside [0, 1].

    Examples
    --------
    >>> RelationshipTerms(0.04, 0.14, 0.8, 3.0, 0.09, 0.97, 0.5).growth
    3.0
    """

    funding_rate: float
    first_rate_cap: float
    first_loss: float
    growth: float
    second_rate: float
    second_repay_prob: float
    second_loss: float

    def __post_init__(self) -> None:
        """Refuse shares outside [0, 1]."""
        for name in ("first_loss", "second_repay_prob", "second_loss"):
            share(name, getattr(self, name))


def second_loan_rent(terms: RelationshipTerms) -> float:
    """Profit of loan 2 per unit lent, at the end of the second period.

    Parameters
    ----------
    terms : RelationshipTerms

    Returns
    -------
    float
        May be negative.

    References
    ----------
    After Petersen and Rajan (1995).

    Examples
    --------
    >>> terms = RelationshipTerms(0.04, 0.14, 0.8, 3.0, 0.09, 0.97, 0.5)
    >>> round(second_loan_rent(terms), 6)
    0.0323
    """
    repaid = (1.0 + terms.second_rate) * terms.second_repay_prob
    salvaged = (1.0 - terms.second_repay_prob) * (1.0 - terms.second_loss)
    return repaid + salvaged - (1.0 + terms.funding_rate)


def entry_good_share(terms: RelationshipTerms, retention: ArrayLike) -> FloatArray:
    """Smallest share of good applicants at which loan 1 is worth making.

    Parameters
    ----------
    terms : RelationshipTerms
    retention : array_like
        Part of the second rent that the lender keeps, in [0, 1]; 0 is perfect competition.

    Returns
    -------
    ndarray of float, shape of `retention`
        Falls as `retention` rises.

    Raises
    ------
    ValueError
        If the retention lies outside [0, 1].

    References
    ----------
    After Petersen and Rajan (1995).

    Examples
    --------
    >>> terms = RelationshipTerms(0.04, 0.14, 0.8, 3.0, 0.09, 0.97, 0.5)
    >>> entry_good_share(terms, [0.0, 1.0]).round(9)
    array([0.89361702, 0.81302932])
    """
    kept = share("retention", retention) * _later_value(terms)
    salvaged = 1.0 - terms.first_loss
    need = 1.0 + terms.funding_rate - salvaged
    return np.asarray(need / (1.0 + terms.first_rate_cap - salvaged + kept))


def first_loan_rate(
    terms: RelationshipTerms, retention: ArrayLike, good_share: ArrayLike
) -> FloatArray:
    """Break-even rate of loan 1; the lender stays out if it exceeds the cap.

    Parameters
    ----------
    terms : RelationshipTerms
    retention : array_like
        Part of the second rent that the lender keeps, in [0, 1].
    good_share : array_like
        Share of good applicants, above 0 and at most 1.

    Returns
    -------
    ndarray of float, broadcast shape
        Per period.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    After Petersen and Rajan (1995).

    Examples
    --------
    >>> terms = RelationshipTerms(0.04, 0.14, 0.8, 3.0, 0.09, 0.97, 0.5)
    >>> round(float(first_loan_rate(terms, 0.5, 0.92)), 9)
    0.06645694
    """
    good = positive("good_share", share("good_share", good_share))
    kept = share("retention", retention) * _later_value(terms)
    missing = 1.0 + terms.funding_rate - (1.0 - good) * (1.0 - terms.first_loss)
    return np.asarray(missing / good - kept - 1.0)


def least_retention(terms: RelationshipTerms, good_share: ArrayLike) -> FloatArray:
    """Smallest part of the second rent at which loan 1 is made at its capped rate.

    Parameters
    ----------
    terms : RelationshipTerms
        With a second loan that earns a rent.
    good_share : array_like
        Share of good applicants, above 0 and at most 1.

    Returns
    -------
    ndarray of float, shape of `good_share`
        At most 0 if no retention is needed; above 1 if none is enough.

    Raises
    ------
    ValueError
        If an input lies outside its range, or the second loan earns no rent.

    References
    ----------
    After Petersen and Rajan (1995).

    Examples
    --------
    >>> terms = RelationshipTerms(0.04, 0.14, 0.8, 3.0, 0.09, 0.97, 0.5)
    >>> round(float(least_retention(terms, 0.85)), 9)
    0.517695623
    """
    without = first_loan_rate(terms, 0.0, good_share)
    rent = positive("rent of the second loan", _later_value(terms))
    return np.asarray((without - terms.first_rate_cap) / rent)


def required_upside(
    terms: RelationshipTerms, good_share: ArrayLike, first_rate: ArrayLike
) -> FloatArray:
    """Value of an equity right that replaces all second-period rent.

    Parameters
    ----------
    terms : RelationshipTerms
    good_share : array_like
        Share of good applicants, in [0, 1].
    first_rate : array_like
        Rate of loan 1, per period.

    Returns
    -------
    ndarray of float, broadcast shape
        Per unit lent, at the end of the first period, averaged over good and bad firms;
        divide by `good_share` for the value per good firm.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    After Petersen and Rajan (1995).

    Examples
    --------
    >>> terms = RelationshipTerms(0.04, 0.14, 0.8, 3.0, 0.09, 0.97, 0.5)
    >>> required_upside(terms, 0.85, [0.06, 0.10]).round(9)
    array([0.109, 0.075])
    """
    good = share("good_share", good_share)
    repaid = good * (1.0 + real("first_rate", first_rate))
    salvaged = (1.0 - good) * (1.0 - terms.first_loss)
    return np.asarray(1.0 + terms.funding_rate - repaid - salvaged)


def _later_value(terms: RelationshipTerms) -> float:
    """Rent of loan 2 per unit of loan 1, at the end of the first period."""
    return terms.growth * second_loan_rent(terms) / (1.0 + terms.funding_rate)
