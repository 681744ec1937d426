"""The numbers that a scenario's own sources call an assumption, with their ranges."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sim.base.errors import Problem, ScenarioError
from sim.scenario.faults import NOTHING, look_up
from sim.scenario.model import Scenario
from sim.scenario.positions import Path, join_key, split_key
from sim.scenario.sources import Source, parse_source
from sim.study.aims import refused
from sim.study.ranges import VARY, Range, ranges_of, varied

GRADE = "assumption"


@dataclass(frozen=True)
class Assumed:
    """Numbers graded as assumptions.

    Parameters
    ----------
    ranges : tuple of Range
        Those that a study can move, in the order of the sources.
    passed_over : tuple of (key, reason)
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
    scenario : Scenario
        Arrangements that it does not run are left out.
    grades : sequence of str
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
        one = _range(join_key(path), source, look_up(present, path))
        if isinstance(one, str):
            passed.append((key, one))
        else:
            found.append(one)
    legal, refused = _legal(scenario, found)
    return Assumed(tuple(legal), (*passed, *refused))


def chosen(scenario: Scenario, vary: Iterable[Range | str] | None) -> Assumed:
    """Give the ranges that are asked for, or those of all assumptions where none is.

    Raises
    ------
    ScenarioError
        If one is not legal, or there is none.
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


def _is_run(scenario: Scenario, path: Path) -> bool:
    """Whether a key belongs to the economy, or to an arrangement that is run."""
    run = set(scenario.experiment.arrangements)
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
        if not all(isinstance(v, int | float) for v in value):
            return "is no list of plain numbers"
        return _list_range(key, source, [float(v) for v in value])
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
