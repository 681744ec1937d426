"""Means, quantiles and counts of contracts, with errors that know the histories."""

import math

import numpy as np
import pandas as pd
import pytest

from sim.analysis.contract_table import contract_summary
from sim.base.errors import OutcomeError

TABLE = pd.DataFrame({
    "arrangement": ["plain"] * 5 + ["joint"], "replication": [0, 0, 0, 1, 1, 0],
    "stage": ["mature", "startup", "startup", "startup", "mature", "growth"],
    "date": [0.5, 1.0, 1.25, 0.1, 2.0, 0.0], "sales": [500.0, 1.0, 3.0, 25.0, 1.0, 1.0],
    "rate": [0.02, 0.04, 0.06, 0.04, 0.05, 0.03], "lost": [math.nan, 2.0] + [math.nan] * 4,
    "defaulted": [0, 1, 0, 0, 0, 0], "signed": [0] * 6,
})  # fmt: skip


def test_counts_means_and_quantiles_of_each_group_in_the_order_of_the_model() -> None:
    found = contract_summary(TABLE, "rate", ("arrangement", "stage"), quantiles=(0.5,))
    rows = found[["arrangement", "stage", "contracts", "mean", "q50"]].to_numpy().tolist()
    assert rows == [
        ["plain", "startup", 3, pytest.approx(0.14 / 3), 0.04],
        ["plain", "mature", 2, pytest.approx(0.035), pytest.approx(0.035)],
        ["joint", "growth", 1, 0.03, 0.03],
    ]
    assert set(found["unit"]) == {"per year"}


def test_dates_and_sizes_are_groups_that_are_derived() -> None:
    by_year = contract_summary(TABLE, "rate", "year").set_index("year")["contracts"]
    assert by_year.to_dict() == {0: 1, 1: 3, 2: 2}
    by_size = contract_summary(TABLE, "rate", "size").set_index("size")["contracts"]
    assert by_size.to_dict() == {"micro": 3, "small": 1, "medium": 1, "large": 1}


def test_contracts_without_a_value_are_counted_and_not_averaged() -> None:
    (told,) = contract_summary(TABLE, "lost", ()).to_dict("records")
    assert (told["contracts"], told["defined"], told["mean"]) == (6, 1, 2.0)
    (none,) = contract_summary(TABLE[:1], "lost", (), quantiles=(0.5,)).to_dict("records")
    assert none["defined"] == 0
    assert math.isnan(none["mean"])
    assert math.isnan(none["q50"])


def test_the_interval_comes_from_histories_and_not_from_contracts() -> None:
    """Contracts of one history are alike: twice as many tell nothing more."""
    few = contract_summary(TABLE, "rate", "arrangement").iloc[0]
    twice = pd.concat([TABLE, TABLE], ignore_index=True)
    many = contract_summary(twice, "rate", "arrangement").iloc[0]
    assert many["contracts"] == 2 * few["contracts"]
    assert (many["low"], many["high"]) == pytest.approx((few["low"], few["high"]))


def test_the_interval_holds_the_true_mean_as_often_as_it_says() -> None:
    """Histories share a shock, and have few or many contracts; 1,000 intervals of 95 %."""
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(1000):
        sizes = rng.integers(5, 15, 20)
        shock = np.repeat(rng.normal(size=20), sizes)
        frame = pd.DataFrame({
            "replication": np.repeat(np.arange(20), sizes),
            "rate": shock + rng.normal(size=shock.size),
        })  # fmt: skip
        told = contract_summary(frame, "rate", (), quantiles=()).iloc[0]
        held += told["low"] <= 0.0 <= told["high"]
    # Four standard errors of a share of 1,000, and two points for histories that are few.
    assert abs(held / 1000 - 0.95) < 4.0 * math.sqrt(0.95 * 0.05 / 1000) + 0.02


def test_pairs_of_histories_are_one_observation() -> None:
    told = contract_summary(TABLE, "rate", (), unit=2).iloc[0]
    assert told["replications"] == 1
    assert math.isnan(told["low"])


@pytest.mark.parametrize(
    ("column", "by", "words"),
    [
        ("rates", "stage", 'did you mean "rate"'),
        ("stage", "kind", 'group by="stage" instead'),
        ("rate", "stages", 'is no group of the table of contracts\n  did you mean "stage"'),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(column: str, by: str, words: str) -> None:
    with pytest.raises(OutcomeError, match=words):
        contract_summary(TABLE, column, by)
