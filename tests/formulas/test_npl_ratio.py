import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.formulas.npl_ratio import (
    implied_default_hazard,
    npl_ratio,
    npl_ratio_fixed_workout,
)
from tests.formulas.oracles import cases, close


@pytest.mark.parametrize(("inputs", "value"), cases("A12.ratio"))
def test_steady_ratio_does_not_depend_on_the_law_of_workouts(inputs, value):
    assert npl_ratio(inputs["default"], inputs["workout"]) == close(value)
    assert npl_ratio_fixed_workout(inputs["default"], inputs["workout"]) == close(value)
    performing = inputs["orig"] / (inputs["repay"] + inputs["default"])
    bad = performing * inputs["default"] * inputs["workout"]
    assert bad / (performing + bad) == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A12.ge"))
def test_growth_flatters_the_ratio_with_exponential_workouts(inputs, value):
    assert npl_ratio(0.04, 1.5, inputs["growth"]) == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A12.gd"))
def test_growth_flatters_the_ratio_with_fixed_workouts(inputs, value):
    assert npl_ratio_fixed_workout(0.04, 1.5, inputs["growth"]) == close(value)


@given(st.floats(0.0, 0.5), st.floats(0.1, 5.0), st.floats(-0.1, 0.5))
def test_implied_hazard_inverts_the_ratio(hazard, workout, growth):
    ratio = npl_ratio(hazard, workout, growth)
    found = implied_default_hazard(ratio, workout, growth)
    assert found == pytest.approx(hazard, rel=1e-9, abs=1e-15)


@given(st.floats(0.001, 0.5), st.floats(0.1, 5.0), st.floats(0.0, 0.4))
def test_faster_growth_lowers_the_ratio(hazard, workout, growth):
    assert npl_ratio(hazard, workout, growth + 0.1) < npl_ratio(hazard, workout, growth)
    slow = npl_ratio_fixed_workout(hazard, workout, growth)
    assert npl_ratio_fixed_workout(hazard, workout, growth + 0.1) < slow


def test_bad_books_are_refused():
    with pytest.raises(ValueError, match="growth plus one over the workout time"):
        npl_ratio(0.04, 1.5, -0.7)
    with pytest.raises(ValueError, match="one minus ratio must be above 0"):
        implied_default_hazard(1.0, 1.5)
    with pytest.raises(ValueError, match="workout_years must be above 0"):
        npl_ratio_fixed_workout(0.04, 0.0)
