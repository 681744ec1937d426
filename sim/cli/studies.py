"""The commands of studies: over ranges of numbers, between two arrangements, of one run.

Each asks what is wrong, says how long it takes, and writes what it finds into its folder.
"""

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from sim.cli.options import (
    Arrangements,
    BadInputError,
    EachPoint,
    Outcomes,
    Pair,
    Until,
    Vary,
    say,
)
from sim.cli.study_base import Begun, study
from sim.experiment.progress import REPLICATIONS
from sim.experiment.run_folder import RunFolder, read_results
from sim.scenario.toml_text import fingerprint


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
    now.tell(Sweep(layout, layout.outcome_array(now.store)).findings())


NEAR = 4
"""Values near a crossing and its ends that a search needs, about."""


@study()
def breakeven(
    now: Begun,
    vary: Vary = None,
    outcomes: Outcomes = None,
    arrangements: Pair = None,
    level: Annotated[
        str | None,
        typer.Option(
            metavar="NUMBER", help="Where one arrangement reaches this: 8% or 0.08 for a share."
        ),
    ] = None,
    points: Annotated[int, typer.Option(min=2, help="Values of the first scan.")] = 7,
) -> None:
    """Find the value of a number at which two arrangements give the same outcome."""
    from sim.report.figures.studies import breakeven as draw
    from sim.studies.breakeven import breakeven as search
    from sim.studies.breakeven import check_request, sides_of

    sides = sides_of(arrangements, level, outcomes)
    lean, one, equation = check_request(now.scenario, vary, outcomes or (), sides)
    now.start((lean, (points + NEAR) * lean.experiment.replications))
    found = search(lean, one, equation.outcome, sides, points=points, store=now.store)
    now.tell(found.findings(), {"curve": draw(found)})


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
    found = Frontier(layout, layout.outcome_array(now.store))
    now.tell(found.findings(), {"frontier": draw(found)})


@study()
def design(  # noqa: PLR0913, PLR0917 -- one argument for each option of the command
    now: Begun,
    over: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=LOW:HIGH", help="A term and its range; may be repeated."),
    ] = None,
    maximise: Annotated[
        str | None, typer.Option(metavar="OUTCOME", help="What is to be as large as can be.")
    ] = None,
    minimise: Annotated[
        str | None, typer.Option(metavar="OUTCOME", help="What is to be as small as can be.")
    ] = None,
    subject_to: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CONDITION",
            help='For example "bank.net_margin >= 0.2 %", or ">= baseline": no worse off than'
            " under the baseline; may be repeated.",
        ),
    ] = None,
    arrangement: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Whose terms, where the keys do not say it."),
    ] = None,
    points: Annotated[
        int | None, typer.Option(min=4, help="Points of the first scan; 8 for one term.")
    ] = None,
    rounds: Annotated[int, typer.Option(min=0, help="Rounds of improvement, at most.")] = 6,
    draws: Annotated[
        int, typer.Option(min=0, help="Draws of the posterior at which the answer is tried too.")
    ] = 0,
) -> None:
    """Find the terms of a contract that serve one side best while others are no worse off."""
    from sim.report.figures.design import design as draw
    from sim.studies.contract_terms import Wish, check_request
    from sim.studies.design import designed
    from sim.studies.designed import Search, jobs_of

    wish = Wish(maximise, subject_to, arrangement, minimise)
    task = check_request(now.scenario, over, wish)
    search = Search(points, rounds, draws=draws)
    now.start(*jobs_of(task, search), at_most=True)
    found = designed(task, search, now.store)
    now.tell(found.findings(), {"points": draw(found)})


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
    found = screen(now.scenario, vary, outcomes, screening=how, store=now.store)
    rows = found.indices[found.indices["kind"] == DIFFERENCE]
    drawn = {f"{method}-{pair}": draw(found, *names) for pair, *names in pairs(rows)}
    now.tell(found.findings(), drawn)


