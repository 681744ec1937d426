"""Hold or call: what lenders do that are not bound to each other."""

import os
from collections.abc import Sequence
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engine.kernel import kernel
from sim.model.banks.hold_or_call import (
    Calling,
    caller_gets,
    decide_alone,
    estate_share,
    holder_gets,
    mean_gain,
)
from sim.model.banks.standing_still import decide_jointly
from sim.model.banks.waiting import REVIEW, call_now, hold_value
from tests.model.banks.reviews import DEBT, by_oracle, equal, review
from tests.oracles.global_game import mean_gain_of_moving
from tests.oracles.values import cases, close

Callers = Sequence[int]


def gains(r: Any) -> list[float]:
    """Mean gain of calling, by lender."""
    return [mean_gain(r, j) for j in range(r.lenders)]


def callers(r: Any) -> list[int]:
    """Who calls."""
    decide_alone(r)
    return np.flatnonzero(r.kept[: r.lenders] == 0.0).tolist()


def gets(r: Any, some: Callers) -> list[float]:
    """What each lender gets when some call, per unit of its loan."""
    called = sum(r.balance[j] for j in some)
    return [
        caller_gets(r, called, DEBT) if j in some else holder_gets(r, j, called, DEBT)
        for j in range(r.lenders)
    ]


def worth(r: Any, some: Callers) -> float:
    """What all lenders get together when some call, per unit, before what calls cost."""
    return float(np.dot(gets(r, some), r.balance[: r.lenders])) / DEBT


def cascade(r: Any) -> list[int]:
    """Who calls if, from nobody on, the lender that gains most joins again and again."""
    some: list[int] = []
    while True:
        gain = [
            gets(r, [*some, j])[j] - gets(r, some)[j] if j not in some else 0.0
            for j in range(r.lenders)
        ]
        if max(gain) <= 0.0:
            return sorted(some)
        some.append(int(np.argmax(gain)))


# --- Independently computed values ---------------------------------------------------------


@pytest.mark.parametrize(("inputs", "value"), cases("hold.gain_of_calling."))
def test_mean_gain_over_all_orders(inputs: Any, value: list[float]) -> None:
    assert gains(by_oracle(inputs)) == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize(("inputs", "value"), cases("hold.clawback."))
def test_mean_gain_where_repayments_are_clawed_back(inputs: Any, value: float) -> None:
    assert mean_gain(by_oracle(inputs), 0) == close(value, rel=1e-9)


@pytest.mark.parametrize(("inputs", "value"), cases("hold.lone."))
def test_gain_of_the_only_caller(inputs: Any, value: list[float]) -> None:
    r = by_oracle(inputs)
    found = [gets(r, [j])[j] - gets(r, [])[j] for j in range(r.lenders)]
    assert found == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize(("inputs", "value"), cases("hold.equilibrium."))
def test_who_calls_and_what_that_is_worth(inputs: Any, value: dict[str, Any]) -> None:
    r = by_oracle(inputs)
    assert callers(r) == value["callers"]
    assert worth(r, value["callers"]) == close(value["alone"], rel=1e-9)
    assert cascade(r) == value["cascade"]


LOANS = [equal(1), equal(2), equal(3)]
GRID = [
    {"cash": cash, "collateral": assets}
    for cash in np.linspace(0.5, 9.5, 13) for assets in np.linspace(0.0, 9.0, 13)
]  # fmt: skip


@pytest.mark.parametrize(("inputs", "value"), cases("hold.map."))
def test_where_one_lender_holds_and_several_run(inputs: Any, value: list[int]) -> None:
    # The reference lets later calls cost nothing, so that the cost stands against the gain alone.
    found = np.zeros(3, np.int64)
    for state in GRID:
        run = [
            min(gains(review(shares, **state, clawback=inputs["clawback"])))
            > inputs["call_cost"] + 1e-12
            for shares in LOANS
        ]
        found += [not run[0], not run[0] and run[1], not run[0] and run[2]]
    assert found.tolist() == value


# --- By hand -------------------------------------------------------------------------------


def test_two_equal_lenders_run_where_one_would_hold() -> None:
    r = review(equal(2))
    alone = hold_value(review(), 0, 4.0, DEBT, 2.0)
    assert alone > call_now(4.0, 3.0, DEBT)
    # A lone call of 5 brings 4 of them, and 3 are left for claims of 6.
    assert gets(r, [0]) == [close(4.0 / 5.0 + 1.0 / 5.0 * 3.0 / 6.0), close(3.0 / 6.0)]
    assert gets(r, [0, 1]) == [close(0.7), close(0.7)]
    assert gains(r) == pytest.approx([0.5 * (0.9 - alone) + 0.5 * (0.7 - 0.5)] * 2)
    assert callers(r) == [0, 1]
    assert callers(review()) == []


