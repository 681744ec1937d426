"""Control variate from exits: gains on rights less their mean before the price is known.

When a firm leaves, one draw decides by which factor the price differs from its centre. All
else about the exit is known before it. So the gain that the draw brings less its expected
value, in closed form, has mean zero; subtracting it puts the conditional expectation in the
place of the draw. Terms of the right are those of the quarter's opening.

References
----------
Law (2015), section 11.6, and Owen (2013), section 8.7, for conditioning.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.base.draws import EXIT, uniform_columns
from sim.engine.watch import picked
from sim.engine.world import World
from sim.firms import record as r
from sim.firms.right import is_compliant
from sim.formulas.exit_multiple import exceedance, lognormal, mean_between

Floats = NDArray[np.float64]
NAME = "exits"
_STATE = (
    "compliant", "cum_strike", "holder", "pass_through", "right", "stake", "strike",
    "trigger",
)  # fmt: skip


@dataclass(frozen=True)
class Claim:
    """What lenders would get at an exit: ``share * value - cost`` from a least value on.

    Parameters
    ----------
    rows : int array, shape (n_claims,)
        Living firms at whose exit lenders may get something.
    share : array, shape (n_claims,)
        Part of the exit value that reaches lenders.
    cost : array, shape (n_claims,), CNY million
    least : array, shape (n_claims,), CNY million
        Value from which the claim pays.
    """

    rows: NDArray[np.int64]
    share: Floats
    cost: Floats
    least: Floats


class ExitWatch:
    """The sum with mean zero over all exits of one world."""

    def __init__(self) -> None:
        self.sums = {NAME: 0.0}
        self.opening: Claim | None = None

    def look(self, w: World, date: float) -> None:
        """Close the quarter that ends at `date` and open the next."""
        if self.opening is not None:
            self.sums[NAME] += surprise(w, self.opening)
        self.opening = claims(w)


def claims(w: World) -> Claim:
    """Read what lenders would get at an exit from each firm."""
    every = w.firms
    held = (every.holder > 0.0) | (every.right != r.NO_RIGHT)
    rows = np.flatnonzero((every.status == r.ALIVE) & held)
    f = picked(every, rows, _STATE)
    kept = (f.right == r.SWAP) & is_compliant(f)
    rights = ((f.right == r.WARRANT) | (f.right == r.SWAP)) & ~kept & (f.stake > 0.0)
    share = np.where(rights, f.holder * (1.0 - f.stake) + f.stake, f.holder)
    strike = np.where(rights, f.strike, 0.0)
    # New shares are paid into the firm before its value is shared out.
    cost = f.cum_strike + strike - share * strike
    worth = np.maximum(f.trigger, f.strike * (1.0 - f.stake) / np.maximum(f.stake, 1e-300))
    least = np.maximum(np.where(rights, worth, 0.0), cost / np.maximum(share, 1e-300))
    return Claim(rows, f.pass_through * share, f.pass_through * cost, least)


def surprise(w: World, claim: Claim) -> float:
    """Gains at the exits of a quarter less what was to be expected, CNY million."""
    status = w.firms.status[claim.rows]
    left = (status == r.LISTED) | (status == r.ACQUIRED)
    gone = np.flatnonzero(left & (claim.share > 0.0))
    if not gone.size:
        return 0.0
    rows = claim.rows[gone]
    f, p = w.firms[rows], w.params[w.firms.sector[rows]]
    premium = np.where(f.status == r.LISTED, p.listing_premium, p.acquisition_factor)
    centre = f.value * premium
    share, cost, least = claim.share[gone], claim.cost[gone], claim.least[gone]
    value = np.minimum(centre * multiples(w, rows, p), p.exit_cap)
    gain = np.where(value >= least, share * value - cost, 0.0)
    return float((gain - expected_gain(p, centre, (share, cost, least))).sum())


def multiples(w: World, rows: NDArray[np.int64], p: Any) -> Floats:
    """The factors that were drawn, shape (n_rows,)."""
    u, tail = uniform_columns(w.key, rows, EXIT, 0, 0)
    heavy = tail < p.exit_tail_share
    part = np.where(heavy, tail / np.maximum(p.exit_tail_share, 1e-300), 1.0)
    return np.asarray(lognormal(u, p.exit_log_sd) * part ** (-1.0 / p.exit_tail_index))


def expected_gain(p: Any, centre: Floats, claim: tuple[Floats, Floats, Floats]) -> Floats:
    """Mean of each gain over the factor, the value capped, shape (n_rows,), CNY million."""
    share, cost, least = claim
    law = (np.maximum(p.exit_log_sd, 1e-9), p.exit_tail_share, p.exit_tail_index)
    low = np.maximum(least / centre, 1e-12)
    high = np.maximum(p.exit_cap / centre, low)
    chance = np.where(least <= p.exit_cap, exceedance(low, *law), 0.0)
    value = centre * (low * chance + np.where(chance > 0.0, mean_between(low, high, *law), 0.0))
    return np.asarray(share * value - cost * chance)
