"""What a study varies: a key of the scenario, and the range in which it moves.

A range is given in the unit of the number, or as factors on its present value
(``KEY=x0.5:x1.6``). A list of numbers, such as one for each stage, and the path of a value over
dates move with one factor for all. Shares that must sum to one make room: where one sector, bank
or lender takes more, the others take less in proportion.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from typing import Any, Literal, get_args

import numpy as np

from sim.base.errors import Problem, ScenarioError
from sim.base.language import tr
from sim.base.wording import UnitStyle, amount_text, number_text, unit_style
from sim.experiment.store import Floats, OutcomeArray, Store
from sim.scenario.declared import NOTHING, look_up
from sim.scenario.key_words import key_text, read_unit
from sim.scenario.scenario import Scenario
from sim.scenario.sources import Source, parse_source
from sim.scenario.toml_text import KeyPath, join_key, split_key
from sim.studies.request import POINTS, Scope, counted, marks_of, nearest, refused, together

VARY = "--vary"
"""What stands for the file in messages about ranges."""
_END = r"x?[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_FORM = re.compile(rf"(?P<low>{_END}):(?P<high>{_END})(?::(?P<points>\d+))?")
SHARES = {"sector": "share", "bank": "market_share"}
"""Tables whose members have shares that sum to one."""
SPLIT = "loss_sharing.shares"
"""A list of shares that sum to one: the first, the lead's, is varied."""
PROTECTION = (
    ("loss_sharing",),
    ("guaranteed_share", "insured_share", "trust_share", "leased_share"),
)
"""A table, and parts in it that sum to one at most."""
SIZES = ("experiment.replications", "experiment.seed", "experiment.arrangements")
"""What a study settles itself."""
STEP = "value"
"""What a step of a path over dates holds."""
Number = int | float


@dataclass(frozen=True)
class Range:
    """A key, and the range in which a study moves it.

    Parameters
    ----------
    key
        Dotted key of a number, of one element (``lifecycle.setback_hazard[2]``), or of a list of
        numbers.
    low, high
        In the unit of the number, or factors on its present value.
    is_factor
        Whether `low` and `high` are factors.
    points
        How many values a grid has on this axis.
    """

    key: str
    low: float
    high: float
    is_factor: bool = False
    points: int | None = None

    @property
    def label(self) -> str:
        """The key, and that factors are meant where they are."""
        return f"{self.key} (factor)" if self.is_factor else self.key

    @property
    def words(self) -> str:
        """What is varied, for readers."""
        return key_text(self.label)

    @property
    def unit(self) -> str:
        """The unit in which its values stand, as tables name it."""
        return read_unit(self.label)

    @property
    def style(self) -> UnitStyle:
        """How its values are read: one unit for the whole range."""
        return unit_style(self.unit, max(abs(self.low), abs(self.high)))

    def text(self, value: float) -> str:
        """Write one of its values with the unit.

        >>> Range("underwriting.policy_subsidy_rate", 0.0, 0.03).text(0.0191)
        '191 bp'
        """
        return amount_text(value, self.style)

    def span_text(self, low: float, high: float) -> str:
        """Write a stretch of its values.

        >>> Range("arrangement.swap.tenor.years", 1.0, 5.0).span_text(1.0, 2.5)
        '1 to 2.5 years'
        """
        first = number_text(low * self.style.scale)
        return tr("{low} to {high}", low=first, high=self.text(high))

    def at(self, share: float) -> float:
        """The value at a share of the way from low to high.

        >>> Range("macro.frailty_variance", 0.1, 0.3).at(0.5)
        0.2
        """
        return self.low + share * (self.high - self.low)


Vary = Iterable[Range | str] | None
"""What a study is asked to vary: ranges, or texts as `parse_range` reads them."""


