"""Draws from a density over a box, by walkers that learn their steps from one another.

Each walker is proposed the difference of two others, as long as many dimensions ask for; a step
that leaves the box is folded back into it. Reflected steps are as likely there as back, so that
the rule of Metropolis needs no correction.

References: ter Braak 2006, Statistics and Computing 16(3), for the steps. Geyer 1992, Statistical
    Science 7(4), for the effective number of draws.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.analysis.surrogate import Floats

WIDE, JITTER = 10, 1e-4
"""Every so many steps the whole difference is taken, to pass between peaks; and a little noise."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Draws that were kept.

    Parameters
    ----------
    draws : shape (n_draws, n_dimensions)
        Steps one after another, all walkers of a step together.
    log_density : shape (n_draws,)
    effective : shape (n_dimensions,)
        Independent draws that are worth as much for a mean.
    accepted
        Share of proposals that were.
    """

    draws: Floats
    log_density: Floats
    effective: Floats
    accepted: float


@dataclass(frozen=True)
class Walk:
    """How long is walked.

    Parameters
    ----------
    walkers
        At least four, and better twice as many as dimensions.
    steps
        Of each walker; the first third is left out.
    seed
        Of the walk.
    """

    walkers: int = 64
    steps: int = 3000
    seed: int = 0


def sample(log_density: Callable[[Floats], Floats], dimensions: int, walk: Walk) -> Sample:
    """Draw from a density over the box from -1 to 1 in every dimension.

    Parameters
    ----------
    log_density
        Takes places of shape (n, n_dimensions) and gives (n,), up to a constant.
    """
    rng = np.random.default_rng(walk.seed)
    many = rng.uniform(-1.0, 1.0, size=(32 * walk.walkers, dimensions))
    worth = log_density(many)
    # From the better half of what was tried, so that they are apart and none is lost.
    best = np.argsort(-worth, kind="stable")[: 4 * walk.walkers]
    chosen = rng.choice(best, walk.walkers, replace=False)
    at, height = many[chosen], worth[chosen]
    places = np.empty((walk.steps, walk.walkers, dimensions))
    heights, accepted = np.empty((walk.steps, walk.walkers)), 0
    halves = np.array_split(rng.permutation(walk.walkers), 2)
    for step in range(walk.steps):
        length = 1.0 if step % WIDE == 0 else 2.38 / math.sqrt(2.0 * dimensions)
        # One half learns from the other, which stands still: so each step keeps the density.
        for own, other in (halves, halves[::-1]):
            to = folded(_proposal(at[own], at[other], length, rng))
            new = log_density(to)
            # Written so that a density of nan is never taken.
            takes = np.log(rng.uniform(size=len(own))) < new - height[own]
            at[own] = np.where(takes[:, None], to, at[own])
            height[own] = np.where(takes, new, height[own])
            accepted += int(takes.sum())
        places[step], heights[step] = at, height
    first = walk.steps // 3
    kept = places[first:]
    effective = np.array([effective_draws(kept[:, :, k]) for k in range(dimensions)])
    share = accepted / (walk.steps * walk.walkers)
    return Sample(kept.reshape(-1, dimensions), heights[first:].ravel(), effective, share)


def _proposal(at: Floats, others: Floats, length: float, rng: np.random.Generator) -> Floats:
    """Move every walker along the difference of two of the others."""
    count = len(others)
    one = rng.integers(0, count, len(at))
    two = (one + rng.integers(1, count, len(at))) % count
    noise = rng.normal(0.0, JITTER, at.shape)
    return np.asarray(at + length * (others[one] - others[two]) + noise)


def folded(places: Floats) -> Floats:
    """Fold places back into the box, as mirrors at its ends would.

    >>> folded(np.array([0.5, 1.25, -1.5, 3.25])).tolist()
    [0.5, 0.75, -0.5, -0.75]
    """
    return np.asarray(1.0 - np.abs((places + 1.0) % 4.0 - 2.0))


def effective_draws(chains: Floats) -> float:
    """Give how many independent draws chains of shape (n_steps, n_chains) are worth.

    Autocovariance is about the mean of all chains, so that chains which stay apart count for
    little, and is summed as far as pairs of lags stay above zero.

    >>> independent = np.random.default_rng(1).normal(size=(500, 8))
    >>> 3000 < effective_draws(independent) < 5500
    True
    >>> effective_draws(np.repeat(independent, 4, axis=0)) < 0.3 * 4 * independent.size
    True
    """
    steps, count = chains.shape
    rest = chains - chains.mean()
    size = 1 << (2 * steps - 1).bit_length()
    power = np.abs(np.fft.rfft(rest, size, axis=0)) ** 2
    lags = np.fft.irfft(power, size, axis=0)[:steps].mean(axis=1)
    if not lags[0] > 0.0:
        return 1.0
    pairs = lags[: steps - steps % 2].reshape(-1, 2).sum(axis=1) / lags[0]
    ends = np.flatnonzero(pairs <= 0.0)
    total = 2.0 * float(pairs[: ends[0] if ends.size else None].sum()) - 1.0
    return float(min(steps * count / max(total, 1e-9), steps * count))
