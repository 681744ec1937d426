"""Arrangements of several scenarios with common random numbers: labels, merging and refusals."""

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest

from sim.analysis.outcomes_table import Outcomes
from sim.base.errors import ScenarioError
from sim.experiment.store import Store
from sim.studies.comparison import (
    FIRST_BATCH,
    UNDERCOVERAGE,
    Precision,
    Target,
    align_scenarios,
    common_draw_values,
    compare_scenarios,
    each_confidence,
    parse_target,
    parse_targets,
    precision_of,
    replicate_until,
)
from tests import synthetic
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
    aligned = align_scenarios({"one": small(), "two": other})
    assert len(aligned.scenarios) == 1
    assert aligned.arrangements == ("plain", "consortium", "consortium (two)")
    assert aligned.baseline == "plain"


def test_a_merged_arrangement_has_the_numbers_that_it_has_alone() -> None:
    other = small().with_values(LONGER)
    store = Store()
    both = align_scenarios({"one": small(), "two": other}).outcomes(store, range(2))
    alone = align_scenarios({"two": other}).outcomes(store, range(2))
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

    same = align_scenarios({"one": programme(1.0), "two": programme(1.0)})
    assert same.arrangements == ("plain", "plan")
    other = align_scenarios({"one": programme(1.0), "two": programme(0.0)})
    assert other.arrangements == ("plain", "plan", "plan (two)")
    access = other.outcomes(Store(), range(1)).table("firm.signed_share").iloc[0]
    assert access["plan"] > access["plan (two)"]


def test_other_economies_run_beside_and_lose_outcomes_that_need_the_baseline() -> None:
    other = small(underwriting__policy_subsidy_rate=0.0)
    aligned = align_scenarios({"one": small(), "two": other})
    assert len(aligned.scenarios) == 2
    assert aligned.arrangements[2:] == ("plain (two)", "consortium (two)")
    outcomes = aligned.outcomes(Store(), range(2))
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
    with pytest.raises(ScenarioError, match="must be equal for common random numbers") as told:
        align_scenarios({"one": small(), "two": other})
    assert key in str(told.value)
    assert "one and two" in str(told.value)


def test_rules_of_banks_are_no_luck() -> None:
    other = small(underwriting__policy_subsidy_rate=0.0)
    assert common_draw_values(other) == common_draw_values(small())


def test_an_unknown_baseline_and_a_single_arrangement_are_refused() -> None:
    with pytest.raises(ScenarioError, match="choose one of: plain, consortium"):
        align_scenarios({"one": small()}, baseline="swap")
    with pytest.raises(ScenarioError, match="must be at least two"):
        align_scenarios({"one": small(experiment__arrangements=["plain"])})


def test_another_baseline_is_the_one_that_paired_outcomes_refer_to() -> None:
    aligned = align_scenarios({"one": small()}, baseline="consortium")
    saved = aligned.outcomes(Store(), range(1)).table("system.additional_survivors")
    assert saved["consortium"].iloc[0] == 0.0


def test_a_comparison_says_in_what_economies_differ_and_what_was_reached() -> None:
    tiny = {"population__firms": 20, "experiment__horizon_years": 0.5}
    found = compare_scenarios(
        {"one": small(**tiny), "two": small(underwriting__policy_subsidy_rate=0.0, **tiny)},
        until=["firm.access_share=90pp"],
        most=40,
    )
    assert found.differing == ("underwriting.policy_subsidy_rate",)
    words = " ".join(found.sentences())
    assert "differ in underwriting.policy_subsidy_rate" in words
    assert "Every half-width was reached with 30 replications" in words
    assert list(found.findings().tables) == ["precision", "comparison"]
    assert set(found.frame()["baseline"]) == {"plain (one)"}


# --- Replications until half-widths are reached: how many, what is said, how often right ---------


NAMES = ("bank.raroc", "bank.profit_like")
TRUTH = 0.3


def made_up(count: int, seed: int = 1, arrangements: int = 2, heavy: bool = False) -> Outcomes:
    """Outcomes whose differences have mean 0.3 and deviation 1."""
    generator = np.random.default_rng(seed)
    noise = generator.normal(size=(arrangements, 5000))
    if heavy:
        noise = generator.exponential(size=(arrangements, 5000)) - 1.0
    frames = [
        pd.DataFrame({
            "arrangement": f"a{n}" if n else "plain", "replication": range(count),
            "outcome": "bank.credit_loss", "value": 10.0 + (TRUTH + noise[n, :count]) * (n > 0),
        })
        for n in range(arrangements)
    ]  # fmt: skip
    marks = {"bank.credit_loss": synthetic.marks()["bank.credit_loss"]}
    names = tuple(f"a{n}" if n else "plain" for n in range(arrangements))
    return Outcomes(pd.concat(frames, ignore_index=True), marks, names)


