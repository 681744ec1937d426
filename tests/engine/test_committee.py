"""The monthly committee of a world: who is heard, who signs, who is turned away."""

import numpy as np
import pytest

from sim.engine.committee import hold_committee, wind_down
from sim.engine.settlement import settle
from sim.model.banks import committee, withdrawal
from sim.model.banks.credit_decision import headroom, ration
from sim.model.firms.claims import CALLS, WEIGHT
from sim.model.firms.credit_line import pay_due
from sim.model.firms.record import ASK_FUNDS, ASK_OFFER, ASK_RENEWAL, ASK_REVIEW, LARGE, REGISTERED
from tests.capital import with_one_weight
from tests.engine.hand import applicant, desk, desks, economy, lent, offered, told, world

GENEROUS = {"underwriting.policy_subsidy_rate": 1.0, "capital.endowment_multiple": 10.0}
STERN = {"underwriting.policy_subsidy_rate": -5.0}
CAPITAL = with_one_weight(0.8, 0.1) | {"underwriting.utilisation": 0.5}


def asking(values=None, banks=3, name="plain", **fields):
    """Three firms of scale 20 with plant of the same size, that want a year's outlays in cash."""
    known = {
        "log_scale": np.log(20.0), "tangible": 1.0, "request": ASK_FUNDS, "cash": 5.0,
        "cash_months": 12.0,
    }  # fmt: skip
    return world(economy(banks, values=values or {}), name, **(known | fields))


def borrowing(values=None, banks=3, name="plain", **fields):
    """The same with a line of 10 from bank 0 under contract 0, of which 6 is drawn."""
    line = {
        "contract": 0, "limit": 10.0, "balance": 6.0, "rate": 0.04, "maturity": 99.0, "home": 0,
        "cash_months": 0.0,
    }  # fmt: skip
    w = asking(values, banks, name, **(line | fields))
    w.book.used = 1
    return lent(w, {firm: {0: 1.0} for firm in range(3)})


# --- Who is heard --------------------------------------------------------------------------


def test_a_committee_nobody_asks_does_nothing():
    w = asking(request=0)
    before = w.firms.tobytes()
    hold_committee(w, 0.25)
    assert w.firms.tobytes() == before
    assert (w.book.used, w.ordinal.tolist(), w.events) == (0, [0] * 3, [])


HEARINGS = {
    "choose_best": "applications", "review": "reviews", "refinance": "offers",
}  # fmt: skip


@pytest.fixture
def heard(monkeypatch):
    """Firms that each hearing of a committee has looked at."""
    calls = {}

    def noted(name):
        whole = getattr(committee, name)

        def call(applications, *given):
            if applications.shape[0]:
                calls[HEARINGS[name]] = applications.firm.tolist()
            whole(applications, *given)

        return call

    for name in HEARINGS:
        monkeypatch.setattr(committee, name, noted(name))
    return calls


@pytest.mark.parametrize(
    ("requests", "expected"),
    [
        ([ASK_FUNDS, ASK_RENEWAL, ASK_FUNDS | ASK_REVIEW], {"applications": [0, 1, 2]}),
        ([ASK_REVIEW, ASK_REVIEW | ASK_OFFER, 0], {"reviews": [0, 1]}),
        (
            [ASK_OFFER, ASK_REVIEW, ASK_RENEWAL | ASK_OFFER],
            {"applications": [2], "reviews": [1], "offers": [0]},
        ),
    ],
)
def test_each_request_goes_to_one_hearing(heard, requests, expected):
    hold_committee(asking(request=requests), 0.25)
    assert heard == expected


@pytest.mark.parametrize(
    ("date", "ready"), [(0.25, []), (0.29, [0]), (0.25 + 0.0833 - 1e-12, [0, 1]), (0.6, [0, 1, 2])]
)
def test_banks_that_lend_together_hear_a_firm_once_they_have_met(heard, date, ready):
    w = asking(name="consortium", request_date=[0.2, 0.25, 0.5])
    hold_committee(w, date)
    assert heard.get("applications", []) == ready


# --- Applications --------------------------------------------------------------------------


