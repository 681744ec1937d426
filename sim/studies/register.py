"""All facts with all that rests on them: what the command ``facts`` lists and checks."""

import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sim.base.errors import Problem
from sim.base.shipped import scenario_folders
from sim.scenario.sources import Citations, Fact, Use, cited_by, read_facts
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
    for path in sorted(file for one in folders for file in one.rglob("*.toml")):
        found += cited_by(path, known.facts)
    by_fact: dict[str, list[Use]] = defaultdict(list)
    for use in found.uses:
        by_fact[use.fact].append(use)
    uses = {fact: tuple(named) for fact, named in by_fact.items()}
    return Register(known.facts, uses, (*known.problems(), *found.problems))
