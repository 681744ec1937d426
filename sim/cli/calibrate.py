"""Calibrate: fit the free numbers of a scenario to published figures, and write them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.fitting import Fitting, PlanFile, fitting
from sim.cli.options import FAILED, Quiet, Settings, Workers, Yes, reports_errors
from sim.cli.scheduler import Scheduler
from sim.cli.study_base import Given


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
    given = Given(file, settings, None, None, workers, scheduler, out, yes, quiet=quiet)
    with fitting(given, "calibrate", points) as now:
        found = now.run(now.simulator.expected(check), lambda: _look(now, check))
        _tell(now, found)
    if check and not found.is_settled:
        raise typer.Exit(FAILED)


def _look(now: Fitting, is_check: bool) -> Any:
    """Calibrate, or only look."""
    from sim.studies import calibration

    if is_check:
        return calibration.check(now.plan, now.scenario, now.simulator)
    return calibration.calibrate(now.plan, now.scenario, now.simulator, now.notice)


def _tell(now: Fitting, found: Any) -> None:
    """Write the findings and the fitted files, and print the fit."""
    from sim.scenario.toml_text import fingerprint
    from sim.studies.calibration_plan import fitted_files, scenario_file, write_files

    base = scenario_file(found.plan, now.given.file)
    texts = fitted_files(found.plan, base.resolve(), found.fitted)
    written = write_files(texts, base.parent.resolve(), now.folder.path / "scenarios")
    about = {
        "scenario_sha256": fingerprint(found.fitted), "replications": found.plan.replications,
        "question": "Which numbers make the simulation meet published figures?",
    }  # fmt: skip
    now.tell(found.findings(), about, "fitted", written)
