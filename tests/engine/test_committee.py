"""The monthly committee: who is heard, who signs, who is turned away."""

import numpy as np
import pytest

from sim.engine import committee
from sim.engine.committee import (
    decide_applications,
    decide_offers,
    decide_reviews,
    hold_committee,
    standing,
    wind_down,
)  # fmt: skip
from sim.engine.hearing import case_of
from sim.model.contracts.arrangement import PLAIN
from sim.model.contracts.loan_book import CONTRACT
from sim.model.firms.record import ASK_FUNDS, ASK_OFFER, ASK_RENEWAL, ASK_REVIEW
from tests.engine.hand import economy, lent, told, world

GENEROUS = {"underwriting.tolerance_rate": 1.0, "capital.required_ratio": 0.01}
STERN = {"underwriting.tolerance_rate": -5.0}
WHO = np.arange(3)


def asking(values=None, banks=3, name="plain", **fields):
    """Three firms of scale 20 with plant of the same size."""
    known = {"log_scale": np.log(20.0), "tangible": 1.0, "request": ASK_FUNDS, "cash": 5.0}
    return world(economy(banks, values=values or {}), name, **(known | fields))


def borrowing(values=None, banks=3, name="plain", **fields):
    """The same with a line of 10 from bank 0 under contract 0, of which 6 is drawn."""
    line = {
        "contract": 0, "limit": 10.0, "balance": 6.0, "rate": 0.04, "maturity": 99.0, "home": 0,
    }  # fmt: skip
    w = asking(values, banks, name, **(line | fields))
    w.book.append(CONTRACT.empty(1))
    return lent(w, {firm: {0: 1.0} for firm in range(3)})


# --- Who is heard --------------------------------------------------------------------------


def test_a_committee_nobody_asks_does_nothing():
    w = asking(request=0)
    before = w.firms.tobytes()
    hold_committee(w, 0.25)
    assert w.firms.tobytes() == before
    assert (w.book.used, w.ordinal.tolist(), w.events) == (0, [0] * 3, [])


@pytest.mark.parametrize(
    ("requests", "heard"),
    [
        ([ASK_FUNDS, ASK_RENEWAL, ASK_FUNDS | ASK_REVIEW], {"decide_applications": [0, 1, 2]}),
        ([ASK_REVIEW, ASK_REVIEW | ASK_OFFER, 0], {"decide_reviews": [0, 1]}),
        (
            [ASK_OFFER, ASK_REVIEW, ASK_RENEWAL | ASK_OFFER],
            {"decide_applications": [2], "decide_reviews": [1], "decide_offers": [0]},
        ),
    ],
)
def test_each_request_goes_to_one_hearing(monkeypatch, requests, heard):
    calls = {}
    for name in ("decide_applications", "decide_reviews", "decide_offers"):
        monkeypatch.setattr(
            committee, name, lambda w, who, date, name=name: calls.update({name: who.tolist()})
        )
    hold_committee(asking(request=requests), 0.25)
    assert {name: who for name, who in calls.items() if who} == heard


@pytest.mark.parametrize(
    ("date", "heard"), [(0.25, []), (0.29, [0]), (0.25 + 0.0833 - 1e-12, [0, 1]), (0.6, [0, 1, 2])]
)
def test_banks_that_lend_together_hear_a_firm_once_they_have_met(monkeypatch, date, heard):
    calls = []
    monkeypatch.setattr(committee, "decide_applications", lambda w, who, date: calls.extend(who))
    w = asking(name="consortium", asked=[0.2, 0.25, 0.5])
    hold_committee(w, date)
    assert calls == heard


# --- Applications --------------------------------------------------------------------------


def test_a_firm_that_lenders_trust_signs_for_what_it_can_pledge():
    w = asking(GENEROUS)
    hold_committee(w, 0.25)
    secured = w.scenario.underwriting.advance_rate * 20.0
    cap = w.scenario.underwriting.line_cap[0]
    assert w.book.rows.limit.tolist() == pytest.approx([min(secured, 3.0 * cap)] * 3)
    assert w.firms.limit.tolist() == w.book.rows.limit.tolist()
    assert w.ordinal.tolist() == [1] * 3
    assert np.all(w.file_precision > 0.0)
    assert told(w) == ["loan signed"] * 3


