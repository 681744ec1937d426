"""Factors of variance reduction: known ones, and those of a small scenario."""

import numpy as np
import pytest

from sim.studies.variance import COMMON, VarianceFactors, jackknife_factor, variance_factors
from tests.house.small import shipped


def test_a_known_factor_is_found_with_an_interval_around_it() -> None:
    generator = np.random.default_rng(3)
    control = generator.normal(size=(400, 1))
    values = 3.0 * control[:, 0] + generator.normal(size=400)
    for controls, truth in ((np.zeros((400, 0)), 2.0), (control, 20.0)):
        factor, low, high = jackknife_factor(20.0, values, controls)
        assert low < truth < high
        assert factor == pytest.approx(truth, rel=0.25)


def test_pairs_count_the_replications_behind_them() -> None:
    values = np.random.default_rng(3).normal(size=400)
    one = jackknife_factor(2.0, values, np.zeros((400, 0)), unit=1)[0]
    assert jackknife_factor(2.0, values, np.zeros((400, 0)), unit=2)[0] == pytest.approx(one / 2)


def test_constant_differences_have_no_factor() -> None:
    assert np.isnan(jackknife_factor(1.0, np.ones(9), np.zeros((9, 0)))[0])
    assert np.isnan(jackknife_factor(1.0, np.ones(2), np.zeros((2, 0)))[0])


def test_where_one_history_decides_there_is_no_interval() -> None:
    values = np.zeros(20)
    values[3] = 1.0
    factor, low, high = jackknife_factor(1.0, values, np.zeros((20, 0)))
    assert factor > 0.0
    assert np.isnan([low, high]).all()


def test_each_method_is_measured_for_each_outcome() -> None:
    scenario = shipped().with_values({
        "population.firms": 60, "experiment.horizon_years": 2.0,
        "experiment.warm_up_years": 1.0, "experiment.replications": 6,
        "experiment.arrangements": ["plain", "consortium"],
    })  # fmt: skip
    found = variance_factors(scenario, ["firm.access_share"], ["antithetic"])
    assert isinstance(found, VarianceFactors)
    frame = found.frame()
    assert frame["method"].tolist() == [COMMON, "antithetic"]
    assert not (frame["low"] > frame["factor"]).any()
    assert len(found.sentences()) == 2
    assert found.findings().key == "variance_reduction"
