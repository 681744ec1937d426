"""Compare arrangements across scenario files, as precisely as is asked for."""

import functools
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.base.shipped import scenario_path
from sim.cli.options import (
    BadInputError,
    Most,
    Out,
    Quiet,
    Replications,
    Seed,
    Settings,
    Until,
    Workers,
    Yes,
    given_command,
    print_text,
    reports_errors,
    say,
    settings_of,
    silent,
)
from sim.cli.scheduler import Scheduler
from sim.cli.study_base import Given, opened, print_findings, write_study
from sim.experiment.run_folder import COMPARISON, RUNS, RunFolder
from sim.scenario.toml_text import fingerprint

Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="SCENARIO...", parser=scenario_path, help="Scenario files, or two folders of runs."
    ),
]
TAIL = "--tail"
Tail = Annotated[
    list[str] | None,
    typer.Option(
        metavar="OUTCOME=LEVEL",
        help="Quantile and expected shortfall on the bad side, e.g. bank.credit_loss=95%.",
    ),
]


@reports_errors
def compare(  # noqa: PLR0913, PLR0917 -- one argument for each option of the command
    files: Files,
    settings: Settings = None,
    until: Until = None,
    most: Most = 1000,
    levels: Annotated[
        bool, typer.Option("--levels-too", help="Half-widths hold for levels too.")
    ] = False,
    tail: Tail = None,
    baseline: Annotated[
        str | None, typer.Option(help="Compare with this arrangement instead of the file's.")
    ] = None,
    replications: Replications = None,
    seed: Seed = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    out: Out = None,
    measure_variance_reduction: Annotated[
        bool,
        typer.Option(
            "--measure-variance-reduction",
            help="Measure how many replications with independent seeds one is worth.",
        ),
    ] = False,
    yes: Yes = False,
    quiet: Quiet = False,
) -> None:
    """Compare arrangements of scenarios with common random numbers, or two folders of runs."""
    values = settings_of(settings, replications=replications, seed=seed)
    if any(file.is_dir() for file in files):
        two_runs(files, out, quiet, is_bare=not (values or until or tail or baseline))
        return
    from sim.base.columns import write_csv
    from sim.studies.comparison import Precisely, align_scenarios, compare_scenarios, tail_findings
    from sim.studies.request import together
    from sim.studies.variance import METHODS, variance_factors

    scenarios = load_files(files, values, silent if quiet else say)
    first, own = _first(scenarios)
    aim = Precisely(until or (), most, with_levels=levels)
    targets, aligned = together(aim.targets, lambda: align_scenarios(scenarios, baseline))
    tails = read_tails(tail or (), scenarios, aim)
    jobs = [(one, most if targets else own) for one in aligned.scenarios]
    jobs += [(first, own)] * (len(METHODS) - 1) * measure_variance_reduction
    given = Given(files[0], workers=workers, scheduler=scheduler, yes=yes, quiet=quiet)
    with opened(given, first, out or default_folder(files, list(scenarios.values()))) as now:
        now.start(*jobs, at_most=bool(targets))
        found, extra = compare_scenarios(scenarios, baseline, precisely=aim, store=now.store), []
        if measure_variance_reduction:
            extra.append(variance_factors(first, store=now.store).findings())
        if tails:
            extra.append(tail_findings(found.outcomes, tails))
        now.end()
        with now.folder.staging() as stage:
            write_csv(found.comparison.frame(), stage / COMPARISON)
        for findings in (found.findings(), *extra):
            now.write(findings)
        if not quiet:
            _print(found, extra)
            typer.echo(f"\nall outcomes: {now.folder.path / COMPARISON}")


