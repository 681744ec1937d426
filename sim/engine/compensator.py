"""Control variates from the lives of firms: what chance did, less what was to be expected.

A competing cause strikes when its hazard has used up a unit-exponential threshold. So the
number of strikes less the threshold used up has mean zero, and stays so when each firm is
weighted with anything that was known at the quarter's opening: here with what its lenders
would lose if it closed, times, for causes that do not close it at once, how soon its cash
would then be gone. The same holds for trials. These sums move with realised credit losses
and have a known mean, zero; nothing else about the run is touched. They are added up as an
expected loss would be: a setback raises it, a recovery lowers it.

References
----------
Andersen, Borgan, Gill and Keiding (1993), Statistical Models Based on Counting Processes,
section II.4, for compensators; Henderson and Glynn (2002), Approximating martingales for
variance reduction in Markov process simulation, for their use as controls.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.base.draws import THRESHOLD, TRIAL, uniform_columns
from sim.engine.world import World
from sim.firms import record as r

Floats = NDArray[np.float64]
CLOSURES = (r.FAILURE, r.DIVERSION)
"""Causes that close a firm at once, as a failed trial may."""
LATER = {r.SETBACK: 1.0, r.RECOVERY: -1.0}
"""Causes that raise or lower the loss to be expected."""
NAME = "losses"
_FOLD_YEARS = 1.0
"""Runway after which a setback is about e times less likely to end in default."""


@dataclass(frozen=True)
class Opening:
    """What is remembered from the opening of a quarter.

    Parameters
    ----------
    covered : array, shape (n_firms,), CNY million
        What lenders would lose if the firm closed with its cash.
    exposed : array, shape (n_firms,), CNY million
        What they would lose without it, times a chance that cash runs out in a setback.
    left : array, shape (n_firms, n_causes)
        Unused part of each threshold.
    count : int array, shape (n_firms, n_causes)
        Thresholds drawn so far.
    """

    covered: Floats
    exposed: Floats
    left: Floats
    count: NDArray[np.int64]


class Compensator:
    """The sum with mean zero over the life of one world."""

    def __init__(self) -> None:
        self.sums = {NAME: 0.0}
        self.opening: Opening | None = None

    def look(self, w: World, date: float) -> None:
        """Close the quarter that ends at `date` and open the next; firms must be there."""
        now = read(w, date)
        if self.opening is not None:
            self.close(w, self.opening, now)
        self.opening = now

    def close(self, w: World, before: Opening, now: Opening) -> None:
        """Add what the quarter brought beyond what was to be expected."""
        total = trials(w, before, now)
        rows = np.flatnonzero(before.covered > 0.0)
        for cause in CLOSURES:
            total += float(before.covered[rows] @ surprise(w, rows, cause, before, now))
        rows = np.flatnonzero(before.exposed > 0.0)
        for cause, sign in LATER.items():
            found = surprise(w, rows, cause, before, now)
            total += sign * float(before.exposed[rows] @ found)
        self.sums[NAME] += total


def read(w: World, date: float) -> Opening:
    """Read the firms at a date that they have reached."""
    f, p = w.firms, w.params[w.firms.sector]
    living = f.status == r.ALIVE
    years = np.where(living, date - f.now, 0.0)
    undrawn = np.where(f.called == 1, 0.0, np.maximum(f.limit - f.balance, 0.0))
    owed = np.where(living, f.balance + p.failing_draw_share * undrawn, 0.0)
    reach = np.where(f.unsecured == 1, p.recovery_unsecured_factor, 1.0)
    assets = p.recovery_tangible * f.tangible * f.scale * reach * w.climate.collateral[0]
    kept = (1.0 - f.security) * (1.0 - f.guaranteed)
    cash = np.maximum(f.cash + f.flow * years, 0.0)
    # Drain in a setback: that of now, or with the margin that one would take.
    fall = np.where(f.setback == 1, 0.0, p.setback_margin * p.setback_scale_factor * f.scale)
    runway = np.minimum((cash + undrawn) / np.maximum(fall - f.flow, 1e-9), 50.0)
    return Opening(
        exposed=np.maximum(owed - assets, 0.0) * kept * np.exp(-runway / _FOLD_YEARS),
        covered=np.maximum(owed - cash - assets, 0.0) * kept,
        left=f.left - f.speed * years[:, None],
        count=f.count.astype(np.int64),
    )


def surprise(w: World, rows: Any, cause: int, before: Opening, now: Opening) -> Floats:
    """Strikes of a cause less the threshold used up, by firm, shape (n_rows,)."""
    first, last = before.count[rows, cause], now.count[rows, cause]
    used = before.left[rows, cause] - now.left[rows, cause]
    struck = np.flatnonzero(last > first)
    for step in range(int((last - first).max(initial=0))):
        again = struck[last[struck] > first[struck] + step]
        u, _ = uniform_columns(w.key, rows[again], THRESHOLD, cause, first[again] + step)
        used[again] -= np.log(u)
    return np.asarray((last - first) - used)


def trials(w: World, before: Opening, now: Opening) -> float:
    """Trials that closed a firm less those that were to be expected, weighted with loss."""
    count = now.count[:, r.PROGRESS]
    rows = np.flatnonzero((before.covered > 0.0) & (count > before.count[:, r.PROGRESS]))
    f = w.firms[rows]
    p = w.params[f.sector]
    share = p.success_share[np.arange(rows.size), f.stage]
    u, v = uniform_columns(w.key, rows, TRIAL, count[rows], 0)
    odds = np.where(share < 1.0, share / np.maximum(1.0 - share, 1e-300) * f.on_progress, np.inf)
    fails = 1.0 / (1.0 + odds)
    closed = (u > 1.0 - fails) & (v < p.trial_closes_share)
    return float(before.covered[rows] @ (closed - fails * p.trial_closes_share))
