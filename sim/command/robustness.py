"""Try which conclusions survive what was only assumed."""

from typing import Annotated, Any

import typer

from sim.command.failure import told
from sim.command.options import Quiet, ScenarioFile, Settings
from sim.command.planned import Outcomes, Vary, Yes, planned, split_names
from sim.command.study import Given, Out, Seed, Workers, save_drawings


@told
def robustness(  # noqa: PLR0913, PLR0917 -- one argument for each option of the command
    file: ScenarioFile,
    vary: Vary = None,
    outcomes: Outcomes = None,
    points: Annotated[int, typer.Option(min=8, help="Points of the Latin hypercube.")] = 64,
    replications: Annotated[
        int, typer.Option(min=2, help="Random histories at each point, the same at all.")
    ] = 4,
    tornado: Annotated[
        int, typer.Option(min=0, help="Numbers that are also moved one at a time.")
    ] = 12,
    settings: Settings = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Out = None,
    yes: Yes = False,
    quiet: Quiet = False,
) -> None:
    """Try which differences keep their sign over the ranges of all assumptions."""
    from sim.study.robustness import Trial, asked
    from sim.study.robustness import robustness as attempt

    given = Given(settings, None, seed, workers, out, quiet)
    trial = Trial(points, replications, tornado)
    names = split_names(outcomes)

    def runs(scenario: Any) -> tuple[int, Any]:
        return trial.runs(len(asked(scenario, vary, names)[1])), scenario

    with planned(file, given, runs, yes) as setting:
        found = attempt(setting.scenario, vary, names, trial, setting.store)
    findings = found.findings()
    setting.finish(findings)
    save_drawings(setting, findings.key, _drawings(found))


def _drawings(found: Any) -> dict[str, Any]:
    """One figure for each difference that was moved one at a time."""
    from sim.show.ranges import tornado

    moved = found.tornado[["outcome", "arrangement"]].drop_duplicates().to_numpy().tolist()
    return {
        f"tornado-{outcome.replace('.', '-')}-{arm}": tornado(found, outcome, arm)
        for outcome, arm in moved
    }
