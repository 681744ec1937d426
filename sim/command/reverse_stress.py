"""Reverse stress: how bad times must be before something breaks."""

from typing import Annotated

import typer

from sim.command.options import Arrangements
from sim.command.study import Begun, study

Numbers = list[str] | None


@study()
def reverse_stress(  # noqa: PLR0913, PLR0917 -- one argument for each option of the command
    now: Begun,
    breaks: Annotated[
        str,
        typer.Option("--break", metavar="CONDITION", help='For example "bank.raroc < -20%".'),
    ],
    arrangements: Arrangements = None,
    starts: Annotated[
        Numbers, typer.Option(metavar="YEAR,...", help="Years in which it begins.")
    ] = None,
    depths: Annotated[
        Numbers, typer.Option(metavar="X,...", help="Factors on the yearly systematic factor.")
    ] = None,
    longest: Annotated[float, typer.Option(min=0.0, help="Longest spell, in years.")] = 5.0,
    step: Annotated[float, typer.Option(min=0.0, help="Lengths are multiples of it.")] = 0.25,
    regime: Annotated[
        str, typer.Option(help="Imposed; by default the regime with most setbacks.")
    ] = "",
) -> None:
    """Find the mildest bad times under which an outcome crosses a limit."""
    from sim.show.studies import stress
    from sim.study.aims import numbers_of, together
    from sim.study.reverse_stress import asked
    from sim.study.reverse_stress import reverse_stress as run
    from sim.study.stress import StressRange

    usual = StressRange()
    years, factors = together(
        lambda: numbers_of("--starts", starts, usual.starts),
        lambda: numbers_of("--depths", depths, usual.depths),
    )
    space = StressRange(years, factors, longest, step, regime)
    search = asked(now.scenario, breaks, arrangements, space)
    runs = search.most * search.scenario.experiment.replications
    now.start((search.scenario, runs), at_most=True)
    found = run(now.scenario, breaks, arrangements, space=space, store=now.store)
    now.tell(found.findings(), {"tried": stress(found)})
