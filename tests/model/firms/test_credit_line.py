"""Conduct of a credit line: drawing, repaying, arrears, and when a firm asks."""

import pytest

from sim.model.firms.credit_line import (
    draw,
    draw_to_target,
    enter_arrears,
    is_cured,
    manage_cash,
    pay_due,
    release,
    repay,
    rescue,
    undrawn,
    wants_credit,
)
from sim.model.firms.record import NEVER, SWAP
from tests.model.firms.hand import borrower, firm, live, market, quiet, rules, three

LINE = {
    "sweep_above": 2.0, "burner_keeps_years": 2.0, "payout_share": 0.5, "payout_sales": 20.0,
    "arrears_window": 0.25,
}  # fmt: skip
TARGET_OF_TWO = {"cost": 8.0, "cash_months": 3.0}


def test_drawing_and_repaying_move_cash_balance_and_totals_alike():
    f = borrower(cash=1.0)
    draw(f, 3.0)
    assert (f.balance, f.cash, f.cum_drawn, f.cum_repaid) == (8.0, 4.0, 3.0, 0.0)
    repay(f, 2.0)
    assert (f.balance, f.cash, f.cum_drawn, f.cum_repaid) == (6.0, 2.0, 3.0, 2.0)


@pytest.mark.parametrize(
    ("state", "left"),
    [({}, 5.0), ({"balance": 10.0}, 0.0), ({"balance": 12.0}, 0.0), ({"called": 1}, 0.0)],
)
def test_what_can_be_drawn_is_the_rest_of_a_line_that_is_not_called(state, left):
    assert undrawn(borrower(**state)) == left


@pytest.mark.parametrize(
    ("state", "cash", "balance", "paid_out"),
    [
        # A target of 2: drawn up to it, repaid above twice of it, the rest paid to owners.
        ({"cash": 0.5}, 2.0, 6.5, 0.0),
        ({"cash": 0.5, "balance": 9.0}, 1.5, 10.0, 0.0),  # the line ends first
        ({"cash": 3.0}, 3.0, 5.0, 0.0),
        ({"cash": 7.0}, 4.0, 2.0, 0.0),
        ({"cash": 30.0, "flow": 1.0}, 4.0, 0.0, 21.0),
        ({"cash": 30.0, "project": 1}, 25.0, 0.0, 0.0),  # a project waits for the money
        # Two years of a drain of 4 are kept, and debt is repaid from what is beyond; owners of a
        # firm that burns cash are paid nothing.
        ({"cash": 30.0, "flow": -4.0}, 25.0, 0.0, 0.0),
        ({"cash": 10.0, "flow": -4.0}, 8.0, 3.0, 0.0),
        ({"cash": 7.0, "flow": -4.0}, 7.0, 5.0, 0.0),
        # Above the size a firm pays half of a quarter's profit beside its debt, growth not
        # taken off, and draws what its cash then lacks.
        ({"cash": 3.0, "sales": 21.0, "flow": 2.0, "invest": 6.0}, 2.0, 5.0, 1.0),
        ({"cash": 2.0, "sales": 21.0, "flow": 2.0, "invest": 6.0}, 2.0, 6.0, 1.0),
        ({"cash": 3.0, "sales": 20.0, "flow": 8.0}, 3.0, 5.0, 0.0),
        ({"cash": 3.0, "sales": 21.0, "flow": 8.0, "setback": 1}, 3.0, 5.0, 0.0),
        ({"cash": 3.0, "sales": 21.0, "flow": 8.0, "project": 1}, 3.0, 5.0, 0.0),
        ({"cash": 3.0, "sales": 21.0, "flow": -1.0}, 3.0, 5.0, 0.0),
        ({"cash": 0.5, "sales": 21.0, "flow": 8.0, "balance": 10.0}, 0.0, 10.0, 0.5),
    ],
)
def test_cash_is_managed_around_the_target(state, cash, balance, paid_out):
    f = borrower(**({"sales": 10.0} | TARGET_OF_TWO | state))
    manage_cash(f, rules(**LINE))
    assert (f.cash, f.balance, f.cum_dividend) == (cash, balance, paid_out)


def test_owners_are_paid_nothing_while_a_term_loan_is_owed():
    # The line of two is repaid; the term loan waits for its schedule, and owners for its end.
    f = borrower(**TARGET_OF_TWO, sales=10.0, cash=50.0, flow=8.0, term=3.0)
    manage_cash(f, rules(**LINE))
    assert (f.balance, f.term, f.cum_repaid, f.cum_dividend) == (3.0, 3.0, 2.0, 0.0)


