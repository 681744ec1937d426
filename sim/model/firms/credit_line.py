"""How a firm uses a credit line: drawing, repaying, being called, running out of cash.

Part of a line is drawn at signing; then money is drawn when cash falls below a liquidity
buffer and repaid when cash is plentiful. A balance that a lender calls is due at a date;
what cannot be paid puts the firm in arrears, and arrears that are not cured in the window
close it. A failing firm draws on what is left of its line first.
"""

from typing import Any

from sim.base.columns import reset_rule
from sim.base.parameter import Frozen, NonNegative, PositiveFloat, Share, StageVector, param
from sim.model.firms.operations import runway
from sim.model.firms.record import LOAN_TERMS, NEVER, PAYMENTS_KEPT
from sim.model.firms.undrawn import undrawn


class CreditLine(Frozen):
    """The firm's conduct of its credit line."""

    drawn_at_signing: Share = param(unit="share of line", meaning="drawn when a line is signed")
    liquidity_buffer: NonNegative = param(
        unit="years of outlays", meaning="cash below which the line is drawn"
    )
    repay_above: PositiveFloat = param(
        unit="multiples of the buffer", meaning="cash above which the balance is repaid"
    )
    arrears_window: PositiveFloat = param(
        unit="years", meaning="time in arrears after which a firm closes (90 days past due)"
    )
    drawdown_at_default_share: Share = param(
        unit="share of undrawn line", meaning="drawn and spent by a firm about to close"
    )
    call_years: NonNegative = param(unit="years", meaning="time to repay a refused balance")
    apply_below_runway: NonNegative = param(
        unit="years", meaning="runway below which a firm asks for credit"
    )
    apply_below_cash: StageVector = param(
        unit="years of scale", meaning="cash below which a firm asks for credit", low=0
    )
    reapply_years: NonNegative = param(unit="years", meaning="wait after a refusal")


def buffer(f: Any, p: Any) -> float:
    """Cash that the firm keeps, CNY million."""
    return p.liquidity_buffer * max(f.cost, 0.0)


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


def remember_payment(f: Any, amount: float) -> None:
    """Write down a payment on what was called, in the place of the oldest that is remembered."""
    place = f.payments % PAYMENTS_KEPT
    f.paid[place] = amount
    f.paid_date[place] = f.now
    f.payments += 1


def manage_cash(f: Any, p: Any) -> None:
    """Draw up to the buffer, repay from plenty, pay owners what is left over."""
    keep = buffer(f, p)
    if f.cash < keep:
        draw(f, min(undrawn(f), keep - f.cash))
    elif f.balance > 0.0 and f.cash > p.repay_above * keep:
        repay(f, min(f.balance, f.cash - p.repay_above * keep))
    spare = f.cash - max(p.dividend_above * f.sales, p.repay_above * keep)
    if f.stage > 0 and f.balance <= 0.0 and f.project == 0 and f.flow > 0.0 and spare > 0.0:
        f.cash -= spare
        f.cum_dividend += spare


def rescue(f: Any, p: Any) -> float:
    """At zero cash: draw a quarter's drain if the line allows; returns the amount."""
    amount = min(undrawn(f), max(buffer(f, p), -0.25 * f.flow))
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
    return f.cash > 0.0 and f.due <= 0.0


def wants_credit(f: Any, p: Any, t: float) -> bool:
    """Whether the firm asks for credit: no line and little cash, or an unfunded project."""
    if t < f.may_apply or f.called == 1:
        return False
    if f.project == 1:
        return True
    if f.limit > 0.0 and f.arrears == 0:
        return False
    short = runway(f) < p.apply_below_runway or f.arrears == 1
    return short or f.cash < p.apply_below_cash[f.stage] * f.scale


clear_loan = reset_rule(__name__, "clear_loan", LOAN_TERMS)


def release(f: Any) -> None:
    """The contract is over: no line, no terms."""
    f.contract = -1
    clear_loan(f)
    f.called = 0
    f.due = 0.0
    f.call = NEVER
