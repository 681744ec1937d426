"""Compare the arrangements of one scenario or several with common random numbers."""

import math
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pandas as pd

from sim.analysis.compare import Comparison, compare, is_ranking
from sim.analysis.estimates import averaged, replications_needed
from sim.analysis.mean_rule import level_interval
from sim.analysis.outcomes_table import Outcomes, measure, tail_table
from sim.analysis.tables import Held, Table
from sim.base.errors import Problem, ScenarioError
from sim.base.wording import percent_text, unit_style
from sim.experiment.store import Store
from sim.outcomes.mark import registry
from sim.scenario.declared import NOTHING, look_up
from sim.scenario.scenario import Scenario
from sim.scenario.toml_text import dump_model, split_key
from sim.studies.findings import Findings
from sim.studies.request import (
    ARRANGEMENTS,
    keywords,
    marks_of,
    nearest,
    refused,
    study_store,
    together,
)

# --- What makes random numbers common: keys that scenarios must share to be compared path by path
# Two scenarios use common random numbers where their draws have the same addresses and decide the
# same things: the same seed and window, the same entrants, macro path and equity market, the
# same banks and sectors to be drawn. Whatever else differs is what is being compared.

SHARED = (
    "experiment.seed", "experiment.horizon_years", "experiment.warm_up_years",
    "experiment.run_off_years", "experiment.start_date", "population", "macro", "equity_market",
    "variance_reduction.antithetic", "variance_reduction.stratified",
    "variance_reduction.populations_per_history",
)  # fmt: skip
"""Keys, or whole tables, that must be equal."""
DRAWN = {"sector": "share", "bank": "market_share"}
"""Tables whose names, with this share, decide what a draw picks."""
FREE = ("title", "question", "sources", "arrangement", "policy")
EXPERIMENT = ("arrangements", "neighbours", "baseline", "replications", "half_width_share")


def refuse_different_draws(scenarios: Mapping[str, Scenario]) -> None:
    """Refuse scenarios that differ in what makes random numbers common.

    Parameters
    ----------
    scenarios
        By name, for the message.

    Raises
    ------
    ScenarioError
        Naming every key that differs, and both values.
    """
    (head, first), *others = ((name, common_draw_values(one)) for name, one in scenarios.items())
    problems = []
    for name, other in others:
        for key in dict.fromkeys([*first, *other]):
            mine, its = first.get(key, "nothing"), other.get(key, "nothing")
            if mine != its:
                got = f"{mine} in {head}, {its} in {name}"
                rule = "must be equal for common random numbers"
                cure = "make them equal in the files or with --set"
                problems.append(Problem(f"{head} and {name}", None, key, rule, got, cure))
    if problems:
        raise ScenarioError(problems)


def common_draw_values(scenario: Scenario) -> dict[str, Any]:
    """Values by dotted key that make random numbers common."""
    values = tomllib.loads(dump_model(scenario))
    found: dict[str, Any] = {}
    for key in SHARED:
        value = look_up(values, split_key(key))
        found |= {} if value is NOTHING else leaves(value, key)
    for table, share in DRAWN.items():
        for name, entry in values.get(table, {}).items():
            found[f"{table}.{name}.{share}"] = entry.get(share)
    return found


def economy_values(scenario: Scenario) -> dict[str, Any]:
    """Values by dotted key that all arrangements of a scenario share."""
    values = tomllib.loads(dump_model(scenario))
    for key in FREE:
        values.pop(key, None)
    for key in EXPERIMENT:
        values["experiment"].pop(key, None)
    return leaves(values, "")


def leaves(value: Any, key: str) -> dict[str, Any]:
    """Flatten nested tables into dotted keys.

    >>> leaves({"a": {"b": 1, "c": [2]}}, "")
    {'a.b': 1, 'a.c': [2]}
    """
    if not isinstance(value, Mapping):
        return {key: value}
    found: dict[str, Any] = {}
    for name, item in value.items():
        found |= leaves(item, f"{key}.{name}" if key else name)
    return found


