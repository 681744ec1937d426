"""Which number of a scenario, and which target of a calibration, rests on which fact.

Also what may be said against a number: it has no source, or lies outside the range that its
own source calls plausible. Of shipped files that is a mistake, of others a notice.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from pydantic import BaseModel

from sim.base.errors import Problem, ScenarioError
from sim.scenario.faults import look_up
from sim.scenario.positions import Path, split_key
from sim.scenario.read import Place, RawScenario, did_you_mean
from sim.scenario.sources import (
    SOURCES,
    numbers_of,
    parse_source,
    read_whole,
    source_texts,
)
from sim.scenario.syntax import Parsed, parse

TARGETS = "target"
"""Name of the tables that hold what a calibration aims at."""

UNSOURCED = "must have a source in the file in which it stands"
"""The rule that a number without a source breaks."""

_CHOOSE = "choose one that the command facts lists"
FORMS = 'a fact id, "reference: ...", "assumption LOW to HIGH: why" or "design choice: why"'
"""How a source may be written, for messages."""


@dataclass(frozen=True)
class Use:
    """One place that names a fact.

    Parameters
    ----------
    fact : str
        Its id.
    file : str
    line : int or None
    key : str
        Dotted key of the number, or name of the target.
    kind : str
        Kind of the source, or ``"target"``.
    """

    fact: str
    file: str
    line: int | None
    key: str
    kind: str


@dataclass(frozen=True)
class Citations:
    """What a file says about where its numbers come from.

    Parameters
    ----------
    uses : tuple of Use
    problems : tuple of Problem
        Numbers without a source, sources that cannot be read, ids that do not exist.
    """

    uses: tuple[Use, ...] = ()
    problems: tuple[Problem, ...] = ()

    def __add__(self, other: "Citations") -> "Citations":
        """Join what two files, or two numbers, cite."""
        return Citations(self.uses + other.uses, self.problems + other.problems)


def cited_by(path: FilePath, facts: Collection[str]) -> Citations:
    """Read what a scenario file, or a file of targets, cites.

    Only what stands in the file itself counts, not what it extends.

    Parameters
    ----------
    path : path
        A TOML file.
    facts : collection of str
        The ids that exist.

    Returns
    -------
    Citations
        A file that cannot be read gives its mistakes as problems.
    """
    try:
        parsed = parse(path.read_text(encoding="utf-8-sig"), str(path))
        if TARGETS in parsed.values:
            return _of_targets(parsed, str(path), facts)
        return _of_scenario(read_whole(path), str(path), facts)
    except ScenarioError as error:
        return Citations(problems=error.problems)


def notices(
    raw: RawScenario, stated: RawScenario, scenario: BaseModel | None = None
) -> list[Problem]:
    """Say what is legal in a scenario, and yet should be looked at.

    Parameters
    ----------
    raw : RawScenario
        With the values that are set.
    stated : RawScenario
        The files alone, whose numbers relative ranges refer to.
    scenario : BaseModel, optional
        What was built of them: values that are its defaults, as a run writes them out, need
        no source.

    Returns
    -------
    list of Problem
        One for each file with numbers that have no source, which it names and counts; one
        for each source that is in no known form or belongs to no number; one for each
        number, also those that are set, that lies outside the range of its source.
    """
    problems = _of_numbers(raw, stated).problems
    lacking: dict[str, list[Problem]] = {}
    for one in problems:
        if one.rule == UNSOURCED and not _is_default(scenario, split_key(one.key)):
            lacking.setdefault(one.file, []).append(one)
    told = [_lack(file, numbers) for file, numbers in lacking.items()]
    return [*told, *(one for one in problems if one.rule != UNSOURCED)]


def _is_default(part: Any, path: Path) -> bool:
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
    for number, entry in enumerate(entries if isinstance(entries, list) else [entries]):
        named = entry.get("fact", [])
        at = (TARGETS, number)
        line = parsed.lines.get((*at, "fact"), parsed.lines.get(at))
        name = entry.get("name", entry.get("key", f"{number + 1}"))
        ids = tuple(named if isinstance(named, list) else [named])
        yield line, f"target {name}", ids, entry.get("why", "")


def _unknown(
    named: Collection[str], facts: Collection[str] | None, where: tuple[str, int | None, str]
) -> tuple[Problem, ...]:
    """Problems of ids that do not exist, where those that do are known."""
    if facts is None:
        return ()
    return tuple(
        Problem(
            *where, "must name facts that exist", fact, did_you_mean(fact, sorted(facts), _CHOOSE)
        )
        for fact in named
        if fact not in facts
    )


def _brief(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
