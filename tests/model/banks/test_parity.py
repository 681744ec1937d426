"""Terms of a swap at signing: what is given is worth what is received, within what is written."""

import math
from typing import Any

import pytest

from sim.model.banks.credit_decision import decide
from sim.model.banks.own_business import demanded_worth, own_business
from sim.model.banks.parity import grant_right
from sim.model.contracts.upside import MOST_STAKE
from sim.model.firms.record import NO_RIGHT, SWAP, WARRANT
from sim.model.firms.worth_of_right import cost_of_right
from tests.model.banks.three import applicant, banks, conditions, offer, rules

RIGHT: dict[str, Any] = {
    "kind": "swap", "amount": 2.0, "stake": 0.25, "trigger_valuation": 40.0, "years": 3.0,
    "lender_gain_share": 0.5,
}  # fmt: skip
DEMAND = {"kind": "agreement", "promised_move_hazard": 0.2, "demanded_move_hazard": 0.4}
MOVES = {"account_move_hazard": 0.1, "main_bank_hazard": 0.05}
LONE = {"lenders": 1, "lender": [0], "part": [10.0], "default": [0.02], "years": 1.0}


def granted(
    demand: dict[str, Any] = DEMAND, u: dict[str, float] | None = None, value: float = 20.0,
    business: float = 0.5, **right: Any,
) -> Any:  # fmt: skip
    """The offer of a lone lender that is not host, its right written."""
    k, o = conditions(upside=RIGHT | right, commitment=demand), offer(**LONE)
    a = applicant(1, value=value, business=business)
    grant_right(o, a, k, rules(**MOVES | (u or {})), banks(), 10.0)
    return o


def worth(o: Any, value: float = 20.0) -> float:
    """What its right is worth to owners."""
    return cost_of_right((o.stake, o.exercise_amount, o.trigger), value, 3.0, 0.6, 0.03)


def test_as_written_both_sides_are_valued_and_nothing_is_cut() -> None:
    o = granted()
    assert (o.right, o.stake, o.exercise_amount, o.demanded_share) == (SWAP, 0.25, 2.0, 1.0)
    assert o.granted_worth == pytest.approx(worth(o))
    assert o.granted_worth > o.demanded_worth > 0.0


def test_the_demand_is_worth_the_account_that_comes_sooner_and_stays() -> None:
    u, k = rules(**MOVES), conditions(upside=RIGHT, commitment=DEMAND)
    o, a = offer(**LONE, right_years=3.0), applicant(1, business=0.5)
    rate, size = u.funding_rate + 0.02, banks()[0].account_share
    usual = 0.1 * size + 0.05 + 0.2
    without = own_business(0.0, usual, 0.1 * (1.0 - size), 0.0, 0.0, rate, 3.0)
    for share in (0.0, 0.5, 0.75, 1.0):
        sooner = max(share * 0.4 - 0.2, 0.0)
        away = (1.0 - share) * 0.1 * (1.0 - size)
        demanded = own_business(0.0, usual + sooner, away, 0.0, 0.0, rate, 3.0)
        found = demanded_worth(o, a, k, u, banks(), share)
        assert found == pytest.approx(0.5 * (demanded - without), abs=1e-12)


def test_the_demand_of_a_host_is_worth_that_the_account_stays() -> None:
    k, o = conditions(upside=RIGHT, commitment=DEMAND), offer(**LONE, right_years=3.0)
    a = applicant(1, business=0.5, host=0)
    assert demanded_worth(o, a, k, rules(**MOVES), banks(), 1.0) > 0.0
    still = rules(**MOVES | {"account_move_hazard": 0.0})
    assert demanded_worth(o, a, k, still, banks(), 1.0) == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize("unbookable", [0.0, 0.6])
def test_the_stake_is_cut_until_right_and_business_are_worth_the_same(unbookable: float) -> None:
    o = granted(parity="stake", unbookable_share=unbookable)
    assert o.stake < 0.25
    assert o.exercise_amount == pytest.approx(8.0 * o.stake)  # struck as before
    assert o.granted_worth == pytest.approx(worth(o))
    assert 0.5 * (1.0 - unbookable) * o.granted_worth == pytest.approx(o.demanded_worth)


def test_a_stake_does_not_grow_where_the_business_is_worth_more() -> None:
    o = granted(parity="stake", business=500.0)
    assert (o.stake, o.exercise_amount) == (0.25, 2.0)
    assert o.demanded_worth > 0.5 * o.granted_worth


@pytest.mark.parametrize("business", [1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 20.0])
def test_the_stake_is_the_fair_one_or_that_written_whichever_is_less(business: float) -> None:
    o = granted(parity="stake", business=business)
    assert o.stake <= 0.25
    assert o.exercise_amount == pytest.approx(8.0 * o.stake)
    if o.stake < 0.25:
        assert 0.5 * o.granted_worth == pytest.approx(o.demanded_worth)
    else:
        assert 0.5 * o.granted_worth <= o.demanded_worth


def test_who_demands_nothing_gets_no_right() -> None:
    idle = {"kind": "agreement"}
    assert granted(idle, {"account_move_hazard": 0.0}, parity="stake").right == NO_RIGHT
    assert granted(idle, {"account_move_hazard": 0.0}).right == SWAP


def test_the_demand_is_cut_until_it_is_worth_the_right() -> None:
    o = granted(parity="demand", business=500.0)
    assert 0.0 < o.demanded_share < 1.0
    assert (o.stake, o.exercise_amount) == (0.25, 2.0)
    assert o.demanded_worth == pytest.approx(0.5 * o.granted_worth, rel=1e-9)


def test_a_demand_does_not_exceed_what_is_written() -> None:
    assert granted(parity="demand").demanded_share == 1.0


@pytest.mark.parametrize("parity", ["none", "stake", "demand"])
def test_a_decision_is_taken_on_these_terms(parity: str) -> None:
    k = conditions(upside=RIGHT | {"parity": parity}, commitment=DEMAND)
    u, a, o = rules(**MOVES), applicant(1, value=20.0, business=0.5), offer(**LONE)
    decide(o, a, k, u, banks())
    other = offer(**LONE | {"default": [o.default[0]]})
    grant_right(other, a, k, u, banks(), 10.0)
    for name in ("stake", "exercise_amount", "demanded_share", "demanded_worth", "granted_worth"):
        assert o[name] == other[name]


def test_a_warrant_is_valued_and_demands_nothing() -> None:
    warrant = {
        "kind": "warrant", "amount": 2.0, "stake": 0.05, "years": 3.0, "lender_gain_share": 0.5,
        "liquidity_share": 0.35,
    }  # fmt: skip
    o, a = offer(**LONE), applicant(1, value=50.0)
    grant_right(o, a, conditions(upside=warrant), rules(), banks(), 10.0)
    assert (o.right, o.demanded_worth) == (WARRANT, 0.0)
    assert o.granted_worth == pytest.approx(1.2681, abs=1e-4)


@pytest.mark.parametrize("parity", ["stake", "demand"])
@pytest.mark.parametrize("value", [1e-6, 20.0, 1e6])
def test_terms_are_finite_whatever_the_firm_is_worth(parity: str, value: float) -> None:
    o = granted(parity=parity, value=value)
    assert 0.0 <= o.stake <= MOST_STAKE
    assert 0.0 <= o.demanded_share <= 1.0
    assert all(map(math.isfinite, (o.granted_worth, o.demanded_worth, o.exercise_amount)))