# --- Arrangements of several scenarios lined up with common random numbers -----------------------
# Scenarios that share everything but their arrangements become one, so that their history is
# simulated once and outcomes that need the baseline's history have it. Others are simulated
# beside each other; an arrangement's name is then followed by its file's where two differ.


@dataclass(frozen=True)
class AlignedScenarios:
    """Arrangements to be compared.

    Parameters
    ----------
    scenarios
        What is simulated.
    labels
        For each scenario, the label of each of its arrangements that is compared.
    baseline
        Label of the arrangement that the others are compared with.
    """

    scenarios: tuple[Scenario, ...]
    labels: tuple[dict[str, str], ...]
    baseline: str

    @property
    def arrangements(self) -> tuple[str, ...]:
        """Labels, in order."""
        return tuple(label for labels in self.labels for label in labels.values())

    @property
    def unit(self) -> int:
        """Replications that make one independent observation."""
        return self.scenarios[0].variance_reduction.unit

    def outcomes(self, store: Store, numbers: Iterable[int]) -> Outcomes:
        """Outcomes of all arrangements; only what the store lacks is simulated."""
        frames = store.many(self.scenarios, numbers)
        kept = [self._kept(n, frame) for n, frame in enumerate(frames)]
        view = View(self.scenarios[0], pd.concat(kept, ignore_index=True))
        return replace(measure(view), arrangements=self.arrangements)

    def _kept(self, place: int, frame: pd.DataFrame) -> pd.DataFrame:
        labels = self.labels[place]
        found = frame[frame["arrangement"].isin(labels)]
        if self.baseline not in labels.values():
            # Beside another baseline's history these outcomes would mean something else.
            paired = {name for name, mark in registry().items() if mark.paired}
            found = found[~found["outcome"].isin(paired)]
        return found.assign(arrangement=found["arrangement"].map(labels))


@dataclass(frozen=True)
class View:
    """What measuring needs of results: of a study there is the table of outcomes alone."""

    scenario: Any
    outcomes: pd.DataFrame
    manifest: Mapping[str, Any] = field(default_factory=dict)

    def table(self, name: str) -> Table:
        """Give a table by its name."""
        return {"outcomes": Held(self.outcomes)}[name]


def align_scenarios(
    scenarios: Mapping[str, Scenario], baseline: str | None = None
) -> AlignedScenarios:
    """Line up the arrangements of scenarios with common random numbers.

    Parameters
    ----------
    scenarios
        By name, for example that of the file; at least one.
    baseline
        Label of the baseline; by default the first scenario's.

    Raises
    ------
    ScenarioError
        If the scenarios differ in what makes random numbers common, the baseline is not among the
        arrangements, or nothing is left to compare.
    """
    refuse_different_draws(scenarios)
    groups = _grouped(scenarios)
    labels = _labels([(name, s.experiment.arrangements) for name, s in groups])
    first = groups[0][1].experiment.baseline
    chosen = baseline or labels[0][first]
    aligned = AlignedScenarios(tuple(s for _, s in groups), tuple(labels), chosen)
    known = aligned.arrangements
    if chosen not in known:
        raise refused("--baseline", "is not compared", chosen, nearest(chosen, known))
    if len(known) < 2:
        cure = "name a second one in experiment.arrangements, or a second file"
        raise refused(ARRANGEMENTS, "must be at least two", ", ".join(known), cure)
    return replace(aligned, scenarios=_with_baseline(aligned))


def _with_baseline(aligned: AlignedScenarios) -> tuple[Scenario, ...]:
    """Let the scenario that runs the baseline know it, for outcomes that need its history.

    Neighbours are not lined up, so they are not run.
    """
    found = []
    for scenario, labels in zip(aligned.scenarios, aligned.labels, strict=True):
        own = scenario.experiment
        names = [n for n, label in labels.items() if label == aligned.baseline]
        first = (names or [own.baseline])[0]
        changed = own.model_copy(update={"baseline": first, "neighbours": ()})
        found.append(scenario.model_copy(update={"experiment": changed}))
    return tuple(found)


