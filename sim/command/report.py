"""Write the report of a finished run again, from its files, in either language."""

from pathlib import Path
from typing import Annotated

import typer

from sim.base.language import language
from sim.command.failure import BadInputError, told
from sim.command.folder import RunFolder
from sim.command.options import InLanguage, Quiet, Words
from sim.command.pages import measured, read_results, write_findings, write_page


@told
def report(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.")],
    written: InLanguage = Words.ENGLISH,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the page to this file and nothing else; by default report.html and"
            " the figures of the run are written again.",
        ),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Write the report of a run again, without simulating."""
    run = RunFolder(folder)
    results = read_results(run)
    if out is None:
        write_findings(run, results, written.value)
    else:
        _check_file(out)
        with language(written.value):
            write_page(out, run, measured(results))
    place = out or run.report
    typer.echo(place if quiet else f"report: {place}")


def _check_file(out: Path) -> None:
    """Refuse a place where no file can be, before time is spent."""
    if out.is_dir():
        raise BadInputError(str(out), "is a folder", f"name a file, for example {out}/report.html")
    RunFolder(out.parent).check_usable()
