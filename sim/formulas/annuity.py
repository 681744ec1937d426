"""Level payments, the balance they leave, and annuities paid continuously."""

import numpy as np
from numpy.typing import ArrayLike

from sim.formulas.checks import FloatArray, not_negative, positive, real


def payment(
    principal: ArrayLike, rate: ArrayLike, n_payments: ArrayLike, per_year: ArrayLike = 12
) -> FloatArray:
    """Level payment that repays a loan.

    Parameters
    ----------
    principal : array_like
        CNY million.
    rate : array_like
        Nominal rate per year, above ``-per_year``; 0 is allowed.
    n_payments : array_like
        Number of payments, above 0.
    per_year : array_like
        Payments per year, above 0.

    Returns
    -------
    ndarray of float, broadcast shape
        CNY million per payment, paid at the end of each period.

    Raises
    ------
    ValueError
        If an input is not finite, or a count is not above 0.

    References
    ----------
    Standard annuity; for example Brealey, Myers and Allen, chapter 2.

    Examples
    --------
    >>> round(float(payment(1_000_000, 0.06, 36)), 6)
    30421.937452
    """
    return real("principal", principal) / _annuity_sum(rate, n_payments, per_year)


def payments_value(
    level: ArrayLike, rate: ArrayLike, n_payments: ArrayLike, per_year: ArrayLike = 12
) -> FloatArray:
    """Present value of level payments, the inverse of `payment`.

    Parameters
    ----------
    level : array_like
        CNY million per payment.
    rate : array_like
        Nominal discount rate per year, above ``-per_year``.
    n_payments : array_like
        Number of payments, above 0.
    per_year : array_like
        Payments per year, above 0.

    Returns
    -------
    ndarray of float, broadcast shape
        CNY million.

    Raises
    ------
    ValueError
        If an input is not finite, or a count is not above 0.

    References
    ----------
    Standard annuity; for example Brealey, Myers and Allen, chapter 2.

    Examples
    --------
    >>> round(float(payments_value(30421.937451555707, 0.06, 36)), 3)
    1000000.0
    """
    return real("level", level) * _annuity_sum(rate, n_payments, per_year)


def balance(
    principal: ArrayLike,
    rate: ArrayLike,
    n_payments: ArrayLike,
    n_paid: ArrayLike,
    per_year: ArrayLike = 12,
) -> FloatArray:
    """Principal still owed after some level payments.

    Parameters
    ----------
    principal : array_like
        CNY million at the start.
    rate : array_like
        Nominal rate per year, above ``-per_year``.
    n_payments : array_like
        Payments agreed, above 0.
    n_paid : array_like
        Payments made, from 0 to `n_payments`.
    per_year : array_like
        Payments per year, above 0.

    Returns
    -------
    ndarray of float, broadcast shape
        CNY million.

    Raises
    ------
    ValueError
        If an input is not finite, a count is not above 0, or more was paid than agreed.

    References
    ----------
    Standard annuity; for example Brealey, Myers and Allen, chapter 2.

    Examples
    --------
    >>> round(float(balance(1_000_000, 0.06, 36, 12)), 6)
    686406.104926
    """
    made = not_negative("n_paid", n_paid)
    left = not_negative("payments left", real("n_payments", n_payments) - made)
    some = np.where(left > 0.0, left, 1.0)
    owed = payments_value(payment(principal, rate, n_payments, per_year), rate, some, per_year)
    return np.where(left > 0.0, owed, 0.0)


def _annuity_sum(rate: ArrayLike, n_payments: ArrayLike, per_year: ArrayLike) -> FloatArray:
    """Present value of payments of 1; log1p and expm1 keep small rates exact."""
    count = positive("n_payments", real("n_payments", n_payments))
    often = positive("per_year", real("per_year", per_year))
    growth = positive("one plus the rate per period", 1.0 + real("rate", rate) / often)
    period = growth - 1.0
    safe = np.where(period == 0.0, 1.0, np.asarray(rate) / often)
    value = -np.expm1(-count * np.log1p(safe)) / safe
    return np.where(period == 0.0, count, value)


def continuous_annuity(start: ArrayLike, end: ArrayLike, rate: ArrayLike) -> FloatArray:
    """Present value of 1 a year paid continuously between two dates.

    Parameters
    ----------
    start, end : array_like
        Years from today, not negative; the end may be infinite if the rate is above 0.
    rate : array_like
        Discount rate plus hazard per year, not negative; 0 gives the length.

    Returns
    -------
    ndarray of float, broadcast shape
        In years.

    Raises
    ------
    ValueError
        If an input is negative or nan.

    References
    ----------
    Integral of exp(-rate t).

    Examples
    --------
    >>> round(float(continuous_annuity(0.0, 3.0, 0.07)), 6)
    2.705939
    """
    begin = not_negative("start", real("start", start))
    length = not_negative("end minus start", not_negative("end", end) - begin)
    speed = not_negative("rate", real("rate", rate))
    safe = np.where(speed > 0.0, speed, 1.0)
    value = np.exp(-safe * begin) * -np.expm1(-safe * length) / safe
    return np.where(speed > 0.0, value, length)