def _grouped(scenarios: Mapping[str, Scenario]) -> list[tuple[str, Scenario]]:
    """Merge each scenario into the first one with which it shares the economy."""
    groups: list[tuple[str, Scenario]] = []
    for name, scenario in scenarios.items():
        for place, (head, known) in enumerate(groups):
            if economy_values(known) == economy_values(scenario):
                groups[place] = (head, _merged(known, scenario, name))
                break
        else:
            groups.append((name, scenario))
    return groups


def _merged(one: Scenario, two: Scenario, name: str) -> Scenario:
    """One scenario with the arrangements of both; the second's are renamed where they differ."""
    run, tables = list(one.experiment.arrangements), dict(one.arrangement)
    policies, beliefs = list(one.policy), dict(one.belief.by_arrangement)

    def held(own: str) -> str:
        """Carry an arrangement over, under a name of its own where its name means another."""
        table = two.arrangement[own]
        label = own if tables.get(own, table) == table else f"{own} ({name})"
        tables[label] = table
        if own in beliefs:
            beliefs[label] = beliefs[own]
        return label

    for own in two.experiment.arrangements:
        if own in run and definition(one, own) == definition(two, own):
            continue
        if own in two.arrangement:
            run.append(held(own))
            continue
        label = f"{own} ({name})" if own in one.programmes else own
        run.append(label)
        policies += [
            policy.model_copy(update={"programme": label, "arrangement": held(policy.arrangement)})
            for policy in two.policy
            if policy.programme == own
        ]
    experiment = one.experiment.model_copy(update={"arrangements": tuple(run)})
    belief = one.belief.model_copy(update={"by_arrangement": beliefs})
    changed = {"arrangement": tables, "policy": tuple(policies)}
    return one.model_copy(update={**changed, "experiment": experiment, "belief": belief})


def definition(scenario: Scenario, name: str) -> tuple[Any, ...]:
    """What an arrangement or programme is: its clauses, or its policies with theirs."""
    if name in scenario.arrangement:
        return (scenario.arrangement[name],)
    return tuple(
        (policy, scenario.arrangement[policy.arrangement])
        for policy in scenario.policy
        if policy.programme == name
    )


def _labels(groups: list[tuple[str, tuple[str, ...]]]) -> list[dict[str, str]]:
    """Labels of arrangements; a name that occurs twice is followed by its scenario's."""
    every = [name for _, names in groups for name in names]
    return [
        {n: n if every.count(n) == 1 else f"{n} ({head})" for n in names} for head, names in groups
    ]


# --- A stated precision: which outcome, and how narrow its interval shall be ---------------------

UNTIL, MILLION = "--until", "million"

_TEXT = re.compile(r"^(?P<name>[^=]+)=(?P<size>[^=]*?)\s*(?P<unit>pp|%|)$")
_CURE = "for example bank.raroc=0.1pp, bank.profit=50 or bank.profit=2%"


@dataclass(frozen=True)
class Target:
    """The half-width that the interval of an outcome shall have.

    Parameters
    ----------
    size
        In the outcome's unit, or as a share of the baseline's mean.
    is_share
        Whether `size` is a share of the absolute mean under the baseline.
    """

    outcome: str
    size: float
    is_share: bool = False

    def width(self, baseline_mean: float) -> float:
        """Half-width in the outcome's unit.

        >>> Target("bank.profit", 0.02, True).width(-500.0)
        10.0
        """
        return self.size * abs(baseline_mean) if self.is_share else self.size


def parse_target(text: str) -> Target:
    """Read ``outcome=half-width``.

    Parameters
    ----------
    text
        A plain number stands in the outcome's unit, ``pp`` for percentage points of a share or of
        a rate, ``%`` for per cent of the baseline's mean.

    Raises
    ------
    ScenarioError
        If the outcome is unknown or the half-width is not a positive number.

    Examples
    --------
    >>> parse_target("bank.raroc=0.1pp")
    Target(outcome='bank.raroc', size=0.001, is_share=False)
    """
    found = _TEXT.match(text.strip())
    if found is None:
        raise refused(UNTIL, "must be outcome=half-width", text, _CURE)
    unit = found["unit"]
    ((name, mark),) = marks_of(found["name"], 1, UNTIL).items()
    size = number_of(found["size"])
    if not 0.0 < size < float("inf"):
        raise refused(UNTIL, "half-width must be a positive number", text, _CURE)
    if unit == "pp" and not unit_style(mark.unit).step:
        rule = f"pp is for shares and rates; {name} is in {mark.unit}"
        raise refused(UNTIL, rule, text, "give a plain number or per cent of the mean")
    return Target(name, size / 100.0 if unit else size, unit == "%")


