import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from sim.formulas.vasicek import (
    default_correlation,
    default_covariance,
    first_loss_share,
    vasicek_cdf,
    vasicek_expected_shortfall,
    vasicek_quantile,
)
from tests.formulas.oracles import cases, close

probs = st.floats(0.001, 0.6)
rhos = st.floats(0.01, 0.7)
levels = st.floats(0.5, 0.9995)


@pytest.mark.parametrize(("inputs", "value"), cases("A3.sd."))
def test_sd_of_a_large_pool(inputs, value):
    assert default_covariance(inputs["p"], inputs["rho"]) ** 0.5 == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A3.rd."))
def test_default_correlation(inputs, value):
    assert default_correlation(inputs["p"], inputs["rho"]) == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A3.V."))
def test_value_at_risk_of_a_large_pool(inputs, value):
    found = vasicek_quantile(inputs["alpha"], inputs["p"], inputs["rho"])
    assert found == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A3.E."))
def test_expected_shortfall_of_a_large_pool(inputs, value):
    found = vasicek_expected_shortfall(inputs["alpha"], inputs["p"], inputs["rho"])
    assert found == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A3g."))
def test_first_loss_guarantee(inputs, value):
    found = first_loss_share(inputs["attach"], inputs["p"], inputs["rho"])
    assert found == close(value)


@pytest.mark.parametrize(
    ("p", "rho", "expected"),
    [
        (0.01, 0.1, (1.1878, 3.8228, 7.0122, 10.6650)),
        (0.01, 0.4, (0.5485, 4.5107, 11.0415, 18.1854)),
        (0.001, 0.1, (0.9791, 4.0862, 8.8342, 15.3673)),
        (0.001, 0.4, (0.1171, 3.2451, 13.1772, 31.7456)),
    ],
)
def test_published_standardised_quantiles(p, rho, expected):
    quantiles = vasicek_quantile([0.9, 0.99, 0.999, 0.9999], p, rho)
    scaled = (quantiles - p) / default_covariance(p, rho) ** 0.5
    np.testing.assert_allclose(scaled, expected, atol=6e-5)


def test_the_normal_law_of_equal_mean_and_sd_as_two_regimes_has_a_deeper_tail():
    mean, sd, worst = 0.04898691852068526, 0.030866483, 0.113079563
    rho = 0.082856707
    assert default_covariance(mean, rho) ** 0.5 == close(sd, rel=1e-7)
    assert vasicek_quantile(0.99, mean, rho) == pytest.approx(0.151820, abs=1e-6)
    assert vasicek_quantile(0.999, mean, rho) == pytest.approx(0.212128, abs=1e-6)
    shortfall = vasicek_expected_shortfall(0.999, mean, rho)
    assert shortfall == pytest.approx(0.237695, abs=1e-6)
    assert shortfall > worst


@given(probs, rhos, levels)
def test_quantile_inverts_the_distribution_function(p, rho, level):
    quantile = vasicek_quantile(level, p, rho)
    if quantile < 1.0 - 1e-9:
        assert vasicek_cdf(quantile, p, rho) == pytest.approx(level, rel=1e-8)


@given(probs, rhos, levels)
def test_shortfall_is_at_least_the_quantile_and_the_mean(p, rho, level):
    shortfall = vasicek_expected_shortfall(level, p, rho)
    assert shortfall >= vasicek_quantile(level, p, rho) - 1e-12
    assert shortfall >= p - 1e-12


@given(probs, st.floats(0.05, 0.6), st.floats(0.02, 0.9))
def test_first_loss_is_the_integral_of_the_survival_function(p, rho, attachment):
    beyond = quad(
        lambda x: 1.0 - vasicek_cdf(x, p, rho), 0.0, attachment, limit=200, epsabs=1e-11
    )[0]
    # a numerical integral
    assert first_loss_share(attachment, p, rho) == pytest.approx(beyond, abs=1e-8)


def test_no_correlation_leaves_the_mean():
    assert vasicek_quantile(0.999, 0.05, 0.0) == close(0.05)
    assert vasicek_expected_shortfall(0.99, 0.05, 0.0) == close(0.05)
    assert default_correlation(0.05, 0.0) == 0.0


def test_distribution_function_at_the_edges():
    assert vasicek_cdf([0.0, 1.0], 0.05, 0.1).tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: vasicek_cdf(1.1, 0.05, 0.1), "default_share must lie"),
        (lambda: vasicek_cdf(0.1, 0.0, 0.1), "default_prob must lie"),
        (lambda: vasicek_quantile(1.0, 0.05, 0.1), "confidence must lie"),
        (lambda: vasicek_quantile(0.9, 0.05, 1.0), "asset_correlation must lie"),
        (lambda: first_loss_share(0.0, 0.05, 0.1), "attachment must lie"),
    ],
)
def test_bad_inputs_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
