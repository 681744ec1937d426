"""Posting: what has flowed since a firm was last read, by lender."""

from typing import Any

import numpy as np

from sim.engine.world import World
from sim.firms.totals import N_ACCOUNTS

_SCRATCH = np.zeros(N_ACCOUNTS)


def post(w: World, who: Any, date: float) -> None:
    """Add the flows of firms `who` up to `date` to the sums of the present quarter.

    Called for a firm before its lenders change, and for all firms at a settlement, so
    that every flow goes to those who were lenders when it flowed.
    """
    cost = np.asarray(w.scenario.underwriting.operating_cost, dtype=float)
    w.rules.post_flows(
        w.firms, w.params, np.asarray(who, dtype=np.int64), date, w.posted, w.lender, w.share,
        cost, w.by_bank, w.total, _SCRATCH,
    )  # fmt: skip
