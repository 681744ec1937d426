"""How often an arrangement does better: counts over replications and their interval."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from sim.analysis.estimates import count_wins

TABLE = pd.DataFrame(
    {
        "plain": [1.0, 1.0, 1.0, 1.0, np.nan, 1.0],
        "other": [2.0, 1.0, 0.5, np.nan, 3.0, 1.0 + 1e-14],
    }
)


@pytest.mark.parametrize("better", ["higher", "neither"])
def test_higher_counts_where_higher_or_neither_is_better(better):
    found = count_wins(TABLE, "plain", better)
    assert list(found) == ["other"]
    one = found["other"]
    # Undefined pairs are left out, and a difference within rounding is none.
    assert (one.better, one.equal, one.worse, one.pairs) == (1, 2, 1, 4)
    assert one.share == 0.25


def test_lower_counts_where_lower_is_better():
    table = TABLE.assign(other=[2.0, 3.0, 0.5, 4.0, 3.0, 5.0])
    one = count_wins(table, "plain", "lower")["other"]
    assert (one.better, one.equal, one.worse) == (1, 0, 4)


def test_of_antithetic_pairs_the_first_history_counts():
    table = pd.DataFrame({"plain": np.zeros(6), "other": [1.0, -1.0, 1.0, -1.0, 1.0, -1.0]})
    one = count_wins(table, "plain", "higher", unit=2)["other"]
    assert (one.better, one.worse) == (3, 0)


def test_without_pairs_nothing_is_said():
    table = pd.DataFrame({"plain": [np.nan, np.nan], "other": [1.0, 2.0]})
    one = count_wins(table, "plain", "higher")["other"]
    assert one.pairs == 0
    assert np.isnan([one.share, one.low, one.high]).all()


@pytest.mark.parametrize(("count", "total"), [(0, 7), (3, 7), (7, 7), (33, 40)])
def test_the_interval_is_that_of_the_share_that_does_better(count, total):
    values = np.arange(total) < count
    table = pd.DataFrame({"plain": np.zeros(total), "other": np.where(values, 1.0, -1.0)})
    one = count_wins(table, "plain", "higher", confidence=0.9)["other"]
    expected = binomtest(count, total).proportion_ci(0.9, method="wilson")
    assert (one.low, one.high) == (expected.low, expected.high)
