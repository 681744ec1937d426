"""The exit factor in closed form, against draws and known limits."""

import numpy as np
import pytest
from scipy.special import ndtri

from sim.experiment.exit_multiple import exceedance, mean_between

LAW = (0.6, 0.1, 1.8)


def drawn(count: int = 400_000, seed: int = 4) -> np.ndarray:
    """Factors drawn as the engine draws them."""
    generator = np.random.default_rng(seed)
    sd, share, index = LAW
    u, tail = generator.uniform(size=(2, count))
    part = np.where(tail < share, tail / share, 1.0)
    return np.exp(sd * ndtri(u)) * part ** (-1.0 / index)


@pytest.mark.parametrize("x", [0.3, 1.0, 2.5, 8.0])
def test_the_chance_of_exceeding_is_that_of_draws(x: float) -> None:
    draws = drawn() >= x
    error = draws.std() / np.sqrt(draws.size)
    assert abs(draws.mean() - exceedance(x, *LAW)) <= 4.0 * error


@pytest.mark.parametrize(("low", "high"), [(0.2, 1.0), (1.0, 4.0), (2.0, 50.0)])
def test_the_mean_between_two_levels_is_that_of_draws(low: float, high: float) -> None:
    parts = np.clip(drawn(), low, high) - low
    error = parts.std() / np.sqrt(parts.size)
    assert abs(parts.mean() - mean_between(low, high, *LAW)) <= 4.0 * error


def test_without_a_tail_the_mean_is_that_of_a_lognormal_number() -> None:
    whole = mean_between(1e-12, 1e12, 0.6, 0.0, 1.8)
    assert whole == pytest.approx(np.exp(0.18), rel=1e-9)


def test_an_index_of_one_is_the_limit_of_its_neighbours() -> None:
    at = mean_between(0.5, 5.0, 0.6, 0.1, 1.0)
    near = mean_between(0.5, 5.0, 0.6, 0.1, 1.0 + 1e-4)
    assert at == pytest.approx(near, rel=1e-3)
