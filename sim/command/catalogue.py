"""List what there is: scenarios, kinds of clauses, outcomes, parameters, columns."""

import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sim.command.failure import BadInputError, told
from sim.command.screen import console, table

NOT_TO_RUN = {"base", "calibration"}
"""Folders of files that are there to be extended, or to say how numbers are fitted."""


class Subject(StrEnum):
    """What can be listed."""

    SCENARIOS = "scenarios"
    CLAUSES = "clauses"
    OUTCOMES = "outcomes"
    PARAMETERS = "parameters"
    COLUMNS = "columns"


HEADS = {
    Subject.SCENARIOS: ("scenario", "title", "question"),
    Subject.CLAUSES: ("clause", "kind", "keys", "meaning"),
    Subject.OUTCOMES: ("outcome", "label", "unit", "better", "formula"),
    Subject.PARAMETERS: ("parameter", "unit", "range", "default", "meaning"),
    Subject.COLUMNS: ("record", "column", "unit", "range", "meaning"),
}


@told
def catalogue(
    subject: Annotated[Subject, typer.Argument(help="What to list.")] = Subject.SCENARIOS,
    folder: Annotated[
        Path, typer.Option("--in", metavar="FOLDER", help="Where scenarios are looked for.")
    ] = Path("scenarios"),
) -> None:
    """List scenarios, kinds of clauses, outcomes, parameters, or columns."""
    rows = scenarios_in(folder) if subject is Subject.SCENARIOS else _LISTS[subject]()
    console().print(table(HEADS[subject], rows))


def scenarios_in(folder: Path) -> list[tuple[str, ...]]:
    """List the scenarios of a folder that can be run.

    Returns
    -------
    list of (file, title, question)
    """
    if not folder.is_dir():
        raise BadInputError(str(folder), "is not a folder", "name it with --in FOLDER")
    files = [
        file
        for file in sorted(folder.rglob("*.toml"))
        if not NOT_TO_RUN & set(file.relative_to(folder).parts)
    ]
    return [(str(file), *_titles(file)) for file in files]


def _titles(file: Path) -> tuple[str, str]:
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        return "", f"cannot be read; see: check {file}"
    return str(values.get("title", "")), str(values.get("question", ""))


def _clauses() -> list[tuple[str, ...]]:
    from sim.clauses.arrangement import Arrangement
    from sim.scenario.parameters import clause_kinds

    return [
        (one.clause, one.kind, ", ".join(one.keys), one.meaning)
        for one in clause_kinds(Arrangement)
    ]


def _parameters() -> list[tuple[str, ...]]:
    from sim.page.stated import Stated
    from sim.page.vocabulary import scenario_keys

    return [
        (one.name, one.unit, one.range, one.default, one.meaning)
        for one in scenario_keys(Stated())
    ]


def _columns() -> list[tuple[str, ...]]:
    from sim.page.vocabulary import columns

    return [(one.subject, one.name, one.unit, one.range, one.meaning) for one in columns()]


def _outcomes() -> list[tuple[str, ...]]:
    from sim.outcomes.mark import registry

    return [
        (mark.name, mark.label, mark.unit, mark.better, mark.formula)
        for mark in registry().values()
    ]


_LISTS = {
    Subject.CLAUSES: _clauses,
    Subject.OUTCOMES: _outcomes,
    Subject.PARAMETERS: _parameters,
    Subject.COLUMNS: _columns,
}
