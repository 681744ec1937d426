"""Measure which numbers move outcomes most."""

from enum import StrEnum
from typing import Annotated, Any, cast

import typer

from sim.command.options import EachPoint, Outcomes, Vary
from sim.command.study import Begun, study


class MethodName(StrEnum):
    """How sensitivity is measured."""

    MORRIS = "morris"
    SOBOL = "sobol"


@study()
def sensitivity(
    now: Begun,
    method: Annotated[
        MethodName, typer.Option(help="Morris screens many numbers, Sobol splits variance.")
    ] = MethodName.MORRIS,
    vary: Vary = None,
    outcomes: Outcomes = None,
    points: Annotated[int, typer.Option(min=1, help="At most.")] = 1000,
    replications: EachPoint = 1,
) -> None:
    """Measure which numbers move outcomes most; all assumptions where none are named."""
    from sim.show.sensitivity import sensitivity as draw
    from sim.study.responses import DIFFERENCE
    from sim.study.sensitivity import Screening, laid_out
    from sim.study.sensitivity import sensitivity as screen

    how = Screening(cast(Any, method.value), points, replications)
    layout = laid_out(now.scenario, vary, outcomes, how)
    now.start((layout.scenario, layout.runs))
    found = screen(now.scenario, vary, outcomes, how, now.store)
    rows = found.indices[found.indices["kind"] == DIFFERENCE]
    drawn = {f"{method}-{pair}": draw(found, *names) for pair, *names in pairs(rows)}
    now.tell(found.findings(), drawn)


def pairs(rows: Any) -> list[tuple[str, str, str]]:
    """Every outcome and arrangement of a table once, after a name for files."""
    once = rows[["outcome", "arrangement"]].drop_duplicates().to_numpy().tolist()
    return [(f"{outcome.replace('.', '-')}-{arm}", outcome, arm) for outcome, arm in once]