def parse_range(text: str) -> Range:
    """Read a range as it is written on the command line.

    Parameters
    ----------
    text
        ``KEY=LOW:HIGH``, ``KEY=LOW:HIGH:POINTS`` or, for factors, ``KEY=xLOW:xHIGH``.

    Raises
    ------
    ScenarioError
        If it is written in another way.

    Examples
    --------
    >>> parse_range("underwriting.spread_cap=x0.5:x1.6")
    Range(key='underwriting.spread_cap', low=0.5, high=1.6, is_factor=True, points=None)
    """
    key, _, ends = (part.strip() for part in text.partition("="))
    match = _FORM.fullmatch(ends)
    if not key or match is None or (match["low"][0] == "x") != (match["high"][0] == "x"):
        rule = "must be written KEY=LOW:HIGH"
        cure = "for example macro.frailty_variance=0.1:0.3, or lifecycle.margin=x0.5:x1.6"
        raise refused(VARY, rule, text, cure)
    low, high = (float(match[name].lstrip("x")) for name in ("low", "high"))
    points = int(match["points"]) if match["points"] else None
    return Range(key, low, high, match["low"][0] == "x", points)


def ranges_of(scenario: Scenario, vary: Vary | Range | str, count: int = 0) -> tuple[Range, ...]:
    """Read ranges and refuse what the scenario cannot go through, all mistakes at once.

    Raises ScenarioError.

    Parameters
    ----------
    count
        How many there must be; 0 for any number, but one at least.
    """
    given = [vary] if isinstance(vary, Range | str) else list(vary or ())
    read = [partial(_as_range, one) for one in given]
    ranges, _ = together(lambda: together(*read), lambda: counted(VARY, given, count))
    check_ranges(scenario, ranges)
    return tuple(ranges)


def _as_range(given: Range | str) -> Range:
    return given if isinstance(given, Range) else parse_range(given)


def varied(scenario: Scenario, ranges: Sequence[Range], values: Iterable[float]) -> Scenario:
    """The scenario with each key at a value of its range.

    Parameters
    ----------
    values
        One for each range, in its unit or as a factor.

    Raises
    ------
    ScenarioError
        If the scenario cannot be so.
    """
    present = scenario.model_dump(mode="python")
    found: dict[KeyPath, Any] = {}
    for one, value in zip(ranges, values, strict=True):
        path = split_key(one.key)
        found[path] = _moved(one, look_up(present, path), float(value))
    found |= _make_room(present, found)
    # One element after the other, so that several of one list can move.
    whole = {join_key(path): value for path, value in found.items()}
    return scenario.with_values(whole)


def _moved(one: Range, present: Any, value: float) -> Any:
    if isinstance(present, Mapping):
        return {**present, STEP: _moved(one, present[STEP], value)}
    if isinstance(present, list | tuple):
        if one.key.endswith(SPLIT):
            return _split(present, value)
        return tuple(_moved(one, item, value) for item in present)
    wanted = value * present if one.is_factor else value
    return round(wanted) if isinstance(present, int) else float(wanted)


def _split(shares: Sequence[float], factor: float) -> tuple[float, ...]:
    """Scale the lead's share; the other lenders make room."""
    lead = min(factor * shares[0], 1.0)
    rest = sum(shares[1:])
    others = [s * (1.0 - lead) / rest for s in shares[1:]] if rest > 0.0 else []
    return (lead, *others) if others else (1.0,)


def _make_room(present: Mapping[str, Any], found: Mapping[KeyPath, Any]) -> dict[KeyPath, float]:
    """Shares of all members of a table of which some have moved, so that they sum to one."""
    rooms: dict[KeyPath, float] = {}
    for table, field in SHARES.items():
        paths = [(table, name, field) for name in present[table]]
        moved = {path: float(found[path]) for path in paths if path in found}
        if not moved:
            continue
        still = {path: float(look_up(present, path)) for path in paths if path not in found}
        left, rest = 1.0 - sum(moved.values()), sum(still.values())
        if left > 0.0 and rest > 0.0:
            rooms |= moved | {path: share * left / rest for path, share in still.items()}
        elif (total := sum(moved.values())) > 0.0:
            rooms |= {path: moved.get(path, 0.0) / total for path in paths}
        else:
            # Nobody is left to take anything: the members stay as they are.
            rooms |= {path: float(look_up(present, path)) for path in paths}
    return rooms | _protection(present, found)