def pairs(rows: Any) -> list[tuple[str, str, str]]:
    """Every outcome and arrangement of a table once, after a name for files."""
    once = rows[["outcome", "arrangement"]].drop_duplicates().to_numpy().tolist()
    return [(f"{outcome.replace('.', '-')}-{arm}", outcome, arm) for outcome, arm in once]


@study()
def robustness(  # noqa: PLR0913, PLR0917 -- one argument for each option of the command
    now: Begun,
    vary: Vary = None,
    outcomes: Outcomes = None,
    points: Annotated[int, typer.Option(min=8, help="Points of the Latin hypercube.")] = 64,
    replications: EachPoint = 4,
    tornado: Annotated[
        int, typer.Option(min=0, help="Numbers that are also moved one at a time.")
    ] = 12,
    store_turns: Annotated[
        bool,
        typer.Option("--store-turns", help="Keep with shipped files what turns each headline."),
    ] = False,
) -> None:
    """Try which differences keep their sign over the ranges of all assumptions."""
    from sim.report.figures.selection import NUMBERS
    from sim.report.figures.studies import tornado as draw
    from sim.studies.request import HEADLINES
    from sim.studies.robustness import Trial, laid_out, runs_of
    from sim.studies.robustness import robustness as attempt
    from sim.studies.turns import keep_turns, with_turns

    if store_turns and outcomes is None:
        # What pages begin with, beside what studies look at.
        outcomes = list(dict.fromkeys((*NUMBERS, *HEADLINES)))
    trial = Trial(points, replications, tornado)
    layout = laid_out(now.scenario, vary, outcomes, trial)
    now.start((layout.scenario, runs_of(layout, trial)))
    found = attempt(now.scenario, vary, outcomes, trial=trial, store=now.store)
    drawn = {f"tornado-{pair}": draw(found, *names) for pair, *names in pairs(found.tornado)}
    now.tell(with_turns(found), drawn)
    if store_turns:
        keep_turns(found, now.scenario, now.given.file.stem)


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
    asked = now.scenario, layout.scope.outcomes[0], arrangements, vary
    found = search(*asked, sample=sample, store=now.store)
    drawn = {f"{one.arrangement}_{one.side}": worlds(found, one) for one in boxed(found)}
    now.tell(found.findings(), drawn)


@study()
def attribute(
    now: Begun,
    arrangements: Pair = None,
    outcomes: Outcomes = None,
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
) -> None:
    """Split the gap between two arrangements over the clauses in which they differ."""
    from sim.report.figures import studies as draw
    from sim.studies.attribution import attribute as run
    from sim.studies.attribution import check_request, decompose, worlds_of

    marks, plan = check_request(now.scenario, arrangements or (), outcomes, pairs)
    pair, runs = (plan.game.first, plan.game.second), plan.runs()
    four = worlds_of(now.scenario, pair)[:1] if split else []
    now.start(*((one, 1) for one, _ in runs), *((one, 3 * len(runs)) for one in four))
    clauses = run(now.scenario, pair, marks, pairs=plan.pairs, store=now.store)
    steps = decompose(now.scenario, pair, marks, store=now.store) if split else None
    now.tell(clauses.findings(), {"parts": draw.attribution(clauses)})
    if steps is not None:
        now.tell(steps.findings(), {"parts": draw.decomposition(steps)})


@study()
def precision(
    now: Begun,
    until: Until = None,
    outcomes: Outcomes = None,
    firms: Annotated[
        str | None,
        typer.Option(metavar="LOW:HIGH", help="Where their number is free: both ends are run."),
    ] = None,
) -> None:
    """Tell luck of firms from luck of histories, and plan a stated half-width at least cost."""
    from sim.studies.precision import check_request
    from sim.studies.precision import precision as measure

    asked = check_request(now.scenario, until or (), outcomes, firms)
    now.start(*reversed(asked.jobs()), at_most=len(asked.sizes) > 1)
    now.tell(measure(now.scenario, until or (), outcomes, firms, now.store).findings())


