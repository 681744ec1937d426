"""Signing and refusing: contracts term by term, hand-over of balances, and what is remembered."""

import numpy as np
import pytest

from sim.engine.committee import desk_of, effects_of, with_desk
from sim.model.banks.application import read_application
from sim.model.banks.conditions import belief_of, conditions_of
from sim.model.banks.desk import JUDGED
from sim.model.banks.signing import decline, judge_in_vain, learn, sign, write_lenders
from sim.model.banks.tender import make_offer
from sim.model.contracts.arrangement import Arrangement
from sim.model.contracts.loan_book import CONTRACT
from sim.model.firms.flows import INTEREST
from sim.model.firms.record import ASK_FUNDS, ASK_RENEWAL, NEVER, NO_RIGHT, ROYALTY, SWAP, TERMS
from tests.engine.hand import (
    applicant,
    desk,
    desks,
    economy,
    lent,
    offered,
    offering,
    sign_offers,
    told,
    world,
)  # fmt: skip

RULES = {"underwriting.utilisation": 0.5, "underwriting.screening_cost": 0.25}


def asking(banks=2, name="plain", **fields):
    """Three firms of scale 20 with plant of the same size, all of which ask for a loan."""
    # They want 9 in cash, so each draws 4.
    known = {
        "log_scale": np.log(20.0), "tangible": 1.0, "request": ASK_FUNDS, "cash": 5.0,
        "cash_months": 5.4,
    }  # fmt: skip
    return world(economy(banks, values=RULES), name, **(known | fields))


# --- Files ---------------------------------------------------------------------------------


def test_a_decision_stays_in_the_file_of_the_own_bank_and_costs_it_where_nobody_signs():
    w = asking(home=[0, 1, 1])
    asks = [applicant(w, i, 0.25) for i in range(3)]
    offers = offered(home_news_precision=[1.0, 2.0, 3.0], home_news=[0.5, -1.0, 3.0])
    d = desk(w, 0.25)
    for i in range(3):
        learn(offers[i], asks[i], d)
        judge_in_vain(offers[i], asks[i], d)
    assert d.tally[JUDGED] == 3.0
    assert (d.judged_who.tolist(), d.judged_lead.tolist()) == ([0, 1, 2], [0, 1, 1])
    d = desk(w, 0.5)
    learn(offers[1], asks[1], d)
    judge_in_vain(offers[1], asks[1], d)
    assert w.history_precision.tolist() == [1.0, 4.0, 3.0]
    assert w.history_sum.tolist() == [0.5, -2.0, 3.0]
    assert w.ordinal.tolist() == [1, 2, 1]
    assert desks(w).screening.tolist() == [0.25, 0.75]


@pytest.mark.parametrize(("lead", "retained"), [(0, 1.0), (1, 0.3)])
def test_a_new_lead_starts_with_what_it_has_seen_itself(lead, retained):
    w = lent(asking(home=0), {0: {0: 1.0}, 1: {0: 1.0}, 2: {0: 1.0}})
    w.history_precision[:] = w.history_sum[:] = 1.0
    offers = offered()
    offers.news_precision[:, 0] = offers.news[:, 0] = 0.3
    offers.lender[:, 0] = [0, lead, 0]
    sign_offers(w, offers)
    assert w.history_precision.tolist() == w.history_sum.tolist() == [1.0, retained, 1.0]


def test_the_file_stays_at_a_bank_that_lends_again_after_its_loan_was_repaid():
    # What bank 0 called has been paid, and the others lead what is left.
    w = lent(asking(), {i: {1: 1.0, 0: 0.0} for i in range(3)})
    w.history_precision[:] = w.history_sum[:] = 1.0
    sign_offers(w, offered())
    assert w.history_precision.tolist() == w.history_sum.tolist() == [1.0] * 3


# --- Contracts, term by term ---------------------------------------------------------------


