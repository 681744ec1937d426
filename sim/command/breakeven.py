"""Find where two arrangements break even."""

from typing import Annotated

import typer

from sim.command.options import Outcomes, Pair, Vary
from sim.command.study import Begun, study

NEAR = 4
"""Values near a crossing and its ends that a search needs, about."""


@study()
def breakeven(
    now: Begun,
    vary: Vary = None,
    outcomes: Outcomes = None,
    arrangements: Pair = None,
    level: Annotated[
        float | None, typer.Option(help="Where one arrangement reaches this, in its own unit.")
    ] = None,
    points: Annotated[int, typer.Option(min=2, help="Values of the first scan.")] = 7,
) -> None:
    """Find the value of a number at which two arrangements give the same outcome."""
    from sim.show.ranges import breakeven as draw
    from sim.study.aims import names_of
    from sim.study.breakeven import Search, asked
    from sim.study.breakeven import breakeven as search

    sides: list[str | float] = [*names_of(arrangements)]
    sides += [] if level is None else [level]
    lean, one, equation = asked(now.scenario, vary, outcomes or (), sides)
    now.start((lean, (points + NEAR) * lean.experiment.replications))
    found = search(lean, one, equation.outcome, sides, Search(points), now.store)
    now.tell(found.findings(), {"curve": draw(found)})