def test_a_firm_that_lenders_trust_signs_for_what_it_can_pledge():
    w = asking(GENEROUS)
    hold_committee(w, 0.25)
    secured = w.scenario.underwriting.advance_rate * 20.0
    cap = w.scenario.underwriting.line_cap[0]
    assert w.book.rows.limit.tolist() == pytest.approx([min(secured, 3.0 * cap)] * 3)
    assert w.firms.limit.tolist() == w.book.rows.limit.tolist()
    assert w.ordinal.tolist() == [1] * 3
    assert np.all(w.history_precision > 0.0)
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
    assert desks(w).screening.sum() == pytest.approx(3 * w.scenario.underwriting.screening_cost)


def test_without_capital_nobody_signs():
    w = asking(GENEROUS)
    desks(w).equity[:] = 0.0
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
    hold_committee(w, 0.25)
    assert w.book.used == 1
    assert w.firms.limit.tolist() == [1000.0] * 3
    assert w.firms.refused.tolist() == [1] * 3


def test_whom_a_committee_judged_in_vain_bound_and_cut_is_remembered_in_this_order():
    w = asking(GENEROUS, tangible=[1.0, 0.0, 1.0], home=[0, 1, 2])
    hold_committee(w, 0.25)
    assert [(what, date, who.tolist()) for what, date, who, _ in w.decisions] == [
        ("judge", 0.25, [1]), ("sign", 0.25, [0, 2]), ("reduction", 0.25, [1]),
    ]  # fmt: skip
    (_, _, _, lead), (_, _, _, contracts), (_, _, _, answers) = w.decisions
    assert lead.tolist() == [1]
    assert contracts.limit.tolist() == w.book.rows.limit.tolist()
    assert answers[:, 0].tolist() == [1.0]
    w.book.store.limit = 0.0
    assert np.all(contracts.limit > 0.0)


def test_a_large_firm_is_lent_to_apart_from_the_desks_and_takes_none_of_their_capital():
    w = asking(GENEROUS, stratum=[REGISTERED, LARGE, LARGE])
    hold_committee(w, 0.25)
    assert w.book.rows.firm.tolist() == [0, 1, 2]
    assert (w.book.rows.lead == w.scenario.n_banks).tolist() == [False, True, True]
    assert w.book.rows.share[1:, 0].tolist() == [1.0, 1.0]
    assert desks(w).promised.sum() > 0.0
    settle(w, 0.25)
    assert w.banks.loans[-1] == pytest.approx(w.firms.balance[1:].sum())
    ((_, panel),) = w.panel
    assert panel.shape[0] == w.scenario.n_banks


# --- A line that ends ----------------------------------------------------------------------


def without_subsidy(w, *banks):
    """The world with banks that do not lend, since they take no part in the subsidy."""
    w.bank_rules["appetite"][list(banks)] = 0.0
    return w


def test_a_firm_whose_line_ends_and_whose_bank_refuses_is_won_by_another():
    asks = [ASK_RENEWAL, ASK_FUNDS, ASK_RENEWAL]
    w = without_subsidy(borrowing(GENEROUS, request=asks, cash_months=12.0), 0)
    hold_committee(w, 0.25)
    assert w.book.rows.firm[1:].tolist() == [0, 1, 2]
    assert w.book.rows.switched_bank[1:].tolist() == [1, 1, 1]
    assert np.all(w.firms.home != 0)
    assert w.firms.refused.tolist() == [0] * 3
    # The new bank has what it saw itself, the old one's file is of no use to it.
    assert np.all(w.history_precision == w.history_precision[0])


@pytest.fixture
def impatient(monkeypatch):
    """Lenders of a loan that ends call it."""

    def decide(r):
        r.kept[:] = 0.0

    monkeypatch.setattr(withdrawal, "decide_alone", decide)


def test_a_loan_that_ends_and_is_held_runs_for_another_year(monkeypatch):
    def decide(r):
        r.kept[:] = 1.0

    monkeypatch.setattr(withdrawal, "decide_alone", decide)
    w = borrowing(STERN, request=[ASK_RENEWAL, ASK_FUNDS, ASK_RENEWAL])
    hold_committee(w, 0.25)
    assert w.firms.maturity.tolist() == [1.25, 99.0, 1.25]
    assert w.firms.limit.tolist() == [6.0, 10.0, 6.0]
    assert (w.firms.called.tolist(), w.firms.due.tolist()) == ([0] * 3, [0.0] * 3)


