"""Reading a firm at a date, and splitting what has flowed among its lenders."""

from types import SimpleNamespace

import numpy as np
import pytest

from sim.model.firms import claims
from sim.model.firms import flows as a
from sim.model.firms import record as r
from sim.model.firms.clock import accrue
from sim.model.firms.flows import post_firm, read_default, read_totals
from sim.model.firms.loss_sharing import split_by_share
from sim.model.firms.relationship import take_account
from tests.model.firms.hand import borrower, firm, rules

COST = np.array([0.012, 0.011, 0.009, 0.008])
U = SimpleNamespace(operating_cost=COST, clawback_share=0.4, funding_rate=0.02)
# One per mille of sales, half of it through the account of the loan.
FEES = {
    "deposit_margin": 0.0, "settlement_fee_share": 0.001, "guarantee_fee_rate": 0.0,
    "loan_account_turns": 1.0, "loan_account_cap": 0.5,
}  # fmt: skip


def flowing(**values):
    lines = {
        "cash": 10.0, "flow": -2.0, "sales": 3.0, "cost": 1.0, "invest": 0.5, "royalty": 0.25,
        "delivery": 0.125, "fee_rate": 0.01, "refinanced": 0.5, "now": 1.0,
        "cum_sales": 4.0, "cum_drawn": 5.0, "cum_equity": 6.0, "cum_exercise_amount": 2.0,
    }  # fmt: skip
    return borrower(**(lines | values))


def read(f, t, p=None):
    row = np.full(a.N_ACCOUNTS, np.nan)
    for place in range(a.RELATION, a.CASH):
        row[place] = 0.0
    read_totals(f, rules() if p is None else p, t, row)
    return row


SHORT = {"at_lenders": a.RELATION, "outside": a.OUTSIDE_BUSINESS}


def test_each_account_stands_in_its_own_place():
    assert len(a.ACCOUNTS) == a.N_ACCOUNTS
    for place, name in enumerate(a.ACCOUNTS):
        short = SHORT.get(name, vars(a).get(name.removesuffix("_years").upper()))
        assert vars(a).get(name.upper(), short) == place, name
    assert (a.ACCOUNTS[a.BALANCE_YEARS], a.ACCOUNTS[a.CASH]) == ("balance_years", "cash")


def test_totals_at_a_date_by_hand():
    row = read(flowing(), 3.0, rules(**FEES))
    for account, value in {
        a.SALES: 10.0, a.COST: 2.0, a.INVEST: 1.0, a.INTEREST: 0.4, a.DRAWN: 5.0, a.REPAID: 0.0,
        a.EQUITY: 6.0, a.ROYALTY: 0.5, a.DELIVERY: 0.25, a.BALANCE_YEARS: 10.0, a.FEE: 0.1,
        a.REFINANCED_YEARS: 5.0, a.EXERCISE_AMOUNT: 2.0, a.CASH: 6.0, a.BUSINESS: 0.006,
        a.LOAN_ACCOUNT: 0.003,
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
    # What business brought instead of a right was worth is no payment.
    assert set(a.CARRIED) - set(a.ACCOUNTS) == {"delivered"}
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
        exposure_at_default=5.0,
        recovery=2.0,
        recovery_date=2.0,
        borne=[0.8, 0.4, 0.0, 0.0],
    )
    row = np.zeros(a.N_ACCOUNTS)
    read_default(f, t, row)
    assert row[a.EXPOSURE_AT_DEFAULT] == 5.0
    assert (row[a.RESOLVED], row[a.RECOVERED]) == (5.0 * done, 2.0 * done)
    # Three millions are lost: others bear 1.2, and pay it when the case is closed.
    assert row[a.GUARANTEED] == pytest.approx(1.2 * done)
    assert row[a.LOSS] == pytest.approx(1.8)


# --- Posting -------------------------------------------------------------------------------