def test_what_is_clawed_back_is_shared_by_all_claims() -> None:
    # Of the 4 the caller keeps 2; claims of 3 and 5 then share the other 2 and collateral of 3.
    r = review(equal(2), clawback=0.5)
    assert gets(r, [0]) == [close(2.0 / 5.0 + 3.0 / 5.0 * 5.0 / 8.0), close(5.0 / 8.0)]


def test_a_call_that_is_paid_leaves_a_smaller_loan_to_those_that_hold() -> None:
    r = review((0.7, 0.3))
    on = hold_value(r, 0, 1.0, 7.0, 2.0 - 0.05 * 3.0)
    assert gets(r, [1]) == [max(on, call_now(1.0, 3.0, 7.0)), 1.0]


# --- Properties ----------------------------------------------------------------------------

share = st.floats(0.0, 1.0)
money = st.floats(0.0, 12.0)
parts = st.lists(st.floats(0.05, 1.0), min_size=2, max_size=4).map(
    lambda some: [part / sum(some) for part in some]
)


@given(parts, money, money, share)
def test_a_default_shares_the_money_that_there_is(
    shares: list[float], cash: float, collateral: float, clawback: float
) -> None:
    r = review(shares, cash=cash, collateral=collateral, clawback=clawback)
    for some in range(1, 1 << r.lenders):
        who = [j for j in range(r.lenders) if some >> j & 1]
        if sum(r.balance[j] for j in who) > cash:
            assert worth(r, who) * DEBT == pytest.approx(min(cash + collateral, DEBT), abs=1e-9)
            assert 0.0 <= estate_share(r, DEBT) <= 1.0


@given(money, money, st.floats(0.0, 4.0), share, share)
def test_one_lender_compares_holding_with_calling(
    cash: float, collateral: float, burn: float, clawback: float, setback: float
) -> None:
    r = review(
        cash=cash, collateral=collateral, burn=burn, clawback=clawback, setback=setback,
        call_cost=0.02,
    )  # fmt: skip
    held = hold_value(r, 0, cash, DEBT, burn)
    assert mean_gain(r, 0) == call_now(cash, collateral, DEBT) - held
    assert callers(r) == ([0] if mean_gain(r, 0) - 0.02 > 1e-12 else [])


@given(st.integers(2, 6), money, money, share)
def test_equal_lenders_do_the_same(
    k: int, cash: float, collateral: float, clawback: float
) -> None:
    r = review(equal(k), cash=cash, collateral=collateral, clawback=clawback)
    assert len(set(gains(r))) == 1
    assert len(callers(r)) in {0, k}


@given(st.integers(1, 8), money, money, share)
def test_each_number_of_other_callers_is_equally_likely(
    k: int, cash: float, collateral: float, clawback: float
) -> None:
    # As amounts, which are whole, so that what is called is the same number in any order.
    r = review(equal(k), cash=cash, collateral=collateral, clawback=clawback)
    r.balance[:k] = 1.0
    gain = [
        caller_gets(r, m + 1.0, float(k)) - holder_gets(r, 0, float(m), float(k)) for m in range(k)
    ]
    assert mean_gain(r, 0) == pytest.approx(mean_gain_of_moving(gain), abs=1e-12)


@given(parts, money, share)
def test_nobody_calls_a_loan_that_collateral_covers(
    shares: list[float], cash: float, clawback: float
) -> None:
    # The margin exceeds what funds cost.
    r = review(shares, cash=cash, collateral=1e6, clawback=clawback)
    assert max(gains(r)) <= 1e-12
    assert callers(r) == []


SUDDEN = {"recovery": 1e9, "healthy_worth": 1.008}


@pytest.mark.parametrize("k", [1, 2, 3])
def test_nobody_calls_a_firm_that_recovers_at_once_if_all_is_clawed_back(k: int) -> None:
    assert callers(review(equal(k), **SUDDEN, clawback=1.0)) == []


def test_fear_of_others_alone_can_break_a_firm_that_would_recover_at_once() -> None:
    assert callers(review(equal(1), **SUDDEN)) == []
    assert callers(review(equal(2), **SUDDEN)) == [0, 1]


def test_a_tiny_lender_that_calls_alone_trades_its_loan_for_the_whole_of_it() -> None:
    r = review((1.0 - 1e-9, 1e-9))
    held = hold_value(r, 1, 4.0, DEBT, 2.0)
    assert gets(r, [1])[1] - gets(r, [])[1] == close(1.0 - held, rel=1e-9)