@pytest.mark.usefixtures("impatient")
def test_a_firm_whose_line_ends_and_whom_nobody_takes_is_called():
    w = borrowing(STERN, request=[ASK_RENEWAL, ASK_FUNDS, ASK_RENEWAL])
    hold_committee(w, 0.25)
    assert w.firms.called.tolist() == [1, 0, 1]
    assert w.firms.due.tolist() == [6.0, 0.0, 6.0]
    assert w.book.used == 1


def test_a_firm_that_can_pay_a_loan_that_ends_is_not_asked_about(monkeypatch):
    asked = []
    monkeypatch.setattr(withdrawal, "decide_alone", lambda r: asked.append(float(r.cash)))
    # Six are owed; a quarter's interest is 0.06.
    w = borrowing(STERN, request=ASK_RENEWAL, cash=[6.1, 6.05, 5.0])
    hold_committee(w, 0.25)
    assert w.firms.due[0] == 6.0
    # What is left of a line of ten that has ended is no cash of the others.
    assert asked == pytest.approx([5.99, 4.94])


@pytest.mark.usefixtures("impatient")
def test_only_a_call_before_the_loan_is_due_costs_its_lender():
    for request, cost in ((ASK_REVIEW, 0.12), (ASK_RENEWAL, 0.0)):
        w = borrowing(STERN | {"hold_or_call.call_cost": 0.02}, request=request, cash=0.0)
        hold_committee(w, 0.25)
        assert w.firms.due.tolist() == [6.0] * 3
        assert desks(w).calling.tolist() == pytest.approx([3 * cost, 0.0, 0.0])


@pytest.mark.usefixtures("impatient")
def test_another_bank_must_take_over_the_whole_balance():
    w = borrowing(GENEROUS, request=ASK_RENEWAL, balance=900.0, limit=1000.0)
    hold_committee(without_subsidy(w, 0), 0.25)
    assert w.firms.called.tolist() == [1] * 3


@pytest.mark.usefixtures("impatient")
def test_where_there_is_one_bank_there_is_nowhere_to_turn():
    w = borrowing(GENEROUS, banks=1, request=ASK_RENEWAL)
    hold_committee(without_subsidy(w, 0), 0.25)
    assert w.firms.called.tolist() == [1] * 3


# --- Reviews -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kept", "limit", "due"),
    [
        ([1, 1, 1], 10.0, 0.0),
        # Until it is paid what is called of six stands on the line, beside what is kept of ten.
        ([1, 0, 0], 5.0 + 3.0, 3.0),
        ([0.5, 1, 1], 7.5 + 1.5, 1.5),
        ([0, 0, 0], 6.0, 6.0),
    ],
)
def test_each_lender_calls_its_own_part(monkeypatch, kept, limit, due):
    def decide(r):
        r.kept[:3] = kept

    monkeypatch.setattr(withdrawal, "decide_alone", decide)
    w = borrowing({"hold_or_call.call_cost": 0.02}, request=ASK_REVIEW)
    lent(w, {firm: {0: 0.5, 1: 0.3, 2: 0.2} for firm in range(3)})
    hold_committee(w, 0.25)
    assert w.firms.limit.tolist() == pytest.approx([limit] * 3)
    assert w.firms.due.tolist() == pytest.approx([due] * 3)
    assert w.firms.request.tolist() == [0] * 3
    assert w.ordinal.tolist() == [1] * 3
    assert w.firms.called.tolist() == [int(due == 6.0)] * 3
    parts = [[share * (1.0 - part) for share, part in zip((0.5, 0.3, 0.2), kept, strict=True)]] * 3
    assert w.called[:, CALLS, :3].tolist() == [pytest.approx(row) for row in parts]
    # Who calls pays for it: two percent of what it calls, of three firms.
    assert desks(w).calling.tolist() == pytest.approx([3 * 0.02 * 6.0 * part for part in parts[0]])