class Books:
    """What postings add up to: four banks, the first with 60 percent of every loan."""

    def __init__(self, firms=3, banks=4):
        self.posted = np.zeros((firms, a.N_ACCOUNTS))
        self.lender = np.zeros((firms, 8), np.int32)
        self.lender[:, 1] = 1
        self.share = np.zeros((firms, 8))
        self.share[:, :2] = 0.6, 0.4
        self.called = np.zeros((firms, 5, 8))
        self.by_bank = np.zeros((banks, a.N_ACCOUNTS))
        self.total = np.zeros(a.N_ACCOUNTS)
        self.by_terms = np.zeros((2, len(a.PARTY_FLOWS)))

    def post(self, f, t, i=0, p=None):
        post_firm(
            f, rules() if p is None else p, t, self.posted[i], self.lender[i], self.share[i],
            self.called[i], U, self.by_bank, self.total, self.by_terms, np.zeros(a.N_ACCOUNTS),
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


def test_banks_get_their_shares_of_a_loan():
    books = Books()
    books.post(flowing(), 3.0)
    assert books.by_bank[:, a.INTEREST].tolist() == pytest.approx([0.24, 0.16, 0.0, 0.0])
    assert books.by_bank[:, a.OPERATING].tolist() == pytest.approx([0.072, 0.048, 0.0, 0.0])


def test_each_lender_is_paid_what_its_own_part_falls_short():
    # Ten million years: six are of bank 0, which is 0.01 short, four of bank 1, which is not.
    books = Books()
    books.called[0, claims.SHORT, :2] = [0.01, 0.0]
    books.post(flowing(), 3.0)
    assert books.total[a.SUBSIDY] == pytest.approx(0.06)
    assert books.by_bank[:, a.SUBSIDY].tolist() == pytest.approx([0.06, 0.0, 0.0, 0.0])


def test_each_lender_requires_capital_and_pays_tax_for_its_own_part():
    # Bank 0 has no small loan with its 0.6; bank 1 has one with 0.4, which is exempt.
    books, f = Books(), flowing(risk_weight=0.81, vat_share=0.03, rate=0.04, conversion=0.0)
    books.called[0, a.WEIGHT, :2], books.called[0, a.TAX, :2] = [0.85, 0.75], [0.05, 0.0]
    books.post(f, 3.0)
    lent = books.total[a.BALANCE_YEARS]
    weighted = books.by_bank[:2, a.RISK_WEIGHTED]
    assert weighted == pytest.approx(lent * np.array([0.6 * 0.85, 0.4 * 0.75]))
    assert books.by_bank[:2, a.VAT] == pytest.approx([0.03 * books.total[a.INTEREST], 0.0])
    assert weighted.sum() == pytest.approx(books.total[a.RISK_WEIGHTED], rel=1e-14)


@pytest.mark.parametrize(
    ("host", "pools", "lenders", "hosted", "outside"),
    [
        # Of 0.006 a half runs through the loan's account and is shared as the loan is; the host
        # has the other half.
        (r.OUTSIDE, 0, [0.0018, 0.0012], 0.0, 0.003),
        (0, 0, [0.0048, 0.0012], 0.0, 0.0),
        (1, 0, [0.0018, 0.0042], 0.0, 0.0),
        (2, 0, [0.0018, 0.0012], 0.003, 0.0),
        # Lenders that pool it share what a host among them has, and nothing else.
        (0, 1, [0.0036, 0.0024], 0.0, 0.0),
        (1, 1, [0.0036, 0.0024], 0.0, 0.0),
        (2, 1, [0.0018, 0.0012], 0.003, 0.0),
        (r.OUTSIDE, 1, [0.0018, 0.0012], 0.0, 0.003),
    ],
)
def test_each_lender_has_its_loans_account_and_the_host_the_rest(
    host, pools, lenders, hosted, outside
):
    books, f = Books(), flowing(host=host, old_host=host, pools_business=pools)
    books.post(f, 3.0, p=rules(**FEES))
    assert books.by_bank[:2, a.RELATION].tolist() == pytest.approx(lenders)
    assert books.by_bank[:, a.HOSTED].tolist() == pytest.approx([0.0, 0.0, hosted, 0.0])
    assert books.total[a.OUTSIDE_BUSINESS] == pytest.approx(outside)
    # At equal lending the whole is the same wherever the account is.
    assert placed(books) == pytest.approx(0.006)


def test_at_equal_lending_all_business_is_the_same_under_every_promise():
    found = set()
    for promise in ({}, {"promised_move_hazard": 0.3}, {"pools_business": 1}, {"deliver": 1}):
        books, f = Books(), flowing(home=0, host=0, old_host=0, delivery=0.0, **promise)
        books.post(f, 3.0, p=rules(**FEES))
        found.add(round(placed(books), 15))
    assert found == {0.006}


def placed(books):
    """Business of all lenders, other banks of the scenario and those outside."""
    at_banks = books.by_bank[:, [a.RELATION, a.HOSTED]].sum()
    return at_banks + books.total[a.OUTSIDE_BUSINESS]


def test_the_host_has_what_was_earned_until_the_account_moves_to_another():
    """Four quarters by hand: the account moves in the second and in the fourth."""
    books, p = Books(), rules(**FEES)
    # Sales of 8 a year earn 0.002 a quarter; 0.0005 runs through a loan of two that bank 0 holds.
    f = borrower(sales=8.0, balance=2.0, limit=2.0, host=r.OUTSIDE, old_host=r.OUTSIDE, home=0)
    books.share[0] = [1.0] + [0.0] * 7
    had = []
    for quarter, (moves, host) in enumerate([(0.0, 0), (0.05, 2), (0.0, 0), (0.2, 0)], 1):
        f.quarter, end = quarter, 0.25 * quarter
        if moves:
            accrue(f, p, end - 0.25 + moves)
            take_account(f, host)
        books.post(f, end, p=p)
        assert placed(books) == pytest.approx(0.002 * quarter, rel=1e-12)
        relation, hosted = books.by_bank[:, a.RELATION], books.by_bank[:, a.HOSTED]
        had.append([relation[0], hosted[2], books.total[a.OUTSIDE_BUSINESS]])
    by_quarter = np.diff([[0.0] * 3, *had], axis=0)
    expected = [
        [0.0005, 0.0, 0.0015],
        # A fifth of the quarter is over when bank 2 becomes host.
        [0.0005, 0.0012, 0.0003],
        [0.0005, 0.0015, 0.0],
        # Four fifths are over when the lender does.
        [0.0005 + 0.0003, 0.0012, 0.0],
    ]
    assert by_quarter == pytest.approx(np.array(expected), abs=1e-15)
    assert books.by_bank[[1, 3]].tolist() == [[0.0] * a.N_ACCOUNTS] * 2


def test_a_bank_that_was_repaid_keeps_the_account_and_its_business_beside_loans():
    books, f = Books(), firm(sales=8.0, host=1, old_host=1, now=0.0)
    books.share[0] = [1.0] + [0.0] * 7
    books.post(f, 1.0, p=rules(**FEES))
    assert books.by_bank[1, a.HOSTED] == pytest.approx(0.008)
    # Who lent it something once is a bank beside loans when nothing is lent any more.
    g = firm(sales=8.0, host=0, old_host=0, now=0.0)
    books.post(g, 1.0, i=1, p=rules(**FEES))
    assert books.by_bank[0, a.HOSTED] == pytest.approx(0.008)
    assert not books.by_bank[:, a.RELATION].any()


# --- A loan of which a part was called -----------------------------------------------------


def calling(balance=10.0, drawn=0.0, due=0.0, other=0.0):
    """Books and a firm: bank 0 has 0.6 of ten and calls it, bank 1 holds 0.4."""
    books = Books()
    f = borrower(limit=99.0, balance=10.0, now=1.0, rate=0.0)
    books.post(f, 1.0)
    books.called[0, :2, :2] = [[0.6, 0.0], [0.0, 0.4]]
    f.balance, f.cum_drawn = balance, drawn
    f.cum_repaid, f.cum_due_paid = due + other, due
    f.payments, f.paid[0], f.paid_date[0] = 1, due, 1.0
    return books, f


@pytest.mark.parametrize(
    ("drawn", "due", "other", "claims"),
    [
        (0.0, 3.0, 0.0, [3.0, 4.0]),  # callers first
        (0.0, 6.0, 0.0, [0.0, 4.0]),
        (2.0, 6.0, 0.0, [0.0, 6.0]),  # those who stay lend for it
        (0.0, 6.0, 1.0, [0.0, 3.0]),
        (1.0, 3.0, 4.0, [1.5, 2.5]),  # what is not due is repaid by the claims that are left
    ],
)
def test_what_is_called_is_repaid_to_its_callers(drawn, due, other, claims):
    books, f = calling(10.0 + drawn - due - other, drawn, due, other)
    books.post(f, 1.0)
    owed = [0.0, 0.0]
    for bank, share in zip(books.lender[0], books.share[0], strict=True):
        if share > 0.0:
            owed[bank] += share * f.balance
    assert owed == pytest.approx(claims)
    lent = books.by_bank[:2, a.DRAWN] - books.by_bank[:2, a.REPAID]
    assert (np.array([6.0, 4.0]) + lent).tolist() == pytest.approx(claims)


def test_a_firm_that_leaves_repays_everybody():
    books, f = calling(0.0, due=6.0, other=4.0)
    f.status = r.LISTED
    books.post(f, 1.0)
    assert books.by_bank[:2, a.REPAID].tolist() == pytest.approx([6.0, 4.0])


@pytest.mark.parametrize(("end", "clawed"), [(1.4, 0.4), (1.6, 0.0)])
def test_callers_give_back_what_they_had_in_the_last_half_year(end, clawed):
    # Five of six were repaid to bank 0; five are owed. Two fifths of the five, two, come back
    # and are claimed again: 1 + 2 and 4 of seven.
    books, f = calling(0.0, due=5.0)
    f.status, f.end = r.FAILED_CASH, end
    f.exposure_at_default, f.recovery, f.recovery_date = 5.0, 2.0, end
    f.cap_per_default = 1.0
    books.post(f, end)
    parts = np.array([3.0 / 7.0, 4.0 / 7.0] if clawed else [0.2, 0.8])
    assert books.by_bank[:2, a.EXPOSURE_AT_DEFAULT] == pytest.approx(5.0 * parts)
    assert books.by_bank[:2, a.LOSS] == pytest.approx(3.0 * parts)
    # What bank 0 pays to bank 1 is what it takes over of the balance.
    taken = 5.0 * parts - np.array([1.0, 4.0])
    assert books.by_bank[:2, a.TAKEN_OVER] == pytest.approx(taken)
    assert taken[0] == pytest.approx(5.0 * clawed * (1.0 - parts[0]))


def test_capital_for_a_balance_in_default_is_required_of_those_who_bear_it():
    books, f = calling(0.0, due=5.0)
    f.status, f.end = r.FAILED_CASH, 1.4
    f.exposure_at_default, f.recovery, f.recovery_date = 5.0, 2.0, 9.0
    f.cap_per_default, f.defaulted_weight = 1.0, 1.5
    books.post(f, 2.4)
    owed = books.by_bank[:2, a.NPL_YEARS]
    assert owed == pytest.approx(5.0 * np.array([3.0, 4.0]) / 7.0)
    assert books.by_bank[:2, a.RISK_WEIGHTED] == pytest.approx(1.5 * owed)


def test_a_balance_in_default_costs_as_much_to_run_as_one_that_performs():
    books = Books()
    f = firm(
        status=r.FAILED_CASH, stage=r.GROWTH, end=1.0, exposure_at_default=5.0, recovery=2.0,
        recovery_date=3.0,
    )  # fmt: skip
    books.post(f, 2.0)
    assert books.total[a.OPERATING] == pytest.approx(0.011 * 5.0)
    books.post(f, 9.0)
    assert books.by_bank[:2, a.OPERATING].tolist() == pytest.approx([0.066, 0.044])


def test_what_a_default_costs_to_run_is_paid_by_those_who_bear_it():
    books, f = calling(0.0, due=5.0)
    f.status, f.end = r.FAILED_CASH, 1.4
    f.exposure_at_default, f.recovery, f.recovery_date = 5.0, 2.0, 9.0
    f.cap_per_default = 1.0
    books.post(f, 2.4)
    assert books.by_bank[:2, a.OPERATING] == pytest.approx(
        COST[f.stage] * books.by_bank[:2, a.NPL_YEARS]
    )


def test_a_fee_is_paid_by_whom_the_contract_says():
    for place, name in enumerate(("fee_rate", "firm_fee_rate", "public_fee_rate")):
        books = Books()
        books.post(flowing(terms=1, **{"fee_rate": 0.0, name: 0.02}), 3.0)
        due = 0.02 * books.total[a.BALANCE_YEARS]
        assert books.by_terms[1, :3].tolist() == pytest.approx(
            [due * (n == place) for n in range(3)]
        )
        # Lenders bear their own by share.
        assert books.by_bank[:, a.FEE].sum() == pytest.approx(due * (place == 0))


def test_what_others_get_and_pay_is_kept_by_the_arrangement_they_stand_behind():
    books = Books()
    books.post(flowing(terms=1), 3.0)
    assert not books.by_terms[0].any()
    assert books.by_terms[1].tolist() == pytest.approx([books.total[a.FEE]] + [0.0] * 8)
    assert books.total[a.FEE] > 0.0
    f = firm(
        status=r.FAILED_CASH, exposure_at_default=5.0, recovery=2.0, recovery_date=2.0,
        borne=[0.8, 0.0, 0.0, 0.4], reimbursed=0.3, terms=1,
    )  # fmt: skip
    # It is paid when the workout ends, once.
    for t, paid in ((1.0, 0.0), (3.0, 1.0), (4.0, 1.0)):
        books.post(f, t, i=1)
        assert books.by_terms[1, a.PAID_BACK :].tolist() == [
            0.3 * paid,
            0.8 * paid,
            0,
            0,
            0.4 * paid,
        ]


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
    assert not books.by_terms.any()
    assert books.by_bank[:2, a.LOSS].tolist() == pytest.approx([1.8, 1.2])


@pytest.mark.parametrize(
    ("shares", "expected"),
    [([1.0], [10.0, 0.0, 0.0]), ([0.5, 0.5], [5.0, 0.0, 5.0]), ([0.5, 0.3, 0.2], [5.0, 2.0, 3.0])],
)
def test_lenders_stand_in_any_order_and_end_at_the_first_without_a_share(shares, expected):
    lender, share = np.array([0, 2, 1, 0, 0, 0, 0, 0]), np.zeros(8)
    share[: len(shares)] = shares
    row, by_bank = np.full(a.N_ACCOUNTS, 10.0), np.zeros((3, a.N_ACCOUNTS))
    split_by_share(row, lender, share, by_bank)
    assert by_bank[:, a.INTEREST].tolist() == expected
    assert by_bank[:, a.CASH].tolist() == expected