def until(size: float, most: int = 5000, **made: object) -> tuple[Outcomes, Precision]:
    target = (Target("bank.credit_loss", size),)
    return replicate_until(
        lambda n: made_up(n, **made), lambda o: precision_of(o, "plain", target), 5, most
    )


def test_the_half_width_is_reached_and_not_by_far_overshot() -> None:
    outcomes, found = until(0.1)
    row = found.frame().iloc[0]
    assert found.is_reached
    assert row["half_width"] <= 0.1
    # 1.96 squared over 0.01; the last batch may overshoot.
    assert 300 <= outcomes.replications <= 520
    assert found.sentences()[0].startswith("Every half-width was reached")
    assert UNDERCOVERAGE in found.sentences()


def test_the_first_look_has_thirty_observations_even_where_few_are_asked_for() -> None:
    outcomes, found = until(10.0)
    assert outcomes.replications == FIRST_BATCH
    assert found.is_reached


def test_a_cap_is_kept_and_what_is_missing_is_said() -> None:
    outcomes, found = until(0.05, most=100)
    assert outcomes.replications == 100
    assert not found.is_reached
    words = found.sentences()[0]
    assert words.startswith("NOT reached with 100 replications")
    assert 1000 < found.needed < 2200
    assert f"about {found.needed:,} replications" in words


def test_several_intervals_hold_jointly_and_the_correction_is_said() -> None:
    found = precision_of(made_up(50, arrangements=4), "plain", (Target("bank.credit_loss", 1.0),))
    assert len(found.frame()) == 3
    assert (
        "3 intervals hold jointly at 95 % (Bonferroni: each at 98.3333 %)" in found.sentences()[1]
    )
    alone = precision_of(made_up(50), "plain", (Target("bank.credit_loss", 1.0),))
    assert found.frame()["half_width"].iloc[0] > alone.frame()["half_width"].iloc[0]
    assert each_confidence(0.95, 3) == pytest.approx(1.0 - 0.05 / 3)


def test_levels_count_where_asked_for() -> None:
    target = (Target("bank.credit_loss", 0.05, True),)
    found = precision_of(made_up(50), "plain", target, with_levels=True).frame()
    assert found["quantity"].tolist() == ["difference from plain", "level", "level"]
    # The baseline is constant at 10.
    assert found["half_width"].iloc[1] == 0.0
    assert found["target"].tolist() == pytest.approx([0.5] * 3)


def test_an_undefined_outcome_ends_the_search_in_words() -> None:
    def undefined(count: int) -> Outcomes:
        found = made_up(count)
        return Outcomes(found.tidy.assign(value=np.nan), found.marks, found.arrangements)

    target = (Target("bank.credit_loss", 1.0),)
    outcomes, found = replicate_until(
        undefined, lambda o: precision_of(o, "plain", target), 5, 5000
    )
    assert outcomes.replications == FIRST_BATCH
    assert "No number of replications helps" in found.sentences()[0]


@pytest.mark.slow
@pytest.mark.parametrize(("heavy", "least"), [(False, 0.93), (True, 0.90)])
def test_intervals_that_end_a_search_cover_slightly_less_often_than_stated(
    heavy: bool, least: float
) -> None:
    covered = 0
    median = TRUTH + math.log(2.0) - 1.0 if heavy else TRUTH
    for seed in range(300):
        row = until(0.25, seed=seed, heavy=heavy)[1].frame().iloc[0]
        truth = median if row["quantity"].startswith("median") else TRUTH
        covered += row["low"] <= truth <= row["high"]
    error = np.sqrt(0.95 * 0.05 / 300)
    assert covered / 300 >= least - 2.0 * error


# --- Half-widths in words: what is read and what is refused --------------------------------------


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("bank.raroc=0.1pp", Target("bank.raroc", 0.001)),
        ("firm.survival_5y = 0.2 pp", Target("firm.survival_5y", 0.002)),
        ("bank.profit=50", Target("bank.profit", 50.0)),
        ("bank.profit=2%", Target("bank.profit", 0.02, True)),
    ],
)
def test_plain_numbers_points_and_per_cent_are_read(text: str, target: Target) -> None:
    found = parse_target(text)
    assert found.outcome == target.outcome
    assert found.size == pytest.approx(target.size)
    assert found.is_share is target.is_share


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bank.raro=1pp", 'did you mean "bank.raroc"'),
        ("bank.raroc", "must be outcome=half-width"),
        ("bank.raroc=0", "must be a positive number"),
        ("bank.raroc=-1pp", "must be a positive number"),
        ("bank.raroc=narrow", "must be a positive number"),
        ("bank.profit=1pp", "pp is for shares and rates"),
    ],
)
def test_what_cannot_be_aimed_at_is_refused(text: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        parse_target(text)


def test_one_outcome_has_one_half_width() -> None:
    with pytest.raises(ScenarioError, match="given twice"):
        parse_targets(["bank.raroc=1pp", "bank.raroc=2pp"])
