"""Describe model and study of a scenario in the standards of the field."""

from enum import StrEnum
from typing import Annotated

import typer

from sim.base.language import language
from sim.command.failure import told
from sim.command.folder import RunFolder
from sim.command.options import InLanguage, PageFolder, ScenarioFile, Settings, Words


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
    out: PageFolder = None,
    written: InLanguage = Words.ENGLISH,
) -> None:
    """Write the ODD and STRESS-DES descriptions of a scenario, gathered from the code."""
    from sim.experiment.manifest import manifest_of
    from sim.page.protocol import STANDARDS, write_protocol
    from sim.scenario.load import load_scenario

    scenario = load_scenario(file, settings or [])
    chosen = [name for name in STANDARDS if name in list(standard or Standard)]
    page = RunFolder.place(out, "protocol.html")
    with language(written.value):
        typer.echo(write_protocol(page, scenario, manifest_of(scenario, ()), chosen))
