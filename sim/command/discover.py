"""Discover in which worlds arrangements lose, and in which they win."""

from typing import Annotated, Any

import typer

from sim.command.failure import told
from sim.command.options import Quiet, ScenarioFile, Settings
from sim.command.planned import Vary, Yes, planned
from sim.command.study import Given, Out, Seed, Workers, save_drawings


@told
def discover(  # noqa: PLR0913, PLR0917 -- one argument for each option of the command
    file: ScenarioFile,
    outcome: Annotated[str, typer.Option(help="What it is worse or better in.")] = "bank.profit",
    arrangement: Annotated[
        list[str] | None, typer.Option(help="May be repeated; by default all but the baseline.")
    ] = None,
    vary: Vary = None,
    worlds: Annotated[int, typer.Option(min=12, help="Points of the Latin hypercube.")] = 96,
    replications: Annotated[int, typer.Option(min=2, help="Of each, in the same luck.")] = 4,
    settings: Settings = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Out = None,
    yes: Yes = False,
    quiet: Quiet = False,
) -> None:
    """Find the ranges of assumptions in which arrangements lose and win."""
    from sim.show.studies import boxed
    from sim.show.studies import worlds as worlds_of
    from sim.study.discovery import discover as search
    from sim.study.discovery import prepared
    from sim.study.discovery_result import Sample

    given = Given(settings, None, seed, workers, out, quiet)
    sample = Sample(worlds, replications)

    def runs(scenario: Any) -> tuple[int, Any]:
        aims, _, _ = prepared(scenario, outcome, arrangement, vary)
        return sample.runs, aims.fitting(scenario)

    with planned(file, given, runs, yes) as now:
        found = search(now.scenario, outcome, arrangement, vary, sample, now.store)
    findings = found.findings()
    now.finish(findings)
    drawn = {f"{r.arrangement}_{r.side}": worlds_of(found, r) for r in boxed(found)}
    save_drawings(now, findings.key, drawn)