def reviewed_twice(monkeypatch, second, between, values=None):
    """Six are owed to three banks; the first calls, and they meet again a month later."""
    kept = [1.0] * 8

    def decide(r):
        r.kept[:] = kept

    monkeypatch.setattr(withdrawal, "decide_alone", decide)
    w = borrowing(values or {}, request=ASK_REVIEW)
    lent(w, {firm: {0: 0.5, 1: 0.3, 2: 0.2} for firm in range(3)})
    kept[0] = 0.0
    hold_committee(w, 0.25)
    for f in w.firms:
        between(f)
        f.request = ASK_REVIEW
    w.pending[:] = ASK_REVIEW
    monkeypatch.setattr(withdrawal, "decide_alone", second)
    hold_committee(w, 0.33)
    return w


def parts_due(w, i=0):
    """What each bank calls of the balance of a firm, CNY million."""
    found = np.zeros(3)
    np.add.at(found, w.lender[i], w.called[i, CALLS] * w.firms.balance[i])
    return found.tolist()


def test_lenders_that_were_paid_meanwhile_have_no_say_and_the_others_their_own(monkeypatch):
    def the_last_calls(r):
        r.kept[:] = 1.0
        r.kept[r.lenders - 1] = 0.0

    w = reviewed_twice(monkeypatch, the_last_calls, pay_due)
    assert w.lender[0, :3].tolist() == [1, 2, 0]
    assert parts_due(w) == pytest.approx([0.0, 0.0, 1.2])
    assert w.firms.due.tolist() == pytest.approx([1.2] * 3)


def test_what_was_called_before_and_is_not_paid_is_still_due(monkeypatch):
    def the_second_calls(r):
        r.kept[:] = 1.0
        r.kept[1] = 0.0

    cost = {"hold_or_call.call_cost": 0.02}
    w = reviewed_twice(monkeypatch, the_second_calls, lambda _: None, cost)
    assert parts_due(w) == pytest.approx([3.0, 1.8, 0.0])
    assert w.firms.due.tolist() == pytest.approx([4.8] * 3)
    # Two tenths of a line of ten are held still, and the date stays that of the first call.
    assert w.firms.limit.tolist() == pytest.approx([2.0 + 4.8] * 3)
    assert w.firms.call.tolist() == pytest.approx([0.25 + w.params[0].call_years] * 3)
    assert desks(w).calling.tolist() == pytest.approx([3 * 0.06, 3 * 0.036, 0.0])


def test_lenders_that_stand_still_decide_together_and_others_alone(monkeypatch):
    asked = []
    for name in ("decide_alone", "decide_jointly"):
        monkeypatch.setattr(withdrawal, name, lambda r, name=name: asked.append(name))
    for arrangement, terms in (("consortium", 1), ("consortium", 0), ("common_growth", 1)):
        w = borrowing(name=arrangement, request=[ASK_REVIEW, 0, 0], terms=terms)
        hold_committee(w, 0.25)
    assert asked == ["decide_jointly", "decide_alone", "decide_alone"]


@pytest.mark.parametrize(("kept", "worth"), [([1, 1], 6.0), ([0, 1], 6.0), ([0, 0], 0.0)])
def test_what_a_call_would_have_brought_is_kept_of_a_loan_that_is_held(monkeypatch, kept, worth):
    def decide(r):
        r.kept[:2] = kept

    monkeypatch.setattr(withdrawal, "decide_alone", decide)
    # Cash of five and plant of twenty pay all of six.
    w = borrowing({"workout.workout_years": 0.0}, request=ASK_REVIEW, cum_interest=0.5)
    lent(w, {firm: {0: 0.5, 1: 0.5} for firm in range(3)})
    w.firms.cum_drawn, w.firms.held_worth = 6.0, 5.0
    hold_committee(w, 0.25)
    assert w.firms.held_worth.tolist() == pytest.approx([worth] * 3)
    if worth > 0.0:
        # A quarter's interest has been received by then.
        assert w.firms.held_cash.tolist() == pytest.approx([0.5 + 0.06 - 6.0] * 3)


def test_a_review_that_is_passed_is_no_refusal_and_stops_no_application():
    w = borrowing(GENEROUS, request=ASK_REVIEW, rate=0.5)
    hold_committee(w, 0.25)
    assert w.firms.refused.tolist() == [0] * 3
    assert w.firms.may_apply.tolist() == [0.0] * 3


