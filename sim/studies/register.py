"""All facts with all that rests on them: what the command ``facts`` lists and checks."""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sim.base.errors import Problem
from sim.base.shipped import beside, scenario_folders
from sim.scenario.read import EXTENDS
from sim.scenario.sources import BELIEF, SOURCES, Citations, Fact, Use, cited_by, read_facts
from sim.scenario.toml_text import Parsed, parse
from sim.studies.request import refused

COLUMNS = ("meaning", "value", "unit", "date", "region", "programme", "source", "grade")
"""What is told of each fact, beside its id and its uses."""


@dataclass(frozen=True)
class Register:
    """Facts, who uses each, and what is wrong.

    Parameters
    ----------
    facts
        By id, in the order of their file.
    uses
        Parameters of scenarios and targets of calibrations that name a fact; a fact that nothing
        names is not in it.
    problems
        Empty if every number has a source and every fact a date, a source and a grade.
    """

    facts: dict[str, Fact]
    uses: dict[str, tuple[Use, ...]]
    problems: tuple[Problem, ...] = ()

    def only(self, ids: Iterable[str]) -> "Register":
        """Keep some facts, with their uses."""
        kept = {id: self.facts[id] for id in ids}
        return Register(kept, {id: self.uses[id] for id in kept if id in self.uses}, self.problems)

    def of_programme(self, words: str) -> "Register":
        """Keep the facts whose programme or region contains some words."""
        words = words.casefold()
        return self.only(
            id
            for id, fact in self.facts.items()
            if words in f"{fact.text('programme')} {fact.text('region')}".casefold()
        )

    def unused(self) -> "Register":
        """Keep the facts that no scenario and no target names."""
        return self.only(id for id in self.facts if id not in self.uses)

    def programmes(self) -> list[str]:
        """List the programmes that facts belong to."""
        return sorted({fact.text("programme") for fact in self.facts.values()})

    def rows(self) -> list[tuple[str, ...]]:
        """Give id, the columns of `COLUMNS` and the uses of each fact, as text."""
        return [
            (
                id,
                *(
                    fact.value_in_words() if name == "value" else fact.text(name)
                    for name in COLUMNS
                ),
                "; ".join(f"{use.file}: {use.key}" for use in self.uses.get(id, ())),
            )
            for id, fact in self.facts.items()
        ]

    def frame(self) -> pd.DataFrame:
        """Give one row for each fact: ``fact``, then `COLUMNS`, then ``used_by``."""
        return pd.DataFrame(self.rows(), columns=["fact", *COLUMNS, "used_by"])


def facts(
    folder: str | os.PathLike[str] | None = None, file: str | os.PathLike[str] | None = None
) -> Register:
    """Read all facts, and what the scenarios and targets of a folder take from them.

    Parameters
    ----------
    folder
        Scenario files and files of targets, in it and in the folders below it; by default those of
        the project at hand and the shipped ones.
    file
        The file of facts; by default that of the project at hand, or the shipped one.

    Raises
    ------
    ScenarioError
        If the file of facts cannot be read, or the folder is none.
    """
    known = read_facts(file)
    folders = scenario_folders() if folder is None else [Path(folder)]
    if not all(one.is_dir() for one in folders):
        raise refused(str(folder), "must be a folder", "", "name the folder of the scenarios")
    found = Citations()
    files = sorted(file for one in folders for file in one.rglob("*.toml"))
    for path in files:
        found += cited_by(path, known.facts)
    by_fact: dict[str, list[Use]] = defaultdict(list)
    for use in found.uses:
        by_fact[use.fact].append(use)
    uses = {fact: tuple(named) for fact, named in by_fact.items()}
    copies = copies_of_fits(files) if not found.problems else ()
    return Register(known.facts, uses, (*known.problems(), *found.problems, *copies))


def copies_of_fits(files: Iterable[Path]) -> Iterator[Problem]:
    """Numbers that are called fitted in a file where no plan fits them: copies that go stale.

    Parameters
    ----------
    files
        Scenarios and plans, all of them readable.
    """
    parsed = {path.resolve(): parse(path.read_text(encoding="utf-8"), str(path)) for path in files}
    plans = [path for path, one in parsed.items() if "parameter" in one.values]
    fitted = {(file, key) for plan in plans for file, key in _fitted_in(plan, parsed[plan])}
    for path, one in parsed.items():
        for key, text in dict(one.values.get(SOURCES, {})).items():
            if str(text).startswith("fitted ") and (path, key) not in fitted:
                line = one.lines.get((SOURCES, key), 0)
                rule = "is called fitted, and no plan fits it in this file"
                cure = "leave the number out, to take what was fitted, or call it an assumption"
                yield Problem(str(path), line, f'{SOURCES}."{key}"', rule, str(text), cure)


def _fitted_in(plan: Path, parsed: Parsed) -> Iterator[tuple[Path, str]]:
    """Files and keys of the numbers that a plan fits, wherever in the chain each may stand."""
    free = [
        key for one in parsed.values["parameter"] for key in (one["key"], *one.get("also", ()))
    ]
    file: Path | None = beside(plan, parsed.values["scenario"]).resolve()
    while file is not None:
        yield from ((file, key.partition("[")[0]) for key in (*free, BELIEF))
        base = parse(file.read_text(encoding="utf-8"), str(file)).values.get(EXTENDS)
        file = None if base is None else beside(file, base).resolve()
