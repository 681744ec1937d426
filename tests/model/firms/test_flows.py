"""Reading a firm at a date, and splitting what has flowed among its lenders."""

import numpy as np
import pytest

from sim.model.firms import flows as a
from sim.model.firms import record as r
from sim.model.firms.clock import accrue
from sim.model.firms.flows import post_firm, read_default, read_totals, split
from tests.model.firms.hand import borrower, firm, rules

COST = np.array([0.012, 0.011, 0.009, 0.008])


def flowing(**values):
    lines = {
        "cash": 10.0, "flow": -2.0, "sales": 3.0, "cost": 1.0, "invest": 0.5, "royalty": 0.25,
        "delivery": 0.125, "fee_rate": 0.01, "refinanced": 0.5, "now": 1.0, "wallet_share": 0.5,
        "cum_sales": 4.0, "cum_drawn": 5.0, "cum_equity": 6.0, "cum_exercise_amount": 2.0,
    }  # fmt: skip
    return borrower(**(lines | values))


def read(f, t, p=None):
    row = np.full(a.N_ACCOUNTS, np.nan)
    row[a.OPERATING] = 0.0
    read_totals(f, rules() if p is None else p, t, row)
    return row


def test_each_account_stands_in_its_own_place():
    assert len(a.ACCOUNTS) == a.N_ACCOUNTS
    for place, name in enumerate(a.ACCOUNTS):
        short = vars(a).get(name.removesuffix("_years").upper())
        assert vars(a).get(name.upper(), short) == place, name
    assert (a.ACCOUNTS[a.BALANCE_YEARS], a.ACCOUNTS[a.CASH]) == ("balance_years", "cash")


def test_totals_at_a_date_by_hand():
    row = read(flowing(), 3.0, rules(deposit_margin=0.0, fee_share=0.001))
    for account, value in {
        a.SALES: 10.0, a.COST: 2.0, a.INVEST: 1.0, a.INTEREST: 0.4, a.DRAWN: 5.0, a.REPAID: 0.0,
        a.EQUITY: 6.0, a.ROYALTY: 0.5, a.DELIVERY: 0.25, a.BALANCE_YEARS: 10.0, a.FEE: 0.1,
        a.REFINANCED_YEARS: 5.0, a.EXERCISE_AMOUNT: 2.0, a.CASH: 6.0, a.RELATION: 0.003,
        a.EXPOSURE_AT_DEFAULT: 0.0,
    }.items():  # fmt: skip
        assert row[account] == pytest.approx(value), a.ACCOUNTS[account]
    assert not np.any(np.isnan(row))


def test_reading_changes_nothing():
    f = flowing()
    before = f.copy()
    read(f, 3.0)
    assert f == before


def test_what_is_carried_is_kept_in_the_record_and_read():
    assert set(a.CARRIED) < set(a.ACCOUNTS)
    f = flowing()
    moved = [
        name for name, x, y in zip(a.ACCOUNTS, read(f, 1.0), read(f, 3.0), strict=True) if x != y
    ]
    assert set(moved) <= set(a.CARRIED)


@pytest.mark.parametrize("t", [1.0, 1.3, 7.0])
def test_reading_at_a_date_is_reading_a_firm_carried_to_it(t):
    f = flowing()
    here = read(f, t)
    accrue(f, rules(), t)
    # To the last bit: one closed form reads and carries.
    assert here.tolist() == read(f, t).tolist()


def test_a_firm_that_has_ended_stands_still():
    f = flowing(status=r.LISTED)
    assert read(f, 3.0).tolist() == read(f, 9.0).tolist()
    assert read(f, 3.0)[a.SALES] == 4.0


@pytest.mark.parametrize(("t", "done"), [(1.9, 0.0), (2.0, 1.0), (3.0, 1.0)])
def test_a_default_is_owed_at_once_and_resolved_when_the_proceeds_arrive(t, done):
    f = firm(
        exposure_at_default=5.0, recovery=2.0, recovery_date=2.0, guaranteed=0.4, cover_cap=1.0
    )
    row = np.zeros(a.N_ACCOUNTS)
    read_default(f, t, row)
    assert row[a.EXPOSURE_AT_DEFAULT] == 5.0
    assert (row[a.RESOLVED], row[a.RECOVERED]) == (5.0 * done, 2.0 * done)
    # Three millions are lost: the guarantor pays 1.2 when the case is closed.
    assert row[a.GUARANTEED] == pytest.approx(1.2 * done)
    assert row[a.LOSS] == pytest.approx(1.8)


@pytest.mark.parametrize(
    ("first", "cap", "others"),
    [(0.0, 1.0, 1.2), (0.2, 1.0, 0.8), (0.0, 0.1, 0.5), (0.7, 1.0, 0.0)],
)
def test_others_pay_beyond_the_lenders_first_loss_and_up_to_their_cap(first, cap, others):
    f = firm(
        exposure_at_default=5.0,
        recovery=2.0,
        recovery_date=2.0,
        guaranteed=0.4,
        first_loss=first,
        cover_cap=cap,
    )
    row = np.zeros(a.N_ACCOUNTS)
    read_default(f, 2.0, row)
    assert row[a.GUARANTEED] == pytest.approx(others)
    assert row[a.LOSS] == pytest.approx(3.0 - others)


