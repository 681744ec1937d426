"""Signing and refusing: capital, files, hand-over of balances, and the record of decisions."""

from dataclasses import replace

import numpy as np
import pytest

from sim.engine.hearing import case_of
from sim.engine.signing import (
    Verdict,
    capital_room,
    decline,
    enact,
    fits_budget,
    learn,
    make_room,
    sign,
)  # fmt: skip
from sim.model.banks.offer import make_offer
from sim.model.contracts.arrangement import PLAIN
from sim.model.contracts.loan_book import CONTRACT
from sim.model.firms.flows import INTEREST
from sim.model.firms.record import ASK_FUNDS, ASK_RENEWAL
from tests.engine.hand import economy, lent, told, world

RULES = {
    "capital.risk_weight": 0.8, "capital.defaulted_risk_weight": 1.5,
    "capital.required_ratio": 0.1, "credit_line.drawn_at_signing": 0.5,
    "underwriting.screening_cost": 0.25,
}  # fmt: skip
WHO = np.arange(3)


def asking(banks=2, name="plain", **fields):
    """Three firms of scale 20 with plant of the same size, all of which ask for a loan."""
    known = {"log_scale": np.log(20.0), "tangible": 1.0, "request": ASK_FUNDS, "cash": 5.0}
    return world(economy(banks, values=RULES), name, **(known | fields))


def offered(w, line=8.0, **changes):
    """An offer that everybody gets: a line of 8 from bank 0."""
    case = case_of(w, WHO, 0.25)
    offer = make_offer(case, "plain", PLAIN, w.scenario)
    lender, share = np.zeros((3, 1), np.int64), np.ones((3, 1))
    known = {
        "made": np.ones(3, bool), "line": np.full(3, line), "lender": lender, "share": share,
        "rate": np.full(3, 0.03), "later_rate": np.full(3, 0.03),
    }  # fmt: skip
    return case, replace(offer, **(known | changes))


# --- Capital -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loans", "npl", "equity", "room"),
    [
        (0.0, 0.0, 3.0, 37.5),  # 3 over 10 percent over 80 percent
        (10.0, 0.0, 3.0, 27.5),
        (10.0, 4.0, 3.0, 20.0),
        (37.5, 0.0, 3.0, 0.0),
        (10.0, 0.0, -1.0, -22.5),
    ],
)
def test_room_is_what_capital_still_carries(loans, npl, equity, room):
    w = asking()
    b = w.banks
    b.loans[0], b.npl[0], b.equity[0] = loans, npl, equity
    assert capital_room(w).tolist() == pytest.approx([room, 37.5])


def test_without_a_risk_weight_there_is_room_for_everybody():
    w = world(economy(values=RULES | {"capital.risk_weight": 0.0}))
    assert capital_room(w)[0] > 1e9


@pytest.mark.parametrize(
    ("line", "balance", "moves", "fits"),
    [
        (24.0, 0.0, False, [True, True, True]),  # half of each line is drawn: 36 of 37.5
        (30.0, 0.0, False, [True, False, True]),  # 45; the two with more merit fit
        (80.0, 0.0, False, [False, False, False]),
        (80.0, 40.0, False, [True, True, True]),  # its own loans rolled over need nothing new
        (10.0, 15.0, True, [True, False, True]),  # to a new lender they do
    ],
)
def test_loans_must_fit_capital_by_what_is_newly_lent(line, balance, moves, fits):
    w = asking()
    case, offer = offered(w, line, merit=np.array([0.3, 0.1, 0.2]))
    case = replace(case, a=replace(case.a, balance=np.full(3, balance)))
    assert fits_budget(w, case, offer, np.ones(3, bool), moves).tolist() == fits


def test_nobody_is_weighed_who_does_not_sign():
    w = asking()
    case, offer = offered(w, 70.0, merit=np.array([0.3, 0.1, 0.2]))
    take = np.array([False, True, False])
    assert fits_budget(w, case, offer, take).tolist() == [False, True, False]


def test_what_a_bank_has_granted_since_the_settlement_takes_up_its_room():
    w, everybody = asking(), np.ones(3, bool)
    case, offer = offered(w, 20.0)
    assert fits_budget(w, case, offer, everybody).tolist() == [True] * 3
    # Half of each line of twenty is drawn: 30 of 37.5.
    assert capital_room(w).tolist() == pytest.approx([7.5, 37.5])
    assert fits_budget(w, case, offer, everybody).tolist() == [False] * 3


# --- Files ---------------------------------------------------------------------------------


def test_a_decision_costs_the_lead_and_stays_in_its_file():
    w = asking()
    lender = np.array([[0], [1], [1]])
    news = (np.array([1.0, 2.0, 3.0]), np.array([0.5, -1.0, 3.0]))
    _, offer = offered(w, lender=lender, news=news)
    learn(w, WHO, offer, 0.0)
    learn(
        w,
        np.array([1]),
        replace(offer, lender=lender[1:2], news=(news[0][1:2], news[1][1:2])),
        0.0,
    )
    assert w.file_precision.tolist() == [1.0, 4.0, 3.0]
    assert w.file_sum.tolist() == [0.5, -2.0, 3.0]
    assert w.ordinal.tolist() == [1, 2, 1]
    assert w.banks.screening.tolist() == [0.25, 0.75]


