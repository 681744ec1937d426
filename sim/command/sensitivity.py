"""Measure which numbers move outcomes most."""

from enum import StrEnum
from typing import Annotated, Any, cast

import typer

from sim.command.failure import told
from sim.command.options import Quiet, ScenarioFile, Settings
from sim.command.planned import Outcomes, Vary, Yes, planned, split_names
from sim.command.study import Given, Out, Seed, Workers, save_drawings


class MethodName(StrEnum):
    """How sensitivity is measured."""

    MORRIS = "morris"
    SOBOL = "sobol"


@told
def sensitivity(  # noqa: PLR0913, PLR0917 -- one argument for each option of the command
    file: ScenarioFile,
    method: Annotated[
        MethodName, typer.Option(help="Morris screens many numbers, Sobol splits variance.")
    ] = MethodName.MORRIS,
    vary: Vary = None,
    outcomes: Outcomes = None,
    evaluations: Annotated[int, typer.Option(min=1, help="Points at most.")] = 1000,
    replications: Annotated[
        int, typer.Option(min=1, help="Random histories at each point, the same at all.")
    ] = 1,
    settings: Settings = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Out = None,
    yes: Yes = False,
    quiet: Quiet = False,
) -> None:
    """Measure which numbers move outcomes most; all assumptions where none are named."""
    from sim.study.sensitivity import Screening, layout
    from sim.study.sensitivity import sensitivity as screen

    given = Given(settings, None, seed, workers, out, quiet)
    how = Screening(cast(Any, method.value), evaluations, replications)
    names = split_names(outcomes)

    def runs(scenario: Any) -> tuple[int, Any]:
        return len(layout(scenario, vary, names, how)[2]) * replications, scenario

    with planned(file, given, runs, yes) as setting:
        found = screen(setting.scenario, vary, names, how, setting.store)
    findings = found.findings()
    setting.finish(findings)
    save_drawings(setting, findings.key, _drawings(found))


def _drawings(found: Any) -> dict[str, Any]:
    """One figure for each difference that was analysed."""
    from sim.show.sensitivity import sensitivity as draw
    from sim.study.responses import DIFFERENCE

    rows = found.indices[found.indices["kind"] == DIFFERENCE]
    pairs = rows[["outcome", "arrangement"]].drop_duplicates().to_numpy().tolist()
    return {
        f"{found.how.method}-{outcome.replace('.', '-')}-{arm}": draw(found, outcome, arm)
        for outcome, arm in pairs
    }
