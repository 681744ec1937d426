"""The command report: write the report of a run again."""

from pathlib import Path
from typing import Annotated

import typer

from sim.base.language import language
from sim.cli.options import (
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


@reports_errors
def report(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.")],
    written: InLanguage = Words.ENGLISH,
    out: PageFolder = None,
    excel: Excel = False,
    quiet: Quiet = False,
) -> None:
    """Write the report of a run again, without simulating; with --out elsewhere, and it alone."""
    from sim.analysis.measured import Measured
    from sim.cli.findings import write_excel, write_findings, write_page

    check_excel(excel)
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
            write_page(page, run, found)
            if excel:
                write_excel(page.with_name(WORKBOOK), found)
    typer.echo(page if quiet else f"report: {page}")
