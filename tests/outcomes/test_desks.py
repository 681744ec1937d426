"""Borrowers of each desk: those on the register that owe it, in every year."""

import numpy as np

from sim.engine.history import Page
from sim.model.firms.record import LARGE, REGISTERED
from sim.outcomes.desks import borrower_curves, desk_borrowers
from tests.outcomes import tiny


def page(date: float, contract: list[int], balance: list[float], large: bool = False) -> Page:
    """All three firms alive; the first may have outgrown the register."""
    strata = np.array([LARGE if large else REGISTERED, REGISTERED, REGISTERED], np.int8)
    return Page(
        date, np.ones(3, np.int8), {}, np.array(contract), np.array(balance), np.ones(3), strata,
        np.zeros(3, np.int8),
    )  # fmt: skip


PAGES = (
    page(0.0, [0, -1, -1], [20.0, 0.0, 0.0]),
    page(1.0, [0, 1, 3], [20.0, 4.0, 5.0]),
    page(2.0, [0, 1, 3], [20.0, 4.0, 5.0]),
)


def test_a_loan_counts_at_each_bank_that_has_a_part_in_it():
    """The first two firms have one lender each, the third one has both; two is beyond the end."""
    dates, counts = desk_borrowers(tiny.history(pages=PAGES))
    assert dates.tolist() == [0.0, 1.0]
    assert counts.tolist() == [[1.0, 0.0], [2.0, 2.0]]


def test_firms_above_the_register_and_lines_that_are_not_drawn_do_not_count():
    pages = (page(0.0, [0, 1, 3], [20.0, 0.0, 5.0], large=True),)
    assert desk_borrowers(tiny.history(pages=pages))[1].tolist() == [[1.0, 1.0]]


def test_each_desk_has_a_curve_and_a_history_without_pages_none():
    curves = list(borrower_curves(tiny.history(pages=PAGES)))
    assert [(curve[0], curve[1]) for curve in curves] == [
        ("desk_borrowers", "bank_a"), ("desk_borrowers", "bank_b"),
    ]  # fmt: skip
    assert curves[1][3].tolist() == [0.0, 2.0]
    assert not list(borrower_curves(tiny.history()))