def number_of(text: str) -> float:
    """Read a number, ``8%`` as 0.08; nan where it is none.

    >>> number_of("8%"), number_of("much")
    (0.08, nan)
    """
    try:
        size = float(text.strip().removesuffix("%"))
    except ValueError:
        return float("nan")
    return size / 100.0 if "%" in text else size


def without_size(text: str) -> str:
    """Give a number without the word for the size of money.

    >>> without_size("10 million")
    '10'
    """
    return text.strip().removesuffix(MILLION).strip()


def limit_of(option: str, text: str, unit: str) -> float:
    """Read the level that an outcome of this unit shall reach; a share or rate as 0.08 or 8%.

    Money may be written as 10 or 10 million.

    Raises ScenarioError if it is no number, has a % where the unit knows none, is in millions
    where the unit is no money, or is a share above one without a sign: who writes 8 for a share
    means 8 %.

    >>> limit_of("--level", "8%", "share"), limit_of("--level", "8", "years")
    (0.08, 8.0)
    >>> limit_of("--level", "8", "share")
    Traceback (most recent call last):
        ...
    sim.base.errors.ScenarioError: --level
      would be 800 %; got 8
      write 8% if that is meant, or 800%
    """
    size, is_share = number_of(without_size(text)), bool(unit_style(unit).step)
    if math.isnan(size):
        raise refused(option, "must be a number", text, "for example 0, or 8%")
    if MILLION in text and not unit.startswith(f"CNY {MILLION}"):
        raise refused(option, f"millions are of money; this is in {unit}", text, "leave it out")
    if "%" in text and not is_share:
        raise refused(
            option, f"% is for shares and rates; this is in {unit}", text, "leave it out"
        )
    if "%" not in text and is_share and abs(size) > 1.0:
        rule = f"would be {percent_text(size)}"
        raise refused(option, rule, text, f"write {size:g}% if that is meant, or {100 * size:g}%")
    return size


def parse_targets(texts: Iterable[str]) -> tuple[Target, ...]:
    """Read several half-widths; one for each outcome.

    Raises ScenarioError as `parse_target`, or if an outcome is given twice.
    """
    targets = tuple(together(*(partial(parse_target, text) for text in texts)))
    refuse_doubles(targets)
    return targets


def refuse_doubles(targets: Sequence[Target]) -> None:
    """Refuse two half-widths for one outcome."""
    names = [target.outcome for target in targets]
    for name in names:
        if names.count(name) > 1:
            raise refused(UNTIL, "is given twice", name, "give one half-width for it")


# --- Replications until the intervals are as narrow as stated, several outcomes at once ----------
# The first look is at no fewer than 30 independent observations; after each look the number
# grows to what the spread seen so far calls for, at most to twice as many. Because stopping
# depends on the spread, an interval that ends such a sequence covers slightly less often
# than stated; a first batch of 30 keeps the loss small. All intervals
# hold jointly, by Bonferroni's correction.
# References: Chow and Robbins (1965), On the asymptotic theory of fixed-width sequential
# confidence intervals; Law and Kelton (1982), Confidence intervals for steady-state
# simulations: a survey of sequential procedures; Law (2015), sections 9.4.1 and 9.7.

FIRST_BATCH = 30
"""Independent observations at the first look, and fewest in each later batch."""
MOST = 1_000
COLUMNS = (
    "outcome", "unit", "arrangement", "quantity", "estimate", "low", "high", "half_width",
    "target", "reached", "replications_needed",
)  # fmt: skip
UNDERCOVERAGE = (
    "Stopping as soon as intervals are narrow enough makes them cover slightly less often"
    " than stated (Chow and Robbins 1965); a first look at no fewer than 30 observations"
    " keeps the loss small; it was not measured on this engine."
)


