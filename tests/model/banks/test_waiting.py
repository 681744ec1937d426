"""What a loan is worth to a lender that waits."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from sim.base.special import annuity
from sim.model.banks.waiting import (
    best_wait,
    call_now,
    covered_years,
    discounted_time,
    healthy_worth,
    hold_value,
    wait_until,
)
from tests.model.banks.reviews import DEBT, by_oracle, review
from tests.oracles.values import cases, close


def waited(r: Any) -> tuple[float, float]:
    """The best plan for the whole loan."""
    return best_wait(r, 0, r.cash, DEBT, r.burn)


def held(r: Any) -> float:
    """Worth of the whole loan."""
    return hold_value(r, 0, r.cash, DEBT, r.burn)


# --- Independently computed values ---------------------------------------------------------


@pytest.mark.parametrize(("inputs", "value"), cases("hold.healthy."))
def test_worth_of_a_loan_to_a_healthy_firm(inputs: Any, value: float) -> None:
    names = ("default", "loss")
    years = 1.0 / inputs["end_rate"]
    found = healthy_worth(
        inputs["carry"], inputs["discount"], years, *(inputs[name] for name in names)
    )
    # the reference is a numerical integral over a long but finite time
    assert found == close(value, rel=1e-6)


@pytest.mark.parametrize(("inputs", "value"), cases("hold.value."))
def test_worth_of_waiting(inputs: Any, value: float) -> None:
    # the reference is a backward induction in 4,000 steps a year
    assert waited(by_oracle(inputs))[0] == close(value, rel=5e-6)


@pytest.mark.parametrize(("inputs", "value"), cases("hold.stop."))
def test_date_at_which_the_best_plan_ends(inputs: Any, value: float) -> None:
    assert waited(by_oracle(inputs))[1] == value


@pytest.mark.parametrize(("inputs", "value"), cases("hold.call."))
def test_what_a_call_of_everything_brings(inputs: Any, value: float) -> None:
    assert call_now(inputs["cash"], inputs["collateral"], DEBT) == close(value)


# --- The closed form -----------------------------------------------------------------------

amounts = st.floats(0.0, 15.0)
speeds = st.floats(0.0, 2.0)


@given(speeds, st.floats(0.0, 8.0))
def test_discounted_times_are_their_integrals(speed: float, years: float) -> None:
    first, _ = quad(lambda s: math.exp(-speed * s), 0.0, years)
    second, _ = quad(lambda s: s * math.exp(-speed * s), 0.0, years)
    assert annuity(speed, years) == pytest.approx(first, rel=1e-11, abs=1e-300)
    assert discounted_time(speed, years) == pytest.approx(second, rel=1e-11, abs=1e-300)


def test_the_series_of_a_short_time_meets_the_closed_form() -> None:
    assert discounted_time(1.0, 0.01 - 1e-15) == close(discounted_time(1.0, 0.01), rel=1e-11)


@given(amounts, amounts, st.floats(0.0, 6.0), st.floats(0.0, 1.0), speeds, speeds)
def test_a_plan_is_worth_its_expected_payments(
    cash: float, collateral: float, burn: float, left: float, recovery: float, failure: float
) -> None:
    # Time by time: the margin, the firm well again, or what a failure leaves.
    r = review(
        cash=cash, collateral=collateral, burn=burn, cash_left=left, recovery=recovery,
        failure=failure,
    )  # fmt: skip
    stop = 3.0 if burn == 0.0 else min(3.0, cash / burn)
    speed = 0.0175 + recovery + failure

    def paid(s: float) -> float:
        recovered = min((left * (cash - burn * s) + collateral) / DEBT, 1.0)
        return math.exp(-speed * s) * (0.03 + recovery * 1.008 + failure * recovered)

    kink = covered_years(stop, r, cash, DEBT, burn)
    expected = sum(quad(paid, *ends)[0] for ends in ((0.0, kink), (kink, stop)))
    expected += math.exp(-speed * stop) * call_now(max(cash - burn * stop, 0.0), collateral, DEBT)
    assert wait_until(stop, r, 0, cash, DEBT, burn) == pytest.approx(expected, abs=1e-10)


def plan_backwards(r: Any, cost: float, year: float = 0.0) -> float:
    """Worth of waiting from one review to the next, each time with the choice to call."""
    cash, end = r.cash - r.burn * year, r.years if r.burn == 0.0 else r.cash / r.burn
    to_next = min(1.0, min(end, r.years) - year)
    if to_next <= 0.0:
        return call_now(max(cash, 0.0), r.collateral, DEBT)
    run = wait_until(to_next, r, 0, cash, DEBT, r.burn)
    speed = r.discount + r.recovery[0] + r.failure[0]
    at_next = call_now(max(cash - r.burn * to_next, 0.0), r.collateral, DEBT)
    on = plan_backwards(r, cost, year + to_next)
    ends = year + to_next >= min(end, r.years)
    best = on if ends else max(on, at_next - cost)
    return run + math.exp(-speed * to_next) * (best - at_next)


@pytest.mark.parametrize("cost", [0.0, 0.02, 0.1])
@pytest.mark.parametrize("years", [1.0, 3.0, 4.5])
@pytest.mark.parametrize("burn", [0.0, 0.7, 2.0])
def test_no_plan_that_reacts_is_better_than_the_best_date(
    cost: float, years: float, burn: float
) -> None:
    for recovery, failure in ((0.6, 0.15), (0.05, 0.3), (0.0, 0.0)):
        r = review(years=years, burn=burn, recovery=recovery, failure=failure, call_cost=cost)
        assert waited(r)[0] == close(plan_backwards(r, cost), rel=1e-12)


# --- Limits and signs ----------------------------------------------------------------------


def test_a_firm_without_cash_is_called_at_once() -> None:
    assert waited(review(cash=0.0)) == (0.3, 0.0)


def test_a_firm_that_burns_nothing_lasts_until_the_loan_is_due() -> None:
    worth, stop = waited(review(burn=0.0, recovery=0.0, failure=0.0, carry=0.05))
    assert stop == 3.0
    yearly = 0.05 * annuity(0.0175, 3.0)
    assert worth == close(yearly + math.exp(-0.0175 * 3.0) * 0.7)


def test_without_a_discount_and_news_waiting_earns_the_margin() -> None:
    r = review(burn=0.0, recovery=0.0, failure=0.0, discount=0.0)
    assert waited(r) == (close(0.7 + 3.0 * 0.03), 3.0)


def test_an_undrawn_loan_is_covered_whatever_happens() -> None:
    r = review(debt=0.0, collateral=0.0)
    stop = r.cash / r.burn
    covered = (0.03 + 0.6 * 1.008 + 0.15) * annuity(0.7675, stop)
    found = wait_until(stop, r, 0, r.cash, 0.0, r.burn)
    assert found == close(covered + math.exp(-0.7675 * stop))


def test_a_lender_in_doubt_holds_a_mixture() -> None:
    sick, sound = held(review()), held(review(setback=0.0))
    assert sound == 1.008
    assert held(review(setback=0.25)) == close(0.25 * sick + 0.75 * sound)


LOANS = st.fixed_dictionaries(
    {
        "cash": amounts, "collateral": amounts, "burn": st.floats(0.0, 4.0),
        "cash_left": st.floats(0.0, 1.0), "carry": st.floats(-0.05, 0.06),
        "healthy_worth": st.floats(0.5, 1.1), "recovery": speeds,
        "call_cost": st.floats(0.0, 0.1),
    }
)  # fmt: skip


@given(LOANS, st.floats(0.0, 1.0))
def test_a_setback_that_is_seen_never_makes_a_loan_worth_more(
    loan: dict[str, float], doubt: float
) -> None:
    assert held(review(**loan)) <= held(review(**loan, setback=doubt)) + 1e-12


@pytest.mark.parametrize("name", ["cash", "collateral", "carry", "recovery", "cash_left"])
def test_what_helps_the_lender_makes_waiting_worth_more(name: str) -> None:
    usual = review()
    assert held(review(**{name: 1.2 * float(usual[name].max())})) > held(usual)


@pytest.mark.parametrize("name", ["burn", "failure", "discount"])
def test_what_hurts_the_lender_makes_waiting_worth_less(name: str) -> None:
    usual = review()
    assert held(review(**{name: 1.2 * float(usual[name].max())})) < held(usual)
