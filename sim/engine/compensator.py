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
from sim.engine.watch import picked
from sim.engine.world import World
from sim.firms import record as r
from sim.firms.loss_sharing import borne_by_others

Floats = NDArray[np.float64]
CLOSURES = (r.FAILURE, r.DIVERSION)
"""Causes that close a firm at once, as a failed trial may."""
LATER = {r.SETBACK: 1.0, r.RECOVERY: -1.0}
"""Causes that raise or lower the loss to be expected."""
CAUSES = (*CLOSURES, *LATER)
NAME = "losses"
_FOLD_YEARS = 2.0
"""Runway after which a setback is about e times less likely to end in default."""

_STATE = (
    "balance", "called", "cash", "cover_cap", "first_loss", "flow", "guaranteed", "limit", "now",
    "scale", "security", "setback", "tangible", "unsecured",
)  # fmt: skip
_TERMS = (
    "failing_draw_share", "recovery_tangible", "recovery_unsecured_factor", "setback_margin",
    "setback_scale_factor",
)  # fmt: skip


@dataclass(frozen=True)
class Thresholds:
    """How far the causes of some firms have come.

    Parameters
    ----------
    left : array, shape (n_rows, n_causes)
        Unused part of the threshold of each of `CAUSES`.
    count : int array, shape (n_rows, n_causes)
        Thresholds of each drawn so far.
    steps : int array, shape (n_rows,)
        Thresholds of progress drawn so far.
    """

    left: Floats
    count: NDArray[np.int64]
    steps: NDArray[np.int64]


@dataclass(frozen=True)
class Opening:
    """What is remembered from the opening of a quarter, of the firms that owe or may draw.

    Parameters
    ----------
    rows : int array, shape (n_rows,)
        Their numbers.
    covered : array, shape (n_rows,), CNY million
        What lenders would lose if the firm closed with its cash.
    exposed : array, shape (n_rows,), CNY million
        What they would lose without it, times a chance that cash runs out in a setback.
    thresholds : Thresholds
    """

    rows: NDArray[np.int64]
    covered: Floats
    exposed: Floats
    thresholds: Thresholds


class Compensator:
    """The sum with mean zero over the life of one world."""

    def __init__(self) -> None:
        self.sums = {NAME: 0.0}
        self.opening: Opening | None = None

    def look(self, w: World, date: float) -> None:
        """Close the quarter that ends at `date` and open the next; firms must be there."""
        if self.opening is not None:
            self.sums[NAME] += surplus(w, self.opening, date)
        self.opening = read(w, date)


def read(w: World, date: float) -> Opening:
    """Read the firms that owe or may draw at a date that they have reached."""
    every = w.firms
    rows = np.flatnonzero(
        (every.status == r.ALIVE) & ((every.limit > 0.0) | (every.balance > 0.0))
    )
    f, p = picked(every, rows, _STATE), picked(w.params, every.sector[rows], _TERMS)
    undrawn = np.where(f.called == 1, 0.0, np.maximum(f.limit - f.balance, 0.0))
    owed = f.balance + p.failing_draw_share * undrawn
    reach = np.where(f.unsecured == 1, p.recovery_unsecured_factor, 1.0)
    assets = p.recovery_tangible * f.tangible * f.scale * reach * w.climate.collateral[0]
    cash = np.maximum(f.cash + f.flow * (date - f.now), 0.0)
    # Drain in a setback: that of now, or with the margin that one would take.
    margin = p.setback_margin * p.setback_scale_factor * f.scale
    drain = np.where(f.setback == 1, 0.0, margin) - f.flow
    runway = np.minimum((cash + undrawn) / np.maximum(drain, 1e-9), 50.0)
    return Opening(
        rows=rows,
        covered=of_lenders(f, np.maximum(owed - cash, 0.0), assets),
        exposed=of_lenders(f, owed, assets) * np.exp(-runway / _FOLD_YEARS),
        thresholds=thresholds(w, rows, date),
    )


def of_lenders(f: Any, owed: Floats, assets: Floats) -> Floats:
    """What lenders would lose of an exposure at default, less pledges and what others bear."""
    lost = np.maximum(owed - assets, 0.0) * (1.0 - f.security)
    return np.asarray(lost - borne_by_others(lost, owed, f.guaranteed, f.first_loss, f.cover_cap))


def thresholds(w: World, rows: NDArray[np.int64], date: float) -> Thresholds:
    """Read how far the causes of firms have come at a date that they have reached."""
    f = w.firms
    years = np.where(f.status[rows] == r.ALIVE, date - f.now[rows], 0.0)
    here = np.ix_(rows, np.array(CAUSES))
    return Thresholds(
        left=f.left[here] - f.speed[here] * years[:, None],
        count=f.count[here].astype(np.int64),
        steps=f.count[rows, r.PROGRESS].astype(np.int64),
    )


def surplus(w: World, before: Opening, date: float) -> float:
    """What a quarter brought beyond what was to be expected, weighted with loss."""
    now = thresholds(w, before.rows, date)
    total = trials(w, before, now)
    for place, cause in enumerate(CAUSES):
        weight = before.covered if cause in CLOSURES else LATER[cause] * before.exposed
        total += float(weight @ surprise(w, before, now, place))
    return total


def surprise(w: World, before: Opening, now: Thresholds, place: int) -> Floats:
    """Strikes of one of `CAUSES` less the threshold used up, by firm, shape (n_rows,)."""
    first, last = before.thresholds.count[:, place], now.count[:, place]
    used = before.thresholds.left[:, place] - now.left[:, place]
    struck = np.flatnonzero(last > first)
    for step in range(int((last - first).max(initial=0))):
        again = struck[last[struck] > first[struck] + step]
        address = (before.rows[again], THRESHOLD, CAUSES[place], first[again] + step)
        u, _ = uniform_columns(w.key, *address)
        used[again] -= np.log(u)
    return np.asarray((last - first) - used)


def trials(w: World, before: Opening, now: Thresholds) -> float:
    """Trials that closed a firm less those that were to be expected, weighted with loss."""
    tried = np.flatnonzero((before.covered > 0.0) & (now.steps > before.thresholds.steps))
    rows = before.rows[tried]
    f = w.firms[rows]
    p = w.params[f.sector]
    share = p.success_share[np.arange(rows.size), f.stage]
    u, v = uniform_columns(w.key, rows, TRIAL, now.steps[tried], 0)
    odds = np.where(share < 1.0, share / np.maximum(1.0 - share, 1e-300) * f.on_progress, np.inf)
    fails = 1.0 / (1.0 + odds)
    closed = (u > 1.0 - fails) & (v < p.trial_closes_share)
    return float(before.covered[tried] @ (closed - fails * p.trial_closes_share))
