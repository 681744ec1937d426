"""Laws of yearly losses whose tails are known, for tests of intervals."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.outcomes.quantiles_of_losses import sample_expected_shortfall, sample_quantile

CLUSTERS, EACH = 40, 15
"""Histories of a sample, and years of each."""


def clustered(
    generator: np.random.Generator, clusters: int = CLUSTERS
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Losses of the years of some histories, each with a factor that its years share."""
    factor = generator.gamma(4.0, 0.25, (clusters, 1))
    losses = factor * generator.gamma(2.0, 0.01, (clusters, EACH))
    return losses.ravel(), np.repeat(np.arange(clusters), EACH)


def capped(losses: NDArray[np.float64]) -> NDArray[np.float64]:
    """What is left of losses where another bears what lies above eight percent."""
    return np.minimum(losses, 0.08)


@cache
def tails_of_clusters(level: float) -> tuple[float, float, float]:
    """Value-at-risk and expected shortfall of a year of any history, and what a cap saves of it.

    From many histories.
    """
    losses = clustered(np.random.default_rng(1), 60_000)[0]
    shortfall = sample_expected_shortfall(losses, level)
    step = sample_expected_shortfall(capped(losses), level) - shortfall
    return sample_quantile(losses, level), shortfall, step
