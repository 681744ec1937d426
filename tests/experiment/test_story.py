"""The story of one firm: events side by side, and where lives part."""

import pandas as pd
import pytest

from sim.base.errors import OutcomeError
from sim.experiment.run import worlds
from sim.experiment.story import Story, story
from sim.experiment.story import _ending as ending_of
from sim.firms.record import EVENT_NAMES, UNBORN
from tests.experiment.small import tiny
from tests.firms.hand import firm as firm_record


def told(*events):
    return pd.DataFrame(events, columns=["date", "event", "value"])


BIRTH, QUARTER = (0.0, "birth", 6.0), (0.25, "quarter", 5.0)
SIGNED, LARGER = (0.3, "loan signed", 8.0), (0.3, "loan signed", 12.0)


def of(plain, other):
    return Story(7, 0, {"plain": told(*plain), "swap": told(*other)}, {"plain": "a", "swap": "b"})


HERE, THERE = '"loan signed" in year 0.30 (8)', '"loan signed" in year 0.30 (12)'


@pytest.mark.parametrize(
    ("plain", "other", "parts"),
    [
        ([BIRTH, SIGNED], [BIRTH, SIGNED], ["the same life as under the baseline"]),
        ([BIRTH, QUARTER, SIGNED], [BIRTH, QUARTER, LARGER], [f"parts with {THERE}", HERE]),
        ([BIRTH], [BIRTH, SIGNED], [f"parts with {HERE}", "nothing more"]),
        ([BIRTH, SIGNED], [BIRTH], ["parts with", HERE]),
    ],
)
def test_where_two_lives_part(plain, other, parts):
    first, *endings = of(plain, other).divergence.splitlines()
    assert first.startswith(f"swap: {parts[0]}")
    assert all(part in first for part in parts)
    assert endings == ["plain ends: a", "swap ends: b"]


def test_events_stand_side_by_side_in_order_and_quiet_ones_are_left_out():
    twice = [BIRTH, QUARTER, (0.3, "line drawn", 1.0), (0.3, "line drawn", 2.0)]
    table = of([BIRTH, QUARTER, SIGNED], twice).frame()
    assert list(table.columns) == ["year", "event", "plain", "swap"]
    assert table[["year", "event"]].values.tolist() == [
        [0.0, "birth"], [0.3, "line drawn"], [0.3, "line drawn"], [0.3, "loan signed"],
    ]  # fmt: skip
    assert table["plain"].fillna(-1.0).tolist() == [6.0, -1.0, -1.0, 8.0]
    assert table["swap"].fillna(-1.0).tolist() == [6.0, 1.0, 2.0, -1.0]


def test_a_story_of_nobody_is_an_empty_table():
    assert len(Story(0, 0, {}, {}).frame()) == 0


def test_a_story_says_whose_it_is():
    assert repr(of([BIRTH], [BIRTH])) == "Story(firm 7, replication 0)"


def test_a_firm_is_followed_under_each_arrangement():
    scenario = tiny()
    found = story(scenario, 3, replication=1)
    assert (found.firm, found.replication) == (3, 1)
    assert list(found.events) == list(found.endings) == ["plain", "revenue_swap"]
    for w in worlds(scenario, 1, trace=True):
        mine = [row for part in w.events for row in part if row["firm"] == 3]
        events = found.events[w.name]
        assert events["date"].tolist() == [float(row["date"]) for row in mine]
        assert events["event"].tolist() == [EVENT_NAMES[int(row["event"])] for row in mine]
        assert events["event"].tolist()[0] == "birth"


@pytest.mark.parametrize(
    ("values", "ending"),
    [
        ({"lifecycle__failure_hazard": [1e6] * 4}, "closed: technical failure in year 0.00"),
        (
            {"lifecycle__failure_hazard": [0.0] * 4, "experiment__horizon_years": 0.02},
            "alive in the startup stage, value ",
        ),
    ],
)
def test_how_a_life_ends_is_told(values, ending):
    few = tiny(population__firms=3, experiment__arrangements=("plain",), **values)
    assert story(few, 1).endings["plain"].startswith(ending)


def test_a_firm_that_enters_later_has_no_ending_yet():
    assert ending_of(firm_record(status=UNBORN)) == "not yet founded"


@pytest.mark.parametrize("firm", [-1, 60])
def test_there_must_be_such_a_firm(firm):
    with pytest.raises(OutcomeError, match="from 0 to 59"):
        story(tiny(), firm)
