"""The command that lays out a project of one's own: where an installed copy begins."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import BadInputError, reports_errors

TEMPLATE = Path(__file__).parent / "project"
"""What a new project holds."""


@reports_errors
def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of the project; made if it is not there.")
    ],
) -> None:
    """Lay out a project: a first scenario, a first script, and the commands that run them."""
    files = sorted(f.relative_to(TEMPLATE) for f in TEMPLATE.rglob("*") if _belongs(f))
    there = [str(folder / file) for file in files if (folder / file).exists()]
    if there:
        cure = "name a folder without them; nothing was written"
        raise BadInputError(", ".join(there), "is already there", cure)
    try:
        for file in files:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(TEMPLATE / file, folder / file)
    except OSError as error:
        cure = "name a folder that can be written"
        raise BadInputError(str(folder), f"cannot be written ({error.strerror})", cure) from error
    for file in files:
        typer.echo(folder / file)


def _belongs(file: Path) -> bool:
    return file.is_file() and "__pycache__" not in file.parts
