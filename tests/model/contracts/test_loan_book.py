"""The loan book: contracts stay where they were signed, however many follow."""

import numpy as np
import pytest

from sim.model.contracts.loan_book import CONTRACT, Book
from sim.model.contracts.loss_sharing import MOST_LENDERS
from sim.model.firms.record import FIRM


def contracts(*limits):
    rows = CONTRACT.empty(len(limits))
    rows.limit = limits
    return rows


def test_a_new_book_is_empty():
    assert Book().rows.shape == (0,)


def test_contracts_get_the_next_rows():
    book = Book()
    assert book.append(contracts(1.0, 2.0)).tolist() == [0, 1]
    assert book.append(contracts()).tolist() == []
    assert book.append(contracts(3.0)).tolist() == [2]
    assert book.rows.limit.tolist() == [1.0, 2.0, 3.0]
    assert book.used == 3


@pytest.mark.parametrize("parts", [[255, 1], [256, 1], [300], [1000, 3], [1] * 10, [200, 400, 5]])
def test_a_growing_book_loses_nothing(parts):
    book, signed = Book(), 0
    for size in parts:
        rows = book.append(contracts(*range(signed, signed + size)))
        assert rows.tolist() == list(range(signed, signed + size))
        signed += size
    assert book.rows.limit.tolist() == list(range(signed))
    # The store holds the same rows under the same numbers, with room behind them.
    assert book.store.shape[0] >= signed
    assert book.store[:signed].tobytes() == book.rows.tobytes()


def test_the_book_keeps_its_own_copy_of_what_is_signed():
    book, new = Book(), contracts(1.0)
    book.append(new)
    new.limit = 9.0
    assert book.rows.limit.tolist() == [1.0]


def test_a_copy_goes_its_own_way():
    book = Book()
    book.append(contracts(1.0))
    other = book.copy()
    other.append(contracts(2.0))
    other.rows.limit[0] = 7.0
    assert book.rows.limit.tolist() == [1.0]
    assert other.rows.limit.tolist() == [7.0, 2.0]


def test_every_term_has_a_unit_and_a_meaning_and_there_is_room_for_every_lender():
    assert all(column.unit and column.meaning for column in CONTRACT.columns)
    row = CONTRACT.empty(1)
    assert row.lender.shape == row.share.shape == (1, MOST_LENDERS)


def test_terms_that_firms_take_over_have_the_same_name_and_kind_in_both_tables():
    ours = {column.name: column for column in CONTRACT.columns}
    theirs = {column.name: column for column in FIRM.columns}
    shared = ours.keys() & theirs.keys()
    assert {"limit", "rate", "maturity", "right", "stake", "full_capture"} <= shared
    for name in shared - {"signed", "moved"}:  # a firm counts these
        assert np.dtype(ours[name].kind) == np.dtype(theirs[name].kind), name
