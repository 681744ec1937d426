import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.formulas.options import black_scholes_call
from sim.formulas.warrants import (
    coverage_value,
    diluted_warrant,
    galai_schneller_warrant,
)
from tests.formulas.oracles import cases, close


@pytest.mark.parametrize(("inputs", "value"), cases("A6.fp"))
def test_fixed_point_warrant(inputs, value):
    market = tuple(float(inputs[name]) for name in ("S", "K", "T", "r", "vol"))
    found = galai_schneller_warrant(*market, inputs["m"] / inputs["n"])
    assert found == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A6.cov"))
def test_coverage_makes_an_option_a_share_of_the_loan(inputs, value):
    option = black_scholes_call(1.0, 1.0, inputs["T"], 0.03, inputs["vol"])
    assert 100.0 * coverage_value(inputs["coverage"], option) == close(value)


def test_textbook_warrant_issue():
    call = black_scholes_call(40.0, 60.0, 5.0, 0.03, 0.3)
    warrant = diluted_warrant(40.0, 60.0, 5.0, 0.03, 0.3, 0.2)
    assert call == pytest.approx(7.040239, abs=5e-7)
    assert warrant == pytest.approx(5.866866, abs=5e-7)
    assert 0.2 * warrant == pytest.approx(1.173373, abs=5e-7)


@given(
    st.floats(0.1, 10.0),
    st.floats(0.1, 10.0),
    st.floats(0.1, 10.0),
    st.floats(0.05, 1.5),
    st.floats(0.0, 5.0),
)
def test_fixed_point_solves_its_equation_between_the_diluted_and_plain_call(
    spot, strike, years, volatility, ratio
):
    market = (strike, years, 0.03, volatility)
    found = galai_schneller_warrant(spot, *market, ratio)
    call = black_scholes_call(spot + ratio * found, *market)
    assert found == pytest.approx(call / (1.0 + ratio), rel=1e-12, abs=1e-300)
    assert found >= diluted_warrant(spot, *market, ratio) * (1.0 - 1e-12)
    assert found <= black_scholes_call(spot, *market) * (1.0 + 1e-12) + 1e-300


def test_without_dilution_a_warrant_is_a_call():
    call = black_scholes_call(2.0, 1.0, 3.0, 0.03, 0.5)
    assert diluted_warrant(2.0, 1.0, 3.0, 0.03, 0.5, 0.0) == call
    assert galai_schneller_warrant(2.0, 1.0, 3.0, 0.03, 0.5, 0.0) == close(call)


def test_a_worthless_share_gives_a_worthless_warrant():
    assert galai_schneller_warrant(0.0, 1.0, 3.0, 0.03, 0.5, 0.2) == 0.0