@dataclass(frozen=True, eq=False)
class Precision:
    """How narrow the intervals are, against what was asked for.

    Parameters
    ----------
    rows
        What `frame` gives.
    confidence : in (0, 1)
        Of all intervals together.
    """

    rows: pd.DataFrame
    replications: int
    confidence: float

    @property
    def is_reached(self) -> bool:
        """Whether every interval is as narrow as asked for."""
        return bool(self.rows["reached"].all())

    @property
    def is_hopeless(self) -> bool:
        """Whether an interval has no width after the first batch: an undefined outcome."""
        return bool(self.rows["half_width"].isna().any())

    @property
    def needed(self) -> int:
        """Replications at which all intervals would be as narrow, from the spread so far."""
        wanted = self.rows["replications_needed"].max()
        return int(wanted) if math.isfinite(wanted) else self.replications

    def frame(self) -> pd.DataFrame:
        """One row an interval: estimate, interval, half-width, target, whether reached."""
        return self.rows.copy()

    def sentences(self) -> tuple[str, ...]:
        """What was reached, in words."""
        count = len(self.rows)
        joint = (
            f"{count} interval{'s' if count > 1 else ''} hold jointly at"
            f" {percent_text(self.confidence)} (Bonferroni: each at"
            f" {percent_text(round(each_confidence(self.confidence, count), 6))})."
        )
        if self.is_reached:
            head = f"Every half-width was reached with {self.replications} replications."
        else:
            head = self._shortfall()
        return head, joint, UNDERCOVERAGE

    def _shortfall(self) -> str:
        """Say what is missing, and what it would take."""
        short = self.rows[~self.rows["reached"]]
        unknown = short["half_width"].isna()
        names = ", ".join(dict.fromkeys(short.loc[~unknown, "outcome"]))
        lost = ", ".join(dict.fromkeys(short.loc[unknown, "outcome"]))
        words = [f"NOT reached with {self.replications} replications:"]
        if names:
            words.append(
                f"{int((~unknown).sum())} of {len(self.rows)} intervals are too wide ({names});"
                f" about {self.needed:,} replications would be needed at the spread seen so far."
            )
        if lost:
            words.append(
                f"No number of replications helps where {lost} is undefined, or its mean has no"
                " interval."
            )
        return " ".join(words)


def each_confidence(joint: float, count: int) -> float:
    """Confidence of each of several intervals that hold jointly, by Bonferroni.

    >>> round(each_confidence(0.95, 10), 6)
    0.995
    """
    return 1.0 - (1.0 - joint) / max(count, 1)


def precision_of(
    outcomes: Outcomes,
    baseline: str,
    targets: Sequence[Target],
    confidence: float = 0.95,
    with_levels: bool = False,
) -> Precision:
    """Compare the intervals of outcomes with what was asked for.

    Parameters
    ----------
    targets
        One for each outcome.
    confidence : in (0, 1)
        Of all intervals together.
    with_levels
        Whether the mean level under each arrangement counts beside the differences.
    """
    refuse_doubles(targets)
    others = len(outcomes.arrangements) - 1
    count = len(targets) * (others + (others + 1 if with_levels else 0))
    each = each_confidence(confidence, count)
    chosen = {target.outcome: target for target in targets}
    few = replace(outcomes, marks={name: outcomes.mark(name) for name in chosen})
    rows = _differences(few, baseline, chosen, each)
    if with_levels:
        rows += _levels(few, baseline, chosen, each)
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame["reached"] = (frame["half_width"] <= frame["target"]).astype(bool)
    return Precision(frame, outcomes.replications, confidence)


def _differences(
    outcomes: Outcomes, baseline: str, targets: dict[str, Target], confidence: float
) -> list[dict[Any, Any]]:
    widths = {name: t.width(_mean(outcomes, name, baseline)) for name, t in targets.items()}
    frame = compare(outcomes, baseline, confidence, half_width=widths).frame()
    return [
        {**row, "quantity": _quantity(row["told"], baseline), "estimate": row["difference"],
         "half_width": 0.5 * (row["high"] - row["low"]), "target": widths[row["outcome"]]}
        for row in frame.to_dict("records")
    ]  # fmt: skip


