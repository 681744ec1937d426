"""Level payments of a monthly loan, and annuities paid continuously.

Reference: Brealey, Myers and Allen, Principles of Corporate Finance, chapter 2.
"""

import math


def payment(principal: float, rate: float, n_payments: int) -> float:
    """Level payment per month that repays a loan at a nominal rate per year."""
    return principal / _annuity_sum(rate, n_payments)


def balance(principal: float, rate: float, n_payments: int, n_paid: int) -> float:
    """Principal still owed after some of the level payments; at least one is left."""
    return payment(principal, rate, n_payments) * _annuity_sum(rate, n_payments - n_paid)


def _annuity_sum(rate: float, n_payments: int) -> float:
    """Present value of monthly payments of 1; log1p and expm1 keep small rates exact."""
    period = rate / 12.0
    if period == 0.0:
        return float(n_payments)
    return -math.expm1(-n_payments * math.log1p(period)) / period


def continuous_annuity(start: float, end: float, rate: float) -> float:
    """Present value of 1 a year paid from `start` to `end` years, at discount plus hazard."""
    if rate == 0.0:
        return end - start
    return math.exp(-rate * start) * -math.expm1(-rate * (end - start)) / rate
