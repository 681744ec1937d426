"""The command facts: published figures with what uses each, or a check that none is missing."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.base.errors import Problem, place
from sim.base.shipped import FACTS, PREFIX, scenario_path
from sim.cli.options import (
    FAILED,
    PIPED_WIDTH,
    BadInputError,
    Yes,
    console,
    counted,
    reports_errors,
    say,
    table,
)
from sim.cli.study_base import Given, begun

if TYPE_CHECKING:
    from sim.scenario.sources import Use
    from sim.studies.register import Register

DEFAULT_ECONOMY = "base/china_technology"
PATTERN_REPLICATIONS = 20
HEAD = (
    "fact", "meaning", "value", "unit", "date", "region", "programme", "source", "grade", "used by"
)  # fmt: skip

LESS = ("region", "programme", "grade")
"""Columns that a narrow screen has no room for."""


@reports_errors
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
        Path | None,
        typer.Option(
            "--in",
            metavar="FOLDER",
            help="Where scenarios are looked for; seeds/facts.toml lies beside it."
            " By default those at hand and the shipped ones.",
        ),
    ] = None,
    yes: Yes = False,
) -> None:
    """List the published figures and what rests on each, or check their sources."""
    if patterns:
        own = None if folder is None else folder / f"{DEFAULT_ECONOMY}.toml"
        _patterns(own or scenario_path(PREFIX + DEFAULT_ECONOMY), yes)
        return
    from sim.studies.register import facts as read

    register = read(folder, None if folder is None else folder.parent / FACTS)
    if check:
        _report(register)
        return
    chosen = _chosen(register, ids or [], programme, unused)
    if as_csv:
        typer.echo(chosen.frame().to_csv(index=False), nl=False)
    elif ids:
        typer.echo("\n".join(_cards(chosen)))
    else:
        _table(chosen)


def _table(chosen: "Register") -> None:
    """Print one row a fact; on a narrow screen without what `facts ID` tells as well."""
    screen = console()
    rows = [(*row[:-1], _files(chosen.uses.get(row[0], ()))) for row in chosen.rows()]
    left_out = LESS if screen.width < PIPED_WIDTH else ()
    kept = [n for n, name in enumerate(HEAD) if name not in left_out]
    head, *body = ([row[n] for n in kept] for row in (HEAD, *rows))
    screen.print(table(head, body, width=screen.width))
    if left_out:
        say(f"{', '.join(left_out)}: facts ID, or facts --csv")


def _patterns(file: Path, is_agreed: bool) -> None:
    """Run the default economy and hold it against what nobody fitted it to."""
    from sim.studies.moments import patterns

    with begun(Given(file, replications=PATTERN_REPLICATIONS, yes=is_agreed)) as now:
        now.start((now.scenario, PATTERN_REPLICATIONS))
        now.tell(patterns(now.scenario, PATTERN_REPLICATIONS, store=now.store).findings())


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
            cure = f"one of: {'; '.join(register.programmes())}"
            raise BadInputError("--programme", f"no fact is about {programme!r}", cure)
    return chosen.unused() if unused else chosen


def _files(uses: Sequence["Use"]) -> str:
    """Give the files that use a fact, and how often."""
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
    say(counted(len(register.problems), "problem"))
    raise typer.Exit(FAILED)


def _line(problem: Problem) -> str:
    got = f"; got {problem.value}" if problem.value else ""
    where = place(problem.file, problem.line, problem.key)
    return f"{where}: {problem.rule}{got}; {problem.cure}"
