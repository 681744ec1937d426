"""Lenders that have agreed to stand still decide together, by shares.

They may hold, call all, or take back together what lone callers would have taken, each its part.
Each lender ranks the three by what it believes of the whole loan; what has most of the
balance behind it is done, and a tie holds. Since whatever lone callers bring about is open to
them too, lenders of one mind never do worse together, whatever a call costs.

References
----------
Brunner and Krahnen (2008), Multiple lenders and corporate distress: evidence on debt
restructuring, Review of Economic Studies 75(2).
"""

from typing import Any

from sim.model.banks.hold_or_call import (
    ROUNDING,
    can_pay,
    decide_alone,
    going_on,
    total_balance,
)
from sim.model.banks.waiting import call_now, hold_value

HOLD, CALL_ALL, TAKE_BACK = 0, 1, 2
"""What lenders that decide together can do."""


def decide_jointly(r: Any) -> int:
    """Write what lenders keep, the same share for each; returns what they do.

    Parameters
    ----------
    r : review
        `kept` is written.
    """
    decide_alone(r)
    debt = total_balance(r)
    would_leave = 0.0
    for j in range(r.lenders):
        would_leave += r.balance[j] * (1.0 - r.kept[j])
    part = would_leave / debt if debt > 0.0 else 0.0
    hold = call = back = 0.0
    for j in range(r.lenders):
        choice = preferred(r, j, part, debt)
        weight = r.balance[j]
        hold += weight if choice == HOLD else 0.0
        call += weight if choice == CALL_ALL else 0.0
        back += weight if choice == TAKE_BACK else 0.0
    done, kept = HOLD, 1.0
    if call > max(hold, back) + ROUNDING * debt:
        done, kept = CALL_ALL, 0.0
    elif back > max(hold, call) + ROUNDING * debt:
        done, kept = TAKE_BACK, 1.0 - part
    for j in range(r.lenders):
        r.kept[j] = kept
    return done


def preferred(r: Any, j: int, part: float, debt: float) -> int:
    """What lender `j` finds best for the whole loan; `part` is what lone callers would take."""
    held = hold_value(r, j, r.cash, debt, r.burn)
    best, choice = ROUNDING, HOLD
    gain = call_now(r.cash, r.collateral, debt) - held - r.call_cost
    if gain > best:
        best, choice = gain, CALL_ALL
    if 0.0 < part < 1.0:
        gain = take_back(r, j, part, debt) - held - r.call_cost * part
        if gain > best + ROUNDING:
            choice = TAKE_BACK
    return choice


def take_back(r: Any, j: int, part: float, debt: float) -> float:
    """Worth of the whole loan per unit if a part is called; if that is not paid all is due."""
    if can_pay(r, part * debt):
        return part + (1.0 - part) * going_on(r, j, part * debt, debt)
    return call_now(r.cash, r.collateral, debt)
