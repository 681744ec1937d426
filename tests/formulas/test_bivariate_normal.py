import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr, owens_t

from sim.formulas.bivariate_normal import bivariate_normal_cdf, joint_excess

bounds = st.floats(-6.0, 6.0).filter(lambda x: abs(x) > 1e-3)


def by_owens_t(x, y, rho):
    tilt = np.sqrt(1.0 - rho * rho)
    total = 0.5 * (ndtr(x) + ndtr(y))
    total -= owens_t(x, (y / x - rho) / tilt) + owens_t(y, (x / y - rho) / tilt)
    return total - (0.5 if x * y < 0.0 else 0.0)


@given(bounds, bounds, st.floats(-0.999, 0.999))
def test_joint_probability_agrees_with_owens_t(x, y, rho):
    found = bivariate_normal_cdf(x, y, rho)
    assert found == pytest.approx(by_owens_t(x, y, rho), abs=2e-14)


@given(bounds, bounds, st.floats(0.0, 1.0))
def test_joint_probability_lies_between_independence_and_the_smaller_one(x, y, rho):
    found = bivariate_normal_cdf(x, y, rho)
    assert ndtr(x) * ndtr(y) - 1e-15 <= found <= min(ndtr(x), ndtr(y)) + 1e-8


def test_equal_variables_and_opposite_variables():
    assert bivariate_normal_cdf(0.3, 0.3, 1.0) == pytest.approx(ndtr(0.3), abs=1e-14)
    opposite = 2.0 * ndtr(0.3) - 1.0
    assert bivariate_normal_cdf(0.3, 0.3, -1.0) == pytest.approx(opposite, abs=1e-14)


def test_no_correlation_gives_exactly_no_excess():
    assert joint_excess([-3.0, 1.0], 2.0, 0.0).tolist() == [0.0, 0.0]


def test_quadrant_probability_is_the_arc_sine_law():
    rho = np.array([-0.9, -0.2, 0.5, 0.95])
    expected = 0.25 + np.arcsin(rho) / (2.0 * np.pi)
    np.testing.assert_allclose(bivariate_normal_cdf(0.0, 0.0, rho), expected, rtol=1e-13)


def test_bad_inputs_are_refused():
    with pytest.raises(ValueError, match="correlation must lie in"):
        joint_excess(0.0, 0.0, 1.1)
    with pytest.raises(ValueError, match="x must be finite"):
        bivariate_normal_cdf(np.inf, 0.0, 0.1)
