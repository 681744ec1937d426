import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.formulas.screening_errors import (
    TwoTypes,
    expected_profit,
    independent_lenders,
    optimal_cutoff,
    screening_errors,
)
from sim.formulas.signals import pooled_error_sd
from tests.formulas.oracles import cases, close

TYPES = TwoTypes(1.0, -1.0, 0.6, 0.05, 0.5)


def errors(inputs):
    spread = pooled_error_sd(2.0, inputs["k"], inputs.get("corr", 0.0))
    return screening_errors(TYPES, spread, optimal_cutoff(TYPES, spread))


@pytest.mark.parametrize(("inputs", "value"), cases("A10.typeI."))
def test_good_applicants_turned_down(inputs, value):
    assert errors(inputs)[0] == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A10.typeII."))
def test_bad_applicants_accepted(inputs, value):
    assert errors(inputs)[1] == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A10.profit."))
def test_profit_per_applicant(inputs, value):
    assert expected_profit(TYPES, *errors(inputs)) == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A10.fix."))
def test_both_errors_fall_at_a_fixed_cutoff(inputs, value):
    spread = pooled_error_sd(2.0, inputs["k"])
    found = screening_errors(TYPES, spread, inputs["cutoff"])
    assert found[0] == close(value)
    assert found[1] == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A10.cs."))
def test_independent_lenders_fund_a_worse_pool(inputs, value):
    alone = screening_errors(TYPES, 2.0, optimal_cutoff(TYPES, 2.0))
    found = independent_lenders(TYPES, *alone, inputs["k"])
    assert found.bad_share == close(value)


def test_more_lenders_fund_more_of_both_types():
    alone = screening_errors(TYPES, 2.0, optimal_cutoff(TYPES, 2.0))
    found = independent_lenders(TYPES, *alone, [1, 2, 3, 5])
    good = [0.08118875, 0.15578588, 0.22432657, 0.34516554]
    bad = [0.00826226, 0.01645625, 0.02458254, 0.04063425]
    np.testing.assert_allclose(found.good, good, atol=6e-9)
    np.testing.assert_allclose(found.bad, bad, atol=6e-9)
    assert (np.diff(found.bad_share) > 0.0).all()


def test_bad_acceptances_are_not_monotone_in_information():
    accepted = [float(errors({"k": k})[1]) for k in (1, 3, 10)]
    assert accepted[0] < accepted[1] > accepted[2]


@given(
    st.floats(0.1, 3.0),
    st.floats(0.05, 0.95),
    st.floats(0.01, 1.0),
    st.floats(0.01, 1.0),
    st.floats(0.2, 4.0),
)
def test_optimal_cutoff_beats_its_neighbours_and_information_pays(apart, pi, gain, loss, sd):
    types = TwoTypes(apart, 0.0, pi, gain, loss)

    def profit(spread, cutoff):
        return expected_profit(types, *screening_errors(types, spread, cutoff))

    cutoff = optimal_cutoff(types, sd)
    best = profit(sd, cutoff)
    assert best >= profit(sd, cutoff + 0.1) - 1e-12
    assert best >= profit(sd, cutoff - 0.1) - 1e-12
    assert profit(0.7 * sd, optimal_cutoff(types, 0.7 * sd)) >= best - 1e-12


def test_perfect_signals_make_no_errors():
    found = screening_errors(TYPES, 0.0, optimal_cutoff(TYPES, 0.0))
    assert [float(error) for error in found] == [0.0, 0.0]
    funded = independent_lenders(TYPES, *found, 3)
    assert funded.bad_share == 0.0


def test_nobody_funded_has_no_bad_share():
    assert np.isnan(independent_lenders(TYPES, 1.0, 0.0, 2).bad_share)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: TwoTypes(0.0, 1.0, 0.5, 1.0, 1.0), "good_mean minus bad_mean"),
        (lambda: TwoTypes(1.0, 0.0, 1.0, 1.0, 1.0), "one minus good_share"),
        (lambda: TwoTypes(1.0, 0.0, 0.5, 0.0, 1.0), "gain must be above 0"),
        (lambda: optimal_cutoff(TYPES, -1.0), "error_sd must not be negative"),
        (lambda: screening_errors(TYPES, 1.0, np.inf), "cutoff must be finite"),
        (lambda: expected_profit(TYPES, 1.2, 0.1), "type_one must lie"),
        (lambda: independent_lenders(TYPES, 0.5, 0.1, 0), "lenders must be above 0"),
    ],
)
def test_bad_inputs_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