@study()
def cycle(now: Begun) -> None:
    """Tell when arrangements overtake, profit by regime and vintage, firms saved, banks."""
    from sim.report.figures.studies import leads
    from sim.studies.cycle import cycle as read
    from sim.studies.request import comparable

    comparable(now.scenario)
    found = read(recalled(now.folder, now.scenario) or simulated(now))
    now.tell(found.findings(), {"leads": leads(found)})


@study()
def effects(now: Begun) -> None:
    """Tell who is really helped, what would have been anyway, and at what public price."""
    from sim.report.figures.gains import gains
    from sim.studies.effects import effects as read
    from sim.studies.request import comparable

    comparable(now.scenario)
    found = read(recalled(now.folder, now.scenario) or simulated(now))
    now.tell(found.findings(), {"gains": gains(found)})


@study()
def drift(now: Begun) -> None:
    """Tell whether firms, loans, business and defaults are steady over the horizon."""
    from sim.studies.drift import drift as read

    now.tell(read(recalled(now.folder, now.scenario) or simulated(now)).findings())


@study()
def ceilings(now: Begun) -> None:
    """Tell beside each effect on survival the most that lines, or any money, could do."""
    from sim.studies.ceilings import ceilings as run
    from sim.studies.ceilings import worlds_of

    worlds = worlds_of(now.scenario)
    now.start(*((one, one.experiment.replications) for one in worlds))
    now.tell(run(now.scenario, store=now.store).findings())


@study()
def what_if(
    now: Begun,
    firm: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE,...",
            help="An applicant: stage=growth,sales=20,cash=3,quality=0.5; may be repeated.",
        ),
    ] = None,
    applicants: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Applicants, one a row.")
    ] = None,
    copies: Annotated[int, typer.Option(help="Of each applicant in each history.")] = 100,
    years: Annotated[
        int | None,
        typer.Option(help="Lives are followed so long; else as the longest contract, at most 10."),
    ] = None,
) -> None:
    """Tell what one more loan does: decision, margin, losses, capital, tail, what flips it."""
    from sim.studies.what_if import check_request
    from sim.studies.what_if import what_if as run

    asked = check_request(now.scenario, firm or (), applicants, copies, years)
    now.start((asked.scenario, asked.scenario.experiment.replications))
    now.tell(run(now.scenario, firm or (), applicants, copies, years, store=now.store).findings())


def recalled(folder: RunFolder, scenario: Any) -> Any:
    """Read the results of a run of this very scenario; None where there is none."""
    from sim.experiment.identity import differences
    from sim.studies.cycle import NEEDED

    manifest = folder.manifest()
    if manifest.get("scenario_sha256") != fingerprint(scenario) or not manifest.get("finished"):
        return None
    if other := differences(manifest):
        say(f"notice: the run in the folder is of another version: {', '.join(other)}")
        return None
    results = read_results(folder.path)
    return results if set(NEEDED) <= set(results.table("series").words("series")) else None


def simulated(now: Begun) -> Any:
    """Run the scenario; nothing of the run is kept but what the study tells."""
    from sim.experiment.simulate import simulate
    from sim.studies.request import arms_alone

    if not now.given.quiet:
        say("no run of this scenario lies in the folder; simulating it for this study")
    alone = arms_alone(now.scenario)
    now.start((alone, alone.experiment.replications), what=REPLICATIONS)
    how = {"workers": now.store.workers, "executor": now.store.executor}
    return simulate(alone, **how, progress=now.store.progress)


