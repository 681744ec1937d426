"""The calendar: which dates it knows, and the order of what happens on one."""

import numpy as np
import pytest

from sim.engine import processes
from sim.engine.processes import (
    calendar,
    decide,
    nobody,
    on_calendar,
    run_world,
    set_market_conditions,
    state_at,
    switch_dates,
)  # fmt: skip
from sim.model.firms.record import SETBACK
from tests.engine.hand import economy, told, world

PATH = ((-3.0, 0), (0.4, 1), (2.0, 0))


@pytest.mark.parametrize(
    ("date", "state"),
    [(-3.0, 0), (0.0, 0), (0.4, 1), (0.4 - 1e-12, 1), (0.39, 0), (1.99, 1), (2.0, 0), (99.0, 0)],
)
def test_a_state_holds_from_its_date_on(date, state):
    assert state_at(PATH, date) == state


@pytest.mark.parametrize(
    ("date", "on"), [(0.0, True), (1 / 12, True), (-7 / 12, True), (0.25, True), (0.3, False)]
)
def test_the_calendar_knows_the_ends_of_months(date, on):
    assert on_calendar(date) == on
    assert on_calendar(date + 1e-12) == on


def turning(frailty=0.0, macro=PATH, market=((-3.0, 0), (0.7, 1), (0.4, 0))):
    w = world(economy(values={"macro.frailty_variance": frailty}))
    w.macro, w.market = macro, market
    return w


@pytest.mark.parametrize(
    ("frailty", "span", "dates"),
    [
        (0.0, (-3.0, 5.0), [0.4, 0.7, 2.0]),
        (0.0, (0.4, 2.0), [0.7]),  # what happens at the ends belongs to others
        (0.2, (-1.5, 1.0), [-1.0, 0.0, 0.4, 0.7]),
        (0.2, (-1.0, 2.5), [0.0, 0.4, 0.7, 1.0, 2.0]),
        (0.2, (0.8, 0.9), []),
    ],
)
def test_the_regime_switches_with_regime_market_and_year(frailty, span, dates):
    assert switch_dates(turning(frailty), *span) == dates


def test_factors_of_regime_frailty_and_market_multiply():
    w = world(
        economy(
            values={
                "macro.frailty_variance": 0.5, "macro.regime.bust.setback": 2.0,
                "macro.regime.bust.rounds": 0.8, "macro.regime.bust.valuation": 0.9,
                "macro.regime.bust.listing": 0.7, "macro.regime.bust.collateral": 0.75,
                "equity_market.winter_rounds": 0.5, "equity_market.winter_valuation": 0.6,
                "equity_market.winter_listing": 0.2, "equity_market.winter_acquisition": 0.4,
            }
        )
    )  # fmt: skip
    w.macro, w.market = ((-9.0, 0), (1.0, 1)), ((-9.0, 0), (2.0, 1))
    set_market_conditions(w, 0.5)
    c = w.market_conditions[0]
    assert (c.regime, c.winter, c.rounds, c.valuation) == (0, 0, 1.0, 1.0)
    assert c.setback == c.frailty > 0.0
    set_market_conditions(w, 2.0)
    c = w.market_conditions[0]
    assert (c.regime, c.winter) == (1, 1)
    found = (c.rounds, c.valuation, c.listing, c.acquisition, c.collateral)
    assert found == pytest.approx((0.4, 0.54, 0.14, 0.4, 0.75))
    assert c.setback == pytest.approx(2.0 * c.frailty)


def test_a_year_has_one_frailty_and_the_next_another():
    w = world(economy(values={"macro.frailty_variance": 0.5}))
    w.macro = w.market = ((-1.0, 0),)
    seen = []
    for date in (-0.5, -1e-9, 0.0, 0.999, 1.0):
        set_market_conditions(w, date)
        seen.append(float(w.market_conditions.frailty[0]))
    assert seen[0] == seen[1] != seen[2] == seen[3] != seen[4]


# --- A run ---------------------------------------------------------------------------------


