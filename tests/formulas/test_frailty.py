import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.formulas.frailty import frailty_default_correlation, frailty_default_prob
from tests.formulas.oracles import cases, close


@pytest.mark.parametrize(("inputs", "value"), cases("A2g.PD"))
def test_default_probability_under_a_gamma_factor(inputs, value):
    found = frailty_default_prob(inputs["cum_hazard"], inputs["frailty_var"])
    assert found == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A2g.rho"))
def test_default_correlation_under_a_gamma_factor(inputs, value):
    found = frailty_default_correlation(inputs["cum_hazard"], inputs["frailty_var"])
    # the reference value subtracts nearly equal numbers
    assert found == close(value, rel=2e-13 / value)


@given(st.floats(0.001, 1.0), st.floats(0.01, 3.0))
def test_a_shared_factor_lowers_the_mean_default_rate_and_ties_defaults(hazard, variance):
    prob = frailty_default_prob(hazard, variance)
    assert prob <= -np.expm1(-hazard)
    assert 0.0 < frailty_default_correlation(hazard, variance) < 1.0


def test_without_a_factor_defaults_are_independent():
    assert frailty_default_prob(0.1, 0.0) == close(-np.expm1(-0.1))
    assert frailty_default_correlation(0.1, 0.0) == 0.0
    near = frailty_default_correlation(0.1, 1e-9)
    assert near == pytest.approx(0.0, abs=1e-9)


def test_bad_frailty_is_refused():
    with pytest.raises(ValueError, match="variance must not be negative"):
        frailty_default_prob(0.1, -1.0)
    with pytest.raises(ValueError, match="cumulative_hazard must be above 0"):
        frailty_default_correlation(0.0, 1.0)
