"""From results to outcomes: names, marks, order and tables."""

import dataclasses
import pickle
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sim.analysis.outcomes_table import arrangement_order, measure
from sim.base.errors import OutcomeError
from tests import synthetic


@pytest.fixture
def known(register):
    register.update(synthetic.marks())
    return register


def test_every_outcome_of_the_results_gets_its_mark(known):
    outcomes = measure(synthetic.results(5))
    assert set(outcomes.names) == set(synthetic.marks())
    assert outcomes.marks["bank.raroc"].unit == "per year"
    assert outcomes.replications == 5


def test_banks_come_first_and_the_cycle_last(known):
    groups = [mark.group for mark in measure(synthetic.results(3)).marks.values()]
    assert list(dict.fromkeys(groups)) == ["bank", "firm", "system", "cycle"]


def test_a_choice_of_names_keeps_only_them(known):
    results = synthetic.results(3)
    assert measure(results, ["firm.funding_gap"]).names == ("firm.funding_gap",)
    assert measure(results, "firm.funding_gap").names == ("firm.funding_gap",)


def test_an_unknown_name_is_refused_with_the_nearest_one(known):
    with pytest.raises(OutcomeError, match=r"bank\.raroc"):
        measure(synthetic.results(3), ["bank.raro"])


def test_an_outcome_without_a_mark_is_refused(known):
    del known["bank.raroc"]
    with pytest.raises(OutcomeError, match="no mark"):
        measure(synthetic.results(3))


def test_a_value_given_twice_is_refused(known):
    results = synthetic.results(3)
    double = pd.concat([results.outcomes, results.outcomes.iloc[[0]]])
    with pytest.raises(OutcomeError, match="more than once"):
        measure(dataclasses.replace(results, outcomes=double))


def test_a_table_has_replications_as_rows_and_arrangements_in_order(known):
    outcomes = measure(synthetic.results(4))
    table = outcomes.table("bank.raroc")
    assert table.shape == (4, 5)
    assert tuple(table.columns) == synthetic.ARRANGEMENTS
    row = outcomes.frame().query("outcome == 'bank.raroc' and arrangement == 'consortium'")
    assert table["consortium"].tolist() == row["value"].tolist()


def test_a_table_of_something_else_is_refused(outcomes):
    with pytest.raises(OutcomeError, match="is not among"):
        outcomes.table("bank.nothing")


def test_the_order_of_arrangements_is_that_of_the_scenario_then_of_appearance():
    frame = pd.DataFrame({"arrangement": ["z", "b", "a"]})
    stated = SimpleNamespace(experiment=SimpleNamespace(arrangements=("a", "b", "c")))
    assert arrangement_order(SimpleNamespace(scenario=stated), frame) == ("a", "b", "z")


def test_outcomes_are_frozen_and_their_frame_is_a_copy(outcomes):
    with pytest.raises(dataclasses.FrozenInstanceError):
        outcomes.marks = {}
    own = outcomes.frame()
    own["value"] = 0.0
    assert outcomes.frame()["value"].abs().sum() > 0.0


def test_outcomes_say_in_one_line_what_they_are(outcomes):
    assert repr(outcomes) == "Outcomes: 12 outcomes of 5 arrangements in 40 replications"


def test_outcomes_travel_between_processes(outcomes):
    again = pickle.loads(pickle.dumps(outcomes))
    pd.testing.assert_frame_equal(again.frame(), outcomes.frame())


def test_the_summary_has_mean_and_median_with_intervals(outcomes):
    summary = outcomes.summary().set_index(["outcome", "arrangement"])
    row = summary.loc[("bank.raroc", "plain")]
    values = outcomes.table("bank.raroc")["plain"]
    assert row["mean"] == pytest.approx(values.mean())
    assert row["median"] == pytest.approx(values.median())
    assert row["low"] < row["mean"] < row["high"]
    assert row["median_low"] <= row["median"] <= row["median_high"]


def test_the_summary_counts_what_is_undefined(outcomes):
    summary = outcomes.summary().set_index(["outcome", "arrangement"])
    row = summary.loc[("cycle.crossover_years", "common_growth")]
    assert (row["replications"], row["defined"]) == (40, 0)
    assert np.isnan(row["mean"])
