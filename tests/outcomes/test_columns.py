"""Columns are read once for each history and forgotten with it."""

import gc
import weakref

import numpy as np

from sim.outcomes.reading import of_book, of_firms, remembered
from tests.outcomes import tiny


def test_a_reading_is_made_once_for_each_history_while_several_are_alive():
    seen = []

    @remembered
    def reading(history):
        seen.append(history.arrangement)
        return len(seen)

    one, two = tiny.history(), tiny.history()
    assert [reading(one), reading(two), reading(one), reading(two)] == [1, 2, 1, 2]


def test_a_reading_is_forgotten_with_its_history():
    @remembered
    def reading(history):
        return np.zeros(3)

    history = tiny.history()
    kept = weakref.ref(reading(history))
    del history
    gc.collect()
    assert kept() is None


def test_a_column_is_a_plain_array_with_the_values_of_the_records():
    history = tiny.history()
    birth = of_firms(history)["birth"]
    assert birth.flags["C_CONTIGUOUS"]
    assert birth.tolist() == [-1.0, 0.1, 0.2]
    assert of_firms(history)["birth"] is birth
    assert of_book(history)["firm"].tolist() == [0, 1, 2, 2]


def test_rows_are_chosen_by_mask_or_by_number():
    firms = of_firms(tiny.history())
    assert firms.rows(firms["birth"] > 0.0)["exposure_at_default"].tolist() == [4.0, 0.0]
    assert firms.rows(np.array([1]))["stage_date"].shape == (1, 4)
