"""Show every value of a scenario, with its unit, its meaning and where it was written."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import BaseModel

from sim.base.errors import Problem, ScenarioError, place
from sim.base.language import language
from sim.cli.options import (
    FAILED,
    BadInputError,
    InLanguage,
    PageFolder,
    ScenarioFile,
    Settings,
    Words,
    console,
    say,
    table,
    told,
)
from sim.cli.run_folder import RunFolder
from sim.cli.study import Given, begun
from sim.scenario.declared import shown, unit_and_meaning
from sim.scenario.read import RawScenario, did_you_mean
from sim.scenario.toml_text import KeyPath, join_key, split_key

# --- Show every value of a scenario, with its unit, its meaning and where it was written ---------


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
    value: Any, path: KeyPath, words: tuple[str, str]
) -> list[tuple[KeyPath, Any, tuple[str, str]]]:
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


def _origin(path: KeyPath, raw: RawScenario) -> str:
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


def _path(key: str) -> KeyPath:
    try:
        return split_key(key)
    except ValueError as error:
        raise BadInputError(key, "must be a dotted key", "for example macro") from error


# --- Check scenario files without running them ---------------------------------------------------


@told
def check(
    files: Annotated[
        list[Path], typer.Argument(metavar="SCENARIO...", help="Scenario files (TOML).")
    ],
    settings: Settings = None,
) -> None:
    """Check scenarios and tell all mistakes: file, line, key, rule, value and cure."""
    problems: list[Problem] = []
    for file in files:
        try:
            scenario, notices = _load(file, settings)
            typer.echo(f"{file}: {_in_words(scenario, len(notices))}")
            for notice in notices:
                say(f"notice: {notice}")
        except ScenarioError as error:
            # A base that several files extend is wrong only once.
            problems += [p for p in error.problems if p not in problems]
    if problems:
        raise ScenarioError(problems)


def _load(file: Path, settings: list[str] | None) -> tuple[Any, list[Problem]]:
    from sim.scenario.scenario import load_with_notices

    return load_with_notices(file, settings or [])


def _in_words(scenario: Any, notices: int) -> str:
    experiment = scenario.experiment
    arrangements = ", ".join(experiment.arrangements)
    return (
        f"good; {_count(experiment.replications, 'replication')} of"
        f" {experiment.horizon_years:g} years under {arrangements}"
        + (f"; {_count(notices, 'notice')}" if notices else "")
    )


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


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
    from sim.model.contracts.arrangement import Arrangement
    from sim.scenario.parameters import clause_kinds

    return [
        (one.clause, one.kind, ", ".join(one.keys), one.meaning)
        for one in clause_kinds(Arrangement)
    ]


def _parameters() -> list[tuple[str, ...]]:
    from sim.report.parts import Stated
    from sim.report.vocabulary import scenario_keys

    return [
        (one.name, one.unit, one.range, one.default, one.meaning)
        for one in scenario_keys(Stated())
    ]


def _columns() -> list[tuple[str, ...]]:
    from sim.report.vocabulary import columns

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


# --- List the published figures, with what uses each, or check that none is missing --------------


if TYPE_CHECKING:
    from sim.scenario.sources import Use
    from sim.studies.register import Register

DEFAULT_ECONOMY = Path("base/china_technology.toml")
PATTERN_REPLICATIONS = 20
HEAD = (
    "fact",
    "meaning",
    "value",
    "unit",
    "date",
    "region",
    "programme",
    "source",
    "grade",
    "used by",
)


@told
def facts(  # noqa: PLR0913, PLR0917 -- one argument for each option of the command
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="Facts to tell with every use; all if none."),
    ] = None,
    programme: Annotated[
        str | None,
        typer.Option(
            metavar="WORDS", help="Only facts whose programme or region has these words."
        ),
    ] = None,
    unused: Annotated[
        bool, typer.Option("--unused", help="Only facts that no scenario or target names.")
    ] = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print comma-separated values with every use.")
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Fail on a number without a source and on a fact without date, source or grade.",
        ),
    ] = False,
    patterns: Annotated[
        bool,
        typer.Option(
            "--patterns",
            help="Compare the default economy with published patterns that were not fitted.",
        ),
    ] = False,
    folder: Annotated[
        Path,
        typer.Option(
            "--in",
            metavar="FOLDER",
            help="Where scenarios are looked for; seeds/facts.toml lies beside it.",
        ),
    ] = Path("scenarios"),
) -> None:
    """List the published figures and what rests on each, or check their sources."""
    if patterns:
        _patterns(folder / DEFAULT_ECONOMY)
        return
    from sim.scenario.sources import FACTS
    from sim.studies.register import facts as read

    register = read(folder, folder.parent / FACTS)
    if check:
        _report(register)
        return
    chosen = _chosen(register, ids or [], programme, unused)
    if as_csv:
        typer.echo(chosen.frame().to_csv(index=False), nl=False)
    elif ids:
        typer.echo("\n".join(_cards(chosen)))
    else:
        console().print(table(HEAD, _rows(chosen)))


def _patterns(file: Path) -> None:
    """Run the default economy and hold it against what nobody fitted it to."""
    from sim.studies.moments import patterns

    with begun(Given(file, replications=PATTERN_REPLICATIONS)) as now:
        now.start()
        now.tell(patterns(now.scenario, now.store, PATTERN_REPLICATIONS).findings())


def _chosen(
    register: "Register", ids: list[str], programme: str | None, unused: bool
) -> "Register":
    """Narrow the facts down to those asked for."""
    for id in ids:
        if id not in register.facts:
            raise BadInputError(id, "is not a fact", "list them all with: facts")
    chosen = register.only(ids) if ids else register
    if programme is not None:
        chosen = chosen.of_programme(programme)
        if not chosen.facts:
            known = "; ".join(register.programmes())
            raise BadInputError(
                "--programme", f"no fact is about {programme!r}", f"one of: {known}"
            )
    return chosen.unused() if unused else chosen


def _rows(register: "Register") -> list[tuple[str, ...]]:
    """Give one row for each fact, with the files that use it and how often."""
    return [(*row[:-1], _files(register.uses.get(row[0], ()))) for row in register.rows()]


def _files(uses: Sequence["Use"]) -> str:
    counts = Counter(Path(use.file).stem for use in uses)
    return ", ".join(f"{name} ({count})" for name, count in counts.items())


def _cards(register: "Register") -> Iterator[str]:
    """Tell each fact in full: what is known of it, then every use in a line of its own."""
    for row in register.rows():
        yield row[0]
        yield from (f"  {name}: {text}" for name, text in zip(HEAD[1:-1], row[1:-1], strict=True))
        note = register.facts[row[0]].text("note").strip()
        yield from [f"  note: {note}"] if note else []
        uses = register.uses.get(row[0], ())
        yield "  used by:" if uses else "  used by nothing"
        yield from (f"    {place(use.file, use.line, use.key)} ({use.kind})" for use in uses)


def _report(register: "Register") -> None:
    """Print every problem in one line and end with an exit code that says so."""
    if not register.problems:
        used = len(register.uses)
        typer.echo(f"good; {len(register.facts)} facts, {used} of them used")
        return
    for problem in register.problems:
        typer.echo(_line(problem))
    count = len(register.problems)
    say(f"{count} problem{'s' if count > 1 else ''}")
    raise typer.Exit(FAILED)


def _line(problem: Problem) -> str:
    got = f"; got {problem.value}" if problem.value else ""
    where = place(problem.file, problem.line, problem.key)
    return f"{where}: {problem.rule}{got}; {problem.cure}"


# --- Describe model and study of a scenario in the standards of the field ------------------------


class Standard(StrEnum):
    """What a description follows."""

    ODD = "odd"
    STRESS = "stress"


@told
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


# --- Write the vocabulary: every outcome, clause, parameter, column and account on one page ------


@told
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
