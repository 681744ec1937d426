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
    keep_unpaid,
    part_called,
    reshare,
    write_call,
)
from sim.model.firms.contract_effects import reduce_commitment
from sim.model.firms.credit_line import draw, pay_due, repay
from sim.model.firms.flows import post_firm
from sim.model.firms.undrawn import undrawn
from tests.model.firms.hand import borrower, rules

U = SimpleNamespace(operating_cost=np.zeros(4), clawback_share=0.5, funding_rate=0.02)
P = rules(call_years=0.5)


def shares(*values):
    """Lenders 0, 1, 2 and so on, with these shares; nothing called."""
    share = np.zeros(8)
    share[: len(values)] = values
    return np.arange(8, dtype=np.int32), share, np.zeros((5, 8))


def call(share, kept, called, unpaid=0.0):
    """Let lenders call of what they hold, after what was called before and is unpaid."""
    keep_unpaid(share, called, unpaid)
    return write_call(kept, called)


def test_each_lender_calls_and_holds_its_own_part():
    _, share, called = shares(0.5, 0.3, 0.2)
    keep_unpaid(share, called, 0.0)
    assert write_call([0.0, 1.0, 0.25, *[1.0] * 5], called) == pytest.approx(0.35)
    assert called[CALLS, :3] == pytest.approx([0.5, 0.0, 0.15])
    assert called[HOLDS, :3] == pytest.approx([0.0, 0.3, 0.05])
    assert part_called(called) == pytest.approx(0.65)
    forget_call(called)
    assert not called.any()


def test_who_called_before_goes_on_calling_what_has_not_been_paid():
    # Of ten the first calls its five and has two of them; the third then calls its two of eight.
    lender, share, called = shares(0.5, 0.3, 0.2)
    call(share, [0.0, *[1.0] * 7], called)
    reshare(lender, share, called, 10.0, 0.0, 2.0)
    # Of the five that others hold the second keeps three.
    assert call(share, [1.0, 1.0, 0.0, *[1.0] * 5], called, 3.0 / 8.0) == pytest.approx(0.6)
    assert called[CALLS, :3] * 8.0 == pytest.approx([3.0, 0.0, 2.0])
    assert called[HOLDS, :3] * 8.0 == pytest.approx([0.0, 3.0, 0.0])
    assert call(share, [0.0] * 8, called, 5.0 / 8.0) == 0.0
    assert called[CALLS, :3] == pytest.approx(share[:3])


def test_shares_after_what_is_due_was_paid_and_some_was_drawn():
    # Of ten 5, 3 and 2; the first calls. Four of its five are paid, and the others lend two of
    # them: 1, 4.2 and 2.8 of eight.
    lender, share, called = shares(0.5, 0.3, 0.2)
    call(share, [0.0, *[1.0] * 7], called)
    reshare(lender, share, called, 10.0, 2.0, 4.0)
    assert share[:3] == pytest.approx([0.125, 0.525, 0.35])
    assert lender[:3].tolist() == [0, 1, 2]


def test_a_caller_that_was_paid_stands_behind_those_who_are_owed():
    lender, share, called = shares(0.5, 0.3, 0.2)
    call(share, [0.0, *[1.0] * 7], called)
    reshare(lender, share, called, 10.0, 0.0, 5.0)
    assert (lender[:3].tolist(), share[:3]) == ([1, 2, 0], pytest.approx([0.6, 0.4, 0.0]))
    assert called[CALLS, :3].tolist() == [0.0, 0.0, 0.5]
    # What is clawed back makes it a creditor again: 2.5 of five that are owed and 2.5.
    give_back(lender, share, called, 5.0, 2.5)
    assert dict(zip(lender[:3].tolist(), share[:3].tolist(), strict=True)) == pytest.approx(
        {1: 0.4, 2: 4.0 / 15.0, 0: 1.0 / 3.0}
    )


@pytest.mark.parametrize(
    ("end", "owed", "clawed"),
    [
        (2.2, 5.0, 0.4 * 3.5),
        (2.4, 5.0, 0.4 * 3.0),  # the first of the payments is more than half a year old
        (2.5, 5.0, 0.4 * 3.0),
        (2.51, 5.0, 0.4),
        (2.9, 5.0, 0.0),
        (2.2, 0.0, 0.0),  # nobody lost anything
    ],
)
def test_callers_give_back_a_part_of_what_they_had_in_the_last_half_year(end, owed, clawed):
    f = borrower(balance=9.0, due=9.0, limit=9.0, cash=99.0)
    for f.now, amount in ((1.8, 0.5), (2.0, 2.0), (2.3, 1.0)):
        repay(f, amount)
    f.exposure_at_default, f.end = owed, end
    assert clawed_back(f, 0.4) == pytest.approx(clawed)


def test_what_was_paid_on_an_earlier_call_is_not_given_back_once_that_is_over():
    f = borrower(balance=9.0, due=2.0, cash=99.0, now=2.0)
    f.exposure_at_default, f.end = 5.0, 2.1
    assert clawed_back(f, 0.4) == 0.0
    repay(f, 2.0)
    reduce_commitment(f, P, 2.0, 0.5)
    assert clawed_back(f, 0.4) == 0.0
    repay(f, 1.0)
    assert clawed_back(f, 0.4) == pytest.approx(0.4)
    # What was not paid of one call stays due under the next, and so does what was paid.
    reduce_commitment(f, P, 2.0, 0.5)
    assert clawed_back(f, 0.4) == pytest.approx(0.4)


def test_of_many_payments_the_last_are_remembered():
    f = borrower(balance=99.0, due=99.0, cash=99.0, limit=99.0)
    for n in range(r.PAYMENTS_KEPT + 2):
        f.now = 1.0 + 0.01 * n
        repay(f, 1.0 + n)
    f.exposure_at_default, f.end = 1.0, f.now
    assert clawed_back(f, 1.0) == sum(range(3, r.PAYMENTS_KEPT + 3))


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
            self.total, np.zeros((2, len(a.PARTY_FLOWS))), np.zeros(a.N_ACCOUNTS),
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
        together = call(self.share, keeps, self.called, self.f.due / self.f.balance)
        self.due = self.due + (self.owed - self.due) * (1.0 - np.array(kept))
        self.holds = (self.owed - self.due) / self.owed.sum()
        reduce_commitment(self.f, P, 1.0, together)

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
    f.end, f.recovery_date, f.cap_per_default = 1.0 + wait, 9.0, 1.0
    c.post(f.end)
    exposed, taken = c.by_bank[:3, a.EXPOSURE_AT_DEFAULT], c.by_bank[:3, a.TAKEN_OVER]
    assert exposed.sum() == pytest.approx(f.exposure_at_default)
    assert c.lent() + taken == pytest.approx(exposed, abs=1e-9)
    if wait > 0.5:
        assert not taken.any()
