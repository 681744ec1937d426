"""Estimates from replications, against scipy, hand values and seeded experiments."""

import math

import numpy as np
import pytest
from scipy import stats

from sim.outcomes.statistics import (
    complete_pairs,
    correlation,
    finite,
    holm,
    mean_interval,
    mean_p_value,
    replications_needed,
    t_quantile,
    variance_reduction,
)

NAN = math.nan


def sample(size: int = 25, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).normal(1.0, 2.0, size)


def test_the_interval_equals_the_one_of_scipy():
    values = sample()
    interval = mean_interval(values, 0.9)
    other = stats.ttest_1samp(values, 0.0).confidence_interval(0.9)
    assert (interval.low, interval.high) == pytest.approx((other.low, other.high))
    assert interval.standard_error == pytest.approx(stats.sem(values))
    assert interval.count == values.size


def test_the_paired_interval_equals_the_paired_test_of_scipy():
    one, two = sample(), sample(seed=4)
    other = stats.ttest_rel(one, two)
    interval = mean_interval(one - two)
    ends = other.confidence_interval(0.95)
    assert (interval.low, interval.high) == pytest.approx((ends.low, ends.high))
    assert mean_p_value(one - two) == pytest.approx(other.pvalue)


def test_undefined_replications_are_left_out():
    assert mean_interval([1.0, NAN, 3.0]).count == 2
    assert mean_interval([1.0, NAN, 3.0]).estimate == 2.0


def test_one_value_has_a_mean_and_no_interval():
    interval = mean_interval([4.0])
    assert interval.estimate == 4.0
    assert math.isnan(interval.low)
    assert interval.side == 0


def test_no_value_has_nothing():
    assert math.isnan(mean_interval([]).estimate)
    assert math.isnan(mean_p_value([]))


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95.0, -0.5])
def test_a_confidence_outside_its_range_is_refused(confidence):
    with pytest.raises(ValueError, match="confidence"):
        t_quantile(confidence, 9)


@pytest.mark.parametrize(
    ("values", "side"), [([1.0, 1.1, 0.9], 1), ([-1.0, -1.1, -0.9], -1), ([1.0, -1.0], 0)]
)
def test_an_interval_knows_on_which_side_of_zero_it_lies(values, side):
    assert mean_interval(values).side == side


def test_the_paired_interval_covers_the_truth_as_often_as_it_says():
    """2,000 experiments; tolerance three standard errors of a share of 0.95."""
    generator = np.random.default_rng(20251211)
    trials, truth = 2_000, 0.3
    luck = generator.normal(size=(trials, 12))
    one = truth + luck + 0.5 * generator.normal(size=luck.shape)
    two = luck + 0.5 * generator.normal(size=luck.shape)
    intervals = [mean_interval(a - b) for a, b in zip(one, two, strict=True)]
    share = np.mean([i.low <= truth <= i.high for i in intervals])
    assert abs(share - 0.95) < 3.0 * math.sqrt(0.95 * 0.05 / trials)


def test_pairs_need_both_values():
    one, two = complete_pairs([1.0, NAN, 3.0, 4.0], [5.0, 6.0, NAN, 8.0])
    assert one.tolist() == [1.0, 4.0]
    assert two.tolist() == [5.0, 8.0]


def test_pairs_need_equal_lengths():
    with pytest.raises(ValueError, match="equal lengths"):
        complete_pairs([1.0], [1.0, 2.0])


def test_infinite_values_count_as_undefined():
    assert finite([math.inf, 1.0, -math.inf, NAN]).tolist() == [1.0]


def test_the_correlation_equals_the_one_of_scipy():
    one = sample()
    two = one + sample(seed=5)
    assert correlation(one, two) == pytest.approx(stats.pearsonr(one, two).statistic)


def test_the_correlation_with_a_constant_is_undefined():
    assert math.isnan(correlation([1.0, 2.0], [3.0, 3.0]))


def test_common_luck_reduces_variance_by_a_known_factor():
    """Luck of variance 1, own noise of variance 0.25 each: 2.5 over 0.5 gives 5."""
    generator = np.random.default_rng(8)
    count = 40_000
    luck = generator.normal(size=count)
    one, two = (luck + 0.5 * generator.normal(size=count) for _ in range(2))
    # The log of a variance ratio of n normals has a standard error below 2 / sqrt(n).
    assert variance_reduction(one, two) == pytest.approx(5.0, rel=3 * 2 / math.sqrt(count))


def test_independent_seeds_reduce_nothing():
    one, two = np.array([1.0, -1.0, 1.0, -1.0]), np.array([1.0, 1.0, -1.0, -1.0])
    assert variance_reduction(one, two) == pytest.approx(1.0)


def test_a_constant_difference_reduces_variance_without_bound():
    assert variance_reduction([1.0, 2.0], [2.0, 3.0]) == math.inf
    assert math.isnan(variance_reduction([1.0, 1.0], [2.0, 2.0]))
    assert math.isnan(variance_reduction([1.0], [2.0]))


@pytest.mark.parametrize(("deviation", "width"), [(1.0, 0.5), (3.0, 0.4), (10.0, 0.9)])
def test_the_replications_needed_are_the_fewest_that_reach_the_width(deviation, width):
    count = replications_needed(deviation, width)

    def reach(n: float) -> float:
        return t_quantile(0.95, n - 1) * deviation / math.sqrt(n)

    assert reach(count) <= width < reach(count - 1)


def test_no_spread_needs_two_replications():
    assert replications_needed(0.0, 0.1) == 2.0


@pytest.mark.parametrize(("deviation", "width"), [(1.0, 0.0), (1.0, NAN), (NAN, 1.0)])
def test_without_a_width_no_number_is_given(deviation, width):
    assert math.isnan(replications_needed(deviation, width))


def test_a_hopeless_width_gives_a_number_and_no_endless_loop():
    assert replications_needed(1.0, 1e-12) == pytest.approx(3.84e24, rel=0.01)


def test_holm_is_stricter_than_one_test_and_milder_than_bonferroni():
    p = [0.012, 0.020, 0.040, 0.9]
    assert holm(p, 0.05).tolist() == [True, False, False, False]
    assert holm([0.012, 0.016, 0.02, 0.9], 0.05).tolist() == [True, True, True, False]
    assert (np.array([0.012, 0.016, 0.02]) < 0.05 / 4).tolist() == [True, False, False]


def test_holm_skips_what_is_undefined():
    assert holm([NAN, 0.03], 0.05).tolist() == [False, True]


def test_holm_makes_a_false_statement_no_more_often_than_it_says():
    """Ten true zeros, 3,000 families; one-sided tolerance of three standard errors."""
    generator = np.random.default_rng(77)
    families = 3_000
    wrong = np.mean([holm(generator.uniform(size=10), 0.05).any() for _ in range(families)])
    assert wrong < 0.05 + 3.0 * math.sqrt(0.05 * 0.95 / families)
