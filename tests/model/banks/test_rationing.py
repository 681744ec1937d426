"""Capital goes to the best loans first, and a loan needs room at all of its lenders."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.banks.rationing import fits_capital


def fits(amount: Any, merit: Any, room: Any, banks: Any = None, shares: Any = None) -> list[bool]:
    lenders = np.zeros((len(amount), 1), dtype=int) if banks is None else np.array(banks)
    parts = np.ones(lenders.shape) if shares is None else np.array(shares)
    given_room = np.array(room, dtype=float)
    before = given_room.copy()
    taken = fits_capital(
        np.array(amount, dtype=float), lenders, parts, np.array(merit, dtype=float), given_room
    )
    assert np.array_equal(given_room, before)
    return taken.tolist()


@pytest.mark.parametrize(
    ("amount", "merit", "room", "taken"),
    [
        ([5, 5, 5], [1, 2, 3], [15], [True, True, True]),
        ([5, 5, 5], [1, 2, 3], [14], [False, True, True]),
        ([5, 5, 5], [3, 2, 1], [9], [True, False, False]),
        # The best one is too large; the room goes to those that fit.
        ([9, 4, 4], [3, 2, 1], [8], [False, True, True]),
        # Ties go by order.
        ([5, 5, 5], [1, 1, 1], [10], [True, True, False]),
        ([5, 5, 5], [1, 2, 3], [0], [False, False, False]),
        ([], [], [0], []),
    ],
)
def test_the_best_loans_come_first(amount: Any, merit: Any, room: Any, taken: Any) -> None:
    assert fits(amount, merit, room) == taken


def test_every_lender_needs_room_for_its_share() -> None:
    banks, shares = [[0, 1], [0, 1], [1, 0]], [[0.6, 0.4], [0.6, 0.4], [1.0, 0.0]]
    # Bank 0 is asked for 12, bank 1 for 8 and 5.
    assert fits([10, 10, 5], [1, 2, 3], [12, 13], banks, shares) == [True, True, True]
    # Bank 1 has 9: 5 for the best, 4 for the next, nothing for the third.
    assert fits([10, 10, 5], [1, 2, 3], [12, 9], banks, shares) == [False, True, True]
    # Bank 0 is short, too; the loan of bank 1 alone does not mind.
    assert fits([10, 10, 5], [2, 1, 3], [6, 13], banks, shares) == [True, False, True]


def test_a_bank_with_a_share_of_nothing_need_have_no_room() -> None:
    assert fits([5, 5], [1, 2], [10, -3], [[0, 1], [0, 1]], [[1.0, 0.0]] * 2) == [True, True]


def test_loans_of_banks_that_are_not_short_come_before_better_ones() -> None:
    # Bank 1 has room for all that is asked of it; bank 0 has not. The first loan needs
    # both and is the best, but the second one is safe whatever becomes of the first.
    banks, shares = [[0, 1], [1, 0], [0, 1]], [[0.5, 0.5], [1.0, 0.0], [1.0, 0.0]]
    assert fits([10, 6, 9], [3, 1, 2], [6, 11], banks, shares) == [True, True, False]


@pytest.mark.parametrize("room", [0.0, -5.0])
def test_what_needs_no_new_capital_fits_whatever_the_room(room: float) -> None:
    assert fits([0.0, 5.0], [1.0, 2.0], [room]) == [True, False]


LOANS = st.lists(
    st.tuples(st.floats(0.1, 10.0), st.floats(-1.0, 1.0), st.integers(0, 2), st.integers(1, 2)),
    min_size=1, max_size=12,
)  # fmt: skip


@given(LOANS, st.lists(st.floats(0.0, 20.0), min_size=3, max_size=3))
def test_no_bank_lends_beyond_its_room_and_none_refuses_without_need(
    loans: Any, room: list[float]
) -> None:
    amount = np.array([loan[0] for loan in loans])
    merit = [loan[1] for loan in loans]
    banks = np.array([[loan[2], (loan[2] + loan[3]) % 3] for loan in loans])
    shares = np.tile([0.7, 0.3], (len(loans), 1))
    taken = np.array(fits(amount, merit, room, banks, shares))
    part = amount[:, None] * shares
    used = np.bincount(banks[taken].ravel(), part[taken].ravel(), minlength=3)
    assert np.all(used <= np.array(room) + 1e-9)
    left = np.array(room) - used
    for n in np.flatnonzero(~taken):
        assert np.any(part[n] > left[banks[n]] - 1e-9)
