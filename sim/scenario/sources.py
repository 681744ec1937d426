"""Where every number of a scenario comes from: what its ``sources`` table says.

A source is written in one of five ways:

- ``"MK12"`` or ``"MK12; LB07: the value of 2025"``: published figures, by fact id, perhaps
  with a range of what may be tried: ``"MK12 0.02 to 0.05: the value of 2025"``;
- ``"reference: Cochrane 2005, volatility of venture returns"``;
- ``"assumption 0.2 to 0.6: reason"``, with the range that is plausible;
- ``"fitted 0.05 to 0.25: target"``: moved inside a range to meet a target;
- ``"design choice: reason"``, for sizes and seeds that say nothing about the world.

A range may be relative to the value, as in ``"assumption x0.5 to x1.6 each: reason"``.
A number must have its source in the file in which it stands: a value that replaces one
of an extended file does not inherit the reason for the other.
"""

import math
import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel

from sim.base.errors import Problem, ScenarioError
from sim.base.named_files import UnfitFileError, read_named
from sim.base.shipped import FACTS, at_hand
from sim.scenario.declared import look_up
from sim.scenario.read import Place, RawScenario, did_you_mean, resolve
from sim.scenario.toml_text import KeyPath, Parsed, join_key, parse, split_key

# --- Published figures: what a file of facts holds, and what a fact in it may lack ---------------
# A fact is a table with an id, such as ``[MK12]``. Its ``grade`` says how much the number
# carries as evidence. Text about facts (sources, contradictions, translations) stands in
# other tables of the same file.


UNREAD = "must be a text file that can be read"
"""The rule that a folder, a pipe, a large file or a missing one breaks."""
_CURE = "name a scenario or a file of targets, of the ending .toml"

GRADES = ("measured", "official aggregate", "reported case", "assumption")
"""From the strongest evidence to the weakest."""

ID = r"[A-Z]{1,2}\d{2}"
"""Form of a fact's id."""

_NEEDED = {
    "value": "write the number, or a list of numbers with labels",
    "date": 'say when it held, as exactly as the source: date = "2025-09"',
    "source": "name keys of the [sources] tables at the end of the file",
    "grade": f"one of: {', '.join(GRADES)}",
}
_SIGNS = {"about": "~", "above": ">", "at least": ">=", "below": "<", "at most": "<="}


@dataclass(frozen=True)
class Fact:
    """One published figure: what its table holds, and the line where that begins.

    A table has ``meaning``, ``value``, ``unit``, ``date``, ``region``, ``programme``,
    ``source``, ``grade`` and perhaps more.

    Examples
    --------
    >>> fact = Fact("AH07", {"value": [1.0, 3.1], "labels": ["before", "after"],
    ...                      "unit": "years", "bounds": ["below", "about"]})
    >>> fact.text("unit"), fact.value_in_words()
    ('years', 'before <1; after ~3.1')
    """

    id: str
    values: Mapping[str, Any]
    line: int | None = None

    def text(self, name: str) -> str:
        """Give an entry as text: a list joined by commas, nothing where it is missing."""
        entry = self.values.get(name, "")
        return ", ".join(map(str, entry)) if isinstance(entry, list) else str(entry)

    def value_in_words(self) -> str:
        """Give the value with the labels, bounds and units that belong to each number."""
        value = self.values.get("value", "")
        bound = self.values.get("bound", "exact")
        if not isinstance(value, list):
            return _SIGNS.get(bound, "") + _number(value)
        count = len(value)
        columns = (
            self.values.get("labels", [""] * count),
            self.values.get("bounds", [bound] * count),
            value,
            self.values.get("units", [""] * count),
        )
        return "; ".join(
            f"{label} {_SIGNS.get(sign, '')}{_number(number)} {unit}".strip()
            for label, sign, number, unit in zip(*columns, strict=False)
        )


