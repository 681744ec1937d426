"""Medians, quantiles, bootstrap and tail index, against scipy and known answers."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from sim.analysis.estimates import (
    bootstrap_interval,
    difference_interval,
    hill_index,
    level_interval,
    mean_interval,
    paired_proportion_interval,
    proportion_interval,
    quantile_interval,
    quantile_ranks,
)
from tests import synthetic


def pareto(index: float, size: int, seed: int = 5) -> np.ndarray:
    return (1.0 - np.random.default_rng(seed).uniform(size=size)) ** (-1.0 / index)


@pytest.mark.parametrize("index", [1.2, 1.8, 3.0])
def test_the_hill_estimate_finds_the_index_of_a_pareto_law(index):
    tail = hill_index(pareto(index, 20_000))
    assert abs(tail.index - index) < 3.0 * tail.standard_error
    assert tail.used == 2_000


def test_an_index_below_two_raises_the_warning():
    assert hill_index(pareto(1.5, 5_000)).warning
    assert not hill_index(pareto(3.5, 5_000)).warning


def test_a_normal_sample_raises_no_warning():
    assert not hill_index(np.abs(np.random.default_rng(1).normal(size=500))).warning


@pytest.mark.parametrize("values", [[], [1.0] * 9, [-1.0] * 50])
def test_too_few_positive_values_give_no_estimate_and_no_warning(values):
    tail = hill_index(values)
    assert math.isnan(tail.index)
    assert not tail.warning


def test_equal_values_have_no_tail():
    assert hill_index([2.0] * 40).index == math.inf


def bca(data: np.ndarray, confidence: float) -> np.ndarray:
    """Efron's interval written out, on the resamples that the project has always drawn."""
    generator = np.random.Generator(np.random.PCG64(20_210_607))
    drawn = data[generator.integers(0, data.size, (2_000, data.size))].mean(axis=1)
    below = np.mean(drawn < data.mean()) + 0.5 * np.mean(drawn == data.mean())
    bias, parts = stats.norm.ppf(below), data - data.mean()
    lean = (parts**3).sum() / (6.0 * (parts**2).sum() ** 1.5)
    edges = bias + stats.norm.ppf([0.5 - confidence / 2.0, 0.5 + confidence / 2.0])
    return np.quantile(drawn, stats.norm.cdf(bias + edges / (1.0 - lean * edges)))


@pytest.mark.parametrize("size", [2, 15, 101])
def test_the_bootstrap_is_that_of_efron_on_the_same_resamples(size):
    values = np.random.default_rng(2).exponential(3.0, size)
    own = bootstrap_interval(values, 0.9)
    # Only the order of sums differs: some ten roundings of the largest value.
    rounding = 1e-14 * size * values.max()
    assert [own.low, own.high] == pytest.approx(bca(values, 0.9), abs=rounding)
    assert own.estimate == values.mean()


def test_the_bootstrap_of_a_skewed_mean_leans_to_the_long_side():
    values = np.random.default_rng(4).lognormal(0.0, 1.0, 60)
    interval = bootstrap_interval(values)
    assert interval.high - interval.estimate > interval.estimate - interval.low


def test_the_bootstrap_covers_the_mean_of_a_skewed_law_nearly_as_often_as_it_says():
    """Exponential, 40 values, 400 experiments: BCa is known to reach about 0.93."""
    generator = np.random.default_rng(6)
    trials = 400
    hits = 0
    for _ in range(trials):
        interval = bootstrap_interval(generator.exponential(1.0, 40))
        hits += interval.low <= 1.0 <= interval.high
    assert hits / trials > 0.93 - 3.0 * math.sqrt(0.93 * 0.07 / trials)


def test_the_bootstrap_gives_the_same_interval_again():
    values = np.random.default_rng(7).normal(size=30)
    assert bootstrap_interval(values) == bootstrap_interval(values)


def test_the_bootstrap_leaves_the_global_generator_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - the legacy state is the point
    bootstrap_interval([1.0, 2.0, 3.0])
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


def test_the_method_of_an_interval_is_that_of_the_mark():
    mark, values = synthetic.marks()["bank.raroc"], [1.0] + [0.0] * 19
    binary, heavy = replace(mark, binary=True), replace(mark, heavy_tailed=True)
    assert level_interval(mark, values) == level_interval(heavy, values) == mean_interval(values)
    assert level_interval(binary, values) == proportion_interval(values)
    assert difference_interval(mark, values) == mean_interval(values)
    assert difference_interval(heavy, values) == bootstrap_interval(values)
    assert difference_interval(binary, values) == paired_proportion_interval(values)


def test_a_constant_has_a_degenerate_interval():
    interval = bootstrap_interval([5.0, 5.0, 5.0])
    assert (interval.low, interval.estimate, interval.high) == (5.0, 5.0, 5.0)


def test_one_value_has_no_bootstrap_interval():
    assert math.isnan(bootstrap_interval([5.0]).low)


@pytest.mark.parametrize(
    ("count", "probability", "ranks"),
    [
        (1_000, 0.99, (983, 997)),
        (1_000, 0.95, (936, 964)),
        (10_000, 0.99, (9_880, 9_920)),
        (10_000, 0.999, (9_983, 9_997)),
    ],
)
def test_the_ranks_are_the_published_ones(count, probability, ranks):
    assert quantile_ranks(count, probability) == ranks


@pytest.mark.parametrize("probability", [0.5, 0.9])
def test_the_ranks_cover_at_least_as_often_as_they_say_and_no_narrower_pair_would(
    probability,
):
    count = 60
    low, high = quantile_ranks(count, probability)
    law = stats.binom(count, probability)
    assert law.cdf(high - 1) - law.cdf(low - 1) >= 0.95
    assert law.cdf(low) > 0.025
    assert law.sf(high - 2) > 0.025


def test_a_quantile_that_the_values_cannot_bound_is_refused():
    interval = quantile_interval(np.arange(100.0), 0.999)
    assert math.isnan(interval.high)
    assert interval.side == 0


def test_five_values_cannot_bound_their_median_and_six_can():
    assert math.isnan(quantile_interval(np.arange(5.0)).low)
    six = quantile_interval(np.arange(6.0))
    assert (six.low, six.high) == (0.0, 5.0)


def test_a_quantile_of_nothing_is_undefined():
    assert quantile_interval([]).count == 0
    assert math.isnan(quantile_interval([]).estimate)


def test_the_median_interval_covers_the_median_of_a_law_without_variance():
    """Pareto index 1.5, 31 values, 1,500 experiments; coverage is at least 0.95."""
    generator = np.random.default_rng(9)
    truth, trials = 2.0 ** (1 / 1.5), 1_500
    draws = (1.0 - generator.uniform(size=(trials, 31))) ** (-1 / 1.5)
    intervals = [quantile_interval(row) for row in draws]
    share = np.mean([i.low <= truth <= i.high for i in intervals])
    assert share > 0.95 - 3.0 * math.sqrt(0.95 * 0.05 / trials)
