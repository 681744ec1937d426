import math

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from sim.base.special import MOST_CORRELATED, both_below, normal_cdf, normal_quantile


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


@pytest.mark.parametrize("correlation", [0.0, 1e-9, 0.1, 0.25, 0.4, MOST_CORRELATED])
def test_probability_that_two_variables_are_low_in_all_tails(correlation):
    # Given what they share, two are independent: one integral, whose trapezoidal rule is exact
    # to rounding on so fine a grid.
    z = np.linspace(-12.0, 12.0, 4001)
    weight = np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi) * (z[1] - z[0])
    shared, own = math.sqrt(correlation), math.sqrt(1.0 - correlation)
    points = np.linspace(-6.0, 4.0, 11)
    below = ndtr((points[:, None] - shared * z) / own)
    exact = (below * weight) @ below.T
    found = [[both_below(x, y, correlation) for y in points] for x in points]
    np.testing.assert_allclose(found, exact, rtol=1e-9)
