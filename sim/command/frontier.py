"""Show what banks earn against how many firms survive, over two terms of a contract."""

from typing import Annotated

import typer

from sim.command.options import Arrangements, Outcomes, Vary
from sim.command.study import Begun, study


@study()
def frontier(
    now: Begun,
    vary: Vary = None,
    outcomes: Outcomes = None,
    arrangements: Arrangements = None,
    points: Annotated[
        int | None, typer.Option(min=4, help="Points of the grid, about; 25 by default.")
    ] = None,
) -> None:
    """Show two outcomes over the ranges of two numbers, and mark the efficient set."""
    from sim.show.ranges import frontier as draw
    from sim.study.frontier import Frontier, laid_out
    from sim.study.sweep import Plan

    layout = laid_out(now.scenario, vary, outcomes, arrangements, Plan(points=points))
    now.start((layout.scenario, layout.runs))
    found = Frontier(layout, layout.cube(now.store))
    now.tell(found.findings(), {"frontier": draw(found)})