SWAPPED = {
    "pricing": {
        "kind": "step", "concession_rate": 0.001, "surcharge_rate": 0.004, "after_years": 1.5,
    },
    "tenor": {"kind": "term", "years": 3.0, "reviewed": True},
    "security": {"kind": "pledge", "recovery_share": 0.2},
    "funding": {"kind": "relending", "refinanced_share": 0.6, "rate": 0.01, "quota": 1e6},
    "loss_sharing": {"kind": "sole", "guaranteed_share": 0.5, "guarantee_fee_rate": 0.01},
    "introduction": {"kind": "referral", "round_factor": 3.0},
    "limit": {"kind": "fixed", "amount": 6.0},
    "commitment": {
        "kind": "agreement", "promised_move_hazard": 0.4, "demanded_move_hazard": 0.6,
        "listing_wallet_share": 0.5,
    },
    "upside": {
        "kind": "swap", "amount": 2.0, "stake": 0.25, "trigger_valuation": 40.0, "years": 5.0,
        "lender_gain_share": 0.5,
    },
}  # fmt: skip


def written(clauses, who=(0, 1, 2), code=1, moves=0, before=0, **fields):
    """Offers of an arrangement, and the contracts that three firms sign in year one.

    `before` stands in every field of the book's rows before they are written.
    """
    known = {
        "log_scale": np.log(20.0), "tangible": 1.0, "cash": 5.0, "value": 30.0,
        "cash_months": 12.0,
    }  # fmt: skip
    generous = {"underwriting.policy_subsidy_rate": 1.0, "underwriting.known_banks": 1}
    w = world(economy(3, generous), **(known | fields))
    offering(w, Arrangement.model_validate(clauses))
    for name in CONTRACT.dtype.names:
        w.book.store[name] = before
    offers = []

    def rule(d, date):
        for i in who:
            a, o = d.applications[i], d.offers[i, code]
            read_application(a, i, d, date)
            make_offer(o, a, code, d)
            o.moves = moves
            sign(o, a, code, d)
            offers.append(o.copy())

    with_desk(w, 3, rule, 1.0)
    return w, np.stack(offers).view(np.recarray), w.book.rows


def test_every_clause_stands_in_the_contract():
    _, offers, k = written(SWAPPED)
    for name, value in {
        "date": 1.0, "maturity": 4.0, "review": 2.0, "step": 2.5, "limit": 6.0, "secured": 6.0,
        "security": 0.2, "guaranteed": 0.5, "fee_rate": 0.01, "refinanced": 0.6,
        "introduction": 3.0, "promised_move_hazard": 0.4, "demanded_move_hazard": 0.6,
        "listing_wallet_share": 0.5,
        "right": SWAP, "stake": 0.25, "exercise_amount": 2.0, "trigger": 40.0, "expiry": 6.0,
        "lender_gain_share": 0.5, "signed": 1, "first": 1, "switched_bank": 0, "terms": 1,
    }.items():  # fmt: skip
        assert k[name].tolist() == [value] * 3, name
    assert k.rate.tolist() == offers.rate.tolist()
    assert (k.later_rate - k.rate).tolist() == pytest.approx([0.005] * 3)
    assert k.default.tolist() == offers.default[:, 0].tolist()
    assert k.judgement.tolist() == offers.quality[:, 0].tolist()
    assert k.monitored.tolist() == offers.monitored.tolist()
    assert k.firm.tolist() == [0, 1, 2]


@pytest.mark.parametrize("code", [0, 1])
def test_every_field_of_a_contract_is_written(code):
    """A field that is not written would keep what another contract left there."""
    (_, _, clean), (_, _, used) = (written(SWAPPED, code=code, before=n) for n in (0, 1))
    for name in CONTRACT.dtype.names:
        assert clean[name].tolist() == used[name].tolist(), name
    assert {column.name for column in TERMS} <= set(CONTRACT.dtype.names)


def test_a_plain_contract_has_neutral_terms():
    _, _, k = written({}, code=0, moves=1)
    for name, value in {
        "maturity": 2.0, "review": NEVER, "step": NEVER, "security": 0.0,
        "guaranteed": 0.0, "refinanced": 0.0, "introduction": 1.0,
        "promised_move_hazard": 0.0, "demanded_move_hazard": 0.0, "right": NO_RIGHT,
        "expiry": NEVER, "signed": 0,
        "switched_bank": 1,
    }.items():  # fmt: skip
        assert k[name].tolist() == [value] * 3, name


