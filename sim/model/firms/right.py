"""The lender's right on equity, and the firm's choice to bring business instead.

A warrant is exercised at exit; what is in the money when it expires is sold to a buyer, who pays
the strike and owns the shares. A swap right comes alive at a trigger valuation and sleeps while
the firm brings the business that its contract demands. The firm decides on that at signing and at
each anniversary, for a year, by what costs its owners less; the lender has nothing to decide after
signing. What was brought for a year does not end the right: it revives once the firm stops.
"""

from typing import Any

from sim.base.columns import reset_rule
from sim.base.parameter import Frozen, NonNegative, PositiveFloat, param
from sim.model.firms.equity import exercise, intrinsic, sell_right
from sim.model.firms.record import (
    EXERCISED,
    NEVER,
    NO_RIGHT,
    RIGHT_TERMS,
    ROYALTY,
    SWAP,
    WAIVED,
    WARRANT,
)
from sim.model.firms.relationship import business
from sim.model.firms.worth_of_right import cost_of_right, most_worth_paying

UNUSED = -1
"""What `expire` returns of a right that ends and was worth nothing."""


class Right(Frozen):
    """How firms value the lender's right."""

    right_volatility: PositiveFloat = param(
        unit="per root year", meaning="volatility at which the firm values the right"
    )
    right_discount: NonNegative = param(unit="per year", meaning="discount rate of that value")


def right_value(f: Any, p: Any, t: float) -> float:
    """What the firm believes the right will cost its owners, CNY million."""
    if f.right == NO_RIGHT or f.right == ROYALTY:
        return 0.0
    terms = (f.stake, f.exercise_amount, f.trigger)
    return cost_of_right(terms, f.value, f.expiry - t, p.right_volatility, p.right_discount)


def delivery_cost(f: Any, p: Any) -> float:
    """What bringing the demanded business costs the firm, CNY million a year."""
    return p.delivery_cost * business(f, p) * f.demanded_share * f.switching_cost_weight


def choose_delivery(f: Any, p: Any, t: float) -> None:
    """At signing and at anniversaries: comply for a year if that costs less than the risk."""
    terms = (f.stake, f.exercise_amount, f.trigger)
    years = f.expiry - t
    most = most_worth_paying(terms, f.value, years, p.right_volatility, p.right_discount)
    f.deliver = 1 if delivery_cost(f, p) < most else 0


def count_compliance(f: Any) -> None:
    """Count quarters in a row at whose end the firm complied and the lender had the account."""
    if f.right == SWAP:
        f.compliant = f.compliant + 1 if f.deliver == 1 and f.host == f.home else 0


clear_right = reset_rule(__name__, "clear_right", RIGHT_TERMS)


def end_right(f: Any) -> None:
    """The right is over, and with it what it demands.

    Shares that were subscribed keep their part for the lenders.
    """
    part = f.lender_gain_share
    clear_right(f)
    f.lender_gain_share = part
    f.anniversary = NEVER
    f.deliver = 0


def sleeps(f: Any) -> bool:
    """Whether a swap right may not be used: the firm complies, or has for the last four quarters.

    A firm complies from the date on at which it decides to: its account then moves to the lender
    at the demanded pace.
    """
    return f.right == SWAP and (f.deliver == 1 or f.compliant >= 4)


def test_trigger(f: Any) -> bool:
    """At the end of a quarter and at rounds: exercise a right that is alive and in the money."""
    if f.right != SWAP or f.value < f.trigger or sleeps(f) or intrinsic(f, f.value) <= 0.0:
        return False
    exercise(f)
    end_right(f)
    return True


def let_sleep(f: Any) -> bool:
    """Whether the right ends unused because the firm complied; it is over in any case."""
    slept = sleeps(f)
    if slept:
        f.waived += 1
    end_right(f)
    return slept


def expire(f: Any) -> int:
    """At expiry: a warrant in the money is sold, a swap right tested once more.

    Returns the event: exercised (by the holder or a buyer), waived, or `UNUSED`.
    """
    if f.right == WARRANT and intrinsic(f, f.value) > 0.0:
        sell_right(f, f.liquidity * intrinsic(f, f.value))
        end_right(f)
        return EXERCISED
    if test_trigger(f):
        return EXERCISED
    return WAIVED if let_sleep(f) else UNUSED


def royalty_end(f: Any) -> float:
    """Date at which the royalty reaches its cap."""
    if f.right != ROYALTY or f.royalty <= 0.0:
        return NEVER
    return f.now + max(f.royalty_cap - f.cum_royalty, 0.0) / f.royalty
