"""Growth is a project with a price: what is not funded is the funding gap.

Progress opens a project that needs capital spending and working capital before the firm
reaches its next stage. It brings the part of measured growth that the business does not get on
its own (`sim.model.firms.growth`). It is carried out as soon as cash and the undrawn line cover
it. At the deadline it is cut to the money there is, or given up when that is too little.
"""

import math
from typing import Any

from sim.base.draws import TRIAL, uniform_pair
from sim.base.parameter import Frozen, NonNegative, Share, param
from sim.model.firms.beside import equipment_of, leasable, lease_equipment
from sim.model.firms.cash import make_up, target_cash
from sim.model.firms.credit_line import draw
from sim.model.firms.growth import project_gain, success_chance
from sim.model.firms.operations import enter_setback
from sim.model.firms.record import MATURE, PROGRESS, REGISTERED
from sim.model.firms.undrawn import undrawn


class Project(Frozen):
    """Size, price and patience of growth projects."""

    project_capex: NonNegative = param(
        unit="CNY million per CNY million a year",
        meaning="capital spending per unit of scale gained, by a project or without one",
    )
    project_wait: NonNegative = param(unit="years", meaning="time a project waits for money")
    project_least_share: Share = param(
        unit="share", meaning="funded part below which a project is given up"
    )


def trial_succeeds(f: Any, p: Any, c: Any) -> bool:
    """Whether the step that is due works at all (clinical phases, prototypes)."""
    chance = success_chance(f, p)
    if chance >= 1.0:
        return True
    u, _ = uniform_pair(c.k0, c.k1, f.stream, TRIAL, f.count[PROGRESS], 0)
    return u < chance


def trial_closes(f: Any, p: Any, c: Any) -> bool:
    """Whether a failed trial is the end of the firm rather than a setback."""
    _, u = uniform_pair(c.k0, c.k1, f.stream, TRIAL, f.count[PROGRESS], 0)
    return u < p.trial_closes_share


def open_project(f: Any, p: Any, t: float) -> None:
    """Open the project that leads to the next stage; a mature firm has none."""
    if f.stage == MATURE:
        return
    f.project = 1
    f.gain = project_gain(f, p)
    f.demand = (p.project_capex + p.working_capital) * f.scale * f.gain
    f.deadline = t + p.project_wait
    f.cum_demand += f.demand


def available(f: Any, p: Any) -> float:
    """Cash plus the undrawn line, less what a project leaves untouched."""
    return max(spare(f, p), 0.0)


def spare(f: Any, p: Any) -> float:
    """The same, negative where a firm has less cash than it leaves untouched."""
    return f.cash - untouched(f, p) + undrawn(f)


def own_part(f: Any, p: Any) -> float:
    """What the project costs the firm: what a lessor pays of it is taken off, CNY million."""
    return f.demand - leasable(f, p)


def untouched(f: Any, p: Any) -> float:
    """Cash that a firm does not stake on growth, CNY million."""
    return p.project_keeps_share * target_cash(f)


def settle_project(f: Any, share: float) -> None:
    """The project is over; `share` of it was paid for. One counts as one, whatever it costs."""
    f.cum_gap += f.demand * (1.0 - share)
    if f.stratum == REGISTERED:
        f.projects[f.stage] += 1.0
        f.unfunded[f.stage] += 1.0 - share
    f.project = 0
    f.demand = 0.0


def take_along(f: Any) -> None:
    """A firm that leaves alive takes its project along: who buys it decides on what it costs."""
    if f.project == 1:
        f.cum_demand -= f.demand
        f.project = 0
        f.demand = 0.0


def carry_out(f: Any, p: Any, share: float, t: float) -> None:
    """Spend the funded part of the demand and grow accordingly."""
    spend = f.demand * share
    lease_equipment(f, equipment_of(spend, p))
    short = spend - (f.cash - untouched(f, p))
    if short > 0.0:
        draw(f, min(short, undrawn(f)))
    f.cash -= spend
    f.cum_invest += spend
    f.log_scale += math.log1p(f.gain * share)
    settle_project(f, share)
    f.stage += 1
    f.stage_date[f.stage] = t


def try_project(f: Any, p: Any, t: float) -> bool:
    """Carry the project out in full if the money is there; says whether it was."""
    if f.project == 0 or f.arrears == 1:
        return False
    needed = own_part(f, p)
    if available(f, p) < needed and not make_up(f, p, needed - spare(f, p)):
        return False
    carry_out(f, p, 1.0, t)
    return True


def end_project(f: Any, p: Any, t: float) -> bool:
    """At the deadline: cut the project to the money there is, or give it up."""
    needed = own_part(f, p)
    share = min(available(f, p) / needed, 1.0) if needed > 0.0 else 1.0
    if share >= p.project_least_share and f.arrears == 0:
        carry_out(f, p, share, t)
        return True
    settle_project(f, 0.0)
    return False


def fail_trial(f: Any, p: Any) -> None:
    """A failed trial sets the firm back."""
    if f.setback == 0:
        enter_setback(f, p)