def test_only_the_firms_that_sign_are_written():
    _, offers, k = written({}, who=[2], home=[0, 1, 2])
    assert k.firm.tolist() == [2]
    assert k.lead.tolist() == offers.lender[:, 0].tolist() == [2]


def test_the_state_at_signing_is_kept():
    w = world(economy(), stage=[0, 1, 2], limit=[0.0, 5.0, 0.0])
    w.firms.value = [10.0, 20.0, 30.0]
    w.market_conditions.regime, w.market_conditions.winter = 1, 1
    sign_offers(w, offered(moves=1), who=[1, 2])
    for name, value in {
        "stage": [1, 2], "value": [20.0, 30.0], "regime": [1, 1], "winter": [1, 1],
        "signed": [0, 0], "terms": [0, 0], "switched_bank": [1, 1], "first": [0, 1],
    }.items():  # fmt: skip
        assert w.book.rows[name].tolist() == value, name


@pytest.mark.parametrize(
    ("share", "lead", "order"),
    [
        ([0.5, 0.3, 0.2], 4, [4, 5, 6]),
        ([0.0, 0.6, 0.4], 5, [5, 6, 4]),
        ([0.7, 0.0, 0.3], 4, [4, 6, 5]),
    ],
)
def test_lenders_that_dropped_out_stand_behind_those_who_lend(share, lead, order):
    o, c = offered(lenders=3)[0], CONTRACT.empty(1)[0]
    o.lender[:3], o.share[:3] = [4, 5, 6], share
    write_lenders(c, o)
    assert c.lead == c.lender[0] == lead
    assert c.lender.tolist() == order + [0] * 5
    left = [part for part in share if part > 0.0]
    assert c.share.tolist() == left + [0.0] * (8 - len(left))


def test_the_terms_of_a_royalty():
    upside = {"kind": "royalty", "sales_share": 0.02, "cap_multiple": 1.5}
    _, offers, k = written({"upside": upside}, tangible=[0.2, 0.1, 0.15])
    assert k.right.tolist() == [ROYALTY] * 3
    assert k.royalty_share.tolist() == [0.02] * 3
    assert k.royalty_cap.tolist() == pytest.approx((1.5 * offers.line).tolist())
    assert len(set(k.royalty_cap.tolist())) == 3


def test_what_every_firm_signs_is_read_from_the_clauses_once():
    w = world(economy())
    belief = belief_of(w.scenario.belief, "any")
    k = conditions_of(Arrangement.model_validate(SWAPPED), belief, w.scenario)
    assert (k["security"], k["guaranteed"], k["introduction"]) == (0.2, 0.5, 3.0)
    assert (k["reviewed"], k["years"], k["right_years"]) == (1, 3.0, 5.0)
    # The quota is for a thousand firms; here are three.
    assert k["quota"] == pytest.approx(3000.0)


# --- Signing -------------------------------------------------------------------------------


def test_only_those_who_take_the_offer_sign():
    w = asking()
    sign_offers(w, offered(), who=[0, 2])
    assert w.book.rows.firm.tolist() == [0, 2]
    assert w.firms.limit.tolist() == [8.0, 0.0, 8.0]
    assert w.firms.balance.tolist() == pytest.approx([4.0, 0.0, 4.0])
    assert w.firms.contract.tolist() == [0, -1, 1]
    assert w.pending.tolist() == [0, ASK_FUNDS, 0]
    assert told(w) == ["loan signed"] * 2


def test_beliefs_and_lenders_of_a_contract_are_kept_for_provisions_and_posting():
    w = asking()
    w.terms.loss_secured = 0.4
    offers = offered(lenders=2)
    offers.default[:, 0] = [0.01, 0.02, 0.03]
    offers.lender[:, :2], offers.share[:, :2] = [1, 0], [0.75, 0.25]
    sign_offers(w, offers)
    assert w.believed_default.tolist() == [0.01, 0.02, 0.03]
    assert w.believed_loss.tolist() == [0.4] * 3
    assert w.lender[:, :2].tolist() == [[1, 0]] * 3
    assert w.share[:, :3].tolist() == [[0.75, 0.25, 0.0]] * 3


