"""Posting: what has flowed since a firm was last read, by lender."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.world import World
from sim.firms.audit import SUMS
from sim.firms.totals import N_ACCOUNTS


def post(w: World, who: Any, date: float) -> None:
    """Add the flows of firms `who` up to `date` to the sums of the present quarter.

    Called for a firm before its lenders change, so that every flow goes to those who were
    lenders when it flowed; at a settlement `read_all` does it for all firms.
    """
    w.rules.post_flows(
        w.firms, w.params, np.asarray(who, dtype=np.int64), date, w.posted, w.lender, w.share,
        operating_cost(w), w.by_bank, w.total, w.by_terms, np.zeros(N_ACCOUNTS),
    )  # fmt: skip


def operating_cost(w: World) -> Any:
    """Running cost per unit lent by stage, per year, shape (4,)."""
    return np.asarray(w.scenario.underwriting.operating_cost, dtype=float)


@dataclass(frozen=True)
class Levels:
    """What one pass over all firms gives at a settlement.

    Parameters
    ----------
    balance : array, shape (n_firms,), CNY million
    worsened : uint8 array, shape (n_firms,)
    held : array, shape (n_banks,), CNY million
        Balances by lender.
    watched : array, shape (n_banks,)
        Monitored firms by lead.
    sums : array, shape (len(sim.firms.audit.SUMS),)
    """

    balance: NDArray[np.float64]
    worsened: NDArray[np.uint8]
    held: NDArray[np.float64]
    watched: NDArray[np.float64]
    sums: NDArray[np.float64]


def read_all(w: World, date: float) -> Levels:
    """Post the flows of all firms up to `date` and read their levels."""
    n, banks = w.firms.shape[0], w.scenario.n_banks
    levels = Levels(
        np.zeros(n), np.zeros(n, np.uint8), np.zeros(banks), np.zeros(banks), np.zeros(len(SUMS))
    )
    w.rules.settle_firms(
        w.firms, w.params, date, w.posted, w.lender, w.share, operating_cost(w), w.by_bank,
        w.total, w.by_terms, np.zeros(N_ACCOUNTS), levels.balance, levels.worsened, levels.held,
        levels.watched, levels.sums,
    )  # fmt: skip
    return levels
