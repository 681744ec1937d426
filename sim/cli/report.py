"""The command report: write the report of a run again; and read a run from its folder."""

from pathlib import Path
from typing import Annotated, Any

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
from sim.cli.run_folder import REPORT, TABLES, WORKBOOK, RunFolder
from sim.experiment.workers import cores


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
    excel: Excel = False,
    quiet: Quiet = False,
) -> None:
    """Write the report of a run again, without simulating; with --out elsewhere, and it alone."""
    from sim.cli.findings import measured, write_excel, write_findings, write_page

    check_excel(excel)
    run = RunFolder(folder)
    results = read_results(run)
    page = run.report if out is None else RunFolder.place(out, REPORT)
    if out is None:
        write_findings(run, results, written.value, cores(), excel=excel)
    else:
        page.parent.mkdir(parents=True, exist_ok=True)
        with language(written.value):
            found = measured(results)
            write_page(page, run, found)
            if excel:
                write_excel(page.with_name(WORKBOOK), found)
    typer.echo(page if quiet else f"report: {page}")
