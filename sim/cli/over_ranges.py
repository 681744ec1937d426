"""Run a scenario over a design of points."""

from enum import StrEnum
from typing import Annotated, Any, cast

import typer

from sim.cli.options import Arrangements, EachPoint, Outcomes, Pair, Vary
from sim.cli.study import Begun, study

# --- Run a scenario over a design of points ------------------------------------------------------


class DesignName(StrEnum):
    """How points are laid out."""

    GRID = "grid"
    LATIN = "latin"
    SOBOL = "sobol"


@study()
def sweep(
    now: Begun,
    vary: Vary = None,
    design: Annotated[
        DesignName, typer.Option(help="All combinations, Latin hypercube, Sobol sequence.")
    ] = DesignName.GRID,
    points: Annotated[
        int | None, typer.Option(min=1, help="Of a grid about so many (or KEY=LOW:HIGH:N).")
    ] = None,
    outcomes: Outcomes = None,
) -> None:
    """Run a scenario at every point of a design and tell means and differences."""
    from sim.studies.sweep import Plan, Sweep, laid_out

    layout = laid_out(now.scenario, vary, outcomes, Plan(cast(Any, design.value), points))
    now.start((layout.scenario, layout.runs))
    now.tell(Sweep(layout, layout.cube(now.store)).findings())


# --- Find where two arrangements break even ------------------------------------------------------


NEAR = 4
"""Values near a crossing and its ends that a search needs, about."""


@study()
def breakeven(
    now: Begun,
    vary: Vary = None,
    outcomes: Outcomes = None,
    arrangements: Pair = None,
    level: Annotated[
        float | None, typer.Option(help="Where one arrangement reaches this, in its own unit.")
    ] = None,
    points: Annotated[int, typer.Option(min=2, help="Values of the first scan.")] = 7,
) -> None:
    """Find the value of a number at which two arrangements give the same outcome."""
    from sim.report.figures.studies import breakeven as draw
    from sim.studies.breakeven import Search, asked
    from sim.studies.breakeven import breakeven as search
    from sim.studies.request import names_of

    sides: list[str | float] = [*names_of(arrangements)]
    sides += [] if level is None else [level]
    lean, one, equation = asked(now.scenario, vary, outcomes or (), sides)
    now.start((lean, (points + NEAR) * lean.experiment.replications))
    found = search(lean, one, equation.outcome, sides, Search(points), now.store)
    now.tell(found.findings(), {"curve": draw(found)})


# --- Show what banks earn against how many firms survive, over two terms of a contract -----------


@study()
def frontier(
    now: Begun,
    vary: Vary = None,
    outcomes: Outcomes = None,
    arrangements: Arrangements = None,
    points: Annotated[
        int | None, typer.Option(min=4, help="Points of the grid, about; 25 by default.")
    ] = None,
) -> None:
    """Show two outcomes over the ranges of two numbers, and mark the efficient set."""
    from sim.report.figures.studies import frontier as draw
    from sim.studies.frontier import Frontier, laid_out
    from sim.studies.sweep import Plan

    layout = laid_out(now.scenario, vary, outcomes, arrangements, Plan(points=points))
    now.start((layout.scenario, layout.runs))
    found = Frontier(layout, layout.cube(now.store))
    now.tell(found.findings(), {"frontier": draw(found)})


# --- Measure which numbers move outcomes most ----------------------------------------------------


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
    from sim.report.figures.studies import sensitivity as draw
    from sim.studies.sensitivity import DIFFERENCE, Screening, laid_out
    from sim.studies.sensitivity import sensitivity as screen

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


# --- Try which conclusions survive what was only assumed -----------------------------------------


@study()
def robustness(
    now: Begun,
    vary: Vary = None,
    outcomes: Outcomes = None,
    points: Annotated[int, typer.Option(min=8, help="Points of the Latin hypercube.")] = 64,
    replications: EachPoint = 4,
    tornado: Annotated[
        int, typer.Option(min=0, help="Numbers that are also moved one at a time.")
    ] = 12,
) -> None:
    """Try which differences keep their sign over the ranges of all assumptions."""
    from sim.report.figures.studies import tornado as draw
    from sim.studies.robustness import Trial, laid_out, runs_of
    from sim.studies.robustness import robustness as attempt

    trial = Trial(points, replications, tornado)
    layout = laid_out(now.scenario, vary, outcomes, trial)
    now.start((layout.scenario, runs_of(layout, trial)))
    found = attempt(now.scenario, vary, outcomes, trial, now.store)
    drawn = {f"tornado-{pair}": draw(found, *names) for pair, *names in pairs(found.tornado)}
    now.tell(found.findings(), drawn)


# --- Discover in which worlds arrangements lose, and in which they win ---------------------------


@study()
def discover(
    now: Begun,
    outcomes: Outcomes = None,
    arrangements: Arrangements = None,
    vary: Vary = None,
    points: Annotated[int, typer.Option(min=12, help="Worlds of the Latin hypercube.")] = 96,
    replications: EachPoint = 4,
) -> None:
    """Find the ranges of assumptions in which arrangements lose and win."""
    from sim.report.figures.studies import boxed, worlds
    from sim.studies.discovery import Sample, laid_out
    from sim.studies.discovery import discover as search

    sample = Sample(points, replications)
    layout = laid_out(now.scenario, outcomes, arrangements, vary, sample)
    now.start((layout.scenario, layout.runs))
    found = search(now.scenario, layout.aims.outcomes[0], arrangements, vary, sample, now.store)
    drawn = {f"{one.arrangement}_{one.side}": worlds(found, one) for one in boxed(found)}
    now.tell(found.findings(), drawn)
