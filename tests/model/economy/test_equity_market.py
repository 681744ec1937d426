"""Winters of the equity market come and go at the speed that the macro regime sets."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from sim.base.draws import EQUITY_MARKET, exponential, replication_key
from sim.model.economy.equity_market import EquityMarket, MarketStep, market_path
from sim.model.economy.macro import time_share

NAMES = ("boom", "bust")
BOOM: Any = ((0.0, 0),)
KEYS = [replication_key(6, n) for n in range(1500)]
MOST = 4.0
"""Standard errors; one false alarm in sixteen thousand."""


def market(**terms: Any) -> EquityMarket:
    usual: dict[str, Any] = {
        "opening_winter_share": 0.0,
        "enter_winter_hazard": {"boom": 0.1, "bust": 1.5},
        "leave_winter_hazard": {"boom": 1.0, "bust": 0.2},
        "winter_rounds": 0.5, "winter_listing": 0.2, "winter_acquisition": 0.6,
        "winter_valuation": 0.6,
    }  # fmt: skip
    return EquityMarket(**usual | terms)


def hazards(enter: tuple[float, float], leave: tuple[float, float]) -> EquityMarket:
    enter_by, leave_by = (dict(zip(NAMES, pair, strict=True)) for pair in (enter, leave))
    return market(enter_winter_hazard=enter_by, leave_winter_hazard=leave_by)


# --- The path ----------------------------------------------------------------------------


def test_a_path_begins_with_the_macro_path_and_alternates() -> None:
    macro = ((-5.0, 0), (0.0, 1), (4.0, 0), (20.0, 1))
    for key in KEYS[:50]:
        path = market_path(market(), NAMES, macro, key, 40.0)
        dates, states = zip(*path, strict=True)
        assert (dates[0], states[0]) == (-5.0, 0)
        assert all(a < b for a, b in pairwise(dates))
        assert dates[-1] < 40.0
        assert all(a != b for a, b in pairwise(states))


@pytest.mark.parametrize(("share", "state"), [(0.0, 0), (1.0, 1)])
def test_the_first_day_is_certain_where_its_share_is(share: float, state: int) -> None:
    rule = market(opening_winter_share=share)
    assert {market_path(rule, NAMES, BOOM, key, 1.0)[0] for key in KEYS} == {(0.0, state)}


def test_the_first_day_lies_in_a_winter_as_often_as_stated() -> None:
    rule = market(opening_winter_share=0.3)
    winters = [market_path(rule, NAMES, BOOM, key, 0.01)[0][1] for key in KEYS]
    assert abs(np.mean(winters) - 0.3) < MOST * math.sqrt(0.3 * 0.7 / len(KEYS))


def test_without_hazards_nothing_changes() -> None:
    calm = hazards((0.0, 0.0), (0.0, 0.0))
    assert market_path(calm, NAMES, ((0.0, 0), (3.0, 1)), (1, 2), 99.0) == ((0.0, 0),)


# --- Winters and regimes -----------------------------------------------------------------


def test_winters_begin_in_busts_and_end_in_booms_where_only_these_have_a_hazard() -> None:
    macro = tuple((4.0 * n, n % 2) for n in range(250))
    path = market_path(hazards((0.0, 2.0), (2.0, 0.0)), NAMES, macro, (1, 2), 1000.0)
    begins = [date % 8.0 for date, state in path[1:] if state == 1]
    ends = [date % 8.0 for date, state in path[1:] if state == 0]
    assert len(begins) > 50
    assert min(begins) >= 4.0
    assert max(ends) < 4.0


def test_a_change_of_regime_changes_only_the_speed() -> None:
    # The first threshold is used up at 0.1 a year in the boom and at 2 a year afterwards.
    seen = set()
    for key in KEYS[:40]:
        threshold = exponential(*key, 0, EQUITY_MARKET, 1, 0)
        before = threshold < 0.1 * 3.0
        date = threshold / 0.1 if before else 3.0 + (threshold - 0.3) / 2.0
        path = market_path(hazards((0.1, 2.0), (0.0, 0.0)), NAMES, ((0.0, 0), (3.0, 1)), key, 1e9)
        assert path[1] == (pytest.approx(date, rel=1e-12), 1)
        seen.add(before)
    assert seen == {True, False}


def test_a_date_of_the_macro_path_without_a_change_changes_nothing() -> None:
    split = ((0.0, 0), (0.7, 0), (1.3, 0))
    for key in KEYS[:40]:
        whole = market_path(market(), NAMES, BOOM, key, 30.0)
        parts = market_path(market(), NAMES, split, key, 30.0)
        assert [state for _, state in parts] == [state for _, state in whole]
        assert [d for d, _ in parts] == pytest.approx([d for d, _ in whole], rel=1e-12)


@pytest.mark.parametrize(("regime", "enter", "leave"), [(0, 0.1, 1.0), (1, 1.5, 0.2)])
def test_time_in_winter_is_stationary_in_each_regime(
    regime: int, enter: float, leave: float
) -> None:
    years = 6000.0
    path = market_path(market(), NAMES, ((0.0, regime),), (1, 2), years)
    p, speed = enter / (enter + leave), enter + leave
    # The indicator of a two-state chain has autocovariance p (1 - p) exp(-speed t).
    sd = math.sqrt(2.0 * p * (1.0 - p) / (speed * years))
    assert abs(time_share(path, 1, 0.0, years) - p) < MOST * sd


def test_spells_of_open_market_are_exponential() -> None:
    path = market_path(market(), NAMES, ((0.0, 1),), (3, 4), 4000.0)
    dates = np.array([date for date, _ in path])
    spells = np.diff(dates)[::2]
    assert spells.size > 500
    assert abs(spells.mean() - 1.0 / 1.5) < MOST * (1.0 / 1.5) / math.sqrt(spells.size)


# --- What is refused ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"leave_winter_hazard": {"boom": 1.0}}, "same macro regimes"),
        ({"enter_winter_hazard": {"boom": -0.1, "bust": 1.0}}, "at least 0"),
        ({"opening_winter_share": 1.1}, "at most 1"),
        ({"winter_valuation": 0.0}, "above 0"),
        ({"winter_rounds": -0.1}, "at least 0"),
    ],
)
def test_what_makes_no_sense_is_refused(terms: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        market(**terms)


def test_a_stated_path_takes_over_from_its_first_step() -> None:
    rule = market()
    key = (1, 2)
    macro = ((-5.0, 0), (0.0, 1), (3.0, 0))
    own = market_path(rule, ("boom", "bust"), macro, key, 20.0)
    steps = [{"years_from_start": 4.0, "winter": True}, {"years_from_start": 6.0, "winter": False}]
    stated = rule.model_copy(update={"path": tuple(MarketStep(**step) for step in steps)})
    path = market_path(stated, ("boom", "bust"), macro, key, 20.0)
    assert path == (*(step for step in own if step[0] < 4.0), (4.0, 1), (6.0, 0))
    early = rule.model_copy(update={"path": (MarketStep(years_from_start=-9.0, winter=True),)})
    assert market_path(early, ("boom", "bust"), macro, key, 20.0) == ((-5.0, 1),)
