"""The table of contracts: what the book, the firms and the pages of a history say of each."""

from dataclasses import replace

import numpy as np
import pytest

from sim.base.columns import unrolled
from sim.engine.history import PROTECTION_PROVIDERS, STATES, History, Page
from sim.model.contracts.loan_book import CONTRACT
from sim.outcomes.contracts import CONTRACTS, DRAWN, book_of, contract_frame, drawn
from tests.outcomes import tiny


def page(date: float, states: tuple[str, ...], contract: tuple[int, ...], *balance: float) -> Page:
    codes = np.array([STATES.index(name) for name in states], np.int8)
    return Page(date, codes, {}, np.array(contract), np.array(balance), *tiny.sizes(len(states)))


def read() -> History:
    """Of the hand-checked firms one borrows, one defaults, one borrows twice and is listed."""
    pages = (
        page(0.0, ("growth", "unborn", "unborn"), (0, -1, -1), 9.0, 0.0, 0.0),
        page(0.6, ("growth", "startup", "growth"), (0, 1, 2), 7.0, 7.0, 7.0),
        page(1.0, ("growth", "closed", "listed"), (0, 1, 3), 20.0, 0.0, 0.0),
    )
    return replace(tiny.history(), pages=pages)


def test_a_contract_is_told_in_words() -> None:
    frame = contract_frame(read())
    assert list(frame.columns) == [column.name for column in CONTRACTS]
    assert frame["kind"].tolist() == ["plain", "special", "plain", "plain"]
    assert frame["lead"].tolist() == ["bank_a"] * 4  # the tiny book names no lead
    assert frame["lender_1"].tolist() == ["bank_a", "bank_b", "bank_a", "bank_a"]
    assert frame["lender_2"].tolist() == ["", "", "bank_b", "bank_b"]
    assert frame["lenders"].tolist() == [1, 1, 2, 2]
    assert frame["stage"].tolist() == ["growth", "startup", "growth", "growth"]
    assert frame["regime"].tolist() == ["boom", "boom", "bust", "bust"]
    assert frame["limit"].tolist() == [40.0, 5.0, 10.0, 20.0]
    assert frame["until"].tolist() == pytest.approx([1.0, 0.7, 0.75, 0.9])


def test_drawn_is_read_at_the_ends_of_calendar_years_while_the_line_lives() -> None:
    """The page within the year is no end of a year; firms that ended have no line."""
    found = drawn(read())
    assert found.shape == (len(DRAWN), 4)
    assert found[:2, 0].tolist() == [9.0, 20.0]
    assert np.isnan(found[:, 1:]).all()


def test_a_default_is_told_of_the_contract_under_which_it_fell() -> None:
    """Four are owed and one comes back; the two providers with shares 0.3 and 0.2 bear half."""
    frame = contract_frame(read())
    assert frame["defaulted"].tolist() == [0, 1, 0, 0]
    told = frame.loc[1]
    paid = [told[f"paid_by_{party}"] for party in PROTECTION_PROVIDERS]
    assert (told["default_date"], told["exposure_at_default"], told["recovered"]) == (
        0.7,
        4.0,
        1.0,
    )
    assert paid == pytest.approx([0.9, 0.0, 0.0, 0.6])
    assert told["lost"] == 1.5
    assert frame.loc[[0, 2, 3], ["default_date", "recovered", "lost"]].isna().all(axis=None)


def test_the_table_can_be_turned_into_the_book_again() -> None:
    history = read()
    again = book_of(contract_frame(history), history.facts)
    assert again.dtype == CONTRACT.dtype
    for name in CONTRACT.dtype.names:
        assert again[name].tolist() == history.book[name].tolist(), name


def test_each_column_of_the_book_is_in_the_table() -> None:
    names = [column.name for column in CONTRACTS]
    assert {column.name for column in unrolled(CONTRACT.columns)} <= set(names)
    assert len(names) == len(set(names))