@pytest.mark.parametrize("reason", [{"values": STERN}, {"tangible": 0.0}])
def test_a_firm_without_trust_or_pledge_is_refused(reason):
    values = reason.get("values", GENEROUS)
    w = asking(values, tangible=reason.get("tangible", 1.0))
    hold_committee(w, 0.25)
    assert told(w) == ["loan refused"] * 3
    assert w.firms.limit.tolist() == [0.0] * 3
    assert (w.book.used, w.pending.tolist()) == (0, [0] * 3)
    # The bank has looked all the same.
    assert w.banks.screening.sum() == pytest.approx(3 * w.scenario.underwriting.screening_cost)


def test_without_capital_nobody_signs():
    w = asking(GENEROUS)
    w.banks.equity[:] = 0.0
    hold_committee(w, 0.25)
    assert told(w) == ["loan refused"] * 3


def test_an_arrangement_is_offered_first_and_plain_credit_to_those_left():
    unsecured = {"kind": "fixed", "amount": 6.0}
    young = {"kind": "listed", "stages": ["startup"]}
    values = GENEROUS | {
        "arrangement.common_growth.limit": unsecured,
        "arrangement.common_growth.eligibility": young,
    }
    w = asking(values, name="common_growth", stage=[0, 1, 1], tangible=[0.0, 1.0, 0.0])
    hold_committee(w, 0.25)
    rows = w.book.rows
    assert sorted(zip(rows.firm.tolist(), rows.signed.tolist(), strict=True)) == [(0, 1), (1, 0)]
    assert rows.limit[rows.firm == 0].tolist() == [6.0]
    assert (w.firms.signed.tolist(), w.firms.refused.tolist()) == ([1, 0, 0], [0, 0, 1])


def test_a_line_that_runs_is_left_alone_by_an_offer_that_is_no_larger():
    w = borrowing(GENEROUS, limit=1000.0)
    decide_applications(w, WHO, 0.25)
    assert w.book.used == 1
    assert w.firms.limit.tolist() == [1000.0] * 3
    assert w.firms.refused.tolist() == [1] * 3


# --- A line that ends ----------------------------------------------------------------------


def own_bank_says_no(monkeypatch, elsewhere=True):
    """Offers as usual, but none from the firm's own bank."""
    whole, asked = committee.make_offer, []

    def make_offer(case, name, arrangement, scenario, first=0):
        offer = whole(case, name, arrangement, scenario, first)
        asked.append((first, case.stigma, case.renewal.tolist()))
        if first == 0 or not elsewhere:
            offer.made[:] = False
        return offer

    monkeypatch.setattr(committee, "make_offer", make_offer)
    return asked


def test_a_firm_whose_line_ends_tries_one_other_bank_where_it_looks_worse(monkeypatch):
    asked = own_bank_says_no(monkeypatch)
    w = borrowing(GENEROUS, request=[ASK_RENEWAL, ASK_FUNDS, ASK_RENEWAL])
    decide_applications(w, WHO, 0.25)
    # First its own bank, as a client; then a stranger that knows of the refusal.
    stigma = w.scenario.underwriting.stigma
    assert asked == [(0, 0.0, [True] * 3), (1, stigma, [False] * 2)]
    assert w.book.rows.firm[1:].tolist() == [0, 2]
    assert w.book.rows.moved[1:].tolist() == [1, 1]
    assert np.all(w.firms.home[[0, 2]] != 0)
    assert (w.firms.home[1], w.firms.refused.tolist()) == (0, [0, 1, 0])


def test_a_firm_whose_line_ends_and_whom_nobody_takes_is_called(monkeypatch):
    own_bank_says_no(monkeypatch, elsewhere=False)
    w = borrowing(GENEROUS, request=[ASK_RENEWAL, ASK_FUNDS, ASK_RENEWAL])
    decide_applications(w, WHO, 0.25)
    assert w.firms.called.tolist() == [1, 0, 1]
    assert w.firms.due.tolist() == [6.0, 0.0, 6.0]
    assert w.book.used == 1


def test_another_bank_must_take_over_the_whole_balance(monkeypatch):
    own_bank_says_no(monkeypatch)
    w = borrowing(GENEROUS, request=ASK_RENEWAL, balance=900.0, limit=1000.0)
    decide_applications(w, WHO, 0.25)
    assert w.firms.called.tolist() == [1] * 3