@pytest.fixture
def diary(monkeypatch):
    """What the calendar does to a world, in order, instead of doing it."""
    done = []

    def writer(word):
        return lambda w, date: done.append((word, round(date * 12.0, 6)))

    for name in ("decide", "wind_down", "settle", "switch_regime"):
        monkeypatch.setattr(processes, name, writer(name))
    return done


def quiet_world(**kind):
    w = world(economy(), cash=1.0)
    w.settled = kind.get("settled", 0.0)
    return w


def test_a_quarter_has_three_committees_and_then_its_settlement(diary):
    w = quiet_world(settled=0.5)
    run_world(w, 0.0, 0.5)
    decided = [("decide", month) for month in range(1, 7)]
    assert diary == [*decided[:3], ("settle", 3), *decided[3:], ("settle", 6)]


def test_the_regime_switches_before_banks_decide(diary):
    w = quiet_world(settled=0.25)
    w.macro = ((-1.0, 0), (1 / 12, 1), (0.1, 0))
    run_world(w, 0.0, 0.25)
    assert diary[:4] == [
        ("switch_regime", 1),
        ("decide", 1),
        ("switch_regime", 1.2),
        ("decide", 2),
    ]


def test_after_the_close_nothing_is_lent(diary):
    w = quiet_world(settled=0.5)
    run_world(w, 0.0, 0.5, close=0.25)
    assert [word for word, _ in diary] == ["decide"] * 3 + ["settle"] + ["wind_down"] * 3 + [
        "settle"
    ]


def test_a_history_begins_at_any_date(diary):
    w = quiet_world(settled=0.0)
    w.macro = w.market = ((-0.1, 0),)
    run_world(w, -0.1, 0.0)
    assert diary == [("decide", -1), ("decide", 0), ("settle", 0)]


def test_an_end_between_quarters_is_settled(diary):
    run_world(quiet_world(), 0.0, 0.1)
    assert diary == [("decide", 1), ("settle", 1.2)]


def test_firms_live_up_to_the_end():
    w = quiet_world()
    run_world(w, 0.0, 0.6)
    assert w.firms.quarter.tolist() == [3] * 3
    assert [date for date, _ in w.panel] == [0.25, 0.5, 0.6]
    assert told(w) == ["quarter"] * 6


def test_hazards_follow_market_conditions_from_the_first_day_of_a_run():
    # A branch begins where the year turns; its firms were timed in the old year.
    w = world(economy(values={"lifecycle.setback_hazard": [0.2] * 4}), cash=1.0)
    w.macro = ((-1.0, 0), (0.0, 1))
    w.market_conditions.setback = 7.0
    w.firms.speed[:, SETBACK] = 1.4
    run_world(w, 0.0, 1e-3)
    assert w.firms.speed[:, SETBACK] == pytest.approx(0.2 * float(w.market_conditions.setback[0]))


@pytest.mark.parametrize(("imposed", "called"), [(None, "hold_committee"), ([], "impose")])
def test_banks_decide_unless_the_baselines_decisions_are_imposed(monkeypatch, imposed, called):
    calls = []
    for name in ("hold_committee", "impose"):
        monkeypatch.setattr(processes, name, lambda w, date, name=name: calls.append((name, date)))
    w = quiet_world()
    w.imposed = imposed
    decide(w, 0.5)
    assert calls == [(called, 0.5)]


def test_dates_are_computed_and_never_added_up():
    w = quiet_world()
    run_world(w, 0.0, 30.0)
    assert [date for date, _ in w.panel] == [quarter / 4.0 for quarter in range(1, 121)]
    assert np.all(w.firms.now == 30.0)


def test_the_calendar_is_a_process_like_any_other():
    import simpy

    w, env = quiet_world(), simpy.Environment()
    env.process(calendar(env, w, 0.0, 0.25, 0.25, nobody))
    env.run(until=0.2)
    assert w.panel == []
    env.run()
    assert [date for date, _ in w.panel] == [0.25]
