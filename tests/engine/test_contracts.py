"""Writing offers into contracts, term by term."""

import numpy as np
import pytest

from sim.engine.contracts import (
    charge_coordination,
    clause_terms,
    compress,
    state_terms,
    write,
    write_contracts,
)  # fmt: skip
from sim.engine.hearing import case_of
from sim.engine.signing import Verdict
from sim.model.banks.offer import make_offer
from sim.model.contracts import pricing
from sim.model.contracts.arrangement import Arrangement
from sim.model.contracts.loan_book import CONTRACT
from sim.model.firms.record import NEVER, NO_RIGHT, ROYALTY, SWAP, TERMS
from tests.engine.hand import economy, world

WHO = np.arange(3)
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
        "kind": "agreement", "priority_capture_share": 0.4, "demanded_capture_share": 0.6,
        "listing_capture_share": 0.5,
    },
    "upside": {
        "kind": "swap", "amount": 2.0, "stake": 0.25, "trigger_valuation": 40.0, "years": 5.0,
        "pass_through_share": 0.5,
    },
}  # fmt: skip


def written(arrangement, rows=WHO, arranged=1, moved=False, **fields):
    """Contracts of an arrangement with three firms, signed in year one."""
    known = {"log_scale": np.log(20.0), "tangible": 1.0, "cash": 5.0, "value": 30.0}
    generous = {"underwriting.tolerance_rate": 1.0}
    w = world(economy(3, generous, capture_plain=0.2), **(known | fields))
    offer = make_offer(case_of(w, WHO, 1.0), "plain", arrangement, w.scenario)
    verdict = Verdict(WHO, np.ones(3, bool), np.ones(3), offer, arranged, moved)
    return w, offer, write_contracts(w, verdict, rows, arrangement, 1.0)


def test_every_clause_stands_in_the_contract():
    w, offer, k = written(Arrangement.model_validate(SWAPPED))
    for name, value in {
        "date": 1.0, "maturity": 4.0, "review": 2.0, "step": 2.5, "limit": 6.0, "unsecured": 1,
        "security": 0.2, "guaranteed": 0.5, "fee_rate": 0.01, "refinanced": 0.6,
        "introduction": 3.0, "base_capture": 0.4, "full_capture": 0.6, "listing_capture": 0.5,
        "right": SWAP, "stake": 0.25, "strike": 2.0, "trigger": 40.0, "expiry": 6.0,
        "pass_through": 0.5, "signed": 1, "first": 1, "moved": 0,
    }.items():  # fmt: skip
        assert k[name].tolist() == [value] * 3, name
    assert k.rate.tolist() == offer.rate.tolist()
    assert (k.later_rate - k.rate).tolist() == pytest.approx([0.005] * 3)
    assert k.default.tolist() == offer.default.tolist()
    assert k.firm.tolist() == [0, 1, 2]
    assert w.book.used == 0  # written, not yet signed


def test_every_declared_term_is_written() -> None:
    """A term that no clause gives would stand at zero, which need not be neutral."""
    w, offer, _ = written(Arrangement.model_validate(SWAPPED))
    given = (
        clause_terms(w, Arrangement(), 1.0), offer.right.contract_terms(WHO, 1.0),
        pricing.contract_terms((offer.rate, offer.later_rate, np.inf), 1.0),
        state_terms(w, WHO, 1, False), ("limit", "monitored"),
    )  # fmt: skip
    assert {column.name for column in TERMS} <= {name for part in given for name in part}


def test_a_plain_contract_has_neutral_terms():
    _, _, k = written(Arrangement(), arranged=0, moved=True)
    for name, value in {
        "maturity": 2.0, "review": NEVER, "step": NEVER, "unsecured": 0, "security": 0.0,
        "guaranteed": 0.0, "refinanced": 0.0, "introduction": 1.0, "base_capture": 0.2,
        "full_capture": 0.2, "right": NO_RIGHT, "expiry": NEVER, "signed": 0, "moved": 1,
    }.items():  # fmt: skip
        assert k[name].tolist() == [value] * 3, name


def test_only_the_rows_that_sign_are_written():
    _, offer, k = written(Arrangement(), rows=np.array([2]), home=[0, 1, 2])
    assert k.firm.tolist() == [2]
    assert k.lead.tolist() == offer.lender[2:, 0].tolist() == [2]


def test_the_state_at_signing_is_kept():
    w = world(economy(), stage=[0, 1, 2], limit=[0.0, 5.0, 0.0])
    w.firms.value = [10.0, 20.0, 30.0]
    w.climate.regime, w.climate.winter = 1, 1
    terms = state_terms(w, np.array([1, 2]), code=0, moved=True)
    assert {name: np.asarray(value).tolist() for name, value in terms.items()} == {
        "stage": [1, 2], "value": [20.0, 30.0], "regime": 1, "winter": 1, "signed": 0,
        "terms": 0,
        "moved": 1, "first": [False, True],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("share", "lead", "order"),
    [
        ([0.5, 0.3, 0.2], 4, [4, 5, 6]),
        ([0.0, 0.6, 0.4], 5, [5, 6, 4]),
        ([0.7, 0.0, 0.3], 4, [4, 6, 5]),
    ],
)
def test_lenders_that_dropped_out_stand_behind_those_who_lend(share, lead, order):
    k = CONTRACT.empty(1).view(np.ndarray)
    k["lender"][0, :3], k["share"][0, :3] = [4, 5, 6], share
    compress(k)
    assert k["lender"][0, 0] == lead
    assert k["lender"][0, :3].tolist() == order
    left = [part for part in share if part > 0.0]
    assert k["share"][0].tolist() == left + [0.0] * (8 - len(left))


@pytest.mark.parametrize(
    ("shares", "cost", "paid"), [([0.5, 0.3, 0.2], 0.1, [0.4, 0.2, 0.0]), ([1.0], 0.1, [0.0] * 3)]
)
def test_the_lead_pays_for_each_further_bank(shares, cost, paid):
    w = world(economy(3))
    clause = {"kind": "proportional", "shares": shares, "coordination_cost": cost}
    k = CONTRACT.empty(3)
    k.lead = [0, 1, 0]
    charge_coordination(w, k, Arrangement.model_validate({"loss_sharing": clause}))
    assert w.banks.coordination.tolist() == pytest.approx(paid)


def test_the_terms_of_a_royalty():
    arrangement = Arrangement.model_validate(
        {"upside": {"kind": "royalty", "sales_share": 0.02, "cap_multiple": 1.5}}
    )
    _, offer, k = written(arrangement)
    assert k.right.tolist() == [ROYALTY] * 3
    assert k.royalty_share.tolist() == [0.02] * 3
    assert k.royalty_cap.tolist() == pytest.approx((1.5 * offer.line).tolist())


def test_a_right_of_some_rows_has_their_terms():
    arrangement = Arrangement.model_validate(SWAPPED | {"limit": {"kind": "collateral"}})
    _, offer, _ = written(arrangement)
    terms = offer.right.contract_terms(np.array([2, 0]), 3.0)
    assert terms["strike"].tolist() == offer.right.strike[[2, 0]].tolist()
    assert terms["expiry"] == 8.0


def test_terms_are_written_column_by_column():
    k = CONTRACT.empty(2)
    write(k, {"limit": np.array([1.0, 2.0]), "signed": True})
    assert (k.limit.tolist(), k.signed.tolist()) == ([1.0, 2.0], [1, 1])
    assert clause_terms(world(economy()), Arrangement(), 1.0)["review"] == NEVER