def test_where_there_is_one_bank_there_is_nowhere_to_turn(monkeypatch):
    asked = own_bank_says_no(monkeypatch)
    decide_applications(borrowing(GENEROUS, banks=1, request=ASK_RENEWAL), WHO, 0.25)
    assert [first for first, *_ in asked] == [0]


# --- Reviews -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "accept", "limit"),
    [
        ("consortium", [1, 1, 1], 10.0),
        ("consortium", [1, 0, 0], 10.0),  # half of the shares carry the decision for all
        ("consortium", [0, 1, 1], 10.0),
        ("consortium", [0, 1, 0], 6.0),  # called: what is drawn is due
        ("common_growth", [1, 1, 1], 10.0),
        ("common_growth", [1, 0, 0], 5.0),  # whoever leaves takes its part along
        ("common_growth", [0, 1, 0], 3.0),
        ("common_growth", [0, 0, 0], 6.0),
    ],
)
def test_lenders_leave_alone_or_stay_together(monkeypatch, name, accept, limit):
    share = np.tile([0.5, 0.3, 0.2], (3, 1))
    monkeypatch.setattr(
        committee,
        "standing",
        lambda w, case, name, terms: (np.tile(np.array(accept, bool), (3, 1)), share),
    )
    w = borrowing(name=name, request=ASK_REVIEW)
    decide_reviews(w, WHO, 0.25)
    assert w.firms.limit.tolist() == pytest.approx([limit] * 3)
    assert w.firms.request.tolist() == [0] * 3
    assert w.ordinal.tolist() == [1] * 3
    assert w.firms.called.tolist() == [int(limit == 6.0)] * 3


@pytest.mark.parametrize(("values", "goes_on"), [(GENEROUS, True), (STERN, False)])
def test_present_lenders_judge_the_firm_anew(values, goes_on):
    w = lent(borrowing(values, name="consortium"), {firm: {2: 0.6, 1: 0.4} for firm in range(3)})
    accept, share = standing(w, case_of(w, WHO, 0.25), "plain", PLAIN)
    assert accept.tolist() == [[goes_on] * 2] * 3
    assert share.tolist() == [[0.6, 0.4]] * 3


def test_a_review_that_is_passed_is_no_refusal_and_stops_no_application():
    w = borrowing(GENEROUS, request=ASK_REVIEW)
    decide_reviews(w, WHO, 0.25)
    assert w.firms.refused.tolist() == [0] * 3
    assert w.firms.may_apply.tolist() == [0.0] * 3


# --- Outside offers ------------------------------------------------------------------------


def test_a_firm_leaves_for_a_cheaper_bank_that_takes_all_of_its_loan():
    w = borrowing(GENEROUS, request=ASK_OFFER, rate=[0.5, 0.0, 0.5], balance=[6.0, 6.0, 9e9])
    decide_offers(w, WHO, 0.25)
    assert w.book.rows.firm[1:].tolist() == [0]
    assert w.firms.moved.tolist() == [1, 0, 0]
    assert w.firms.home[0] != 0
    assert w.firms.rate[0] < 0.05
    # Staying is no refusal.
    assert w.firms.refused.tolist() == [0] * 3
    assert w.firms.request.tolist() == [0] * 3


def test_moving_must_pay_for_itself():
    dear = GENEROUS | {"choice.switching_cost": 10.0}
    w = borrowing(dear, request=ASK_OFFER, rate=0.5)
    decide_offers(w, WHO, 0.25)
    assert w.firms.moved.tolist() == [0] * 3


@pytest.mark.parametrize(("banks", "called"), [(1, 0), (3, 1)])
def test_there_is_no_offer_without_a_rival_or_for_a_called_loan(banks, called):
    w = borrowing(GENEROUS, banks=banks, request=ASK_OFFER, rate=0.5, called=called)
    decide_offers(w, WHO, 0.25)
    assert w.book.used == 1
    assert w.firms.request.tolist() == [0] * 3


# --- The run-off ---------------------------------------------------------------------------


def test_in_the_run_off_lines_that_end_are_called_and_nothing_else_changes():
    w = borrowing(GENEROUS, request=[ASK_RENEWAL, ASK_FUNDS, ASK_REVIEW])
    wind_down(w, 0.25)
    assert w.firms.called.tolist() == [1, 0, 0]
    assert w.firms.limit.tolist() == [6.0, 10.0, 10.0]
    assert w.book.used == 1
    assert w.pending.tolist() == [0] * 3
