"""The commands that read and tell, without a run: show, check, list, protocol, vocabulary."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.base.errors import Problem, ScenarioError, place, visible
from sim.base.language import language
from sim.base.named_files import UnfitFileError, read_named
from sim.base.shipped import name_of, scenario_folders, scenario_path
from sim.cli.options import (
    BadInputError,
    InLanguage,
    PageFolder,
    ScenarioFile,
    Settings,
    Words,
    console,
    counted,
    reports_errors,
    say,
    table,
)
from sim.experiment.run_folder import RunFolder
from sim.scenario.toml_text import KeyPath, join_key, parse, split_key

if TYPE_CHECKING:
    from sim.scenario.read import RawScenario

Rows = list[tuple[str, ...]]


# --- Every value of a scenario, with its unit, its meaning and where it was written --------------


@reports_errors
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
    from sim.scenario.edit import assign_texts
    from sim.scenario.read import resolve, with_path_file
    from sim.scenario.scenario import validate_scenario
    from sim.scenario.toml_text import dump_model

    raw = with_path_file(assign_texts(resolve(file), settings or []))
    scenario = validate_scenario(raw)
    if as_toml:
        typer.echo(dump_model(scenario), nl=False)
        return
    found = _beneath(scenario_rows(scenario, raw), key)
    screen = console()
    screen.print(f"{scenario.title or file}\n", markup=False)
    screen.print(table(("key", "value", "unit", "meaning", "written in"), found))


def scenario_rows(scenario: Any, raw: "RawScenario") -> Rows:
    """List key, value, unit, meaning and origin of every value, as the groups declare them."""
    from sim.scenario.declared import shown, values_of

    return [
        (join_key(path), shown(value), *words, _origin(path, raw))
        for path, value, words in values_of(scenario)
    ]


def _origin(path: KeyPath, raw: "RawScenario") -> str:
    # What stands inside a list has the place of its element, or of the list.
    least = next((n for n, part in enumerate(path) if isinstance(part, int)), len(path))
    around = (path[:depth] for depth in range(len(path), least - 1, -1))
    at = next((raw.places[part] for part in around if part in raw.places), None)
    return "default" if at is None else place(at.file, at.line)


def _beneath(rows: Rows, key: str) -> Rows:
    from sim.scenario.read import did_you_mean

    if not key:
        return rows
    try:
        wanted = split_key(key)
    except ValueError as error:
        raise BadInputError(key, "must be a dotted key", "for example macro") from error
    found = [row for row in rows if split_key(row[0])[: len(wanted)] == wanted]
    if not found:
        known = sorted({join_key(split_key(row[0])[: len(wanted)]) for row in rows})
        cure = did_you_mean(key, known, "leave it out to see all keys")
        raise BadInputError(key, "is not a key of this scenario", cure)
    return found


# --- Check scenario files without running them ---------------------------------------------------


@reports_errors
def check(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="SCENARIO...", parser=scenario_path, help="Scenario files (TOML)."),
    ],
    settings: Settings = None,
) -> None:
    """Check scenarios and tell all mistakes: file, line, key, rule, value and cure."""
    from sim.scenario.scenario import load_with_notices

    problems: list[Problem] = []
    for file in files:
        try:
            scenario, notices = load_with_notices(file, settings or [])
            typer.echo(f"{file}: {_in_words(scenario, len(notices))}")
            for notice in notices:
                say(f"notice: {notice}")
        except ScenarioError as error:
            # A base that several files extend is wrong only once.
            problems += [p for p in error.problems if p not in problems]
    if problems:
        raise ScenarioError(problems)


def _in_words(scenario: Any, notices: int) -> str:
    experiment = scenario.experiment
    beside = experiment.all_run[len(experiment.arrangements) :]
    return (
        f"good; {counted(experiment.replications, 'replication')} of"
        f" {experiment.horizon_years:g} years under {', '.join(experiment.arrangements)}"
        + (f", beside them {', '.join(beside)}" if beside else "")
        + (f"; {counted(notices, 'notice')}" if notices else "")
    )


# --- List what there is: scenarios, kinds of clauses, outcomes, parameters, columns --------------


NOT_TO_RUN = {"base", "calibration"}
"""Folders of files that are there to be extended, or to say how numbers are fitted."""


class Subject(StrEnum):
    """What can be listed."""

    SCENARIOS = "scenarios"
    CLAUSES = "clauses"
    OUTCOMES = "outcomes"
    PARAMETERS = "parameters"
    COLUMNS = "columns"


@reports_errors
def list_(
    subject: Annotated[Subject, typer.Argument(help="What to list.")] = Subject.SCENARIOS,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--in",
            metavar="FOLDER",
            help="Where scenarios are looked for; by default those at hand and the shipped ones.",
        ),
    ] = None,
) -> None:
    """List scenarios, kinds of clauses, outcomes, parameters, or columns."""
    head, rows = _LISTS[subject]
    folders = scenario_folders() if folder is None else [folder]
    screen = console()
    screen.print(table(head.split(), rows(folders), width=screen.width))


def scenarios_in(folders: Sequence[Path]) -> Rows:
    """List file, title and question of the scenarios of some folders that can be run."""
    return [row for folder in folders for row in _in_folder(folder)]


def _in_folder(folder: Path) -> Rows:
    if not folder.is_dir():
        raise BadInputError(str(folder), "is not a folder", "name it with --in FOLDER")
    return [
        (name_of(file), *_titles(file))
        for file in sorted(folder.rglob("*.toml"))
        if not NOT_TO_RUN & set(file.relative_to(folder).parts)
    ]


def _titles(file: Path) -> tuple[str, str]:
    try:
        values = parse(read_named(file, ".toml").decode("utf-8-sig"), str(file)).values
    except (OSError, UnfitFileError, ValueError):
        values = {}
    if not values:
        return "", f"cannot be read; see: check {visible(str(file))}"
    return visible(str(values.get("title", ""))), visible(str(values.get("question", "")))


def _clauses(_: Sequence[Path]) -> Rows:
    from sim.model.contracts.arrangement import Arrangement
    from sim.scenario.parameters import clause_kinds

    kinds = clause_kinds(Arrangement)
    return [(one.clause, one.kind, ", ".join(one.keys), one.meaning) for one in kinds]


def _outcomes(_: Sequence[Path]) -> Rows:
    from sim.outcomes.mark import registry

    marks = registry().values()
    return [(one.name, one.label, one.unit, one.better, one.formula) for one in marks]


def _parameters(_: Sequence[Path]) -> Rows:
    from sim.report.parts import Stated
    from sim.report.vocabulary import scenario_keys

    keys = scenario_keys(Stated())
    return [(one.name, one.unit, one.range, one.default, one.meaning) for one in keys]


def _columns(_: Sequence[Path]) -> Rows:
    from sim.report.vocabulary import columns

    return [(one.subject, one.name, one.unit, one.range, one.meaning) for one in columns()]


_LISTS = {
    Subject.SCENARIOS: ("scenario title question", scenarios_in),
    Subject.CLAUSES: ("clause kind keys meaning", _clauses),
    Subject.OUTCOMES: ("outcome label unit better formula", _outcomes),
    Subject.PARAMETERS: ("parameter unit range default meaning", _parameters),
    Subject.COLUMNS: ("record column unit range meaning", _columns),
}
"""Columns of each list, and what gives its rows."""


# --- Pages on the model: the standards of the field, and the vocabulary --------------------------


class Standard(StrEnum):
    """What a description follows."""

    ODD = "odd"
    STRESS = "stress"


@reports_errors
def protocol(
    file: ScenarioFile,
    settings: Settings = None,
    standard: Annotated[
        list[Standard] | None,
        typer.Option(help="Which description; may be repeated, by default both."),
    ] = None,
    out: PageFolder = None,
    written: InLanguage = Words.ENGLISH,
) -> None:
    """Write the ODD and STRESS-DES descriptions of a scenario, gathered from the code."""
    from sim.experiment.simulate import manifest_of
    from sim.report.protocol import STANDARDS, write_protocol
    from sim.scenario.scenario import load_scenario

    scenario = load_scenario(file, settings or [])
    chosen = [name for name in STANDARDS if name in list(standard or Standard)]
    page = RunFolder.place(out, "protocol.html")
    with language(written.value):
        typer.echo(write_protocol(page, scenario, manifest_of(scenario, ()), chosen))


@reports_errors
def vocabulary(
    out: PageFolder = None,
    written: InLanguage = Words.ENGLISH,
    economy: Annotated[
        Path | None,
        typer.Option(
            metavar="SCENARIO",
            help="Whose values and sources are told; by default the default economy.",
        ),
    ] = None,
) -> None:
    """Write one page with every outcome, clause, parameter, column and account."""
    from sim.report.vocabulary import write_vocabulary

    page = RunFolder.place(out, "vocabulary.html")
    with language(written.value):
        typer.echo(write_vocabulary(page, economy))
