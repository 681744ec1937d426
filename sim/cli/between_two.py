"""Attribute: which clauses make the gap between two arrangements."""

from typing import Annotated, Any

import typer

from sim.cli.options import Arrangements, Outcomes, Pair, say
from sim.cli.report import read_results
from sim.cli.run_folder import RunFolder
from sim.cli.study import Begun, study
from sim.experiment.progress import REPLICATIONS
from sim.scenario.toml_text import fingerprint

# --- Attribute: which clauses make the gap between two arrangements ------------------------------


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
    from sim.studies.attribution import asked, decompose, worlds_of
    from sim.studies.attribution import attribute as run

    marks, plan = asked(now.scenario, arrangements or (), outcomes, pairs)
    pair, runs = (plan.game.first, plan.game.second), plan.runs()
    four = worlds_of(now.scenario, pair)[:1] if split else []
    now.start(*((one, 1) for one, _ in runs), *((one, 3 * len(runs)) for one in four))
    clauses = run(now.scenario, pair, marks, pairs=plan.pairs, store=now.store)
    steps = decompose(now.scenario, pair, marks, store=now.store) if split else None
    now.tell(clauses.findings(), {"parts": draw.attribution(clauses)})
    if steps is not None:
        now.tell(steps.findings(), {"parts": draw.decomposition(steps)})


# --- Across the cycle: what one run says of overtaking, regimes, vintages, firms and banks -------


@study()
def cycle(now: Begun) -> None:
    """Tell when arrangements overtake, profit by regime and vintage, firms saved, banks."""
    from sim.report.figures.studies import leads
    from sim.studies.cycle import check
    from sim.studies.cycle import cycle as read

    check(now.scenario)
    found = read(recalled(now.folder, now.scenario) or simulated(now))
    now.tell(found.findings(), {"leads": leads(found)})


def recalled(folder: RunFolder, scenario: Any) -> Any:
    """Read the results of a run of this very scenario; None where there is none."""
    from sim.studies.cycle import NEEDED

    manifest = folder.manifest()
    if manifest.get("scenario_sha256") != fingerprint(scenario) or not manifest.get("finished"):
        return None
    results = read_results(folder)
    return results if set(NEEDED) <= set(results.series["series"].unique()) else None


def simulated(now: Begun) -> Any:
    """Run the scenario; nothing of the run is kept but what the study tells."""
    from sim.experiment.simulate import simulate

    if not now.given.quiet:
        say("no run of this scenario lies in the folder; simulating it for this study")
    now.start((now.scenario, now.scenario.experiment.replications), what=REPLICATIONS)
    return simulate(now.scenario, workers=now.store.workers, progress=now.store.progress)


# --- Reverse stress: how bad times must be before something breaks -------------------------------


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
    from sim.report.figures.studies import stress
    from sim.studies.request import numbers_of, together
    from sim.studies.stress import StressRange, asked
    from sim.studies.stress import reverse_stress as run

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


# --- Tell the life of one firm under each arrangement, side by side ------------------------------


@study("replications", "workers", "yes")
def story(
    now: Begun,
    firm: Annotated[int, typer.Argument(min=0, help="Number of the firm, from 0.")],
    arrangements: Pair = None,
    replication: Annotated[int, typer.Option(min=0, help="Which of the random histories.")] = 0,
) -> None:
    """Tell the life of one firm under each arrangement, or what makes the gap between two."""
    from sim.report.figures.life import life
    from sim.studies.story import asked, check_firm, findings_of, story_gap
    from sim.studies.story import story as follow

    if arrangements:
        asked(now.scenario, firm, arrangements)
        now.start()
        gap = story_gap(now.scenario, firm, arrangements, replication)
        findings, told = gap.findings(), gap.story
    else:
        check_firm(now.scenario, firm)
        now.start()
        told = follow(now.scenario, firm, replication)
        findings = findings_of(told)
    # The colours are those that arrangements have in the whole scenario.
    names = tuple(dict.fromkeys([*now.scenario.experiment.arrangements, *told.events]))
    now.tell(findings, {"life": life(told, names)} if told.is_lived else None)
