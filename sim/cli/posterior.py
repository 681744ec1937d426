"""Posterior: what published figures leave open about the fitted numbers, as draws in a file."""

from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.calibrate import PlanFile, evaluator, refuse_scenario
from sim.cli.options import (
    INTERRUPTED,
    Quiet,
    Settings,
    Workers,
    Yes,
    given_command,
    progress,
    reports_errors,
    say,
    silent,
)
from sim.cli.scheduler import Scheduler, connected
from sim.cli.study_base import announce, make_ready, open_store, print_findings, write_study
from sim.experiment.run_folder import RUNS, RunFolder


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
    from sim.studies.calibration_plan import load_plan, scenario_of
    from sim.studies.draws import FILE, write_draws
    from sim.studies.posterior import Design, about

    refuse_scenario(file)
    plan = load_plan(file)
    scenario = scenario_of(plan, file, settings or [])
    folder = RunFolder(out or RUNS / f"posterior-{file.stem}")
    notice = silent if quiet else say
    design = Design(points, histories, settles=not hold_beliefs, truths=truths, seed=plan.seed)
    with connected(scheduler, notice) as there, folder.held():
        store = open_store(folder, workers, there)
        make_ready(scenario, store, notice)
        simulator = evaluator(plan, scenario, store, None)
        if not quiet:
            announce([(scenario, design.runs)], simulator.store, yes, at_most=True)
        with progress(quiet) as report:
            simulator.report = lambda done: report(done, max(done, design.runs))
            found = _drawn(scenario, simulator, (design, steps), notice)
        table, made = found.draws(draws), {"draws": draws, **about(found)}
        places = [folder.path / FILE, *([file.parent / FILE] if keep else [])]
        for place in places:
            write_draws(place, file, table, made)
        _finish(folder, found, places, quiet)


def _drawn(scenario: Any, simulator: Any, asked: tuple[Any, int], notice: Any) -> Any:
    """Draw; what was simulated before an interruption is kept."""
    from sim.studies.posterior import posterior as drawn
    from sim.studies.posterior import walk_of

    design, steps = asked
    walk = walk_of(simulator.plan, design, steps)
    try:
        return drawn(simulator.plan, scenario, simulator, design, walk, notice)
    except KeyboardInterrupt:
        kept = f"interrupted: {simulator.store.simulated} replications are kept"
        say(f"{kept}\n  go on with: {given_command()}")
        raise typer.Exit(INTERRUPTED) from None


def _finish(folder: RunFolder, found: Any, places: list[Path], is_quiet: bool) -> None:
    """Write the findings, and print them."""
    from sim.scenario.toml_text import fingerprint

    told = {
        "command": given_command(),
        "scenario_sha256": fingerprint(found.base), "seed": found.plan.seed,
        "replications": found.design.histories, "title": found.plan.title,
        "question": "What do published figures leave open about the fitted numbers?",
    }  # fmt: skip
    findings = found.findings()
    write_study(folder, findings, told)
    if is_quiet:
        typer.echo(folder.path)
        return
    print_findings(findings)
    for place in places:
        typer.echo(f"draws: {place}")
    typer.echo(f"report: {folder.report}")
