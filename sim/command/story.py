"""Tell the life of one firm under each arrangement, side by side."""

from pathlib import Path
from typing import Annotated, Any

import typer

from sim.command import walk
from sim.command.failure import told
from sim.command.options import Quiet, ScenarioFile, Settings, settings_of
from sim.command.screen import console, say, table


@told
def story(  # noqa: PLR0913, PLR0917 -- one argument for each option of the command
    file: ScenarioFile,
    firm: Annotated[int, typer.Argument(min=0, help="Number of the firm, from 0.")],
    replication: Annotated[int, typer.Option(min=0, help="Which of the random histories.")] = 0,
    settings: Settings = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Root of all random streams.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the story to this CSV file too.")] = None,
    quiet: Quiet = False,
) -> None:
    """Tell the life of one firm under each arrangement, and where the lives part."""
    from sim.scenario.load import load_scenario

    scenario = load_scenario(file, settings_of(settings, seed=seed))
    walk.prepare(scenario, (lambda _: None) if quiet else say)
    told_story = walk.tell_story(scenario, firm, replication)
    frame = told_story.frame()
    if out is not None:
        frame.to_csv(out, index=False)
    if not quiet:
        typer.echo(f"firm {firm}, replication {replication}\n")
        console().print(table([str(name) for name in frame], story_rows(frame)))
        typer.echo(f"\n{told_story.divergence}")


def story_rows(frame: Any) -> list[list[str]]:
    """Write the cells of a story as text: times with two decimals, gaps empty."""
    return [[_cell(value) for value in row] for row in frame.itertuples(index=False)]


def _cell(value: Any) -> str:
    if value is None or value != value:  # noqa: PLR0124 -- true of nan alone
        return ""
    return f"{value:.2f}" if isinstance(value, float) else str(value)
