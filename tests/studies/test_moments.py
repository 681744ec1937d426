"""Moments are what their words say, on firms made by hand."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.engine.history import History
from sim.model.firms.record import ACQUIRED, ALIVE, FAILED_CASH, FIRM, LISTED
from sim.studies.moments import listing_rate, multiple_shares, multiples, tail_index
from tests.outcomes.tiny import history as tiny_history


def history(**columns: Any) -> History:
    firms = FIRM.empty(len(columns["status"]))
    for name, values in columns.items():
        firms[name] = values
    return replace(tiny_history(), firms=firms, horizon=10.0)


def test_a_multiple_is_the_price_at_exit_over_the_price_of_the_round() -> None:
    price = np.zeros((4, 8))
    price[0, :2] = 10.0, 20.0
    price[1, 0] = 5.0
    price[2, 0] = 4.0
    made = history(
        status=[LISTED, FAILED_CASH, ALIVE, ACQUIRED], end=[5.0, 6.0, 1e300, 12.0],
        birth=[0.0] * 4, rounds=[2, 1, 1, 0], round_price=price,
        founder_proceeds=[60.0, 0.0, 0.0, 9.0],
    )  # fmt: skip
    assert sorted(multiples(made)) == pytest.approx([0.0, 3.0, 6.0])
    assert multiple_shares(made) == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0.0, 0.0])


def test_listings_are_counted_over_the_years_that_firms_lived_in_the_experiment() -> None:
    made = history(
        status=[LISTED, ALIVE, LISTED, FAILED_CASH], end=[4.0, 1e300, -1.0, 2.0],
        birth=[-3.0, 5.0, -9.0, 1.0],
    )  # fmt: skip
    assert listing_rate(made) == pytest.approx(1.0 / (4.0 + 5.0 + 1.0))


def test_the_tail_index_of_nothing_is_undefined() -> None:
    assert np.isnan(tail_index(np.zeros(100)))