def two_runs(files: Sequence[Path], out: Path | None, quiet: bool, is_bare: bool) -> None:
    """Say in what two runs differ; with --out as tables and page, too.

    Raises BadInputError if two folders are not what is given, or options for scenarios are.
    """
    from sim.experiment.run import load_run
    from sim.studies.runs import compare_runs

    if len(files) != 2 or not all(file.is_dir() for file in files) or not is_bare:
        what = "must be two folders of runs without further values, or scenario files"
        where = " ".join(map(str, files))
        raise BadInputError(where, what, "for example: compare runs/ONE runs/OTHER")
    found = compare_runs(load_run(files[0]), load_run(files[1])).findings()
    if out is not None:
        folder = RunFolder(out)
        with folder.held():
            about = {"command": given_command(), "title": found.title, "question": ""}
            place = write_study(folder, found, about)
    if not quiet:
        for n, name in enumerate(one for one in ("scenario", "headlines") if one in found.tables):
            told = () if n else found.sentences
            print_findings(replace(found, sentences=told, tables={name: found.tables[name]},
                                   captions={name: found.captions[name]}))  # fmt: skip
    if out is not None:
        typer.echo(place if quiet else f"\ntables: {place}")


def _first(scenarios: dict[str, Any]) -> tuple[Any, int]:
    """Give the first scenario, and how many replications it asks for."""
    first = next(iter(scenarios.values()))
    return first, int(first.experiment.replications)


def load_files(
    files: Sequence[Path], settings: Sequence[str], tell: Callable[[str], None] = silent
) -> dict[str, Any]:
    """Load scenarios by the stem of their file, and tell what should be looked at in them.

    Raises
    ------
    BadInputError
        If two files have the same name.
    ScenarioError
        If one is not sound.
    """
    from sim.scenario.scenario import load_with_notices

    found: dict[str, Any] = {}
    once: dict[str, None] = {}
    for file in files:
        if file.stem in found:
            cure = "give each file once, or rename one of them"
            raise BadInputError(str(file), "has the name of a file before it", cure)
        found[file.stem], notices = load_with_notices(file, settings)
        # A base that several files extend is told of once.
        once |= dict.fromkeys(f"notice: {notice}" for notice in notices)
    for notice in once:
        tell(notice)
    return found


def read_tails(
    texts: Sequence[str], scenarios: dict[str, Any], aim: Any
) -> tuple[tuple[str, float], ...]:
    """Read ``outcome=level``; for levels that the histories cannot reach, say how many can."""
    from sim.studies.request import together

    first = next(iter(scenarios.values()))
    most = aim.most if aim.until else first.experiment.replications
    found = together(*(
        functools.partial(_tail, text, first.variance_reduction.unit, most) for text in texts
    ))  # fmt: skip
    return tuple(found)


def _tail(text: str, unit: int, most: int) -> tuple[str, float]:
    """Read one tail; `unit` replications make one history, `most` are asked for."""
    from sim.analysis.outcomes_table import paths_for_tail
    from sim.studies.comparison import number_of
    from sim.studies.request import marks_of, refused

    name, _, level = text.partition("=")
    share = number_of(level)
    (outcome,) = marks_of(name, 1, TAIL)
    if not 0.5 <= share < 1.0:
        cure = "for example bank.credit_loss=95%"
        raise refused(TAIL, "must be an outcome and a level from 50% to below 100%", text, cure)
    needed = unit * paths_for_tail(share)
    if most < needed:
        rule = f"needs {needed:,} replications; {most:,} are asked for"
        raise refused(TAIL, rule, "", f"give --replications {needed}")
    return outcome, share


def default_folder(files: Sequence[Path], scenarios: Sequence[Any]) -> Path:
    """Name the folder of a comparison by its files and all of their values."""
    words = "".join(fingerprint(scenario) for scenario in scenarios)
    stem = files[0].stem if len(files) == 1 else f"{files[0].stem}-and-{len(files) - 1}-more"
    return RUNS / f"compare-{stem}-{hashlib.sha256(words.encode()).hexdigest()[:8]}"


def _print(found: Any, extra: list[Any]) -> None:
    from sim.cli.screen import show

    show(found.comparison, None)
    typer.echo("")
    for sentence in found.sentences():
        print_text(sentence)
    if found.precision is not None:
        # The words stand above already.
        print_findings(replace(found.findings(), sentences=()))
    for findings in extra:
        typer.echo("")
        print_findings(findings)