def test_a_bank_without_a_balance_has_nothing_to_call_and_changes_nothing() -> None:
    with_it, without = review((0.6, 0.0, 0.4), clawback=0.3), review((0.6, 0.4), clawback=0.3)
    found = gains(with_it)
    assert [found[0], found[2]] == pytest.approx(gains(without), rel=1e-12)
    assert callers(with_it) == [0, 2]


@pytest.mark.parametrize("clawback", [0.0, 0.3])
def test_a_tie_holds(clawback: float) -> None:
    # Nothing is earned and nothing lost: all claims are paid in full whatever happens.
    r = review(
        equal(3), carry=0.0, discount=0.0, healthy_worth=1.0, collateral=20.0, clawback=clawback
    )
    assert gains(r) == pytest.approx([0.0] * 3, abs=1e-12)
    assert callers(r) == []


def test_each_lender_has_its_own_mind() -> None:
    # Cash pays one of them; the other believes in the firm.
    r = review(equal(2), cash=6.0, burn=1.0, recovery=(0.0, 3.0), failure=(2.0, 0.0))
    assert callers(r) == [0]


# --- What a call costs ---------------------------------------------------------------------


def test_a_lender_does_not_put_off_again_and_again_a_call_that_costs_something() -> None:
    # Each year of waiting loses 2 % of the loan, less than a call costs; all ten lose 18 %.
    losing = {"burn": 0.0, "recovery": 0.0, "failure": 0.0, "carry": 0.0, "discount": 0.03}
    r = review(years=10.0, **losing, call_cost=0.03)
    assert callers(r) == [0]
    assert callers(review(years=1.0, **losing, call_cost=0.03)) == []


def test_a_dearer_call_is_made_in_fewer_states() -> None:
    found = [
        sum(callers(review(**state, call_cost=cost)) == [0] for state in GRID)
        for cost in (0.0, 0.02, 0.05, 0.1)
    ]
    assert found == sorted(found, reverse=True)
    # Were later calls free, it would be 52 and 32 with the second and third of these costs.
    assert found[:3] == [71, 57, 37]


def test_clawback_and_cost_are_assumptions_within_ranges() -> None:
    usual = Calling()
    assert (usual.clawback_share, usual.call_cost) == (0.3, 0.02)
    for name, value in (("clawback_share", 1.1), ("call_cost", 0.11), ("call_cost", -0.01)):
        with pytest.raises(ValueError, match=name):
            Calling(**{name: value})


# --- Compiled ------------------------------------------------------------------------------


def drawn_reviews(n: int) -> Any:
    """Loans of one to five lenders, of which some are of one mind."""
    luck = np.random.default_rng(11)
    rows = REVIEW.empty(n)
    for r in rows:
        k = r.lenders = luck.integers(1, 6)
        r.cash, r.collateral, r.burn = luck.uniform(0.0, (8.0, 8.0, 3.0))
        r.rate, r.cash_left, r.discount = luck.uniform(0.0, (0.1, 1.0, 0.04))
        r.years, r.clawback, r.call_cost = luck.uniform(0.0, (5.0, 1.0, 0.1))
        for name, high in (("balance", 4.0), ("recovery", 1.0), ("failure", 1.0)):
            r[name][:k] = luck.uniform(0.0, high, k)
        r.setback[:k], r.carry[:k] = luck.random(k), luck.uniform(-0.02, 0.05, k)
        r.healthy_worth[:k] = luck.uniform(0.95, 1.05, k)
    return rows


def decide_all(rows: Any, done: Any, kept: Any, gain: Any) -> None:
    """Decide on every loan, alone and together."""
    for n in range(rows.shape[0]):
        decide_alone(rows[n])
        for j in range(rows[n].lenders):
            kept[n, j] = rows[n].kept[j]
            gain[n, j] = mean_gain(rows[n], j)
        done[n] = decide_jointly(rows[n])


def test_compiled_and_interpreted_bits_agree() -> None:
    if os.environ.get("CROSSCYCLE_JIT", "1") == "0":
        pytest.skip("compilation is turned off")
    kernel()  # makes the rules known to the compiler
    found = []
    for decide in (decide_all, numba.njit(decide_all)):
        rows, done = drawn_reviews(300), np.zeros(300, np.int64)
        kept, gain = np.zeros((300, 8)), np.zeros((300, 8))
        decide(rows, done, kept, gain)
        found.append([part.tobytes() for part in (rows.kept, done, kept, gain)])
        assert len(set(done.tolist())) == 3
    assert found[0] == found[1]
