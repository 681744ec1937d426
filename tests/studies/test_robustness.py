"""Signs that last and signs that flip, on planted differences."""

import numpy as np
import pandas as pd
import pytest

from sim.experiment.store import sides
from sim.outcomes.mark import registry
from sim.studies.robustness import (
    BAD,
    KEPT,
    NONE,
    Trial,
    correlations,
    laid_out,
    robustness,
    runs_of,
    verdict_row,
)
from tests.studies.planted import OUTCOME, Planted, common_noise, scenario

VARY = ["underwriting.policy_subsidy_rate=0:0.04", "macro.frailty_variance=0.1:0.3",
        "lifecycle.setback_hazard=x0.5:x1.5"]  # fmt: skip
TRIAL = Trial(points=40, replications=5, tornado=1)


def rule(s, n, arm):
    """The consortium gains while the subsidy lies above 0.01, the swap gains always."""
    own = {"consortium": s.underwriting.policy_subsidy_rate - 0.01, "revenue_swap": 1.0}
    return (
        common_noise(n)
        + own.get(arm, 0.0)
        + (1e-5 * common_noise(n, 1) if arm != "plain" else 0.0)
    )


def tried(rule=rule, **values):
    trial = Trial(**{**TRIAL.__dict__, **values})
    return robustness(scenario(), VARY, [OUTCOME], trial=trial, store=Planted(bank__profit=rule))


def test_a_sign_that_lasts_and_one_that_flips():
    rows = tried().frame().set_index("arrangement")
    assert rows.loc["revenue_swap", "verdict"] == KEPT
    assert rows.loc["revenue_swap", "same_and_clear"] == 1.0
    joint = rows.loc["consortium"]
    assert joint["verdict"] == BAD
    # A quarter of the range of the subsidy lies below 0.01; a hypercube of 40 hits ten.
    assert joint["opposite_and_clear"] == pytest.approx(0.25, abs=1.5 / 40)
    assert joint["same_low"] < joint["same_sign"] < joint["same_high"]
    pushed = "low Underwriting: policy subsidy rate (+1.00)"
    assert joint["pushes_over"].startswith(pushed)


def test_shares_of_points_are_told_in_per_cent():
    rows = tried().findings().tables["verdicts"].set_index("arrangement")
    assert rows.loc["revenue_swap", "and clear"] == "100 %"
    assert rows.loc["revenue_swap", "same sign"].startswith("100 % (")
    # Without a difference there is no sign to share.
    nothing = tried(lambda s, n, arm: 0.0).findings().tables["verdicts"]
    assert set(nothing["and clear"]) == {"–"}


def test_the_strongest_number_is_moved_alone_and_its_flip_is_marked():
    rows = tried().tornado.set_index(["arrangement", "end"])
    assert set(rows["key"]) == {"underwriting.policy_subsidy_rate"}
    assert rows.loc[("consortium", "low"), "flips"]
    assert not rows.loc[("consortium", "high"), "flips"]
    assert rows.loc[("consortium", "low"), "swing"] == pytest.approx(0.04)
    assert not rows.loc["revenue_swap", "flips"].any()


def test_a_sign_that_is_not_clear_now_is_not_judged():
    noisy = tried(lambda s, n, arm: 0.0 if arm == "plain" else common_noise(n, 2))
    assert set(noisy.frame()["verdict"]) == {NONE}


def test_neighbours_are_left_out():
    beside = scenario().with_values({"experiment.neighbours": ["line_only"]})
    found = robustness(beside, VARY, [OUTCOME], trial=TRIAL, store=Planted(bank__profit=rule))
    assert set(found.frame()["arrangement"]) == {"consortium", "revenue_swap"}


def test_runs_are_announced_as_they_will_be():
    store = Planted(bank__profit=rule)
    robustness(scenario(), VARY, [OUTCOME], trial=TRIAL, store=store)
    layout = laid_out(scenario(), VARY, [OUTCOME], TRIAL)
    assert sum(store.asked) == runs_of(layout, TRIAL)


def test_findings_say_how_many_signs_last():
    sentences = " ".join(tried().findings().sentences)
    assert "1 of 2 differences keep their sign over the ranges: Profit under revenue" in sentences
    assert "1 of 2 differences take the other sign, clear of zero, at more points" in sentences


def test_of_many_numbers_without_effect_hardly_any_passes_for_one():
    rng = np.random.default_rng(8)
    false = [
        correlations([str(k) for k in range(100)], rng.random((60, 100)), rng.random(60))
        ["is_clear"].any() for _ in range(100)
    ]  # fmt: skip
    # At 5 % for the whole family: at most 5 of 100, give or take three standard errors.
    assert np.mean(false) <= 0.05 + 3.0 * np.sqrt(0.05 * 0.95 / 100)


def test_a_single_clear_point_on_the_other_side_may_be_chance():
    gaps = np.tile([1.0, 1.1, 0.9], (41, 1))
    none = pd.DataFrame({"key": ["a"], "rank_correlation": [0.0], "is_clear": [False]})
    for count, verdict in ((1, KEPT), (2, KEPT), (6, BAD)):
        gaps[1 : count + 1] = [-1.0, -1.1, -0.9]
        assert verdict_row(registry()[OUTCOME], gaps, none, 0.95)["verdict"] == verdict


def test_sides_need_two_values():
    assert sides(np.array([[1.0, np.nan], [1.0, 1.0]])).tolist() == [0, 1]


def test_a_sentence_without_a_difference_is_left_out():
    said = tried().findings().sentences
    assert not [one for one in said if one.startswith("0 of ")]
    assert any(one.startswith("1 of 2 differences keep their sign") for one in said)
