"""Quantiles and expected shortfall over histories: intervals, and refusals in words."""

import numpy as np
import pandas as pd
import pytest

from sim.analysis.estimates import quantile_interval
from sim.analysis.outcomes_table import (
    Outcomes,
    bounded_quantile,
    paths_for_quantile,
    paths_for_tail,
    shortfall_interval,
    tail_table,
)
from sim.base.errors import OutcomeError
from tests import synthetic

NORMAL_ES_95 = 2.0627128
"""Mean of a standard normal beyond its 95 % quantile."""


@pytest.mark.parametrize("probability", [0.5, 0.9, 0.95, 0.99, 0.01])
def test_the_fewest_paths_bound_the_quantile_and_one_fewer_does_not(probability: float) -> None:
    needed = paths_for_quantile(probability)
    whole = quantile_interval(np.arange(float(needed)), probability)
    short = quantile_interval(np.arange(float(needed - 1)), probability)
    assert np.isfinite([whole.low, whole.high]).all()
    assert not np.isfinite([short.low, short.high]).all()


def test_a_far_quantile_of_few_histories_is_refused_with_the_number_needed() -> None:
    with pytest.raises(OutcomeError, match=r"99.9 % quantile of bank.credit_loss") as told:
        bounded_quantile(np.arange(60.0), 0.999, name="bank.credit_loss")
    assert "needs 3,688 independent histories; there are 60" in str(told.value)
    assert "--replications 3688" in str(told.value)


def test_a_shortfall_of_few_histories_is_refused() -> None:
    with pytest.raises(OutcomeError, match=r"needs 1,000 independent histories"):
        shortfall_interval(np.arange(999.0), 0.99)
    assert shortfall_interval(np.random.default_rng(1).normal(size=1000), 0.99).count == 1000


def test_a_shortfall_without_a_variance_is_refused() -> None:
    heavy = (1.0 - np.random.default_rng(2).uniform(size=2000)) ** (-1 / 1.5)
    with pytest.raises(OutcomeError, match="tail index is 1"):
        shortfall_interval(heavy, 0.95)


def test_shortfall_intervals_cover_the_truth_about_as_often_as_stated() -> None:
    covered = 0
    for seed in range(600):
        values = np.random.default_rng(seed).normal(size=600)
        found = shortfall_interval(values, 0.95)
        covered += found.low <= NORMAL_ES_95 <= found.high
    # 30 values beyond the quantile: the interval is close to its promise, not exactly there.
    assert 0.92 <= covered / 600 <= 0.97


def test_quantile_intervals_cover_at_least_as_often_as_stated() -> None:
    covered = 0
    for seed in range(600):
        found = bounded_quantile(np.random.default_rng(seed).uniform(size=200), 0.95)
        covered += found.low <= 0.95 <= found.high
    assert covered / 600 >= 0.95 - 3.0 * np.sqrt(0.95 * 0.05 / 600)


def outcomes(name: str, values: np.ndarray, unit: int = 1) -> Outcomes:
    frame = pd.DataFrame({
        "arrangement": "plain", "replication": range(values.size), "outcome": name,
        "value": values,
    })  # fmt: skip
    return Outcomes(frame, {name: synthetic.marks()[name]}, ("plain",), unit)


def test_the_bad_side_is_below_where_higher_is_better() -> None:
    values = np.random.default_rng(5).normal(size=400)
    good = tail_table(outcomes("bank.raroc", values), "bank.raroc").set_index("measure")
    bad = tail_table(outcomes("bank.credit_loss", values), "bank.credit_loss")
    bad = bad.set_index("measure")
    assert good.loc["quantile", "estimate"] < 0.0 < bad.loc["quantile", "estimate"]
    assert good.loc["shortfall", "estimate"] < good.loc["quantile", "estimate"]
    for table in (good, bad):
        assert (table["low"] <= table["estimate"]).all()
        assert (table["estimate"] <= table["high"]).all()


def test_of_antithetic_pairs_one_history_counts() -> None:
    values = np.random.default_rng(5).normal(size=400)
    table = tail_table(outcomes("bank.raroc", values, unit=2), "bank.raroc")
    assert set(table["observations"]) == {200}
    assert paths_for_tail(0.95) == 200
