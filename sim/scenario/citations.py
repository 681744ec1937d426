"""Which number of a scenario, and which target of a calibration, rests on which fact."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.base.errors import Problem, ScenarioError
from sim.scenario.read import RawScenario, similar
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


def cited_by(path: Path, facts: Collection[str]) -> Citations:
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


def _of_scenario(raw: RawScenario, file: str, facts: Collection[str]) -> Citations:
    texts = {
        key: text
        for key, text in source_texts(raw).items()
        if raw.place((SOURCES, key)).file == file
    }
    known = set()
    found = Citations()
    for at, key, value in numbers_of(raw):
        known.add(key)
        where = raw.place(at)
        if where.file == file:
            of_number = _Number(file, where.line, key, value)
            line = raw.place((SOURCES, key)).line
            found += of_number.cited(texts.get(key), line, facts)
    for key in texts:
        if key not in known:
            where = raw.place((SOURCES, key))
            cure = "delete it, or write the key of the number that it is for"
            rule = "must belong to a number of this scenario"
            found += Citations(problems=(Problem(file, where.line, key, rule, "", cure),))
    return found


@dataclass(frozen=True)
class _Number:
    """A number of a scenario, or a list of numbers, and where it stands."""

    file: str
    line: int | None
    key: str
    value: Any

    def cited(self, text: str | None, line: int | None, facts: Collection[str]) -> Citations:
        """Say what its source, which stands in another line, cites and what is wrong."""
        if text is None:
            cure = f'add to [sources] of this file: "{self.key}" = {FORMS}'
            return self._wrong("must have a source in the file in which it stands", cure)
        try:
            source = parse_source(text)
        except ValueError:
            rule = "must say where the number comes from in a known form"
            problem = Problem(self.file, line, self.key, rule, text, f"write {FORMS}")
            return Citations(problems=(problem,))
        where = (self.file, line, self.key)
        uses = tuple(Use(fact, *where, source.kind) for fact in source.facts)
        found = Citations(uses, _unknown(source.facts, facts, where))
        if source.allows(self.value):
            return found
        cure = f"change the value, or the range and its reason: {text}"
        return found + self._wrong("must lie in the range that its source calls plausible", cure)

    def _wrong(self, rule: str, cure: str) -> Citations:
        value = _brief(self.value)
        return Citations(problems=(Problem(self.file, self.line, self.key, rule, value, cure),))


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
    named: Collection[str], facts: Collection[str], where: tuple[str, int | None, str]
) -> tuple[Problem, ...]:
    """Problems of ids that do not exist."""
    return tuple(
        Problem(*where, "must name facts that exist", fact, _nearest(fact, facts))
        for fact in named
        if fact not in facts
    )


def _nearest(fact: str, facts: Collection[str]) -> str:
    near = similar(fact, sorted(facts))
    return f'did you mean "{near}"?' if near else "choose one that the command facts lists"


def _brief(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
