"""The life of a firm, event by event: the model's only large loop.

`advance` takes every firm from its own clock to a date. Between two events of a firm all
rates are constant, so thresholds, cash and totals are carried by closed form, and the date
of the next event is exact. A barrier (the end of a window) changes nothing: where windows
fall leaves every life the same to the last bit.

Reading order: `advance`, `fire`, then the handlers, then `refresh`.
"""

from typing import Any

from sim.firms import record as r
from sim.firms.credit_line import (
    enter_arrears,
    is_cured,
    manage_cash,
    pay_due,
    release,
    repay,
    rescue,
    wants_credit,
)  # fmt: skip
from sim.firms.equity import (
    acquisition_hazard,
    close_round,
    exercise_at_exit,
    exit_multiple,
    listing_hazard,
    round_hazard,
    seeks_round_at,
    set_value,
    share_out,
)  # fmt: skip
from sim.firms.lifecycle import (
    diversion_hazard,
    failure_hazard,
    progress_hazard,
    recovery_hazard,
    regress_hazard,
    setback_hazard,
)  # fmt: skip
from sim.firms.operations import enter_setback, leave_setback, runway, set_flows, take_shock
from sim.firms.population import be_born, next_threshold
from sim.firms.project import (
    end_project,
    fail_trial,
    open_project,
    trial_closes,
    trial_succeeds,
    try_project,
)  # fmt: skip
from sim.firms.relationship import earned, move_accounts, offer_hazard
from sim.firms.right import (
    choose_delivery,
    count_compliance,
    end_right,
    expire,
    is_compliant,
    royalty_end,
    test_trigger,
    waive,
)  # fmt: skip
from sim.firms.workout import pay_from_cash, settle_default, spend_line


def advance(
    firms: Any, next_time: Any, pending: Any, params: Any, c: Any, until: float,
    log: Any, cursor: Any,
) -> int:  # fmt: skip
    """Take every firm to `until`, event by event.

    Parameters
    ----------
    firms : record array, shape (n_firms,), see `sim.firms.record.FIRM`
    next_time : float array, shape (n_firms,), years
        Date of each firm's next event; apart from the record so that idle firms cost
        one comparison.
    pending : uint8 array, shape (n_firms,)
        Set to the firm's request, for the credit committee to scan.
    params : record array, shape (n_sectors,)
    c : record, see `sim.firms.record.CLIMATE`
    until : float, years
    log : record array, see `sim.firms.record.LOG`; may be empty
    cursor : int64 array, shape (3,)
        Rows of the log in use, whether to log (0 or 1), and the firm to start from.

    Returns
    -------
    int
        `n_firms` when done; the firm at which the log was full otherwise (make room, set
        the cursor and call again).
    """
    for i in range(cursor[2], firms.shape[0]):
        while next_time[i] <= until:
            if cursor[1] == 1 and cursor[0] + 8 > log.shape[0]:
                return i
            f = firms[i]
            next_time[i] = fire(f, params[f.sector], c, next_time[i], log, cursor)
            pending[i] = f.request
    return firms.shape[0]


def fire(f: Any, p: Any, c: Any, t: float, log: Any, cursor: Any) -> float:
    """Carry out the firm's next event at its date `t`; returns the date of the one after."""
    event = f.next_event
    if event == r.BIRTH:
        be_born(f, p, c, t)
        note(f, t, r.BIRTH, f.cash, log, cursor)
        return refresh(f, p, c)
    accrue(f, p, t)
    note(f, t, event, f.cash, log, cursor)
    if event < r.N_CAUSES:
        f.left[event] = next_threshold(f, c, event)
        on_cause(f, p, c, t, event, log, cursor)
    else:
        on_schedule(f, p, c, t, event, log, cursor)
    if f.status != r.ALIVE:
        return r.NEVER
    tidy(f, p, t, log, cursor)
    return refresh(f, p, c)


def note(f: Any, t: float, event: int, value: float, log: Any, cursor: Any) -> None:
    """Write one line of the event log, where one is kept."""
    if cursor[1] == 1:
        row = log[cursor[0]]
        row.date = t
        row.firm = f.firm
        row.event = event
        row.value = value
        cursor[0] += 1


def accrue(f: Any, p: Any, t: float) -> None:
    """Carry thresholds, cash and totals to `t` along their straight lines."""
    years = t - f.now
    for cause in range(r.N_CAUSES):
        f.left[cause] -= f.speed[cause] * years
    if f.contract >= 0:
        f.cum_relation += earned(f, p, years)
    f.cum_sales += f.sales * years
    f.cum_cost += f.cost * years
    f.cum_invest += f.invest * years
    f.cum_interest += f.rate * f.balance * years
    f.cum_balance += f.balance * years
    f.cum_fee += f.fee_rate * f.balance * years
    f.cum_refinanced += f.refinanced * f.balance * years
    f.cum_royalty += f.royalty * years
    f.cum_delivery += f.delivery * years
    if f.limit > 0.0:
        f.credit_years += years
    f.cash += f.flow * years
    f.now = t


