"""The plan of a calibration: what is free, what is to be met, and in which order.

The plan is a TOML file of its own kind beside the scenarios, so that targets, tolerances
and the facts behind them are data that a reader can question.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Literal

import numpy as np

from sim.base.checks import FloatArray as Floats
from sim.base.errors import Problem, ScenarioError
from sim.base.files import write_atomically
from sim.base.named_files import UnfitFileError, allowed_folders, check_allowed
from sim.base.parameter import Broken, Frozen, NonNegative, PositiveFloat, PositiveInt, param
from sim.base.shipped import beside, scenario_path
from sim.outcomes.mark import registry
from sim.scenario.check import validate
from sim.scenario.declared import NOTHING, look_up
from sim.scenario.read import EXTENDS, RawScenario, did_you_mean, resolve
from sim.scenario.scenario import Scenario, load_scenario
from sim.scenario.sources import BELIEF, SOURCES
from sim.scenario.toml_text import find_positions, parse, quoted_key, split_key, value_text
from sim.studies.moments import moments

JOINT = "joint"
"""Name of the stage in which all parameters and all targets come together."""


class Stage(Frozen):
    """One step of the order."""

    name: str = param(unit="", meaning="name that parameters and targets refer to")
    meaning: str = param("", unit="", meaning="what the step settles")
    lending: bool = param(True, unit="", meaning="whether banks lend while the step is fitted")
    rounds: int = param(1, unit="count", meaning="belief steps, each before a fit", low=0)


class Parameter(Frozen):
    """One number that may move."""

    key: str = param(unit="", meaning="dotted key of the scenario; [n] picks an element")
    also: tuple[str, ...] = param((), unit="", meaning="keys that are given the same value")
    low: float = param(unit="as the key", meaning="lower end of the plausible range")
    high: float = param(unit="as the key", meaning="upper end of the plausible range")
    scale: Literal["linear", "log"] = param("linear", unit="", meaning="in which it is moved")
    stage: str = param(unit="", meaning="step in which it is fitted")
    why: str = param(unit="", meaning="which target it serves, for the scenario's sources")

    def broken_rules(self) -> Iterator[Broken]:
        """Ranges the right way up, and above zero where the scale is logarithmic."""
        if self.low >= self.high:
            rule = f"must be above low; got {self.low:g} to {self.high:g}"
            yield "high", rule, "put the ends of the range in order"
        if self.scale == "log" and self.low <= 0.0:
            yield "low", f"must be above 0 on a log scale; got {self.low:g}", "use linear"

    def inner(self, value: float) -> float:
        """Where a value lies in its range, -1 at the lower end and 1 at the upper one.

        >>> free = Parameter(key="a.b", low=0.0, high=4.0, stage="s", why="w")
        >>> free.inner(2.0), free.outer(0.5)
        (0.0, 3.0)
        """
        low, high, at = self.low, self.high, value
        if self.scale == "log":
            low, high, at = math.log(low), math.log(high), math.log(max(value, 1e-300))
        return 2.0 * (at - low) / (high - low) - 1.0

    def outer(self, place: float) -> float:
        """The value at a place of the range; the inverse of `inner`."""
        share = 0.5 * (place + 1.0)
        if self.scale == "log":
            return float(self.low * (self.high / self.low) ** share)
        return self.low + share * (self.high - self.low)


class Target(Frozen):
    """One published figure that the simulation is to meet."""

    name: str = param(unit="", meaning="name in tables")
    outcome: str = param(unit="", meaning="a registered outcome or a named moment")
    arrangement: str = param("", unit="", meaning="world in which it is read; the baseline")
    value: float = param(unit="as the outcome", meaning="what is to be met")
    tolerance: PositiveFloat = param(unit="as the outcome", meaning="distance that counts as 1")
    bound: Literal["about", "above", "below"] = param(
        "about", unit="", meaning="above or below: no distance on the good side"
    )
    fact: tuple[str, ...] = param((), unit="", meaning="fact ids behind the figure")
    stage: str = param(unit="", meaning="step in which it is first to be met")
    role: Literal["fit", "reported", "construction"] = param(
        "fit",
        unit="",
        meaning="met by the fit; only shown beside it; or shown and true whatever is fitted",
    )
    grade: Literal["official", "aggregate", "measured", "case", "judgement"] = param(
        "judgement", unit="", meaning="what kind of figure it is, after the grades of its facts"
    )
    weight: PositiveFloat = param(1.0, unit="x", meaning="weight of its distance in the fit")
    why: str = param("", unit="", meaning="how value and tolerance follow from the fact")

    def distance(self, obtained: float) -> float:
        """Distance of a value in tolerances, signed; zero on the good side of a bound.

        >>> goal = Target(name="x", outcome="y", value=8.0, tolerance=2.0, bound="above",
        ...               stage="s")
        >>> goal.distance(5.0), goal.distance(9.0)
        (-1.5, 0.0)
        """
        gap = (obtained - self.value) / self.tolerance
        if self.bound == "above":
            return min(gap, 0.0)
        return max(gap, 0.0) if self.bound == "below" else gap

    def slack(self, error: float) -> float:
        """Tolerances by which it may be missed: one, and the standard error of what it met.

        A standard error that is unknown gives no slack.
        """
        return 1.0 + (error / self.tolerance if math.isfinite(error) else 0.0)


class BeliefRule(Frozen):
    """Which belief is held to be borne out, and how closely."""

    arrangements: tuple[str, ...] = param(unit="", meaning="worlds that must bear beliefs out")
    tolerance: PositiveFloat = param(0.15, unit="ratio", meaning="realised over believed less 1")
    least: PositiveFloat = param(0.001, unit="per year", meaning="no belief falls below it")


class Plan(Frozen):
    """A calibration as it is written in its file."""

    title: str = param(unit="", meaning="what is calibrated")
    scenario: str = param(unit="", meaning="scenario file, relative to the plan")
    arrangements: tuple[str, ...] = param(unit="", meaning="worlds to simulate")
    firms: PositiveInt = param(unit="count", meaning="firms of one evaluation")
    replications: PositiveInt = param(unit="count", meaning="histories of one evaluation")
    slope_replications: PositiveInt | None = param(
        None, unit="count", meaning="of these, histories from which slopes are taken; all"
    )
    judgement_weight: NonNegative = param(
        1.0, unit="x", meaning="factor on the weight of targets that are judgement"
    )
    seed: int = param(unit="", meaning="root of the common random numbers", low=0)
    difference: PositiveFloat = param(
        0.3, unit="half ranges", meaning="step of the finite differences", high=1.0
    )
    pull: NonNegative = param(
        0.3, unit="tolerances", meaning="cost of a parameter at the end of its range"
    )
    step_tolerance: PositiveFloat = param(
        0.5, unit="uncertainties", meaning="step of a parameter that counts as none"
    )
    belief: BeliefRule = param(unit="", meaning="beliefs that must meet outcomes")
    stage: tuple[Stage, ...] = param(unit="", meaning="the order")
    parameter: tuple[Parameter, ...] = param(unit="", meaning="what is free")
    target: tuple[Target, ...] = param(unit="", meaning="what is to be met")

    def weights(self, goals: Sequence[Target]) -> Floats:
        """Weight of each of some targets in the fit, shape (n,); zero of one that is only told."""
        judged = {"judgement": self.judgement_weight}
        return np.array(
            [one.weight * judged.get(one.grade, 1.0) if one.role == "fit" else 0.0
             for one in goals]
        )  # fmt: skip

    @property
    def goals(self) -> tuple[Target, ...]:
        """Targets that the fit is to meet."""
        return tuple(one for one in self.target if one.role == "fit")

    def broken_rules(self) -> Iterator[Broken]:
        """Names that exist, once each."""
        stages = [one.name for one in self.stage]
        named = {
            "parameter": [one.stage for one in self.parameter],
            "target": [one.stage for one in self.target],
        }
        for group, items in named.items():
            for n, item in enumerate(items):
                if item not in stages:
                    rule = f'must name a stage; got "{item}"'
                    yield f"{group}[{n}].stage", rule, f"stages: {', '.join(stages)}"
        yield from _twice("parameter", "key", [one.key for one in self.parameter])
        yield from _twice("target", "name", [one.name for one in self.target])
        known = [*registry(), *moments()]
        for n, target in enumerate(self.target):
            if target.outcome not in known:
                cure = did_you_mean(target.outcome, known, "see the command: list outcomes")
                rule = f'must be an outcome or a moment; got "{target.outcome}"'
                yield f"target[{n}].outcome", rule, cure
            if target.arrangement and target.arrangement not in self.arrangements:
                rule = f'must be among arrangements; got "{target.arrangement}"'
                yield f"target[{n}].arrangement", rule, "add it to arrangements"


def _twice(group: str, field: str, names: Sequence[str]) -> Iterator[Broken]:
    for n, name in enumerate(names):
        if name in names[:n]:
            yield f"{group}[{n}].{field}", f'must stand once; got "{name}" again', "remove one"


def load_plan(path: str | PathLike[str]) -> Plan:
    """Read and check a plan.

    Raises ScenarioError with every problem of the file: file, line, key, rule, value, cure.
    """
    return validate(resolve(path), Plan)


def scenario_of(plan: Plan, path: str | PathLike[str], settings: Sequence[str] = ()) -> Scenario:
    """The scenario that a plan calibrates, with the sizes of the plan.

    Parameters
    ----------
    path
        File of the plan; the scenario's file is relative to it.
    settings
        ``key=value`` laid over both.

    Raises
    ------
    ScenarioError
        If the scenario is at fault, or a free key is not a number of it that lies in its plausible
        range.
    """
    file = scenario_file(plan, path)
    sizes = {
        "population.firms": plan.firms, "experiment.replications": plan.replications,
        "experiment.seed": plan.seed, "experiment.arrangements": list(plan.arrangements),
    }  # fmt: skip
    scenario = load_scenario(file).with_values(sizes)
    if settings:
        changed = load_scenario(file, settings)
        given = [text.partition("=")[0].strip() for text in settings]
        values = {key: look_up(changed.model_dump(), split_key(key)) for key in given}
        scenario = scenario.with_values(values)
    problems = list(_wrong_keys(plan, str(path), scenario, resolve(path)))
    if problems:
        raise ScenarioError(problems)
    return scenario


def scenario_file(plan: Plan, path: str | PathLike[str]) -> Path:
    """The file of the scenario that the plan in a file names.

    Raises ScenarioError if it lies where a plan may name none; see `sim.base.named_files`.
    """
    first = scenario_path(path)
    file = beside(first, plan.scenario)
    try:
        check_allowed(file, allowed_folders(first))
    except UnfitFileError as error:
        at = resolve(first).place(("scenario",))
        problem = Problem(at.file, at.line, "scenario", error.rule, plan.scenario, error.cure)
        raise ScenarioError([problem]) from None
    return file


def value_at(scenario: Scenario, key: str) -> object:
    """The value at a dotted key of a scenario, `NOTHING` where there is none."""
    return look_up(scenario.model_dump(), split_key(key))


def _wrong_keys(plan: Plan, file: str, scenario: Scenario, raw: RawScenario) -> Iterator[Problem]:
    for n, free in enumerate(plan.parameter):
        for key in (free.key, *free.also):
            value = value_at(scenario, key)
            line = raw.place(("parameter", n, "key")).line
            if value is NOTHING or isinstance(value, bool) or not isinstance(value, int | float):
                cure = "give the key of one number; [n] picks an element of a list"
                yield Problem(file, line, f"parameter[{n}].key", "must be a number", key, cure)
            elif not free.low - 1e-9 <= value <= free.high + 1e-9:
                rule = f"{key} must start in {free.low:g} to {free.high:g}"
                cure = "widen the range, or change the scenario"
                yield Problem(file, line, f"parameter[{n}]", rule, f"{value:g}", cure)


# --- Write a fitted economy into copies of its scenario files, line by line ----------------------
# Comments, order and sources stay as they are; only the lines of free numbers change, and
# the source of each says in which range it was moved and for which target.

_VALUE = r"(\[[^\]]*\]|\"(?:\\.|[^\"\\])*\"|[^,\s}#\]]+)"


def fitted_files(plan: Plan, file: Path, fitted: Scenario) -> dict[Path, str]:
    """The texts of the scenario files with the fitted numbers in place.

    Returns dict of Path to str: new text by file, for the files that change.

    Parameters
    ----------
    file
        The scenario that was calibrated; numbers that stand in a file that it extends are changed
        there.

    Raises
    ------
    ScenarioError
        If a number does not stand in a line of its own.
    """
    texts: dict[Path, list[str]] = {}
    for key, source in _changes(plan, fitted).items():
        place = _file_of(file, key)
        lines = texts.setdefault(place, place.read_text(encoding="utf-8").splitlines())
        _replace(place, lines, key, value_at(fitted, key), source)
    return {place: "\n".join(lines) + "\n" for place, lines in texts.items()}


def write_files(texts: Mapping[Path, str], root: Path, folder: Path) -> list[Path]:
    """Write the texts below a folder, as they lie below `root` if they do; gives the files."""
    written = []
    for place, text in texts.items():
        inside = place.relative_to(root) if place.is_relative_to(root) else Path(place.name)
        target = folder / inside
        write_atomically(target, text.encode())
        written.append(target)
    return written


def source_text(free: list[Parameter], value: object) -> str:
    """What the sources say of a number, or of a list whose elements are free.

    >>> one = Parameter(key="a.b", low=0.1, high=0.4, stage="s", why="survival (MK37)")
    >>> source_text([one], 0.2)
    'fitted 0.1 to 0.4: survival (MK37)'
    >>> two = [Parameter(key=f"a.c[{n}]", low=0.1, high=0.4, stage="s", why="x") for n in (0, 1)]
    >>> source_text(two, (0.2, 0.25))
    'fitted x0.5 to x1.6 each: x'
    """
    why = "; ".join(dict.fromkeys(one.why for one in free))
    if not isinstance(value, list | tuple):
        return f"fitted {free[0].low:g} to {free[0].high:g}: {why}"
    pairs = [(one, float(value[int(one.key.partition("[")[2].rstrip("]"))])) for one in free]
    # One range for the whole list: what every free element may do.
    low = max((one.low / at for one, at in pairs if at), default=0.5)
    high = min((one.high / at for one, at in pairs if at), default=2.0)
    low, high = min(round(low, 2), 1.0), max(round(high, 2), 1.0)
    return f"fitted x{low:g} to x{high:g} each: {why}"


def _changes(plan: Plan, fitted: Scenario) -> dict[str, str]:
    """The keys to write, whole lists, with the text of each one's source."""
    groups: dict[str, list[Parameter]] = {}
    for free in plan.parameter:
        for key in (free.key, *free.also):
            one = free.model_copy(update={"key": key})
            groups.setdefault(key.partition("[")[0], []).append(one)
    found = {head: source_text(free, value_at(fitted, head)) for head, free in groups.items()}
    found[BELIEF] = "fitted x0.5 to x1.6 each: realised default by stage (ST04, LB47)"
    return found


