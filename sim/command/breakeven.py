"""Find where two arrangements break even."""

from typing import Annotated, Any

import typer

from sim.command.failure import BadInputError, told
from sim.command.options import Quiet, ScenarioFile, Settings
from sim.command.planned import Yes, planned
from sim.command.study import Given, Out, Replications, Seed, Workers, save_drawings

NEAR = 4
"""Values near a crossing and its ends that a search needs, about."""


@told
def breakeven(  # noqa: PLR0913, PLR0917 -- one argument for each option of the command
    file: ScenarioFile,
    vary: Annotated[
        str, typer.Option("--vary", metavar="KEY", help="The number to move, or KEY=LOW:HIGH.")
    ],
    equal: Annotated[
        str, typer.Option("--equal", metavar="OUTCOME", help="The outcome to be equal.")
    ],
    between: Annotated[
        tuple[float, float] | None,
        typer.Option("--between", metavar="LOW HIGH", help="Where to look."),
    ] = None,
    arrangements: Annotated[
        tuple[str, str] | None,
        typer.Option("--arrangements", metavar="A B", help="Under which two arrangements."),
    ] = None,
    level: Annotated[
        tuple[str, float] | None,
        typer.Option("--level", metavar="A VALUE", help="Or: where A reaches a level."),
    ] = None,
    points: Annotated[int, typer.Option(min=2, help="Values of the first scan.")] = 7,
    settings: Settings = None,
    replications: Replications = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Out = None,
    yes: Yes = False,
    quiet: Quiet = False,
) -> None:
    """Find the value of a number at which two arrangements give the same outcome."""
    from sim.show.ranges import breakeven as draw
    from sim.study.breakeven import Search, check_breakeven, lean
    from sim.study.breakeven import breakeven as search_for

    sides = _sides(arrangements, level)
    given = Given(settings, replications, seed, workers, out, quiet)
    one = _range(vary, between)

    def runs(scenario: Any) -> tuple[int, Any]:
        equation = check_breakeven(scenario, one, equal, sides)
        count = (points + NEAR) * int(scenario.experiment.replications)
        return count, lean(scenario, equation)

    with planned(file, given, runs, yes) as setting:
        found = search_for(
            setting.scenario, one, equal, sides, Search(points=points), setting.store
        )
    findings = found.findings()
    setting.finish(findings)
    save_drawings(setting, findings.key, {"curve": draw(found)})


def _range(vary: str, between: tuple[float, float] | None) -> Any:
    from sim.study.ranges import Range, parse_range

    if "=" in vary:
        return parse_range(vary)
    if between is None:
        cure = "give --between LOW HIGH, or --vary KEY=LOW:HIGH"
        raise BadInputError("--between", "is needed: it says where to look", cure)
    return Range(vary, *between)


def _sides(
    arrangements: tuple[str, str] | None, level: tuple[str, float] | None
) -> tuple[str, str | float]:
    if (arrangements is None) == (level is None):
        cure = "for example --arrangements plain revenue_swap, or --level plain 0.08"
        raise BadInputError("--arrangements", "or --level is needed, not both", cure)
    return arrangements or level or ("", "")