@pytest.mark.parametrize(("lead", "kept"), [(0, 1.0), (1, 0.0)])
def test_a_new_lead_starts_without_the_file_of_the_old_one(lead, kept):
    w = lent(asking(), {0: {0: 1.0}, 1: {0: 1.0}, 2: {0: 1.0}})
    w.file_precision[:] = w.file_sum[:] = 1.0
    _, offer = offered(w, lender=np.array([[0], [lead], [0]]))
    sign(w, Verdict(WHO, np.ones(3, bool), np.ones(3), offer, 0, False), 0.25)
    assert w.file_precision.tolist() == w.file_sum.tolist() == [1.0, kept, 1.0]


# --- Signing -------------------------------------------------------------------------------


def test_only_those_who_take_the_offer_sign():
    w = asking()
    _, offer = offered(w)
    taken = np.array([True, False, True])
    sign(w, Verdict(WHO, taken, np.ones(3), offer, 0, False), 0.25)
    assert w.book.rows.firm.tolist() == [0, 2]
    assert w.firms.limit.tolist() == [8.0, 0.0, 8.0]
    assert w.firms.balance.tolist() == [4.0, 0.0, 4.0]
    assert w.firms.contract.tolist() == [0, -1, 1]
    assert w.pending.tolist() == [0, ASK_FUNDS, 0]
    assert told(w) == ["loan signed"] * 2


def test_beliefs_and_lenders_of_a_contract_are_kept_for_provisions_and_posting():
    w = asking()
    _, offer = offered(
        w, default=np.array([0.01, 0.02, 0.03]), loss=np.array([0.4, 0.5, 0.6]),
        lender=np.tile([1, 0], (3, 1)), share=np.tile([0.75, 0.25], (3, 1)),
    )  # fmt: skip
    sign(w, Verdict(WHO, np.ones(3, bool), np.ones(3), offer, 0, False), 0.25)
    assert w.believed_default.tolist() == [0.01, 0.02, 0.03]
    assert w.believed_loss.tolist() == [0.4, 0.5, 0.6]
    assert w.lender[:, :2].tolist() == [[1, 0]] * 3
    assert w.share[:, :3].tolist() == [[0.75, 0.25, 0.0]] * 3


def test_nobody_signs_nothing():
    w = asking()
    _, offer = offered(w)
    sign(w, Verdict(WHO, np.zeros(3, bool), np.ones(3), offer, 0, False), 0.25)
    assert (w.book.used, w.decisions, w.events) == (0, [], [])


def test_a_balance_is_handed_over_at_par_from_old_lenders_to_new_ones():
    w = asking(
        3, contract=0, limit=10.0, balance=[8.0, 6.0, 0.0], rate=0.04, cum_drawn=[8.0, 6.0, 0.0]
    )
    lent(w, {0: {0: 0.75, 1: 0.25}, 1: {1: 1.0}, 2: {0: 1.0}})
    written = CONTRACT.empty(2)
    written.firm, written.limit, written.lead = [0, 1], 20.0, [2, 1]
    written.lender[:, 0], written.share[:, 0] = [2, 1], 1.0
    enact(w, written, np.array([0, 1]), 0.25)
    assert w.banks.transfer.tolist() == [-6.0, -2.0, 8.0]


def test_interest_up_to_the_hand_over_is_the_old_lenders():
    w = asking(contract=0, limit=10.0, balance=8.0, rate=0.04)
    lent(w, {0: {0: 1.0}, 1: {0: 1.0}, 2: {0: 1.0}})
    _, offer = offered(w, lender=np.ones((3, 1), np.int64), rate=np.full(3, 0.02))
    sign(w, Verdict(WHO, np.ones(3, bool), np.ones(3), offer, 0, True), 0.25)
    assert w.by_bank[:, INTEREST].tolist() == pytest.approx([0.24, 0.0])
    assert w.firms.moved.tolist() == [1] * 3


# --- Refusing ------------------------------------------------------------------------------


def test_refusals_are_answered_and_remembered_for_a_second_arrangement():
    w = asking(
        contract=0, limit=10.0, balance=6.0, maturity=99.0, request=[ASK_FUNDS, ASK_RENEWAL, 0]
    )
    decline(w, np.array([0, 1]), np.array([1.0, 0.0]), 0.25)
    ((what, date, who, kept),) = w.decisions
    assert (what, date, who.tolist(), kept.tolist()) == ("cut", 0.25, [0, 1], [1.0, 0.0])
    assert w.firms.called.tolist() == [0, 1, 0]
    assert w.firms.refused.tolist() == [1, 1, 0]
    assert told(w) == ["loan refused"] * 2


def test_nobody_is_refused():
    w = asking()
    decline(w, np.zeros(0, np.int64), np.zeros(0), 0.25)
    assert w.decisions == []


@pytest.mark.parametrize(("kept", "rows"), [(1, 80), (0, 4)])
def test_the_log_has_room_for_all_who_are_answered_where_one_is_kept(kept, rows):
    w = asking()
    w.log, w.cursor[1] = w.log[:4].copy(), kept
    make_room(w, 10)
    assert w.log.shape == (rows,)
    make_room(w, 2)
    assert w.log.shape == (rows,)
