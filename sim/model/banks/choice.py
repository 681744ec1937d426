"""The firm's side of a decision: take the arrangement, take the plain loan, or move bank.

A firm compares what it gets (usable money now, a longer tenor) with what it gives up
(rate, right or business). It knows more about its prospects than the bank does, so good
firms give up a right less willingly.
"""

import math
from typing import Any

from sim.base.parameter import Frozen, NonNegative, param
from sim.base.special import annuity
from sim.model.banks.application import asks_renewal
from sim.model.firms.record import NO_RIGHT, ROYALTY, SWAP
from sim.model.firms.worth_of_right import cost_of_right


class Choice(Frozen):
    """How firms compare offers."""

    shadow_value: NonNegative = param(
        unit="per year", meaning="worth of one more unit of usable money"
    )
    tenor_value: NonNegative = param(
        unit="per year of tenor", meaning="worth of one more year of tenor per unit of line"
    )
    private_information_slope: float = param(
        unit="-",
        meaning="log effect of own quality on the firm's worth of a right",
        low=-10,
        high=10,
    )
    switching_cost: NonNegative = param(
        unit="share of line", meaning="cost of moving to another bank"
    )
    offer_horizon_years: NonNegative = param(
        unit="years", meaning="time over which a lower rate is counted"
    )


LEAST_USED = 0.01
"""Of a line: part on which its rate counts at least; who needs nothing today may tomorrow."""


def wants(o: Any, a: Any) -> bool:
    """A line that still runs is replaced only by a larger one."""
    running = a.limit > 0.0 and not asks_renewal(a)
    return not running or o.line > a.limit * 1.000001


def usable(line: float, need: float) -> float:
    """Part of a line that the firm would use: what it needs.

    Examples
    --------
    >>> usable(10.0, 7.0), usable(5.0, 7.0)
    (7.0, 5.0)
    """
    return min(line, need)


def priced(o: Any, a: Any) -> float:
    """Part of an offered line on which its rate counts, CNY million."""
    return max(usable(o.line, a.need), LEAST_USED * o.line)


def advantage(o: Any, plain: Any, a: Any, k: Any, plain_years: float, u: Any) -> float:
    """What the firm gains by an arrangement over plain lending, CNY million.

    Parameters
    ----------
    o, plain : offers
        Of the arrangement and of plain lending.
    a : application
    k : conditions of the arrangement
    plain_years : float
        Length of a plain loan.
    u : rules common to all banks
    """
    instead = plain.line if plain.made == 1 else 0.0
    years = plain_years if plain.made == 1 else 0.0
    more = usable(o.line + o.beside, a.need) - usable(instead, a.need)
    gain = u.shadow_value * more * k.years + u.tenor_value * (o.line * (k.years - years))
    dearer = o.mean_rate + k.firm_fee_rate - plain.mean_rate if plain.made == 1 else 0.0
    cost = dearer * priced(o, a) * k.years
    return gain - (cost + upside_cost(o, a, k, u)) - o.beside_cost * k.years


def worth(o: Any, a: Any, k: Any, u: Any) -> float:
    """What an offer is worth to the firm by itself, to rank several; CNY million.

    A rate counts here even for firms that plain lending refuses: they need the loan, but
    take the cheaper of two.
    """
    money = u.shadow_value * usable(o.line + o.beside, a.need)
    yearly = money + u.tenor_value * o.line - (o.mean_rate + k.firm_fee_rate) * priced(o, a)
    return (yearly - o.beside_cost) * k.years - upside_cost(o, a, k, u)


def upside_cost(o: Any, a: Any, k: Any, u: Any) -> float:
    """What the right in the offer costs the owners, CNY million."""
    if o.right == NO_RIGHT:
        return 0.0
    if o.right == ROYALTY:
        return min(o.royalty_cap, k.royalty_share * a.sales * k.years)
    right = (o.stake, o.exercise_amount, o.trigger)
    cost = cost_of_right(right, a.value, k.right_years, u.right_volatility, u.right_discount)
    cost = cost * math.exp(u.private_information_slope * a.quality)
    if o.right != SWAP:
        return cost
    yearly = u.delivery_cost * a.business * o.demanded_share * a.switching_cost_weight
    return min(cost, yearly * annuity(u.right_discount, k.right_years))


def leaving_cost(a: Any, broken: float, u: Any) -> float:
    """What leaving costs: moving, breaking the agreement, and a right that stays alive.

    Parameters
    ----------
    a : application
    broken : float, share of line
        Cost of breaking the agreement in force.
    u : rules common to all banks
    """
    cost = (u.switching_cost + broken) * a.limit * a.switching_cost_weight
    if a.right != SWAP:
        return cost
    years = min(max(a.expiry - a.date, 0.0), 100.0)
    right = (a.stake, a.exercise_amount, a.trigger)
    return cost + cost_of_right(right, a.value, years, u.right_volatility, u.right_discount)
