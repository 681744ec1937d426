"""The life of a firm, event by event: the model's only large loop.

`advance` takes every firm from its own clock to a date. A barrier (the end of a window)
changes nothing: where windows fall leaves every life the same to the last bit.

Reading order: `advance` and `fire` here, then `events` and `clock` beside this file.
"""

from typing import Any

from sim.model.firms import record as r
from sim.model.firms.clock import accrue, refresh
from sim.model.firms.events import on_cause, on_schedule, tidy
from sim.model.firms.population import be_born, next_threshold
from sim.model.firms.record import note


def advance(
    firms: Any, next_time: Any, pending: Any, params: Any, market_conditions: Any, until: float,
    log: Any, cursor: Any,
) -> int:  # fmt: skip
    """Take every firm to `until`, event by event.

    Parameters
    ----------
    firms : record array, shape (n_firms,), see `sim.model.firms.record.FIRM`
    next_time : float array, shape (n_firms,), years
        Date of each firm's next event; apart from the record so that idle firms cost
        one comparison.
    pending : uint8 array, shape (n_firms,)
        Set to the firm's request, for the credit committee to scan.
    params : record array, shape (n_sectors,)
    market_conditions : record array, shape (1,)
    until : float, years
    log : record array, see `sim.model.firms.record.LOG`; may be empty
    cursor : int64 array, shape (3,)
        Rows of the log in use, whether to log (0 or 1), and the firm to start from.

    Returns
    -------
    int
        `n_firms` when done; the firm at which the log was full otherwise (make room, set
        the cursor and call again).
    """
    c = market_conditions[0]
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
    # Where its account is changes nothing that a firm does, nor when.
    if event != r.ACCOUNT_MOVE:
        tidy(f, p, t, log, cursor)
    return refresh(f, p, c)


def switch_regime(
    firms: Any, next_time: Any, params: Any, market_conditions: Any, t: float
) -> None:
    """Market conditions change at `t`: every living firm is anchored there and re-timed."""
    c = market_conditions[0]
    for i in range(firms.shape[0]):
        f = firms[i]
        if f.status == r.ALIVE:
            p = params[f.sector]
            accrue(f, p, t)
            next_time[i] = refresh(f, p, c)
