import numpy as np
import pytest
from scipy.stats import binom

from sim.formulas.finite_pool import (
    default_count_probabilities,
    joint_failure,
    shared_loss_variance,
)
from sim.formulas.loss_distribution import expected_shortfall, lower_quantile
from sim.formulas.vasicek import vasicek_expected_shortfall, vasicek_quantile
from tests.formulas.oracles import cases, close

# lower quantiles in loans, by (loans, p, rho): at 95, 99 and 99.9 per cent
QUANTILES = {
    (20, 0.05, 0.0): (3, 4, 5),
    (20, 0.05, 0.1): (3, 5, 7),
    (50, 0.03, 0.1): (5, 7, 11),
    (100, 0.02, 0.15): (7, 12, 20),
}
LEVELS = (0.95, 0.99, 0.999)


def counts(inputs):
    return default_count_probabilities(inputs["n"], inputs["p"], inputs["rho"])


def shared(banks, rho, loans=20, p=0.05, lgd=0.6):
    pooled = default_count_probabilities(loans * banks, p, rho)
    return np.arange(pooled.size) * lgd / banks, pooled


@pytest.mark.parametrize(("inputs", "value"), cases("A3f.P0."))
def test_chance_of_no_default(inputs, value):
    assert counts(inputs)[0] == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A3f.P1."))
def test_chance_of_one_default(inputs, value):
    assert counts(inputs)[1] == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A3f.sd."))
def test_sd_of_the_number_of_defaults(inputs, value):
    pmf = counts(inputs)
    number = np.arange(pmf.size)
    assert (pmf @ number**2 - (pmf @ number) ** 2) ** 0.5 == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A3f.E."))
def test_shortfall_of_the_number_of_defaults(inputs, value):
    pmf = counts(inputs)
    found = expected_shortfall(np.arange(pmf.size), pmf, inputs["alpha"])
    assert found == close(value)


@pytest.mark.parametrize(("pool", "expected"), QUANTILES.items())
def test_quantiles_of_the_number_of_defaults(pool, expected):
    pmf = default_count_probabilities(*pool)
    found = [lower_quantile(np.arange(pmf.size), pmf, level) for level in LEVELS]
    assert found == list(expected)


@pytest.mark.parametrize(("inputs", "value"), cases("A5.var."))
def test_variance_identity_of_shared_loans(inputs, value):
    banks, rho = inputs["k"], inputs["rho"]
    assert shared_loss_variance(20, 0.05, rho, 0.6, banks) == close(value)
    losses, pmf = shared(banks, rho)
    assert pmf @ losses == close(0.6)
    assert pmf @ losses**2 - (pmf @ losses) ** 2 == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A5.E."))
def test_shortfall_of_shared_loans(inputs, value):
    losses, pmf = shared(inputs["k"], inputs["rho"])
    assert expected_shortfall(losses, pmf, inputs["alpha"]) == close(value)


@pytest.mark.parametrize(
    ("rho", "banks", "expected"),
    [
        (0.0, 1, (1.8, 2.4, 3.0)),
        (0.0, 8, (0.975, 1.125, 1.35)),
        (0.1, 1, (1.8, 3.0, 4.2)),
        (0.1, 4, (1.65, 2.25, 3.3)),
        (0.2, 4, (1.95, 3.15, 4.95)),
    ],
)
def test_value_at_risk_of_shared_loans(rho, banks, expected):
    losses, pmf = shared(banks, rho)
    found = [lower_quantile(losses, pmf, level) for level in LEVELS]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("rho", [0.1, 0.2])
def test_sharing_among_infinitely_many_banks_leaves_the_large_pool(rho):
    scale = 20 * 0.6
    systematic = shared_loss_variance(20, 0.05, rho, 0.6, np.inf)
    expected = {0.1: 0.17464163, 0.2: 0.39534476}[rho]
    assert systematic == pytest.approx(expected, abs=6e-9)
    quantile = {0.1: 2.889529, 0.2: 4.613070}[rho]
    shortfall = {0.1: 3.253943, 0.2: 5.262069}[rho]
    found = scale * vasicek_quantile(0.999, 0.05, rho)
    assert found == pytest.approx(quantile, abs=6e-7)
    found = scale * vasicek_expected_shortfall(0.999, 0.05, rho)
    assert found == pytest.approx(shortfall, abs=6e-7)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("rho", [0.0, 0.1, 0.2])
def test_shortfall_never_rises_with_the_number_of_sharers(rho, level):
    tails = [expected_shortfall(*shared(banks, rho), level) for banks in (1, 2, 3, 4, 8)]
    assert all(np.diff(tails) <= 1e-12)


@pytest.mark.parametrize(("inputs", "value"), cases("A5c."))
def test_shortfall_of_one_loan_shared(inputs, value):
    losses, pmf = shared(inputs["k"], 0.0, loans=1, p=inputs["p"], lgd=1.0)
    assert expected_shortfall(losses, pmf, inputs["alpha"]) == close(value)


def test_sharing_can_raise_value_at_risk():
    sharers = (1, 2, 3, 5, 10)
    books = [shared(banks, 0.0, loans=1, p=0.04, lgd=1.0) for banks in sharers]
    at_95 = [lower_quantile(*book, 0.95) for book in books]
    at_99 = [lower_quantile(*book, 0.99) for book in books]
    np.testing.assert_allclose(at_95, [0.0, 0.5, 1 / 3, 0.2, 0.2], rtol=1e-12)
    np.testing.assert_allclose(at_99, [1.0, 0.5, 1 / 3, 0.4, 0.2], rtol=1e-12)


def failure(rho):
    return joint_failure(20, 0.05, rho, 0.6, 3.0)


@pytest.mark.parametrize(("inputs", "value"), cases("A5d.single"))
def test_failure_of_a_given_bank(inputs, value):
    assert failure(inputs["rho"]).single == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A5d.both"))
def test_failure_of_both_banks(inputs, value):
    assert failure(inputs["rho"]).both == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A5d.pool"))
def test_failure_of_both_banks_that_share(inputs, value):
    assert failure(inputs["rho"]).shared == close(value)


@pytest.mark.parametrize("rho", [0.0, 0.1, 0.2, 0.4])
def test_sharing_makes_single_failure_rarer_and_joint_failure_more_frequent(rho):
    risk = failure(rho)
    assert risk.both <= risk.shared <= risk.single


def test_no_correlation_gives_the_binomial_law():
    expected = binom.pmf(np.arange(31), 30, 0.07)
    found = default_count_probabilities(30, 0.07, 0.0)
    np.testing.assert_allclose(found, expected, rtol=1e-11)


@pytest.mark.parametrize("loans", [1, 30, 400, 3000])
@pytest.mark.parametrize("rho", [0.02, 0.3, 0.9])
def test_counts_are_a_distribution_with_the_right_mean(loans, rho):
    pmf = default_count_probabilities(loans, 0.03, rho)
    assert pmf.sum() == pytest.approx(1.0, abs=1e-11)
    assert pmf @ np.arange(loans + 1) == pytest.approx(0.03 * loans, rel=1e-9)


def test_bad_pools_are_refused():
    with pytest.raises(ValueError, match="loans must be at least 1"):
        default_count_probabilities(0, 0.05, 0.1)
    with pytest.raises(ValueError, match="capital must not be negative"):
        joint_failure(20, 0.05, 0.1, 0.6, -1.0)
    with pytest.raises(ValueError, match="banks must be above 0"):
        shared_loss_variance(20, 0.05, 0.1, 0.6, 0)
