"""The clock of a firm: carrying it to a date, its hazards, and what comes next.

Between two events of a firm all rates are constant, so thresholds, cash and totals are
carried by closed form, and the date of the next event is exact.
"""

from typing import Any

from sim.model.firms import record as r
from sim.model.firms.equity import (
    acquisition_hazard,
    listing_hazard,
    round_hazard,
    seeks_round_at,
    set_value,
)
from sim.model.firms.failure import diversion_hazard, failure_hazard
from sim.model.firms.flows import carry
from sim.model.firms.lifecycle import (
    progress_hazard,
    recovery_hazard,
    regress_hazard,
    setback_hazard,
)
from sim.model.firms.operations import runway, set_flows
from sim.model.firms.register import departure_hazard
from sim.model.firms.relationship import account_hazard, offer_hazard
from sim.model.firms.right import royalty_end


def cash_at(f: Any, date: float) -> float:
    """Cash of a firm at a date before its next event, CNY million; below zero in arrears."""
    return f.cash + f.flow * (date - f.now)


def accrue(f: Any, p: Any, t: float) -> None:
    """Carry thresholds, cash and totals to `t` along their straight lines."""
    years = t - f.now
    for cause in range(r.N_CAUSES):
        f.left[cause] -= f.speed[cause] * years
    carry(f, p, years)
    if f.limit > 0.0:
        f.credit_years += years
    f.now = t


def refresh(f: Any, p: Any, c: Any) -> float:
    """Set rates and hazards for the new state; returns the date of the next event."""
    set_flows(f, p, c)
    set_value(f, p, c)
    if f.seeks_round == 1 and runway(f) > 1.05 * p.raise_below_runway:
        f.seeks_round = 0
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
    f.speed[r.ACCOUNT_MOVE] = account_hazard(f, p)
    f.speed[r.DEPARTURE] = departure_hazard(f, p)
    f.speed[r.WIND_UP] = f.wind_up if f.arrears == 0 else 0.0


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
