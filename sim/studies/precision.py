"""Where to spend: luck of firms, luck of histories, and the least cost of a stated half-width.

A replication draws a history of the economy (regimes, equity market, yearly factor) and the
luck of its firms. In a pilot two populations of firms meet each history, so that the variance
of an observation, a paired difference adjusted as a comparison adjusts it, falls into two:
that of its mean over all populations, from history to history, and the mean variance within
a history. They are estimated by the analysis of variance of one random factor, unbiased
whatever the law; the share of histories has a jackknife interval over histories, of the
logarithm of the ratio of mean squares. More firms lower the second part alone and cost their
own time, more replications lower both and cost the fixed time again.

References
----------
Searle, Casella and McCulloch (1992), Variance Components, chapter 3; Miller (1974), The
jackknife: a review; Cochran (1977), Sampling Techniques, section 10.6 (optimum allocation in
two stages).
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.compare import adjusted_difference
from sim.analysis.controls import Adjusted
from sim.analysis.estimates import FloatArray, jackknife_error, replications_needed, t_quantile
from sim.analysis.outcomes_table import Outcomes, measure
from sim.base.wording import arrangement_text, percent_text
from sim.experiment.progress import ProgressOption, duration
from sim.experiment.store import Store, outcomes_of
from sim.outcomes.mark import registry
from sim.scenario.scenario import Scenario
from sim.scenario.toml_text import fingerprint
from sim.studies.comparison import (
    FIRST_BATCH,
    UNTIL,
    Target,
    View,
    each_confidence,
    parse_targets,
)
from sim.studies.findings import Findings, label_of, read_study
from sim.studies.request import REPLICATIONS, Names, at_least, refused, scope_of, together

KEY = "precision"
FIRMS = "--firms"
POPULATIONS = 2
"""Populations that meet each history of a pilot."""
FEWEST = 3 * POPULATIONS
"""Replications of a pilot: below three histories nothing can be left out."""
SECONDS = "seconds"
SIZES = 41
"""Numbers of firms that are tried between the least and the most."""
MONEY = "CNY million"
COLUMNS = (
    "outcome", "unit", "arrangement", "firms", "difference", "standard_error", "target",
    "histories", "histories_low", "histories_high", "replications", "replications_low",
    "replications_high",
)  # fmt: skip

# --- The two parts of a variance -----------------------------------------------------------------


@dataclass(frozen=True)
class Split:
    """Variance of one observation, by where it comes from, in squared units of the values.

    Parameters
    ----------
    histories, firms
        May be below zero and estimate a part that is small, or is zero.
    low, high
        Interval of the share of histories.
    log_error
        Standard error of the logarithm of the whole variance.
    """

    histories: float
    firms: float
    low: float = math.nan
    high: float = math.nan
    log_error: float = math.nan

    @property
    def whole(self) -> float:
        """Variance of one observation."""
        return self.histories + self.firms

    @property
    def share(self) -> float:
        """Share of histories, in [0, 1]; nan where nothing varies."""
        return min(max(self.histories / self.whole, 0.0), 1.0) if self.whole > 0.0 else math.nan

    def over(self, size: float) -> "Split":
        """The same for values in units of a positive size."""
        return replace(self, histories=self.histories / size**2, firms=self.firms / size**2)


def mean_squares(values: FloatArray) -> tuple[float, float]:
    """Mean square between histories and within them.

    Parameters
    ----------
    values : shape (n_histories, n_populations)

    Examples
    --------
    >>> mean_squares(np.array([[1.0, 3.0], [5.0, 7.0]]))
    (16.0, 2.0)
    """
    count, populations = values.shape
    means = values.mean(axis=1)
    between = populations * float(((means - means.mean()) ** 2).sum()) / (count - 1)
    within = float(((values - means[:, None]) ** 2).sum()) / (count * (populations - 1))
    return between, within


def split_of(values: FloatArray, confidence: float = 0.95) -> Split:
    """Split the variance of an observation into that of histories and that of firms.

    Parameters
    ----------
    values : shape (n_histories, n_populations)
        At least three histories of two populations.
    confidence : in (0, 1)
        Of the interval of the share.

    Examples
    --------
    >>> split_of(np.array([[1.0, 3.0], [5.0, 7.0], [3.0, 5.0]])).share
    0.6
    """
    count, populations = values.shape
    between, within = mean_squares(values)
    parts = Split((between - within) / populations, within)
    if not (between > 0.0 and within > 0.0):
        return parts
    left = [mean_squares(np.delete(values, n, axis=0)) for n in range(count)]
    one, two = np.array(left).T
    with np.errstate(divide="ignore", invalid="ignore"):
        error = jackknife_error(np.log(one / two))
        whole = jackknife_error(np.log(one + (populations - 1) * two))
    reach = t_quantile(confidence, count - 1) * error
    # A part below zero is taken for none, so that the interval is never empty.
    ratios = (max(between / within, 1.0) * math.exp(side) for side in (-reach, reach))
    low, high = (max((f - 1.0) / (f + populations - 1.0), 0.0) for f in ratios)
    return replace(parts, low=low, high=high, log_error=whole)


# --- What a replication costs, and the plan of least cost ----------------------------------------


@dataclass(frozen=True)
class Cost:
    """Processor time of one replication: a fixed part and a part for each firm, in seconds."""

    fixed: float
    each: float

    def seconds(self, firms: float) -> float:
        """Time of one replication of so many firms."""
        return self.fixed + self.each * firms

    @staticmethod
    def through(times: Sequence[tuple[int, float]]) -> "Cost":
        """The line through the times of two numbers of firms; of one, all of it is fixed.

        >>> Cost.through([(100, 1.5), (300, 2.5)])
        Cost(fixed=1.0, each=0.005)
        """
        (few, quick), (many, slow) = times[0], times[-1]
        each = max((slow - quick) / (many - few), 0.0) if many > few else 0.0
        # Where a firm seems to cost more the more there are, nothing is fixed.
        return Cost(quick - each * few, each) if quick > each * few else Cost(0.0, slow / many)


@dataclass(frozen=True)
class Contrast:
    """The difference of one arrangement in one outcome, by the number of firms of its pilots.

    Parameters
    ----------
    splits
        In units of the half-width that is asked for, by number of firms, ascending.
    fitted
        Weights of controls that a comparison fits, each of which costs a degree of freedom.
    """

    outcome: str
    arrangement: str
    splits: tuple[tuple[int, Split], ...]
    fitted: int = 0

    def variance(self, firms: float) -> float:
        """Variance of an observation of so many firms, between or beyond those of the pilots.

        The part of firms is a power of their number, that of histories a line in its logarithm;
        both pass through what was measured. With one pilot the first falls as one over firms.
        """
        (few, one), (many, two) = self.splits[0], self.splits[-1]
        if few == many:
            return max(one.histories, 0.0) + one.firms * few / firms
        place = math.log(firms / few) / math.log(many / few)
        histories = (max(split.histories, 0.0) for split in (one, two))
        shared = max(float(np.dot((1.0 - place, place), tuple(histories))), 0.0)
        if not (one.firms > 0.0 and two.firms > 0.0):
            return shared + max((1.0 - place) * one.firms + place * two.firms, 0.0)
        return shared + float(one.firms ** (1.0 - place) * two.firms**place)


@dataclass(frozen=True)
class Plan:
    """Replications of so many firms that reach every half-width, and their processor time."""

    firms: int
    replications: int
    seconds: float
    decides: str


def plan_of(
    contrasts: Sequence[Contrast], cost: Cost, firms: int, confidence: float = 0.95, unit: int = 1
) -> Plan:
    """Give the replications at which all intervals are narrow enough.

    Never fewer observations than the first look of a run to a stated half-width takes.

    Parameters
    ----------
    confidence
        Of each interval.
    unit
        Replications that make one observation.
    """
    needed = [
        (
            replications_needed(math.sqrt(one.variance(firms)), 1.0, confidence, one.fitted),
            one.outcome,
        )
        for one in contrasts
    ]
    most, decides = max(needed, key=lambda pair: pair[0], default=(0.0, ""))
    count = unit * max(int(most), FIRST_BATCH)
    return Plan(firms, count, count * cost.seconds(firms), decides if most > FIRST_BATCH else "")


def cheapest(
    contrasts: Sequence[Contrast], cost: Cost, span: tuple[int, int], confidence: float = 0.95,
    unit: int = 1,
) -> Plan:  # fmt: skip
    """Give the plan of least processor time, over numbers of firms within a span."""
    sizes = {round(x) for x in np.geomspace(*span, SIZES)}
    plans = [plan_of(contrasts, cost, firms, confidence, unit) for firms in sorted(sizes)]
    return min(plans, key=lambda plan: plan.seconds)


# --- A pilot and what it says --------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Allocation:
    """How variances split, what a replication costs, and which plan is cheapest.

    Parameters
    ----------
    rows
        What `frame` gives.
    plans
        By number of firms, ascending.
    """

    rows: pd.DataFrame
    plans: tuple[Plan, ...]
    cost: Cost
    targets: tuple[Target, ...]
    workers: int
    baseline: str

    @property
    def best(self) -> Plan:
        """The plan of least processor time."""
        return min(self.plans, key=lambda plan: plan.seconds)

    def frame(self) -> pd.DataFrame:
        """One row an outcome, arrangement and number of firms.

        Columns `COLUMNS`: firms are those of the pilot, whose mean difference has the standard
        error; target is the half-width, histories their share of the variance, replications
        those for this interval.
        """
        return self.rows.copy()

    def sentences(self) -> tuple[str, ...]:
        """Say where the luck comes from, what it costs, and what to run."""
        joint = "All half-widths hold jointly (Bonferroni)."
        return tuple(filter(None, (
            self._luck(), self._cost(), self._advice(), joint, self._undefined(),
        )))  # fmt: skip

    def _undefined(self) -> str:
        lost = dict.fromkeys(self.rows["outcome"][self.rows["replications"].isna()])
        names = ", ".join(label_of(name) for name in lost)
        return f"No number of replications is known where undefined: {names}." if names else ""

    def _luck(self) -> str:
        known = self.rows.dropna(subset=["histories"])
        if known.empty:
            return "No difference varies from replication to replication."
        ordered = known.sort_values("histories").to_dict("records")
        words = [
            f"{percent_text(round(row['histories'], 2))} ({label_of(row['outcome'])},"
            f" {arrangement_text(row['arrangement']).lower()}, {row['firms']:,} firms)"
            for row in (ordered[0], ordered[-1])
        ]
        return (
            "Luck of histories, the same for all firms, is between"
            f" {' and '.join(words)} of the variance of a replication's difference from"
            f" {arrangement_text(self.baseline).lower()}; the rest is luck of firms."
        )

    def _cost(self) -> str:
        own = self.cost
        if not own.each:
            return f"A replication takes {own.fixed:.2g} s of one processor here."
        return (
            f"A replication takes {own.fixed:.2g} s of one processor here and"
            f" {1000.0 * own.each:.2g} ms a firm."
        )

    def _advice(self) -> str:
        told = [self._plan(self.best)]
        told += [self._plan(plan) for plan in self.plans if plan != self.best]
        head = f"Least cost: {told[0]}"
        if self.best.decides:
            head += f"; {label_of(self.best.decides)} decides"
        return f"{head}." + (f" Instead: {'; '.join(told[1:])}." if told[1:] else "")

    def _plan(self, plan: Plan) -> str:
        time_taken = duration(plan.seconds / max(self.workers, 1))
        return f"{plan.replications:,} replications of {plan.firms:,} firms, about {time_taken}"

    def findings(self) -> Findings:
        """The split and the plans in the form that all studies share."""
        plans = pd.DataFrame(
            [vars(plan) | {"is_cheapest": plan == self.best} for plan in self.plans]
        )
        asked = pd.DataFrame([vars(target) for target in self.targets])
        captions = {
            "split": "Variance of differences by source, and replications for each interval alone",
            "plans": "Replications for all intervals, and processor seconds",
            "asked": "Half-widths asked for",
        }
        tables = {"split": self.frame(), "plans": plans, "asked": asked}
        units = {"histories": "share", "replications": "count", SECONDS: "seconds"}
        title = "Where to spend: luck of firms, luck of histories"
        return Findings(KEY, title, self.sentences(), tables, captions, units)


@dataclass(frozen=True)
class Request:
    """What is asked of a pilot, checked.

    Parameters
    ----------
    sizes
        Numbers of firms that are simulated, ascending.
    """

    scenario: Scenario
    targets: tuple[Target, ...]
    sizes: tuple[int, ...]

    @property
    def pair(self) -> int:
        """Replications that make one observation."""
        return self.scenario.variance_reduction.unit // POPULATIONS

    @property
    def replications(self) -> int:
        """Replications of each pilot: whole histories."""
        own = self.scenario.variance_reduction.unit
        return -(-self.scenario.experiment.replications // own) * own

    def jobs(self) -> list[tuple[Scenario, int]]:
        """The pilots, and how often each is run."""
        return [
            (self.scenario.with_values({"population.firms": firms}), self.replications)
            for firms in self.sizes
        ]


def check_request(
    scenario: Scenario,
    until: Sequence[str] = (),
    outcomes: Names | None = None,
    firms: str | None = None,
) -> Request:
    """Check what a pilot is asked for.

    Parameters
    ----------
    until
        ``"bank.raroc=0.1pp"`` and the like; by default the outcomes, to the scenario's share of
        the baseline's mean.
    firms
        ``"LOW:HIGH"`` where their number is free.

    Raises
    ------
    ScenarioError
        With all that is wrong.
    """
    targets, scope, sizes, _ = together(
        lambda: parse_targets(until),
        lambda: scope_of(scenario, outcomes),
        lambda: _sizes(scenario, firms),
        lambda: at_least(REPLICATIONS, scenario.experiment.replications, FEWEST),
    )
    share = scenario.experiment.half_width_share
    targets = targets or tuple(Target(name, share, True) for name in scope.outcomes)
    for target in targets:
        mark = registry()[target.outcome]
        if len(sizes) > 1 and not target.is_share and mark.unit.startswith(MONEY):
            rule = "grows with the number of firms, so its half-width must be a share"
            cure = f"for example {target.outcome}=5%"
            raise refused(UNTIL, rule, f"{target.outcome}={target.size:g}", cure)
    crossed = scenario.with_values({"variance_reduction.populations_per_history": POPULATIONS})
    return Request(crossed, targets, sizes)


def _sizes(scenario: Scenario, firms: str | None) -> tuple[int, ...]:
    """Read the numbers of firms of the pilots."""
    if firms is None:
        return (scenario.population.firms,)
    parts = [part.strip().replace(",", "") for part in firms.split(":")]
    if len(parts) == 2 and all(part.isdecimal() for part in parts):
        low, high = map(int, parts)
        if 0 < low < high:
            return low, high
    raise refused(FIRMS, "must be LOW:HIGH, two numbers of firms", firms, "for example 500:4000")


def precision(
    scenario: Scenario,
    until: Sequence[str] = (),
    outcomes: Names | None = None,
    firms: str | None = None,
    store: Store | None = None,
    progress: ProgressOption = None,
) -> Allocation:
    """Measure where the luck of differences comes from, and plan a run of least cost.

    Parameters as in `check_request`. The scenario's replications are those of each pilot; where
    firms are free there are two, at both ends of the range.
    """
    asked, base = check_request(scenario, until, outcomes, firms), scenario.experiment.baseline
    runs = store or Store()
    with runs.reading(timed_outcomes) as own:
        pilots = [_pilot(own, asked, *job, progress) for job in asked.jobs()]
    arms = [name for name in scenario.experiment.arrangements if name != base]
    each = each_confidence(0.95, len(arms) * len(asked.targets))
    rows, contrasts = [], []
    for target in asked.targets:
        for arm in arms:
            parts = [_row(asked, one, target, (arm, base), each) for one in pilots]
            rows += [row for row, *_ in parts]
            splits = tuple((row["firms"], split) for row, split, _ in parts)
            fitted = max(used for *_, used in parts)
            contrasts.append(Contrast(target.outcome, arm, splits, fitted))
    cost = Cost.through([(one.firms, one.seconds) for one in pilots])
    plans = _plans(contrasts, cost, asked, each)
    return Allocation(pd.DataFrame(rows), plans, cost, asked.targets, runs.workers, base)


@dataclass(frozen=True, eq=False)
class _Pilot:
    """What the pilot of one number of firms gave, and the usual time of its replications."""

    firms: int
    outcomes: Outcomes
    seconds: float


def _pilot(
    store: Store, asked: Request, scenario: Scenario, count: int, progress: ProgressOption
) -> _Pilot:
    (frame,) = store.many([scenario], range(count), progress)
    is_time = frame["outcome"] == SECONDS
    names = [target.outcome for target in asked.targets]
    outcomes = measure(View(scenario, frame[~is_time]), names)
    # The first replication of a process also loads what all others find.
    return _Pilot(scenario.population.firms, outcomes, float(frame["value"][is_time].median()))


def _plans(
    contrasts: Sequence[Contrast], cost: Cost, asked: Request, confidence: float
) -> tuple[Plan, ...]:
    """Plan for the numbers of firms of the pilots, that of the scenario, and the cheapest."""
    (low, *_), high, own = asked.sizes, asked.sizes[-1], asked.scenario.population.firms
    known = [one for one in contrasts if math.isfinite(one.variance(low))]
    sizes = {low, high} | ({own} if low <= own <= high else set())
    plans = {plan_of(known, cost, size, confidence, asked.pair) for size in sizes}
    plans.add(cheapest(known, cost, (low, high), confidence, asked.pair))
    return tuple(sorted(plans, key=lambda plan: plan.firms))


def timed_outcomes(scenario: Scenario, replication: int) -> pd.DataFrame:
    """All outcomes of one replication, and the processor seconds that it took."""
    start = time.process_time()
    frame = outcomes_of(scenario, replication)
    spent = time.process_time() - start
    parts = []
    for name, rows in frame.groupby("arrangement", sort=False):
        told = {"arrangement": name, "replication": replication, "outcome": SECONDS}
        parts += [rows, pd.DataFrame([told | {"value": spent}])]
    return pd.concat(parts, ignore_index=True)


def _row(
    asked: Request, pilot: _Pilot, target: Target, pair: tuple[str, str], confidence: float
) -> tuple[dict[str, Any], Split, int]:
    """Give the row of one difference, its split in units of the half-width, and weights fitted."""
    firms, outcomes = pilot.firms, pilot.outcomes
    mark, table = outcomes.marks[target.outcome], outcomes.table(target.outcome)
    width = target.width(float(table[pair[1]].mean()))
    values, fitted = observed(outcomes, target.outcome, pair, asked.pair)
    row = {"outcome": target.outcome, "unit": mark.unit, "arrangement": pair[0], "firms": firms}
    if values.shape[0] < FEWEST // POPULATIONS or not width > 0.0:
        unknown = dict.fromkeys(COLUMNS[4:], math.nan)
        return row | unknown | {"target": width}, Split(math.nan, math.nan), fitted
    split = split_of(values)
    count = asked.pair * replications_needed(math.sqrt(split.whole), width, confidence, fitted)
    reach = math.exp(t_quantile(0.95, values.shape[0] - 1) * split.log_error)
    return row | {
        "difference": float(values.mean()),
        "standard_error": math.sqrt(max(mean_squares(values)[0], 0.0) / values.size),
        "target": width, "histories": split.share, "histories_low": split.low,
        "histories_high": split.high, "replications": count,
        "replications_low": count / reach, "replications_high": count * reach,
    }, split.over(width), fitted  # fmt: skip


def observed(
    outcomes: Outcomes, name: str, pair: tuple[str, str], unit: int = 1
) -> tuple[FloatArray, int]:
    """Differences as a comparison adjusts them, by history and population.

    Returns shape (n_histories, POPULATIONS), those histories in which all is defined; scaled up
        for what a fit to the controls takes away by chance; and the weights that were fitted.

    Parameters
    ----------
    outcomes
        Of a pilot in which `POPULATIONS` observations in a row share a history.
    pair
        Arrangement and baseline.
    unit
        Replications that make one observation.
    """
    table = outcomes.table(name)
    gap = table[pair[0]] - table[pair[1]]
    known = gap.groupby(gap.index // (unit * POPULATIONS)).transform(lambda one: one.notna().all())
    kept = gap.index[known.astype(bool)]
    if not len(kept):
        return np.zeros((0, POPULATIONS)), 0
    tidy, controls = outcomes.tidy, outcomes.controls
    if controls is not None:
        controls = controls[controls["replication"].isin(kept)]
    tidy = tidy[tidy["replication"].isin(kept)]
    whole = replace(outcomes, tidy=tidy, controls=controls, unit=unit)
    found = adjusted_difference(outcomes.marks[name], whole, pair)
    values, mean = found.values, found.interval.estimate
    grown = mean + (values - mean) * _growth(found)
    return np.asarray(grown.reshape(-1, POPULATIONS)), found.used


def _growth(found: Adjusted) -> float:
    """By how much the spread of adjusted values falls short of what their interval counts.

    Each weight that was fitted costs a degree of freedom, and its own error widens the mean.
    """
    count, deviation = found.values.size, float(found.values.std(ddof=1)) if found.used else 0.0
    if not deviation > 0.0:
        return 1.0
    grown = found.interval.standard_error * math.sqrt(count) / deviation
    # A mean that may have no interval has no error either.
    return grown if math.isfinite(grown) else math.sqrt((count - 1) / (count - 1 - found.used))


# --- What a run to stated half-widths takes from an earlier pilot --------------------------------


def planned(folder: Path, scenario: Scenario, targets: Sequence[Target]) -> int:
    """Replications that a pilot of this scenario called for; 0 where none is in the folder.

    Parameters
    ----------
    folder
        Of the run.
    """
    try:
        study = read_study(folder / "studies" / KEY)
    except (OSError, ValueError, KeyError):
        return 0
    asked, plans = (study.findings.tables[name] for name in ("asked", "plans"))
    known = {Target(*row) for row in asked[["outcome", "size", "is_share"]].to_numpy()}
    if known != set(targets) or study.about.get("scenario_sha256") != fingerprint(scenario):
        return 0
    own = plans["replications"][plans["firms"] == scenario.population.firms]
    return int(own.iloc[0]) if len(own) else 0
