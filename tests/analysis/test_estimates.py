"""Estimates from replications, against scipy, hand values and seeded experiments."""

import math

import numpy as np
import pytest
from scipy import stats

from sim.analysis.estimates import (
    complete_pairs,
    correlation,
    finite,
    holm,
    jackknife_error,
    mean_interval,
    paired_proportion_interval,
    paired_proportion_p_value,
    proportion_interval,
    replications_needed,
    t_p_value,
    t_quantile,
    unseen_bound,
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
    assert t_p_value(mean_interval(one - two), len(one - two) - 1) == pytest.approx(other.pvalue)


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
    assert math.isnan(t_p_value(mean_interval([]), len([]) - 1))


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
    shared = generator.normal(size=(trials, 12))
    one = truth + shared + 0.5 * generator.normal(size=shared.shape)
    two = shared + 0.5 * generator.normal(size=shared.shape)
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


def test_common_random_numbers_reduce_variance_by_a_known_factor():
    """Luck of variance 1, own noise of variance 0.25 each: 2.5 over 0.5 gives 5."""
    generator = np.random.default_rng(8)
    count = 40_000
    shared = generator.normal(size=count)
    one, two = (shared + 0.5 * generator.normal(size=count) for _ in range(2))
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


def test_after_the_first_test_that_fails_none_passes():
    assert holm([0.03, 0.04], 0.05).tolist() == [False, False]
    assert holm([0.02, 0.04], 0.05).tolist() == [True, True]
    assert holm([0.04, 0.001, 0.03], 0.05).tolist() == [False, True, False]


@pytest.mark.parametrize("count", [2, 3, 10])
def test_the_jackknife_of_a_mean_has_the_error_of_the_mean(count):
    values = np.random.default_rng(count).normal(size=count)
    without = (values.sum() - values) / (count - 1)
    error = mean_interval(values).standard_error
    assert jackknife_error(without) == pytest.approx(error)


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


def yes_no(yes: int, no: int, zero: int) -> list[float]:
    return [1.0] * yes + [-1.0] * no + [0.0] * zero


def test_the_interval_of_a_proportion_covers_as_it_says_where_students_does_not():
    """Exact coverage for 20 histories, summed over all counts: no chance is involved.

    Wilson's oscillates around 95 % and is known to fall no lower than 92 % at 20 values
    (Brown, Cai and DasGupta 2001); Student's falls to a fifth at rare events.
    """
    chances = np.linspace(0.01, 0.99, 99)
    counts = np.arange(21)
    weights = stats.binom.pmf(counts, 20, chances[:, None])
    for method, lowest, mean in ((proportion_interval, 0.92, 0.95), (mean_interval, 0.15, 0.85)):
        found = [method(yes_no(yes, 0, 20 - yes)) for yes in counts]
        low, high = np.array([(one.low, one.high) for one in found]).T
        inside = (low <= chances[:, None]) & (chances[:, None] <= high)
        covered = (weights * inside).sum(axis=1)
        assert lowest < covered.min() < lowest + 0.05
        assert mean < covered.mean() < mean + 0.03


def test_the_interval_of_paired_proportions_covers_as_it_says():
    """Exact coverage for 20 pairs over a grid of laws, as Tango 1998 reports it: above 93 %."""
    cells = [(up, down) for up in range(21) for down in range(21 - up)]
    found = [paired_proportion_interval(yes_no(u, d, 20 - u - d)) for u, d in cells]
    low, high = np.array([(one.low, one.high) for one in found]).T
    assert (low >= -1.0).all()
    assert (high <= 1.0).all()
    counts = np.array([(up, down, 20 - up - down) for up, down in cells])
    covered = []
    for up in np.arange(0.0, 0.51, 0.05):
        for down in np.arange(0.0, 0.51, 0.05):
            chance = stats.multinomial.pmf(counts, 20, [up, down, max(1.0 - up - down, 0.0)])
            inside = (low <= up - down + 1e-9) & (up - down - 1e-9 <= high)
            covered.append(chance[inside].sum())
    assert min(covered) > 0.93
    assert 0.95 < np.mean(covered) < 0.97


def test_the_interval_of_paired_proportions_is_the_published_one():
    """Airway responsiveness before and after transplantation, in Fagerland et al. 2014."""
    found = paired_proportion_interval(yes_no(1, 7, 13))
    assert (found.low, found.high) == (
        pytest.approx(-0.517, abs=5e-4),
        pytest.approx(-0.026, abs=5e-4),
    )


@pytest.mark.parametrize("zero", [0, 3, 20])
def test_the_interval_and_the_test_of_paired_proportions_agree(zero):
    for up in range(9):
        for down in range(9):
            values = yes_no(up, down, zero)
            if len(values) > 1:
                clear = paired_proportion_interval(values).side != 0
                assert clear == (paired_proportion_p_value(values) < 0.05)


def test_every_pair_that_differs_gives_an_interval_up_to_one():
    found = paired_proportion_interval([1.0] * 20)
    score = stats.norm.ppf(0.975) ** 2
    assert found.high == 1.0
    assert found.low == pytest.approx((20.0 - score) / (20.0 + score))
    assert paired_proportion_interval([-1.0] * 20).low == -1.0


def test_antithetic_histories_widen_the_interval_of_a_proportion_and_keep_the_mean():
    halves = [0.5, 0.5, 0.5, 1.0, 0.0, 0.0, 0.0, 0.0]
    found, ends = proportion_interval(halves), [stats.binomtest(k, 8) for k in (2, 3)]
    assert found.estimate == np.mean(halves)
    assert found.low == ends[0].proportion_ci(method="wilson").low
    assert found.high == ends[1].proportion_ci(method="wilson").high


def test_what_no_history_shows_may_be_as_frequent_as_leaves_it_unseen_by_chance():
    for count in (1, 20, 300):
        exact = stats.binomtest(0, count, alternative="less").proportion_ci(0.9, "exact").high
        assert unseen_bound(count, 0.9) == pytest.approx(exact)
    assert unseen_bound(300) == pytest.approx(3.0 / 300, rel=0.01)
    assert math.isnan(unseen_bound(0))
