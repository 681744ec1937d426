"""What chance did to lenders of firms in a quarter, less what was to be expected of it.

A competing cause strikes when its hazard has used up a unit-exponential threshold. So the
number of strikes less the threshold used up has mean zero, and stays so when each firm is
weighted with anything that was known at the quarter's opening: here with what its lenders
would lose if it closed, times, for causes that do not close it at once, how soon its cash
would then be gone. The same holds for trials. These sums move with realised credit losses
and have a known mean, zero; reading them touches no firm. They are added up as an expected
loss would be: a setback raises it, a recovery lowers it.

References
----------
Andersen, Borgan, Gill and Keiding (1993), Statistical Models Based on Counting Processes,
section II.4, for compensators; Henderson and Glynn (2002), Approximating martingales for
variance reduction in Markov process simulation, for their use as controls.
"""

import math
from typing import Any

from sim.base.columns import Column, Table
from sim.base.draws import THRESHOLD, TRIAL, uniform_pair
from sim.model.firms import record as r
from sim.model.firms.clock import cash_at
from sim.model.firms.growth import success_chance
from sim.model.firms.loss_sharing import borne_by_protection
from sim.model.firms.undrawn import undrawn
from sim.model.firms.workout import asset_recovery, unrecovered

N_FOLLOWED = 4
MOST_RUNWAY = 50.0
FOLD_YEARS = 2.0
"""Runway after which a setback is about e times less likely to end in default."""

OPENING = Table(
    (
        Column("followed", "flag", "owes or may draw at the quarter's opening", "i1"),
        Column("covered", "CNY million", "lost by lenders if the firm closed with its cash"),
        Column("exposed", "CNY million", "lost without it, times a chance that cash runs out"),
        Column("left", "-", "unused part of the threshold, by cause", length=N_FOLLOWED),
        Column("count", "-", "thresholds drawn so far, by cause", "i8", N_FOLLOWED),
        Column("steps", "-", "thresholds of progress drawn so far", "i8"),
    )
)
"""What is remembered of a firm from the opening of a quarter."""


def followed_cause(place: int) -> int:
    """Causes that are followed: two that close a firm at once, then setback and recovery."""
    if place < 2:
        return r.FAILURE if place == 0 else r.DIVERSION
    return r.SETBACK if place == 2 else r.RECOVERY


def loss_surprise(
    firms: Any, params: Any, market_conditions: Any, date: float, opening: Any
) -> float:
    """Close a quarter and open the next: what it brought beyond what was to be expected.

    Parameters
    ----------
    firms, params : record arrays
        Firms must have reached the date.
    market_conditions : record array, shape (1,)
    date : float, years
    opening : record array, shape (n_firms,), see `OPENING`
        Read, then written anew.

    Returns
    -------
    float, CNY million
    """
    c = market_conditions[0]
    total = 0.0
    for i in range(firms.shape[0]):
        f, p, o = firms[i], params[firms[i].sector], opening[i]
        if o.followed == 1:
            total += trial_surprise(f, p, c, o)
            for place in range(N_FOLLOWED):
                total += weight(o, place) * strike_surprise(f, c, date, o, place)
        open_quarter(o, f, p, c, date)
    return total


def weight(o: Any, place: int) -> float:
    """What a strike of a followed cause adds to the loss to be expected, CNY million."""
    if place < 2:
        return o.covered
    return o.exposed if place == 2 else -o.exposed


def threshold_left(f: Any, cause: int, date: float) -> float:
    """Unused part of a threshold at a date that the firm has reached."""
    years = date - f.now if f.status == r.ALIVE else 0.0
    return f.left[cause] - f.speed[cause] * years


def strike_surprise(f: Any, c: Any, date: float, o: Any, place: int) -> float:
    """Strikes of one followed cause less the threshold used up."""
    cause = followed_cause(place)
    used = o.left[place] - threshold_left(f, cause, date)
    strikes = f.count[cause] - o.count[place]
    for n in range(strikes):
        u, _ = uniform_pair(c.k0, c.k1, f.stream, THRESHOLD, cause, o.count[place] + n)
        used -= math.log(u)
    return strikes - used


def trial_surprise(f: Any, p: Any, c: Any, o: Any) -> float:
    """Trials that closed the firm less those that were to be expected, weighted with loss."""
    if o.covered <= 0.0 or f.count[r.PROGRESS] <= o.steps:
        return 0.0
    fails = 1.0 - success_chance(f, p)
    u, v = uniform_pair(c.k0, c.k1, f.stream, TRIAL, f.count[r.PROGRESS], 0)
    closed = 1.0 if u > 1.0 - fails and v < p.trial_closes_share else 0.0
    return o.covered * (closed - fails * p.trial_closes_share)


def open_quarter(o: Any, f: Any, p: Any, c: Any, date: float) -> None:
    """Write what must be known of a firm when the quarter that begins is closed."""
    o.followed = 1 if f.status == r.ALIVE and (f.limit > 0.0 or f.balance > 0.0) else 0
    if o.followed == 0:
        return
    room = undrawn(f)
    exposure = f.balance + p.drawdown_at_default_share * room
    assets = asset_recovery(f, p, c)
    cash = max(cash_at(f, date), 0.0)
    # Drain in a setback: that of now, or with the margin that one would take.
    margin = 0.0 if f.setback == 1 else p.setback_margin * p.setback_scale_factor * f.scale
    runway = min((cash + room) / max(margin - f.flow, 1e-9), MOST_RUNWAY)
    o.covered = lost_by_lenders(f, max(exposure - cash, 0.0), assets, p, c)
    o.exposed = lost_by_lenders(f, exposure, assets, p, c) * math.exp(-runway / FOLD_YEARS)
    for place in range(N_FOLLOWED):
        cause = followed_cause(place)
        o.left[place] = threshold_left(f, cause, date)
        o.count[place] = f.count[cause]
    o.steps = f.count[r.PROGRESS]


def lost_by_lenders(f: Any, exposure: float, assets: float, p: Any, c: Any) -> float:
    """What lenders would lose of an exposure at default, less pledges and protection."""
    lost = unrecovered(exposure, assets, f.security, p, c)
    return lost - borne_by_protection(lost, exposure, f.guaranteed, f.first_loss, f.cover_cap)
