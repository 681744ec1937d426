"""What a run says across the cycle agrees with its outcomes and its curves."""

from functools import cache

import numpy as np
import pytest

from sim.base.errors import ScenarioError
from sim.experiment.results import Results
from sim.experiment.simulate import simulate
from sim.studies.cycle import CrossCycle, check, cycle
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
    assert "of 1,000 firms" in text


def test_one_arrangement_is_refused() -> None:
    with pytest.raises(ScenarioError, match="must be at least two"):
        check(small().with_values({"experiment.arrangements": ["plain"]}))
