"""Check scenario files without running them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from sim.base.errors import Problem, ScenarioError
from sim.command.failure import told
from sim.command.options import Settings


@told
def check(
    files: Annotated[
        list[Path], typer.Argument(metavar="SCENARIO...", help="Scenario files (TOML).")
    ],
    settings: Settings = None,
) -> None:
    """Check scenarios and tell all mistakes: file, line, key, rule, value and cure."""
    problems: list[Problem] = []
    for file in files:
        try:
            typer.echo(f"{file}: {_in_words(_load(file, settings))}")
        except ScenarioError as error:
            # A base that several files extend is wrong only once.
            problems += [p for p in error.problems if p not in problems]
    if problems:
        raise ScenarioError(problems)


def _load(file: Path, settings: list[str] | None) -> Any:
    from sim.scenario.load import load_scenario

    return load_scenario(file, settings or [])


def _in_words(scenario: Any) -> str:
    experiment = scenario.experiment
    arrangements = ", ".join(experiment.arrangements)
    return (
        f"good; {experiment.replications} replications of"
        f" {experiment.horizon_years:g} years under {arrangements}"
    )
