"""The paired comparison: numbers, verdicts, missing values and what it refuses."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim.analysis.compare import (
    COVERS_ZERO,
    DETAIL_COLUMNS,
    FRAME_COLUMNS,
    TOO_FEW,
    UNDEFINED,
    UNRESOLVED,
    compare,
    differences,
)
from sim.analysis.outcomes_table import Outcomes
from sim.base.errors import OutcomeError
from sim.outcomes.mark import registry
from tests import synthetic

NAN = math.nan


def outcomes_of(plain: list[float], other: list[float], name: str = "bank.raroc") -> Outcomes:
    """Give outcomes of two arrangements with stated values."""
    frame = pd.concat(
        [
            pd.DataFrame(
                {
                    "arrangement": arrangement,
                    "replication": range(len(values)),
                    "outcome": name,
                    "value": np.array(values, dtype=float),
                }
            )
            for arrangement, values in (("plain", plain), ("other", other))
        ]
    )
    return Outcomes(frame, {name: synthetic.marks()[name]}, ("plain", "other"))


def row_of(outcomes: Outcomes, **options: object) -> "pd.Series":
    return compare(outcomes, **options).frame().iloc[0]


def test_the_frame_has_the_promised_columns_in_order(comparison):
    assert tuple(comparison.frame().columns) == FRAME_COLUMNS
    promised = (
        "outcome, unit, arrangement, baseline, mean, baseline_mean, difference, low, high,"
        " told, correlation, variance_reduction, replications_needed, verdict, role"
    )
    assert ", ".join(FRAME_COLUMNS) == promised


def test_there_is_one_row_for_each_outcome_and_other_arrangement(comparison):
    frame = comparison.frame()
    assert len(frame) == 12 * 4
    assert not frame.duplicated(["outcome", "arrangement"]).any()
    assert set(frame["baseline"]) == {"plain"}
    assert "plain" not in set(frame["arrangement"])


def test_the_details_stand_row_by_row_with_the_frame(comparison):
    details, frame = comparison.details(), comparison.frame()
    assert tuple(details.columns) == DETAIL_COLUMNS
    keys = ["outcome", "arrangement"]
    pd.testing.assert_frame_equal(details[keys], frame[keys])


def test_the_row_equals_the_paired_test_of_scipy():
    generator = np.random.default_rng(1)
    plain = generator.normal(size=20)
    other = plain + generator.normal(0.5, 0.4, 20)
    row = row_of(outcomes_of(list(plain), list(other)))
    ends = stats.ttest_rel(other, plain).confidence_interval(0.95)
    assert (row["low"], row["high"]) == pytest.approx((ends.low, ends.high))
    assert row["difference"] == pytest.approx(row["mean"] - row["baseline_mean"])
    assert row["correlation"] == pytest.approx(stats.pearsonr(other, plain).statistic)
    gain = (plain.var(ddof=1) + other.var(ddof=1)) / (other - plain).var(ddof=1)
    assert row["variance_reduction"] == pytest.approx(gain)


def test_true_differences_of_the_made_up_outcomes_are_found(comparison):
    frame = comparison.frame().set_index(["outcome", "arrangement"])["verdict"]
    assert frame["bank.raroc", "revenue_swap"] == "better (higher)"
    assert frame["bank.credit_loss", "common_growth"] == "worse (higher)"
    assert frame["bank.raroc", "consortium"] == COVERS_ZERO
    assert frame["system.credit_outstanding", "consortium"] == "higher"


def test_no_difference_is_called_more_often_than_the_confidence_allows():
    """400 comparisons of equal laws; tolerance three standard errors of 0.05."""
    generator = np.random.default_rng(12)
    trials, calls = 400, 0
    for _ in range(trials):
        shared, own, other = generator.normal(size=(3, 15))
        row = row_of(outcomes_of(list(shared + own), list(shared + other)))
        calls += row["verdict"] != COVERS_ZERO
    assert abs(calls / trials - 0.05) < 3.0 * math.sqrt(0.05 * 0.95 / trials)


def test_values_without_a_difference_are_not_resolved_and_bounded():
    comparison = compare(outcomes_of([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]))
    row, behind = comparison.frame().iloc[0], comparison.details().iloc[0]
    assert row["verdict"] == UNRESOLVED
    assert row["difference"] == row["low"] == row["high"] == 0.0
    assert row["replications_needed"] == 2.0
    # Were the share of histories that differ any larger, three without would be rarer.
    assert (1.0 - behind["differs_at_most"]) ** 3 == pytest.approx(0.05)
    apart = compare(outcomes_of([1.0, 2.0, 3.0], [1.0, 2.0, 3.5])).details().iloc[0]
    assert math.isnan(apart["differs_at_most"])


FAILURE = "bank.failure"


def failures(plain: list[float], other: list[float]) -> Outcomes:
    """Give a yes/no outcome under two arrangements, with its shipped mark."""
    outcomes = outcomes_of(plain, other)
    tidy = outcomes.tidy.assign(outcome=FAILURE)
    return Outcomes(tidy, {FAILURE: registry()[FAILURE]}, outcomes.arrangements)


def test_the_interval_of_a_probability_stays_in_its_range():
    """Plain 5 % of 20 histories: a t interval would be -5.5 to 15.5 %."""
    outcomes = failures([1.0] + [0.0] * 19, [0.0] * 20)
    plain, other = outcomes.summary().to_dict("records")
    assert (plain["mean"], other["mean"]) == (0.05, 0.0)
    ends = stats.binomtest(1, 20).proportion_ci(method="wilson")
    assert (plain["low"], plain["high"]) == (ends.low, ends.high)
    assert other["low"] == 0.0 < other["high"] < 1.0
    row = row_of(outcomes)
    assert row["difference"] == pytest.approx(-0.05)
    assert -1.0 < row["low"] < 0.0 < row["high"] < 1.0
    assert row["verdict"] == COVERS_ZERO


def test_a_baseline_is_known_not_to_overtake_itself():
    """Under the baseline the outcome is zero by definition; elsewhere it was only not seen."""
    outcomes = failures([0.0] * 20, [0.0] * 20)
    against = {FAILURE: dataclasses.replace(outcomes.marks[FAILURE], paired=True)}
    known = dataclasses.replace(outcomes, marks=against, baseline="plain")
    assert known.summary()["high"].gt(0.0).tolist() == [False, True]
    assert outcomes.summary()["high"].gt(0.0).tolist() == [True, True]


def test_a_probability_that_no_history_tells_apart_keeps_a_width():
    row = row_of(failures([0.0] * 20, [0.0] * 20), half_width=0.05)
    assert row["verdict"] == UNRESOLVED
    assert row["low"] < row["difference"] == 0.0 < row["high"]
    # The interval is three times as wide as asked for, so ten times as many are needed.
    wanted = 20 * (row["high"] / 0.05) ** 2
    assert row["replications_needed"] == pytest.approx(wanted, rel=0.02)


def test_verdict_and_p_value_of_a_probability_agree():
    """Six histories of 20 turn and none turns back: McNemar rejects; with three it does not."""
    for turned, says in ((6, "worse (higher)"), (3, COVERS_ZERO)):
        comparison = compare(failures([0.0] * 20, [1.0] * turned + [0.0] * (20 - turned)))
        assert comparison.frame()["verdict"][0] == says
        assert (comparison.details()["p_value"][0] < 0.05) == (says != COVERS_ZERO)


def test_undefined_replications_are_dropped_from_both_and_counted():
    outcomes = outcomes_of([1.0, 2.0, NAN, 4.0, 5.0], [2.0, NAN, 9.0, 5.5, 6.0])
    comparison = compare(outcomes)
    row, behind = comparison.frame().iloc[0], comparison.details().iloc[0]
    assert row["baseline_mean"] == pytest.approx((1.0 + 4.0 + 5.0) / 3.0)
    assert row["difference"] == pytest.approx((1.0 + 1.5 + 1.0) / 3.0)
    assert (behind["replications"], behind["pairs"], behind["dropped"]) == (5, 3, 2)
    assert "undefined in 2 of 5" in behind["warning"]


@pytest.mark.parametrize(
    ("plain", "other"), [([1.0], [2.0]), ([1.0, NAN], [2.0, 3.0]), ([1.0, 2.0], [NAN, NAN])]
)
def test_fewer_than_two_pairs_are_not_enough_replications(plain, other):
    row = row_of(outcomes_of(plain, other))
    assert row["verdict"] == TOO_FEW
    assert math.isnan(row["low"])


def test_an_outcome_that_only_exists_against_the_baseline_is_not_ranked(comparison):
    frame = comparison.frame().set_index(["outcome", "arrangement"])
    row = frame.loc[("cycle.crossover_years", "revenue_swap")]
    assert row["verdict"] == UNDEFINED
    assert math.isnan(row["difference"])
    assert row["mean"] == pytest.approx(6.5, abs=1.0)


def test_the_half_width_is_five_per_cent_of_the_baseline_unless_stated():
    outcomes = outcomes_of([10.0, 12.0, 14.0], [11.0, 15.0, 14.0])
    assert compare(outcomes).details()["half_width"][0] == pytest.approx(0.05 * 12.0)
    share = compare(outcomes, half_width_share=0.1).details()
    assert share["half_width"][0] == pytest.approx(1.2)
    stated = compare(outcomes, half_width=0.25).details()
    assert stated["half_width"][0] == 0.25
    by_name = compare(outcomes, half_width={"bank.raroc": 0.5}).details()
    assert by_name["half_width"][0] == 0.5
    elsewhere = compare(outcomes, half_width={"bank.other": 0.5}).details()
    assert elsewhere["half_width"][0] == pytest.approx(0.6)


def test_a_narrower_half_width_needs_more_replications():
    outcomes = outcomes_of([10.0, 12.0, 14.0, 11.0], [11.0, 15.0, 14.0, 12.0])
    needed = [row_of(outcomes, half_width=w)["replications_needed"] for w in (2.0, 1.0, 0.5)]
    assert needed == sorted(needed)
    assert needed[0] < needed[-1]


def test_a_baseline_of_zero_gives_no_scale_for_the_replications_needed():
    row = row_of(outcomes_of([0.0, 0.0, 0.0], [1.0, 2.0, 4.0]))
    assert math.isnan(row["replications_needed"])


def test_a_paired_outcome_takes_its_scale_from_itself():
    outcomes = outcomes_of([0.0] * 3, [10.0, 11.0, 12.0], "system.additional_survivors")
    assert compare(outcomes).details()["half_width"][0] == pytest.approx(0.55)


def test_a_heavy_tailed_outcome_tells_its_median_and_no_interval_of_the_mean():
    generator = np.random.default_rng(3)
    plain = list(generator.lognormal(2.0, 1.0, 60))
    other = [value + 1.0 + 0.2 * generator.standard_normal() for value in plain]
    comparison = compare(outcomes_of(plain, other, "firm.founder_wealth"))
    row, behind = comparison.frame().iloc[0], comparison.details().iloc[0]
    assert "median" in behind["method"]
    assert (row["told"], row["verdict"]) == ("median", "better (higher)")
    told = row[["difference", "low", "high"]].tolist()
    assert told == behind[["median_difference", "median_low", "median_high"]].tolist()
    assert math.isnan(behind["standard_error"])
    assert behind["mean_difference"] == pytest.approx(np.mean(other) - np.mean(plain))
    assert behind["lower_quartile"] < row["difference"] < behind["upper_quartile"]
    assert "no interval" in behind["warning"]
    assert comparison.table().iloc[0]["interval"].endswith("of the median")


def test_a_history_that_stands_out_takes_the_interval_of_the_mean():
    plain = list(np.linspace(1.0, 2.0, 30))
    other = [value + 0.5 + 0.01 * (n % 3) for n, value in enumerate(plain)]
    usual = compare(outcomes_of(plain, other)).frame().iloc[0]
    other[-1] += 50.0
    odd = compare(outcomes_of(plain, other))
    assert (usual["told"], odd.frame()["told"][0]) == ("mean", "median")
    assert odd.frame()["verdict"][0] == "better (higher)"
    assert odd.details()["p_value"][0] < 1e-6
    assert math.isnan(odd.frame()["replications_needed"][0])


def test_one_lucky_firm_does_not_rank_a_heavy_tailed_outcome():
    """Only one replication of 30 differs, and it differs by a lot."""
    plain = list(np.linspace(1.0, 2.0, 30))
    other = [*plain[:-1], plain[-1] + 5_000.0]
    row = row_of(outcomes_of(plain, other, "firm.founder_wealth"))
    assert row["verdict"].startswith("no ranking")


def test_clear_of_all_is_never_wider_than_the_verdicts(comparison):
    ranked = comparison.frame()["verdict"].str.match("better|worse|higher|lower")
    clear = comparison.details()["clear_of_all"].astype(bool)
    assert clear.any()
    assert not (clear & ~ranked).any()


def test_an_unknown_baseline_is_refused_with_the_known_ones(outcomes):
    with pytest.raises(OutcomeError, match="revenue_swap"):
        compare(outcomes, baseline="nothing")


def test_another_baseline_turns_the_sign(outcomes):
    forth = compare(outcomes).frame().set_index(["outcome", "arrangement"])
    back = compare(outcomes, baseline="consortium").frame()
    back = back.set_index(["outcome", "arrangement"])
    for name in ("bank.raroc", "bank.credit_loss"):
        assert back.loc[(name, "plain"), "difference"] == pytest.approx(
            -forth.loc[(name, "consortium"), "difference"]
        )


def test_a_single_arrangement_gives_an_empty_comparison():
    outcomes = outcomes_of([1.0, 2.0], [3.0, 4.0])
    alone = Outcomes(
        outcomes.tidy[outcomes.tidy["arrangement"] == "plain"], outcomes.marks, ("plain",)
    )
    frame = compare(alone).frame()
    assert len(frame) == 0
    assert frame["difference"].dtype == np.float64


def test_the_table_for_people_is_text_in_readable_units(comparison):
    table = comparison.table(["bank.raroc"])
    columns = "outcome, unit, arrangement, value, baseline, difference, interval, verdict"
    assert ", ".join(table.columns) == columns
    assert len(table) == 4
    row = table.iloc[-1]
    assert (row["outcome"], row["unit"]) == ("RAROC", "% per year")
    assert row["difference"].endswith(" pp")
    assert row["difference"].startswith("+")


def test_the_table_shows_everything_by_default_and_refuses_strangers(comparison):
    assert len(comparison.table()) == len(comparison.frame())
    with pytest.raises(OutcomeError, match="is not among these outcomes"):
        comparison.table(["bank.nothing"])


def test_the_comparison_says_in_one_line_what_it_is(comparison):
    line = repr(comparison)
    assert "\n" not in line
    assert "12 outcomes of 5 arrangements against plain" in line


def test_the_frames_are_copies(comparison):
    own = comparison.frame()
    own["verdict"] = "mine"
    assert "mine" not in set(comparison.frame()["verdict"])


def test_differences_alone_say_what_a_comparison_says_first() -> None:
    outcomes = synthetic.outcomes(12)
    whole = compare(outcomes).frame()
    alone = differences(outcomes)
    pd.testing.assert_frame_equal(alone, whole[list(alone.columns)])
