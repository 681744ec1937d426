"""List what there is: scenarios, kinds of clauses, outcomes."""

import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, get_args

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


HEADS = {
    Subject.SCENARIOS: ("scenario", "title", "question"),
    Subject.CLAUSES: ("clause", "kind", "keys", "meaning"),
    Subject.OUTCOMES: ("outcome", "label", "unit", "better", "formula"),
}


@told
def catalogue(
    subject: Annotated[Subject, typer.Argument(help="What to list.")] = Subject.SCENARIOS,
    folder: Annotated[
        Path, typer.Option("--in", metavar="FOLDER", help="Where scenarios are looked for.")
    ] = Path("scenarios"),
) -> None:
    """List scenarios, kinds of clauses, or outcomes."""
    if subject is Subject.SCENARIOS:
        rows = scenarios_in(folder)
    else:
        rows = _clauses() if subject is Subject.CLAUSES else _outcomes()
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
    from sim.scenario.legal import kinds
    from sim.scenario.model import Scenario

    arrangement = get_args(Scenario.model_fields["arrangement"].annotation)[1]
    return [
        (clause, kind, ", ".join(_own_keys(group)), _first_line(group))
        for clause, field in arrangement.model_fields.items()
        for kind, group in kinds(field.annotation).items()
    ]


def _own_keys(group: Any) -> list[str]:
    return [key for key in group.model_fields if key != "kind"]


def _first_line(group: Any) -> str:
    return str(group.__doc__ or "").strip().partition("\n")[0]


def _outcomes() -> list[tuple[str, ...]]:
    from sim.outcomes.mark import registry

    return [
        (mark.name, mark.label, mark.unit, mark.better, mark.formula)
        for mark in registry().values()
    ]
