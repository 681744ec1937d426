import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.formulas.pricing import break_even_rate, credit_triangle_rate, raroc
from tests.formulas.oracles import cases, close


@pytest.mark.parametrize(("inputs", "value"), cases("A11.r."))
def test_break_even_rate(inputs, value):
    names = ("PD", "LGD", "f", "K", "h", "opex")
    assert break_even_rate(*(inputs[name] for name in names)) == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A11.raroc."))
def test_return_on_risk_capital(inputs, value):
    names = ("r", "PD", "LGD", "f", "K", "opex")
    # a return near zero is a difference of larger numbers
    assert raroc(*(inputs[name] for name in names)) == pytest.approx(value, abs=1e-15)


@given(
    st.floats(0.0, 0.5),
    st.floats(0.0, 1.0),
    st.floats(0.0, 0.1),
    st.floats(0.01, 0.5),
    st.floats(0.0, 0.4),
    st.floats(-0.02, 0.05),
)
def test_at_the_break_even_rate_capital_earns_its_hurdle(p, lgd, fund, cap, hurdle, cost):
    rate = break_even_rate(p, lgd, fund, cap, hurdle, cost)
    assert raroc(rate, p, lgd, fund, cap, cost) == pytest.approx(hurdle, abs=1e-12)


def test_cheap_funding_alone_does_not_close_the_gap_of_start_ups():
    needed = break_even_rate(0.05, 0.60, 0.0175, 0.105, 0.12, 0.012)
    assert needed > 0.044


def test_rates_work_on_arrays():
    rates = break_even_rate([0.01, 0.03], 0.45, 0.03, 0.08, 0.15, 0.01)
    np.testing.assert_allclose(rates, [0.054646465, 0.065051546], atol=6e-10)


def test_credit_triangle():
    assert credit_triangle_rate(0.03, [0.0, 0.1], 0.4).tolist() == [0.03, 0.07]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: break_even_rate(1.0, 0.4, 0.03, 0.1, 0.1, 0.0), "default_prob"),
        (lambda: break_even_rate(0.1, 1.4, 0.03, 0.1, 0.1, 0.0), "loss_given_default"),
        (lambda: raroc(0.05, 0.1, 0.4, 0.03, 0.0, 0.0), "capital_share must be above 0"),
        (lambda: credit_triangle_rate(0.03, -0.1, 0.4), "default_hazard"),
    ],
)
def test_bad_inputs_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
