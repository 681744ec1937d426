"""How a loss is shared: by protection, among lenders, among protection providers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.firms.loss_sharing import (
    borne_by_protection,
    parts_of,
    split_by_share,
)

SHARE = st.floats(0.0, 1.0)


@pytest.mark.parametrize(
    ("lost", "share", "first", "cap", "others"),
    [
        (3.0, 0.4, 0.0, 1.0, 1.2),
        # Of five millions owed, lenders bear one before protection providers pay.
        (3.0, 0.4, 0.2, 1.0, 0.8),
        (3.0, 0.4, 0.7, 1.0, 0.0),
        (3.0, 0.4, 0.0, 0.1, 0.5),
        (3.0, 1.0, 0.0, 1.0, 3.0),
        (0.0, 0.4, 0.0, 1.0, 0.0),
    ],
)
def test_others_pay_their_share_beyond_the_first_loss_and_up_to_the_cap(
    lost: float, share: float, first: float, cap: float, others: float
) -> None:
    assert borne_by_protection(lost, 5.0, share, first, cap) == pytest.approx(others)


@given(SHARE, SHARE, SHARE, SHARE)
def test_others_never_bear_more_than_is_lost_nor_less_than_nothing(
    lost: float, share: float, first: float, cap: float
) -> None:
    assert 0.0 <= borne_by_protection(lost, 1.0, share, first, cap) <= min(lost, cap)


def test_numbers_and_arrays_are_shared_alike() -> None:
    lost, exposure = np.array([0.0, 1.0, 4.0]), np.array([2.0, 2.0, 5.0])
    terms = np.array([0.3, 0.5, 1.0]), np.array([0.0, 0.25, 0.1]), np.array([1.0, 0.2, 0.6])
    each = [borne_by_protection(*one) for one in zip(lost, exposure, *terms, strict=True)]
    assert borne_by_protection(lost, exposure, *terms).tolist() == each


def test_amounts_fall_on_lenders_by_their_shares_up_to_the_last() -> None:
    out = np.ones((3, 2))
    lender, share = np.array([2, 0, 1, 1]), np.array([0.75, 0.25, 0.0, 0.5])
    split_by_share(np.array([4.0, 8.0]), lender, share, out)
    assert out.tolist() == [[2.0, 3.0], [1.0, 1.0], [4.0, 7.0]]


def test_amounts_of_many_contracts_add_up_at_the_banks() -> None:
    lender = np.array([[0, 1], [1, 0], [0, 0]])
    share = np.array([[0.5, 0.5], [0.75, 0.25], [0.0, 0.0]])
    out = np.zeros((2, 1))
    for amount, banks, parts in zip((4.0, 8.0, 16.0), lender, share, strict=True):
        split_by_share(np.array([amount]), banks, parts, out)
    assert out.tolist() == [[4.0], [8.0]]


@given(st.lists(st.floats(0.0, 1.0), min_size=4, max_size=4))
def test_parts_of_others_are_a_whole_or_nothing(values: list[float]) -> None:
    whole = float(np.sum(values))
    parts = parts_of(values)
    if whole == 0.0:
        assert not parts.any()
    elif whole > 1e-300:
        assert parts.sum() == pytest.approx(1.0)
        assert parts * whole == pytest.approx(np.array(values))
