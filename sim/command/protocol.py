"""Describe model and study of a scenario in the standards of the field."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sim.base.language import language
from sim.command.failure import BadInputError, told
from sim.command.options import InLanguage, ScenarioFile, Settings, Words

PAGE = Path("protocol.html")


class Standard(StrEnum):
    """What a description follows."""

    ODD = "odd"
    STRESS = "stress"


@told
def protocol(
    file: ScenarioFile,
    settings: Settings = None,
    standard: Annotated[
        list[Standard] | None,
        typer.Option(help="Which description; may be repeated, by default both."),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write the page.")] = PAGE,
    written: InLanguage = Words.ENGLISH,
) -> None:
    """Write the ODD and STRESS-DES descriptions of a scenario, gathered from the code."""
    from sim.experiment.manifest import manifest_of
    from sim.page.protocol import STANDARDS, write_protocol
    from sim.scenario.load import load_scenario

    if out.is_dir():
        raise BadInputError(str(out), "is a folder", "name a file with --out FILE")
    scenario = load_scenario(file, settings or [])
    chosen = [name for name in STANDARDS if name in list(standard or Standard)]
    with language(written.value):
        typer.echo(write_protocol(out, scenario, manifest_of(scenario, ()), chosen))
