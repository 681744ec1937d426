import numpy as np
import pytest

from sim.formulas.default_clustering import (
    arrival_count_variance,
    default_clustering,
    regime_default_counts,
)
from sim.formulas.loss_distribution import lower_quantile
from sim.formulas.regime_hazards import regime_generator, stationary_regimes
from tests.formulas.cycle import CYCLE, DEFAULT, START
from tests.formulas.oracles import cases, close


def clustering(inputs):
    return default_clustering(CYCLE, DEFAULT, inputs["t"], START[inputs["start"]])


def counts(inputs):
    return regime_default_counts(inputs["n"], CYCLE, DEFAULT, inputs["t"], START["stat"])


@pytest.mark.parametrize(("inputs", "value"), cases("A2c.PD."))
def test_default_probability(inputs, value):
    assert clustering(inputs).default_prob == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A2c.rho."))
def test_default_correlation_of_the_shared_regime(inputs, value):
    assert clustering(inputs).correlation == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A2c.K."))
def test_number_of_defaults(inputs, value):
    assert counts(inputs)[inputs["k"]] == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A2c.Kmean"))
def test_mean_number_of_defaults(inputs, value):
    assert counts(inputs) @ np.arange(inputs["n"] + 1.0) == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A2c.Kvar"))
def test_variance_of_the_number_of_defaults(inputs, value):
    number = np.arange(inputs["n"] + 1.0)
    pmf = counts(inputs)
    assert pmf @ number**2 - (pmf @ number) ** 2 == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A2e.var."))
def test_arrivals_are_over_dispersed(inputs, value):
    found = arrival_count_variance(CYCLE, [30.0, 120.0], inputs["t"])
    assert found == close(value)


def test_index_of_dispersion_tends_to_its_limit():
    rates = np.array([30.0, 120.0])
    years = np.array([1.0, 5.0, 10.0, 1e7])
    index = arrival_count_variance(CYCLE, rates, years) / (START["stat"] @ rates * years)
    expected = [22.644746, 51.473108, 58.817743, 66.357719]
    np.testing.assert_allclose(index, expected, atol=1e-5)


def test_ninety_nine_per_cent_quantile_of_the_counts():
    pmf = counts({"n": 20, "t": 5})
    assert lower_quantile(np.arange(21), pmf, 0.99) == 11.0


def test_one_hazard_in_all_regimes_ties_nothing():
    tied = default_clustering(CYCLE, [0.05, 0.05], 5.0, np.eye(2))
    np.testing.assert_allclose(tied.correlation, 0.0, atol=1e-14)
    np.testing.assert_allclose(tied.default_prob, -np.expm1(-0.25), rtol=1e-13)


def test_no_hazard_leaves_the_correlation_undefined():
    tied = default_clustering(CYCLE, [0.0, 0.0], 5.0, START["boom"])
    assert tied.default_prob == pytest.approx(0.0, abs=1e-15)


def test_sixty_firms_keep_their_precision():
    pmf = regime_default_counts(60, CYCLE, DEFAULT, 5.0, START["stat"])
    assert pmf.sum() == close(1.0)
    assert (pmf > 0.0).all()
    single = default_clustering(CYCLE, DEFAULT, 5.0, START["stat"])
    assert pmf @ np.arange(61.0) == close(60.0 * float(single.default_prob))


def test_large_pools_of_two_regimes_are_bounded_by_the_worse_regime():
    worst = -np.expm1(-max(DEFAULT))
    assert worst == pytest.approx(0.113079563, abs=6e-10)
    share = stationary_regimes(CYCLE)
    stays = share * np.exp(np.diag(CYCLE))
    expected = [0.629792887, 0.118480874]
    np.testing.assert_allclose(stays, expected, atol=6e-10)


def test_bad_inputs_are_refused():
    with pytest.raises(ValueError, match="firms must be at least 1"):
        regime_default_counts(0, CYCLE, DEFAULT, 1.0, START["boom"])
    with pytest.raises(ValueError, match="hazards must not be negative"):
        default_clustering(CYCLE, [-0.1, 0.1], 1.0, START["boom"])
    three = regime_generator(np.ones((3, 3)))
    with pytest.raises(ValueError, match="two regimes are needed"):
        arrival_count_variance(three, [1.0, 2.0, 3.0], 1.0)
