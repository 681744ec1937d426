"""Posterior: what published figures leave open about the fitted numbers, as draws in a file."""

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.fitting import PlanFile, fitting
from sim.cli.options import Quiet, Settings, Workers, Yes, reports_errors
from sim.cli.scheduler import Scheduler
from sim.cli.study_base import Given


@reports_errors
def posterior(  # noqa: PLR0913, PLR0917 -- one argument for each option of the command
    file: PlanFile,
    settings: Settings = None,
    points: Annotated[int, typer.Option(help="Design points over the plausible ranges.")] = 300,
    histories: Annotated[int, typer.Option(help="Random histories of each point.")] = 12,
    draws: Annotated[int, typer.Option(min=2, help="Draws that are written.")] = 200,
    truths: Annotated[
        int, typer.Option(min=0, help="Made-up truths on which the regions are tried.")
    ] = 20,
    steps: Annotated[int, typer.Option(min=10, help="Steps of each walker of the draws.")] = 3000,
    hold_beliefs: Annotated[
        bool,
        typer.Option("--hold-beliefs", help="Hold the beliefs of banks, without pilots."),
    ] = False,
    keep: Annotated[
        bool,
        typer.Option("--keep", help="Write the draws beside the plan too, where runs find them."),
    ] = False,
    workers: Workers = None,
    scheduler: Scheduler = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="By default runs/posterior-PLAN.")
    ] = None,
    yes: Yes = False,
    quiet: Quiet = False,
) -> None:
    """Draw from what targets leave open; a rerun goes on where the last one ended."""
    from sim.scenario.toml_text import fingerprint
    from sim.studies.draws import FILE, write_draws
    from sim.studies.posterior import Design, about, walk_of
    from sim.studies.posterior import posterior as drawn

    given = Given(file, settings, None, None, workers, scheduler, out, yes, quiet=quiet)
    with fitting(given, "posterior") as now:
        settles, seed = not hold_beliefs, now.plan.seed
        design = Design(points, histories, settles=settles, truths=truths, seed=seed)
        walk = walk_of(now.plan, design, steps)
        asked = (now.plan, now.scenario, now.simulator, design, walk, now.notice)
        found = now.run(design.runs, lambda: drawn(*asked))
        table, made = found.draws(draws), {"draws": draws, **about(found)}
        places = [now.folder.path / FILE, *([file.parent / FILE] if keep else [])]
        for place in places:
            write_draws(place, file, table, made)
        told = {
            "scenario_sha256": fingerprint(found.base), "replications": design.histories,
            "question": "What do published figures leave open about the fitted numbers?",
        }  # fmt: skip
        now.tell(found.findings(), told, "draws", places)
