"""Lenders that have agreed to stand still decide together."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.banks.hold_or_call import decide_alone
from sim.model.banks.standing_still import CALL_ALL, HOLD, TAKE_BACK, decide_jointly, take_back
from sim.model.banks.waiting import call_now, hold_value
from tests.model.banks.reviews import DEBT, by_oracle, equal, review
from tests.model.banks.test_hold_or_call import callers, gets, worth
from tests.oracles.values import cases, close

OPTIONS = {"hold": HOLD, "call": CALL_ALL, "reduce": TAKE_BACK}


def together(r: Any) -> float:
    """What the decision is worth to lenders of one mind, per unit, less what calls cost."""
    done = decide_jointly(r)
    if done == HOLD:
        return hold_value(r, 0, r.cash, DEBT, r.burn)
    if done == CALL_ALL:
        return call_now(r.cash, r.collateral, DEBT) - float(r.call_cost)
    part = 1.0 - float(r.kept[0])
    return take_back(r, 0, part, DEBT) - float(r.call_cost) * part


def apart(r: Any) -> float:
    """The same where each decides for itself."""
    some = callers(r)
    return worth(r, some) - float(r.call_cost * sum(r.balance[j] for j in some)) / DEBT


@pytest.mark.parametrize(("inputs", "value"), cases("hold.equilibrium."))
def test_what_is_done_together_and_what_that_is_worth(inputs: Any, value: dict[str, Any]) -> None:
    r = by_oracle(inputs)
    assert together(r) == close(value["together"], rel=1e-9)
    assert decide_jointly(r) == OPTIONS[value["option"]]


def test_each_gives_back_its_part_of_what_lone_callers_would_have_taken() -> None:
    r = review((0.7, 0.3), cash=6.0, collateral=6.0)
    assert callers(r) == [1]
    assert decide_jointly(r) == TAKE_BACK
    assert r.kept[:2].tolist() == [close(0.7), close(0.7)]


parts = st.lists(st.floats(0.05, 1.0), min_size=1, max_size=4).map(
    lambda some: [part / sum(some) for part in some]
)
share = st.floats(0.0, 1.0)
money = st.floats(0.0, 11.0)
believed = st.fixed_dictionaries(
    {
        "burn": st.floats(0.0, 4.0), "recovery": st.floats(0.0, 2.0), "setback": share,
        "failure": st.floats(0.0, 1.0), "carry": st.floats(-0.02, 0.06),
        "healthy_worth": st.floats(0.9, 1.1), "years": st.floats(0.0, 5.0), "cash_left": share,
    }
)  # fmt: skip


@given(parts, money, money, share, st.floats(0.0, 0.1), believed)
def test_lenders_of_one_mind_never_do_worse_together(
    shares: list[float], cash: float, collateral: float, clawback: float, cost: float, mind: Any
) -> None:
    r = review(shares, cash=cash, collateral=collateral, clawback=clawback, call_cost=cost, **mind)
    # Both are sums of a few numbers near one.
    assert together(r) >= apart(r) - 1e-11


@given(money, money, share, st.floats(0.0, 0.1), believed)
def test_one_lender_decides_the_same_bound_or_not(
    cash: float, collateral: float, clawback: float, cost: float, mind: Any
) -> None:
    r = review(cash=cash, collateral=collateral, clawback=clawback, call_cost=cost, **mind)
    decide_alone(r)
    alone = float(r.kept[0])
    decide_jointly(r)
    assert r.kept[0] == alone


@given(parts, money, money, share)
def test_what_is_taken_back_is_worth_what_lone_callers_and_the_others_get(
    shares: list[float], cash: float, collateral: float, clawback: float
) -> None:
    r = review(shares, cash=cash, collateral=collateral, clawback=clawback)
    for some in range(1, (1 << r.lenders) - 1):
        who = [j for j in range(r.lenders) if some >> j & 1]
        part = sum(r.balance[j] for j in who) / DEBT
        if abs(part * DEBT - cash) > 1e-9:
            assert take_back(r, 0, part, DEBT) == pytest.approx(worth(r, who), abs=1e-11)


def test_cash_that_just_pays_lone_callers_just_pays_their_part_too() -> None:
    # As one sum and as a share of the debt, what these two call differs in the last digit.
    shares = (0.1, 0.2, 0.7)
    r = review(shares, collateral=6.0, burn=0.0)
    for cash in (np.nextafter(3.0, 0.0), 3.0, np.nextafter(3.0, 4.0)):
        r.cash = cash
        assert take_back(r, 0, 0.1 + 0.2, DEBT) == close(worth(r, [0, 1]), rel=1e-12)


# --- The vote ------------------------------------------------------------------------------

HOPE = {"recovery": 3.0, "failure": 0.0}
FEAR = {"recovery": 0.0, "failure": 3.0}


def voted(shares: tuple[float, ...], hopes: tuple[int, ...], **values: Any) -> int:
    """What lenders do of whom some believe in the firm, of which little would be left."""
    mind = {name: [HOPE[name] if h else FEAR[name] for h in hopes] for name in HOPE}
    return decide_jointly(review(shares, **mind, burn=0.5, clawback=1.0, **values))


def test_what_has_most_of_the_balance_behind_it_is_done() -> None:
    assert voted((0.6, 0.4), (1, 0)) == HOLD
    assert voted((0.4, 0.6), (1, 0)) == CALL_ALL
    assert voted((0.2, 0.3, 0.5), (0, 0, 1)) == HOLD
    assert voted((0.2, 0.4, 0.4), (0, 0, 1)) == CALL_ALL


def test_a_tied_vote_holds() -> None:
    assert voted((0.5, 0.5), (1, 0)) == HOLD
    # A tie but for rounding: 0.1 + 0.2 > 0.3.
    assert voted((0.1, 0.2, 0.3), (0, 0, 1), debt=10.0) == HOLD


def test_a_partner_cannot_leave_alone() -> None:
    r = review(equal(2))
    assert callers(r) == [0, 1]
    assert decide_jointly(r) == HOLD
    assert r.kept[:2].tolist() == [1.0, 1.0]
    assert gets(r, []) == [hold_value(r, 0, 4.0, DEBT, 2.0)] * 2
