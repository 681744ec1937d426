"""Reverse stress: how bad times must be before something breaks."""

from typing import Annotated

import typer

from sim.command.failure import told
from sim.command.options import Quiet, ScenarioFile, Settings
from sim.command.study import Given, Out, Replications, Seed, Workers, save_drawings, study


@told
def reverse_stress(  # noqa: PLR0913, PLR0917 -- one argument for each option of the command
    file: ScenarioFile,
    breaks: Annotated[
        str,
        typer.Option("--break", metavar="CONDITION", help='For example "bank.raroc < -20%".'),
    ],
    arrangement: Annotated[
        list[str] | None,
        typer.Option(help="Which to break; may be repeated. By default all of the scenario."),
    ] = None,
    start: Annotated[
        list[float] | None, typer.Option(help="Year in which it begins; may be repeated.")
    ] = None,
    depth: Annotated[
        list[float] | None,
        typer.Option(help="Factor on the yearly systematic factor; may be repeated."),
    ] = None,
    longest: Annotated[float, typer.Option(min=0.0, help="Longest spell, in years.")] = 5.0,
    step: Annotated[float, typer.Option(min=0.0, help="Lengths are multiples of it.")] = 0.25,
    regime: Annotated[
        str, typer.Option(help="Imposed; by default the regime with most setbacks.")
    ] = "",
    settings: Settings = None,
    replications: Replications = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Out = None,
    quiet: Quiet = False,
) -> None:
    """Find the mildest bad times under which an outcome crosses a limit."""
    given = Given(settings, replications, seed, workers, out, quiet)
    with study(file, given) as now:
        from sim.show.studies import stress
        from sim.study.reverse_stress import reverse_stress as run
        from sim.study.stress import StressRange

        usual = StressRange()
        space = StressRange(
            tuple(start or usual.starts), tuple(depth or usual.depths), longest, step, regime
        )
        found = run(now.scenario, breaks, arrangement or (), space=space, store=now.store)
    findings = found.findings()
    now.finish(findings)
    save_drawings(now, findings.key, {"tried": stress(found)})
