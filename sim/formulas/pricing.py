"""Loan rates: break-even, and the return on risk capital at a given rate.

All functions work element by element on arrays that broadcast together. Rates and hazards
are per year.
"""

import numpy as np
from numpy.typing import ArrayLike

from sim.formulas.checks import FloatArray, below_one, not_negative, positive, real, share


def break_even_rate(
    default_prob: ArrayLike,
    loss_given_default: ArrayLike,
    funding_rate: ArrayLike,
    capital_share: ArrayLike,
    hurdle: ArrayLike,
    operating_cost: ArrayLike,
) -> FloatArray:
    """Loan rate at which shareholders earn exactly their hurdle.

    One period; a defaulting loan pays no interest and loses part of its principal.

    Parameters
    ----------
    default_prob : array_like
        Per year, in [0, 1).
    loss_given_default : array_like
        Share of principal, in [0, 1].
    funding_rate, hurdle : array_like
        Cost of deposits and required return on equity, per year.
    capital_share : array_like
        Equity per unit lent, in [0, 1].
    operating_cost : array_like
        Per unit lent and year; deduct other income (relationship, expected upside) here,
        so it may be negative.

    Returns
    -------
    ndarray of float, broadcast shape
        Per year.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Ruthenberg and Landskroner (2008), Loan pricing under Basel II in an imperfectly
    competitive banking market, Journal of Banking and Finance 32(12).

    Examples
    --------
    >>> round(float(break_even_rate(0.05, 0.60, 0.0175, 0.105, 0.12, 0.012)), 9)
    0.073960526
    """
    prob = below_one("default_prob", default_prob)
    loss = prob * share("loss_given_default", loss_given_default)
    equity = share("capital_share", capital_share)
    debt_cost = real("funding_rate", funding_rate) * (1.0 - equity)
    cost = debt_cost + real("hurdle", hurdle) * equity
    cost = cost + real("operating_cost", operating_cost) + loss
    return np.asarray(cost / (1.0 - prob))


def raroc(
    rate: ArrayLike,
    default_prob: ArrayLike,
    loss_given_default: ArrayLike,
    funding_rate: ArrayLike,
    capital_share: ArrayLike,
    operating_cost: ArrayLike,
) -> FloatArray:
    """Return on risk-adjusted capital of a loan at a given rate, before tax.

    Parameters
    ----------
    rate : array_like
        Loan rate per year.
    default_prob, loss_given_default : array_like
        In [0, 1].
    funding_rate : array_like
        Cost of deposits per year.
    capital_share : array_like
        Equity per unit lent, above 0 and at most 1.
    operating_cost : array_like
        Per unit lent and year, net of other income.

    Returns
    -------
    ndarray of float, broadcast shape
        Per year. At `break_even_rate` it equals the hurdle.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Ruthenberg and Landskroner (2008), Journal of Banking and Finance 32(12).

    Examples
    --------
    >>> round(float(raroc(0.045, 0.05, 0.40, 0.0175, 0.08, 0.01)), 9)
    -0.041875
    """
    prob = share("default_prob", default_prob)
    equity = positive("capital_share", share("capital_share", capital_share))
    loss = prob * share("loss_given_default", loss_given_default)
    income = real("rate", rate) * (1.0 - prob) - loss
    cost = real("operating_cost", operating_cost)
    cost = cost + real("funding_rate", funding_rate) * (1.0 - equity)
    return np.asarray((income - cost) / equity)


def credit_triangle_rate(
    discount_rate: ArrayLike, default_hazard: ArrayLike, loss_given_default: ArrayLike
) -> FloatArray:
    """Continuous coupon at which a loan is worth par, whatever its maturity.

    Parameters
    ----------
    discount_rate : array_like
        Per year.
    default_hazard : array_like
        Per year, constant, not negative.
    loss_given_default : array_like
        Share of par, in [0, 1].

    Returns
    -------
    ndarray of float, broadcast shape
        Per year; less expected loss it is the yield that the lender earns.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Hull and White (2000), Valuing credit default swaps I, Journal of Derivatives 8(1).

    Examples
    --------
    >>> round(float(credit_triangle_rate(0.03, 0.05, 0.6)), 12)
    0.06
    """
    hazard = not_negative("default_hazard", default_hazard)
    loss = share("loss_given_default", loss_given_default)
    return np.asarray(real("discount_rate", discount_rate) + hazard * loss)