def _quantity(told: str, baseline: str) -> str:
    """Name a difference, with its median where the mean has no interval."""
    of = "" if told == "mean" else f"{told} "
    return f"{of}difference from {baseline}"


def _levels(
    outcomes: Outcomes, baseline: str, targets: dict[str, Target], confidence: float
) -> list[dict[Any, Any]]:
    rows = []
    for name, target in targets.items():
        width = target.width(_mean(outcomes, name, baseline))
        for arrangement, values in outcomes.table(name).items():
            found = averaged(values, outcomes.unit)
            one = level_interval(outcomes.marks[name], found, confidence)
            spread = one.standard_error * math.sqrt(max(found.size, 1))
            needed = outcomes.unit * replications_needed(spread, width, confidence)
            rows.append(
                {"outcome": name, "unit": outcomes.marks[name].unit, "arrangement": arrangement,
                 "quantity": "level", "estimate": one.estimate, "low": one.low, "high": one.high,
                 "half_width": 0.5 * (one.high - one.low), "target": width,
                 "replications_needed": needed}
            )  # fmt: skip
    return rows


def _mean(outcomes: Outcomes, name: str, arrangement: str) -> float:
    return float(outcomes.table(name)[arrangement].mean())


def next_count(found: Precision, unit: int, most: int) -> int:
    """How many replications to look at next.

    Parameters
    ----------
    unit
        Replications that make one independent observation.

    Examples
    --------
    >>> rows = pd.DataFrame({"replications_needed": [100.0]})
    >>> next_count(Precision(rows, 30, 0.95), 1, 1000)
    60
    >>> next_count(Precision(rows, 90, 0.95), 1, 99)
    99
    """
    done = found.replications
    if not (found.rows["replications_needed"] > done).any():
        # The spread may still be unknown, or a heavy tail keep the interval wide.
        return min(done + FIRST_BATCH * unit, most)
    step = max(FIRST_BATCH * unit, min(found.needed - done, done))
    return min(done + -(-step // unit) * unit, most)


def replicate_until(
    look: Callable[[int], Outcomes], check: Callable[[Outcomes], Precision], first: int, most: int
) -> tuple[Outcomes, Precision]:
    """Add replications until every interval is narrow enough, or there are too many.

    Parameters
    ----------
    look
        Gives the outcomes of that many replications, from number 0.
    check
        Compares them with what is asked for.
    first
        Replications at the first look; raised to 30 independent observations.
    most
        No look is taken beyond it.
    """
    outcomes = look(min(first, most))
    if outcomes.replications < FIRST_BATCH * outcomes.unit and first < most:
        outcomes = look(min(FIRST_BATCH * outcomes.unit, most))
    found = check(outcomes)
    while not found.is_reached and found.replications < most and not found.is_hopeless:
        outcomes = look(next_count(found, outcomes.unit, most))
        found = check(outcomes)
    return outcomes, found


# --- Compare the arrangements of one scenario or several with common random numbers --------------


@dataclass(frozen=True, eq=False)
class ScenarioComparison:
    """Arrangements compared across scenarios.

    Parameters
    ----------
    precision
        Where a half-width was asked for.
    differing
        Keys beside arrangements in which the scenarios differ.
    """

    comparison: Comparison
    outcomes: Outcomes
    precision: Precision | None
    differing: tuple[str, ...]

    def frame(self) -> pd.DataFrame:
        """One row an outcome and arrangement: difference, interval, verdict."""
        return self.comparison.frame()

    def sentences(self) -> tuple[str, ...]:
        """What was compared and how sure it is."""
        c, rows = self.comparison, self.comparison.rows
        ranked = int(rows["verdict"].map(is_ranking).sum())
        found = [
            f"{len(c.arrangements)} arrangements with common random numbers in"
            f" {self.outcomes.replications} replications, against {c.baseline}: {ranked} of"
            f" {len(rows)} differences are clear of zero at {percent_text(c.confidence)},"
            " each by itself."
        ]
        if self.differing:
            keys = ", ".join(self.differing[:8])
            more = f" and {len(self.differing) - 8} more" if len(self.differing) > 8 else ""
            found.append(f"Beside their arrangements the scenarios differ in {keys}{more}.")
        return (*found, *(self.precision.sentences() if self.precision else ()))

    def findings(self) -> Findings:
        """The comparison in the form that all studies share."""
        tables = {"comparison": self.comparison.frame()}
        captions = {"comparison": f"Differences from {self.comparison.baseline}"}
        if self.precision is not None:
            tables = {"precision": self.precision.frame(), **tables}
            captions["precision"] = "Half-widths against those asked for"
        title = "Arrangements compared with common random numbers"
        return Findings("compare", title, self.sentences(), tables, captions)


@dataclass(frozen=True)
class Precisely:
    """How precise a comparison shall be.

    Parameters
    ----------
    until
        ``"bank.raroc=0.1pp"`` and the like; none for a fixed number of replications.
    most
        No more replications than these.
    confidence : in (0, 1)
        Of all intervals together.
    with_levels
        Whether levels count beside differences.
    """

    until: Sequence[str] = ()
    most: int = MOST
    confidence: float = 0.95
    with_levels: bool = False

    def targets(self) -> tuple[Target, ...]:
        """The half-widths, read and checked."""
        return parse_targets(self.until)


@keywords(precisely=Precisely, store=study_store)
def compare_scenarios(
    scenarios: Scenario | Mapping[str, Scenario],
    baseline: str | None = None,
    *,
    precisely: Precisely,
    store: Store,
) -> ScenarioComparison:
    """Compare the arrangements of one scenario or several with common random numbers.

    Parameters
    ----------
    scenarios
        By name. The first one's number of replications counts.
    baseline
        Label of the arrangement that the others are compared with.
    until, most, confidence, with_levels
        As in `Precisely`.
    workers, folder, executor, progress
        As in `sim.studies.request.study_store`.

    Raises
    ------
    ScenarioError
        If the scenarios differ in what makes random numbers common, or the baseline or a
        half-width cannot be used.
    """
    named = {"scenario": scenarios} if isinstance(scenarios, Scenario) else dict(scenarios)
    targets, aligned = precisely.targets(), align_scenarios(named, baseline)
    own = next(iter(named.values())).experiment

    def look(n: int) -> Outcomes:
        return aligned.outcomes(store, range(n))

    found = None
    if targets:
        check = partial(
            precision_of, baseline=aligned.baseline, targets=targets,
            confidence=precisely.confidence, with_levels=precisely.with_levels,
        )  # fmt: skip
        outcomes, found = replicate_until(look, check, own.replications, precisely.most)
    else:
        outcomes = look(own.replications)
    comparison = compare(outcomes, aligned.baseline, half_width_share=own.half_width_share)
    return ScenarioComparison(comparison, outcomes, found, differing(aligned))


def differing(aligned: AlignedScenarios) -> tuple[str, ...]:
    """Keys beside arrangements in which what is compared differs."""
    values = [economy_values(scenario) for scenario in aligned.scenarios]
    keys = dict.fromkeys(key for part in values for key in part)
    return tuple(key for key in keys if len({repr(part.get(key)) for part in values}) > 1)


def tail_findings(outcomes: Outcomes, tails: Sequence[tuple[str, float]]) -> Findings:
    """Quantiles and expected shortfalls in the form that all studies share.

    Parameters
    ----------
    tails
        Sequence of (outcome, level).

    Raises
    ------
    OutcomeError
        If there are too few histories, or a tail is too heavy.
    """
    frame = pd.concat([tail_table(outcomes, *tail) for tail in tails], ignore_index=True)
    words = (
        "Over whole histories, on the side that is bad; quantiles have intervals from order"
        " statistics, expected shortfalls from the spread beyond the quantile.",
    )
    captions = {"tails": "Quantiles and expected shortfalls over histories"}
    return Findings("tails", "How bad it can turn out", words, {"tails": frame}, captions)
