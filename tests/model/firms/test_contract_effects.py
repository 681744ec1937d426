"""Credit decisions: what signing, refusing and withdrawing do to a firm."""

import math

import numpy as np
import pytest

from sim.model.contracts.loan_book import CONTRACT
from sim.model.firms import record as r
from sim.model.firms.clock import refresh
from sim.model.firms.contract_effects import (
    decline_firm,
    reduce_commitment,
    sign,
    sign_firm,
    take_right,
)
from sim.model.firms.credit_line import release
from tests.model.firms.hand import Diary, borrower, firm, market, quiet, rules, three

PLAIN = {
    "limit": 10.0, "rate": 0.03, "later_rate": 0.03, "step": r.NEVER, "maturity": 2.0,
    "review": r.NEVER, "introduction": 1.0, "expiry": r.NEVER, "lead": 2,
}  # fmt: skip
SWAP = {
    "right": r.SWAP, "stake": 0.25, "exercise_amount": 2.0, "trigger": 40.0, "expiry": 4.0,
    "lender_gain_share": 0.5,
}  # fmt: skip
# Outlays of 24 and a wish for two and a half months of them: a target of 5.
TARGET_OF_FIVE = {"cost": 24.0, "cash_months": 2.5}


def contracts(n=1, **terms):
    """Contracts with plain terms but for some."""
    rows = CONTRACT.empty(n)
    for name, value in (PLAIN | terms).items():
        rows[name] = value
    return rows


def signed(f, p=None, t=1.0, **terms):
    """Sign one contract."""
    sign(f, rules() if p is None else p, market(), t, contracts(**terms)[0], 7)
    return f


# --- Signing -------------------------------------------------------------------------------


def test_a_line_is_drawn_for_what_target_cash_lacks_and_for_nothing_else():
    f = signed(firm(cash=1.0, **TARGET_OF_FIVE))
    assert (f.contract, f.limit, f.balance, f.cash, f.cum_drawn) == (7, 10.0, 4.0, 5.0, 4.0)
    assert (f.rate, f.maturity, f.home) == (0.03, 2.0, 2)
    rich = signed(firm(cash=5.0, **TARGET_OF_FIVE))
    assert (rich.limit, rich.balance, rich.cash, rich.cum_drawn) == (10.0, 0.0, 5.0, 0.0)
    poor = signed(firm(cash=1.0, **TARGET_OF_FIVE), limit=3.0)
    assert (poor.limit, poor.balance, poor.cash) == (3.0, 3.0, 4.0)


def test_every_term_of_the_contract_binds_the_firm():
    """Whatever is declared is taken over at signing; no list of names stands in between."""
    k = contracts()[0]
    for n, column in enumerate(r.TERMS, 1):
        k[column.name] = n if column.kind == "i1" else 0.01 * n
    k.limit, k.right = 10.0, r.SWAP
    f = firm()
    sign(f, rules(), market(), 1.0, k, 7)
    assert [c.name for c in r.TERMS if np.any(f[c.name] != k[c.name])] == []


def test_what_binds_while_there_is_a_line_is_neutral_after_it():
    f = signed(firm(), **{c.name: 1 for c in r.TERMS})
    release(f)
    assert [c.name for c in r.LOAN_TERMS if np.any(f[c.name] != c.neutral)] == []
    # The promise and the right outlast the loan.
    assert [c.name for c in r.PROMISES + r.RIGHT_TERMS if f[c.name] != 1] == []
    assert r.LOAN_TERMS[-1].neutral == firm().introduction == 1.0


@pytest.mark.parametrize(
    ("limit", "cash", "balance", "left", "line"),
    [
        (10.0, 1.0, 8.0, 1.0, 10.0),  # rolled over; nothing is drawn a second time
        (6.0, 5.0, 6.0, 3.0, 6.0),  # what does not fit is repaid
        (6.0, 1.0, 7.0, 0.0, 7.0),  # as far as cash goes; the rest stays on the line
    ],
)
def test_a_balance_in_force_is_rolled_into_the_new_line(limit, cash, balance, left, line):
    f = signed(borrower(balance=8.0, cash=cash), limit=limit)
    assert (f.balance, f.cash, f.limit) == (balance, left, line)
    assert f.cum_drawn == 0.0


def test_signing_ends_a_call():
    f = signed(borrower(called=1, due=5.0, call=1.2, limit=5.0))
    assert (f.called, f.due, f.call, f.limit) == (0, 0.0, r.NEVER, 10.0)


