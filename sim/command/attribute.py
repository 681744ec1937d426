"""Attribute: which clauses make the gap between two arrangements."""

from typing import Annotated

import typer

from sim.command.failure import told
from sim.command.options import Quiet, ScenarioFile, Settings
from sim.command.study import Given, Out, Replications, Seed, Workers, save_drawings, study

Pair = Annotated[
    tuple[str, str],
    typer.Option("--arrangements", metavar="A B", help="Two arrangements; the gap is B less A."),
]
OutcomeNames = Annotated[
    list[str] | None,
    typer.Option(
        "--outcome",
        "--outcomes",
        metavar="NAME",
        help="By default bank.raroc; may be repeated, see: list outcomes.",
    ),
]


@told
def attribute(  # noqa: PLR0913, PLR0917 -- one argument for each option of the command
    file: ScenarioFile,
    arrangements: Pair,
    outcome: OutcomeNames = None,
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
    settings: Settings = None,
    replications: Replications = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Out = None,
    quiet: Quiet = False,
) -> None:
    """Split the gap between two arrangements over the clauses in which they differ."""
    given = Given(settings, replications, seed, workers, out, quiet)
    names = outcome or ["bank.raroc"]
    with study(file, given) as now:
        from sim.show import studies as draw
        from sim.study.attribution import attribute as run
        from sim.study.decomposition import decompose

        clauses = run(now.scenario, arrangements, names, pairs=pairs, store=now.store)
        found, drawn = [clauses.findings()], [draw.attribution(clauses)]
        if split:
            steps = decompose(now.scenario, arrangements, names, store=now.store)
            found.append(steps.findings())
            drawn.append(draw.decomposition(steps))
    now.finish(*found)
    for one, drawing in zip(found, drawn, strict=True):
        save_drawings(now, one.key, {"parts": drawing})
