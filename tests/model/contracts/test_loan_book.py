"""The loan book: contracts stay where they were signed, however many follow."""

from typing import Any

import numpy as np
import pytest

from sim.model.contracts.loan_book import CONTRACT, Book
from sim.model.contracts.loss_sharing import MOST_LENDERS
from sim.model.firms.record import FIRM


def signed(book: Book, *limits: float) -> None:
    """Write contracts as rules do: into the store, whose rows are counted afterwards."""
    book.reserve(len(limits))
    book.store.limit[book.used : book.used + len(limits)] = limits
    book.used += len(limits)


def test_a_new_book_is_empty() -> None:
    assert Book().rows.shape == (0,)


def test_contracts_get_the_next_rows() -> None:
    book = Book()
    for limits in ((1.0, 2.0), (), (3.0,)):
        signed(book, *limits)
    assert book.rows.limit.tolist() == [1.0, 2.0, 3.0]
    assert book.used == 3


@pytest.mark.parametrize("parts", [[255, 1], [256, 1], [300], [1000, 3], [1] * 10, [200, 400, 5]])
def test_a_growing_book_loses_nothing(parts: list[int]) -> None:
    book = Book()
    for size in parts:
        signed(book, *range(book.used, book.used + size))
    assert book.used == sum(parts)
    assert book.rows.limit.tolist() == list(range(book.used))
    # The store holds the same rows under the same numbers, with room behind them.
    assert book.store.shape[0] >= book.used
    assert book.store[: book.used].tobytes() == book.rows.tobytes()


def test_room_for_contracts_changes_none_of_them() -> None:
    book = Book()
    signed(book, 1.0)
    book.reserve(1000)
    assert (book.used, book.rows.limit.tolist()) == (1, [1.0])
    assert not np.any(book.store.limit[1:])


def test_a_copy_goes_its_own_way() -> None:
    book = Book()
    signed(book, 1.0)
    other = book.copy()
    signed(other, 2.0)
    other.rows.limit[0] = 7.0
    assert book.rows.limit.tolist() == [1.0]
    assert other.rows.limit.tolist() == [7.0, 2.0]


def test_every_term_has_a_unit_and_a_meaning_and_there_is_room_for_every_lender() -> None:
    assert all(column.unit and column.meaning for column in CONTRACT.columns)
    row = CONTRACT.empty(1)
    assert row.lender.shape == row.share.shape == (1, MOST_LENDERS)


def test_terms_that_firms_take_over_have_the_same_name_and_kind_in_both_tables() -> None:
    ours = {column.name: column for column in CONTRACT.columns}
    theirs: dict[str, Any] = {column.name: column for column in FIRM.columns}
    shared = ours.keys() & theirs.keys()
    assert {"limit", "rate", "maturity", "right", "stake", "demanded_move_hazard"} <= shared
    for name in shared - {"signed", "switched_bank"}:  # a firm counts these
        assert np.dtype(ours[name].kind) == np.dtype(theirs[name].kind), name


def test_a_copy_has_the_contracts_and_the_room_of_its_original_and_is_its_own() -> None:
    book = Book()
    signed(book, 1.0, 2.0)
    copy = book.copy()
    assert copy.store.tobytes() == book.store.tobytes()
    signed(copy, 3.0)
    copy.store.limit[0] = 9.0
    assert (book.rows.limit.tolist(), copy.rows.limit.tolist()) == ([1.0, 2.0], [9.0, 2.0, 3.0])
