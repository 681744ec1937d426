"""What a study varies: a key of the scenario, and the range in which it moves.

A range is given in the unit of the number, or as factors on its present value
(``KEY=x0.5:x1.6``). A list of numbers, such as one for each stage, moves with one factor
for all. Shares that must sum to one make room: where one sector, bank or lender takes more,
the others take less in proportion.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from sim.base.errors import Problem, ScenarioError
from sim.scenario.faults import NOTHING, look_up
from sim.scenario.model import Scenario
from sim.scenario.positions import Path, join_key, split_key
from sim.study.aims import counted, nearest, refused, together

VARY = "--vary"
"""What stands for the file in messages about ranges."""
_END = r"x?[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_FORM = re.compile(rf"(?P<low>{_END}):(?P<high>{_END})(?::(?P<points>\d+))?")
SHARES = {"sector": "share", "bank": "market_share"}
"""Tables whose members have shares that sum to one."""
SPLIT = "loss_sharing.shares"
"""A list of shares that sum to one: the first, the lead's, is varied."""
OTHERS = (("loss_sharing",), ("guaranteed_share", "insured_share", "trust_share", "leased_share"))
"""A table, and parts in it that sum to one at most."""
SIZES = ("experiment.replications", "experiment.seed", "experiment.arrangements")
"""What a study settles itself."""
Number = int | float


@dataclass(frozen=True)
class Range:
    """A key, and the range in which a study moves it.

    Parameters
    ----------
    key : str
        Dotted key of a number, of one element (``lifecycle.setback_hazard[2]``), or of a
        list of numbers.
    low, high : float
        In the unit of the number, or factors on its present value.
    is_factor : bool
        Whether `low` and `high` are factors.
    points : int, optional
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

    def at(self, share: float) -> float:
        """The value at a share of the way from low to high.

        Examples
        --------
        >>> Range("macro.frailty_variance", 0.1, 0.3).at(0.5)
        0.2
        """
        return self.low + share * (self.high - self.low)


def parse_range(text: str) -> Range:
    """Read a range as it is written on the command line.

    Parameters
    ----------
    text : str
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


def ranges_of(
    scenario: Scenario, vary: Iterable[Range | str] | Range | str | None, count: int = 0
) -> tuple[Range, ...]:
    """Read ranges and refuse what the scenario cannot go through, all mistakes at once.

    Parameters
    ----------
    scenario : Scenario
    vary : ranges, or texts as `parse_range` reads them
    count : int
        How many there must be; 0 for any number, but one at least.

    Raises
    ------
    ScenarioError
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
    scenario : Scenario
    ranges : sequence of Range
    values : iterable of float
        One for each range, in its unit or as a factor.

    Raises
    ------
    ScenarioError
        If the scenario cannot be so.
    """
    present = scenario.model_dump(mode="python")
    found: dict[Path, Any] = {}
    for one, value in zip(ranges, values, strict=True):
        path = split_key(one.key)
        found[path] = _moved(one, look_up(present, path), float(value))
    found |= _make_room(present, found)
    # One element after the other, so that several of one list can move.
    whole = {join_key(path): value for path, value in found.items()}
    return scenario.with_values(whole)


def _moved(one: Range, present: Any, value: float) -> Any:
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


def _make_room(present: Mapping[str, Any], found: Mapping[Path, Any]) -> dict[Path, float]:
    """Shares of all members of a table of which some have moved, so that they sum to one."""
    rooms: dict[Path, float] = {}
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
    return rooms | _others(present, found)


def _others(present: Mapping[str, Any], found: Mapping[Path, Any]) -> dict[Path, float]:
    """Parts of a loss that others bear, brought to one in all where they exceed it."""
    rooms: dict[Path, float] = {}
    for name in present["arrangement"]:
        paths = [("arrangement", name, *OTHERS[0], part) for part in OTHERS[1]]
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

    Raises
    ------
    ScenarioError
        For unknown keys, keys that hold no number, empty ranges and ends that are not
        legal.
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


def number_places(values: Any, above: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Path and value of every number, or list of numbers, of nested tables.

    Examples
    --------
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
    """Numbers of a value that is one, or of a list that holds nothing else."""
    if isinstance(value, list | tuple):
        inner = [list(_numbers(item)) for item in value]
        if all(inner):
            yield from (number for numbers in inner for number in numbers)
    elif isinstance(value, int | float) and not isinstance(value, bool) and np.isfinite(value):
        yield value
