"""Show every value of a scenario, with its unit, its meaning and where it was written."""

from typing import Annotated, Any

import typer
from pydantic import BaseModel

from sim.base.errors import place
from sim.command.failure import BadInputError, told
from sim.command.options import ScenarioFile, Settings
from sim.command.screen import console, table
from sim.scenario.faults import shown
from sim.scenario.legal import unit_and_meaning
from sim.scenario.positions import Path, join_key, split_key
from sim.scenario.read import RawScenario, did_you_mean

DEFAULT = "default"


@told
def show(
    file: ScenarioFile,
    key: Annotated[
        str, typer.Argument(help="Only this key and what lies beneath, e.g. macro.")
    ] = "",
    settings: Settings = None,
    as_toml: Annotated[
        bool, typer.Option("--toml", help="Print the whole as one TOML file.")
    ] = False,
) -> None:
    """Show the resolved scenario: every value, its unit, its meaning and its origin."""
    from sim.scenario.dump import dump_model
    from sim.scenario.edit import assign_texts
    from sim.scenario.load import validate_scenario
    from sim.scenario.path_file import with_path_file
    from sim.scenario.read import resolve

    raw = with_path_file(assign_texts(resolve(file), settings or []))
    scenario = validate_scenario(raw)
    if as_toml:
        typer.echo(dump_model(scenario), nl=False)
        return
    found = _beneath(scenario_rows(scenario, raw), key)
    head = ("key", "value", "unit", "meaning", "written in")
    screen = console()
    screen.print(f"{scenario.title or file}\n", markup=False)
    screen.print(table(head, found))


def scenario_rows(scenario: BaseModel, raw: RawScenario) -> list[tuple[str, ...]]:
    """List every value of a scenario.

    Parameters
    ----------
    scenario : BaseModel
        Checked.
    raw : RawScenario
        The values it was built from, which know where they were written.

    Returns
    -------
    list of (key, value, unit, meaning, origin)
        In the order of the declared groups.
    """
    return [
        (join_key(path), shown(value), *words, _origin(path, raw))
        for path, value, words in _leaves(scenario, (), ("", ""))
    ]


def _leaves(
    value: Any, path: Path, words: tuple[str, str]
) -> list[tuple[Path, Any, tuple[str, str]]]:
    if isinstance(value, BaseModel):
        return [
            leaf
            for name, field in type(value).model_fields.items()
            for leaf in _leaves(getattr(value, name), (*path, name), unit_and_meaning(field))
        ]
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in _leaves(item, (*path, key), words)]
    if isinstance(value, tuple) and any(isinstance(item, BaseModel) for item in value):
        return [leaf for n, item in enumerate(value) for leaf in _leaves(item, (*path, n), words)]
    return [] if value is None else [(path, value, words)]


def _origin(path: Path, raw: RawScenario) -> str:
    # What stands inside a list has the place of its element, or of the list.
    least = next((n for n, part in enumerate(path) if isinstance(part, int)), len(path))
    around = (path[:depth] for depth in range(len(path), least - 1, -1))
    at = next((raw.places[part] for part in around if part in raw.places), None)
    return DEFAULT if at is None else place(at.file, at.line)


def _beneath(rows: list[tuple[str, ...]], key: str) -> list[tuple[str, ...]]:
    if not key:
        return rows
    wanted = _path(key)
    found = [row for row in rows if split_key(row[0])[: len(wanted)] == wanted]
    if not found:
        known = sorted({join_key(split_key(row[0])[: len(wanted)]) for row in rows})
        cure = did_you_mean(key, known, "leave it out to see all keys")
        raise BadInputError(key, "is not a key of this scenario", cure)
    return found


def _path(key: str) -> Path:
    try:
        return split_key(key)
    except ValueError as error:
        raise BadInputError(key, "must be a dotted key", "for example macro") from error