@dataclass(frozen=True)
class FactFile:
    """All facts of a file by id, titles of sources by the keys that facts name, and lines."""

    file: str
    facts: dict[str, Fact]
    sources: dict[str, str] = field(default_factory=dict)
    lines: dict[KeyPath, int] = field(default_factory=dict)

    def titles_of(self, fact: Fact) -> list[str]:
        """Give the titles of the sources of a fact; the key itself where there is none."""
        return [self.sources.get(key) or str(key) for key in _listed(fact.values.get("source"))]

    def problems(self) -> list[Problem]:
        """Tell every fact that lacks a value, a date, a source or one of the grades."""
        found = []
        for fact in self.facts.values():
            found += [
                self._problem(fact, key, "must be given", "", cure)
                for key, cure in _NEEDED.items()
                if not fact.text(key)
            ]
            found += self._grade(fact) + self._sources(fact)
        return found

    def _grade(self, fact: Fact) -> list[Problem]:
        grade = fact.text("grade")
        if not grade or grade in GRADES:
            return []
        cure = did_you_mean(grade, list(GRADES), _NEEDED["grade"])
        rule = f"must be one of {', '.join(GRADES)}"
        return [self._problem(fact, "grade", rule, grade, cure)]

    def _sources(self, fact: Fact) -> list[Problem]:
        rule = "must be described in [sources]"
        return [
            self._problem(
                fact, "source", rule, str(key), f"add [sources.{key}] with its title and kind"
            )
            for key in _listed(fact.values.get("source"))
            if key and key not in self.sources
        ]

    def _problem(self, fact: Fact, key: str, rule: str, value: str, cure: str) -> Problem:
        line = self.lines.get((fact.id, key), fact.line)
        return Problem(self.file, line, f"{fact.id}.{key}", rule, value, cure)


def read_facts(path: str | os.PathLike[str] | None = None) -> FactFile:
    """Read a TOML file with one table for each fact; ScenarioError if it cannot be read.

    By default the file is that of the project at hand, or the shipped one.
    """
    place = at_hand(FACTS) if path is None else Path(path)
    file = str(place)
    try:
        text = read_named(place, ".toml").decode("utf-8-sig")
    except (OSError, UnfitFileError, UnicodeDecodeError):
        cure = f"name the file of facts; in the project it is {FACTS}"
        problem = Problem(file, None, "", UNREAD, "", cure)
        raise ScenarioError([problem]) from None
    parsed = parse(text, file)
    if parsed.problems:
        raise ScenarioError(parsed.problems)
    sources = parsed.values.get("sources", {})
    titles = {key: " ".join(str(table.get("title", "")).split()) for key, table in sources.items()}
    facts = {
        key: Fact(key, table, parsed.lines.get((key,)))
        for key, table in parsed.values.items()
        if isinstance(table, Mapping) and re.fullmatch(ID, key)
    }
    return FactFile(file, facts, titles, parsed.lines)


def _listed(named: Any) -> list[Any]:
    """Give what is named, one or several."""
    return named if isinstance(named, list) else [] if named is None else [named]


def _number(value: Any) -> str:
    """Write a number in full, without zeros that say nothing."""
    return f"{value:.15g}" if isinstance(value, int | float) else str(value)


# --- What stands behind one number ---------------------------------------------------------------


Kind = Literal["fact", "reference", "assumption", "fitted", "design choice"]

SOURCES = "sources"
"""Name of the table."""
BELIEF = "belief.default.default_probability"
"""What every calibration settles beside its parameters."""


_NUMBER = r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_RANGE = rf"(?P<x>x?)(?P<low>{_NUMBER}) to (?P=x)(?P<high>{_NUMBER})(?: each)?"
_FORMS = (
    re.compile(rf"(?P<kind>{ID})(?:; {ID})*(?: {_RANGE})?(?:: (?P<words>\S.*))?"),
    re.compile(r"(?P<kind>reference): (?P<words>\S.*\b\d{4}\b.*)"),
    re.compile(rf"(?P<kind>assumption|fitted) {_RANGE}: (?P<words>\S.*)"),
    re.compile(r"(?P<kind>design choice): (?P<words>\S.*)"),
)
_SLACK = 1e-9
"""Rounding error that a value at the end of its range may have, relative."""


