import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.formulas.annuity import continuous_annuity
from sim.formulas.concession import (
    concession_value,
    fair_coverage,
    step_up_rate,
    step_up_value,
)
from sim.formulas.exit_rights import right_at_exit_before
from tests.formulas.oracles import cases, close


@pytest.mark.parametrize(("inputs", "value"), cases("A8.conc") + cases("A8.pvc"))
def test_value_of_a_concession(inputs, value):
    names = ("concession", "T", "r", "hazard")
    assert concession_value(*(inputs[name] for name in names)) == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A8.step."))
def test_step_up_rate(inputs, value):
    names = ("cbar", "r1", "T1", "T", "r", "hazard")
    assert step_up_rate(*(inputs[name] for name in names)) == close(value)


@pytest.mark.parametrize(
    ("flat", "first", "years", "expected"),
    [
        (0.06, 0.04, 1.0, -0.009610457),
        (0.06, 0.035, 2.0, -0.023102533),
        (0.07, 0.03, 1.0, -0.019220913),
    ],
)
def test_a_step_up_loses_when_half_the_borrowers_leave(flat, first, years, expected):
    found = step_up_value(flat, first, years, 0.5, 0.03, 0.05)
    assert found == pytest.approx(expected, abs=6e-10)


def test_fair_coverage_of_the_published_swap():
    right = right_at_exit_before(1.0, 1.0, (0.10, 0.08), 7.0, 0.03, 0.6)
    coverage = fair_coverage(concession_value(0.015, 3.0, 0.03, 0.04), right)
    assert coverage == pytest.approx(0.273152845, abs=6e-10)


@given(
    st.floats(0.02, 0.1),
    st.floats(0.0, 0.1),
    st.floats(0.1, 3.0),
    st.floats(0.1, 3.0),
    st.floats(0.0, 0.2),
)
def test_step_up_pays_the_same_as_the_flat_rate(flat, first, early, late, hazard):
    later = step_up_rate(flat, first, early, early + late, 0.03, hazard)
    speed = 0.03 + hazard
    paid = first * continuous_annuity(0.0, early, speed)
    paid = paid + later * continuous_annuity(early, early + late, speed)
    whole = flat * continuous_annuity(0.0, early + late, speed)
    assert paid == pytest.approx(whole, rel=1e-10)


def test_neutral_concessions_cost_nothing():
    assert concession_value(0.0, 3.0, 0.03, 0.05) == 0.0
    assert step_up_value(0.06, 0.04, 1.0, 1.0, 0.03, 0.05) == 0.0
    assert step_up_rate(0.06, 0.06, 1.0, 3.0, 0.03, 0.05) == close(0.06)
    assert fair_coverage(0.0, 0.15) == 0.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: step_up_rate(0.06, 0.04, 3.0, 3.0, 0.03, 0.05), "annuity after the step"),
        (lambda: step_up_value(0.06, 0.04, 3.0, 1.5, 0.03, 0.05), "stay_share"),
        (lambda: fair_coverage(0.04, 0.0), "right_per_strike must be above 0"),
        (lambda: concession_value(0.01, 3.0, 0.03, -0.1), "hazard must not be negative"),
    ],
)
def test_bad_inputs_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
