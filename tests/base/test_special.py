import math

import numpy as np
import pytest
from scipy.special import log_ndtr, ndtr, ndtri

from sim.base.special import (
    normal_cdf,
    normal_quantile,
    weighted_normal_cdf,
)


def test_distribution_function_has_full_relative_precision_in_both_tails():
    points = np.linspace(-37.0, 9.0, 2001)
    found = [normal_cdf(x) for x in points]
    # far out, rounding of the argument alone moves the result by this much
    np.testing.assert_allclose(found, ndtr(points), rtol=1e-13)


@pytest.mark.parametrize("power", [1, 2, 5, 11, 12, 40, 300])
def test_quantile_of_tiny_probabilities(power):
    p = 10.0**-power
    assert normal_quantile(p) == pytest.approx(float(ndtri(p)), rel=2e-15)


def test_quantile_has_full_precision_everywhere():
    probabilities = np.concatenate([np.linspace(1e-6, 1.0 - 1e-6, 4001), [0.075, 0.925]])
    found = np.array([normal_quantile(p) for p in probabilities])
    np.testing.assert_allclose(found, ndtri(probabilities), rtol=2e-15, atol=1e-16)


def test_quantile_inverts_the_distribution_function():
    for p in (1e-200, 1e-20, 0.001, 0.3, 0.6, 0.999):
        assert normal_cdf(normal_quantile(p)) == pytest.approx(p, rel=1e-12)


def test_quantile_outside_its_domain():
    assert normal_quantile(0.0) == -math.inf
    assert normal_quantile(1.0) == math.inf
    assert math.isnan(normal_quantile(-0.1))
    assert math.isnan(normal_quantile(1.1))
    assert math.isnan(normal_quantile(math.nan))


@pytest.mark.parametrize("x", [-200.0, -50.0, -30.001, -30.0, -29.999, -5.0, 0.0, 3.0])
def test_weighted_tail_agrees_with_logarithms(x):
    weight = -float(log_ndtr(x)) - 2.0
    found = weighted_normal_cdf(weight, x)
    assert found == pytest.approx(math.exp(-2.0), rel=1e-11)


def test_weighted_tail_at_the_edges_of_the_floats():
    assert weighted_normal_cdf(900.0, -math.inf) == 0.0
    assert weighted_normal_cdf(900.0, 0.0) == math.inf
    assert weighted_normal_cdf(5000.0, -40.0) == math.inf
    assert weighted_normal_cdf(-900.0, 1.0) == 0.0