@dataclass(frozen=True)
class Source:
    """What stands behind one number: its kind, the facts that it names, and its words.

    `low` and `high` are the ends of the plausible range in the unit of the number, or factors
    on it where they are relative.
    """

    kind: Kind
    facts: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    relative: bool = False
    words: str = ""

    def ends(self, value: float) -> tuple[float, float] | None:
        """Plausible range of a number that is stated as `value`; None where none is given.

        Examples
        --------
        >>> parse_source("assumption x0.5 to x2: no data").ends(0.1)
        (0.05, 0.2)
        """
        if self.low is None or self.high is None:
            return None
        if not self.relative:
            return self.low, self.high
        low, high = sorted((self.low * value, self.high * value))
        return low, high

    def allows(self, value: Any, stated: Any) -> bool:
        """Whether a number, or every number of lists and tables, lies in the plausible range.

        Factors refer to what is `stated` in the file with the source.

        Examples
        --------
        >>> source = parse_source("assumption x0.5 to x2: no data")
        >>> source.allows([0.1, 0.2], [0.1, 0.1]), source.allows(0.3, 0.1)
        (True, False)
        """
        if isinstance(value, Mapping | list | tuple):
            keys = value if isinstance(value, Mapping) else range(len(value))
            return all(self.allows(value[key], look_up(stated, (key,))) for key in keys)
        if not _is_number(value) or (self.relative and not _is_number(stated)):
            return True
        ends = self.ends(stated if self.relative else value)
        if ends is None:
            return True
        slack = _SLACK * max(abs(ends[0]), abs(ends[1]))
        return bool(ends[0] - slack <= value <= ends[1] + slack)


def parse_source(text: str) -> Source:
    """Read a source, written in one of the five ways that the head of this file lists.

    Raises ValueError if the text is in none of them, or its range is upside down.

    Examples
    --------
    >>> parse_source("MK12; LB07").facts
    ('MK12', 'LB07')
    >>> source = parse_source("assumption 0.2 to 0.6: collateral at hand; see MK17")
    >>> source.kind, source.facts, source.low, source.high
    ('assumption', ('MK17',), 0.2, 0.6)
    """
    match = next((m for form in _FORMS if (m := form.fullmatch(text))), None)
    if match is None:
        raise ValueError(
            'must be fact ids, "reference: ...", "assumption LOW to HIGH: ...", '
            f'"fitted LOW to HIGH: ..." or "design choice: ..."; got {text!r}'
        )
    parts = match.groupdict()
    facts = tuple(dict.fromkeys(re.findall(rf"\b{ID}\b", text)))
    kind: Kind = next((one for one in get_args(Kind) if one == parts["kind"]), "fact")
    source = Source(kind, facts, words=parts["words"] or "")
    if parts.get("low") is None:
        return source
    low, high = float(parts["low"]), float(parts["high"])
    if low > high:
        raise ValueError(f"range must go from low to high; got {text!r}")
    return replace(source, low=low, high=high, relative=parts["x"] == "x")


def read_whole(path: str | os.PathLike[str]) -> RawScenario:
    """Read a file with all that it extends; ScenarioError with every mistake of reading."""
    raw = resolve(path)
    if raw.problems:
        # What a file is that another one names is not known yet: nothing of it is shown.
        first = raw.place(()).file
        found = raw.problems
        raise ScenarioError(
            [one if one.file == first else replace(one, value="") for one in found]
        )
    return raw


def source_texts(raw: RawScenario) -> dict[str, str]:
    """Give the sources as they are written, by the dotted key of their number."""
    return {key: str(text) for key, text in raw.values.get(SOURCES, {}).items()}


def numbers_of(raw: RawScenario) -> Iterator[tuple[KeyPath, str, Any]]:
    """Give path, dotted key and value of every number or list with numbers."""
    for at, value in _leaves({k: v for k, v in raw.values.items() if k != SOURCES}, ()):
        yield at, join_key(at), value


