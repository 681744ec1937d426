import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.firms.right import gap_call
from tests.oracles.options import black_scholes_call, digital
from tests.oracles.values import cases, close

values = st.floats(0.05, 200.0)


@pytest.mark.parametrize(("inputs", "value"), cases("A6r.gap"))
def test_right_with_a_trigger_on_one_date(inputs, value):
    found = gap_call(inputs["V0"], 8.0, 40.0, inputs["T"], 0.03, inputs["vol"])
    assert 0.25 * found == close(value)


@given(values, values, values, st.floats(0.02, 15.0), st.floats(0.0, 0.12), st.floats(0.05, 1.5))
def test_gap_call_is_a_call_plus_a_digital(s, k, h, t, r, v):
    parts = black_scholes_call(s, h, t, r, v) + (h - k) * digital(s, h, t, r, v)
    assert gap_call(s, k, h, t, r, v) == pytest.approx(parts, abs=1e-10 * (s + k + h))


def test_a_worthless_firm_gives_a_worthless_right():
    assert gap_call(0.0, 1.0, 1.0, 1.0, 0.03, 0.5) == 0.0


def test_without_time_the_right_is_worth_its_intrinsic_value():
    assert gap_call(3.0, 2.0, 2.0, 0.0, 0.03, 0.5) == 1.0
    assert gap_call(1.0, 2.0, 2.0, -1.0, 0.03, 0.5) == 0.0
    assert gap_call(3.0, 2.0, 4.0, 0.0, 0.03, 0.5) == 0.0


def test_without_volatility_the_forward_value_decides():
    paid = math.exp(-0.05)
    assert gap_call(1.0, 1.0, 1.0, 1.0, 0.05, 0.0) == close(1.0 - paid)
    assert gap_call(1.0, 1.0, 1.2, 1.0, 0.05, 0.0) == 0.0


def test_a_strike_of_nothing_makes_a_right_the_share_itself():
    assert gap_call(3.0, 0.0, 0.0, 5.0, 0.03, 0.5) == 3.0


def test_a_trigger_at_infinity_leaves_no_right():
    assert gap_call(10.0, 8.0, math.inf, 5.0, 0.03, 0.6) == 0.0
