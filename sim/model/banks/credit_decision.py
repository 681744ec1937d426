"""Whether a lender agrees: what a loan leaves over its break-even rate, as the lender believes.

A loan is worth making when the rate that can be charged, banking business, the right and the
policy subsidy together reach the break-even rate. The rate is capped near the benchmark,
so that quantity rations and not price.

References
----------
Ruthenberg and Landskroner (2008), Loan pricing under Basel II in an imperfectly competitive
banking market, Journal of Banking and Finance 32(12).
"""

import math
from typing import Any

from sim.model.banks.judgement import sees_setback
from sim.model.banks.offer_rate import mean_rate, own_rate
from sim.model.contracts.upside import grant
from sim.model.firms.record import NO_RIGHT, ROYALTY, SWAP

MOST_DEFAULT = 0.95


def default_probability(a: Any, k: Any, u: Any, mean: float, variance: float, seen: bool) -> float:
    """Believed default per year: a log-linear rate, expected over a normal posterior."""
    base = k.default_probability[a.stage]
    if seen:
        base = base * u.setback_factor
    if a.bust == 1:
        base = base * u.bust_factor
    slope = u.quality_slope
    rate = base * math.exp(-slope * mean + 0.5 * slope * slope * variance)
    return min(rate, MOST_DEFAULT)


def break_even_rate(default: float, loss: float, funds: float, cost: float, u: Any) -> float:
    """Loan rate at which shareholders earn exactly their hurdle, per year.

    Parameters
    ----------
    default : float, per year; loss : float, share of principal
    funds, cost : float, per year
        Cost of one more unit of funding, and of running the loan.
    u : rules of banks

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> u = SimpleNamespace(risk_weight=1.0, required_ratio=0.1, hurdle_rate=0.1)
    >>> round(break_even_rate(0.04, 0.5, 0.02, 0.012, u), 6)
    0.0625
    """
    held = min(u.risk_weight * u.required_ratio, 1.0)
    whole = funds * (1.0 - held) + u.hurdle_rate * held + cost + default * loss
    return whole / (1.0 - default)


def marginal_cost(a: Any, k: Any, u: Any) -> float:
    """Cost of funds of one more unit lent, per year; the central bank's while a quota is left."""
    if a.outstanding < k.quota:
        return u.funding_rate + k.refinanced_share * (k.relending_rate - u.funding_rate)
    return u.funding_rate


def right_income(o: Any, a: Any, k: Any, u: Any, line: float) -> float:
    """Believed income from the right per unit of line and year.

    The desk books banking business, not the chance of an unexercised swap right.
    """
    if o.right == NO_RIGHT or o.right == SWAP:
        return 0.0
    if o.right == ROYALTY:
        return min(k.royalty_share * a.sales, o.royalty_cap) / line
    worth = k.right_worth[a.stage] * math.exp(u.right_quality_slope * o.quality[0])
    return o.exercise_amount / line * worth * k.lender_gain_share / max(k.right_years, 1.0)


def decide(o: Any, a: Any, k: Any, u: Any, banks: Any) -> None:
    """Write each lender's surplus, believed default and consent into the offer.

    Parameters
    ----------
    o : offer, its lenders, judgement and parts written
    a : application
    k : conditions of the arrangement
    u : rules common to all banks
    banks : rules of each bank
    """
    line = 0.0
    for j in range(o.lenders):
        line += o.part[j]
    line = max(line, 1e-9)
    grant(o, k, line, a.value)
    price = mean_rate(own_rate(a, u), k)
    banking = (
        u.relationship_weight
        * 0.5
        * (k.base_wallet_share + k.full_wallet_share)
        * a.business
        / line
    )
    effort = u.screening_cost / (line * k.years)
    patience = u.renewal_patience_rate + (u.joint_patience_rate if k.stands_still == 1 else 0.0)
    rent = banking + right_income(o, a, k, u, line) - effort + patience * a.renewal
    subsidy = u.policy_subsidy_rate - (u.bust_tightening_rate if a.bust == 1 else 0.0)
    funds = marginal_cost(a, k, u)
    cost = u.operating_cost[a.stage] + k.fee_rate
    seen = sees_setback(a, u)
    for j in range(o.lenders):
        o.default[j] = default_probability(a, k, u, o.quality[j], o.variance[j], seen)
        needed = break_even_rate(o.default[j], k.believed_loss, funds, cost, u)
        o.surplus[j] = price + (rent + banks[o.lender[j]].appetite * subsidy) - needed
        o.accepts[j] = 1 if o.surplus[j] >= 0.0 else 0
