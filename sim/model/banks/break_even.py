"""The break-even rate of a loan."""

import numpy as np
from numpy.typing import ArrayLike

from sim.base.checks import FloatArray, below_one, real, share


def break_even_rate(
    default_prob: ArrayLike,
    loss_given_default: ArrayLike,
    funding_rate: ArrayLike,
    capital_share: ArrayLike,
    hurdle: ArrayLike,
    operating_cost: ArrayLike,
) -> FloatArray:
    """Loan rate at which shareholders earn exactly their hurdle.

    One period; a defaulting loan pays no interest and loses part of its principal. Works
    element by element.

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
