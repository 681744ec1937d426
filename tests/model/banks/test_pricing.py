import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.banks.break_even import break_even_rate
from tests.oracles.pricing import raroc
from tests.oracles.values import cases, close


@pytest.mark.parametrize(("inputs", "value"), cases("A11.r."))
def test_break_even_rate(inputs, value):
    names = ("PD", "LGD", "f", "K", "h", "opex")
    assert break_even_rate(*(inputs[name] for name in names)) == close(value)


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


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: break_even_rate(1.0, 0.4, 0.03, 0.1, 0.1, 0.0), "default_prob"),
        (lambda: break_even_rate(0.1, 1.4, 0.03, 0.1, 0.1, 0.0), "loss_given_default"),
    ],
)
def test_bad_inputs_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
