"""Published figures: what a file of facts holds, and what a fact in it may lack.

A fact is a table with an id, such as ``[MK12]``. Its ``grade`` says how much the number
carries as evidence. Text about facts (sources, contradictions, translations) stands in
other tables of the same file.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.base.errors import Problem, ScenarioError
from sim.scenario.read import did_you_mean
from sim.scenario.syntax import Parsed, parse

FACTS = "seeds/facts.toml"
"""The only place for published figures, from the top of the project."""

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
    """One published figure.

    Parameters
    ----------
    id : str
    values : mapping
        What stands in the table of the fact: ``meaning``, ``value``, ``unit``, ``date``,
        ``region``, ``programme``, ``source``, ``grade`` and what else there is.
    line : int or None
        Where its table begins.

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
    """All facts of a file.

    Parameters
    ----------
    file : str
        Name for messages.
    facts : dict of str to Fact
        By id, in the order of the file.
    sources : dict of str to str
        Titles of sources, by the keys that facts name.
    lines : dict
        Line of every key, for messages.
    """

    file: str
    facts: dict[str, Fact]
    sources: dict[str, str] = field(default_factory=dict)
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)

    def titles_of(self, fact: Fact) -> list[str]:
        """Give the titles of the sources of a fact; the key itself where there is none."""
        named = fact.values.get("source", [])
        keys = named if isinstance(named, list) else [named]
        return [self.sources.get(key) or str(key) for key in keys]

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
        named = fact.values.get("source", [])
        return [
            self._problem(
                fact, "source", "must be described in [sources]", str(key),
                f"add [sources.{key}] with its title and kind",
            )
            for key in (named if isinstance(named, list) else [named])
            if key and key not in self.sources
        ]  # fmt: skip

    def _problem(self, fact: Fact, key: str, rule: str, value: str, cure: str) -> Problem:
        line = self.lines.get((fact.id, key), fact.line)
        return Problem(self.file, line, f"{fact.id}.{key}", rule, value, cure)


def read_facts(path: str | os.PathLike[str] = FACTS) -> FactFile:
    """Read a file of facts.

    Parameters
    ----------
    path : str or path, optional
        A TOML file with one table for each fact.

    Returns
    -------
    FactFile

    Raises
    ------
    ScenarioError
        If the file is not there or is not TOML.
    """
    file = str(path)
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        cure = f"name the file of facts; in the project it is {FACTS}"
        problem = Problem(file, None, "", "must be a text file that can be read", "", cure)
        raise ScenarioError([problem]) from None
    parsed = parse(text, file)
    if parsed.problems:
        raise ScenarioError(parsed.problems)
    sources = parsed.values.get("sources", {})
    titles = {key: " ".join(str(table.get("title", "")).split()) for key, table in sources.items()}
    return FactFile(file, _facts(parsed), titles, parsed.lines)


def _facts(parsed: Parsed) -> dict[str, Fact]:
    return {
        key: Fact(key, table, parsed.lines.get((key,)))
        for key, table in parsed.values.items()
        if isinstance(table, Mapping) and re.fullmatch(ID, key)
    }


def _number(value: Any) -> str:
    """Write a number in full, without zeros that say nothing."""
    return f"{value:.15g}" if isinstance(value, int | float) else str(value)
