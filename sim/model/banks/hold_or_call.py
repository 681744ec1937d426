"""Hold or call: what a lender does at a review when it does not know what the others will do.

Who calls first is paid from the cash that there is; a call that cannot be paid is a default.
So a lender may call a loan that an owner of the whole debt would hold. Each lender calls where
calling pays on average over all orders in which lenders could move; a tie holds. Where calls
feed each other and what lenders know differs a little, this is how the game ends; with one
lender it is the comparison of holding with calling. Where collateral covers what is left, a call
helps the others, and the rule can miss an equilibrium by some tenths of a per cent of the loan.

References
----------
Morris and Shin (2004), Coordination risk and the price of debt, European Economic Review
48(1); Bolton and Scharfstein (1996), Optimal debt structure and the number of creditors,
Journal of Political Economy 104(1). Individual repayments in the six months before bankruptcy
may be revoked: Enterprise Bankruptcy Law of China, article 32.
"""

from typing import Any

from sim.base.parameter import Frozen, Share, param
from sim.model.banks.waiting import call_now, hold_value


class Calling(Frozen):
    """What a lender that calls alone keeps, and what a call costs it; both are assumptions."""

    clawback_share: Share = param(
        0.3,
        unit="share",
        meaning="part of a lone caller's repayment that lenders share if the firm then fails",
    )
    call_cost: float = param(
        0.02,
        unit="share of the loan",
        meaning="cost of calling a loan: file, court, lost client",
        low=0.0,
        high=0.1,
    )


ROUNDING = 1e-12
"""Differences that are none."""
FACTORIALS = (1.0, 1.0, 2.0, 6.0, 24.0, 120.0, 720.0, 5040.0, 40320.0)


def total_balance(r: Any) -> float:
    """What the firm owes all of its lenders, CNY million."""
    total = 0.0
    for j in range(r.lenders):
        total += r.balance[j]
    return total


# --- What lenders get when some of them call, per unit of their own loans ------------------------


def caller_gets(r: Any, called: float, debt: float) -> float:
    """What lenders get that call `called` in all, of a firm that owes `debt`, CNY million.

    They are paid as long as there is cash. If it is short the firm defaults: they share it, less
    what is clawed back, and are with all others for the rest.
    """
    if called >= debt * (1.0 - ROUNDING):
        return call_now(r.cash, r.collateral, debt)
    if can_pay(r, called):
        return 1.0
    unpaid = 1.0 - (1.0 - r.clawback) * r.cash / called
    return 1.0 - unpaid * (1.0 - estate_share(r, debt))


def holder_gets(r: Any, j: int, called: float, debt: float) -> float:
    """What lender `j` gets that holds while others call `called`."""
    return going_on(r, j, called, debt) if can_pay(r, called) else estate_share(r, debt)


def can_pay(r: Any, called: float) -> bool:
    """Whether the firm has the cash for a call."""
    return r.cash >= called * (1.0 - ROUNDING)


def estate_share(r: Any, debt: float) -> float:
    """Paid on each claim that is left after a call that the firm could not pay."""
    kept = (1.0 - r.clawback) * r.cash
    owed = debt - kept
    return min((r.collateral + r.cash - kept) / owed, 1.0) if owed > 0.0 else 1.0


def going_on(r: Any, j: int, called: float, debt: float) -> float:
    """Worth of a loan once `called` has been repaid; what follows is decided as by one lender."""
    if called <= 0.0:
        return hold_value(r, j, r.cash, debt, r.burn)
    cash, left = max(r.cash - called, 0.0), debt - called
    held = hold_value(r, j, cash, left, max(r.burn - r.rate * called, 0.0))
    return max(held, call_now(cash, r.collateral, left) - r.call_cost)


# --- What each does ------------------------------------------------------------------------------


def mean_gain(r: Any, j: int) -> float:
    """What lender `j` gains by calling, on average over all orders, per unit of its loan.

    Those who come before it in an order call. The cost of the call is not counted.

    Parameters
    ----------
    r : review
    j : int
        Place of the lender, whose beliefs count.
    """
    debt = total_balance(r)
    gain = 0.0
    for callers in range(1 << r.lenders):
        if callers >> j & 1 == 0:
            called = 0.0
            count = 0
            for i in range(r.lenders):
                if callers >> i & 1 == 1:
                    called += r.balance[i]
                    count += 1
            orders = FACTORIALS[count] * FACTORIALS[r.lenders - 1 - count]
            calls = caller_gets(r, called + r.balance[j], debt)
            gain += orders * (calls - holder_gets(r, j, called, debt))
    return gain / FACTORIALS[r.lenders]


def decide_alone(r: Any) -> None:
    """Lenders that are not bound to each other decide: write what each keeps, all or nothing.

    Parameters
    ----------
    r : review
        `kept` is written.
    """
    for j in range(r.lenders):
        r.kept[j] = 1.0
        if r.balance[j] > 0.0 and mean_gain(r, j) - r.call_cost > ROUNDING:
            r.kept[j] = 0.0