def test_nobody_signs_nothing():
    w = asking()
    sign_offers(w, offered(), who=[])
    assert (w.book.used, w.decisions, w.events) == (0, [], [])


def test_a_balance_is_handed_over_at_par_from_old_lenders_to_new_ones():
    w = asking(
        3, contract=0, limit=10.0, balance=[8.0, 6.0, 0.0], rate=0.04, cum_drawn=[8.0, 6.0, 0.0]
    )
    lent(w, {0: {0: 0.75, 1: 0.25}, 1: {1: 1.0}, 2: {0: 1.0}})
    offers = offered(line=20.0)
    offers.lender[:, 0] = [2, 1, 0]
    sign_offers(w, offers, who=[0, 1])
    assert desks(w).transfer.tolist() == [-6.0, -2.0, 8.0]


def test_interest_up_to_the_hand_over_is_the_old_lenders():
    w = asking(contract=0, limit=10.0, balance=8.0, rate=0.04)
    lent(w, {0: {0: 1.0}, 1: {0: 1.0}, 2: {0: 1.0}})
    offers = offered(rate=0.02)
    offers.lender[:, 0] = 1
    offers.moves = 1
    sign_offers(w, offers)
    assert w.by_bank[:2, INTEREST].tolist() == pytest.approx([0.24, 0.0])
    assert w.firms.switched_bank.tolist() == [1] * 3


def test_contracts_are_refinanced_while_a_quota_is_left_at_the_first_of_their_arrangement():
    funding = {"kind": "relending", "refinanced_share": 0.5, "rate": 0.01, "quota": 1000.0}
    w = offering(asking(), Arrangement.model_validate({"funding": funding}))
    # Three millions for three firms: the first month's contracts use four each, half of it.
    sign_offers(w, offered(), who=[0, 1], code=1)
    assert w.book.rows.refinanced.tolist() == [0.5, 0.5]
    sign_offers(w, offered(), who=[2], code=1)
    assert w.book.rows.refinanced.tolist() == [0.5, 0.5, 0.0]


# --- Refusing ------------------------------------------------------------------------------


def refuse(w, who, retained):
    """Refuse firms, as a committee would."""

    def rule(d, date):
        for i, part in zip(who, retained, strict=True):
            decline(i, part, d)

    with_desk(w, 3, rule, 0.25)


def test_refusals_are_answered_and_remembered_for_a_second_arrangement():
    w = asking(
        contract=0, limit=10.0, balance=6.0, maturity=99.0, request=[ASK_FUNDS, ASK_RENEWAL, 0]
    )
    refuse(w, [0, 1], [1.0, 0.0])
    ((what, date, who, answers),) = w.decisions
    assert (what, date, who.tolist()) == ("reduction", 0.25, [0, 1])
    assert answers[:, 0].tolist() == [1.0, 0.0]
    assert w.firms.called.tolist() == [0, 1, 0]
    assert w.firms.refused.tolist() == [1, 1, 0]
    assert told(w) == ["loan refused"] * 2


def test_nobody_is_refused():
    w = asking()
    refuse(w, [], [])
    assert w.decisions == []


@pytest.mark.parametrize(("retained", "rows"), [(1, 80), (0, 4)])
def test_the_log_has_room_for_all_who_are_answered_where_one_is_kept(retained, rows):
    w = asking()
    w.log, w.cursor[1] = w.log[:4].copy(), retained
    for firms in (10, 2):
        desk_of(w, firms)
        assert effects_of(w).log.shape == (rows,)


def test_the_desks_of_two_worlds_share_no_memory():
    # Worlds may live side by side in threads: compiled code releases the interpreter.
    w = asking()
    apart = w.branch("plain")
    for one, other in ((desk(w, 0.25), desk(apart, 0.25)), (effects_of(w), effects_of(apart))):
        for name in one._fields:
            assert not np.shares_memory(getattr(one, name), getattr(other, name)), name