def refresh(f: Any, p: Any, c: Any) -> float:
    """Set rates and hazards for the new state; returns the date of the next event."""
    set_flows(f, p, c)
    set_value(f, p, c)
    if f.low_since == 1 and runway(f) > 1.05 * p.raise_below_runway:
        f.low_since = 0
    set_speeds(f, p, c)
    return schedule(f, p)


def set_speeds(f: Any, p: Any, c: Any) -> None:
    """The hazard of each cause until the next event."""
    f.speed[r.PROGRESS] = progress_hazard(f, p, c)
    f.speed[r.SETBACK] = setback_hazard(f, p, c)
    f.speed[r.RECOVERY] = recovery_hazard(f, p, c)
    f.speed[r.FAILURE] = failure_hazard(f, p, c)
    f.speed[r.LISTING] = listing_hazard(f, p, c)
    f.speed[r.ACQUISITION] = acquisition_hazard(f, p, c)
    f.speed[r.ROUND] = round_hazard(f, p, c)
    f.speed[r.OFFER] = offer_hazard(f, p)
    f.speed[r.DIVERSION] = diversion_hazard(f, p, c)
    f.speed[r.REGRESS] = regress_hazard(f, p, c)


def schedule(f: Any, p: Any) -> float:
    """Find what comes next: the first cause to use up its threshold, or a dated event."""
    best = f.quarter * 0.25
    event = r.QUARTER
    for cause in range(r.N_CAUSES):
        if f.speed[cause] > 0.0:
            date = f.now + max(f.left[cause], 0.0) / f.speed[cause]
            if date < best:
                best, event = date, cause
    if f.flow < 0.0 and f.arrears == 0:
        date = f.now + max(f.cash, 0.0) / -f.flow
        if date < best:
            best, event = date, r.CASH_ZERO
        date = seeks_round_at(f, p)
        if date < best:
            best, event = date, r.RUNWAY_LOW
    if f.arrears == 1 and f.arrears_end < best:
        best, event = f.arrears_end, r.ARREARS_END
    if f.project == 1 and f.deadline < best:
        best, event = f.deadline, r.PROJECT_END
    if f.contract >= 0 or f.right != r.NO_RIGHT:
        best, event = contract_date(f, best, event)
    f.next_event = event
    return max(best, f.now)


def contract_date(f: Any, best: float, event: int) -> tuple[float, int]:
    """The earliest date of the firm's contract, if before `best`."""
    if f.maturity < best:
        best, event = f.maturity, r.MATURITY
    if f.review < best:
        best, event = f.review, r.REVIEW
    if f.step < best:
        best, event = f.step, r.RATE_STEP
    if f.arrears == 0 and f.call < best:
        best, event = f.call, r.CALL
    if f.right != r.NO_RIGHT:
        if f.anniversary < best:
            best, event = f.anniversary, r.ANNIVERSARY
        if f.expiry < best:
            best, event = f.expiry, r.EXPIRY
        date = royalty_end(f)
        if date < best:
            best, event = date, r.ROYALTY_CAP
    return best, event


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
    elif cause == r.LISTING or cause == r.ACQUISITION:
        leave(f, p, c, t, cause, log, cursor)
    elif cause == r.ROUND:
        close_round(f, p)
        set_value(f, p, c)
        note_trigger(f, p, t, log, cursor)
    elif cause == r.OFFER:
        ask(f, t, r.ASK_OFFER)
    elif cause == r.DIVERSION:
        divert(f, p)
        close(f, p, c, t, r.FAILED_DIVERSION, log, cursor)
    elif cause == r.REGRESS:
        f.stage -= 1
        f.project = 0


def on_schedule(
    f: Any, p: Any, c: Any, t: float, event: int, log: Any, cursor: Any
) -> None:
    """A dated event is due."""
    if event == r.QUARTER:
        on_quarter(f, p, c, t, log, cursor)
    elif event == r.CASH_ZERO:
        f.cash = 0.0
        amount = rescue(f, p)
        if amount > 0.0:
            note(f, t, r.DRAWN, amount, log, cursor)
        else:
            enter_arrears(f, p, t)
    elif event == r.RUNWAY_LOW:
        f.low_since = 1
    elif event == r.ARREARS_END:
        on_arrears_end(f, p, c, t, log, cursor)
    elif event == r.PROJECT_END:
        if end_project(f, p, t):
            note(f, t, r.PROJECT_DONE, f.scale, log, cursor)
    elif event == r.MATURITY:
        f.maturity = r.NEVER
        ask(f, t, r.ASK_RENEWAL)
    elif event == r.REVIEW:
        f.review = t + 1.0
        ask(f, t, r.ASK_REVIEW)
    elif event == r.CALL:
        f.call = r.NEVER
        pay_due(f)
        if f.due > 0.0:
            enter_arrears(f, p, t)
    else:
        on_term(f, p, t, event, log, cursor)


