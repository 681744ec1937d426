"""Which figures are shown: those with data, each under its own key."""

import dataclasses

from sim.show.gallery import groups, missing, planned


def keys(outcomes, comparison, results) -> list[str]:
    return [plan.key for plan in planned(outcomes, comparison, results)]


def test_every_figure_has_its_own_key(outcomes, comparison, results):
    found = keys(outcomes, comparison, results)
    assert len(found) == len(set(found))
    assert {"difference-bank", "distribution-bank-raroc", "survival", "losses"} <= set(
        found
    )


def test_a_figure_without_data_is_left_out_and_named(outcomes, comparison, results):
    kept = results.series[results.series["series"] != "survival"]
    less = dataclasses.replace(results, series=kept)
    assert "survival" not in keys(outcomes, comparison, less)
    assert missing(less) == ["survival"]
    assert missing(results) == []


def test_parties_come_in_reading_order(comparison):
    assert groups(comparison) == ["bank", "firm", "system", "cycle"]


def test_every_plan_can_be_drawn(outcomes, comparison, results):
    assert all(plan.draw().title for plan in planned(outcomes, comparison, results))
