"""Write the vocabulary: every outcome, clause, parameter, column and account on one page."""

from pathlib import Path
from typing import Annotated

import typer

from sim.base.language import language
from sim.command.failure import told
from sim.command.folder import RunFolder
from sim.command.options import InLanguage, PageFolder, Words


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
    from sim.page.vocabulary_page import write_vocabulary

    page = RunFolder.place(out, "vocabulary.html")
    with language(written.value):
        typer.echo(write_vocabulary(page, economy))
