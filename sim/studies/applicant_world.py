"""One applicant whose state is given, many times over, each copy with its own luck.

The firm is described on the day on which it applies, the start date. What nobody states is drawn
as it is for any firm that enters. Copies share the economy of a replication; they differ by
quality, by what banks see of it, and by all that happens to them later. They do not compete:
desks are endowed for all of them. Committee, calendar and lives are those of every other world.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.base.columns import Rows
from sim.engine.committee import hold_committee
from sim.engine.kernel import Kernel
from sim.engine.processes import set_market_conditions
from sim.engine.world import World, firm_parameters, new_world
from sim.model.firms.cash import target_cash
from sim.model.firms.record import ASK_FUNDS, GROWTH, STARTUP
from sim.scenario.scenario import AS_OFFERED, Scenario

AMPLE = 1e6
"""Factor on the endowment of desks, so that no copy takes the room of another."""
LONG_AGO = -99.0
"""Date of the request, years: whatever lenders wait for is over on the first day."""


@dataclass(frozen=True)
class Applicant:
    """The state of a firm on the day on which it applies; None is drawn, or follows.

    Parameters
    ----------
    stage : code, 0 start-up to 3 mature
    sales : CNY million a year, above 0
    venture : backed by venture capital
    age : years since entry
    last_round : CNY million, closed on that day
    sector : code; all that sell anything at the stage, by their shares
    cash : CNY million; as much as the firm wants to hold
    tangible : CNY million at today's prices of collateral; drawn per unit of scale
    assets : CNY million in operation, beside cash; likewise
    high_tech : whether it is a high-tech enterprise
    quality : standard deviations
    """

    stage: int
    sales: float
    venture: bool = False
    age: float = 5.0
    last_round: float = 0.0
    sector: int | None = None
    cash: float | None = None
    tangible: float | None = None
    assets: float | None = None
    high_tech: bool = False
    quality: float | None = None


def crowd(scenario: Scenario, copies: int, years: float, run_off: float) -> Scenario:
    """Give the scenario with so many firms that are there from the first day, and rich desks.

    `years` of lending, and of a run-off after them. Quotas of central bank money and funds of
    guarantors are those of as many firms, all of which apply on one day.
    """
    s, once = scenario.on_clock(), {"entry_rate": 0.0, "entries_a_year": 0.0}
    return s.model_copy(update={
        "population": s.population.model_copy(
            update={"firms": copies, "initial_share": 1.0, **once}
        ),
        "capital": s.capital.model_copy(update={"endowment_multiple": AMPLE}),
        "experiment": s.experiment.model_copy(
            update={"horizon_years": years, "run_off_years": run_off, "footing": AS_OFFERED}
        ),
    })  # fmt: skip


def applicants(
    scenario: Scenario,
    replication: int,
    who: Applicant,
    nature: tuple[float, float] = (0.0, 1.0),
    rules: Kernel | None = None,
) -> World:
    """Give the world in which every firm of a `crowd` is the applicant and asks for a loan.

    Parameters
    ----------
    scenario : Scenario
        As `crowd` gives it.
    nature : mean and standard deviation of quality, where the applicant states none
    rules : Kernel, optional
        Compiled rules by default.
    """
    settings = scenario.experiment
    span = (0.0, settings.horizon_years)
    w = new_world(scenario, replication, span=span, rules=rules)
    w.keeps_decisions = False
    w.firms["sector"] = _sectors(scenario, who, w.firms.shape[0])
    set_market_conditions(w, 0.0)
    w.advance(0.0)
    for f in w.firms:
        _describe(f, w.params[f.sector], who, nature)
    _time(w)
    _own(w.firms, w.params, w.market_conditions[0], who)
    # Flows hang on cash no longer; what comes next does.
    _time(w)
    w.firms["request"], w.firms["request_date"] = ASK_FUNDS, LONG_AGO
    w.pending[:] = ASK_FUNDS
    return w


def decided(w: World, name: str, change: Callable[[World], None] = lambda _: None) -> World:
    """Give the world under an arrangement once its banks have met on the first day.

    The offers are those of its scratch, see `offers`. A change of its rules comes before.
    """
    mine = w.branch(name)
    change(mine)
    hold_committee(mine, 0.0)
    return mine


def offers(w: World) -> tuple[Rows, Rows]:
    """Offers by code and applications of a world whose banks have just met.

    Shapes (n_firms, 1 + n_menu) and (n_firms,); 0 is plain lending.
    """
    n = w.firms.shape[0]
    return w.scratch["offers"][:n], w.scratch["applications"][:n]


def selling(scenario: Scenario, stage: int) -> list[int]:
    """Give the codes of the sectors that sell anything at a stage."""
    sold = firm_parameters(scenario)["sales_share"][:, stage]
    return [int(code) for code in np.flatnonzero(sold > 0.0)]


def _sectors(scenario: Scenario, who: Applicant, copies: int) -> Any:
    """Give the sector of each copy; where none is stated, as many as sectors have shares."""
    if who.sector is not None:
        return who.sector
    known = selling(scenario, who.stage)
    shares = np.array([sector.share for sector in scenario.sector.values()])[known]
    ends = np.cumsum(shares) / shares.sum()
    places = (np.arange(copies) + 0.5) / copies
    return np.array(known)[np.minimum(np.searchsorted(ends, places), len(known) - 1)]


def _describe(f: Any, p: Any, who: Applicant, nature: tuple[float, float]) -> None:
    """Write the nature of a firm that has just entered, and its size."""
    mean, spread = nature
    set_quality(f, mean + spread * f.quality if who.quality is None else who.quality)
    f.venture, f.high_tech, f.stage = int(who.venture), int(who.high_tech), who.stage
    f.birth = f.stage_date[STARTUP] = -who.age
    for stage in range(GROWTH, who.stage + 1):
        f.stage_date[stage] = 0.0
    f.log_scale = math.log(who.sales / p.sales_share[who.stage])
    factor, exponent = p.venture_scale_factor, p.venture_size_exponent
    if not who.venture:
        factor, exponent = 1.0, p.size_exponent
    if who.stage == STARTUP:
        # Its outlay is in keeping with its size, as at entry.
        f.means = math.exp(exponent * (f.log_scale - math.log(p.opening_scale * factor)))
    f.last_round, f.round_date = who.last_round, 0.0


EFFECTS = (
    "quality_on_progress", "quality_on_failure", "quality_on_recovery", "quality_on_exit",
)  # fmt: skip
"""What latent quality does to a firm's chances, each a power of it, 1 at quality 0."""


def set_quality(f: Any, quality: float) -> None:
    """Write latent quality, standard deviations, and what it does to a firm's chances.

    The effects are log-linear in it, so those that were drawn say what others are.
    """
    times = quality / f.quality
    for name in EFFECTS:
        f[name] = f[name] ** times
    f.quality = quality


def _own(firms: Rows, params: Rows, c: Any, who: Applicant) -> None:
    """Write what the firms have; opening cash counts as capital paid in."""
    firms["cash"] = [target_cash(f) for f in firms] if who.cash is None else who.cash
    firms["cum_equity"] = firms["cash"]
    if who.tangible is not None:
        firms["tangible"] = who.tangible / (firms["scale"] * c.collateral)
    if who.assets is not None:
        per_scale = params["assets_per_sales"][firms["sector"]]
        firms["asset_factor"] = who.assets / (per_scale * firms["scale"])


def _time(w: World) -> None:
    """Set flows, value, hazards and the date of the next event for the state that is written."""
    w.rules.switch_regime(w.firms, w.next_time, w.params, w.market_conditions, 0.0)
