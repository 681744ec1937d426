"""The verdict: when it ranks, in which words, and when it refuses."""

import dataclasses

import numpy as np
import pytest

from sim.analysis.compare import (
    COVERS_ZERO,
    HEAVY_TAIL,
    ROUNDING,
    TOO_FEW,
    UNRESOLVED,
    decide,
    is_ranking,
    undefined_baseline,
    verdict_words,
    warning_words,
)
from sim.analysis.estimates import Interval, mean_interval, quantile_interval, unseen_bound
from sim.outcomes.mark import Mark, Sample
from tests import synthetic

NAN = float("nan")
MARK: Mark = synthetic.marks()["bank.raroc"]
HEAVY = dataclasses.replace(MARK, heavy_tailed=True)


def verdict(one: list[float], two: list[float], mark: Mark = MARK) -> str:
    pair = np.array(one), np.array(two)
    apart = pair[0] - pair[1]
    return decide(mark, pair, mean_interval(apart), quantile_interval(apart))


@pytest.mark.parametrize(
    ("side", "better", "words"),
    [
        (1, "higher", "better (higher)"),
        (-1, "higher", "worse (lower)"),
        (1, "lower", "worse (higher)"),
        (-1, "lower", "better (lower)"),
        (1, "neither", "higher"),
        (-1, "neither", "lower"),
        (0, "higher", COVERS_ZERO),
        (0, "neither", COVERS_ZERO),
    ],
)
def test_the_words_follow_the_direction_of_the_mark(side, better, words):
    assert verdict_words(side, better) == words
    assert is_ranking(words) == (side != 0)


@pytest.mark.parametrize("words", [COVERS_ZERO, UNRESOLVED, HEAVY_TAIL, ROUNDING, TOO_FEW])
def test_no_other_verdict_ranks(words):
    assert not is_ranking(words)


def test_an_interval_that_covers_zero_is_not_ranked():
    assert verdict([1.0, 2.0, 3.0], [2.0, 2.0, 2.5]) == COVERS_ZERO


def test_an_interval_that_touches_zero_is_not_ranked():
    touching = Interval(1.0, 0.0, 2.0, 0.5, 9)
    pair = np.array([1.0, 2.0]), np.array([0.0, 0.0])
    assert decide(MARK, pair, touching, touching) == COVERS_ZERO


def test_histories_without_any_difference_do_not_show_that_two_are_equal():
    assert verdict([1.0, 2.0], [1.0, 2.0]) == UNRESOLVED


def test_one_difference_that_is_not_zero_is_told_from_none():
    assert verdict([1.0, 2.0, 3.0], [1.0, 2.0, 3.1]) == COVERS_ZERO


def test_dust_of_rounding_ranks_nothing():
    base = [1.0, 2.0, 3.0]
    assert verdict([value * (1 + 4e-16) for value in base], base) == ROUNDING


def test_fewer_than_two_pairs_are_not_enough():
    assert verdict([1.0], [5.0]) == TOO_FEW
    assert verdict([], []) == TOO_FEW


def test_without_an_interval_of_the_mean_the_median_decides():
    pair = np.array([0.0] * 9 + [1.0]), np.zeros(10)
    mean, none = Interval(0.1, NAN, NAN, NAN, 10), Interval(0.0, 0.0, 0.0, NAN, 10)
    above, below = Interval(0.2, 0.1, 0.4, NAN, 10), Interval(-0.2, -0.4, -0.1, NAN, 10)
    assert decide(HEAVY, pair, mean, none) == COVERS_ZERO
    assert decide(HEAVY, pair, mean, above) == "better (higher)"
    assert decide(HEAVY, pair, mean, below) == HEAVY_TAIL
    assert decide(HEAVY, pair, mean, Interval(0.2, NAN, NAN, NAN, 4)) == TOO_FEW


def warning(pairs: int, dropped: int, different: int, refusal: str = "") -> str:
    row = {"pairs": pairs, "dropped": dropped, "different": different, "refusal": refusal}
    row |= {"lower_quartile": 0.01, "upper_quartile": 0.03, "mean_difference": 0.05}
    return warning_words(row | {"differs_at_most": unseen_bound(pairs)}, MARK, 0.95)


def test_a_warning_counts_what_is_undefined_and_what_differs():
    words = warning(10, 3, 2, "one history stands out")
    assert "undefined in 3 of 13 replications" in words
    assert "only 2 replications" in words
    assert (
        "median, as one history stands out; in half of the histories it is 1.00 to 3.00" in words
    )
    assert "the mean, +5.00 pp, has no interval" in words


def test_an_ordinary_row_has_no_warning():
    assert warning(8, 0, 8) == ""


def test_what_was_not_seen_is_bounded_by_the_number_of_histories():
    assert "none of 20 replications, so in at most 13.9 % of histories (95 %" in warning(20, 0, 0)


def test_a_mark_that_its_run_cannot_hold_says_how_much_is_needed():
    short = dataclasses.replace(MARK, needs=Sample("bank-years", 200, lambda _: 90, "Worst"))
    row = {"pairs": 8, "dropped": 0, "different": 8, "refusal": ""}
    assert warning_words(row, short, 0.95) == ""
    words = warning_words(row, short.of_run(None), 0.95)
    assert words == "needs at least 200 bank-years in a history; this run has 90"


def test_an_outcome_without_a_baseline_is_recognised():
    nan = np.array([np.nan, np.nan])
    assert undefined_baseline(np.array([1.0, 2.0]), nan)
    assert not undefined_baseline(np.array([1.0, np.nan]), nan)
    assert not undefined_baseline(np.array([1.0, 2.0]), np.array([np.nan, 0.0]))
