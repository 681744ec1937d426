"""What each event does to a firm: competing causes, dates of the calendar and of contracts."""

from typing import Any

from sim.model.firms import record as r
from sim.model.firms.beside import lease_for_growth, pay_back_all, pay_overdue, serve_debts
from sim.model.firms.cash import is_starved, make_up, target_cash
from sim.model.firms.credit_line import (
    draw,
    enter_arrears,
    is_cured,
    manage_cash,
    pay_due,
    release,
    repay,
    rescue,
    wants_credit,
)
from sim.model.firms.equity import (
    close_round,
    exercise_at_exit,
    exit_multiple,
    set_value,
    share_out,
)
from sim.model.firms.failure import close, divert, on_arrears_end, stop, wind_up, wind_up_hazard
from sim.model.firms.growth import take_shock
from sim.model.firms.operations import enter_setback, leave_setback, set_flows
from sim.model.firms.overdue import pressing
from sim.model.firms.project import (
    end_project,
    fail_trial,
    open_project,
    settle_project,
    take_along,
    trial_closes,
    trial_succeeds,
    try_project,
)
from sim.model.firms.record import ask, note
from sim.model.firms.register import is_year_end, keep_register
from sim.model.firms.relationship import move_account
from sim.model.firms.right import (
    choose_delivery,
    count_compliance,
    end_right,
    expire,
    let_sleep,
    sleeps,
    test_trigger,
)
from sim.model.firms.undrawn import undrawn


def on_cause(f: Any, p: Any, c: Any, t: float, cause: int, log: Any, cursor: Any) -> None:
    """A competing cause has used up its threshold."""
    if cause == r.PROGRESS:
        on_progress(f, p, c, t, log, cursor)
    elif cause == r.SETBACK:
        enter_setback(f, p)
    elif cause == r.RECOVERY:
        leave_setback(f, p)
    elif cause == r.FAILURE:
        close(f, p, c, t, r.FAILED_TECHNICAL, log, cursor)
    elif cause == r.LISTING or cause == r.ACQUISITION or cause == r.DEPARTURE:
        leave(f, p, c, t, cause, log, cursor)
    elif cause == r.WIND_UP:
        wind_up(f, p, t)
    elif cause == r.ROUND:
        close_round(f, p)
        set_value(f, p, c)
        note_trigger(f, t, log, cursor)
    elif cause == r.OFFER:
        ask(f, t, r.ASK_OFFER)
    elif cause == r.DIVERSION:
        divert(f, p)
        close(f, p, c, t, r.FAILED_DIVERSION, log, cursor)
    elif cause == r.REGRESS:
        if f.project == 1:
            settle_project(f, 0.0)
        f.stage -= 1
    elif cause == r.ACCOUNT_MOVE:
        move_account(f, p, c)


def on_schedule(f: Any, p: Any, c: Any, t: float, event: int, log: Any, cursor: Any) -> None:
    """A dated event is due."""
    if event == r.QUARTER:
        on_quarter(f, p, c, t, log, cursor)
    elif event == r.CASH_ZERO:
        f.cash = 0.0
        amount = rescue(f)
        if amount > 0.0:
            note(f, t, r.DRAWN, amount, log, cursor)
        elif not make_up(f, p, max(target_cash(f), -0.25 * f.flow)):
            enter_arrears(f, p, t)
    elif event == r.RUNWAY_LOW:
        f.seeks_round = 1
    elif event == r.ARREARS_END:
        on_arrears_end(f, p, c, t, log, cursor)
    elif event == r.PROJECT_END:
        if end_project(f, p, t):
            note(f, t, r.PROJECT_DONE, f.scale, log, cursor)
    elif event == r.MATURITY:
        f.maturity = r.NEVER
        ask(f, t, r.ASK_RENEWAL)
    elif event == r.REVIEW:
        f.review = t + r.REVIEW_YEARS
        ask(f, t, r.ASK_REVIEW)
    elif event == r.CALL:
        on_call(f, p, t)
    else:
        on_term(f, p, t, event, log, cursor)


def on_call(f: Any, p: Any, t: float) -> None:
    """What was called is due; lenders that stay may lend for it."""
    f.call = r.NEVER
    draw(f, max(min(undrawn(f), f.due - f.cash), 0.0))
    make_up(f, p, f.due - f.cash)
    pay_due(f)
    if f.due > 0.0:
        enter_arrears(f, p, t)


