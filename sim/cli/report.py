"""The command report: write the report of a run again."""

import os
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from sim.base.language import language
from sim.cli.options import (
    BadInputError,
    Excel,
    InLanguage,
    PageFolder,
    Quiet,
    Words,
    check_excel,
    reports_errors,
)
from sim.experiment.run_folder import REPORT, WORKBOOK, RunFolder, read_results
from sim.experiment.workers import cores

_PRINT = (
    'install the extra: pip install "crosscycle[pdf]" (it needs Pango), or print committee.html'
    " from a browser"
)


@reports_errors
def report(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.")],
    written: InLanguage = Words.ENGLISH,
    out: PageFolder = None,
    excel: Excel = False,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Print the page for a committee as committee.pdf, too.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Write the report of a run again, without simulating; with --out elsewhere, and it alone."""
    from sim.analysis.measured import Measured
    from sim.cli.findings import write_excel, write_findings, write_page

    check_excel(excel)
    if pdf:
        check_printer()
    run = RunFolder(folder)
    page = run.report if out is None else RunFolder.place(out, REPORT)
    if out is None:
        # Read before the folder is made ready: what holds no run stays as it is.
        run.check_is_run()
        with run.held():
            write_findings(run, read_results(folder), written.value, cores(), excel=excel)
    else:
        results = read_results(folder)
        page.parent.mkdir(parents=True, exist_ok=True)
        with language(written.value):
            found = Measured(results)
            write_page(page, run, found, files=links_to(run.path, page.parent))
            if excel:
                write_excel(page.with_name(WORKBOOK), found)
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
