"""Contracts are in force from signing to the next contract, the end, or a withdrawal."""

import pytest

from sim.model.firms.record import ALIVE
from sim.outcomes.reading import contract_years, spells, yield_of
from tests.outcomes import tiny


def test_contracts_that_follow_each_other_or_are_in_force_at_the_end_are_known_to_the_day():
    start, stop = spells(tiny.history())
    assert start.tolist() == [-0.5, 0.25, 0.5, 0.75]
    assert stop.tolist() == pytest.approx([1.0, 0.7, 0.75, 0.9])


def test_a_contract_that_was_withdrawn_lasts_as_long_as_the_firm_had_a_line():
    history = tiny.history(firms={"contract": (-1, 1, 3), "credit_years": (1.2, 0.45, 0.4)})
    assert spells(history).stop[0] == pytest.approx(0.7)


def test_a_gap_before_a_new_line_shortens_the_contract_before_it():
    book = {"first": (1, 1, 1, 1)}
    history = tiny.history(book=book, firms={"credit_years": (1.5, 0.45, 0.25)})
    assert spells(history).stop[2:].tolist() == pytest.approx([0.6, 0.9])


def test_only_years_of_the_experiment_count():
    assert contract_years(tiny.history()).tolist() == pytest.approx([1.0, 0.45, 0.25, 0.15])


def test_the_yield_weighs_rates_with_line_and_time_and_takes_off_the_fee():
    book = {"later_rate": (0.05, 0.04, 0.03, 0.03), "step": (0.5, 9.0, 9.0, 9.0)}
    history = tiny.history(book=book)
    first = history.book["firm"] == 0
    assert yield_of(history, first) == pytest.approx(0.04)
    both = history.book["firm"] <= 1
    expected = (40.0 * 0.04 + 5.0 * 0.45 * 0.04) / (40.0 + 5.0 * 0.45)
    assert yield_of(history, both) == pytest.approx(expected)
    paid = tiny.history(book=book | {"fee_rate": (0.01,) * 4})
    assert yield_of(paid, first) == pytest.approx(0.03)


def test_spells_add_up_to_the_years_with_a_line():
    history = tiny.history(firms={"status": (ALIVE,) * 3, "end": (1e300,) * 3,
                                  "contract": (-1, -1, -1)})  # fmt: skip
    start, stop = spells(history)
    assert (stop - start)[0] == pytest.approx(1.5)
    assert (stop - start)[2:].sum() == pytest.approx(0.4)