def _protection(present: Mapping[str, Any], found: Mapping[KeyPath, Any]) -> dict[KeyPath, float]:
    """Parts of a loss that protection bears, brought to one in all where they exceed it."""
    rooms: dict[KeyPath, float] = {}
    for name in present["arrangement"]:
        paths = [("arrangement", name, *PROTECTION[0], part) for part in PROTECTION[1]]
        if not any(path in found for path in paths):
            continue
        parts = {path: found.get(path, look_up(present, path)) for path in paths}
        known = {path: float(v) for path, v in parts.items() if isinstance(v, int | float)}
        total = sum(known.values())
        if total > 1.0:
            rooms |= {path: value / total for path, value in known.items()}
    return rooms


def check_ranges(scenario: Scenario, ranges: Sequence[Range]) -> None:
    """Refuse ranges that the scenario cannot go through.

    Raises ScenarioError for unknown keys, keys that hold no number, empty ranges and ends that
        are not legal.
    """
    present = scenario.model_dump(mode="python")
    problems = [p for one in ranges for p in _faults(scenario, present, one)]
    keys = [one.key for one in ranges]
    problems += [
        Problem(VARY, None, key, "is varied twice", "", "give each key one range")
        for key in dict.fromkeys(k for k in keys if keys.count(k) > 1)
    ]
    if problems:
        raise ScenarioError(replace(p, file=VARY) for p in problems)


def _faults(scenario: Scenario, present: Mapping[str, Any], one: Range) -> Iterator[Problem]:
    try:
        path = split_key(one.key)
    except ValueError:
        yield Problem(VARY, None, "", "must be a dotted key", one.key, "see: show SCENARIO")
        return
    if one.key in SIZES:
        yield Problem(VARY, None, one.key, "is settled by the study", "", "vary another key")
        return
    value = look_up(present, path)
    if value is NOTHING:
        yield _unknown(one.key, present)
        return
    rule, cure = _unfit(one, value)
    if rule:
        yield Problem(VARY, None, one.key, rule, "", cure)
        return
    for end in dict.fromkeys((one.low, one.high)):
        try:
            varied(scenario, [one], [end])
        except ScenarioError as error:
            yield from error.problems


def _unfit(one: Range, value: Any) -> tuple[str, str]:
    """Why a value cannot move through a range, and the cure; empty where it can."""
    numbers = list(_numbers(value))
    if value is not None and not numbers:
        return "holds no number, so it has no range", "vary a number"
    if not one.low < one.high:
        return f"must go from low to high; got {one.low:g} to {one.high:g}", "swap the ends"
    if one.is_factor and value is None:
        return (
            "is not stated here, so there is nothing to multiply",
            "give the range in its own unit",
        )
    if one.is_factor and not any(numbers):
        return "is zero, so factors on it change nothing", "give the range in its own unit"
    if isinstance(value, list | tuple) and not one.is_factor:
        cure = f"give factors, {one.key}=x0.5:x1.6, or name one element, {one.key}[0]=..."
        return f"is a list of {len(value)} values", cure
    return "", ""


def _unknown(key: str, present: Mapping[str, Any]) -> Problem:
    known = [join_key(path) for path, _ in number_places(present)]
    cure = nearest(key, known, "see the keys with: show SCENARIO")
    return Problem(VARY, None, key, "is no number of this scenario that can be varied", "", cure)