def test_contracts_of_an_arrangement_and_changes_of_bank_are_counted():
    f = signed(firm(), signed=1, switched_bank=1)
    signed(f, signed=0, switched_bank=0)
    assert (f.signed, f.switched_bank) == (1, 1)


def test_a_right_in_force_is_not_replaced_by_that_of_the_next_contract():
    f = signed(firm(value=10.0), **SWAP)
    signed(f, t=2.0, **(SWAP | {"trigger": 90.0, "expiry": 9.0}))
    assert (f.trigger, f.expiry) == (40.0, 4.0)
    # A contract without a right leaves it as well.
    signed(f, t=2.0)
    assert f.right == r.SWAP


def test_granting_a_swap_right_sets_the_year_running_and_the_firm_chooses():
    for value, deliver in ((60.0, 1), (0.0, 0)):
        f = firm(value=value, compliant=9, demanded_move_hazard=0.6, cash=10.0)
        take_right(f, rules(), 1.0, contracts(**SWAP)[0])
        assert (f.anniversary, f.compliant, f.deliver) == (2.0, 0, deliver)


def test_the_cap_of_a_royalty_counts_from_signing():
    f = firm(cum_royalty=3.0)
    take_right(f, rules(), 1.0, contracts(right=r.ROYALTY, royalty_share=0.02, royalty_cap=2.0)[0])
    assert (f.royalty_cap, f.royalty_share, f.anniversary) == (5.0, 0.02, r.NEVER)


# --- Cutting -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("retained", "limit", "due", "call"),
    # Until it is paid what is due stands on the line, beside what those who stay keep open.
    [(0.8, 9.0, 1.0, 1.5), (0.5, 7.5, 2.5, 1.5), (0.3, 6.5, 3.5, 1.5)],
)
def test_lenders_that_leave_want_their_share_of_the_balance_and_cancel_it_of_the_rest(
    retained, limit, due, call
):
    f = borrower()
    reduce_commitment(f, rules(call_years=0.5), 1.0, retained)
    assert (f.limit, f.due, f.call) == pytest.approx((limit, due, call))
    assert (f.called, f.maturity) == (0, 50.0)


def test_a_line_refused_as_a_whole_is_called_and_cannot_be_drawn():
    f = borrower(review=2.0)
    reduce_commitment(f, rules(call_years=0.5), 1.0, 0.0)
    assert (f.called, f.due, f.call, f.limit) == (1, 5.0, 1.5, 5.0)
    assert (f.review, f.maturity) == (r.NEVER, r.NEVER)


def test_a_loan_that_ends_and_is_held_runs_for_another_year_and_nothing_new_is_drawn():
    p, firms = quiet(), three(contract=0, limit=10.0, balance=5.0, cash=9.0)
    firms.maturity, firms.request = r.NEVER, r.ASK_RENEWAL
    dates, pending, diary = committee(firms, p)
    for f, retained in zip(firms, (1.0, 0.6, 0.0), strict=True):
        decline_firm(f, p, market(), 0.2, retained, dates, pending, *diary.both)
    assert firms.maturity.tolist() == [1.2, 1.2, r.NEVER]
    assert firms.due.tolist() == [0.0, 2.0, 5.0]
    assert firms.limit.tolist() == firms.balance.tolist() == [5.0, 5.0, 5.0]
    assert (firms.called.tolist(), diary.told) == ([0, 0, 1], ["loan refused"] * 2)


def test_a_refused_line_that_was_not_drawn_is_simply_over():
    f = borrower(balance=0.0)
    reduce_commitment(f, rules(), 1.0, 0.0)
    assert (f.contract, f.limit, f.called) == (-1, 0.0, 0)


# --- Whole committees ----------------------------------------------------------------------


def committee(firms, p):
    """Dates, requests and a diary for a committee over `firms`."""
    dates = np.array([refresh(f, p, market()) for f in firms])
    return dates, firms.request.astype(np.uint8), Diary()


def test_signing_all_anchors_answers_and_logs_the_living():
    p = quiet(burn=1.0, startup_margin=0.0)
    firms = three(cash=4.0, request=r.ASK_FUNDS, request_date=0.1)
    firms[2].status = r.LISTED
    dates, pending, diary = committee(firms, p)
    book = contracts(5, firm=[9, 9, 0, 1, 2])
    for row in (2, 3, 4):
        f = firms[book[row].firm]
        sign_firm(f, p, market(), 0.2, book[row], row, dates, pending, *diary.both)
    assert diary.told == ["loan signed"] * 2
    assert firms.contract.tolist() == [2, 3, -1]
    # A fifth of a million spent, and no need to draw.
    assert firms.cash.tolist() == [3.8, 3.8, 4.0]
    assert firms.limit.tolist() == [10.0, 10.0, 0.0]
    assert firms.now.tolist() == [0.2, 0.2, 0.0]
    assert firms.request.tolist() == [0, 0, r.ASK_FUNDS]
    assert pending.tolist() == [0, 0, r.ASK_FUNDS]
    assert dates[:2].tolist() == [0.25, 0.25]


