import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.banks.bayes import pooled_precision, posterior
from tests.oracles.signals import approval, pooled_error_sd

precisions = st.floats(0.05, 5.0)


@pytest.mark.parametrize("correlation", [0.0, 0.3])
@pytest.mark.parametrize("signals", [1, 4])
def test_a_lender_who_updates_on_pooled_signals_errs_as_often_as_theory_says(signals, correlation):
    prior, own, bar, size = 1.0, 0.5, 0.3, 400_000
    generator = np.random.default_rng(3)
    quality, common = generator.standard_normal((2, size))
    alone = generator.standard_normal((signals, size)).mean(axis=0)
    errors = (np.sqrt(correlation) * common + np.sqrt(1.0 - correlation) * alone) * own**-0.5
    precision = pooled_precision(own, signals, correlation)
    belief, _ = posterior(0.0, prior, quality + errors, precision)
    lent, good = belief >= bar, quality >= bar
    noise = pooled_error_sd(own**-0.5, signals, correlation)
    expected = approval(0.0, prior, noise**-2, bar)
    for found, share in zip((lent, ~good[lent], ~lent[good]), expected, strict=True):
        assert abs(found.mean() - share) <= 4.0 * np.sqrt(share * (1.0 - share) / found.size)


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


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pooled_precision(-1.0, 2), "precision must not be negative"),
        (lambda: pooled_precision(1.0, 0), "signals must be above 0"),
        (lambda: pooled_precision(1.0, 2, 1.5), "correlation must lie"),
        (lambda: posterior(0.0, 0.0, 1.0, 1.0), "prior_precision must be above 0"),
        (lambda: posterior(0.0, 1.0, 0.3, -1.0), "signal_precision must not be"),
    ],
)
def test_bad_inputs_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
