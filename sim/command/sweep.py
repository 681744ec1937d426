"""Run a scenario over a design of points."""

from enum import StrEnum
from typing import Annotated, Any, cast

import typer

from sim.command.options import Outcomes, Vary
from sim.command.study import Begun, study


class DesignName(StrEnum):
    """How points are laid out."""

    GRID = "grid"
    LATIN = "latin"
    SOBOL = "sobol"


@study()
def sweep(
    now: Begun,
    vary: Vary = None,
    design: Annotated[
        DesignName, typer.Option(help="All combinations, Latin hypercube, Sobol sequence.")
    ] = DesignName.GRID,
    points: Annotated[
        int | None, typer.Option(min=1, help="Of a grid about so many (or KEY=LOW:HIGH:N).")
    ] = None,
    outcomes: Outcomes = None,
) -> None:
    """Run a scenario at every point of a design and tell means and differences."""
    from sim.study.sweep import Plan, Sweep, laid_out

    layout = laid_out(now.scenario, vary, outcomes, Plan(cast(Any, design.value), points))
    now.start((layout.scenario, layout.runs))
    now.tell(Sweep(layout, layout.cube(now.store)).findings())
