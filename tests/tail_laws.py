"""Laws of yearly losses whose tails are known, for tests of intervals."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.outcomes.quantiles_of_losses import sample_expected_shortfall

CLUSTERS, EACH = 40, 15
"""Histories of a sample, and years of each."""


def clustered(
    generator: np.random.Generator, clusters: int = CLUSTERS
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Losses of the years of some histories, each with a factor that its years share."""
    factor = generator.gamma(4.0, 0.25, (clusters, 1))
    losses = factor * generator.gamma(2.0, 0.01, (clusters, EACH))
    return losses.ravel(), np.repeat(np.arange(clusters), EACH)


@cache
def shortfall_of_clusters(level: float) -> float:
    """Expected shortfall of a year of any history, from many of them."""
    return sample_expected_shortfall(clustered(np.random.default_rng(1), 60_000)[0], level)
