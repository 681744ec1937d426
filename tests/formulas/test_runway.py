import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import invgauss

from sim.formulas.runway import (
    exhaustion_prob,
    funded_in_time_prob,
    ruin_prob,
    ruin_prob_with_raises,
    runway,
    runway_sd,
)
from tests.formulas.oracles import cases, close


@pytest.mark.parametrize(("inputs", "value"), cases("A7.grow"))
def test_runway_of_a_growing_burn(inputs, value):
    assert runway(inputs["C"], inputs["b"], inputs["g"]) == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A7.F."))
def test_exhaustion_in_time(inputs, value):
    cash = (inputs["C"], inputs["burn"], inputs["sd"])
    assert exhaustion_prob(*cash, inputs["t"]) == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A7.ruin."))
def test_ruin_of_a_firm_that_earns(inputs, value):
    assert ruin_prob(inputs["C"], inputs["drift"], inputs["sd"]) == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A7.race."))
def test_race_between_funding_and_cash(inputs, value):
    found = funded_in_time_prob(inputs["runway"], inputs["mean_wait_months"])
    assert found == close(value)


@pytest.mark.parametrize(("wait", "elapsed"), [(18, 8.7584919), (12, 7.5854467), (9, 6.6276258)])
def test_months_until_funding_or_exhaustion(wait, elapsed):
    assert wait * funded_in_time_prob(12.0, wait) == pytest.approx(elapsed, abs=6e-8)


@pytest.mark.parametrize(("inputs", "value"), cases("A7.dual."))
def test_ruin_of_a_firm_that_lives_from_raises(inputs, value):
    names = ("runway", "rate", "mean_raise_months")
    assert ruin_prob_with_raises(*(inputs[name] for name in names)) == close(value)


@pytest.mark.parametrize(
    ("cash", "burn", "sd", "expected"),
    [(12, 1, 1.5, 5.19615242), (12, 0.5, 1.5, 14.69693846), (6, 1, 2, 4.89897949)],
)
def test_spread_of_the_runway(cash, burn, sd, expected):
    assert runway_sd(cash, burn, sd) == pytest.approx(expected, abs=6e-9)


@given(st.floats(0.1, 50.0), st.floats(0.05, 5.0), st.floats(0.1, 5.0), st.floats(0.1, 99.0))
def test_exhaustion_follows_the_inverse_gaussian_law(cash, burn, sd, time):
    mean, shape = cash / burn, cash * cash / (sd * sd)
    expected = invgauss.cdf(time, mean / shape, scale=shape)
    assert exhaustion_prob(cash, burn, sd, time) == pytest.approx(expected, abs=1e-10)


@given(st.floats(0.1, 9.0), st.floats(-2.0, 2.0), st.floats(0.5, 5.0))
def test_exhaustion_in_a_long_time_is_ruin(cash, drift, sd):
    far = exhaustion_prob(cash, -drift, sd, 1e9)
    assert far == pytest.approx(ruin_prob(cash, drift, sd), abs=2e-3)
    assert exhaustion_prob(cash, -drift, sd, math.inf) == ruin_prob(cash, drift, sd)


@given(st.floats(0.1, 50.0), st.floats(0.05, 5.0), st.floats(-0.5, 0.5))
def test_cash_lasts_exactly_its_runway(cash, burn, growth):
    time = runway(cash, burn, growth)
    if math.isfinite(time):
        spent = burn * (np.expm1(growth * time) / growth if growth else time)
        assert spent == pytest.approx(cash, rel=1e-9)
    else:
        assert -burn / growth <= cash


def test_edges_of_the_cash_formulas():
    assert runway(0.0, 1.0, 0.0) == 0.0
    assert runway(1.0, 0.0, 0.0) == math.inf
    assert runway(10.0, 1.0, -0.2) == math.inf
    assert exhaustion_prob(0.0, 1.0, 1.0, 1.0) == 1.0
    assert exhaustion_prob(1.0, 1.0, 1.0, 0.0) == 0.0
    assert exhaustion_prob(1.0, 1.0, 0.0, 2.0) == 1.0
    assert exhaustion_prob(1.0, 1.0, 0.0, 0.5) == 0.0
    assert runway_sd(1.0, 0.0, 1.0) == math.inf
    assert runway_sd(1.0, 1.0, 0.0) == 0.0
    assert ruin_prob(0.0, 1.0, 1.0) == 1.0
    assert ruin_prob(1.0, 1.0, 0.0) == 0.0
    assert ruin_prob(1.0, -1.0, 0.0) == 1.0
    assert ruin_prob(1.0, 0.0, 1.0) == 1.0
    assert funded_in_time_prob(0.0, 5.0) == 0.0
    assert funded_in_time_prob(5.0, 0.0) == 1.0
    assert ruin_prob_with_raises(0.0, 1.0, 9.0) == 1.0
    assert ruin_prob_with_raises(5.0, 0.05, 9.0) == 1.0


def test_large_cash_and_burn_do_not_overflow():
    assert exhaustion_prob(1e6, 1e3, 1.0, 999.0) < 1e-6
    assert exhaustion_prob(1e6, 1e3, 1.0, 1001.0) == pytest.approx(1.0)
