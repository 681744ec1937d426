"""Medians, quantiles and tail index, against scipy and known answers."""

import math

import numpy as np
import pytest
from scipy import stats

from sim.analysis.estimates import (
    hill_index,
    quantile_interval,
    quantile_ranks,
)


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
