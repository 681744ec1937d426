"""Arrangements of several scenarios under common luck: labels, merging and refusals."""

from datetime import date

import pandas as pd
import pytest

from sim.base.errors import ScenarioError
from sim.experiment.store import Store
from sim.studies.comparison import Precisely, compare_scenarios, line_up, lucky_values
from tests.house.small import shipped

SMALL = {
    "population.firms": 60, "experiment.horizon_years": 2.0, "experiment.warm_up_years": 1.0,
    "experiment.arrangements": ["plain", "consortium"], "experiment.replications": 2,
}  # fmt: skip
LONGER = {"arrangement.consortium.tenor.years": 4.0}


def small(**values: object) -> object:
    return shipped().with_values(SMALL | {k.replace("__", "."): v for k, v in values.items()})


def test_scenarios_that_share_the_economy_become_one() -> None:
    other = small().with_values(LONGER)
    lineup = line_up({"one": small(), "two": other})
    assert len(lineup.scenarios) == 1
    assert lineup.arrangements == ("plain", "consortium", "consortium (two)")
    assert lineup.baseline == "plain"


def test_a_merged_arrangement_has_the_numbers_that_it_has_alone() -> None:
    other = small().with_values(LONGER)
    store = Store()
    both = line_up({"one": small(), "two": other}).outcomes(store, range(2))
    alone = line_up({"two": other}).outcomes(store, range(2))
    mine = both.tidy[both.tidy["arrangement"] == "consortium (two)"]
    its = alone.tidy[alone.tidy["arrangement"] == "consortium"]
    for part in (mine, its):
        part.index = pd.MultiIndex.from_frame(part[["replication", "outcome"]])
    pd.testing.assert_series_equal(
        mine["value"].sort_index(), its["value"].sort_index(), check_exact=True
    )


def test_programmes_of_two_files_are_lined_up_too() -> None:
    def programme(reach: float) -> object:
        policy = {
            "programme": "plan", "arrangement": "consortium", "start": date(2025, 1, 1),
            "reach_share": reach,
        }  # fmt: skip
        return small(policy=[policy], experiment__arrangements=["plain", "plan"])

    same = line_up({"one": programme(1.0), "two": programme(1.0)})
    assert same.arrangements == ("plain", "plan")
    other = line_up({"one": programme(1.0), "two": programme(0.0)})
    assert other.arrangements == ("plain", "plan", "plan (two)")
    access = other.outcomes(Store(), range(1)).table("firm.signed_share").iloc[0]
    assert access["plan"] > access["plan (two)"]


def test_other_economies_run_beside_and_lose_outcomes_that_need_the_baseline() -> None:
    other = small(underwriting__tolerance_rate=0.0)
    lineup = line_up({"one": small(), "two": other})
    assert len(lineup.scenarios) == 2
    assert lineup.arrangements[2:] == ("plain (two)", "consortium (two)")
    outcomes = lineup.outcomes(Store(), range(2))
    saved = outcomes.table("system.additional_survivors")
    assert saved["consortium (two)"].isna().all()
    assert saved["consortium (one)"].notna().all()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("experiment.seed", 99),
        ("population.firms", 61),
        ("macro.frailty_variance", 0.5),
        ("equity_market.winter_rounds", 0.5),
        ("variance_reduction.antithetic", ["macro"]),
    ],
)
def test_other_luck_is_refused_by_name(key: str, value: object) -> None:
    other = shipped().with_values(SMALL | {key: value})
    with pytest.raises(ScenarioError, match="must be equal for common luck") as told:
        line_up({"one": small(), "two": other})
    assert key in str(told.value)
    assert "one and two" in str(told.value)


def test_rules_of_banks_are_no_luck() -> None:
    other = small(underwriting__tolerance_rate=0.0)
    assert lucky_values(other) == lucky_values(small())


def test_an_unknown_baseline_and_a_single_arrangement_are_refused() -> None:
    with pytest.raises(ScenarioError, match="choose one of: plain, consortium"):
        line_up({"one": small()}, baseline="swap")
    with pytest.raises(ScenarioError, match="must be at least two"):
        line_up({"one": small(experiment__arrangements=["plain"])})


def test_another_baseline_is_the_one_that_paired_outcomes_refer_to() -> None:
    lineup = line_up({"one": small()}, baseline="consortium")
    saved = lineup.outcomes(Store(), range(1)).table("system.additional_survivors")
    assert saved["consortium"].iloc[0] == 0.0


def test_a_comparison_says_in_what_economies_differ_and_what_was_reached() -> None:
    tiny = {"population__firms": 20, "experiment__horizon_years": 0.5}
    found = compare_scenarios(
        {"one": small(**tiny), "two": small(underwriting__tolerance_rate=0.0, **tiny)},
        precisely=Precisely(["firm.access_share=90pp"], most=40),
    )
    assert found.differing == ("underwriting.tolerance_rate",)
    words = " ".join(found.sentences())
    assert "differ in underwriting.tolerance_rate" in words
    assert "Every half-width was reached with 30 replications" in words
    assert list(found.findings().tables) == ["precision", "comparison"]
    assert set(found.frame()["baseline"]) == {"plain (one)"}
