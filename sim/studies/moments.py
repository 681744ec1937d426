"""Moments of a history that calibration and validation compare with published figures.

Most targets are outcomes and are met under their own names. What stands here are figures
that only a comparison with data asks for: hazards at more ages, the funnel of equity
rounds, money multiples of investors, listings per firm and year, the lines of signed firms.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.base.columns import Rows
from sim.base.wording import level_text, range_text, spread_text, unit_style
from sim.engine.history import History
from sim.engine.processes import run_world
from sim.engine.world import World
from sim.experiment.simulate import freeze, run_history, worlds
from sim.experiment.store import Store, Table, numbers_of
from sim.model.economy.macro import stays, time_share
from sim.model.firms.record import ACQUIRED, ALIVE, LISTED, MATURE, ROUNDS_KEPT, STAGES, STARTUP
from sim.outcomes.bank_loss import npl_ratio
from sim.outcomes.bank_stage import default_rate
from sim.outcomes.firm import exit_hazard
from sim.outcomes.mark import evaluate, registry
from sim.outcomes.reading import (
    Floats,
    Mask,
    between,
    contract_years,
    defaulted,
    ended,
    entered,
    failed,
    living,
    mean,
    newborn,
    of_all_stages,
    of_book,
    of_firms,
    quarters,
    ratio,
    share,
    signed_in,
)
from sim.outcomes.reading import years_of_stage as stage_years
from sim.scenario.scenario import Scenario
from sim.scenario.sources import ID, Fact, read_facts
from sim.studies.findings import Findings
from sim.studies.firm_moments import FIRM_MOMENTS, SMALL_LINE
from sim.studies.pattern_misses import ASSUMED, BUILT, MET, PUBLISHED
from sim.studies.request import keywords, study_store

FOLLOWED = 7.0
"""Years for which a venture-backed firm must be followed to count in the funnel."""

EARLY = 2.5
"""Years after the start at which lines of signed firms are read, as published: from the
launch of the plan in the middle of 2023 to the end of 2025."""

MULTIPLE_BOUNDS = (1.0, 5.0, 10.0, 20.0)
"""Ends of the classes of money multiples, as published."""


@dataclass(frozen=True)
class Moment:
    """One figure of a history: what it is in words, its unit, and the function."""

    meaning: str
    unit: str
    function: Callable[[History], float]


def moments() -> Mapping[str, Moment]:
    """Every named moment, by name; read-only.

    >>> moments()["round.second_share"].unit
    'share'
    """
    return MappingProxyType(
        {name: Moment(meaning, unit, read) for name, unit, meaning, read in _declared()}
    )


def unit_of(name: str) -> str:
    """Unit of an outcome or of a moment."""
    return registry()[name].unit if name in registry() else moments()[name].unit


def moments_of(scenario: Scenario, replication: int) -> pd.DataFrame:
    """All outcomes and all moments of one replication under each arrangement.

    Columns arrangement, replication, outcome, value. Moments stand among the outcomes under their
    own names.
    """
    return numbers_of(scenario, replication, _read)


def _read(history: History, baseline: History) -> dict[str, float]:
    own = {name: one.function(history) for name, one in moments().items()}
    return {**evaluate(history, baseline), **own}


def _declared() -> Iterator[tuple[str, str, str, Callable[[History], float]]]:
    """Name, unit, meaning and function of each moment."""
    for year in (6, 7, 8):
        words = (
            f"share of firms on the register whose closing is registered in year {year} of life"
        )
        yield f"firm.exit_hazard_y{year}", "per year", words, partial(exit_hazard, year=year)
    yield (
        "firm.exit_hazard_y4_to_y7", "per year",
        "share of firms on the register whose closing is registered in a year, mean over years 4"
        " to 7 of life", _middle_hazard,
    )  # fmt: skip
    for place, name in enumerate([*(f"below_{bound:g}" for bound in MULTIPLE_BOUNDS), "above_20"]):
        words = f"rounds of firms that ended, by money multiple of the investors: {name}"
        yield f"multiple.{name}", "share", words, partial(_multiple_class, place=place)
    followed = "venture-backed firms followed for seven years that"
    contract = "with a contract of the arrangement"
    yield from (
        ("round.second_share", "share", f"{followed} close a further round",
         partial(_rounds_share, least=1)),
        ("round.fourth_share", "share", f"{followed} close three further rounds",
         partial(_rounds_share, least=3)),
        ("listing.rate", "per year",
         "listings in the experiment over years that firms lived in it", listing_rate),
        ("exit.share_7y", "share", f"{followed} are listed or sold in them",
         exits_in_seven_years),
        ("default.variation", "-",
         "standard deviation over mean of defaults per loan-year, by calendar year",
         default_variation),
    )  # fmt: skip
    yield from FIRM_MOMENTS
    for stage, name in enumerate(STAGES):
        words = (
            f"mean line of contracts of the arrangement signed early with a firm in stage {name}"
        )
        yield f"signed.line_{name}", "CNY million", words, partial(_signed_line, stage=stage)
    yield from (
        ("signed.line", "CNY million",
         f"mean line of firms {contract} after {EARLY:g} years", line_after),
        ("signed.line_late", "CNY million",
         f"mean line of firms {contract} at the end of the run",
         lambda history: mean(of_firms(history)["limit"][_signed(history)])),
        ("signed.drawn_share", "share",
         f"balance over line of firms {contract}, end of the run", drawn_share),
        ("signed.balance", "CNY million", f"line after {EARLY:g} years times the drawn share",
         lambda history: line_after(history) * drawn_share(history)),
        ("balance.mature_over_startup", "ratio",
         "mean balance of mature borrowers over that of start-ups", balance_ratio),
    )  # fmt: skip


def _middle_hazard(history: History) -> float:
    return float(np.mean([exit_hazard(history, year=year) for year in (4, 5, 6, 7)]))


def _multiple_class(history: History, place: int) -> float:
    return float(multiple_shares(history)[place])


def multiples(history: History) -> Floats:
    """Money multiple of each round of firms that ended in the experiment, shape (n,).

    The founders keep their shares, so the worth of these at the price of a round and at
    the exit gives the multiple of that round. A closed firm returns nothing.
    """
    gone = failed(history) | ended(history, LISTED, ACQUIRED)
    firms = of_firms(history).rows(gone)
    price = firms["round_price"]
    closed = np.arange(ROUNDS_KEPT) < firms["rounds"][:, None]
    back = np.broadcast_to(firms["founder_proceeds"][:, None], price.shape)
    return np.asarray(back[closed] / price[closed])


def multiple_shares(history: History) -> Floats:
    """Shares of rounds by class of money multiple, shape (5,); nan of no round."""
    found = multiples(history)
    if not found.size:
        return np.full(len(MULTIPLE_BOUNDS) + 1, math.nan)
    places = np.searchsorted(MULTIPLE_BOUNDS, found, side="right")
    counts = np.bincount(places, minlength=len(MULTIPLE_BOUNDS) + 1)
    return np.asarray(counts / found.size)


def _rounds_share(history: History, least: int) -> float:
    firms = of_firms(history)
    cohort = newborn(history, FOLLOWED) & (firms["venture"] == 1)
    return share(np.asarray(firms["rounds"] >= least), cohort)


def exits_in_seven_years(history: History) -> float:
    """Venture-backed firms that are listed or sold within seven years."""
    firms = of_firms(history)
    out = (firms["status"] == LISTED) | (firms["status"] == ACQUIRED)
    soon = firms["end"] - firms["birth"] <= FOLLOWED
    return share(np.asarray(out & soon), newborn(history, FOLLOWED) & (firms["venture"] == 1))


def firm_years(history: History) -> Floats:
    """Years of each firm inside the experiment, shape (n_firms,)."""
    firms = of_firms(history)
    first = np.maximum(firms["birth"], 0.0)
    last = np.minimum(firms["end"], history.horizon)
    return np.asarray(np.where(entered(history), np.maximum(last - first, 0.0), 0.0))


def listing_rate(history: History) -> float:
    """Listings per firm and year."""
    return ratio(float(ended(history, LISTED, LISTED).sum()), float(firm_years(history).sum()))


def default_variation(history: History) -> float:
    """Variation over calendar years of defaults per loan-year."""
    inside = np.flatnonzero(history.during())
    year = np.ceil(history.dates[inside] - 1e-9).astype(np.int64) - 1
    loans = between(history, of_all_stages(history, "borrowers")) * quarters(history)
    years = np.bincount(year, weights=loans)
    when = np.ceil(of_firms(history)["end"][defaulted(history)] - 1e-9).astype(np.int64) - 1
    rate = np.bincount(when, minlength=years.size)[: years.size] / np.maximum(years, 1e-9)
    return ratio(float(rate.std(ddof=1)), float(rate.mean())) if rate.size > 1 else math.nan


def _signed(history: History) -> Mask:
    """Living firms whose contract in force is one of the arrangement."""
    row = of_firms(history)["contract"]
    signed = np.append(of_book(history)["signed"], 0)
    return np.asarray(living(history) & (signed[row] == 1))


def line_after(history: History, years: float = EARLY) -> float:
    """Mean line of firms that hold a contract of the arrangement some years after the start."""
    book, firms = of_book(history), of_firms(history)
    rows = np.flatnonzero((book["date"] > 0.0) & (book["date"] <= years))
    # The book is in order of signing, so the last row of a firm is its contract.
    last = np.full(history.firms.shape[0], -1, dtype=np.int64)
    last[book["firm"][rows]] = rows
    held = last[(last >= 0) & (firms["end"] > years)]
    held = held[(book["signed"][held] == 1) & (book["maturity"][held] > years)]
    return mean(book["limit"][held])


def drawn_share(history: History) -> float:
    """Balance over line of signed firms."""
    chosen = _signed(history)
    firms = of_firms(history)
    return ratio(float(firms["balance"][chosen].sum()), float(firms["limit"][chosen].sum()))


def _signed_line(history: History, stage: int) -> float:
    book = of_book(history)
    early = signed_in(history) & (book["date"] <= EARLY)
    return mean(book["limit"][early & (book["signed"] == 1) & (book["stage"] == stage)])


def balance_ratio(history: History) -> float:
    """Mean balance of mature borrowers over that of start-ups."""
    each = [
        ratio(stage_years(history, "credit", k), stage_years(history, "borrowers", k))
        for k in (MATURE, STARTUP)
    ]
    return ratio(each[0], each[1])


# --- Figures of a history that nothing was fitted to: growth, concentration, exits, ages ---------


LARGE_MULTIPLE = 5.0
TAIL_PART = 0.05


def patterns_of(scenario: Scenario, replication: int) -> pd.DataFrame:
    """Figures of plain lending in one replication.

    Columns arrangement, replication, outcome, value.
    """
    baseline = scenario.experiment.baseline
    alone = scenario.with_values({"experiment.arrangements": [baseline]})
    history = freeze(next(worlds(alone, replication)))
    values = {**age_figures(history), **credit_figures(history), **exit_figures(history)}
    values |= growth_figures(alone, replication)
    return Table.of_rows([baseline], [values]).frame(replication)


def age_figures(history: History) -> dict[str, float]:
    """How old firms are, and how old they grow."""
    firms = of_firms(history)
    alive = entered(history) & (firms["birth"] <= 0.0) & (firms["end"] > 0.0)
    closed = failed(history)
    life = (firms["end"] - firms["birth"])[closed] + history.facts["registration_lag"]
    return {
        "stock_under_5": share(np.asarray(-firms["birth"] < 5.0), np.asarray(alive)),
        "mean_life_of_closed": mean(life),
        "closed_within_5": ratio(float((life <= 5.0).sum()), float(life.size)),
    }


def credit_figures(history: History) -> dict[str, float]:
    """Bad loans, defaults by size of the line, and defaults in a bust over a boom."""
    book = of_book(history)
    years = contract_years(history)
    rows = of_firms(history)["contract"][defaulted(history)]
    bad = np.bincount(rows[rows >= 0], minlength=history.book.shape[0])
    small = book["limit"] < SMALL_LINE
    rates = [ratio(float(bad[s].sum()), float(years[s].sum())) for s in (small, ~small)]
    return {
        "npl_ratio": npl_ratio(history),
        "npl_high_over_low": npl_high_over_low(history),
        "default_rate": default_rate(history),
        "default_small_over_large": ratio(rates[0], rates[1]),
        "default_bust_over_boom": bust_over_boom(history),
    }


def npl_high_over_low(history: History) -> float:
    """Bad loans over loans, mean of the worst year over that of the best; nan of one year."""
    npl = history.bank("npl").sum(axis=1)
    rate = npl / np.maximum(npl + history.bank("loans").sum(axis=1), 1e-9)
    inside = np.flatnonzero(history.during())
    year = np.ceil(history.dates[inside] - 1e-9).astype(np.int64) - 1
    means = np.bincount(year, weights=rate[inside]) / np.maximum(np.bincount(year), 1)
    return ratio(float(means.max()), float(means.min())) if means.size > 1 else math.nan


def bust_over_boom(history: History) -> float:
    """Defaults per loan-year in quarters that end in a bust over those in a boom."""
    inside = history.during()
    dates = history.dates[inside]
    bust = history.series("regime")[inside] > 0.0
    loans = between(history, of_all_stages(history, "borrowers")) * quarters(history)
    when = np.searchsorted(dates, of_firms(history)["end"][defaulted(history)] - 1e-9)
    bad = np.bincount(when, minlength=dates.size)[: dates.size]
    rates = [ratio(float(bad[q].sum()), float(loans[q].sum())) for q in (bust, ~bust)]
    return ratio(rates[0], rates[1])


def exit_figures(history: History) -> dict[str, float]:
    """What exits are made of, and in how few of them the value lies."""
    firms = of_firms(history)
    listed = ended(history, LISTED, LISTED)
    found = multiples(history)
    large = found > LARGE_MULTIPLE
    gone = newborn(history, 10.0) & (firms["venture"] == 1)
    nothing = np.asarray(firms["founder_proceeds"] <= 0.0)
    done = gone & np.asarray(firms["status"] > ALIVE)
    return {
        "exits_winter_over_open": exits_winter_over_open(history),
        "listed_with_rounds": share(np.asarray(firms["rounds"] > 0), listed),
        "listing_age": mean((firms["end"] - firms["birth"])[listed]),
        "large_multiples": ratio(float(large.sum()), float(found.size)),
        "return_in_large": ratio(float(found[large].sum()), float(found.sum())),
        "founders_with_nothing": share(nothing, done),
        "tail_index": tail_index(found),
    }


def exits_winter_over_open(history: History) -> float:
    """Listings and sales a year in winters of the equity market over those while it is open."""
    out = of_firms(history)["end"][ended(history, LISTED, ACQUIRED)]
    spells = np.array(list(stays(history.market, 1))).reshape(-1, 2)
    cold = ((out > spells[:, :1]) & (out <= spells[:, 1:])).any(axis=0).sum()
    part = time_share(history.market, 1, 0.0, history.horizon)
    return ratio(ratio(float(cold), part), ratio(float(out.size - cold), 1.0 - part))


def tail_index(values: Floats) -> float:
    """Hill's estimate of the tail index from the largest values.

    >>> u = (np.arange(4000) + 0.5) / 4000
    >>> round(tail_index(u ** (-1 / 1.8)), 1)
    1.8
    """
    ordered = np.sort(values)[::-1]
    count = int(TAIL_PART * ordered.size)
    if count < 2 or ordered[count] <= 0.0:
        return math.nan
    return ratio(1.0, float(np.log(ordered[:count] / ordered[count]).mean()))


def growth_figures(scenario: Scenario, replication: int) -> dict[str, float]:
    """Spread of log growth over two years running, by stage, and its persistence.

    The history before the start date is lived twice more, a year apart each time, and
    firms that live through both years in one stage are compared with themselves.
    """
    world = run_history(scenario, replication)
    before = _scales(world.firms)
    years = []
    for year in (0, 1):
        run_world(world, float(year), float(year + 1))
        after = _scales(world.firms)
        stay = np.asarray(before[1] & after[1] & (before[2] == after[2]))
        years.append((after[0] - before[0], stay, after[2]))
        before = after
    growth, stay, stage = years[0]
    found = {
        f"growth_sd_{name}": float(growth[stay & (stage == k)].std())
        for k, name in enumerate(STAGES)
        if (stay & (stage == k)).any()
    }
    both = stay & years[1][1]
    known = both.sum() > 2 and growth[both].std() > 0.0
    found["growth_persistence"] = (
        float(np.corrcoef(growth[both], years[1][0][both])[0, 1]) if known else math.nan
    )
    centred = growth[stay] - growth[stay].mean() if stay.any() else np.zeros(1)
    found["growth_kurtosis"] = ratio(float((centred**4).mean()), float((centred**2).mean()) ** 2)
    last = int(scenario.experiment.horizon_years)
    return {**found, "money_winter_over_open": money_winter_over_open(world, 2, last)}


def money_winter_over_open(world: World, first: int, last: int) -> float:
    """Money of equity rounds a year in years of winter over that in other years.

    The world lives from year `first` to `last`; a year counts by where most of it lies.
    """
    money, years = np.zeros(2), np.zeros(2)
    for year in range(first, last):
        rounds = np.array(world.firms["rounds"])
        run_world(world, float(year), float(year + 1))
        closed = world.firms["rounds"] - rounds
        cold = int(time_share(world.market, 1, float(year), float(year + 1)) > 0.5)
        # Of several rounds in a year the last one stands for all.
        money[cold] += float((closed * world.firms["last_round"]).sum())
        years[cold] += 1.0
    a_year = [ratio(*pair) for pair in zip(money, years, strict=True)]
    return ratio(a_year[1], a_year[0])


def _scales(firms: Rows) -> tuple[Floats, NDArray[np.bool_], NDArray[np.int64]]:
    """Log scale, whether alive, and stage, copied."""
    alive = np.asarray(firms["status"] == ALIVE)
    return np.array(firms["log_scale"]), alive, np.array(firms["stage"], dtype=np.int64)


# --- Patterns: published regularities that nothing was fitted to, and the model --
# A miss is told and not tuned: these figures say how far the economy can be trusted where
# nobody looked while it was calibrated.
# References: Grimm et al. 2005, Science 310, for patterns as tests of simulation models.

ERRORS = 2.0
"""Standard errors that a value may lie outside a range and still count as near it."""


@dataclass(frozen=True)
class Pattern:
    """One published regularity.

    Parameters
    ----------
    key
        Name of the figure in `sim.studies.moments`.
    low, high
        Range in which the published figure lies; infinite where the source gives one end.
    source
        Fact ids, or a reference with its year.
    built
        Parameters of the default economy by which it holds, at least in part; then meeting it
        says little.
    """

    key: str
    meaning: str
    unit: str
    low: float
    high: float
    source: str
    built: str = ""

    def grade(self, facts: Mapping[str, Fact]) -> str:
        """Published, assumed, or by construction: as the facts behind it are graded.

        >>> one = Pattern("x", "x", "-", 1.0, 2.0, "assumed: nothing was found")
        >>> one.grade({})
        'assumed'
        """
        named = [facts[id] for id in re.findall(rf"\b{ID}\b", self.source) if id in facts]
        if self.built:
            return BUILT
        is_known = named and not any(fact.text("grade") == "assumption" for fact in named)
        return PUBLISHED if is_known and not self.source.startswith(ASSUMED) else ASSUMED

    def verdict(self, value: float, error: float) -> str:
        """Inside, near (within two standard errors of), below or above the published range.

        >>> one = Pattern("x", "x", "-", 1.0, 2.0, "LB01")
        >>> one.verdict(1.5, 0.1), one.verdict(2.1, 0.1), one.verdict(2.1, 0.01)
        ('inside', 'near', 'above')
        """
        slack = ERRORS * error if math.isfinite(error) else 0.0
        if not math.isfinite(value):
            return "undefined"
        if self.low <= value <= self.high:
            return "inside"
        if value > self.high:
            return "near" if value <= self.high + slack else "above"
        return "near" if value >= self.low - slack else "below"


PATTERNS = (
    Pattern("npl_ratio", "bad loans over loans, plain lending", "share", 0.0218, 0.0299, "LB43"),
    Pattern(
        "npl_high_over_low", "bad loans over loans, worst year over best", "ratio", 1.63,
        math.inf, "LB87",
    ),
    Pattern("default_rate", "defaults per loan-year, all stages", "per year", 0.02, 0.029, "LB44"),
    Pattern(
        "default_small_over_large", "default on lines below 10 million over larger lines",
        "ratio", 1.0, math.inf, "LB43: bad loans of small firms over those of all loans",
    ),
    Pattern(
        "default_bust_over_boom", "defaults per loan-year, bust over boom", "ratio", 2.0, 3.0,
        "LB85",
    ),
    Pattern(
        "money_winter_over_open", "money of equity rounds a year, winters over other years",
        "ratio", 0.49, 0.69, "MK27; LB84", "winter_rounds and winter_valuation of equity_market",
    ),
    Pattern(
        "exits_winter_over_open", "listings and sales a year, winters over an open market",
        "ratio", 0.19, 0.63, "MK34; LB84",
        "winter_listing and winter_acquisition of equity_market",
    ),
    Pattern("growth_sd_startup", "spread of yearly log growth, start-ups", "-", 0.45, 0.6, "LB74"),
    Pattern("growth_sd_growth", "spread of yearly log growth, growth", "-", 0.3, 0.45, "LB74"),
    Pattern(
        "growth_sd_expansion", "spread of yearly log growth, expansion",
        "-", 0.2, 0.3, "LB74",
    ),
    Pattern("growth_sd_mature", "spread of yearly log growth, mature", "-", 0.15, 0.25, "LB74"),
    Pattern(
        "growth_persistence", "correlation of growth with the year before",
        "-", -0.1, 0.15, "LB75",
    ),
    Pattern(
        "growth_kurtosis", "kurtosis of growth; a normal law has 3, a Laplace law 6",
        "-", 3.5, 8.0, "LB77",
    ),
    Pattern("stock_under_5", "living firms younger than five years", "share", 0.45, 0.54, "MK38"),
    Pattern("mean_life_of_closed", "mean life of firms that close", "years", 5.5, 6.7, "MK38"),
    Pattern("closed_within_5", "closings within five years of entry", "share", 0.55, 0.63, "MK38"),
    Pattern(
        "listed_with_rounds", "listed firms that had an equity round", "share", 0.5, 0.9,
        "assumed: most firms listed on boards for young firms have venture money",
    ),
    Pattern("listing_age", "age at listing", "years", 8.0, 18.0, "assumed: ST01, late stages"),
    Pattern(
        "large_multiples", "rounds that return more than five times",
        "share", 0.04, 0.10, "LB21; LB18",
    ),
    Pattern(
        "return_in_large", "part of all returns that these bring",
        "share", 0.45, 0.70, "LB21",
    ),
    Pattern("tail_index", "tail index of money multiples", "-", 1.4, 2.0, "LB25"),
    Pattern(
        "founders_with_nothing", "founders of venture-backed firms that ended, without proceeds",
        "share", 0.65, 0.85, "LB26",
    ),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Patterns:
    """What the model makes of published regularities.

    Parameters
    ----------
    values
        Patterns (columns) by replication (rows).
    """

    values: pd.DataFrame

    def frame(self) -> pd.DataFrame:
        """One row a pattern.

        Columns pattern, grade (published, assumed, by construction), unit, published_low,
        published_high, model, standard_error, verdict (inside, near, below, above, undefined),
        source.
        """
        rows, facts = [], read_facts().facts
        for one in PATTERNS:
            known = self.values[one.key].dropna() if one.key in self.values else pd.Series([])
            value = float(known.mean()) if known.size else math.nan
            error = float(known.std(ddof=1) / np.sqrt(known.size)) if known.size > 1 else math.nan
            rows.append(
                {
                    "pattern": one.meaning, "grade": one.grade(facts), "unit": one.unit,
                    "published_low": one.low,
                    "published_high": one.high, "model": value, "standard_error": error,
                    "verdict": one.verdict(value, error), "source": one.source,
                }
            )  # fmt: skip
        return pd.DataFrame(rows)

    def findings(self) -> Findings:
        """What was found, for files and the report."""
        frame = self.frame()
        words = [_met(frame)]
        for grade in (PUBLISHED, ASSUMED, BUILT):
            own = frame[(frame["grade"] == grade) & ~frame["verdict"].isin(MET)]
            words += [miss_words(row) for _, row in own.iterrows()]
        caption = "Published patterns that nothing was fitted to, and the model"
        return Findings(
            "patterns", "Patterns that were not fitted", tuple(words), {"patterns": frame},
            {"patterns": caption},
        )  # fmt: skip


@keywords(store=study_store)
def patterns(scenario: Scenario, replications: int, *, store: Store) -> Patterns:
    """Compare a scenario under plain lending with patterns that nothing was fitted to.

    Patterns are read on their own and kept in a folder beside what other studies keep.

    Parameters
    ----------
    workers, folder, executor, progress
        As in `sim.studies.request.study_store`.
    """
    with store.reading(patterns_of) as own:
        frame = own.outcomes(scenario, range(replications))
    store.simulated += own.simulated
    return Patterns(frame.pivot(index="replication", columns="outcome", values="value"))


def _met(frame: pd.DataFrame) -> str:
    """Count the patterns that are met, those that hold by construction apart."""
    told = []
    for grade in (PUBLISHED, ASSUMED, BUILT):
        own = frame.loc[frame["grade"] == grade, "verdict"]
        inside, near = (int((own == word).sum()) for word in MET)
        told.append((inside, len(own), near))
    (a, n, b), (c, m, d), (_, k, _) = told
    return (
        f"{a} of {n} published patterns that nothing was fitted to lie in the published range, and"
        f" {b} within two standard errors of it; of {m} that rest on judgement {c} and {d}. {k}"
        " more hold by construction and are not counted."
    )


def miss_words(row: "pd.Series[Any]") -> str:
    """Say how far a pattern is missed, and how it is graded."""
    unit, error = str(row["unit"]), row["standard_error"]
    ends = range_text(row["published_low"], row["published_high"], unit)
    return (
        f"Not met ({row['grade']}): {row['pattern']} is {level_text(row['model'], unit, error)}"
        f" (standard error {spread_text(error, unit)}), {row['verdict']}"
        f" {ends}{unit_style(unit).level} ({row['source']})."
    )
