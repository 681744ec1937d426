import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from sim.formulas.signals import approval, pooled_error_sd, pooled_precision, posterior
from tests.formulas.oracles import cases, close

precisions = st.floats(0.05, 5.0)


def judged(inputs):
    news = pooled_precision(inputs["tau_e"], inputs["k"])
    return approval(inputs["m0"], inputs["tau0"], news, inputs["qbar"])


@pytest.mark.parametrize(("inputs", "value"), cases("A10.ap."))
def test_share_approved(inputs, value):
    assert judged(inputs).approve == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A10.ba."))
def test_share_of_bad_among_approved(inputs, value):
    # the reference is a numerical integral
    assert judged(inputs).bad_given_approve == close(value, rel=1e-9)


@pytest.mark.parametrize(("inputs", "value"), cases("A10.rg."))
def test_share_rejected_among_good(inputs, value):
    # the reference is a numerical integral
    assert judged(inputs).reject_given_good == close(value, rel=1e-9)


@given(st.floats(0.1, 5.0), st.integers(1, 20), st.floats(0.0, 1.0))
def test_pooling_never_hurts_and_meets_its_floor(sd, signals, correlation):
    pooled = pooled_error_sd(sd, signals, correlation)
    assert sd * np.sqrt(correlation) - 1e-12 <= pooled <= sd * (1.0 + 1e-12)
    precision = pooled_precision(1.0 / sd**2, signals, correlation)
    assert precision == pytest.approx(1.0 / pooled**2, rel=1e-12)


@given(st.floats(-2.0, 2.0), precisions, st.floats(-2.0, 2.0), precisions, precisions)
def test_two_signals_at_once_or_in_turn_give_the_same_belief(mean, prior, signal, a, b):
    at_once = posterior(mean, prior, (a * signal + b * 1.5) / (a + b), a + b)
    in_turn = posterior(*posterior(mean, prior, signal, a), 1.5, b)
    np.testing.assert_allclose(at_once, in_turn, rtol=1e-12, atol=1e-12)


def test_belief_without_news_is_the_prior():
    mean, precision = posterior([0.3, 0.4], 2.0, 9.0, 0.0)
    assert mean.tolist() == [0.3, 0.4]
    assert precision.tolist() == [2.0, 2.0]


@given(st.floats(-1.0, 1.0), precisions, precisions, st.floats(-1.0, 1.0))
def test_more_information_lowers_the_bad_share_and_the_errors_in_all(m, t, news, bar):
    less, more = approval(m, t, news, bar), approval(m, t, 3.0 * news, bar)
    if less.approve > 1e-6:
        assert more.bad_given_approve <= less.bad_given_approve + 1e-6
    good = ndtr((m - bar) * t**0.5)

    def mistakes(found):
        return found.approve * found.bad_given_approve + good * found.reject_given_good

    if less.approve > 1e-6 and good > 1e-6:
        assert mistakes(more) <= mistakes(less) + 1e-9


def test_information_can_make_a_generous_lender_reject_more_of_the_good():
    rejected = approval(1.0, 1.0, [0.0, 1.0, 3.0, 100.0], 0.0).reject_given_good
    assert rejected[0] < rejected[1] < rejected[2] > rejected[3]


def test_shares_agree_with_the_law_of_total_probability():
    found = approval(0.2, 1.5, 0.7, 0.5)
    funded_good = found.approve * (1.0 - found.bad_given_approve)
    kept_good = ndtr(-0.3 * 1.5**0.5) * (1.0 - found.reject_given_good)
    assert funded_good == close(float(kept_good))


def test_perfect_information_makes_no_errors():
    found = approval(0.0, 1.0, np.inf, 0.3)
    assert found.bad_given_approve == pytest.approx(0.0, abs=1e-12)
    assert found.reject_given_good == pytest.approx(0.0, abs=1e-12)


def test_no_information_approves_all_or_nobody():
    everyone = approval(0.5, 1.0, 0.0, 0.3)
    assert everyone.approve == pytest.approx(1.0)
    assert everyone.reject_given_good == pytest.approx(0.0, abs=1e-12)
    nobody = approval(0.0, 1.0, 0.0, 0.3)
    assert nobody.approve < 1e-300
    assert nobody.reject_given_good == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pooled_error_sd(-1.0, 2), "error_sd must not be negative"),
        (lambda: pooled_error_sd(1.0, 0), "signals must be above 0"),
        (lambda: pooled_precision(1.0, 2, 1.5), "correlation must lie"),
        (lambda: posterior(0.0, 0.0, 1.0, 1.0), "prior_precision must be above 0"),
        (lambda: approval(0.0, 1.0, -1.0, 0.3), "signal_precision must not be"),
    ],
)
def test_bad_inputs_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
