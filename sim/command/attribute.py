"""Attribute: which clauses make the gap between two arrangements."""

from typing import Annotated

import typer

from sim.command.options import Outcomes, Pair
from sim.command.study import Begun, study


@study()
def attribute(
    now: Begun,
    arrangements: Pair = None,
    outcomes: Outcomes = None,
    pairs: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Pairs of orders that each replication draws; 0 runs all mixtures. By default"
            " all where they are 32 at most, otherwise 2.",
        ),
    ] = None,
    split: Annotated[
        bool, typer.Option(help="Split the gap into terms, volume and selection too.")
    ] = True,
) -> None:
    """Split the gap between two arrangements over the clauses in which they differ."""
    from sim.show import studies as draw
    from sim.study.attribution import asked
    from sim.study.attribution import attribute as run
    from sim.study.decomposition import decompose, worlds_of

    marks, plan = asked(now.scenario, arrangements or (), outcomes, pairs)
    pair, runs = (plan.game.first, plan.game.second), plan.runs()
    four = worlds_of(now.scenario, pair)[:1] if split else []
    now.start(*((one, 1) for one, _ in runs), *((one, 3 * len(runs)) for one in four))
    clauses = run(now.scenario, pair, marks, pairs=plan.pairs, store=now.store)
    steps = decompose(now.scenario, pair, marks, store=now.store) if split else None
    now.tell(clauses.findings(), {"parts": draw.attribution(clauses)})
    if steps is not None:
        now.tell(steps.findings(), {"parts": draw.decomposition(steps)})
