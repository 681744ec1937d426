"""Control variates of a replication: what it had beyond what was to be expected.

Each control has mean zero by construction, whatever the arrangements do, so a difference
may be adjusted for it (`sim.analysis.controls`). Those of the economy and of the entrants
are the same under every arrangement; those of firms' lives belong to one world each.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.analysis.controls import PREFIX, SHARED
from sim.base.draws import EXIT, uniform_columns
from sim.engine.processes import Observer, Steps, until
from sim.engine.world import World
from sim.experiment.exit_multiple import exceedance, lognormal, mean_between
from sim.model.economy.equity_market import EquityMarket, expected_times
from sim.model.economy.macro import Macro, Path, frailty, stays
from sim.model.firms import record as r
from sim.model.firms.loss_surprise import OPENING
from sim.model.firms.right import is_compliant
from sim.outcomes.reading import exited
from sim.scenario.scenario import Scenario

# --- Following the firms of a run quarter by quarter, and changing nothing -----------------------


class Watch(Protocol):
    """What looks at a world at the end of each quarter and sums what it finds."""

    sums: dict[str, float]

    def look(self, w: World, date: float) -> None:
        """Look at the firms at a date that they have reached."""


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


def picked(records: Any, rows: Any, names: Iterable[str]) -> SimpleNamespace:
    """Some fields of some records; whole records are long, and copying them takes longer."""
    return SimpleNamespace(**{name: records[name][rows] for name in names})


# --- Control variate from the lives of firms: see `sim.model.firms.loss_surprise` ---------------


Floats = NDArray[np.float64]
NAME = "losses"


class Compensator:
    """The sum with mean zero over the life of one world."""

    def __init__(self) -> None:
        self.sums = {NAME: 0.0}
        self.opening: Any = None

    def look(self, w: World, date: float) -> None:
        """Close the quarter that ends at `date` and open the next; firms must be there."""
        if self.opening is None:
            self.opening = OPENING.empty(w.firms.shape[0])
        self.sums[NAME] += w.rules.loss_surprise(
            w.firms, w.params, w.market_conditions, date, self.opening
        )


# --- Control variate from exits: gains on rights less their mean before the price is known -------
# When a firm leaves, one draw decides by which factor the price differs from its centre. All
# else about the exit is known before it. So the gain that the draw brings less its expected
# value, in closed form, has mean zero; subtracting it puts the conditional expectation in the
# place of the draw. Terms of the right are those of the quarter's opening.
# References
# ----------
# Law (2015), section 11.6, and Owen (2013), section 8.7, for conditioning.


EXIT_CONTROL = "exits"
_EXIT_STATE = (
    "compliant", "cum_exercise_amount", "holder", "lender_gain_share", "right", "stake",
    "exercise_amount",
    "trigger",
)  # fmt: skip


@dataclass(frozen=True)
class Claim:
    """What lenders would get at an exit: ``share * value - cost`` from a least value on.

    All have shape (n_claims,), of living firms (`rows`) at whose exit lenders may get something;
    the share is that of the exit value, cost and least value are in CNY million.
    """

    rows: NDArray[np.int64]
    share: Floats
    cost: Floats
    least: Floats


class ExitWatch:
    """The sum with mean zero over all exits of one world."""

    def __init__(self) -> None:
        self.sums = {EXIT_CONTROL: 0.0}
        self.opening: Claim | None = None

    def look(self, w: World, date: float) -> None:
        """Close the quarter that ends at `date` and open the next."""
        if self.opening is not None:
            self.sums[EXIT_CONTROL] += exit_surprise(w, self.opening)
        self.opening = claims(w)


def claims(w: World) -> Claim:
    """Read what lenders would get at an exit from each firm."""
    every = w.firms
    held = (every.holder > 0.0) | (every.right != r.NO_RIGHT)
    rows = np.flatnonzero((every.status == r.ALIVE) & held)
    f = picked(every, rows, _EXIT_STATE)
    kept = (f.right == r.SWAP) & is_compliant(f)
    rights = ((f.right == r.WARRANT) | (f.right == r.SWAP)) & ~kept & (f.stake > 0.0)
    share = np.where(rights, f.holder * (1.0 - f.stake) + f.stake, f.holder)
    exercise_amount = np.where(rights, f.exercise_amount, 0.0)
    # New shares are paid into the firm before its value is shared out.
    cost = f.cum_exercise_amount + exercise_amount - share * exercise_amount
    worth = np.maximum(
        f.trigger, f.exercise_amount * (1.0 - f.stake) / np.maximum(f.stake, 1e-300)
    )
    least = np.maximum(np.where(rights, worth, 0.0), cost / np.maximum(share, 1e-300))
    return Claim(rows, f.lender_gain_share * share, f.lender_gain_share * cost, least)


def exit_surprise(w: World, claim: Claim) -> float:
    """Gains at the exits of a quarter less what was to be expected, CNY million."""
    gone = np.flatnonzero(exited(w.firms.status[claim.rows]) & (claim.share > 0.0))
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


# --- The controls that a run asks for, those of the economy and of the entrants too --------------


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
    known: dict[str, type[Watch]] = {"hazards": Compensator, "exits": ExitWatch}
    return [known[name]() for name in known if name in asked]


def controls_of(w: World, watches: Iterable[Watch]) -> dict[str, float]:
    """Controls of one world at its end, by name; `watches` have followed it."""
    asked = w.scenario.variance_reduction.controls
    shared = economy(w) if "economy" in asked else {}
    shared |= population(w) if "population" in asked else {}
    found = {SHARED + name: value for name, value in shared.items()}
    for watch in watches:
        found |= {PREFIX + name: value for name, value in watch.sums.items()}
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
    expected = _times(_Economy(macro, w.scenario.equity_market), start, tuple(edges))
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

    def __init__(self, macro: Macro, market: EquityMarket) -> None:
        self.macro, self.market = macro, market
        self.words = macro.model_dump_json() + market.model_dump_json()

    def __hash__(self) -> int:
        return hash(self.words)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Economy) and self.words == other.words


@lru_cache(maxsize=8)
def _times(economy: _Economy, start: float, edges: tuple[float, ...]) -> Floats:
    return expected_times(economy.macro, economy.market, start, edges)