def on_term(f: Any, p: Any, t: float, event: int, log: Any, cursor: Any) -> None:
    """A date written in the contract."""
    if event == r.RATE_STEP:
        f.rate = f.later_rate
        f.step = r.NEVER
    elif event == r.ANNIVERSARY:
        f.anniversary = t + 1.0
        choose_delivery(f, p, t)
    elif event == r.EXPIRY:
        what = expire(f)
        if what >= 0:
            note(f, t, what, f.value, log, cursor)
    elif event == r.ROYALTY_CAP:
        end_right(f)


def on_quarter(f: Any, p: Any, c: Any, t: float, log: Any, cursor: Any) -> None:
    """The quarter ends: shocks, accounts, the trigger, cash and the need for credit."""
    ended = f.quarter
    take_shock(f, p, c, t)
    count_compliance(f)
    set_flows(f, p, c)
    set_value(f, p, c)
    if is_year_end(ended):
        keep_register(f, p, c)
    note_trigger(f, t, log, cursor)
    if f.beside > 0.0 or f.term > 0.0 or f.lease_share > 0.0:
        serve(f, p, c, t, log, cursor)
    if f.arrears == 0 and f.called == 0:
        manage_cash(f, p)
    # Judged here alone, so that no other date of the firm moves them.
    f.starved = 1 if is_starved(f, p) else 0
    f.wind_up = wind_up_hazard(f, p)
    if wants_credit(f, t):
        ask(f, t, r.ASK_FUNDS)


def serve(f: Any, p: Any, c: Any, t: float, log: Any, cursor: Any) -> None:
    """Serve debts beside the line, lease equipment, and log what does not go by schedule."""
    rolled, was_late = f.cum_rolled, f.arrears
    lease_for_growth(f, p)
    serve_debts(f, p, c, t)
    if f.cum_rolled > rolled:
        note(f, t, r.REFINANCED, f.cum_rolled - rolled, log, cursor)
    if f.arrears > was_late:
        note(f, t, r.UNPAID, pressing(f), log, cursor)


def note_trigger(f: Any, t: float, log: Any, cursor: Any) -> None:
    """Test the trigger of a swap right and log an exercise."""
    if test_trigger(f):
        note(f, t, r.EXERCISED, f.value, log, cursor)


def on_progress(f: Any, p: Any, c: Any, t: float, log: Any, cursor: Any) -> None:
    """The next step is due: a trial decides, then a project opens."""
    if trial_succeeds(f, p, c):
        open_project(f, p, t)
        return
    note(f, t, r.TRIAL_FAILED, f.stage * 1.0, log, cursor)
    if trial_closes(f, p, c):
        close(f, p, c, t, r.FAILED_TECHNICAL, log, cursor)
    else:
        fail_trial(f, p)


def tidy(f: Any, p: Any, t: float, log: Any, cursor: Any) -> None:
    """After any event: cure arrears, end a repaid call, start a funded project, ask."""
    if f.arrears == 1:
        pay_due(f)
        pay_overdue(f)
        if is_cured(f):
            f.arrears = 0
    if f.called == 1 and f.balance <= 0.0:
        release(f)
    if try_project(f, p, t):
        note(f, t, r.PROJECT_DONE, f.scale, log, cursor)
    if (f.project == 1 or f.arrears == 1) and wants_credit(f, t):
        ask(f, t, r.ASK_FUNDS)


def leave(f: Any, p: Any, c: Any, t: float, cause: int, log: Any, cursor: Any) -> None:
    """A firm leaves alive: rights are exercised, its value is shared out, the loan repaid.

    Who buys it pays for the business and for the cash that it finds there, less what is owed.
    """
    value = max(exit_price(f, p, c, cause) + f.cash - f.balance - f.beside, 0.0)
    if sleeps(f):
        let_sleep(f)
    share_out(f, exercise_at_exit(f, value))
    if cause == r.LISTING:
        resting = p.listing_raise_share * value * p.deposit_margin * p.listing_deposit_years
        f.cum_business += resting
        f.cum_loan_account += f.listing_wallet_share * resting
    pay_back_all(f)
    repay(f, f.balance)
    f.cum_exit_cash = f.cash
    f.cash = 0.0
    take_along(f)
    stop(f, t, left_as(cause))


def exit_price(f: Any, p: Any, c: Any, cause: int) -> float:
    """Price of the business at a listing or sale, CNY million, cash and debt aside.

    Nobody pays one for a firm that just leaves.
    """
    if cause == r.DEPARTURE:
        return f.value
    premium = p.listing_premium if cause == r.LISTING else p.acquisition_factor
    return min(f.value * premium * exit_multiple(f, p, c), p.exit_cap)


def left_as(cause: int) -> int:
    """Status of a firm that has left alive."""
    if cause == r.DEPARTURE:
        return r.DEPARTED
    return r.LISTED if cause == r.LISTING else r.ACQUIRED
