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
    files = {folder / _name(file): file for file in sorted(TEMPLATE.rglob("*")) if file.is_file()}
    there = [str(target) for target in files if target.exists()]
    if there:
        cure = "name a folder without them; nothing was written"
        raise BadInputError(", ".join(there), "is already there", cure)
    try:
        for target, file in files.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
    except OSError as error:
        cure = "name a folder that can be written"
        raise BadInputError(str(folder), f"cannot be written ({error.strerror})", cure) from error
    for target in files:
        typer.echo(target)


def _name(file: Path) -> Path:
    """Give the name in a project; a script is no module of the program until it is there."""
    inside = file.relative_to(TEMPLATE)
    return inside.with_suffix("") if inside.suffix == ".template" else inside
