"""Discover in which worlds arrangements lose, and in which they win."""

from typing import Annotated

import typer

from sim.command.options import Arrangements, EachPoint, Outcomes, Vary
from sim.command.study import Begun, study


@study()
def discover(
    now: Begun,
    outcomes: Outcomes = None,
    arrangements: Arrangements = None,
    vary: Vary = None,
    points: Annotated[int, typer.Option(min=12, help="Worlds of the Latin hypercube.")] = 96,
    replications: EachPoint = 4,
) -> None:
    """Find the ranges of assumptions in which arrangements lose and win."""
    from sim.show.studies import boxed, worlds
    from sim.study.discovery import discover as search
    from sim.study.discovery import laid_out
    from sim.study.discovery_result import Sample

    sample = Sample(points, replications)
    layout = laid_out(now.scenario, outcomes, arrangements, vary, sample)
    now.start((layout.scenario, layout.runs))
    found = search(now.scenario, layout.aims.outcomes[0], arrangements, vary, sample, now.store)
    drawn = {f"{one.arrangement}_{one.side}": worlds(found, one) for one in boxed(found)}
    now.tell(found.findings(), drawn)
