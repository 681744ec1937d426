"""What a run says across the cycle agrees with its outcomes and its curves."""

import math
from functools import cache

import numpy as np
import pytest

from sim.base.errors import ScenarioError
from sim.experiment.results import Results
from sim.experiment.simulate import simulate
from sim.studies.cycle import (
    CrossCycle,
    cycle,
    distress,
    loss_correlation,
    mean_overtakes,
    median_with_never,
)
from sim.studies.request import comparable
from tests.studies.small import small


@cache
def results() -> Results:
    return simulate(small())


@cache
def found() -> CrossCycle:
    return cycle(results())


def test_net_effects_on_firms_are_those_of_the_outcomes() -> None:
    frame = results().outcomes
    rows = frame[(frame["outcome"] == "system.additional_survivors")]
    own = rows[rows["arrangement"] == "common_growth"]["value"].mean()
    firms = found().tables["firms"].set_index(["group", "effect"])["value"]
    assert firms["all firms", "saved less lost"] == pytest.approx(own)


def test_parts_of_all_firms_add_up_to_all() -> None:
    series = results().series
    own = series[(series["arrangement"] == "common_growth") & (series["replication"] == 0)]
    values = own.set_index("series")["value"]
    saved = [values[f"effect_saved:{group}"] for group in ("venture-backed", "not venture-backed")]
    assert min(saved) <= values["effect_saved:all firms"] <= max(saved)


def test_levels_of_regimes_and_vintages_are_told_with_their_differences() -> None:
    regimes = found().tables["regimes"]
    assert set(regimes["arrangement"]) == {"common_growth"}
    vintages = found().tables["vintages"].set_index(["arrangement", "year"])
    step = vintages.loc[("common_growth", 2), "value"] - vintages.loc[("plain", 2), "value"]
    assert vintages.loc[("common_growth", 2), "difference"] == pytest.approx(step)
    assert np.isnan(vintages.loc[("plain", 2), "difference"])


def test_overtaking_counts_all_histories() -> None:
    row = found().frame().query("measure == 'money'").iloc[0]
    frame = results().outcomes
    years = frame[(frame["outcome"] == "cycle.crossover_years")]
    own = years[years["arrangement"] == "common_growth"]["value"]
    assert row["overtakes"] == pytest.approx(own.notna().mean())


def test_findings_have_all_tables_and_a_sentence_for_each_arrangement() -> None:
    told = found().findings()
    assert list(told.tables) == ["overtaking", "leads", "regimes", "vintages", "firms", "banks"]
    assert set(told.captions) == set(told.tables)
    text = " ".join(told.sentences)
    assert "Common growth overtakes plain" in text
    # No word stands for a number that there is not.
    assert "unknown" not in text
    assert " 0 times" not in text
    assert "of 1,000 firms" in text


def test_one_arrangement_is_refused() -> None:
    with pytest.raises(ScenarioError, match="must be at least two"):
        comparable(small().with_values({"experiment.arrangements": ["plain"]}))


# --- Banks in distress alone and together --------------------------------------------------------


def test_banks_that_fall_together_do_so_more_often_than_independent_ones() -> None:
    hit = np.zeros((1, 10, 3))
    hit[0, :2] = 1.0
    alone, together, independent = distress(hit, 0.5)
    assert alone[0] == pytest.approx(0.2)
    assert together[0] == pytest.approx(0.2)
    assert independent == pytest.approx(3 * 0.04 * 0.8 + 0.008)


def test_independent_banks_fall_together_as_often_as_expected() -> None:
    rng = np.random.default_rng(1)
    hit = (rng.random((200, 50, 3)) < 0.3).astype(float)
    _, together, independent = distress(hit, 0.5)
    error = together.std(ddof=1) / np.sqrt(together.size)
    assert together.mean() == pytest.approx(independent, abs=4.5 * error)


def test_the_correlation_of_losses_is_that_of_pairs() -> None:
    years = np.array([1.0, 2.0, 3.0, 5.0])
    same = np.stack([years, 2.0 * years, -years], axis=1)[None]
    # two pairs move against each other, one together
    assert loss_correlation(same)[0] == pytest.approx(-1.0 / 3.0)
    assert np.isnan(loss_correlation(np.zeros((1, 4, 2)))[0])


# --- Histories that never overtake come last; they are not left out ------------------------------


NEVER = math.nan


def test_the_median_counts_histories_that_never_overtake() -> None:
    years = np.array([2.0, 4.0, 6.0, *[NEVER] * 4])
    assert median_with_never(years).estimate == math.inf
    assert median_with_never(years[:5]).estimate == 6.0


def test_the_interval_of_the_median_may_end_at_never() -> None:
    years = np.concatenate([np.arange(1.0, 13.0), np.full(8, NEVER)])
    found = median_with_never(years)
    # ranks 6 and 15 of 20 enclose the median with 95 %
    assert (found.estimate, found.low, found.high) == (10.0, 6.0, math.inf)


def test_too_few_histories_bound_nothing() -> None:
    found = median_with_never(np.array([3.0, 4.0]))
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_the_interval_of_the_median_covers_it_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(400):
        years = rng.exponential(10.0, 25)
        found = median_with_never(np.where(years > 12.0, NEVER, years))
        hits += found.low <= 10.0 * math.log(2.0) <= found.high
    # 95 % or a little more, since ranks are whole; 4 standard errors below
    assert hits / 400 > 0.95 - 4.0 * math.sqrt(0.05 * 0.95 / 400)


def test_the_mean_overtakes_for_good_only_after_its_last_fall() -> None:
    years = np.array([1.0, 2.0, 3.0, 4.0])
    leads = np.array([[1.0, -1.0, 1.0, 5.0], [1.2, -1.2, 1.4, 5.2], [0.8, -0.8, -0.9, 4.8]])
    year, earliest, latest = mean_overtakes(years, leads)
    assert (year, earliest, latest) == (3.0, 3.0, 4.0)
    never = mean_overtakes(years, -np.abs(leads) - 5.0)
    assert never == (math.inf, math.inf, math.inf)