def test_nothing_is_drawn_that_target_cash_does_not_lack():
    f = borrower(**TARGET_OF_TWO, cash=2.0)
    draw_to_target(f)
    assert (f.cash, f.balance, f.cum_drawn) == (2.0, 5.0, 0.0)
    called = borrower(**TARGET_OF_TWO, cash=1.0, called=1)
    draw_to_target(called)
    assert called.cum_drawn == 0.0


@pytest.mark.parametrize(
    ("state", "amount"),
    [
        ({"flow": -4.0}, 2.0),  # target cash
        ({"flow": -12.0}, 3.0),  # a quarter's drain is more
        ({"flow": -12.0, "balance": 9.0}, 1.0),
        ({"flow": -12.0, "balance": 10.0}, 0.0),
        ({"flow": -12.0, "called": 1}, 0.0),
    ],
)
def test_at_zero_cash_a_quarters_drain_is_drawn_as_far_as_the_line_goes(state, amount):
    f = borrower(**TARGET_OF_TWO, **state)
    assert rescue(f) == amount
    assert (f.cash, f.cum_drawn) == (amount, amount)


def test_a_second_reason_for_arrears_does_not_lengthen_the_window():
    f, p = firm(), rules(**LINE)
    enter_arrears(f, p, 1.0)
    enter_arrears(f, p, 1.1)
    assert (f.arrears, f.arrears_end) == (1, 1.25)


@pytest.mark.parametrize(
    ("due", "cash", "left", "cured"),
    [
        (3.0, 4.0, 0.0, True),
        (3.0, 2.0, 1.0, False),
        (9.0, 7.0, 0.0, True),
        (3.0, -1.0, 3.0, False),
    ],
)
def test_what_is_due_is_paid_as_far_as_cash_goes_and_never_beyond_the_balance(
    due, cash, left, cured
):
    f = borrower(due=due, cash=cash)
    pay_due(f)
    assert f.due == left
    assert f.cum_repaid == min(due, 5.0) - left
    assert is_cured(f) == cured


def test_without_money_nothing_is_cured():
    assert not is_cured(firm(cash=0.0))


@pytest.mark.parametrize(
    ("state", "asks"),
    [
        # A target of 2, and what a year takes: losses, growth, and a project.
        ({"cash": 2.5}, False),
        ({"cash": 1.5}, True),
        ({"cash": 9.0, "flow": -6.0}, False),
        ({"cash": 9.0, "flow": -8.0}, True),
        ({"cash": 9.0, "flow": 1.0, "invest": 8.0}, True),  # growth is asked for before it pays
        ({"cash": 9.0, "project": 1, "demand": 8.0}, True),
        ({"cash": 9.0, "project": 1, "demand": 6.0}, False),
        ({"cash": 1.5, "may_apply": 2.0}, False),  # it has just been refused
        ({"cash": 1.5, "limit": 5.0, "called": 1}, False),
        ({"cash": 1.5, "limit": 5.0}, False),  # its line is there to be drawn
        ({"cash": 1.5, "limit": 5.0, "balance": 4.8}, True),  # what is left of it is too little
        ({"cash": 9.0, "limit": 5.0, "arrears": 1}, True),
    ],
)
def test_when_a_firm_asks_for_credit(state, asks):
    f = firm(**({"flow": 1.0} | TARGET_OF_TWO | state))
    assert wants_credit(f, 1.0) == asks


def test_a_released_firm_owes_no_term_of_its_contract_but_its_right_lives_on():
    terms = {
        "step": 1.0, "review": 1.0, "call": 1.0, "called": 1, "due": 1.0, "secured": 1.0,
        "security": 0.3, "guaranteed": 0.5, "fee_rate": 0.01, "refinanced": 0.6, "monitored": 1,
        "introduction": 3.0, "right": SWAP, "stake": 0.05, "expiry": 4.0,
    }  # fmt: skip
    f = borrower(**terms)
    release(f)
    fresh = firm()
    for name in (*terms, "contract", "limit", "rate", "later_rate", "maturity"):
        if name not in {"right", "stake", "expiry"}:
            assert f[name] == fresh[name], name
    assert (f.right, f.stake, f.expiry, f.maturity) == (SWAP, 0.05, 4.0, NEVER)


def test_three_lines_carry_three_firms_for_as_long_as_they_last():
    # A drain of 4 a year, nothing but the line; each draw lasts a quarter, arrears another.
    p = quiet(**(LINE | {"payout_share": 0.0}), startup_margin=0.0, burn=4.0)
    firms = three(contract=0, limit=[0.0, 1.0, 3.0], maturity=50.0, cash=1.0)
    live(firms, p, market(), 5.0)
    assert firms.end.tolist() == pytest.approx([0.5, 0.75, 1.25])
    assert firms.cum_drawn.tolist() == pytest.approx([0.0, 1.0, 3.0])
