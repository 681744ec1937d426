"""Tables for people: cells, sources and manifest."""

import pytest

from sim.report.tables import (
    definitions,
    manifest_table,
    outcome_cells,
    sources_table,
    standalone,
    tone,
)
from sim.scenario.scenario import load_scenario
from tests.house.small import SCENARIOS


def test_a_cell_carries_the_numbers_of_the_frame(comparison):
    cell = outcome_cells(comparison, "bank.raroc")["revenue_swap"]
    row = comparison.frame().set_index(["outcome", "arrangement"])
    difference = row.loc[("bank.raroc", "revenue_swap"), "difference"]
    assert float(cell["difference"].removesuffix(" pp")) == pytest.approx(
        100.0 * difference, abs=0.006
    )
    assert cell["tone"] == "good"
    assert cell["defined"]


@pytest.mark.parametrize(
    ("verdict", "colour"),
    [
        ("better (lower)", "good"),
        ("worse (higher)", "bad"),
        ("lower", "moved"),
        ("not resolved", "none"),
        ("no ranking: interval covers zero", "none"),
        ("not enough replications", "none"),
    ],
)
def test_the_tone_follows_the_verdict(verdict, colour):
    assert tone(verdict) == colour


def test_what_exists_only_against_the_baseline_has_a_median(outcomes, comparison):
    table = standalone(outcomes, comparison).set_index("arrangement")
    assert set(table["label"]) == {"Years to overtake plain lending"}
    assert table.loc["common_growth", "defined"] == 0
    assert table.loc["common_growth", "median"] == "–"
    assert float(table.loc["revenue_swap", "median"]) == pytest.approx(6.5, abs=1.0)


def test_every_outcome_has_its_definition(comparison):
    table = definitions(comparison)
    assert list(table["name"]) == list(comparison.marks)
    assert (table["formula"] != "").all()


def test_assumptions_come_first_and_keep_their_range():
    table = sources_table(
        {
            "b.two": "AH13",
            "a.one": "Assumption 0.1 to 0.3: why",
            "c.three": "reference: Cochrane 2005",
            "d.four": "fitted 1 to 2: mean line (AH08)",
            "e.five": "design choice: enough for a first look",
        }
    )
    kinds = ["assumption", "fitted", "design choice", "reference", "fact"]
    assert table["kind"].tolist() == kinds
    assert table["source"][0] == "Assumption 0.1 to 0.3: why"


def test_no_sources_give_an_empty_table():
    columns = ["key", "kind", "source", "value", "unit", "way"]
    assert sources_table({}).columns.tolist() == columns


def test_every_assumption_of_a_shipped_scenario_has_its_value_and_unit():
    scenario = load_scenario(SCENARIOS / "three_arrangements.toml")
    table = sources_table(scenario.sources, scenario).set_index("key")
    one = table.loc["arrangement.consortium.loss_sharing.coordination_cost"]
    assert (one["value"], one["unit"]) == ("0.004", "CNY million")
    assert table.loc["arrangement.common_growth.tenor.years", "value"] == "3.1"
    assert (table["value"] != "").mean() > 0.9


def test_a_manifest_is_flattened():
    table = manifest_table({"seed": 7, "versions": {"numpy": "2.4"}, "banks": ["a", "b"]})
    assert table[["key", "value"]].to_numpy().tolist() == [
        ["seed", "7"],
        ["versions.numpy", "2.4"],
        ["banks", "a, b"],
    ]
