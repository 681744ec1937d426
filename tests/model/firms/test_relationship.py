"""Banking business: what it earns, which bank has it, and how the basic account moves."""

import pytest

from sim.model.firms import relationship
from sim.model.firms.record import LARGE, OUTSIDE, SWAP
from sim.model.firms.relationship import (
    account_hazard,
    business,
    earned,
    follow_lender,
    leave_desks,
    loan_account_share,
    move_account,
    offer_hazard,
    set_delivery,
    take_account,
)
from tests.model.firms.hand import borrower, firm, market, rules

INCOME = {
    "deposit_margin": 0.02, "deposit_share": 0.5, "settlement_fee_share": 0.002,
    "guarantee_fee_rate": 0.01, "delivery_cost": 0.4,
}  # fmt: skip
MOVES = {"account_move_hazard": 0.07, "main_bank_hazard": 0.05, "outside_share": 0.4}


@pytest.mark.parametrize("stage", range(4))
def test_rivals_call_on_firms_with_a_line_in_good_standing(stage):
    p = rules(offer_hazard=[0.1, 0.2, 0.3, 0.4])
    assert offer_hazard(borrower(stage=stage), p) == pytest.approx(0.1 * (stage + 1))
    assert offer_hazard(borrower(stage=stage, called=1), p) == 0.0
    assert offer_hazard(firm(stage=stage), p) == 0.0


# --- What it earns -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cash", "sales", "balance", "income"),
    [
        (10.0, 0.0, 0.0, 0.1),  # 2 percent on half of the cash
        (0.0, 10.0, 0.0, 0.02),  # 2 per mille of sales
        (0.0, 0.0, 5.0, 0.05),  # 1 percent on what is drawn
        (10.0, 10.0, 5.0, 0.17),
        (-10.0, 10.0, 0.0, 0.02),  # an overdrawn account is no deposit
    ],
)
def test_income_on_all_of_a_firms_business(cash, sales, balance, income):
    f = firm(cash=cash, sales=sales, balance=balance)
    assert business(f, rules(**INCOME)) == pytest.approx(income)


@pytest.mark.parametrize(
    ("cash", "flow", "years", "income"),
    [
        (10.0, 0.0, 2.0, 0.2),
        (10.0, -4.0, 1.0, 0.08),  # 8 million years of cash
        (10.0, 4.0, 0.5, 0.055),
        (-1.0, 4.0, 0.1, 0.0),
        (1.0, -4.0, 1.0, 0.00125),  # an eighth of a million year until the cash is gone
    ],
)
def test_deposits_earn_along_the_straight_line_of_cash(cash, flow, years, income):
    assert earned(firm(cash=cash, flow=flow), rules(**INCOME), years) == pytest.approx(income)


def test_income_of_two_spells_is_the_income_of_both_together():
    p, f = rules(**INCOME), firm(cash=10.0, flow=-4.0, sales=10.0, balance=3.0)
    whole = earned(f, p, 3.0)
    first = earned(f, p, 0.7)
    f.cash += 0.7 * f.flow
    assert first + earned(f, p, 2.3) == pytest.approx(whole)


@pytest.mark.parametrize(
    ("balance", "sales", "share"),
    [(0.0, 10.0, 0.0), (2.0, 10.0, 0.4), (2.5, 10.0, 0.5), (9.0, 10.0, 0.5), (1.0, 0.0, 0.5)],
)
def test_a_loan_runs_through_its_own_account_up_to_the_cap(balance, sales, share):
    p = rules(loan_account_turns=2.0, loan_account_cap=0.5)
    assert loan_account_share(balance, sales, p) == pytest.approx(share)


