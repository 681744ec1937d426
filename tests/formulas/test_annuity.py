import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.formulas.annuity import balance, continuous_annuity, payment, payments_value
from tests.formulas.oracles import cases, close


@pytest.mark.parametrize(("inputs", "value"), cases("A8.pmt"))
def test_level_payment(inputs, value):
    assert payment(inputs["P"], 12.0 * inputs["i"], inputs["n"]) == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A8.pv"))
def test_value_of_a_saving(inputs, value):
    if "concession" in inputs:
        speed = inputs["r"] + inputs["hazard"]
        annuity = continuous_annuity(0.0, inputs["T"], speed)
        assert inputs["concession"] * annuity == close(value)
        return
    saving = payment(1e6, 0.06, 36) - payment(1e6, 0.04, 36)
    assert saving == pytest.approx(897.952445, abs=5e-7)
    rate = {"3%/12": 0.03, "6%/12": 0.06}[inputs["disc"]]
    assert payments_value(saving, rate, 36) == close(value)


def test_balance_on_the_way():
    found = balance(1e6, 0.06, 36, [0, 12, 24, 36])
    expected = [1e6, 686406.104926, 353470.424591, 0.0]
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-9)


@given(st.floats(-0.05, 0.3), st.integers(1, 60), st.integers(0, 60))
def test_balance_follows_from_interest_and_payments(rate, n_payments, n_paid):
    n_paid = min(n_paid, n_payments)
    owed = 1.0
    for _ in range(n_paid):
        owed += owed * rate / 12.0 - float(payment(1.0, rate, n_payments))
    assert balance(1.0, rate, n_payments, n_paid) == pytest.approx(owed, abs=1e-10)


def test_no_interest_repays_in_equal_parts():
    assert payment(12.0, 0.0, 24) == 0.5
    assert balance(12.0, 0.0, 24, 6) == close(9.0)
    assert payment(12.0, 1e-13, 24) == close(0.5)


@given(st.floats(0.0, 5.0), st.floats(0.0, 5.0), st.floats(0.0, 0.5))
def test_continuous_annuities_add_up(first, second, rate):
    whole = continuous_annuity(0.0, first + second, rate)
    early = continuous_annuity(0.0, first, rate)
    late = continuous_annuity(first, first + second, rate)
    assert early + late == pytest.approx(whole, rel=1e-12, abs=1e-15)


def test_a_perpetuity_is_worth_one_over_the_rate():
    assert continuous_annuity(0.0, np.inf, 0.05) == close(20.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: payment(1.0, 0.05, 0), "n_payments must be above 0"),
        (lambda: payment(1.0, -12.0, 10), "one plus the rate per period"),
        (lambda: balance(1.0, 0.05, 10, 11), "payments left must not be negative"),
        (lambda: balance(1.0, 0.05, 10, -1), "n_paid must not be negative"),
        (lambda: continuous_annuity(2.0, 1.0, 0.05), "end minus start"),
        (lambda: continuous_annuity(0.0, 1.0, -0.05), "rate must not be negative"),
    ],
)
def test_bad_inputs_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