# --- Posting -------------------------------------------------------------------------------


class Books:
    """What postings add up to: two banks, the first with 60 percent of everything."""

    def __init__(self, firms=3):
        self.posted = np.zeros((firms, a.N_ACCOUNTS))
        self.lender = np.zeros((firms, 8), np.int32)
        self.lender[:, 1] = 1
        self.share = np.zeros((firms, 8))
        self.share[:, :2] = 0.6, 0.4
        self.by_bank = np.zeros((2, a.N_ACCOUNTS))
        self.total = np.zeros(a.N_ACCOUNTS)
        self.by_terms = np.zeros((2, 2))

    def post(self, f, t, i=0, p=None):
        post_firm(
            f, rules() if p is None else p, t, self.posted[i], self.lender[i], self.share[i], COST,
            self.by_bank, self.total, self.by_terms, np.zeros(a.N_ACCOUNTS),
        )  # fmt: skip


def test_each_posting_adds_what_has_flowed_since_the_last():
    books, f = Books(), flowing(cum_sales=0.0)
    for t in (1.5, 1.5, 3.0):
        books.post(f, t)
    assert books.total[a.SALES] == pytest.approx(6.0)
    assert books.total[a.INTEREST] == pytest.approx(0.4)
    assert books.posted[0][a.CASH] == pytest.approx(6.0)
    # Ten million years at the running cost of a start-up.
    assert books.total[a.OPERATING] == pytest.approx(0.12)


def test_banks_get_their_shares_and_the_lead_all_of_the_banking_business():
    books = Books()
    books.post(flowing(), 3.0, p=rules(deposit_margin=0.0, fee_share=0.001))
    assert books.by_bank[:, a.INTEREST].tolist() == pytest.approx([0.24, 0.16])
    assert books.by_bank[:, a.OPERATING].tolist() == pytest.approx([0.072, 0.048])
    assert books.by_bank[:, a.RELATION].tolist() == pytest.approx([0.003, 0.0])


def test_what_others_get_and_pay_is_kept_by_the_arrangement_they_stand_behind():
    books = Books()
    books.post(flowing(terms=1), 3.0)
    assert books.by_terms[0].tolist() == [0.0, 0.0]
    assert books.by_terms[1].tolist() == pytest.approx([books.total[a.FEE], 0.0])
    assert books.total[a.FEE] > 0.0
    f = firm(
        status=r.FAILED_CASH, exposure_at_default=5.0, recovery=2.0, recovery_date=2.0,
        guaranteed=0.4,
        cover_cap=1.0, terms=1,
    )  # fmt: skip
    books.post(f, 3.0, i=1)
    assert books.by_terms[1, 1] == pytest.approx(1.2)


def test_the_flows_of_a_firm_without_lenders_are_nobodys_but_the_systems():
    books = Books()
    books.share[:] = 0.0
    books.post(flowing(), 3.0)
    assert not books.by_bank.any()
    assert books.total[a.SALES] == 10.0


def test_an_unborn_firm_is_passed_over():
    books = Books()
    books.post(flowing(status=r.UNBORN), 3.0)
    assert not books.total.any()


def test_an_ended_firm_is_passed_over_once_its_workout_is_done():
    books = Books()
    f = firm(status=r.FAILED_CASH, exposure_at_default=5.0, recovery=2.0, recovery_date=2.0)
    for t, recovered, over in ((1.0, 0.0, False), (2.5, 2.0, True), (3.0, 2.0, True)):
        books.post(f, t)
        assert books.total[a.RECOVERED] == recovered
        assert (books.posted[0][a.OPERATING] < 0.0) == over
    assert books.total[a.EXPOSURE_AT_DEFAULT] == 5.0
    assert books.by_terms.tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert books.by_bank[:, a.LOSS].tolist() == pytest.approx([1.8, 1.2])


@pytest.mark.parametrize(
    ("shares", "expected"),
    [([1.0], [10.0, 0.0, 0.0]), ([0.5, 0.5], [5.0, 0.0, 5.0]), ([0.5, 0.3, 0.2], [5.0, 2.0, 3.0])],
)
def test_lenders_stand_in_any_order_and_end_at_the_first_without_a_share(shares, expected):
    lender, share = np.array([0, 2, 1, 0, 0, 0, 0, 0]), np.zeros(8)
    share[: len(shares)] = shares
    row, by_bank = np.full(a.N_ACCOUNTS, 10.0), np.zeros((3, a.N_ACCOUNTS))
    split(row, lender, share, by_bank)
    assert by_bank[:, a.INTEREST].tolist() == expected
    assert by_bank[:, a.RELATION].tolist() == [10.0, 0.0, 0.0]
