"""Auctions of the loan of one firm, set by hand; and of many firms at once, compiled."""

import math
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.engine.kernel import kernel
from sim.model.banks.bidding import AUCTION, BIDDER, RIVAL, hold_auction
from sim.model.banks.winners_curse import (
    default_if_alone,
    default_if_tied,
    own_default,
    see_rivals,
    weigh,
)

Floats = NDArray[np.float64]

BASE, SLOPE, COST, LOSS = 0.03, 0.8, 0.03, 0.5
"""Those of all values that were computed elsewhere; prior mean 0, prior precision 1."""
SHARED = 1.0 - 1e-12
"""A correlation of errors that leaves banks next to nothing of their own."""


def auction(
    precisions: Any, quality: Any = 0.0, cap: float = 0.05, shared: float = 0.0, **columns: Any
) -> tuple[Any, Any, Any]:
    """An auction, its bidders, weighed, and room for rivals.

    Parameters
    ----------
    precisions : sequence of float
        Of the signal of each bidder, without the shared error.
    quality : float or sequence
        Each bidder's mean.
    cap, shared : float
        Cap on the rate; variance of the shared error.
    columns : of bidders, float or sequence
    """
    a, n = AUCTION.empty(1)[0], len(precisions)
    a.bidders, a.prior_precision, a.common_variance = n, 1.0, shared
    a.average_default, a.slope, a.cap, a.asked = BASE, SLOPE, cap, 1.0
    a.outside, a.most_lenders = math.inf, n
    bidders = BIDDER.empty(n)
    given = {"signal_precision": precisions, "quality": quality, "most": math.inf}
    given |= {"cost": COST, "loss": LOSS, "tolerance": 0.0}
    for name, value in (given | columns).items():
        bidders[name] = value
    for b in bidders:
        weigh(b, a)
    return a, bidders, RIVAL.empty(n)


def beliefs(j: int, a: Any, bidders: Any, rivals: Any) -> SimpleNamespace:
    """Default as bank `j` believes it by itself, as the only one, and tied with the best."""
    kinds = see_rivals(j, bidders, rivals, a)
    return SimpleNamespace(
        own=own_default(bidders[j], a),
        alone=default_if_alone(bidders[j], rivals, kinds, a),
        tied=default_if_tied(bidders[j], rivals, kinds, a),
    )


# --- Many firms ----------------------------------------------------------------------------


def hold_each(a: Any, bidders: Any, rivals: Any, means: Any, out: Any) -> None:
    """Write winner and rate of one auction for each row of means, shape (n, n_bidders)."""
    for n in range(means.shape[0]):
        for j in range(means.shape[1]):
            bidders[j].quality = means[n, j]
        hold_auction(a[0], bidders, rivals)
        out[n, 0], out[n, 1] = a[0].winner, a[0].rate


@cache
def compiled() -> Any:
    """That, compiled with all that it calls."""
    kernel()  # registers the rules
    return njit(hold_each)


def hold_all(means: Floats, setting: tuple[Any, Any, Any]) -> SimpleNamespace:
    """Outcomes of one auction for each firm, compiled.

    Parameters
    ----------
    means : array, shape (n_firms, n_bidders)
        Of quality, by firm and bidder.
    setting : as `auction` gives it
    """
    a, bidders, rivals = setting
    out = np.empty((means.shape[0], 2))
    compiled()(a.reshape(1), bidders, rivals, means, out)
    winner = out[:, 0].astype(np.int64)
    return SimpleNamespace(winner=winner, rate=out[:, 1], lent=winner >= 0)


def applicants(n: int, setting: tuple[Any, Any, Any], seed: int = 5) -> tuple[Floats, Floats]:
    """Quality of firms and each bidder's mean of it, shapes (n,) and (n, n_bidders)."""
    a, bidders, _ = setting
    luck = np.random.default_rng(seed)
    quality = luck.standard_normal(n)
    apparent = quality + np.sqrt(a.common_variance) * luck.standard_normal(n)
    shape = (n, bidders.size)
    signal = apparent[:, None] + luck.standard_normal(shape) / np.sqrt(bidders.signal_precision)
    filed = bidders.file_precision * quality[:, None]
    filed = filed + np.sqrt(bidders.file_precision) * luck.standard_normal(shape)
    return quality, (bidders.signal * signal + filed) * bidders.variance


def true_default(quality: Any) -> Any:
    """Default per year of firms of a quality."""
    return np.minimum(BASE * np.exp(-SLOPE * np.asarray(quality)), 0.95)


def earned(rate: Any, default: Any, cost: float = COST) -> Any:
    """What a unit lent earns a year beyond its cost."""
    return rate * (1.0 - default) - cost - default * LOSS