# --- Outside offers ------------------------------------------------------------------------


# Nobody is told to take over a loan at a loss: others bid for what is worth having.
PROFITABLE = {
    "underwriting.funding_rate": 0.0, "underwriting.operating_cost": [0.0] * 4,
    "belief.default.default_probability": [0.01] * 4, "capital.endowment_multiple": 10.0,
}  # fmt: skip


def weighed_down(w, bank):
    """The world with a bank to which no loan is worth its capital."""
    w.bank_rules["required_ratio"][bank] = 1.0
    return w


def matched(switching_cost):
    """A world whose lenders have met bids of others, none of which knows more than they."""
    values = {"underwriting.signal_precision": 0.0, "choice.switching_cost": switching_cost}
    w = borrowing(
        PROFITABLE | values, limit=8.0, request=ASK_OFFER, rate=[0.5, 0.0, 0.5],
        balance=[6.0, 6.0, 9e9], later_rate=0.6,
    )  # fmt: skip
    hold_committee(w, 0.25)
    return w


def test_lenders_match_a_cheaper_bid_that_covers_all_of_their_loan():
    free, w = matched(0.0), matched(0.002)
    assert w.firms.switched_bank.tolist() == [0] * 3
    # They need not match what moving costs; nobody else can take over the third.
    moving = 0.002 * 8.0 / (w.scenario.choice.offer_horizon_years * 6.0)
    rate = w.firms.rate
    assert 0.0 < free.firms.rate[0] < 0.0345
    assert rate.tolist() == pytest.approx([free.firms.rate[0] + moving, 0.0, 0.5])
    assert w.firms.later_rate.tolist() == pytest.approx([0.1 + rate[0], 0.6, 0.6])
    # Staying is no refusal.
    assert w.firms.refused.tolist() == [0] * 3
    assert w.firms.request.tolist() == [0] * 3
    assert w.ordinal.tolist() == [1] * 3
    # Who repeats it takes as much off.
    ((what, _, who, answers),) = w.decisions
    assert (what, who.tolist()) == ("reduction", [0, 1, 2])
    assert answers[:, -1].tolist() == pytest.approx([0.5 - rate[0], 0.0, 0.0])


def test_a_firm_leaves_for_a_cheaper_bank_where_its_own_would_lose_by_matching():
    w = borrowing(PROFITABLE, request=ASK_OFFER, rate=[0.5, 0.0, 0.5], balance=[6.0, 6.0, 9e9])
    hold_committee(weighed_down(w, 0), 0.25)
    assert w.book.rows.firm[1:].tolist() == [0]
    assert w.firms.switched_bank.tolist() == [1, 0, 0]
    assert w.firms.home[0] != 0
    assert w.firms.rate[0] < 0.05
    assert w.firms.request.tolist() == [0] * 3


@pytest.mark.parametrize(("cost", "moves"), [(0.002, [1] * 3), (10.0, [0] * 3)])
def test_moving_must_pay_for_itself(cost, moves):
    dear = PROFITABLE | {"choice.switching_cost": cost}
    w = weighed_down(borrowing(dear, request=ASK_OFFER, rate=0.5), 0)
    hold_committee(w, 0.25)
    assert w.firms.switched_bank.tolist() == moves


@pytest.mark.parametrize("alone", [{"banks": 1}, {"values": {"underwriting.known_banks": 1}}])
def test_there_is_no_offer_without_a_rival(alone):
    values = PROFITABLE | alone.get("values", {})
    w = borrowing(values, banks=alone.get("banks", 3), request=ASK_OFFER, rate=0.5)
    hold_committee(w, 0.25)
    assert w.book.used == 1
    assert w.firms.rate.tolist() == [0.5] * 3
    assert w.firms.request.tolist() == [0] * 3