def on_term(f: Any, p: Any, t: float, event: int, log: Any, cursor: Any) -> None:
    """A date written in the contract."""
    if event == r.RATE_STEP:
        f.rate = f.later_rate
        f.step = r.NEVER
    elif event == r.ANNIVERSARY:
        f.anniversary = t + 1.0
        choose_delivery(f, p, t)
    elif event == r.EXPIRY:
        before = f.waived
        gain = expire(f)
        note(f, t, r.WAIVED if f.waived > before else r.EXERCISED, gain, log, cursor)
    elif event == r.ROYALTY_CAP:
        end_right(f)


def on_quarter(f: Any, p: Any, c: Any, t: float, log: Any, cursor: Any) -> None:
    """The quarter ends: shocks, accounts, the trigger, cash and the need for credit."""
    years = t - f.shocked
    take_shock(f, p, c, t)
    move_accounts(f, p, years)
    count_compliance(f, p)
    set_flows(f, p, c)
    set_value(f, p, c)
    note_trigger(f, p, t, log, cursor)
    if f.arrears == 0 and f.called == 0:
        manage_cash(f, p)


def note_trigger(f: Any, p: Any, t: float, log: Any, cursor: Any) -> None:
    """Test the trigger of a swap right and log what came of it."""
    outcome = test_trigger(f, p, t)
    if outcome == 1:
        note(f, t, r.WAIVED, f.value, log, cursor)
    elif outcome == 2:
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


def on_arrears_end(f: Any, p: Any, c: Any, t: float, log: Any, cursor: Any) -> None:
    """The window is over: cured, or closed."""
    pay_due(f)
    if is_cured(f):
        f.arrears = 0
    else:
        close(f, p, c, t, r.FAILED_CASH, log, cursor)


def tidy(f: Any, p: Any, t: float, log: Any, cursor: Any) -> None:
    """After any event: cure arrears, end a repaid call, start a funded project, ask."""
    if f.arrears == 1:
        pay_due(f)
        if is_cured(f):
            f.arrears = 0
    if f.called == 1 and f.balance <= 0.0:
        release(f)
    if try_project(f, p, t):
        note(f, t, r.PROJECT_DONE, f.scale, log, cursor)
    if wants_credit(f, p, t):
        ask(f, t, r.ASK_FUNDS)


def ask(f: Any, t: float, what: int) -> None:
    """Put a request to the next credit committee."""
    if f.request == 0:
        f.asked = t
    f.request |= what


def divert(f: Any, p: Any) -> None:
    """Owners take part of the cash before creditors can."""
    taken = (1.0 - p.recovery_cash_share) * max(f.cash, 0.0)
    f.cash -= taken
    f.cum_dividend += taken


def close(f: Any, p: Any, c: Any, t: float, status: int, log: Any, cursor: Any) -> None:
    """The firm closes; what stays owed is a default."""
    before = f.balance
    spend_line(f, p)
    pay_from_cash(f)
    settle_default(f, p, c, max(before, f.balance), t)
    if f.defaulted == 1:
        note(f, t, r.DEFAULTED, f.owed, log, cursor)
    if f.project == 1:
        f.cum_gap += f.demand
    stop(f, t, status)


def leave(f: Any, p: Any, c: Any, t: float, cause: int, log: Any, cursor: Any) -> None:
    """Listing or sale: rights are exercised, the value is shared out, the loan repaid."""
    premium = p.listing_premium if cause == r.LISTING else p.acquisition_factor
    value = min(f.value * premium * exit_multiple(f, p, c), p.exit_cap)
    if f.right == r.SWAP and is_compliant(f):
        waive(f)
    share_out(f, exercise_at_exit(f, value))
    if cause == r.LISTING:
        resting = f.listing_capture * p.listing_raise_share * value
        f.cum_relation += resting * p.deposit_margin * p.listing_deposit_years
    repay(f, f.balance)
    f.cum_exit_cash = f.cash
    f.cash = 0.0
    stop(f, t, r.LISTED if cause == r.LISTING else r.ACQUIRED)


def stop(f: Any, t: float, status: int) -> None:
    """The end: nothing flows any more."""
    f.status = status
    f.end = t
    f.request = 0
    f.project = 0
    f.arrears = 0
    end_right(f)
    f.balance = 0.0
    f.limit = 0.0
    f.rate = 0.0
    f.flow = 0.0
    f.sales = 0.0
    f.cost = 0.0
    f.invest = 0.0
    f.royalty = 0.0
    f.delivery = 0.0
    for cause in range(r.N_CAUSES):
        f.speed[cause] = 0.0


def turn(firms: Any, next_time: Any, params: Any, c: Any, t: float) -> None:
    """The climate changes at `t`: every living firm is anchored there and re-timed."""
    for i in range(firms.shape[0]):
        f = firms[i]
        if f.status == r.ALIVE:
            p = params[f.sector]
            accrue(f, p, t)
            next_time[i] = refresh(f, p, c)