@study()
def reverse_stress(  # noqa: PLR0913, PLR0917 -- one argument for each option of the command
    now: Begun,
    breaks: Annotated[
        str,
        typer.Option("--break", metavar="CONDITION", help='For example "bank.raroc < -20%".'),
    ],
    arrangements: Arrangements = None,
    starts: Annotated[
        list[str] | None, typer.Option(metavar="YEAR,...", help="Years in which it begins.")
    ] = None,
    depths: Annotated[
        list[str] | None,
        typer.Option(metavar="X,...", help="Factors on the yearly systematic factor."),
    ] = None,
    longest: Annotated[float, typer.Option(min=0.0, help="Longest spell, in years.")] = 5.0,
    step: Annotated[float, typer.Option(min=0.0, help="Lengths are multiples of it.")] = 0.25,
    regime: Annotated[
        str, typer.Option(help="Imposed; by default the regime with most setbacks.")
    ] = "",
) -> None:
    """Find the mildest bad times under which an outcome crosses a limit."""
    from sim.report.figures.studies import stress
    from sim.studies.request import numbers_of, together
    from sim.studies.stress import StressRange, check_request
    from sim.studies.stress import reverse_stress as run

    usual = StressRange()
    years, factors = together(
        lambda: numbers_of("--starts", starts, usual.starts),
        lambda: numbers_of("--depths", depths, usual.depths),
    )
    space = StressRange(years, factors, longest, step, regime)
    search = check_request(now.scenario, breaks, arrangements, space)
    runs = search.most * search.scenario.experiment.replications
    now.start((search.scenario, runs), at_most=True)
    found = run(now.scenario, breaks, arrangements, space=space, store=now.store)
    now.tell(found.findings(), {"tried": stress(found)})


class FateName(StrEnum):
    """What an arrangement may do to a firm."""

    SAVED = "saved"
    LOST = "lost"


@study("workers", "scheduler")
def story(
    now: Begun,
    firm: Annotated[
        int | None, typer.Argument(min=0, help="Number of the firm, from 0; or see --find.")
    ] = None,
    find: Annotated[
        FateName | None,
        typer.Option(help="Look for a firm that B of --arrangements A,B saves or loses."),
    ] = None,
    arrangements: Pair = None,
    replication: Annotated[
        int, typer.Option(min=0, help="Which of the random histories, or the first to search.")
    ] = 0,
) -> None:
    """Tell the life of one firm under each arrangement, or what makes the gap between two."""
    from sim.report.figures.life import life
    from sim.studies.story import check_firm, check_request, findings_of, story_gap
    from sim.studies.story import story as follow

    if (firm is None) == (find is None):
        raise BadInputError("story", "needs a firm or --find", "for example --find saved")
    found = None
    if find is not None:
        found = looked_for(now, find.value, arrangements or (), replication)
        if found.firm is None or found.replication is None:
            now.tell(found.findings())
            return
        firm, replication = found.firm, found.replication
    number = firm or 0
    if arrangements:
        check_request(now.scenario, number, arrangements)
        now.start()
        gap = story_gap(now.scenario, number, arrangements, replication)
        findings, lives = gap.findings(), gap.story
    else:
        check_firm(now.scenario, number, replication)
        now.start()
        lives = follow(now.scenario, number, replication)
        findings = findings_of(lives)
    if found is not None:
        findings = replace(findings, sentences=(found.sentence(), *findings.sentences))
    # The colours are those that arrangements have in the whole scenario.
    names = tuple(dict.fromkeys([*now.scenario.experiment.arrangements, *lives.events]))
    now.tell(findings, {"life": life(lives, names)} if lives.enters else None)


def looked_for(now: Begun, fate: Any, arrangements: Any, first: int) -> Any:
    """Find a firm of a fate, one replication after the other, from `first` on."""
    from sim.studies.fate import check_request, find_firm

    _, lean = check_request(now.scenario, fate, arrangements, first)
    now.store.workers = 1
    now.start((lean, lean.experiment.replications - first), what=REPLICATIONS, at_most=True)
    found = find_firm(now.scenario, fate, arrangements, first, now.store.progress)
    now.end()
    return found
