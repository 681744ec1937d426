"""Other banks bid for a loan that runs: who may, what they ask, and what lenders match."""

from typing import Any

import numpy as np
import pytest

from sim.model.banks.desk import Desk
from sim.model.banks.refinancing import seek_refinancing
from sim.model.firms.record import ASK_OFFER
from tests.model.banks.test_tender import CASH_FLOW, EQUAL, MARKET
from tests.model.banks.three import applicant, banks, conditions, desk, offer, rules

CLUB = conditions(loss_sharing={"kind": "proportional", "shares": [0.5, 0.5]}, limit=CASH_FLOW)


def sought(
    k: Any = None, by_name: Any = EQUAL, values: Any = None, **fields: Any
) -> tuple[Any, Any, Desk]:
    """The growing firm, what it is offered for its loan, and the desk on which banks bid."""
    running: dict[str, Any] = {
        "tangible": 12.0, "quality": 0.5, "prior": 0.0, "request": ASK_OFFER, "limit": 6.0,
        "balance": 3.0, "rate": 0.036, "lenders": 1, "lender": (1,), "share": (1.0,), "home": 1,
        "terms": 0, "switching_cost_weight": 0.0,
    }  # fmt: skip
    a = applicant(1, **running | fields)
    plain = conditions()
    terms = [plain] if k is None else [plain, k]
    rows = banks(**by_name)
    d = desk(len(rows), terms=terms, rules=[rules(**MARKET | (values or {}))], banks=rows)
    o = offer()
    seek_refinancing(o, a, d)
    return a, o, d


def test_lenders_keep_a_loan_at_what_the_best_of_the_others_asks() -> None:
    a, o, d = sought(values={"quality_slope": 0.0})
    others = [b.bid for b in d.bidders[1:3] if b.enters]
    assert others
    assert o.moves == 0
    assert o.rate == min(others) < a.rate


def test_where_nobody_else_bids_the_rate_stays() -> None:
    far = {name: {"required_ratio": 0.9} for name in ("north", "west")}
    a, o, _ = sought(by_name=EQUAL | far)
    assert (o.moves, o.rate) == (0, a.rate)


@pytest.mark.parametrize(("balance", "bids"), [(5.0, True), (6.5, False)])
def test_who_cannot_take_over_all_that_is_owed_does_not_bid(balance: float, bids: bool) -> None:
    # Other banks lend this firm six at most.
    _, _, d = sought(limit=8.0, balance=balance)
    assert [b.most > 0.0 for b in d.bidders[1:3]] == [bids, bids]


@pytest.mark.parametrize("joint", [True, False])
def test_partners_of_a_joint_loan_do_not_bid_against_it(joint: bool) -> None:
    beside = {"lenders": 2, "lender": (1, 0), "share": (0.5, 0.5)}
    _, _, d = sought(CLUB if joint else None, terms=1 if joint else 0, **beside)
    by_bank = dict(zip([1, 0, 2], np.array([b.most for b in d.bidders[:3]]) > 0.0, strict=True))
    assert by_bank == {1: True, 0: not joint, 2: True}


def test_nobody_loses_on_policy_grounds_what_others_lend() -> None:
    dear = {"operating_cost": (0.03,) * 4, "policy_subsidy_rate": 1.0}
    a, o, d = sought(values=dear)
    assert [b.enters for b in d.bidders[1:3]] == [0, 0]
    assert (o.moves, o.rate) == (0, a.rate)
