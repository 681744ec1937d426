"""The lender's right on equity, and the firm's choice to buy it off with business.

A warrant pays at exit or, in part, at expiry. A swap right comes alive at a trigger
valuation, and a firm that has delivered the demanded business for a year owes nothing: the
firm chooses the cheaper of the two at signing, at each anniversary and at the trigger.
Valuations are pre-money; the gain of subscribing at value V with exercise amount K and stake a is
a (V + K) - K, since the subscription itself raises the value.
"""

import math
from typing import Any

from sim.base.columns import reset_rule
from sim.base.parameter import Frozen, NonNegative, PositiveFloat, param
from sim.base.special import normal_cdf
from sim.model.firms.equity import exercise, intrinsic
from sim.model.firms.record import NEVER, NO_RIGHT, RIGHT_TERMS, ROYALTY, SWAP, WARRANT
from sim.model.firms.relationship import business

# --- Value of a right to subscribe equity under lognormal (risk-neutral) valuations --------------
# Plain floats and only ``math``, so that the compiled kernel and ordinary Python give the same
# bits. Nothing raises: degenerate inputs give the limit of the formula. Spot, strike and
# trigger are valuations of the whole firm: multiply the result by the stake.


def gap_call(
    spot: float,
    exercise_amount: float,
    trigger: float,
    years: float,
    rate: float,
    volatility: float,
) -> float:
    """Value of paying `exercise_amount` for the firm on one date, if it is then worth the trigger.

    Parameters
    ----------
    spot, exercise_amount, trigger : float
        CNY million. A trigger below the strike forces exercise at a loss, so the value can
        be negative; a trigger at infinity leaves no right.
    years : float
        Time to the date; 0 or less means now.
    rate, volatility : float
        Riskless rate (continuous compounding) and volatility, per year and root of a year; a
        volatility of 0 or less lets the forward value decide.

    Returns
    -------
    float
        CNY million.

    References
    ----------
    Rubinstein and Reiner (1991), Unscrambling the binary code, Risk 4.

    Examples
    --------
    >>> round(0.25 * gap_call(10.0, 8.0, 40.0, 5.0, 0.03, 0.6), 9)
    0.906785449
    """
    if spot <= 0.0 or trigger == math.inf:
        return 0.0
    term = max(years, 0.0)
    paid = exercise_amount * math.exp(-rate * term)
    deviation = max(volatility, 0.0) * math.sqrt(term)
    bar = trigger * math.exp(-rate * term)
    if deviation <= 0.0 or bar <= 0.0:
        return spot - paid if spot > bar else 0.0
    upper = math.log(spot / bar) / deviation + 0.5 * deviation
    return spot * normal_cdf(upper) - paid * normal_cdf(upper - deviation)


# --- The lender's right on equity, and the firm's choice to buy it off with business -------------


class Right(Frozen):
    """How firms value the lender's right."""

    right_volatility: PositiveFloat = param(
        unit="per root year", meaning="volatility at which the firm values the right"
    )
    right_discount: NonNegative = param(unit="per year", meaning="discount rate of that value")


def cost_of_right(
    terms: Any, value: float, years: float, volatility: float, discount: float
) -> Any:
    """What a right on equity is expected to cost the owners of a firm, CNY million.

    Parameters
    ----------
    terms : tuple of three float
        Stake (share, post-money), subscription amount and trigger valuation, CNY million.
    value : float, CNY million
        Pre-money equity value now.
    years : float
        Life of the right from now on.
    volatility, discount : float
        Per root year and per year.

    References
    ----------
    Gap option: Rubinstein and Reiner (1991), as in `sim.model.firms.right.gap_call`.

    Examples
    --------
    >>> round(cost_of_right((0.05, 2.0, 0.0), 50.0, 3.0, 0.6, 0.03), 4)
    1.2681
    """
    stake, exercise_amount, trigger = terms
    if stake <= 0.0:
        return 0.0
    strike_value = exercise_amount / stake - exercise_amount
    bar = max(trigger, strike_value)
    return stake * gap_call(value, strike_value, bar, years, discount, volatility)


def right_value(f: Any, p: Any, t: float) -> float:
    """What the firm believes the right will cost its owners, CNY million."""
    if f.right == NO_RIGHT or f.right == ROYALTY:
        return 0.0
    terms = (f.stake, f.exercise_amount, f.trigger)
    return cost_of_right(terms, f.value, f.expiry - t, p.right_volatility, p.right_discount)


def delivery_cost(f: Any, p: Any, t: float) -> float:
    """What delivering the demanded business would cost until expiry, CNY million."""
    years = max(f.expiry - t, 0.0)
    return p.delivery_cost * business(f, p) * years * f.switching_cost_weight


def choose_delivery(f: Any, p: Any, t: float) -> None:
    """At signing and at anniversaries: deliver if that is cheaper than the right."""
    f.deliver = 1 if right_value(f, p, t) > delivery_cost(f, p, t) else 0


def count_compliance(f: Any) -> None:
    """Count quarters in a row at whose end the lender had the basic account."""
    if f.right == SWAP:
        f.compliant = f.compliant + 1 if f.host == f.home else 0


clear_right = reset_rule(__name__, "clear_right", RIGHT_TERMS)


def end_right(f: Any) -> None:
    """The right is over; shares that were subscribed keep their part for the lenders."""
    part = f.lender_gain_share
    clear_right(f)
    f.lender_gain_share = part
    f.anniversary = NEVER


def is_compliant(f: Any) -> bool:
    """Whether the demand was met over the last four quarters."""
    return f.compliant >= 4


def waive(f: Any) -> None:
    """The lender gives the right up for the delivered business; delivery goes on."""
    f.waived += 1
    end_right(f)


def test_trigger(f: Any, p: Any, t: float) -> int:
    """At shocks and rounds; returns 0 not triggered, 1 waived, 2 exercised.

    A compliant firm owes nothing. Another one chooses: deliver from now on, or be diluted.
    """
    if f.right != SWAP or f.value < f.trigger:
        return 0
    if is_compliant(f):
        waive(f)
        return 1
    if delivery_cost(f, p, t) < intrinsic(f, f.value):
        f.deliver = 1
        waive(f)
        return 1
    if intrinsic(f, f.value) <= 0.0:
        return 0
    exercise(f)
    f.deliver = 0
    end_right(f)
    return 2


def expire(f: Any) -> float:
    """At expiry: a warrant in the money is sold at a discount; returns the lenders' gain."""
    gain = 0.0
    if f.right == WARRANT and f.value >= f.trigger:
        gain = f.lender_gain_share * f.liquidity * max(intrinsic(f, f.value), 0.0)
        f.cum_gain += gain
    if f.right == SWAP:
        if is_compliant(f):
            f.waived += 1
        else:
            f.deliver = 0
    end_right(f)
    return gain


def royalty_end(f: Any) -> float:
    """Date at which the royalty reaches its cap."""
    if f.right != ROYALTY or f.royalty <= 0.0:
        return NEVER
    return f.now + max(f.royalty_cap - f.cum_royalty, 0.0) / f.royalty