def _file_of(file: Path, key: str) -> Path:
    """The file of a chain in which a key stands."""
    path = split_key(key)
    place = resolve(file).place(path)
    while True:
        parsed = parse(file.read_text(encoding="utf-8"), str(file))
        if path in parsed.lines:
            return file
        base = parsed.values.get(EXTENDS)
        if not isinstance(base, str):
            rule = "must stand in a line of its own in a scenario file"
            problem = Problem(place.file, place.line, key, rule, "", "write it out, then fit it")
            raise ScenarioError([problem])
        file = beside(file, base)


def _replace(place: Path, lines: list[str], key: str, value: object, source: str) -> None:
    """Put a value and its source in place of the old ones."""
    _put(place, lines, key, value_text(value))
    quoted = f'{SOURCES}."{key}"'
    if split_key(quoted) in find_positions("\n".join(lines)):
        _put(place, lines, quoted, value_text(source))


def _put(place: Path, lines: list[str], key: str, text: str) -> None:
    """Replace the value of one key, in a line of its own or in an inline table."""
    path = split_key(key)
    row = find_positions("\n".join(lines))[path] - 1
    name = re.escape(quoted_key(str(path[-1])))
    found = list(re.finditer(rf"(?<![\w.-]){name}\s*=\s*{_VALUE}", lines[row]))
    if len(found) != 1:
        rule = "must stand once, with its value, in one line"
        problem = Problem(str(place), row + 1, key, rule, lines[row].strip(), "give it a line")
        raise ScenarioError([problem])
    start, end = found[0].span(1)
    lines[row] = lines[row][:start] + text + lines[row][end:]
