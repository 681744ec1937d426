"""Histories that never overtake come last; they are not left out."""

import math

import numpy as np

from sim.studies.cycle import mean_overtakes, median_with_never

NEVER = math.nan


def test_the_median_counts_histories_that_never_overtake() -> None:
    years = np.array([2.0, 4.0, 6.0, *[NEVER] * 4])
    assert median_with_never(years).estimate == math.inf
    assert median_with_never(years[:5]).estimate == 6.0


def test_the_interval_of_the_median_may_end_at_never() -> None:
    years = np.concatenate([np.arange(1.0, 13.0), np.full(8, NEVER)])
    found = median_with_never(years)
    # ranks 6 and 15 of 20 enclose the median with 95 %
    assert (found.estimate, found.low, found.high) == (10.0, 6.0, math.inf)


def test_too_few_histories_bound_nothing() -> None:
    found = median_with_never(np.array([3.0, 4.0]))
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_the_interval_of_the_median_covers_it_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(400):
        years = rng.exponential(10.0, 25)
        found = median_with_never(np.where(years > 12.0, NEVER, years))
        hits += found.low <= 10.0 * math.log(2.0) <= found.high
    # 95 % or a little more, since ranks are whole; 4 standard errors below
    assert hits / 400 > 0.95 - 4.0 * math.sqrt(0.05 * 0.95 / 400)


def test_the_mean_overtakes_for_good_only_after_its_last_fall() -> None:
    years = np.array([1.0, 2.0, 3.0, 4.0])
    leads = np.array([[1.0, -1.0, 1.0, 5.0], [1.2, -1.2, 1.4, 5.2], [0.8, -0.8, -0.9, 4.8]])
    year, earliest, latest = mean_overtakes(years, leads)
    assert (year, earliest, latest) == (3.0, 3.0, 4.0)
    never = mean_overtakes(years, -np.abs(leads) - 5.0)
    assert never == (math.inf, math.inf, math.inf)
