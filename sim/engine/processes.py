"""The system as SimPy processes: one short generator for each line of the calendar.

Dates of the calendar are computed from integers and never accumulated. One process runs
the ordered phases of a month, so nothing depends on the order in which processes start:
first the regime switches, then firms live up to the date, then what is dated comes into
force, then banks decide, then books close. Random switches of regime have a process of their own.
"""

import math
from collections.abc import Callable, Generator, Iterable
from typing import Any

import numpy as np
import simpy

from sim.engine.committee import hold_committee, impose, wind_down
from sim.engine.settlement import settle
from sim.engine.world import World, renew_rules
from sim.model.economy.macro import Path, frailty, regime_names
from sim.model.firms.flows import BALANCE_YEARS
from sim.scenario.dated import changes

Steps = Generator[simpy.Event, None, None]
Observer = Callable[[simpy.Environment, World], Steps]
Witness = Callable[[str, World, float], None]
"""Is told each phase of the calendar as it ends: ``"opening"``, ``"switch"`` of regime or market,
``"firms"`` have lived up to the date, ``"banks"`` have decided, ``"books"`` are closed."""
MONTHS = 12


def run_world(
    w: World,
    start: float,
    end: float,
    close: float | None = None,
    observers: Iterable[Observer] = (),
    witness: Witness | None = None,
) -> None:
    """Let a world live from one date to another.

    Parameters
    ----------
    w : World
    start, end : float, years
    close : float, optional
        Date after which no loan is made (start of the run-off).
    observers : iterable of callable
        Processes that look and change nothing.
    witness : callable, optional
        Looks at the phases of the calendar and changes nothing.
    """
    env, tell = simpy.Environment(initial_time=start), witness or nobody
    begin(w, start)
    tell("opening", w, start)
    env.process(regime_switches(env, w, start, end, tell))
    env.process(calendar(env, w, start, end, end if close is None else close, tell))
    for observer in observers:
        env.process(observer(env, w))
    env.run()


def nobody(phase: str, w: World, date: float) -> None:
    """Witness nothing."""


def begin(w: World, start: float) -> None:
    """Open the yearbook and set market conditions; firms timed under others are timed anew."""
    w.keep_page(start)
    w.owed = w.posted[:, BALANCE_YEARS].copy()
    before = w.market_conditions.copy()
    is_new_to_firms = renew_rules(w, start)
    set_market_conditions(w, start)
    if is_new_to_firms or np.any(before != w.market_conditions):
        w.rules.switch_regime(w.firms, w.next_time, w.params, w.market_conditions, start)


def renew(w: World, date: float) -> None:
    """Let what is dated come into force at the end of a month, up to which firms have lived."""
    market = w.now.equity_market
    is_new_to_firms = renew_rules(w, date)
    if w.now.equity_market != market:
        set_market_conditions(w, date)
        is_new_to_firms = True
    if is_new_to_firms:
        w.rules.switch_regime(w.firms, w.next_time, w.params, w.market_conditions, date)


def until(env: simpy.Environment, date: float) -> simpy.Event:
    """Wait for a date; the float clock may miss it by a rounding error, the date does not."""
    return env.timeout(max(date - env.now, 0.0))


def regime_switches(
    env: simpy.Environment, w: World, start: float, end: float, tell: Witness
) -> Steps:
    """Switches of the macro regime and of the equity market at random dates."""
    for date in switch_dates(w, start, end):
        if not on_calendar(date):
            yield until(env, date)
            switch_regime(w, date)
            tell("switch", w, date)


def on_calendar(date: float) -> bool:
    """Whether a date is the end of a month; the calendar process takes care of those."""
    return abs(date * MONTHS - round(date * MONTHS)) < 1e-9


def switch_regime(w: World, date: float) -> None:
    """Let firms live to the date, then change market conditions and re-time them."""
    w.advance(date)
    set_market_conditions(w, date)
    w.rules.switch_regime(w.firms, w.next_time, w.params, w.market_conditions, date)


def switch_dates(w: World, start: float, end: float) -> list[float]:
    """All dates inside the window at which market conditions change, in order."""
    dates = {date for date, _ in (*w.macro, *w.market)}
    if w.scenario.macro.frailty_variance > 0.0:
        dates |= {float(year) for year in range(int(start) - 1, int(end) + 1)}
    return sorted(date for date in dates if start < date < end)


def state_at(path: Path, date: float) -> int:
    """The state of a path at a date."""
    return [state for since, state in path if since <= date + 1e-9][-1]


def set_market_conditions(w: World, date: float) -> None:
    """Set the factors in force from `date` on."""
    c, macro, market = w.market_conditions, w.scenario.macro, w.now.equity_market
    code, winter = state_at(w.macro, date), state_at(w.market, date)
    regime = macro.regime[regime_names(macro)[code]]
    year = int(date // 1.0)
    c.regime, c.winter, c.frailty = code, winter, frailty(macro, w.system_key, year)
    c.bust = regime.setback > 1.0
    c.setback = regime.setback * c.frailty[0]
    c.progress, c.recovery = regime.progress, regime.recovery
    c.margin, c.drift, c.collateral = regime.margin, regime.drift, regime.collateral
    c.rounds = regime.rounds * (market.winter_rounds if winter else 1.0)
    c.listing = regime.listing * (market.winter_listing if winter else 1.0)
    c.acquisition = regime.acquisition * (market.winter_acquisition if winter else 1.0)
    c.valuation = regime.valuation * (market.winter_valuation if winter else 1.0)


def calendar(
    env: simpy.Environment, w: World, start: float, end: float, close: float, tell: Witness
) -> Steps:
    """Months in order: firms live, the regime switches, banks decide, quarters are settled."""
    switches = {round(date * MONTHS) for date in switch_dates(w, start, end) if on_calendar(date)}
    renewals = {math.ceil(date * MONTHS - 1e-9) for date in changes(w.scenario)}
    for month in range(math.floor(start * MONTHS + 1e-9) + 1, int(end * MONTHS + 1e-9) + 1):
        date = month / MONTHS
        yield until(env, date)
        if month in switches:
            switch_regime(w, date)
            tell("switch", w, date)
        w.advance(date)
        tell("firms", w, date)
        if month in renewals:
            renew(w, date)
        if date <= close + 1e-9:
            decide(w, date)
        else:
            wind_down(w, date)
        tell("banks", w, date)
        if month % 3 == 0:
            settle(w, date)
            tell("books", w, date)
    yield until(env, end)
    w.advance(end)
    if w.settled < end - 1e-9:
        settle(w, end)
        tell("books", w, end)


def decide(w: World, date: float) -> None:
    """The credit committee, or the baseline's decisions where its lending is imposed."""
    if w.imposed is None:
        hold_committee(w, date)
    else:
        impose(w, date)


def observe(env: simpy.Environment, w: World, dates: list[float], seen: list[Any]) -> Steps:
    """A pure observer: advances firms to its own dates and changes nothing."""
    for date in dates:
        yield until(env, date)
        w.advance(date)
        seen.append((date, int((w.firms.status == 1).sum())))