def number_places(values: Any, above: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Path and value of every number, or list of numbers, of nested tables.

    >>> list(number_places({"a": {"b": 1.0, "c": "word"}, "d": (1.0, 2.0)}))
    [(('a', 'b'), 1.0), (('d',), (1.0, 2.0))]
    """
    for key, value in values.items() if isinstance(values, Mapping) else enumerate(values):
        tables = isinstance(value, list | tuple) and any(isinstance(v, Mapping) for v in value)
        if isinstance(value, Mapping) or tables:
            yield from number_places(value, (*above, key))
        elif not isinstance(value, bool) and list(_numbers(value)):
            yield (*above, key), value


def _numbers(value: Any) -> Iterator[Number]:
    """Numbers of a value that is one, or of a list or a path that holds nothing else."""
    if isinstance(value, Mapping):
        value = value.get(STEP)
    if isinstance(value, list | tuple):
        inner = [list(_numbers(item)) for item in value]
        if all(inner):
            yield from (number for numbers in inner for number in numbers)
    elif isinstance(value, int | float) and not isinstance(value, bool) and np.isfinite(value):
        yield value


# --- Where in its ranges a study looks: a grid, a Latin hypercube, or a Sobol sequence -----------

Design = Literal["grid", "latin", "sobol"]
DESIGNS: tuple[Design, ...] = get_args(Design)
AXIS = 5
"""Values of each key of a grid where no number is given."""
MOST = 100_000
"""Points that nobody asks for on purpose."""


@dataclass(frozen=True, eq=False)
class Layout:
    """A study over ranges, checked and laid out, before anything runs.

    Parameters
    ----------
    scenario
        Running the arrangements that are looked at.
    points : shape (n_points, n_ranges)
    replications
        Of each point, with common random numbers at all.
    passed_over
        Assumed numbers that cannot be moved.
    """

    scenario: Scenario
    scope: Scope
    ranges: tuple[Range, ...]
    points: Floats
    replications: int
    passed_over: tuple[tuple[str, str], ...] = ()

    @property
    def runs(self) -> int:
        """Replications of all points together."""
        return len(self.points) * self.replications

    def outcome_array(self, store: Store | None, first: Sequence[Scenario] = ()) -> OutcomeArray:
        """Outcomes at every point, some other scenarios before them.

        Raises ScenarioError before anything runs, if a point is not legal.
        """
        each = (varied(self.scenario, self.ranges, point) for point in self.points)
        return (store or Store()).outcome_array([*first, *each], range(self.replications))

    def differences(self, outcome_array: OutcomeArray) -> Iterator[tuple[dict[str, Any], Floats]]:
        """Each difference from the baseline, shape (n_scenarios, n_replications).

        Keys outcome, arrangement, unit: the first columns of a table.
        """
        marks = marks_of(self.scope.outcomes)
        for outcome, arm in self.scope.contrasts():
            head = {"outcome": outcome, "arrangement": arm, "unit": marks[outcome].unit}
            yield head, outcome_array.differences(arm, self.scope.baseline, outcome)

    def axes(self) -> dict[str, Floats]:
        """The value of each key at every point, as columns of a table."""
        return {one.label: self.points[:, k] for k, one in enumerate(self.ranges)}

    def units(self) -> dict[str, str]:
        """The unit of each of these columns."""
        return {one.label: one.unit for one in self.ranges}


@dataclass(frozen=True, eq=False)
class OverRanges:
    """What all results of studies over ranges hold."""

    layout: Layout

    @property
    def ranges(self) -> tuple[Range, ...]:
        """What was varied."""
        return self.layout.ranges

    @property
    def scope(self) -> Scope:
        """What was looked at."""
        return self.layout.scope


def place_text(ranges: Sequence[Range], point: Floats) -> str:
    """Write the place of a point: its value, where there are several with the last words of keys.

    >>> rate = Range("arrangement.swap.pricing.concession_rate", 0.0, 0.03)
    >>> place_text([rate], np.array([0.02]))
    '200 bp'
    >>> place_text([rate, Range("arrangement.swap.tenor.years", 1, 3)], np.array([0.02, 2.5]))
    'concession rate 200 bp, years 2.5 years'
    """
    values = [one.text(value) for one, value in zip(ranges, point, strict=True)]
    if len(values) == 1:
        return values[0]
    names = (one.key.rpartition(".")[2].replace("_", " ") for one in ranges)
    return ", ".join(f"{name} {value}" for name, value in zip(names, values, strict=True))


def design_points(
    ranges: Sequence[Range], design: Design = "grid", points: int | None = None, seed: int = 0
) -> Floats:
    """Points of a design, in the units of the ranges.

    Returns shape (n_points, n_ranges).

    Parameters
    ----------
    points
        Of a Latin hypercube or a Sobol sequence; for the latter rounded up to a power of two,
        without which it loses its balance. A grid has the points of its axes, or as many of each
        as make about this number.
    seed
        Of the random parts of the design.

    Raises
    ------
    ScenarioError
        If the design does not exist or is too large.

    References
    ----------
    McKay, Beckman and Conover (1979), A comparison of three methods for selecting values of input
    variables; Sobol (1967), On the distribution of points in a cube.

    Examples
    --------
    >>> design_points([Range("a.b", 0.0, 1.0, points=3), Range("a.c", 1.0, 2.0, points=2)])
    array([[0. , 1. ],
           [0. , 2. ],
           [0.5, 1. ],
           [0.5, 2. ],
           [1. , 1. ],
           [1. , 2. ]])
    """
    if design not in DESIGNS:
        raise refused("--design", f"must be {', '.join(DESIGNS)}", design, "give one of them")
    if design == "grid":
        return _grid(ranges, points)
    count = points or AXIS ** min(len(ranges), 2)
    _check_size(count)
    unit = (latin if design == "latin" else sobol)(len(ranges), count, seed)
    low, high = (np.array([getattr(one, end) for one in ranges]) for end in ("low", "high"))
    return np.asarray(low + unit * (high - low))


def latin(dimensions: int, count: int, seed: int) -> Floats:
    """A Latin hypercube in the unit cube, shape (count, dimensions)."""
    from scipy.stats import qmc

    engine = qmc.LatinHypercube(dimensions, seed=np.random.default_rng(seed))
    return np.asarray(engine.random(count))


def sobol(dimensions: int, count: int, seed: int) -> Floats:
    """A scrambled Sobol sequence in the unit cube; `count` is rounded up to a power of two."""
    from scipy.stats import qmc

    engine = qmc.Sobol(dimensions, seed=np.random.default_rng(seed))
    return np.asarray(engine.random_base2(max(math.ceil(math.log2(count)), 0)))


def _grid(ranges: Sequence[Range], points: int | None) -> Floats:
    each = round(points ** (1.0 / len(ranges))) if points else AXIS
    counts = [one.points or max(each, 2) for one in ranges]
    _check_size(math.prod(counts))
    axes = [np.linspace(r.low, r.high, n) for r, n in zip(ranges, counts, strict=True)]
    return np.array(list(product(*axes)), dtype=np.float64)


def _check_size(count: int) -> None:
    if not 1 <= count <= MOST:
        cure = "give fewer keys or points, or use latin"
        raise refused(POINTS, f"must be 1 to {MOST:,}", f"{count:,}", cure)


# --- The numbers that a scenario's own sources call an assumption, with their ranges -------------

GRADE = "assumption"


@dataclass(frozen=True)
class Assumed:
    """Numbers graded as assumptions.

    Parameters
    ----------
    ranges
        Those that a study can move, in the order of the sources.
    passed_over
        Those that it cannot.
    """

    ranges: tuple[Range, ...]
    passed_over: tuple[tuple[str, str], ...] = ()


def assumptions(scenario: Scenario, grades: Sequence[str] = (GRADE,)) -> Assumed:
    """Every number that the scenario grades as an assumption, with its plausible range.

    A list moves as a whole, by one factor: as stated, or, where its range is given in its
    own unit, as far as all of its elements stay inside.

    Parameters
    ----------
    scenario
        Arrangements that it does not run are left out.
    grades
        ``"fitted"`` may be added: numbers that were moved to meet a target.
    """
    present = scenario.model_dump(mode="python")
    found: list[Range] = []
    passed: list[tuple[str, str]] = []
    for key, text in scenario.sources.items():
        path = split_key(key)
        source = _read(text)
        if source is None or source.kind not in grades or not _is_run(scenario, path):
            continue
        if present.get("dated", {}).get(key):
            passed.append((key, "follows dates; its path is moved"))
            continue
        one = _range(join_key(path), source, look_up(present, path))
        if isinstance(one, str):
            passed.append((key, one))
        else:
            found.append(one)
    legal, refused = _legal(scenario, found)
    return Assumed(tuple(legal), (*passed, *refused))


def chosen(scenario: Scenario, vary: Vary) -> Assumed:
    """Give the ranges that are asked for, or those of all assumptions where none is.

    Raises ScenarioError if one is not legal, or there is none.
    """
    if vary:
        return Assumed(ranges_of(scenario, vary))
    found = assumptions(scenario)
    if not found.ranges:
        rule = "is needed: no number of the scenario has a source that calls it an assumption"
        raise refused(VARY, rule, "", "for example --vary macro.frailty_variance=0.1:0.3")
    return found


def _read(text: str) -> Source | None:
    try:
        return parse_source(text)
    except ValueError:
        return None


def _is_run(scenario: Scenario, path: KeyPath) -> bool:
    """Whether a key belongs to the economy, or to an arrangement that is run."""
    run = set(scenario.experiment.all_run)
    # A programme is run through the arrangements that its policies offer.
    policies = getattr(scenario, "policy", ())
    run |= {policy.arrangement for policy in policies if policy.programme in run}
    return path[0] != "arrangement" or str(path[1]) in run


def _range(key: str, source: Source, value: Any) -> Range | str:
    """The range, or why there is none."""
    if value is NOTHING or value is None:
        return "is not in this scenario"
    low, high = source.low, source.high
    if low is None or high is None or not low < high:
        return "has no range"
    if isinstance(value, list | tuple):
        is_path = all(isinstance(v, Mapping) and STEP in v for v in value)
        numbers = list(_numbers(value)) if is_path else value
        if not numbers or not all(isinstance(v, int | float) for v in numbers):
            return "is no list of plain numbers"
        return _list_range(key, source, [float(v) for v in numbers])
    if source.relative and value == 0.0:
        return "is zero, so factors on it change nothing"
    ends = source.ends(float(value)) or (low, high)
    return Range(key, *ends)


def _list_range(key: str, source: Source, values: list[float]) -> Range | str:
    low, high = float(source.low or 0.0), float(source.high or 0.0)
    if not any(values):
        return "is zero, so factors on it change nothing"
    if not source.relative:
        # Zero stays zero; each other element bounds the factor from both sides.
        ends = [sorted((low / v, high / v)) for v in values if v != 0.0]
        low, high = max(end[0] for end in ends), min(end[1] for end in ends)
    if not low < high:
        return "has elements that leave no room to move together"
    return Range(key, low, high, is_factor=True)


def _legal(scenario: Scenario, ranges: list[Range]) -> tuple[list[Range], list[tuple[str, str]]]:
    """Ranges whose ends are legal, all low and all high ends together, and the others."""
    refused: list[tuple[str, str]] = []
    for end in ("low", "high"):
        while True:
            try:
                varied(scenario, ranges, [getattr(one, end) for one in ranges])
            except ScenarioError as error:
                bad = _named(ranges, error.problems) or _last_of_group(ranges, error.problems)
                if not bad:
                    raise
                refused += bad.items()
                ranges = [one for one in ranges if one.key not in bad]
            else:
                break
    return ranges, refused


def _named(ranges: Sequence[Range], problems: Sequence[Problem]) -> dict[str, str]:
    """Ranges of which a problem speaks, each with the reason."""
    reasons = {one.key: _reason(one, problems) for one in ranges}
    return {key: reason for key, reason in reasons.items() if reason}


def _last_of_group(ranges: Sequence[Range], problems: Sequence[Problem]) -> dict[str, str]:
    """The last range of a group whose members break a rule together, with the reason."""
    for problem in problems:
        parent = problem.key.rpartition(".")[0]
        group = [one.key for one in ranges if one.key.rpartition(".")[0] == parent]
        if group:
            return {group[-1]: f"{problem.rule} together with others"}
    return {}


def _reason(one: Range, problems: Sequence[Problem]) -> str:
    """Why a range is refused; empty where no problem speaks of it."""
    mine = [
        p
        for p in problems
        # A rule about a group speaks of all that stand in it.
        if p.key == one.key or p.key.startswith(f"{one.key}[") or one.key.startswith(f"{p.key}.")
    ]
    return f"{mine[0].rule} ({mine[0].key})" if mine else ""
