"""Calibrate: fit the free numbers of a scenario to published figures, and write them."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.base.shipped import scenario_path
from sim.cli.options import (
    FAILED,
    INTERRUPTED,
    BadInputError,
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
from sim.cli.study_base import (
    announce,
    make_ready,
    open_store,
    print_findings,
    write_study,
)
from sim.experiment.run_folder import RUNS, RunFolder

PlanFile = Annotated[
    Path,
    typer.Argument(
        metavar="PLAN",
        parser=scenario_path,
        help="A plan: scenarios/calibration/*.toml, or shipped:calibration/NAME.",
    ),
]


@reports_errors
def calibrate(  # noqa: PLR0913, PLR0917 -- one argument for each option of the command
    file: PlanFile,
    settings: Settings = None,
    points: Annotated[
        int | None,
        typer.Option(min=1, help="At most, before the last look; known ones are free."),
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Fit nothing: say whether the scenario is settled."),
    ] = False,
    workers: Workers = None,
    scheduler: Scheduler = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="By default runs/calibrate-PLAN.")
    ] = None,
    yes: Yes = False,
    quiet: Quiet = False,
) -> None:
    """Fit free numbers to published figures; a rerun goes on where the last one ended."""
    from sim.studies.calibration_plan import load_plan, scenario_of

    refuse_scenario(file)
    plan = load_plan(file)
    scenario = scenario_of(plan, file, settings or [])
    folder = RunFolder(out or RUNS / f"calibrate-{file.stem}")
    notice = silent if quiet else say
    with connected(scheduler, notice) as there, folder.held():
        store = open_store(folder, workers, there)
        make_ready(scenario, store, notice)
        simulator = evaluator(plan, scenario, store, points)
        most = simulator.expected(check)
        if not quiet:
            announce([(scenario, most)], simulator.store, yes, at_most=True)
        with progress(quiet) as report:
            simulator.report = lambda done: report(done, max(done, most))
            found = _look(scenario, simulator, check, notice)
        _finish(folder, file, found, quiet)
    if check and not found.is_settled:
        raise typer.Exit(FAILED)


def evaluator(plan: Any, scenario: Any, store: Any, budget: int | None) -> Any:
    """Give what simulates, with everything that is known from before."""
    from sim.studies.fit import Evaluator
    from sim.studies.moments import moments_of

    # A setting may change how many histories an evaluation has.
    plan = plan.model_copy(update={"replications": scenario.experiment.replications})
    return Evaluator(plan, store.reading(moments_of), budget)


def refuse_scenario(file: Path) -> None:
    """Say it plainly where somebody gives a scenario instead of a plan."""
    from sim.scenario.read import resolve

    raw = resolve(file)
    if not raw.problems and "parameter" not in raw.values and "experiment" in raw.values:
        cure = "give a plan, for example scenarios/calibration/china_technology.toml"
        raise BadInputError(str(file), "is a scenario, and calibrate needs a plan", cure)


def _look(scenario: Any, simulator: Any, is_check: bool, notice: Callable[[str], None]) -> Any:
    """Calibrate, or only look; an interrupted fit keeps what it has simulated."""
    from sim.studies import calibration

    plan = simulator.plan
    try:
        if is_check:
            return calibration.check(plan, scenario, simulator)
        return calibration.calibrate(plan, scenario, simulator, notice)
    except KeyboardInterrupt:
        kept = f"interrupted: {simulator.store.simulated} replications are kept"
        say(f"{kept}\n  go on with: {given_command()}")
        raise typer.Exit(INTERRUPTED) from None


def _finish(folder: RunFolder, file: Path, found: Any, is_quiet: bool) -> None:
    """Write the findings and the fitted files, and print the fit."""
    from sim.scenario.toml_text import fingerprint
    from sim.studies.calibration_plan import fitted_files, scenario_file, write_files

    base = scenario_file(found.plan, file)
    texts = fitted_files(found.plan, base.resolve(), found.fitted)
    written = write_files(texts, base.parent.resolve(), folder.path / "scenarios")
    about = {
        "command": given_command(),
        "scenario_sha256": fingerprint(found.fitted), "seed": found.plan.seed,
        "replications": found.plan.replications, "title": found.plan.title,
        "question": "Which numbers make the simulation meet published figures?",
    }  # fmt: skip
    findings = found.findings()
    write_study(folder, findings, about)
    if is_quiet:
        typer.echo(folder.path)
        return
    print_findings(findings)
    for place in written:
        typer.echo(f"fitted: {place}")
    typer.echo(f"report: {folder.report}")