def test_members_of_a_consortium_do_not_bid_for_its_loan():
    # Its lead lends no more; with the fourth bank, which is no member, the firm may go.
    for banks, moves in ((3, [0] * 3), (4, [1] * 3)):
        values = PROFITABLE | {"underwriting.known_banks": 4}
        w = borrowing(values, banks, "consortium", request=ASK_OFFER, rate=0.5, terms=1)
        lent(w, {firm: {0: 0.5, 1: 0.3, 2: 0.2} for firm in range(3)})
        hold_committee(weighed_down(w, 0), 0.25)
        assert w.firms.switched_bank.tolist() == moves


# --- Capital -------------------------------------------------------------------------------


def short(banks=2):
    """Three firms that ask banks with capital of three millions each."""
    return asking(CAPITAL, banks)


def room(w):
    """What each desk can still lend, CNY million; what corporate banking can has no limit."""
    out = np.empty(w.banks.shape[0])
    headroom(desk(w, 0.25), out)
    assert out[-1] == np.inf
    return out[:-1].tolist()


def fits(w, offers, ready=(1, 1, 1)):
    """Which of three loans fit the capital of bank 0."""
    d, asks = desk(w, 0.25), [applicant(w, i, 0.25) for i in range(3)]
    offers.ready = ready
    ration(offers, np.stack(asks).view(np.recarray), d.terms[0], d)
    return offers.ready.tolist()


@pytest.mark.parametrize(
    ("weighted", "equity", "left"),
    [(0.0, 3.0, 30.0), (10.0, 3.0, 20.0), (30.0, 3.0, 0.0), (10.0, -1.0, -20.0)],
)
def test_room_is_what_capital_still_carries(weighted, equity, left):
    w = short()
    w.banks.risk_assets[0], desks(w).equity[0] = weighted, equity
    # Three millions over ten percent.
    assert room(w) == pytest.approx([left, 30.0])


@pytest.mark.parametrize(
    ("line", "balance", "moves", "expected"),
    [
        (24.0, 0.0, False, [1, 1, 1]),  # half of each line is drawn: 28.8 of 30
        (30.0, 0.0, False, [1, 0, 1]),  # 36; the two with the larger margin fit
        (80.0, 0.0, False, [0, 0, 0]),
        (80.0, 40.0, False, [1, 1, 1]),  # its own loans rolled over need nothing new
        (10.0, 15.0, True, [1, 0, 1]),  # to a new lender they do
    ],
)
def test_loans_must_fit_capital_by_what_is_newly_lent(line, balance, moves, expected):
    w, offers = short(), offered(line=line)
    offers.surplus[:, 0] = [0.3, 0.1, 0.2]
    w.firms.balance = w.firms.limit = balance
    w.lender[:, 0], w.share[:, 0], w.called[:, WEIGHT, 0] = int(moves), 1.0, 0.8
    assert fits(w, offers) == expected


def test_nobody_is_weighed_who_does_not_sign():
    offers = offered(line=70.0)
    offers.surplus[:, 0] = [0.3, 0.1, 0.2]
    assert fits(short(), offers, ready=(0, 1, 0)) == [0, 1, 0]


def test_what_a_bank_has_granted_since_the_settlement_takes_up_its_room():
    w, offers = short(), offered(line=20.0)
    assert fits(w, offers) == [1, 1, 1]
    # Half of each line of twenty is drawn: 24 of 30.
    assert room(w) == pytest.approx([6.0, 30.0])
    assert fits(w, offers) == [0, 0, 0]


def test_where_one_bank_is_short_the_others_bid_again():
    w = asking(GENEROUS)
    desks(w).equity[0] = 0.0
    hold_committee(w, 0.25)
    assert w.book.used == 3
    assert not np.any(w.lender[:, :3][w.share[:, :3] > 0.0] == 0)


# --- The run-off ---------------------------------------------------------------------------


def test_in_the_run_off_lines_that_end_are_called_and_nothing_else_changes():
    w = borrowing(
        GENEROUS | {"hold_or_call.call_cost": 0.02}, request=[ASK_RENEWAL, ASK_FUNDS, ASK_REVIEW]
    )
    wind_down(w, 0.25)
    assert desks(w).calling.tolist() == [0.0] * 3
    assert w.firms.called.tolist() == [1, 0, 0]
    assert w.firms.limit.tolist() == [6.0, 10.0, 10.0]
    assert w.book.used == 1
    assert w.pending.tolist() == [0] * 3
