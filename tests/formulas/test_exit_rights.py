import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import lognorm

from sim.formulas.exit_rights import (
    lognormal_call_on_multiple,
    pareto_call,
    right_at_exit_before,
    right_at_exit_value,
)
from sim.formulas.options import black_scholes_call
from tests.formulas.oracles import cases, close

hazards = st.floats(0.01, 0.8)
values = st.floats(0.1, 50.0)


@pytest.mark.parametrize(("inputs", "value"), cases("A6.exit.0"))
def test_right_at_exit_meets_the_closed_form(inputs, value):
    names = ("S", "K", "exit", "default", "r", "vol")
    assert right_at_exit_value(*(float(inputs[name]) for name in names)) == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A6.exit.T7"))
def test_right_at_exit_that_expires(inputs, value):
    ends = (inputs["exit"], inputs["default"])
    found = right_at_exit_before(1.0, 1.0, ends, 7.0, inputs["r"], inputs["vol"])
    assert found == close(value)


@pytest.mark.parametrize("years", [0.3, 4.0, 40.0])
@pytest.mark.parametrize("spot", [0.2, 1.0, 3.0])
def test_expiring_right_is_the_integral_of_calls(spot, years):
    end, default, rate, vol = 0.15, 0.25, 0.02, 0.5

    def integrand(t):
        weight = end * math.exp(-(end + default) * t)
        return weight * black_scholes_call(spot, 1.0, t, rate, vol)

    expected = quad(integrand, 0.0, years, epsabs=1e-14, epsrel=1e-12, limit=200)[0]
    found = right_at_exit_before(spot, 1.0, (end, default), years, rate, vol)
    # a numerical integral
    assert found == close(expected, rel=1e-9)


@given(values, values, hazards, hazards, st.floats(0.0, 0.1), st.floats(0.05, 1.2))
def test_expiring_right_grows_with_its_life_up_to_the_perpetual_one(s, k, x, d, r, v):
    slack = 1e-11 * (s + k)
    short = right_at_exit_before(s, k, (x, d), 2.0, r, v)
    longer = right_at_exit_before(s, k, (x, d), 10.0, r, v)
    forever = right_at_exit_value(s, k, x, d, r, v)
    assert -slack <= short <= longer + slack
    assert longer <= forever + slack
    at_last = right_at_exit_before(s, k, (x, d), 1e5, r, v)
    assert at_last == pytest.approx(forever, abs=slack)
    assert right_at_exit_before(s, k, (x, d), math.inf, r, v) == forever
    assert forever <= s * x / (x + d) + slack


@given(values, hazards, hazards, st.floats(0.0, 0.1), st.floats(0.05, 1.2))
def test_a_strike_of_nothing_is_worth_the_chance_of_exit(s, x, d, r, v):
    assert right_at_exit_value(s, 0.0, x, d, r, v) == close(s * x / (x + d))
    share = x / (x + d) * -math.expm1(-(x + d) * 7.0)
    assert right_at_exit_before(s, 0.0, (x, d), 7.0, r, v) == close(s * share, rel=1e-9)


@given(values, values, hazards, hazards, st.floats(0.0, 0.1))
def test_small_volatility_approaches_the_sure_value(s, k, x, d, r):
    sure = right_at_exit_value(s, k, x, d, r, 0.0)
    near = right_at_exit_value(s, k, x, d, r, 1e-4)
    assert near == pytest.approx(sure, abs=2e-4 * (s + k))
    sure = right_at_exit_before(s, k, (x, d), 5.0, r, 0.0)
    near = right_at_exit_before(s, k, (x, d), 5.0, r, 1e-4)
    assert near == pytest.approx(sure, abs=2e-4 * (s + k))


def test_no_exit_no_firm_or_no_time_leaves_no_right():
    assert right_at_exit_value(1.0, 1.0, 0.0, 0.1, 0.03, 0.5) == 0.0
    assert right_at_exit_value(0.0, 1.0, 0.1, 0.1, 0.03, 0.5) == 0.0
    assert right_at_exit_before(1.0, 1.0, (0.1, 0.1), 0.0, 0.03, 0.5) == 0.0
    assert right_at_exit_before(0.0, 1.0, (0.1, 0.1), 5.0, 0.03, 0.0) == 0.0
    assert right_at_exit_before(1.0, 9.0, (0.1, 0.1), 5.0, 0.03, 0.0) == 0.0
    assert right_at_exit_value(1.0, 9.0, 0.1, 0.1, 0.0, 0.0) == 0.0


def test_a_rate_too_negative_for_the_integral_gives_nan():
    assert math.isnan(right_at_exit_value(1.0, 1.0, 0.1, 0.1, -0.3, 0.5))
    assert math.isnan(right_at_exit_before(1.0, 1.0, (0.1, 0.1), 5.0, -0.3, 0.5))
    assert math.isnan(right_at_exit_before(1.0, 1.0, (0.1, 0.1), 5.0, -0.3, 0.0))


@pytest.mark.parametrize("spot", [1e-9, 1e9])
def test_extreme_moneyness_does_not_overflow(spot):
    found = right_at_exit_before(spot, 1.0, (0.1, 0.05), 7.0, 0.03, 0.05)
    share = 0.1 / 0.15 * -math.expm1(-0.15 * 7.0)
    assert 0.0 <= found <= spot * share * (1.0 + 1e-12)


@pytest.mark.parametrize(("inputs", "value"), cases("A6p."))
def test_mean_of_a_lognormal_multiple_above_a_strike(inputs, value):
    found = lognormal_call_on_multiple(inputs["mu"], inputs["sigma"], inputs["K"])
    assert found == close(value)


@given(st.floats(-1.0, 1.0), st.floats(0.1, 1.5), st.floats(0.1, 5.0))
def test_lognormal_call_less_put_is_the_forward(mu, sd, strike):
    call = lognormal_call_on_multiple(mu, sd, strike)
    law = lognorm(sd, scale=math.exp(mu))
    put = quad(law.cdf, 0.0, strike, epsabs=1e-10)[0]
    assert call - put == pytest.approx(math.exp(mu + 0.5 * sd * sd) - strike, abs=1e-7)


def test_lognormal_call_without_spread_or_strike():
    assert lognormal_call_on_multiple(0.0, 0.0, 0.5) == 0.5
    assert lognormal_call_on_multiple(0.0, 0.0, 2.0) == 0.0
    assert lognormal_call_on_multiple(0.0, 1.0, 0.0) == close(math.exp(0.5))


@pytest.mark.parametrize(("inputs", "value"), cases("A6q."))
def test_mean_of_a_pareto_multiple_above_a_strike(inputs, value):
    assert pareto_call(inputs["alpha"], inputs["xm"], inputs["K"]) == close(value)


def test_pareto_call_at_its_edges():
    assert pareto_call(1.0, 0.5, 2.0) == math.inf
    assert pareto_call(2.0, 0.5, 0.25) == close(0.75)
    assert pareto_call(2.0, 0.5, 0.5) == close(0.5)
    assert pareto_call(2.0, 0.0, 1.0) == 0.0