@pytest.mark.parametrize(
    ("asked", "retained", "refused", "told"),
    [
        (r.ASK_FUNDS, 1.0, 1, ["loan refused"]),
        (r.ASK_RENEWAL, 0.0, 1, ["loan refused"]),
        (r.ASK_REVIEW, 0.6, 1, ["loan refused"]),
        (r.ASK_REVIEW, 1.0, 0, []),  # the review was passed
        (r.ASK_OFFER, 1.0, 0, []),  # the rival's offer was not better
    ],
)
def test_what_counts_as_a_refusal(asked, retained, refused, told):
    p = quiet()
    firms = three(**{"contract": 0, "limit": 10.0, "balance": 5.0, "maturity": 50.0, "cash": 9.0})
    firms.request = asked
    dates, pending, diary = committee(firms, p)
    decline_firm(firms[1], p, market(), 0.2, retained, dates, pending, *diary.both)
    assert diary.told == told
    assert firms.refused.tolist() == [0, refused, 0]
    # Of the line what is kept, and of the balance what is due until it is paid.
    assert firms.limit[1] == {1.0: 10.0, 0.6: 6.0 + 2.0, 0.0: 5.0}[retained]
    assert (firms.request[1], pending[1]) == (0, 0)
    assert (firms.request[0], firms.limit[0]) == (asked, 10.0)


def test_after_a_refusal_a_firm_waits_before_it_asks_again():
    p = quiet(reapply_years=0.5, burn=9.0)
    firms = three(cash=1.0, request=r.ASK_FUNDS)
    dates, pending, diary = committee(firms, p)
    for f in firms[:2]:
        decline_firm(f, p, market(), 0.2, 1.0, dates, pending, *diary.both)
    assert firms.may_apply.tolist() == [0.7, 0.7, 0.0]
    assert firms.request.tolist() == [0, 0, r.ASK_FUNDS]


def test_a_line_that_pays_for_the_waiting_project_starts_it_and_one_that_does_not_waits():
    p = quiet(reapply_years=0.5)
    firms = three(project=1, demand=[8.0, 12.0, 8.0], deadline=5.0, cash=1.0, scale=1.0)
    dates, pending, diary = committee(firms, p)
    for row, k in enumerate(contracts(2, firm=[0, 1])):
        sign_firm(firms[row], p, market(), 0.2, k, row, dates, pending, *diary.both)
    assert diary.told == ["loan signed", "project carried out", "loan signed"]
    assert firms.project.tolist() == [0, 1, 1]
    assert firms.request.tolist() == [0, 0, 0]
    assert firms.may_apply[1] == 0.7


def test_a_loan_to_a_firm_in_arrears_cures_it():
    p = quiet()
    firms = three(arrears=1, arrears_end=0.3, cash=-1.0, cash_months=3.0, log_scale=math.log(16.0))
    dates, pending, diary = committee(firms, p)
    sign_firm(firms[1], p, market(), 0.2, contracts()[0], 0, dates, pending, *diary.both)
    assert (firms[1].arrears, firms[1].cash) == (0, 4.0)
    assert firms[0].arrears == 1


@pytest.mark.parametrize(
    ("state", "limit", "cured"),
    [
        ({"balance": 10.0, "cash": -1.0}, 30.0, True),  # a larger line
        ({"balance": 10.0, "called": 1, "due": 10.0, "cash": 0.0}, 12.0, True),  # another bank
        ({"balance": 10.0, "cash": -1.0}, 10.5, False),  # not enough of it
    ],
)
def test_a_firm_in_arrears_draws_on_what_its_new_line_leaves(state, limit, cured):
    p = quiet(burn=4.0, startup_margin=0.0)
    firms = three(
        contract=0, limit=10.0, arrears=1, arrears_end=0.3, cost=4.0, cash_months=3.0, **state
    )
    dates, pending, diary = committee(firms, p)
    k = contracts(limit=limit)[0]
    sign_firm(firms[1], p, market(), 0.0, k, 0, dates, pending, *diary.both)
    assert firms[1].arrears == (0 if cured else 1)
    assert (firms[1].cash > 0.0) == cured
