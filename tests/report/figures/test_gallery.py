"""Which figures are shown: those with data, each under its own key."""

import dataclasses

import pandas as pd
import pytest

from sim.analysis.compare import compare
from sim.outcomes.mark import registry
from sim.report.figures.gallery import groups, missing, planned
from sim.report.figures.selection import DISTRIBUTIONS, DRAWN, HEADLINES, MOST_DRAWN
from tests import synthetic


def keys(outcomes, comparison, results) -> list[str]:
    return [plan.key for plan in planned(outcomes, comparison, results)]


def test_every_figure_has_its_own_key(outcomes, comparison, results):
    found = keys(outcomes, comparison, results)
    assert len(found) == len(set(found))
    assert {"difference-bank", "distribution-bank-raroc", "survival", "losses"} <= set(found)


def test_a_figure_without_data_is_left_out_and_named(outcomes, comparison, results):
    kept = results.series[results.series["series"] != "survival"]
    less = dataclasses.replace(results, series=kept)
    assert "survival" not in keys(outcomes, comparison, less)
    assert missing(less) == ["survival"]
    assert missing(results) == []


def test_an_outcome_that_is_never_defined_has_no_distribution(outcomes, results):
    tidy = outcomes.tidy.copy()
    tidy.loc[tidy["outcome"] == "cycle.crossover_years", "value"] = float("nan")
    never = dataclasses.replace(outcomes, tidy=tidy)
    found = keys(never, compare(never), results)
    assert "distribution-cycle-crossover-years" not in found
    assert "distribution-bank-raroc" in found


def test_parties_come_in_reading_order(comparison):
    assert groups(comparison) == ["bank", "firm", "system", "cycle"]


def test_a_party_with_many_outcomes_is_drawn_in_a_selection_that_says_so():
    outcomes = synthetic.outcomes(5)
    one = outcomes.tidy[outcomes.tidy["outcome"] == "bank.raroc"]
    names = [f"firm.own_{place}" for place in range(MOST_DRAWN + 4)]
    more = [one.assign(outcome=name) for name in names]
    marks = {
        name: dataclasses.replace(outcomes.marks["bank.raroc"], name=name, label=name)
        for name in names
    }
    tidy = pd.concat([outcomes.tidy, *more], ignore_index=True)
    every = dataclasses.replace(outcomes, tidy=tidy, marks={**outcomes.marks, **marks})
    plans = planned(every, compare(every), synthetic.results(5))
    drawings = {plan.key: plan.draw() for plan in plans if plan.key == "difference-firm"}
    drawing = drawings["difference-firm"]
    # The selection names the three that are made up under their usual names.
    assert drawing.data["outcome"].nunique() == 3
    assert drawing.title.startswith("Firms, 3 of 21 outcomes: difference from plain")


def test_what_differs_nowhere_is_not_drawn(outcomes, results):
    tidy = outcomes.tidy.copy()
    tidy.loc[tidy["outcome"] == "bank.npl_ratio", "value"] = 0.02
    same = dataclasses.replace(outcomes, tidy=tidy)
    plans = {plan.key: plan for plan in planned(same, compare(same), results)}
    drawing = plans["difference-bank"].draw()
    assert "bank.npl_ratio" not in set(drawing.data["outcome"])
    assert "3 of 4" in drawing.title


def test_where_nothing_differs_at_all_that_is_drawn(outcomes, results):
    tidy = outcomes.tidy.assign(value=1.0)
    same = dataclasses.replace(outcomes, tidy=tidy)
    plans = {plan.key: plan for plan in planned(same, compare(same), results)}
    assert plans["difference-bank"].draw().data["outcome"].nunique() == 4


def test_what_is_selected_is_known_and_fits():
    known = registry()
    assert set(HEADLINES) <= set(known)
    assert set(DISTRIBUTIONS) <= set(known)
    for group, names in DRAWN.items():
        assert set(names) <= {name for name in known if name.startswith(f"{group}.")}
        assert len(names) == len(set(names)) <= MOST_DRAWN


@pytest.mark.full
def test_every_plan_can_be_drawn(outcomes, comparison, results):
    assert all(plan.draw().title for plan in planned(outcomes, comparison, results))
