"""Write the vocabulary: every outcome, clause, parameter, column and account on one page."""

from pathlib import Path
from typing import Annotated

import typer

from sim.base.language import language
from sim.command.failure import BadInputError, told
from sim.command.options import InLanguage, Words

PAGE = Path("vocabulary.html")


@told
def vocabulary(
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write the page.")] = PAGE,
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

    if out.is_dir():
        raise BadInputError(str(out), "is a folder", "name a file with --out FILE")
    with language(written.value):
        typer.echo(write_vocabulary(out, economy))
