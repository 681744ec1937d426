"""What protection providers bear by year, and years in which they could not bear more."""

import numpy as np
import pytest

from sim.outcomes.protection import by_year, loss_by_year
from sim.outcomes.system import fell_back, years_beyond_cover
from tests.outcomes import tiny as hand

TWO_YEARS = {
    "status": (5, 5, 5), "defaulted": (1, 1, 1), "end": (0.5, 1.0, 1.5),
    "exposure_at_default": (4.0, 4.0, 10.0), "recovery": (1.0, 1.0, 2.0),
    "borne": ((0.9, 0.0, 0.0, 0.6), (1.0, 0.5, 0.0, 0.0), (2.0, 0.0, 0.0, 0.0)),
    "fell_back": (0.0, 0.0, 1.2),
}  # fmt: skip


def test_the_losses_of_a_year_are_borne_in_full() -> None:
    found = {name: value for name, _, _, value in loss_by_year(hand.history())}
    # One firm has lost 3.0 in the one year of this history.
    assert {name.partition(":")[2]: value.tolist() for name, value in found.items()} == {
        "lenders": [pytest.approx(1.5)], "guarantors": [0.9], "insurers": [0.0], "lessors": [0.0],
        "trusts": [0.6],
    }  # fmt: skip


def test_a_loss_is_of_the_year_of_its_default() -> None:
    h = hand.history(firms=TWO_YEARS, horizon=2.0)
    # A default at the end of a year is of that year.
    assert by_year(h, np.array([1.0, 10.0, 100.0])).tolist() == [11.0, 100.0]
    lost = sum(value for _, _, _, value in loss_by_year(h))
    assert lost.tolist() == pytest.approx([6.0, 8.0])


def test_years_in_which_cover_was_spent() -> None:
    h = hand.history(firms=TWO_YEARS, horizon=2.0)
    assert fell_back(h) == 1.2
    assert years_beyond_cover(h) == 0.5
    assert years_beyond_cover(hand.history()) == fell_back(hand.history()) == 0.0
