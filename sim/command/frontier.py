"""Show what banks earn against how many firms survive, over two terms of a contract."""

from typing import Annotated, Any

import typer

from sim.command.failure import told
from sim.command.options import Quiet, ScenarioFile, Settings
from sim.command.planned import Outcomes, Vary, Yes, planned, split_names
from sim.command.study import Given, Out, Replications, Seed, Workers, save_drawings


@told
def frontier(  # noqa: PLR0913, PLR0917 -- one argument for each option of the command
    file: ScenarioFile,
    vary: Vary = None,
    outcomes: Outcomes = None,
    arrangements: Annotated[
        list[str] | None,
        typer.Option("--arrangements", help="Those of the two numbers, by default."),
    ] = None,
    points: Annotated[
        int | None, typer.Option(min=4, help="Points of the grid, about; 25 by default.")
    ] = None,
    settings: Settings = None,
    replications: Replications = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Out = None,
    yes: Yes = False,
    quiet: Quiet = False,
) -> None:
    """Show two outcomes over the ranges of two numbers, and mark the efficient set."""
    from sim.show.ranges import frontier as draw
    from sim.study.frontier import OUTCOMES, check_frontier
    from sim.study.frontier import frontier as trace
    from sim.study.sweep import Plan

    given = Given(settings, replications, seed, workers, out, quiet)
    names, arms = split_names(outcomes) or list(OUTCOMES), split_names(arrangements)
    plan = Plan(points=points)

    def runs(scenario: Any) -> tuple[int, Any]:
        found = check_frontier(scenario, vary or [], names, arms, plan)
        return len(found[1]) * len(plan.numbers(scenario)), found[2].fitting(scenario)

    with planned(file, given, runs, yes) as setting:
        found = trace(setting.scenario, vary or [], names, arms, plan, setting.store)
    findings = found.findings()
    setting.finish(findings)
    save_drawings(setting, findings.key, {"frontier": draw(found)})
