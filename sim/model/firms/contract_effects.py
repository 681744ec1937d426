"""What a credit decision does to a firm: signing, refusing, withdrawing.

Banks decide (`sim.model.banks.committee`); here decisions take effect, one firm at a time. A
decision is a real event of the firm, so the firm is anchored at its date.
"""

from typing import Any

from sim.base.columns import copy_rule
from sim.model.firms import record as r
from sim.model.firms.cash import target_cash
from sim.model.firms.clock import accrue, refresh
from sim.model.firms.credit_line import draw_to_target, release, repay, shrink_term_loan
from sim.model.firms.equity import bring_investors
from sim.model.firms.events import tidy
from sim.model.firms.record import note
from sim.model.firms.relationship import follow_lender, leave_desks
from sim.model.firms.right import choose_delivery


def sign_firm(
    f: Any, p: Any, c: Any, t: float, k: Any, row: int, next_time: Any, pending: Any,
    log: Any, cursor: Any,
) -> None:  # fmt: skip
    """Let contract `k`, in a row of the book, take effect at `t`."""
    if f.status == r.ALIVE:
        accrue(f, p, t)
        raised = f.cum_equity
        sign(f, p, c, t, k, row)
        note(f, t, r.SIGNED, k.limit, log, cursor)
        if f.cum_equity > raised:
            note(f, t, r.ROUND, f.cash, log, cursor)
        settle_request(f, p, c, t, next_time, pending, log, cursor)


def decline_firm(
    f: Any, p: Any, c: Any, t: float, retained: float, next_time: Any, pending: Any, log: Any,
    cursor: Any,
) -> None:  # fmt: skip
    """Refuse a firm; a commitment is reduced to the share `retained`, 1 leaves it alone."""
    if f.status == r.ALIVE:
        accrue(f, p, t)
        if retained < 1.0:
            reduce_commitment(f, p, t, retained)
        if f.request & r.ASK_RENEWAL != 0 and retained > 0.0:
            extend(f, t)
        if f.request & r.ASK_FUNDS != 0 or retained < 1.0:
            f.may_apply = t + p.reapply_years
            f.refused += 1
            note(f, t, r.REFUSED, retained, log, cursor)
        settle_request(f, p, c, t, next_time, pending, log, cursor)


def lower_rate(f: Any, p: Any, t: float, saving: float) -> None:
    """Lenders take `saving` a year off the rate of a loan that runs, before and after a step."""
    accrue(f, p, t)
    f.rate = max(f.rate - saving, 0.0)
    f.later_rate = max(f.later_rate - saving, 0.0)


def settle_request(
    f: Any, p: Any, c: Any, t: float, next_time: Any, pending: Any, log: Any, cursor: Any
) -> None:
    """The request is answered; the firm goes on from its new state."""
    if f.project == 1 or f.request & (r.ASK_FUNDS | r.ASK_RENEWAL) != 0:
        # What lenders have just given or refused is not asked for again at once.
        f.may_apply = t + p.reapply_years
    f.request = 0
    tidy(f, p, t, log, cursor)
    next_time[f.firm] = refresh(f, p, c)
    pending[f.firm] = f.request


take_loan = copy_rule(__name__, "take_loan", r.LOAN_TERMS)
take_promises = copy_rule(__name__, "take_promises", r.PROMISES)
take_right_terms = copy_rule(__name__, "take_right_terms", r.RIGHT_TERMS)


def sign(f: Any, p: Any, c: Any, t: float, k: Any, row: int) -> None:
    """Take over the terms of contract `k`; a balance in force is rolled into it."""
    demanded = f.demanded_move_hazard
    old = f.home
    release(f)
    take_loan(f, k)
    take_promises(f, k)
    if f.right == r.SWAP:
        # What a living right demands outlasts the loan that it came with.
        f.demanded_move_hazard = demanded
    f.contract = row
    f.held_worth = 0.0
    f.home = k.lead
    f.switched_bank += k.switched_bank
    if k.switched_bank == 1:
        follow_lender(f, p, c, old)
    leave_desks(f)
    f.signed += k.signed
    take_right(f, p, t, k)
    bring_investors(f, k)
    if f.balance > f.limit:
        repay(f, min(f.balance - f.limit, max(f.cash - target_cash(f), 0.0)))
        f.limit = max(f.limit, f.balance)
    draw_to_target(f)


def take_right(f: Any, p: Any, t: float, k: Any) -> None:
    """Grant the right of the contract, unless one is already in force."""
    if f.right != r.NO_RIGHT or k.right == r.NO_RIGHT:
        return
    take_right_terms(f, k)
    f.royalty_cap += f.cum_royalty
    f.granted = t
    f.cum_granted += f.granted_worth
    f.compliant = 0
    if k.right == r.SWAP:
        f.anniversary = t + 1.0
        choose_delivery(f, p, t)


def extend(f: Any, t: float) -> None:
    """Lenders let a loan that has ended run for another year; nothing new can be drawn."""
    f.maturity = t + r.REVIEW_YEARS
    f.limit = f.balance


def reduce_commitment(f: Any, p: Any, t: float, retained: float) -> None:
    """Lenders keep only a share of the line that they hold; the rest of it becomes due.

    What is due goes to those who call it; the line of those who stay may be drawn to pay it. What
    was called before and has not been paid is still due, and the rest no later.
    """
    before = min(f.due, f.balance)
    f.limit = retained * (f.limit - before)
    if f.balance > 0.0:
        if before <= 0.0:
            f.payments = 0
            f.call = r.NEVER
        f.due = before + (1.0 - retained) * (f.balance - before)
        f.limit += f.due
        shrink_term_loan(f, retained * f.term)
        f.call = min(f.call, t + p.call_years)
    if retained <= 0.0:
        f.called = 1
        f.review = r.NEVER
        f.maturity = r.NEVER
        f.limit = f.balance
        if f.balance <= 0.0:
            release(f)
