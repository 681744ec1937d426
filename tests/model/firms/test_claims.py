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
    return np.arange(8, dtype=np.int32), share, np.zeros((4, 8))


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
        st.sampled_from(["draw", "pay", "repay", "call"]), st.floats(0.0, 1.0),
        st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=3, max_size=3),
    ),
    max_size=12,
)  # fmt: skip


class Claims:
    """A loan of ten, and what each of three lenders is owed, kept beside the shares and books."""

    def __init__(self):
        self.lender, self.share, self.called = shares(0.5, 0.3, 0.2)
        self.f = borrower(limit=20.0, balance=10.0, rate=0.0, now=1.0, cash=50.0)
        self.posted, self.total = np.zeros((2, a.N_ACCOUNTS))
        self.by_bank = np.zeros((8, a.N_ACCOUNTS))
        self.owed = np.array([5.0, 3.0, 2.0])
        self.due, self.holds = np.zeros(3), self.owed / 10.0
        self.post()

    def post(self, t=1.0):
        post_firm(
            self.f, P, t, self.posted, self.lender, self.share, self.called, U, self.by_bank,
            self.total, np.zeros((2, 2)), np.zeros(a.N_ACCOUNTS),
        )  # fmt: skip

    def draw(self, size, _):
        amount = size * undrawn(self.f)
        draw(self.f, amount)
        lenders = self.holds if self.holds.sum() > 0.0 else self.owed
        self.owed = self.owed + amount * lenders / lenders.sum()

    def pay(self, size, _):
        paid = self.due * size
        self.f.cash = paid.sum()
        pay_due(self.f)
        self.owed, self.due, self.f.cash = self.owed - paid, self.due - paid, 50.0

    def repay(self, size, _):
        if self.due.sum() <= 1e-12:
            amount = size * 0.5 * self.f.balance
            repay(self.f, amount)
            self.owed = self.owed * (1.0 - amount / self.owed.sum())

    def call(self, _, kept):
        if self.f.called == 1 or min(kept) == 1.0:
            return
        keeps = [kept[bank] if bank < 3 else 1.0 for bank in self.lender]
        write_call(self.share, keeps, self.called)
        self.due = self.owed * (1.0 - np.array(kept))
        self.holds = (self.owed - self.due) / self.owed.sum()
        reduce_commitment(self.f, P, 1.0, float(self.share @ keeps))

    def lent(self):
        """Loans of the three by their books."""
        flows = self.by_bank[:3, a.DRAWN] - self.by_bank[:3, a.REPAID]
        return np.array([5.0, 3.0, 2.0]) + flows

    def check(self):
        self.post()
        assert self.f.balance == pytest.approx(self.owed.sum(), abs=1e-9)
        assert self.lent() == pytest.approx(self.owed, abs=1e-9)
        if self.f.balance > TRIFLE:
            by_bank = np.bincount(self.lender, self.share, 8)
            assert by_bank.sum() == pytest.approx(1.0)
            assert by_bank[:3] * self.f.balance == pytest.approx(self.owed, abs=1e-9)


TRIFLE = 1e-3


def lived(steps):
    """The claims on a firm after these steps, checked after each."""
    c = Claims()
    for what, size, kept in steps:
        if c.f.balance > TRIFLE:
            getattr(c, what)(size, kept)
            c.check()
    return c


@given(STEPS)
def test_a_firm_that_leaves_has_repaid_every_lender_what_it_was_owed(steps):
    c = lived(steps)
    repay(c.f, float(c.f.balance))
    c.f.status = r.LISTED
    c.post()
    assert c.lent() == pytest.approx([0.0] * 3, abs=1e-9)


@given(STEPS, st.floats(0.0, 2.0))
def test_balances_at_default_are_what_lenders_lent_and_what_callers_took_back(steps, wait):
    c = lived(steps)
    f = c.f
    if f.balance <= TRIFLE:
        return
    f.exposure_at_default, f.balance, f.status = f.balance, 0.0, r.FAILED_CASH
    f.end, f.recovery_date, f.cover_cap = 1.0 + wait, 9.0, 1.0
    c.post(f.end)
    exposed, taken = c.by_bank[:3, a.EXPOSURE_AT_DEFAULT], c.by_bank[:3, a.TAKEN_OVER]
    assert exposed.sum() == pytest.approx(f.exposure_at_default)
    assert c.lent() + taken == pytest.approx(exposed, abs=1e-9)
    if wait > 0.5:
        assert not taken.any()
