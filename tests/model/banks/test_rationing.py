"""Capital goes to the best loans first, and a loan needs room at all of its lenders."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.banks.conditions import CONDITIONS
from sim.model.banks.credit_decision import headroom, ration
from sim.model.banks.desk import OFFER, Desk
from tests.model.banks.three import applicants, conditions, desk, record, rules, written

PLAIN = conditions()
DRAWN = rules(utilisation=1.0)
"""Every loan weighs what is lent, and lines are drawn in full."""
HALF = rules(small_weight=0.8, medium_weight=0.8, large_weight=0.8, utilisation=0.5)
"""Every loan weighs eight tenths of what is lent, and lines are drawn by a half."""


def with_equity(equity: Any, u: Any = DRAWN, ratio: float = 1.0) -> Desk:
    """Banks that must hold `ratio` of what their loans weigh."""
    d = desk(len(equity), rules=[u])
    d.banks.required_ratio = ratio
    d.books.equity = equity
    return d


def with_three() -> Desk:
    """A bank with three millions of capital, which carry loans that weigh thirty."""
    return with_equity([3.0], HALF, 0.1)


def loans(line: Any, risk_adjusted_margin: Any, lender: Any = None, share: Any = None) -> Any:
    n = len(line)
    offers = OFFER.empty(n)
    if n:
        lender = np.zeros((n, 1), int) if lender is None else np.array(lender)
        share = np.ones(lender.shape) if share is None else np.array(share)
        written(offers, {"line": line, "lenders": lender.shape[1], "lender": lender,
                         "share": share})  # fmt: skip
        offers.surplus[:, 0] = risk_adjusted_margin
        offers.ready = 1
    return offers


def fits(
    amount: Any,
    risk_adjusted_margin: Any,
    lending_headroom: Any,
    lender: Any = None,
    share: Any = None,
) -> list[bool]:
    """Which loans are taken; what they need is promised by their lenders."""
    d, offers = with_equity(lending_headroom), loans(amount, risk_adjusted_margin, lender, share)
    applications = np.repeat(applicants()[:1], len(amount))
    ration(offers, applications.view(np.recarray), PLAIN, d)
    promised = np.zeros(len(lending_headroom))
    for o in offers[offers.ready == 1]:
        np.add.at(promised, o.lender[: o.lenders], o.line * o.share[: o.lenders])
    assert d.books.promised == pytest.approx(promised)
    return [bool(taken) for taken in offers.ready]


# --- Room --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weighted", "equity", "lending_headroom"),
    [
        (0.0, 3.0, 30.0),  # 3 over 10 percent
        (10.0, 3.0, 20.0),
        (30.0, 3.0, 0.0),
        (10.0, -1.0, -20.0),
    ],
)
def test_room_is_what_capital_still_carries(
    weighted: float, equity: float, lending_headroom: float
) -> None:
    d, out = with_equity([equity, 3.0], HALF, 0.1), np.empty(2)
    d.books.risk_assets[0] = weighted
    headroom(d, out)
    assert out == pytest.approx([lending_headroom, 30.0])
    # What has been granted since the last settlement is as good as lent.
    d.books.risk_assets[0], d.books.promised[0] = 0.0, weighted
    headroom(d, out)
    assert out == pytest.approx([lending_headroom, 30.0])


def test_what_weighs_nothing_needs_no_room() -> None:
    d = with_equity([-1.0], rules(small_weight=0.0, medium_weight=0.0), 0.1)
    offers = loans([80.0] * 3, [0.0] * 3)
    offers.ready = 1
    ration(offers, applicants(), PLAIN, d)
    assert (offers.ready.tolist(), d.books.promised.tolist()) == ([1, 1, 1], [0.0])


def owing(weight: float, bank: int, **columns: Any) -> Any:
    """Three firms that owe a loan of such a weight to one bank."""
    one = {"lenders": 1, "lender": [bank], "share": [1.0], "weight": [weight]}
    return applicants(**one, **columns)


@pytest.mark.parametrize(
    ("line", "balance", "moves", "taken"),
    [
        (24.0, 0.0, False, [1, 1, 1]),  # half of each line is drawn: 28.8 of 30
        (30.0, 0.0, False, [1, 0, 1]),  # 36; the two with the larger margin fit
        (80.0, 0.0, False, [0, 0, 0]),
        (80.0, 40.0, False, [1, 1, 1]),  # its own loans rolled over need nothing new
        (10.0, 15.0, True, [1, 0, 1]),  # to a new lender they do
    ],
)
def test_loans_must_fit_capital_by_what_is_newly_lent(
    line: float, balance: float, moves: bool, taken: list[int]
) -> None:
    d, offers = with_three(), loans([line] * 3, [0.3, 0.1, 0.2])
    asks = owing(0.8, 3 if moves else 0, balance=balance, limit=balance)
    ration(offers, asks, PLAIN, d)
    assert offers.ready.tolist() == taken


def test_nobody_is_weighed_who_does_not_sign() -> None:
    d, offers = with_three(), loans([70.0] * 3, [0.3, 0.1, 0.2])
    offers.ready = 0, 1, 0
    ration(offers, applicants(), PLAIN, d)
    assert offers.ready.tolist() == [0, 1, 0]
    assert d.books.promised == pytest.approx([28.0])


@pytest.mark.parametrize(
    ("line", "weight", "moves", "promised"),
    [
        # Of a line of 20, 10 are drawn, and two fifths of the rest count.
        (20.0, 0.0, True, 0.8 * 14.0),
        # A line of 10 of which 5 are drawn stood for 0.8 * 7 before.
        (20.0, 0.8, False, 0.8 * 7.0),
        # Its class was dearer: the new contract frees capital, and asks for none.
        (20.0, 1.8, False, 0.0),
        # Of the same line as much is drawn as before: nothing is new.
        (10.0, 0.8, False, 0.0),
    ],
)
def test_undrawn_lines_need_capital_too(
    line: float, weight: float, moves: bool, promised: float
) -> None:
    d, offers = with_three(), loans([line] * 3, [0.0] * 3)
    offers.ready = 1, 0, 0
    k = record(CONDITIONS, conversion=0.4)
    asks = owing(weight, 3 if moves else 0, balance=5.0, limit=10.0, conversion=0.4)
    ration(offers, asks, k, d)
    assert d.books.promised == pytest.approx([promised], abs=1e-14)


def test_what_a_partner_newly_lends_is_its_own_and_no_part_of_the_leads_loan() -> None:
    # A loan of ten of bank 0 becomes one of twenty that three banks share; a half is drawn.
    d = with_equity([9.0, 9.0, 9.0], HALF, 0.1)
    offers = loans([20.0], [0.0], [[0, 1, 2]], [[0.5, 0.3, 0.2]])
    asks = owing(0.8, 0, balance=10.0, limit=10.0)
    ration(offers, asks[:1], PLAIN, d)
    # Bank 0 had eight and keeps four; the others take over 0.8 times three and two.
    assert d.books.promised == pytest.approx([0.0, 2.4, 1.6])
    # Renewed among the same three nothing is new, whatever their order.
    again = loans([20.0], [0.0], [[2, 0, 1]], [[0.2, 0.5, 0.3]])
    asks.lenders, asks.lender[:, :3], asks.share[:, :3] = 3, [0, 1, 2], [0.5, 0.3, 0.2]
    asks.weight[:, :3] = 0.8
    d.books.promised[:] = 0.0
    ration(again, asks[:1], PLAIN, d)
    assert d.books.promised == pytest.approx([0.0, 0.0, 0.0], abs=1e-14)


def test_a_partner_without_room_for_what_is_new_to_it_stops_the_loan() -> None:
    d = with_equity([0.0, 0.2], HALF, 0.1)
    offers = loans([20.0], [0.0], [[0, 1]], [[0.5, 0.5]])
    ration(offers, owing(0.8, 0, balance=10.0, limit=10.0)[:1], PLAIN, d)
    # The second bank would take over 0.8 times five, and has room for two.
    assert offers.ready.tolist() == [0]


def test_what_is_refused_for_want_of_capital_is_counted_at_the_lead() -> None:
    d = with_equity([9.0, 100.0])
    lender, share = [[0, 1], [1, 0], [0, 1]], [[0.5, 0.5]] * 3
    offers = loans([10.0] * 3, [3, 2, 1], lender, share)
    ration(offers, applicants(), PLAIN, d)
    # Bank 0 has room for its half of the first loan alone; bank 1 leads the second.
    assert offers.ready.tolist() == [1, 0, 0]
    assert offers.short.tolist() == [0, 1, 1]
    assert d.books.rationed.tolist() == [1.0, 1.0]


def test_what_a_bank_has_granted_since_the_settlement_takes_up_its_room() -> None:
    d, lending_headroom = with_equity([3.0, 3.0], HALF, 0.1), np.empty(2)
    first, second = (loans([20.0] * 3, [0.0] * 3) for _ in range(2))
    ration(first, applicants(), PLAIN, d)
    headroom(d, lending_headroom)
    # Half of each line of twenty is drawn: 24 of 30.
    assert lending_headroom == pytest.approx([6.0, 30.0])
    ration(second, applicants(), PLAIN, d)
    assert (first.ready.tolist(), second.ready.tolist()) == ([1, 1, 1], [0, 0, 0])


# --- Who comes first ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "risk_adjusted_margin", "lending_headroom", "taken"),
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
def test_the_best_loans_come_first(
    amount: Any, risk_adjusted_margin: Any, lending_headroom: Any, taken: Any
) -> None:
    assert fits(amount, risk_adjusted_margin, lending_headroom) == taken


def test_every_lender_needs_room_for_its_share() -> None:
    lender, share = [[0, 1], [0, 1], [1, 0]], [[0.6, 0.4], [0.6, 0.4], [1.0, 0.0]]
    # Bank 0 is asked for 12, bank 1 for 8 and 5.
    assert fits([10, 10, 5], [1, 2, 3], [12, 13], lender, share) == [True, True, True]
    # Bank 1 has 9: 5 for the best, 4 for the next, nothing for the third.
    assert fits([10, 10, 5], [1, 2, 3], [12, 9], lender, share) == [False, True, True]
    # Bank 0 is short, too; the loan of bank 1 alone does not mind.
    assert fits([10, 10, 5], [2, 1, 3], [6, 13], lender, share) == [True, False, True]


def test_a_bank_with_a_share_of_nothing_need_have_no_room() -> None:
    lender, share = [[0, 1], [0, 1]], [[1.0, 0.0]] * 2
    assert fits([5, 5], [1, 2], [10, -3], lender, share) == [True, True]
    assert fits([5, 5], [1, 2], [5, -3], lender, share) == [False, True]


def test_loans_of_banks_that_are_not_short_come_before_better_ones() -> None:
    # Bank 1 has room for all that is asked of it; bank 0 has not. The first loan needs
    # both and is the best, but the second one is safe whatever becomes of the first.
    lender, share = [[0, 1], [1, 0], [0, 1]], [[0.5, 0.5], [1.0, 0.0], [1.0, 0.0]]
    assert fits([10, 6, 9], [3, 1, 2], [6, 11], lender, share) == [True, True, False]


@pytest.mark.parametrize("lending_headroom", [0.0, -5.0])
def test_what_needs_no_new_capital_fits_whatever_the_room(lending_headroom: float) -> None:
    assert fits([0.0, 5.0], [1.0, 2.0], [lending_headroom]) == [True, False]


LOANS = st.lists(
    st.tuples(st.floats(0.1, 10.0), st.floats(-1.0, 1.0), st.integers(0, 2), st.integers(1, 2)),
    min_size=1, max_size=12,
)  # fmt: skip


@given(LOANS, st.lists(st.floats(0.0, 20.0), min_size=3, max_size=3))
def test_no_bank_lends_beyond_its_room_and_none_refuses_without_need(
    given_loans: Any, lending_headroom: list[float]
) -> None:
    amount = np.array([loan[0] for loan in given_loans])
    risk_adjusted_margin = [loan[1] for loan in given_loans]
    lender = np.array([[loan[2], (loan[2] + loan[3]) % 3] for loan in given_loans])
    share = np.tile([0.7, 0.3], (len(given_loans), 1))
    taken = np.array(fits(amount, risk_adjusted_margin, lending_headroom, lender, share))
    part = amount[:, None] * share
    used = np.bincount(lender[taken].ravel(), part[taken].ravel(), minlength=3)
    assert np.all(used <= np.array(lending_headroom) + 1e-9)
    left = np.array(lending_headroom) - used
    for n in np.flatnonzero(~taken):
        assert np.any(part[n] > left[lender[n]] - 1e-9)