# --- Where the account is ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "hazard"),
    [
        ({"host": 2}, 0.07),  # no loan: now and then to any bank
        ({"host": 2, "contract": 0}, 0.12),  # or to the lender
        ({"host": 2, "contract": 0, "promised_move_hazard": 0.27}, 0.39),
        ({"host": 2, "promised_move_hazard": 0.27}, 0.07),  # the promise ends with the loan
        # What buys a right off takes the place of the promise, and outlives the loan.
        ({"host": 2, "contract": 0, "promised_move_hazard": 0.27, "deliver": 1}, 0.53),
        ({"host": 2, "deliver": 1}, 0.48),
        ({"host": 1, "contract": 0, "promised_move_hazard": 0.27}, 0.07),
        ({"host": 1, "contract": 0, "deliver": 1}, 0.0),  # whoever delivers stays
        ({"host": 2, "contract": 0, "moved": 3}, 0.0),  # once in a quarter
        ({"host": 2, "contract": 0, "moved": 2}, 0.12),
    ],
)
def test_when_the_account_moves(state, hazard):
    f = firm(**({"home": 1, "quarter": 3, "moved": -1, "demanded_move_hazard": 0.41} | state))
    assert account_hazard(f, rules(**MOVES)) == pytest.approx(hazard)


@pytest.mark.parametrize(
    ("u", "v", "host"),
    [
        (0.41, 0.9, 1),  # 5 of 12 moves are to the lender
        (0.42, 0.39, OUTSIDE),  # of the others four tenths end outside
        (0.42, 0.41, 3),  # and the rest at the next bank that was drawn for it
    ],
)
def test_where_the_account_moves(monkeypatch, u, v, host):
    asked = []

    def pair(*address):
        asked.append(address)
        return u, v

    monkeypatch.setattr(relationship, "uniform_pair", pair)
    f = firm(home=1, host=2, old_host=OUTSIDE, contract=0, quarter=3, account_moves=5)
    f.account_bank[:] = [2, 0, 3, 1]
    f.cum_business, f.cum_loan_account = 4.0, 1.0
    move_account(f, rules(**MOVES), market())
    assert (f.host, f.old_host, f.hosted_before, f.moved) == (host, 2, 3.0, 3)
    assert (f.account_moves, asked) == (6, [(1, 2, 1, relationship.ACCOUNT, 5, 0)])


def test_an_account_that_comes_back_to_its_bank_has_not_moved():
    f = firm(host=2, old_host=0, moved=-1, quarter=3, cum_business=4.0)
    take_account(f, 2)
    assert (f.host, f.old_host, f.hosted_before, f.moved) == (2, 0, 0.0, -1)


@pytest.mark.parametrize(("share", "host", "after"), [(1.0, 0, 1), (0.0, 0, 0), (1.0, 2, 2)])
def test_who_leaves_a_lender_may_take_the_account_along_if_it_was_there(share, host, after):
    f = firm(home=1, host=host, switched_bank=1)
    follow_lender(f, rules(follows_lender_share=share), market(), 0)
    assert f.host == after


@pytest.mark.parametrize(
    ("deliver", "host", "cost"), [(1, 1, 0.04), (0, 1, 0.0), (1, 2, 0.0), (1, OUTSIDE, 0.0)]
)
def test_business_costs_the_firm_while_it_delivers_it(deliver, host, cost):
    # Forty percent of the bank's income of 0.1.
    f = firm(deliver=deliver, home=1, host=host, cash=10.0)
    set_delivery(f, rules(**INCOME))
    assert f.delivery == pytest.approx(cost)


def test_the_account_of_a_large_firm_that_owes_a_desk_nothing_is_outside_and_stays_there():
    registered, large = firm(host=2), firm(host=2, stratum=LARGE)
    bound = firm(host=2, stratum=LARGE, right=SWAP)
    for f in (registered, large, bound):
        leave_desks(f)
    assert [f.host for f in (registered, large, bound)] == [2, OUTSIDE, 2]
    assert (large.old_host, large.moved) == (2, large.quarter)
    p = rules(account_move_hazard=0.5)
    large.moved = -1
    assert account_hazard(large, p) == 0.0
    assert account_hazard(registered, p) > 0.0


def test_no_rival_calls_on_a_large_firm():
    p = rules(offer_hazard=[0.5] * 4)
    assert offer_hazard(borrower(), p) == 0.5
    assert offer_hazard(borrower(stratum=LARGE), p) == 0.0
