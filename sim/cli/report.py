"""The command report: write the report of a run again; and read a run from its folder."""

import os
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from sim.base.language import language
from sim.cli.options import BadInputError, InLanguage, PageFolder, Quiet, Words, reports_errors
from sim.cli.run_folder import REPORT, TABLES, RunFolder

_PRINT = (
    'install the extra: pip install "crosscycle[pdf]" (it needs Pango), or print committee.html'
    " from a browser"
)


def read_results(folder: RunFolder) -> Any:
    """Read the results of a finished or interrupted run from its folder.

    Raises BadInputError if the folder holds no run, or a file of it is gone; ScenarioError if
    its scenario is not one of this version.
    """
    from sim.experiment.results import Results
    from sim.scenario.scenario import load_scenario

    manifest = folder.manifest()
    cure = "give the folder that a run has written"
    if not manifest:
        raise BadInputError(str(folder.path), "holds no run", cure)
    tables: dict[str, Any] = {name: folder.table(name) for name in TABLES}
    for name in ("outcomes", "series", "banks"):
        if tables[name] is None:
            raise BadInputError(str(folder.path), f"has lost its {name}.parquet", "run it again")
    return Results(load_scenario(folder.path / "scenario.toml"), manifest=manifest, **tables)


@reports_errors
def report(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.")],
    written: InLanguage = Words.ENGLISH,
    out: PageFolder = None,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Print the page for a committee as committee.pdf, too.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Write the report of a run again, without simulating; with --out elsewhere, and it alone."""
    from sim.cli.findings import measured, write_findings, write_page

    if pdf:
        check_printer()

    run = RunFolder(folder)
    results = read_results(run)
    page = run.report if out is None else RunFolder.place(out, REPORT)
    if out is None:
        write_findings(run, results, written.value)
    else:
        page.parent.mkdir(parents=True, exist_ok=True)
        with language(written.value):
            write_page(page, run, measured(results), files=links_to(run.path, page.parent))
    typer.echo(page if quiet else f"report: {page}")
    if pdf:
        target = page.with_name("committee.pdf")
        print_committee(page.parent, target)
        typer.echo(target if quiet else f"for a committee: {target}")


def check_printer() -> None:
    """Refuse a PDF before any work where the program that prints it is not there.

    Raises BadInputError.
    """
    from importlib.util import find_spec

    if find_spec("weasyprint") is None:
        raise BadInputError("--pdf", "needs WeasyPrint, which is not installed", _PRINT)


def print_committee(folder: Path, target: Path) -> None:
    """Print the page for a committee that stands in a folder.

    Raises BadInputError where the printing program lacks a library of the system.
    """
    from sim.report.committee import COMMITTEE, write_pdf

    try:
        write_pdf(folder / COMMITTEE, target)
    except OSError as error:
        raise BadInputError("--pdf", f"cannot print: {error}".splitlines()[0], _PRINT) from error


def links_to(run: Path, folder: Path) -> str:
    """Give the folder of a run as seen from a page in another folder, with a slash at its end.

    >>> links_to(Path("runs/a"), Path("pages"))
    '../runs/a/'
    """
    return quote(Path(os.path.relpath(run, folder)).as_posix()) + "/"
