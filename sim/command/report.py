"""Write the report of a finished run again, from its files, in either language."""

from pathlib import Path
from typing import Annotated

import typer

from sim.base.language import language
from sim.command.failure import told
from sim.command.folder import REPORT, RunFolder
from sim.command.options import InLanguage, PageFolder, Quiet, Words
from sim.command.pages import measured, read_results, write_findings, write_page


@told
def report(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.")],
    written: InLanguage = Words.ENGLISH,
    out: PageFolder = None,
    quiet: Quiet = False,
) -> None:
    """Write the report of a run again, without simulating; with --out elsewhere, and it alone."""
    run = RunFolder(folder)
    results = read_results(run)
    page = run.report if out is None else RunFolder.place(out, REPORT)
    if out is None:
        write_findings(run, results, written.value)
    else:
        page.parent.mkdir(parents=True, exist_ok=True)
        with language(written.value):
            write_page(page, run, measured(results))
    typer.echo(page if quiet else f"report: {page}")