def _leaves(table: Mapping[str, Any], above: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    for key, value in table.items():
        at = (*above, key)
        if isinstance(value, Mapping):
            yield from _leaves(value, at)
        elif _has_number(value):
            yield at, value


def _has_number(value: Any) -> bool:
    items = value.values() if isinstance(value, Mapping) else value
    return _is_number(value) or (
        isinstance(value, Mapping | list | tuple) and any(_has_number(item) for item in items)
    )


def _is_number(value: Any) -> bool:
    """Whether a value is a number; true and false are none."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value)


# --- Which number of a scenario, and which target of a calibration, rests on which fact ----------
# Also what may be said against a number: it has no source, or lies outside the range that its
# own source calls plausible. Of shipped files that is a mistake, of others a notice.


TARGETS = "target"
"""Name of the tables that hold what a calibration aims at."""

UNSOURCED = "must have a source in the file in which it stands"
"""The rule that a number without a source breaks."""

_CHOOSE = "choose one that the command facts lists"
FORMS = 'a fact id, "reference: ...", "assumption LOW to HIGH: why" or "design choice: why"'
"""How a source may be written, for messages."""


@dataclass(frozen=True)
class Use:
    """One place that names a fact: the key of a number and the kind of its source, or a target.

    A target has its name as key and the kind ``"target"``.
    """

    fact: str
    file: str
    line: int | None
    key: str
    kind: str


@dataclass(frozen=True)
class Citations:
    """What a file says about where its numbers come from, and what is wrong with that.

    Problems are numbers without a source, sources that cannot be read, ids that do not exist.
    """

    uses: tuple[Use, ...] = ()
    problems: tuple[Problem, ...] = ()

    def __add__(self, other: "Citations") -> "Citations":
        """Join what two files, or two numbers, cite."""
        return Citations(self.uses + other.uses, self.problems + other.problems)


def cited_by(path: Path, facts: Collection[str]) -> Citations:
    """Read what a scenario file, or a file of targets, cites.

    Only what stands in the file itself counts, not what it extends. `facts` are the ids that
    exist. A file that cannot be read gives its mistakes as problems.
    """
    try:
        parsed = parse(read_named(path, ".toml").decode("utf-8-sig"), str(path))
        if TARGETS in parsed.values:
            return _of_targets(parsed, str(path), facts)
        return _of_scenario(read_whole(path), str(path), facts)
    except (OSError, UnfitFileError, UnicodeDecodeError):
        return Citations(problems=(Problem(str(path), None, "", UNREAD, "", _CURE),))
    except ScenarioError as error:
        return Citations(problems=error.problems)


def notices(
    raw: RawScenario, stated: RawScenario, scenario: BaseModel | None = None
) -> list[Problem]:
    """Say what is legal in a scenario, and yet should be looked at.

    `raw` has the values that are set; `stated` is the files alone, whose numbers relative
    ranges refer to. Values that are defaults of the scenario built, as a run writes them out,
    need no source.

    There is one problem for each file with numbers that have no source, which it names and
    counts; one for each source that is in no known form or belongs to no number; one for each
    number, also those that are set, that lies outside the range of its source.
    """
    problems = _of_numbers(raw, stated).problems
    lacking: dict[str, list[Problem]] = {}
    for one in problems:
        if one.rule == UNSOURCED and not _is_default(scenario, split_key(one.key)):
            lacking.setdefault(one.file, []).append(one)
    told = [_lack(file, numbers) for file, numbers in lacking.items()]
    return [*told, *(one for one in problems if one.rule != UNSOURCED)]


def _is_default(part: Any, path: KeyPath) -> bool:
    """Whether a value is the one that its group declares for want of another."""
    for key in path[:-1]:
        part = (
            getattr(part, str(key), None) if isinstance(part, BaseModel) else look_up(part, (key,))
        )
    name = str(path[-1])
    return isinstance(part, BaseModel) and type(part).model_fields[name].default == getattr(
        part, name
    )


def _lack(file: str, numbers: list[Problem]) -> Problem:
    """Name the numbers of a file that have no source in one problem."""
    many = "s have" if len(numbers) > 1 else " has"
    names = ", ".join(f"{one.key} (line {one.line})" for one in numbers)
    cure = f"say in [sources] of the file where each comes from: {FORMS}"
    return Problem(file, None, "", f"{len(numbers)} number{many} no source: {names}", "", cure)


def _of_scenario(raw: RawScenario, file: str, facts: Collection[str]) -> Citations:
    """What one of the files that make up a scenario cites."""
    found = _of_numbers(raw, raw, facts)
    return Citations(
        tuple(use for use in found.uses if use.file == file),
        tuple(problem for problem in found.problems if problem.file == file),
    )


def _of_numbers(
    raw: RawScenario, stated: RawScenario, facts: Collection[str] | None = None
) -> Citations:
    """What all numbers cite; `facts` are the ids that exist, if they are to be checked."""
    texts = source_texts(raw)
    found, known = Citations(), set()
    for at, key, value in numbers_of(raw):
        known.add(key)
        source = raw.place((SOURCES, key)) if key in texts else None
        number = _Number(raw.place(at), key, value, look_up(stated.values, at))
        found += number.cited(texts.get(key, ""), source, facts)
    for key in texts:
        where = raw.place((SOURCES, key))
        if key not in known:
            cure = "delete it, or write the key of the number that it is for"
            rule = "must belong to a number of this scenario"
            found += _wrong(where, key, rule, "", cure)
    return found


@dataclass(frozen=True)
class _Number:
    """A number of a scenario, or a list of numbers: where it stands, and what files state."""

    at: Place
    key: str
    value: Any
    stated: Any

    def cited(
        self, text: str, source_at: Place | None, facts: Collection[str] | None
    ) -> Citations:
        """Say what its source cites and what is wrong, source and number in their lines."""
        is_own = source_at is not None and source_at.file == self.at.file
        found = Citations()
        if not is_own and self.at.line is not None:
            cure = f'add to [sources] of this file: "{self.key}" = {FORMS}'
            found = _wrong(self.at, self.key, UNSOURCED, _brief(self.value), cure)
        if source_at is None:
            return found
        try:
            source = parse_source(text)
        except ValueError:
            rule = "must say where the number comes from in a known form"
            return found + _wrong(source_at, self.key, rule, text, f"write {FORMS}")
        if is_own:
            where = (source_at.file, source_at.line, self.key)
            uses = tuple(Use(fact, *where, source.kind) for fact in source.facts)
            found += Citations(uses, _unknown(source.facts, facts, where))
        if source.allows(self.value, self.stated):
            return found
        rule = "must lie in the range that its source calls plausible"
        cure = f"change the value, or the range and its reason: {text}"
        return found + _wrong(self.at, self.key, rule, _brief(self.value), cure)


def _wrong(at: Place, key: str, rule: str, value: str, cure: str) -> Citations:
    return Citations(problems=(Problem(at.file, at.line, key, rule, value, cure),))


def _of_targets(parsed: Parsed, file: str, facts: Collection[str]) -> Citations:
    found = Citations(problems=parsed.problems)
    for line, name, named, why in _targets(parsed):
        where = (file, line, name)
        uses = tuple(Use(fact, *where, "target") for fact in named)
        found += Citations(uses, _unknown(named, facts, where))
        if not named and not why:
            rule = "must name the fact that it is held against"
            cure = 'add fact = "ID", an id of the file of facts, or say why there is none'
            found += Citations(problems=(Problem(*where, rule, "", cure),))
    return found


def _targets(parsed: Parsed) -> Iterator[tuple[int | None, str, tuple[str, ...], str]]:
    """Line, name, fact ids and reason of each target."""
    entries = parsed.values[TARGETS]
    for number, entry in enumerate(_listed(entries)):
        at = (TARGETS, number)
        line = parsed.lines.get((*at, "fact"), parsed.lines.get(at))
        name = entry.get("name", entry.get("key", f"{number + 1}"))
        yield line, f"target {name}", tuple(_listed(entry.get("fact"))), entry.get("why", "")


def _unknown(
    named: Collection[str], facts: Collection[str] | None, where: tuple[str, int | None, str]
) -> tuple[Problem, ...]:
    """Problems of ids that do not exist, where those that do are known."""
    unknown = [] if facts is None else [fact for fact in named if fact not in facts]
    known, rule = sorted(facts or ()), "must name facts that exist"
    return tuple(
        Problem(*where, rule, fact, did_you_mean(fact, known, _CHOOSE)) for fact in unknown
    )


def _brief(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
