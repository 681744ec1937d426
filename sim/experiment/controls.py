"""Control variates of a replication: what it had beyond what was to be expected.

Each control has mean zero by construction, whatever the arrangements do, so a difference
may be adjusted for it (`sim.analysis.controls`). Those of the economy and of the entrants
are the same under every arrangement; those of firms' lives belong to one world each.
"""

import math
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.controls import PREFIX, SHARED
from sim.base.columns import Rows, Table, bare
from sim.engine.processes import Observer, Steps, until
from sim.engine.world import World
from sim.model.economy.equity_market import EquityMarket, expected_times
from sim.model.economy.macro import Macro, Path, frailty, stays
from sim.model.firms.exit_surprise import CLAIM
from sim.model.firms.loss_surprise import OPENING
from sim.scenario.scenario import Scenario

# --- Following the firms of a run quarter by quarter, and changing nothing -----------------------


class Watch:
    """Sums what a rule finds of each quarter of a world; the sum has mean zero.

    Parameters
    ----------
    name : str
        Of the control.
    rule : str
        The rule's entry point: it closes a quarter and opens the next.
    opening : Table
        What the rule remembers of a firm from the opening of a quarter.
    """

    def __init__(self, name: str, rule: str, opening: Table) -> None:
        self.name, self.rule, self.table = name, rule, opening
        self.opening: Rows = None
        self.total = 0.0

    def look(self, w: World, date: float) -> None:
        """Close the quarter that ends at `date` and open the next; firms must be there."""
        if self.opening is None:
            self.opening = self.table.empty(w.firms.shape[0])
        rule = getattr(w.rules, self.rule)
        firms, params, factors, opening = bare(
            w.firms, w.params, w.market_conditions, self.opening
        )
        self.total += rule(firms, params, factors, date, opening)


WATCHED = {
    "hazards": ("losses", "loss_surprise", OPENING), "exits": ("exits", "exit_surprise", CLAIM),
}  # fmt: skip
"""Controls that follow the lives of firms, and the rule of each."""


def follow(watches: Iterable[Watch]) -> Observer:
    """A process that lets watches look at each quarter's end of a run, from its start on."""

    def process(env: Any, w: World) -> Steps:
        settings = w.scenario.experiment
        end = settings.horizon_years + settings.run_off_years
        # Never beyond the end, where no settlement would book what firms do.
        last = math.floor(4.0 * end + 1e-9)
        for quarter in range(round(4.0 * env.now), last + 1):
            yield until(env, quarter / 4)
            w.advance(quarter / 4)
            for watch in watches:
                watch.look(w, quarter / 4)

    return process


# --- The controls that a run asks for, those of the economy and of the entrants too --------------


Floats = NDArray[np.float64]
MEMORY_YEARS = 4.0
"""Years before the start date that still show in the experiment's loans."""
BEFORE, EARLY, LATE = "before", "early", "late"
ORDER = (
    "strain_early", "strain_late", "losses", "strain_before", "winter_early", "winter_late",
    "exits", "winter_before", "quality", "venture",
)  # fmt: skip
"""Those that tell most first: of few replications only the first controls are used."""


def watches_of(scenario: Scenario) -> list[Watch]:
    """What must follow a world for the controls that are asked for."""
    asked = scenario.variance_reduction.controls
    return [Watch(*WATCHED[name]) for name in WATCHED if name in asked]


def controls_of(w: World, watches: Iterable[Watch]) -> dict[str, float]:
    """Controls of one world at its end, by name; `watches` have followed it."""
    asked = w.scenario.variance_reduction.controls
    shared = economy(w) if "economy" in asked else {}
    shared |= population(w) if "population" in asked else {}
    found = {SHARED + name: value for name, value in shared.items()}
    found |= {PREFIX + watch.name: watch.total for watch in watches}
    return dict(sorted(found.items(), key=lambda item: ORDER.index(item[0].rpartition(".")[2])))


def economy(w: World) -> dict[str, float]:
    """Strain on firms and winters of the market, less their expected values, in years.

    Strain is the time integral of the regime's factor on setbacks times the yearly
    frailty; its expected value needs the regimes alone, since the frailty has mean one.
    """
    macro, settings = w.scenario.macro, w.scenario.experiment
    start, end = -settings.warm_up_years, settings.horizon_years
    names, edges = [EARLY, LATE], [0.0, 0.5 * end, end]
    if start < 0.0:
        names, edges = [BEFORE, *names], [max(start, -MEMORY_YEARS), *edges]
    chain = _Economy(macro, w.scenario.equity_market, settings.settling_years)
    expected = _times(chain, start, tuple(edges))
    factors = np.repeat([regime.setback for regime in macro.regime.values()], 2)
    found = {}
    for name, years, (since, to) in zip(names, expected, pairwise(edges), strict=True):
        found[f"strain_{name}"] = strain(w, since, to) - float(years @ factors)
        found[f"winter_{name}"] = time_in(w.market, 1, since, to) - float(years[1::2].sum())
    return found


def strain(w: World, since: float, until: float) -> float:
    """Time integral of the factor on setbacks times the yearly frailty."""
    macro = w.scenario.macro
    factors = [regime.setback for regime in macro.regime.values()]
    total = 0.0
    for year in range(math.floor(since), math.ceil(until)):
        first, last = max(since, float(year)), min(until, year + 1.0)
        parts = [time_in(w.macro, code, first, last) * x for code, x in enumerate(factors)]
        total += frailty(macro, w.system_key, year) * math.fsum(parts)
    return total


def time_in(path: Path, state: int, since: float, until: float) -> float:
    """Years that a path spends in a state between two dates.

    >>> time_in(((0.0, 0), (2.0, 1)), 1, 1.0, 5.0)
    3.0
    """
    spans = (min(end, until) - max(start, since) for start, end in stays(path, state))
    return math.fsum(span for span in spans if span > 0.0)


def population(w: World) -> dict[str, float]:
    """Quality and venture backing of those who entered, less their expected values."""
    f = w.firms
    entered = f.status > 0
    if not entered.any():
        return {"quality": 0.0, "venture": 0.0}
    p = w.params[f.sector[entered]]
    expected = venture_chance(p.venture_logit, p.venture_quality_slope)
    return {
        "quality": float(f.quality[entered].mean()),
        "venture": float((f.venture[entered] - expected).mean()),
    }


def venture_chance(logit: Any, slope: Any) -> Floats:
    """Chance of venture backing over all qualities, by Gauss-Hermite quadrature.

    >>> bool(abs(venture_chance(np.array([0.0]), np.array([0.8]))[0] - 0.5) < 1e-12)
    True
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    values = 1.0 / (1.0 + np.exp(-(logit[:, None] + slope[:, None] * nodes)))
    return np.asarray(values @ weights / weights.sum())


class _Economy:
    """Macro and market as one key of the cache: the same values, the same times."""

    def __init__(self, macro: Macro, market: EquityMarket, settling: float) -> None:
        self.macro, self.market, self.settling = macro, market, settling
        self.words = f"{macro.model_dump_json()} {market.model_dump_json()} {settling}"

    def __hash__(self) -> int:
        return hash(self.words)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Economy) and self.words == other.words


@lru_cache(maxsize=8)
def _times(economy: _Economy, start: float, edges: tuple[float, ...]) -> Floats:
    return expected_times(economy.macro, economy.market, start, edges, economy.settling)
