"""How the rate of an offer is set.

The lender's own rate is what banks bid for (`sim.model.banks.tender`), at most the loan prime
rate and what may be charged above it at the firm's stage; the pricing clause of the arrangement
lowers it, steps it or replaces it.
"""

from typing import Any


def highest_rate(a: Any, u: Any) -> float:
    """Most that lenders may charge by themselves, and that money is worth to a firm, per year."""
    return min(u.one_year_rate + u.spread_cap[a.stage], u.shadow_value)


def first_rate(own: float, k: Any) -> float:
    """Rate from signing on, per year; below zero nobody lends."""
    return max(k.own_weight * own + k.first_add, 0.0)


def later_rate(own: float, k: Any) -> float:
    """Rate after the step, per year; the first where there is none."""
    return max(k.own_weight * own + k.later_add, 0.0)


def mean_rate(own: float, k: Any) -> float:
    """Average rate over the contract's length, per year; what bank and firm compare.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> step = SimpleNamespace(
    ...     own_weight=1.0, first_add=-0.001, later_add=0.003, step_years=1.5, years=3.0)
    >>> round(mean_rate(0.03, step), 6)
    0.031
    """
    early = min(k.step_years, k.years) / k.years
    return early * first_rate(own, k) + (1.0 - early) * later_rate(own, k)
