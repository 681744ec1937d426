import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from sim.formulas.options import (
    black_scholes_call,
    digital,
    gap_call,
    one_touch,
    one_touch_with_killing,
    perpetual_touch,
    swap_out_capped,
)
from tests.formulas.oracles import cases, close

STAKE, STRIKE, TRIGGER, RATE = 0.25, 8.0, 40.0, 0.03

values = st.floats(0.05, 200.0)
terms = st.floats(0.02, 15.0)
rates = st.floats(0.0, 0.12)
volatilities = st.floats(0.05, 1.5)


def market(given_inputs):
    return given_inputs["V0"], given_inputs["T"], given_inputs["vol"]


@pytest.mark.parametrize(("inputs", "value"), cases("A6r.plain"))
def test_right_without_a_trigger_is_a_stake_in_a_call(inputs, value):
    spot, years, vol = market(inputs)
    assert STAKE * black_scholes_call(spot, STRIKE, years, RATE, vol) == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A6r.gap"))
def test_right_with_a_trigger_on_one_date(inputs, value):
    spot, years, vol = market(inputs)
    assert STAKE * gap_call(spot, STRIKE, TRIGGER, years, RATE, vol) == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A6r.ot"))
def test_right_exercised_on_first_touch(inputs, value):
    spot, years, vol = market(inputs)
    gain = STAKE * TRIGGER - STAKE * STRIKE
    assert gain * one_touch(spot, TRIGGER, years, RATE, vol) == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A6r.fpk"))
def test_perpetual_right_that_default_voids(inputs, value):
    gain = STAKE * TRIGGER - STAKE * STRIKE
    touch = perpetual_touch(inputs["V0"], TRIGGER, RATE, inputs["vol"], inputs["kill"])
    assert gain * touch == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A6r.dig"))
def test_business_worth_less_than_the_gain_is_a_digital(inputs, value):
    spot, years, vol = market(inputs)
    assert digital(spot, TRIGGER, years, RATE, vol) == close(value)
    small_cap = (STRIKE, TRIGGER, 5.0 / STAKE)
    swapped = STAKE * swap_out_capped(spot, small_cap, years, RATE, vol)
    assert swapped == close(5.0 * value)


@pytest.mark.parametrize(("inputs", "value"), cases("A6r.cap12"))
def test_business_worth_more_than_the_gain_caps_the_right(inputs, value):
    spot, years, vol = market(inputs)
    contract = (STRIKE, TRIGGER, inputs["R"] / STAKE)
    assert STAKE * swap_out_capped(spot, contract, years, RATE, vol) == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A6.cov"))
def test_coverage_at_the_money_is_worth_a_share_of_the_loan(inputs, value):
    call = black_scholes_call(1.0, 1.0, inputs["T"], RATE, inputs["vol"])
    assert 100.0 * inputs["coverage"] * call == close(value)


@given(values, values, terms, rates, volatilities)
def test_call_lies_between_discounted_intrinsic_value_and_spot(s, k, t, r, v):
    call = black_scholes_call(s, k, t, r, v)
    assert max(s - k * math.exp(-r * t), 0.0) - 1e-9 * s <= call <= s


@given(values, values, terms, rates, volatilities, st.floats(1.01, 3.0))
def test_call_falls_with_the_strike_and_rises_with_spot_and_volatility(s, k, t, r, v, up):
    call = black_scholes_call(s, k, t, r, v)
    slack = 1e-12 * (s + k)
    assert black_scholes_call(s, k * up, t, r, v) <= call + slack
    assert black_scholes_call(s * up, k, t, r, v) >= call - slack
    assert black_scholes_call(s, k, t, r, v * up) >= call - slack


@given(values, values, values, terms, rates, volatilities)
def test_gap_call_is_a_call_plus_a_digital(s, k, h, t, r, v):
    parts = black_scholes_call(s, h, t, r, v) + (h - k) * digital(s, h, t, r, v)
    assert gap_call(s, k, h, t, r, v) == pytest.approx(parts, abs=1e-10 * (s + k + h))


@given(values, st.tuples(values, values, values), terms, rates, volatilities)
def test_swap_out_never_beats_the_right_and_grows_with_the_cap(s, contract, t, r, v):
    k, h, cap = contract
    trigger = max(h, k)
    right = gap_call(s, k, trigger, t, r, v)
    swapped = swap_out_capped(s, (k, trigger, cap), t, r, v)
    slack = 1e-10 * (s + k + cap)
    assert -slack <= swapped <= right + slack
    assert swapped <= swap_out_capped(s, (k, trigger, 2.0 * cap), t, r, v) + slack
    assert swap_out_capped(s, (k, trigger, 0.0), t, r, v) == pytest.approx(0.0, abs=slack)


