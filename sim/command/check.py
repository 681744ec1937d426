"""Check scenario files without running them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from sim.base.errors import Problem, ScenarioError
from sim.command.failure import told
from sim.command.options import Settings
from sim.command.screen import say


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
            scenario, notices = _load(file, settings)
            typer.echo(f"{file}: {_in_words(scenario, len(notices))}")
            for notice in notices:
                say(f"notice: {notice}")
        except ScenarioError as error:
            # A base that several files extend is wrong only once.
            problems += [p for p in error.problems if p not in problems]
    if problems:
        raise ScenarioError(problems)


def _load(file: Path, settings: list[str] | None) -> tuple[Any, list[Problem]]:
    from sim.scenario.load import load_with_notices

    return load_with_notices(file, settings or [])


def _in_words(scenario: Any, notices: int) -> str:
    experiment = scenario.experiment
    arrangements = ", ".join(experiment.arrangements)
    return (
        f"good; {_count(experiment.replications, 'replication')} of"
        f" {experiment.horizon_years:g} years under {arrangements}"
        + (f"; {_count(notices, 'notice')}" if notices else "")
    )


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
