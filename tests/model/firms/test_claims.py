"""What lenders are owed after a call: claims add up, callers come first."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.firms import flows as a
from sim.model.firms import record as r
from sim.model.firms.claims import (
    CALLS,
    HOLDS,
    clawed_back,
    forget_call,
    give_back,
    part_called,
    reshare,
    write_call,
)
from sim.model.firms.contract_effects import reduce_commitment
from sim.model.firms.credit_line import draw, pay_due, repay
from sim.model.firms.flows import post_firm
from sim.model.firms.undrawn import undrawn
from tests.model.firms.hand import borrower, firm, rules

U = SimpleNamespace(operating_cost=np.zeros(4), clawback_share=0.5)
P = rules(call_years=0.5)


def shares(*values):
    """Lenders 0, 1, 2 and so on, with these shares; nothing called."""
    share = np.zeros(8)
    share[: len(values)] = values
    return np.arange(8, dtype=np.int32), share, np.zeros((2, 8))


def test_each_lender_calls_and_holds_its_own_part():
    _, share, called = shares(0.5, 0.3, 0.2)
    write_call(share, [0.0, 1.0, 0.25, *[1.0] * 5], called)
    assert called[CALLS, :3] == pytest.approx([0.5, 0.0, 0.15])
    assert called[HOLDS, :3] == pytest.approx([0.0, 0.3, 0.05])
    assert part_called(called) == pytest.approx(0.65)
    forget_call(called)
    assert not called.any()


def test_shares_after_what_is_due_was_paid_and_some_was_drawn():
    # Of ten 5, 3 and 2; the first calls. Four of its five are paid, and the others lend two of
    # them: 1, 4.2 and 2.8 of eight.
    lender, share, called = shares(0.5, 0.3, 0.2)
    write_call(share, [0.0, *[1.0] * 7], called)
    reshare(lender, share, called, 10.0, 2.0, 4.0)
    assert share[:3] == pytest.approx([0.125, 0.525, 0.35])
    assert lender[:3].tolist() == [0, 1, 2]


def test_a_caller_that_was_paid_stands_behind_those_who_are_owed():
    lender, share, called = shares(0.5, 0.3, 0.2)
    write_call(share, [0.0, *[1.0] * 7], called)
    reshare(lender, share, called, 10.0, 0.0, 5.0)
    assert (lender[:3].tolist(), share[:3]) == ([1, 2, 0], pytest.approx([0.6, 0.4, 0.0]))
    assert called[CALLS, :3].tolist() == [0.0, 0.0, 0.5]
    # What is clawed back makes it a creditor again: 2.5 of five that are owed and 2.5.
    give_back(lender, share, called, 5.0, 2.5)
    assert dict(zip(lender[:3].tolist(), share[:3].tolist(), strict=True)) == pytest.approx(
        {1: 0.4, 2: 4.0 / 15.0, 0: 1.0 / 3.0}
    )


@pytest.mark.parametrize(
    ("fields", "clawed"),
    [
        ({}, 1.2),
        ({"end": 2.51}, 0.0),  # more than half a year after the last payment
        ({"exposure_at_default": 0.0}, 0.0),  # nobody lost anything
        ({"due_paid": 0.0}, 0.0),
    ],
)
def test_what_callers_give_back(fields, clawed):
    f = firm(
        **({"exposure_at_default": 5.0, "end": 2.4, "paid_date": 2.0, "due_paid": 3.0} | fields)
    )
    assert clawed_back(f, 0.4) == pytest.approx(clawed)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["draw", "due", "repay", "call", "post"]), st.floats(0.0, 1.0),
        st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=3, max_size=3),
    ),
    max_size=12,
)  # fmt: skip


@given(STEPS, st.sampled_from(["goes on", "fails", "leaves"]), st.floats(0.0, 2.0))
def test_claims_of_lenders_add_up_to_the_balance_whatever_happens(steps, end, wait):
    """Claims by hand: each lender's in a plain dictionary, against the shares and the books."""
    lender, share, called = shares(0.5, 0.3, 0.2)
    f = borrower(limit=20.0, balance=10.0, rate=0.0, now=1.0, cash=50.0)
    posted, by_bank, total = (
        np.zeros(a.N_ACCOUNTS),
        np.zeros((8, a.N_ACCOUNTS)),
        np.zeros(a.N_ACCOUNTS),
    )
    books = (U, by_bank, total, np.zeros((2, 2)), np.zeros(a.N_ACCOUNTS))
    owed = np.array([5.0, 3.0, 2.0])
    due, calls, holds = np.zeros(3), np.zeros(3), owed / 10.0

    def post(t=1.0):
        post_firm(f, P, t, posted, lender, share, called, *books)

    def by_hand(claims):
        """Shares of the three, by bank."""
        found = np.zeros(8)
        for bank, part in zip(lender, share, strict=True):
            found[bank] += part
        assert found.sum() == pytest.approx(1.0)
        assert found[:3] * claims.sum() == pytest.approx(claims, abs=1e-9)

    post()
    for what, size, kept in steps:
        if f.balance < 1e-3:
            break
        if what == "draw":
            amount = size * undrawn(f)
            draw(f, amount)
            owed += amount * (holds / holds.sum() if holds.sum() > 0.0 else owed / owed.sum())
        elif what == "due" and due.sum() > 0.0:
            paid = due * size
            f.cash = paid.sum()
            pay_due(f)
            owed, due, f.cash = owed - paid, due - paid, 50.0
        elif what == "repay" and due.sum() <= 1e-12:
            amount = size * 0.5 * f.balance
            repay(f, amount)
            owed *= 1.0 - amount / owed.sum()
        elif what == "call" and min(kept) < 1.0 and f.called == 0:
            post()
            retained = 0.0
            keeps = [1.0] * 8
            for j in range(8):
                keeps[j] = kept[lender[j]] if lender[j] < 3 else 1.0
                retained += share[j] * keeps[j]
            write_call(share, keeps, called)
            due = owed * (1.0 - np.array(kept))
            calls, holds = due / owed.sum(), (owed - due) / owed.sum()
            if part_called(called) > 0.0:
                reduce_commitment(f, P, 1.0, retained)
        post()
        assert f.balance == pytest.approx(owed.sum(), abs=1e-9)
        if f.balance > 1e-3:
            by_hand(owed)
        lent = np.array([5.0, 3.0, 2.0]) + by_bank[:3, a.DRAWN] - by_bank[:3, a.REPAID]
        assert lent == pytest.approx(owed, abs=1e-9)
    assert calls.sum() <= 1.0 + 1e-9
    start = np.array([5.0, 3.0, 2.0])
    if end == "leaves":
        repay(f, float(f.balance))
        f.status = r.LISTED
        post()
        assert by_bank[:3, a.REPAID] - by_bank[:3, a.DRAWN] == pytest.approx(start, abs=1e-9)
    elif end == "fails" and f.balance > 1e-3:
        f.exposure_at_default, f.balance, f.status = f.balance, 0.0, r.FAILED_CASH
        f.end, f.recovery_date, f.cover_cap = 1.0 + wait, 9.0, 1.0
        post(f.end)
        exposed, taken = by_bank[:3, a.EXPOSURE_AT_DEFAULT], by_bank[:3, a.TAKEN_OVER]
        assert exposed.sum() == pytest.approx(f.exposure_at_default)
        assert taken.sum() == pytest.approx(0.0, abs=1e-9)
        # Loans of each bank are its claims until the balance leaves its books.
        lent = start + by_bank[:3, a.DRAWN] - by_bank[:3, a.REPAID]
        assert lent + taken == pytest.approx(exposed, abs=1e-9)