@given(values, values, terms, rates, volatilities, st.floats(0.0, 0.5))
def test_touch_is_a_probability_that_grows_with_time_and_falls_with_killing(s, h, t, r, v, kill):
    touch = one_touch_with_killing(s, h, t, r, v, kill)
    assert -1e-12 <= touch <= 1.0 + 1e-12
    assert touch <= one_touch(s, h, t, r, v) + 1e-12
    assert touch <= one_touch_with_killing(s, h, 2.0 * t, r, v, kill) + 1e-12
    assert touch <= perpetual_touch(s, h, r, v, kill) + 1e-12


@pytest.mark.parametrize("kill", [0.0, 0.08, 0.5])
def test_touch_with_killing_is_the_transform_of_the_first_passage_density(kill):
    spot, trigger, years, rate, vol = 10.0, 40.0, 5.0, 0.03, 0.6
    away, drift = math.log(trigger / spot), rate - 0.5 * vol * vol

    def integrand(t):
        density = away / (vol * math.sqrt(2.0 * math.pi * t**3))
        density *= math.exp(-((away - drift * t) ** 2) / (2.0 * vol * vol * t))
        return math.exp(-(rate + kill) * t) * density

    # a numerical integral: nine digits are what it can promise
    expected = quad(integrand, 0.0, years, epsabs=1e-13, epsrel=1e-11)[0]
    found = one_touch_with_killing(spot, trigger, years, rate, vol, kill)
    assert found == close(expected, rel=1e-9)


def test_touch_in_a_long_window_is_the_perpetual_touch():
    long = one_touch_with_killing(10.0, 40.0, 1e6, 0.03, 0.6, 0.08)
    assert long == close(perpetual_touch(10.0, 40.0, 0.03, 0.6, 0.08))
    forever = one_touch_with_killing(10.0, 40.0, math.inf, 0.03, 0.6, 0.08)
    assert forever == perpetual_touch(10.0, 40.0, 0.03, 0.6, 0.08)


def test_touch_of_a_remote_trigger_does_not_overflow():
    assert one_touch(1e-30, 40.0, 1.0, 0.03, 0.02) == 0.0
    assert one_touch(1e-3, 40.0, 1.0, 0.0, 0.01) == 0.0


def test_a_worthless_firm_gives_worthless_rights():
    assert black_scholes_call(0.0, 1.0, 1.0, 0.03, 0.5) == 0.0
    assert digital(-1.0, 1.0, 1.0, 0.03, 0.5) == 0.0
    assert one_touch(0.0, 1.0, 1.0, 0.03, 0.5) == 0.0
    assert perpetual_touch(0.0, 1.0, 0.03, 0.5, 0.0) == 0.0


def test_without_time_the_right_is_worth_its_intrinsic_value():
    assert black_scholes_call(3.0, 2.0, 0.0, 0.03, 0.5) == 1.0
    assert black_scholes_call(1.0, 2.0, -1.0, 0.03, 0.5) == 0.0
    assert gap_call(3.0, 2.0, 4.0, 0.0, 0.03, 0.5) == 0.0
    assert digital(3.0, 2.0, 0.0, 0.03, 0.5) == 1.0
    assert one_touch(1.0, 2.0, 0.0, 0.03, 0.5) == 0.0


def test_without_volatility_the_forward_value_decides():
    paid = math.exp(-0.05)
    assert black_scholes_call(1.0, 1.0, 1.0, 0.05, 0.0) == close(1.0 - paid)
    assert digital(1.0, 1.02, 1.0, 0.05, 0.0) == close(paid)
    assert digital(1.0, 1.2, 1.0, 0.05, 0.0) == 0.0
    assert one_touch(1.0, 1.02, 1.0, 0.05, 0.0) == close(1.0 / 1.02)
    assert one_touch(1.0, 1.2, 1.0, 0.05, 0.0) == 0.0
    assert one_touch(1.0, 1.2, 1.0, 0.0, 0.0) == 0.0
    assert perpetual_touch(1.0, 1.2, 0.0, 0.0, 0.1) == 0.0


def test_a_strike_of_nothing_makes_a_call_the_share_itself():
    assert black_scholes_call(3.0, 0.0, 5.0, 0.03, 0.5) == 3.0
    assert digital(3.0, 0.0, 5.0, 0.03, 0.5) == math.exp(-0.15)


def test_a_trigger_that_is_already_reached_pays_at_once():
    assert one_touch(2.0, 2.0, 1.0, 0.03, 0.5) == 1.0
    assert perpetual_touch(3.0, 2.0, 0.03, 0.5, 0.1) == 1.0


def test_a_trigger_at_infinity_leaves_no_right():
    assert gap_call(10.0, 8.0, math.inf, 5.0, 0.03, 0.6) == 0.0
    assert one_touch(10.0, math.inf, 5.0, 0.03, 0.6) == 0.0
    assert swap_out_capped(10.0, (8.0, math.inf, 12.0), 5.0, 0.03, 0.6) == 0.0
