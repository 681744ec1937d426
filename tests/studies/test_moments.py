"""Moments are what their words say, on firms made by hand."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.engine.history import History
from sim.experiment.store import Store, Table
from sim.model.firms.record import ACQUIRED, ALIVE, FAILED_CASH, FIRM, LISTED
from sim.studies.moments import (
    PATTERNS,
    Patterns,
    exits_winter_over_open,
    listing_rate,
    multiple_shares,
    multiples,
    npl_high_over_low,
    patterns,
    tail_index,
)
from tests.house.small import shipped
from tests.outcomes.tiny import history as tiny_history


def history(**columns: Any) -> History:
    firms = FIRM.empty(len(columns["status"]))
    for name, values in columns.items():
        firms[name] = values
    return replace(tiny_history(), firms=firms, horizon=10.0)


def test_a_multiple_is_the_price_at_exit_over_the_price_of_the_round() -> None:
    price = np.zeros((4, 8))
    price[0, :2] = 10.0, 20.0
    price[1, 0] = 5.0
    price[2, 0] = 4.0
    made = history(
        status=[LISTED, FAILED_CASH, ALIVE, ACQUIRED], end=[5.0, 6.0, 1e300, 12.0],
        birth=[0.0] * 4, rounds=[2, 1, 1, 0], round_price=price,
        founder_proceeds=[60.0, 0.0, 0.0, 9.0],
    )  # fmt: skip
    assert sorted(multiples(made)) == pytest.approx([0.0, 3.0, 6.0])
    assert multiple_shares(made) == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0.0, 0.0])


def test_listings_are_counted_over_the_years_that_firms_lived_in_the_experiment() -> None:
    made = history(
        status=[LISTED, ALIVE, LISTED, FAILED_CASH], end=[4.0, 1e300, -1.0, 2.0],
        birth=[-3.0, 5.0, -9.0, 1.0],
    )  # fmt: skip
    assert listing_rate(made) == pytest.approx(1.0 / (4.0 + 5.0 + 1.0))


def test_the_tail_index_of_nothing_is_undefined() -> None:
    assert np.isnan(tail_index(np.zeros(100)))


# --- Patterns are told with a verdict, and a miss stays a miss -----------------------------------


SMALL = {
    "population.firms": 200, "experiment.horizon_years": 3.0, "experiment.warm_up_years": 3.0,
}  # fmt: skip


def test_every_pattern_is_computed_from_a_run() -> None:
    store = Store()
    frame = patterns(shipped().with_values(SMALL), 2, store=store).frame()
    assert store.simulated == 2
    assert len(frame) == len(PATTERNS)
    known = frame.set_index("pattern")["model"].notna()
    # Few firms exit in three years, and a bust need not come.
    assert known.sum() >= len(PATTERNS) - 9


def test_misses_are_named_and_what_is_met_is_not() -> None:
    middle = {
        one.key: 0.5 * (one.low + one.high) if math.isfinite(one.high) else one.low + 1.0
        for one in PATTERNS
    }
    values = pd.DataFrame([middle, middle])
    assert len(Patterns(values).findings().sentences) == 1
    values["tail_index"] = 9.0
    words = Patterns(values).findings().sentences
    assert len(words) == 2
    assert "tail index" in words[1]
    assert "above 1.40 to 2.00" in words[1]
    assert words[1].startswith("Not met (assumed)")  # its fact is recalled, and never looked up


def test_a_missed_share_is_told_in_per_cent() -> None:
    values = pd.DataFrame({one.key: [np.nan, np.nan] for one in PATTERNS})
    values["npl_ratio"] = [0.039, 0.041]
    words = "\n".join(Patterns(values).findings().sentences)
    assert "is 4.00 % (standard error 0.100 pp), above 2.18 to 2.99 % (LB43)" in words


def test_a_value_outside_by_less_than_its_error_is_near() -> None:
    values = pd.DataFrame({one.key: [np.nan, np.nan] for one in PATTERNS})
    values["npl_ratio"] = [0.01, 0.03]
    frame = Patterns(values).frame()
    assert frame["verdict"].tolist()[0] == "near"
    assert set(frame["verdict"][1:]) == {"undefined"}


def test_a_pattern_is_graded_by_the_facts_behind_it() -> None:
    values = pd.DataFrame({one.key: [np.nan] for one in PATTERNS})
    grades = Patterns(values).frame()["grade"].set_axis([one.key for one in PATTERNS])
    wanted = {
        "published": ("npl_ratio", "npl_high_over_low", "default_rate", "large_multiples",
                      "return_in_large"),
        "assumed": ("default_bust_over_boom", "listing_age", "tail_index"),
        "by construction": ("money_winter_over_open", "exits_winter_over_open"),
    }  # fmt: skip
    for grade, keys in wanted.items():
        assert set(grades[list(keys)]) == {grade}


def test_exits_of_a_winter_are_counted_over_its_years() -> None:
    """Two of three exits lie in a winter of two years of ten."""
    made = replace(
        history(status=[LISTED, ACQUIRED, LISTED, ALIVE], end=[4.5, 5.0, 9.0, 1e300],
                birth=[0.0] * 4),
        market=((-2.0, 0), (4.0, 1), (6.0, 0)),
    )  # fmt: skip
    assert exits_winter_over_open(made) == pytest.approx((2.0 / 2.0) / (1.0 / 8.0))


def test_bad_loans_of_the_worst_year_are_told_against_the_best() -> None:
    npl = ((0, 0), (1, 1), (1, 1), (4, 2), (4, 2))
    loans = ((9, 9), (49, 49), (49, 49), (47, 47), (47, 47))
    made = tiny_history(
        dates=np.array([0.0, 0.5, 1.0, 1.5, 2.0]), horizon=2.0, panel={"npl": npl, "loans": loans}
    )
    assert npl_high_over_low(made) == pytest.approx(3.0)
    assert math.isnan(npl_high_over_low(tiny_history()))


def test_patterns_of_another_program_are_not_recalled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def patterns_of(_: object, replication: int) -> pd.DataFrame:
        calls.append(replication)
        return Table.of_rows(["plain"], [{"npl_ratio": 0.1 * len(calls)}]).frame(replication)

    monkeypatch.setattr("sim.studies.moments.patterns_of", patterns_of)
    scenario = shipped().with_values(SMALL)
    for program, runs in (("one", 1), ("one", 1), ("two", 2)):
        monkeypatch.setattr("sim.experiment.store.program_digest", lambda name=program: name)
        found = patterns(scenario, 1, store=Store(tmp_path))
        assert len(calls) == runs
    assert found.values["npl_ratio"].tolist() == [0.2]
