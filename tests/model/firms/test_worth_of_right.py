"""The worth of a right: closed forms, brute force of the quarterly test, and fair terms."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from sim.model.firms.worth_of_right import (
    TEST_YEARS,
    call,
    cost_of_right,
    first_beyond,
    gain,
    most_worth_paying,
    stake_at_parity,
    touch,
)
from tests.oracles.options import black_scholes_call
from tests.oracles.values import cases, close

MOST = 4.0
"""Standard errors; one false alarm in sixteen thousand."""
VALUES = st.floats(0.05, 200.0)
YEARS, RATES, VOLATILITIES = st.floats(0.02, 15.0), st.floats(0.0, 0.12), st.floats(0.05, 1.5)


def terms_of(inputs):
    return inputs["stake"], inputs["strike"], inputs["trigger"]


def when(inputs):
    return inputs["years"], inputs["volatility"], inputs["rate"]


# --- Closed forms --------------------------------------------------------------------------


@pytest.mark.parametrize(("inputs", "value"), cases("A6r.ot."))
def test_a_right_that_is_used_at_the_touch_of_its_trigger(inputs, value):
    paid = inputs["alpha"] * inputs["H"] - inputs["K"]
    found = touch(inputs["V0"], 40.0, inputs["T"], 0.03, inputs["vol"])
    assert paid * found == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A6r.plain"))
def test_a_right_without_a_trigger(inputs, value):
    found = call(inputs["V0"], 8.0, inputs["T"], 0.03, inputs["vol"])
    assert inputs["alpha"] * found == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("right.worth."))
def test_worth_of_a_right_that_is_tested_by_the_quarter(inputs, value):
    found = cost_of_right(terms_of(inputs), inputs["firm_value"], *when(inputs))
    assert found == pytest.approx(value["closed"], rel=1e-6)
    assert found == pytest.approx(value["monte_carlo"], rel=0.045)


@pytest.mark.parametrize(
    ("stake", "value", "trigger", "years", "volatility"),
    [(0.05, 20.0, 60.0, 3.0, 0.6), (0.25, 20.0, 40.0, 3.0, 0.6), (0.05, 50.0, 60.0, 1.0, 0.4)],
)
def test_worth_is_the_mean_gain_at_the_first_quarter_that_finds_the_trigger_reached(
    stake, value, trigger, years, volatility
):
    n, tests = 200_000, round(years / TEST_YEARS)
    luck = np.random.default_rng(16).standard_normal((n, tests))
    steps = (0.03 - 0.5 * volatility**2) * TEST_YEARS + volatility * math.sqrt(TEST_YEARS) * luck
    values = value * np.exp(steps.cumsum(axis=1))
    reached = values >= trigger
    first = reached.argmax(axis=1)
    gains = stake * (values[np.arange(n), first] + 2.0) - 2.0
    worth = reached.any(axis=1) * gains * np.exp(-0.03 * TEST_YEARS * (first + 1))
    terms = (stake, 2.0, trigger)
    found = cost_of_right(terms, value, years, volatility, 0.03)
    # The shift is right for a value that starts far below; close to it, it is 4.5 percent off.
    noise = MOST * worth.std() / math.sqrt(n)
    assert abs(found - worth.mean()) < 0.045 * worth.mean() + noise


@given(VALUES, VALUES, YEARS, RATES, VOLATILITIES)
def test_call(s, k, t, r, v):
    assert call(s, k, t, r, v) == pytest.approx(
        black_scholes_call(s, k, t, r, v), abs=1e-10 * (s + k)
    )


@given(VALUES, VALUES, YEARS, RATES, VOLATILITIES)
def test_a_touch_is_a_chance_and_rises_with_value_and_time(s, h, t, r, v):
    found = touch(s, h, t, r, v)
    assert 0.0 <= found <= 1.0 + 1e-12
    assert touch(1.01 * s, h, t, r, v) >= found - 1e-12
    assert touch(s, h, 1.5 * t, r, v) >= found - 1e-12


def test_a_worthless_firm_gives_a_worthless_right():
    assert call(0.0, 1.0, 1.0, 0.03, 0.5) == touch(0.0, 1.0, 1.0, 0.03, 0.5) == 0.0


def test_without_time_a_right_is_worth_its_gain_now():
    assert (call(3.0, 2.0, 0.0, 0.03, 0.5), call(1.0, 2.0, -1.0, 0.03, 0.5)) == (1.0, 0.0)
    assert (touch(3.0, 2.0, 0.0, 0.03, 0.5), touch(1.0, 2.0, 0.0, 0.03, 0.5)) == (1.0, 0.0)


def test_without_volatility_the_forward_value_decides():
    assert call(1.0, 1.0, 1.0, 0.05, 0.0) == close(1.0 - math.exp(-0.05))
    assert call(1.0, 1.2, 1.0, 0.05, 0.0) == 0.0
    # From 1 to 1.04 in less than a year: paid then.
    for volatility in (0.0, 1e-9):
        assert touch(1.0, 1.04, 1.0, 0.05, volatility) == pytest.approx(1.0 / 1.04)
        assert touch(1.0, 1.06, 1.0, 0.05, volatility) == 0.0


def test_a_strike_of_which_discounting_leaves_nothing_makes_a_right_the_share_itself():
    assert call(20.0, 8.0, 3.0, 1000.0, 0.6) == 20.0


def test_a_strike_of_nothing_makes_a_right_the_share_itself():
    assert call(3.0, 0.0, 5.0, 0.03, 0.5) == pytest.approx(3.0, abs=1e-8)


def test_a_trigger_at_infinity_leaves_no_right():
    never = (0.25, 2.0, math.inf)
    assert cost_of_right(never, 10.0, 5.0, 0.6, 0.03) == 0.0
    assert most_worth_paying(never, 10.0, 5.0, 0.6, 0.03) == 0.0


# --- What a right costs the owners ---------------------------------------------------------


def cost(stake, exercise_amount, trigger, value, years):
    return cost_of_right((stake, exercise_amount, trigger), value, years, 0.6, 0.03)


@pytest.mark.parametrize("years", [0.5, 3.0, 10.0])
def test_without_a_trigger_a_right_is_a_call_on_a_stake(years):
    # 2 buys a twentieth: 40 after the money, 38 before it.
    sd = 0.6 * math.sqrt(years)
    up = (math.log(50.0 / 38.0) + 0.03 * years) / sd + 0.5 * sd
    expected = 50.0 * norm.cdf(up) - 38.0 * math.exp(-0.03 * years) * norm.cdf(up - sd)
    assert cost(0.05, 2.0, 0.0, 50.0, years) == pytest.approx(0.05 * expected, rel=1e-12)


@pytest.mark.parametrize(
    ("value", "trigger", "paid"),
    [
        (30.0, 0.0, 0.0),
        (40.0, 0.0, 0.05 * 2.0),
        (100.0, 0.0, 0.05 * 62.0),
        (100.0, 125.0, 0.0),
        (130.0, 125.0, 0.05 * 92.0),
    ],
)
def test_on_its_last_day_a_right_costs_its_gain(value, trigger, paid):
    assert cost(0.05, 2.0, trigger, value, 0.0) == pytest.approx(paid, abs=1e-12)


def test_nobody_subscribes_at_a_loss_below_the_strike():
    # A trigger below the strike is none: at 30 the stake is worth less than it costs.
    assert cost(0.05, 2.0, 10.0, 30.0, 3.0) == cost(0.05, 2.0, 38.0, 30.0, 3.0) > 0.0


@given(VALUES, VALUES, YEARS, RATES, VOLATILITIES)
def test_a_higher_trigger_leaves_less_chance(s, h, t, r, v):
    assert touch(s, 1.1 * h, t, r, v) <= touch(s, h, t, r, v) + 1e-12


def test_a_right_to_nothing_costs_nothing():
    assert cost(0.0, 0.0, 0.0, 50.0, 3.0) == 0.0
    assert cost(0.0, 2.0, 40.0, 50.0, 3.0) == 0.0
    assert cost(0.05, 2.0, 0.0, 0.0, 3.0) == pytest.approx(0.0, abs=1e-9)


# --- When business is cheaper ---------------------------------------------------------------


def complies_from(inputs):
    """Value of the firm from which on a yearly cost is worth paying."""
    low, high = 1.0, 500.0
    for _ in range(80):
        value = 0.5 * (low + high)
        rest = inputs["volatility"], inputs["rate"]
        most = most_worth_paying(terms_of(inputs), value, inputs["years_left"], *rest)
        low, high = (low, value) if inputs["cost_per_year"] < most else (value, high)
    return high


@pytest.mark.parametrize(("inputs", "value"), cases("right.comply_from."))
def test_value_from_which_on_a_firm_complies(inputs, value):
    found = complies_from(inputs)
    assert found == close(value["rule"], rel=1e-9)
    # One that sees to the end of the right does so a little sooner.
    assert value["dynamic_programme"] < found < 1.04 * value["dynamic_programme"]


@given(VALUES, st.floats(0.1, 8.0), st.floats(0.001, 5.0))
def test_the_most_worth_paying_balances_this_year_with_the_risk(value, years, cost_per_year):
    terms, rate, volatility = (0.05, 2.0, 60.0), 0.03, 0.6
    level = first_beyond(value, 60.0, volatility)
    first, whole = (-math.expm1(-rate * t) / rate for t in (min(1.0, years), years))
    paid = gain(terms, level)
    later = min(paid, cost_per_year * math.exp(rate * min(1.0, years)) * (whole - first))
    chance = touch(value, level, min(1.0, years), rate, volatility)
    complies = cost_per_year * first < chance * (paid - later)
    most = most_worth_paying(terms, value, years, volatility, rate)
    assert complies == (cost_per_year < most) or cost_per_year == pytest.approx(most, rel=1e-9)


# --- Fair terms -----------------------------------------------------------------------------


@pytest.mark.parametrize(("inputs", "value"), cases("right.parity."))
def test_stake_at_which_right_and_business_are_worth_the_same(inputs, value):
    worth = inputs["pv_business"] / (1.0 - inputs["discount_unbookable"])
    terms = (0.1, 0.1 * inputs["strike_valuation"], inputs["trigger"])
    fair = stake_at_parity(worth, terms, inputs["firm_value"], *when(inputs))
    assert min(fair, inputs["stake_cap"]) == close(value, rel=1e-7)


@given(st.floats(0.01, 2.0), st.floats(1.0, 39.0), st.floats(5.0, 60.0))
def test_at_the_fair_stake_the_right_is_worth_what_was_asked(worth, strike, value):
    stake = stake_at_parity(worth, (0.25, 0.25 * strike, 40.0), value, 3.0, 0.6, 0.03)
    terms = (stake, stake * strike, 40.0)
    assert cost_of_right(terms, value, 3.0, 0.6, 0.03) == pytest.approx(worth, rel=1e-9)


def test_a_right_that_cannot_come_alive_is_fair_at_no_stake():
    assert stake_at_parity(0.1, (0.25, 2.0, math.inf), 20.0, 3.0, 0.6, 0.03) == math.inf
