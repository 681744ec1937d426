"""Run a scenario over a design of points."""

from enum import StrEnum
from typing import Annotated, Any, cast

import typer

from sim.command.failure import told
from sim.command.options import Quiet, ScenarioFile, Settings
from sim.command.planned import Outcomes, Vary, Yes, planned, split_names
from sim.command.study import Given, Out, Replications, Seed, Workers


class DesignName(StrEnum):
    """How points are laid out."""

    GRID = "grid"
    LATIN = "latin"
    SOBOL = "sobol"


@told
def sweep(  # noqa: PLR0913, PLR0917 -- one argument for each option of the command
    file: ScenarioFile,
    vary: Vary = None,
    design: Annotated[
        DesignName, typer.Option(help="All combinations, Latin hypercube, Sobol sequence.")
    ] = DesignName.GRID,
    points: Annotated[
        int | None,
        typer.Option(min=1, help="Points; of a grid about so many (or KEY=LOW:HIGH:N)."),
    ] = None,
    outcomes: Outcomes = None,
    settings: Settings = None,
    replications: Replications = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Out = None,
    yes: Yes = False,
    quiet: Quiet = False,
) -> None:
    """Run a scenario at every point of a design and tell means and differences."""
    from sim.study.sweep import Plan, prepared
    from sim.study.sweep import sweep as run_over

    given = Given(settings, replications, seed, workers, out, quiet)
    plan = Plan(cast(Any, design.value), points)
    names = split_names(outcomes)

    def runs(scenario: Any) -> tuple[int, Any]:
        points = prepared(scenario, vary or [], names, plan)[1]
        return len(points) * len(plan.numbers(scenario)), scenario

    with planned(file, given, runs, yes) as setting:
        found = run_over(setting.scenario, vary or [], names, plan, setting.store)
    setting.finish(found.findings())
