"""Try which conclusions survive what was only assumed."""

from typing import Annotated

import typer

from sim.command.options import EachPoint, Outcomes, Vary
from sim.command.sensitivity import pairs
from sim.command.study import Begun, study


@study()
def robustness(
    now: Begun,
    vary: Vary = None,
    outcomes: Outcomes = None,
    points: Annotated[int, typer.Option(min=8, help="Points of the Latin hypercube.")] = 64,
    replications: EachPoint = 4,
    tornado: Annotated[
        int, typer.Option(min=0, help="Numbers that are also moved one at a time.")
    ] = 12,
) -> None:
    """Try which differences keep their sign over the ranges of all assumptions."""
    from sim.show.ranges import tornado as draw
    from sim.study.robustness import Trial, laid_out, runs_of
    from sim.study.robustness import robustness as attempt

    trial = Trial(points, replications, tornado)
    layout = laid_out(now.scenario, vary, outcomes, trial)
    now.start((layout.scenario, runs_of(layout, trial)))
    found = attempt(now.scenario, vary, outcomes, trial, now.store)
    drawn = {f"tornado-{pair}": draw(found, *names) for pair, *names in pairs(found.tornado)}
    now.tell(found.findings(), drawn)
