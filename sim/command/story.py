"""Tell the life of one firm under each arrangement, side by side."""

from pathlib import Path
from typing import Annotated, Any

import typer

from sim.command import walk
from sim.command.failure import BadInputError, told
from sim.command.options import Quiet, ScenarioFile, Settings, settings_of
from sim.command.screen import console, say, table
from sim.command.study import Given, save_drawings, study

PICTURES = (".svg", ".png")


@told
def story(  # noqa: PLR0913, PLR0917 -- one argument for each option of the command
    file: ScenarioFile,
    firm: Annotated[int, typer.Argument(min=0, help="Number of the firm, from 0.")],
    replication: Annotated[int, typer.Option(min=0, help="Which of the random histories.")] = 0,
    versus: Annotated[
        str,
        typer.Option(
            metavar="B",
            help="Split the gap in the firm's money between B and the baseline into effects.",
        ),
    ] = "",
    settings: Settings = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Root of all random streams.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the story to this CSV file too.")] = None,
    figure: Annotated[
        Path | None, typer.Option(help="Draw the life into this SVG or PNG file.")
    ] = None,
    run: Annotated[
        Path | None,
        typer.Option(metavar="RUN", help="Folder of a run that takes the effects of --versus."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Tell the life of one firm under each arrangement, and where the lives part."""
    if run is not None and not versus:
        raise BadInputError("--run", "takes the effects of --versus", "name an arrangement too")
    if out is not None and out.is_dir():
        cure = "name a CSV file; the folder of a run is named with --run"
        raise BadInputError(str(out), "is a folder, and --out takes a file", cure)
    if figure is not None and figure.suffix not in PICTURES:
        raise BadInputError(str(figure), "must end in .svg or .png", "change the name")
    if versus:
        _gap(file, (firm, versus, replication), Given(settings, None, seed, 1, run, quiet),
             (out, figure))  # fmt: skip
        return
    from sim.scenario.load import load_scenario

    scenario = load_scenario(file, settings_of(settings, seed=seed))
    walk.prepare(scenario, (lambda _: None) if quiet else say)
    told_story = walk.tell_story(scenario, firm, replication)
    _tell(told_story, out, quiet)
    if figure is not None:
        _draw(told_story, scenario).savefig(figure)
    if not quiet:
        typer.echo(f"\n{told_story.divergence}")


def _gap(
    file: Path,
    what: tuple[int, str, int],
    given: Given,
    files: tuple[Path | None, Path | None],
) -> None:
    """Tell the life under the baseline and one other arrangement, and what makes the gap."""
    firm, versus, replication = what
    out, figure = files
    with study(file, given) as now:
        from sim.study.story_gap import check, story_gap

        check(now.scenario, firm, versus)
        walk.prepare(now.scenario, (lambda _: None) if given.is_quiet else say)
        found = story_gap(now.scenario, firm, versus, replication)
    _tell(found.story, out, given.is_quiet)
    if not given.is_quiet:
        typer.echo("")
    findings = found.findings()
    now.finish(findings)
    if found.story.is_lived:
        drawing = _draw(found.story, now.scenario)
        save_drawings(now, findings.key, {"life": drawing})
        if figure is not None:
            drawing.savefig(figure)


def _draw(told_story: Any, scenario: Any) -> Any:
    """Draw a life, in the colours that arrangements have in the whole scenario."""
    from sim.show.life import life

    return life(told_story, scenario.experiment.arrangements)


def _tell(told_story: Any, out: Path | None, is_quiet: bool) -> None:
    """Print a story, and write it where asked."""
    frame = told_story.frame()
    if out is not None:
        frame.to_csv(out, index=False)
    if is_quiet:
        return
    typer.echo(f"firm {told_story.firm}, replication {told_story.replication}\n")
    console().print(table([str(name) for name in frame], story_rows(frame)))


def story_rows(frame: Any) -> list[list[str]]:
    """Write the cells of a story as text: times with two decimals, gaps empty."""
    return [[_cell(value) for value in row] for row in frame.itertuples(index=False)]


def _cell(value: Any) -> str:
    if value is None or value != value:  # noqa: PLR0124 -- true of nan alone
        return ""
    return f"{value:.2f}" if isinstance(value, float) else str(value)
