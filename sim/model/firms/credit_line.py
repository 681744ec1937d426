"""How a firm uses a credit line: drawing, repaying, being called, running out of cash.

A line is drawn when cash falls below what the firm wants to hold and repaid from surplus; once
nothing is owed the surplus of a firm that earns money is paid to owners
(`sim.model.firms.cash`). Nothing is drawn that is not needed. A balance that a lender calls is
due at a date; what cannot be paid puts the firm in arrears, and arrears that are not cured in
the window close it. A failing firm draws on what is left of its line first.
"""

from typing import Any

from sim.base.columns import reset_rule
from sim.base.parameter import Frozen, NonNegative, PositiveFloat, Share, param
from sim.model.firms.cash import shortfall, swept_above, target_cash
from sim.model.firms.debts import OF_TERM_LOAN
from sim.model.firms.overdue import pressing
from sim.model.firms.record import LOAN_TERMS, NEVER, PAYMENTS_KEPT
from sim.model.firms.undrawn import undrawn


class CreditLine(Frozen):
    """The firm's conduct of its credit line."""

    arrears_window: PositiveFloat = param(
        unit="years", meaning="time in arrears after which a firm closes (90 days past due)"
    )
    drawdown_at_default_share: Share = param(
        unit="share of undrawn line", meaning="drawn and spent by a firm about to close"
    )
    call_years: NonNegative = param(unit="years", meaning="time to repay a refused balance")
    reapply_years: NonNegative = param(unit="years", meaning="wait after a refusal")


def draw(f: Any, amount: float) -> None:
    """Draw on the line."""
    f.balance += amount
    f.cash += amount
    f.cum_drawn += amount


def repay(f: Any, amount: float) -> None:
    """Repay part of the balance; what is due comes first."""
    f.balance -= amount
    f.cash -= amount
    f.cum_repaid += amount
    due = min(f.due, amount)
    if due > 0.0:
        f.due -= due
        f.limit -= due
        f.cum_due_paid += due
        remember_payment(f, due)
    if f.term > 0.0:
        shrink_term_loan(f, f.balance)


def shrink_term_loan(f: Any, most: float) -> None:
    """The term loan is no more than `most`, and what is overdue of it no more than it."""
    f.term = min(f.term, most)
    f.overdue[OF_TERM_LOAN] = min(f.overdue[OF_TERM_LOAN], f.term)


def remember_payment(f: Any, amount: float) -> None:
    """Write down a payment on what was called, in the place of the oldest that is remembered."""
    place = f.payments % PAYMENTS_KEPT
    f.paid[place] = amount
    f.paid_date[place] = f.now
    f.payments += 1


def manage_cash(f: Any, p: Any) -> None:
    """At a quarter's end: pay owners their share, draw up to target, sweep what is spare."""
    pay_share_of_profit(f, p)
    draw_to_target(f)
    spare = f.cash - swept_above(f, p)
    # A term loan is repaid by its schedule, and no sooner.
    line = f.balance - f.term
    if spare > 0.0 and line > 0.0:
        repay(f, min(line, spare))
        spare = f.cash - swept_above(f, p)
    if spare > 0.0 and f.flow > 0.0 and f.balance <= 0.0 and f.project == 0:
        pay_owners(f, spare)


def draw_to_target(f: Any) -> None:
    """Draw what target cash lacks, as far as the line goes."""
    amount = min(undrawn(f), target_cash(f) - f.cash)
    if amount > 0.0:
        draw(f, amount)


def pay_share_of_profit(f: Any, p: Any) -> None:
    """Firms above a size pay owners a share of a quarter's profit, in debt or not."""
    if f.sales > p.payout_sales and f.setback == 0 and f.project == 0:
        profit = 0.25 * (f.flow + f.invest)
        pay_owners(f, max(min(p.payout_share * profit, f.cash), 0.0))


def pay_owners(f: Any, amount: float) -> None:
    """Pay a dividend."""
    f.cash -= amount
    f.cum_dividend += amount


def rescue(f: Any) -> float:
    """At zero cash: draw target cash or a quarter's drain if the line allows; the amount."""
    amount = min(undrawn(f), max(target_cash(f), -0.25 * f.flow))
    if amount > 0.0:
        draw(f, amount)
    return amount


def enter_arrears(f: Any, p: Any, t: float) -> None:
    """Start the window in which the firm must find money."""
    if f.arrears == 0:
        f.arrears = 1
        f.arrears_end = t + p.arrears_window


def pay_due(f: Any) -> None:
    """Pay what cash allows of the part of the balance that is due."""
    f.due = min(f.due, f.balance)
    if f.due > 0.0 and f.cash > 0.0:
        repay(f, min(f.due, f.cash))


def is_cured(f: Any) -> bool:
    """Whether a firm in arrears has its bills and what was due paid."""
    return f.cash > 0.0 and f.due <= 0.0 and pressing(f) <= 0.0


def wants_credit(f: Any, t: float) -> bool:
    """Whether the firm asks for credit: its cash and what it can draw do not last a year."""
    if t < f.may_apply or f.called == 1:
        return False
    return f.arrears == 1 or shortfall(f, f.cash + undrawn(f)) > 0.0


clear_loan = reset_rule(__name__, "clear_loan", LOAN_TERMS)


def release(f: Any) -> None:
    """The contract is over: no line, no terms."""
    f.contract = -1
    clear_loan(f)
    f.called = 0
    f.due = 0.0
    f.call = NEVER
