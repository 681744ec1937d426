"""Compare arrangements across scenario files, as precisely as is asked for."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.command import walk
from sim.command.failure import BadInputError, told
from sim.command.folder import COMPARISON, RUNS, RunFolder
from sim.command.options import Most, Quiet, Settings, Until, settings_of
from sim.command.progress import progress
from sim.command.run import cores
from sim.command.screen import console, say
from sim.command.study import (
    Out,
    Replications,
    Seed,
    Workers,
    about_study,
    open_store,
    print_findings,
    write_study,
)
from sim.command.summary import heading, summary
from sim.scenario.dump import fingerprint

Files = Annotated[
    list[Path], typer.Argument(metavar="SCENARIO...", help="One scenario file or several.")
]
Tail = Annotated[
    list[str] | None,
    typer.Option(
        metavar="OUTCOME=LEVEL",
        help="Quantile and expected shortfall on the bad side, e.g. bank.credit_loss=95%.",
    ),
]


@told
def compare(  # noqa: PLR0913, PLR0917 -- one argument for each option of the command
    files: Files,
    settings: Settings = None,
    until: Until = None,
    most: Most = 1000,
    levels: Annotated[
        bool, typer.Option("--levels", help="Half-widths hold for levels too.")
    ] = False,
    tail: Tail = None,
    baseline: Annotated[
        str | None, typer.Option(help="Compare with this arrangement instead of the file's.")
    ] = None,
    replications: Replications = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Out = None,
    measure_variance_reduction: Annotated[
        bool,
        typer.Option(
            "--measure-variance-reduction",
            help="Measure how many replications with independent seeds one is worth.",
        ),
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Compare arrangements of one or several scenarios under common luck."""
    from sim.study.scenarios import Precisely

    given = settings_of(settings, replications=replications, seed=seed)
    scenarios = load_files(files, given)
    aim = Precisely(until or (), most, with_levels=levels)
    _check(scenarios, aim, baseline)
    tails = read_tails(tail or (), scenarios, aim)
    folder = RunFolder(out or default_folder(files, list(scenarios.values())))
    RunFolder(out or RUNS).check_usable()
    tell = (lambda _: None) if quiet else say
    first = next(iter(scenarios.values()))
    walk.prepare(first, tell)
    store = open_store(folder, workers or cores())
    with progress(quiet) as report:
        found = _run(scenarios, (aim, baseline), store, report)
        extra = [_measured(first, store, report)] if measure_variance_reduction else []
    extra += [_tails(found.outcomes, tails)] if tails else []
    _write(folder, found, extra, about_study(first))
    if quiet:
        typer.echo(folder.path)
        return
    _print(found, extra, folder)


def load_files(files: Sequence[Path], settings: Sequence[str]) -> dict[str, Any]:
    """Load scenarios by the stem of their file.

    Raises
    ------
    BadInputError
        If two files have the same name.
    ScenarioError
        If one is not sound.
    """
    from sim.scenario.load import load_scenario

    found: dict[str, Any] = {}
    for file in files:
        if file.stem in found:
            cure = "give each file once, or rename one of them"
            raise BadInputError(str(file), "has the name of a file before it", cure)
        found[file.stem] = load_scenario(file, settings)
    return found


def read_tails(
    texts: Sequence[str], scenarios: dict[str, Any], aim: Any
) -> tuple[tuple[str, float], ...]:
    """Read ``outcome=level`` and refuse levels that the histories cannot reach.

    Raises
    ------
    BadInputError
        Before anything runs; says how many replications are needed.
    """
    from sim.outcomes.mark import registry
    from sim.outcomes.quantiles import paths_for_tail

    first = next(iter(scenarios.values()))
    unit = first.variance_reduction.unit
    most = aim.most if aim.until else first.experiment.replications
    found = []
    for text in texts:
        name, _, level = text.partition("=")
        try:
            share = float(level.strip().removesuffix("%")) / (100.0 if "%" in level else 1.0)
        except ValueError:
            share = 0.0
        if name not in registry() or not 0.5 <= share < 1.0:
            cure = "for example bank.credit_loss=95%, a level from 50% to below 100%"
            raise BadInputError(f"--tail {text}", "must be an outcome and a level", cure)
        needed = unit * paths_for_tail(share)
        if most < needed:
            what = f"needs {needed:,} replications; {most:,} are asked for"
            raise BadInputError(f"--tail {text}", what, f"give --replications {needed}")
        found.append((name, share))
    return tuple(found)


def default_folder(files: Sequence[Path], scenarios: Sequence[Any]) -> Path:
    """Name the folder of a comparison by its files and all of their values."""
    words = "".join(fingerprint(scenario) for scenario in scenarios)
    stem = files[0].stem if len(files) == 1 else f"{files[0].stem}-and-{len(files) - 1}-more"
    return RUNS / f"compare-{stem}-{hashlib.sha256(words.encode()).hexdigest()[:8]}"


def _check(scenarios: dict[str, Any], aim: Any, baseline: str | None) -> None:
    """Refuse what cannot be compared before anything runs."""
    from sim.base.errors import SimError
    from sim.study.lineup import line_up

    try:
        aim.targets()
        line_up(scenarios, baseline)
    except SimError as error:
        raise BadInputError(error.where, error.what, error.cure) from error


def _run(scenarios: dict[str, Any], asked: tuple[Any, str | None], store: Any, report: Any) -> Any:
    from sim.study.scenarios import compare_scenarios

    aim, baseline = asked
    return compare_scenarios(scenarios, baseline, aim, store, report)


def _measured(scenario: Any, store: Any, report: Any) -> Any:
    from sim.study.variance import variance_factors

    return variance_factors(scenario, store=store, progress=report).findings()


def _tails(outcomes: Any, tails: tuple[tuple[str, float], ...]) -> Any:
    from sim.study.scenarios import tail_findings

    return tail_findings(outcomes, tails)


def _write(folder: RunFolder, found: Any, extra: list[Any], about: dict[str, Any]) -> None:
    with folder.staging() as stage:
        found.comparison.frame().to_csv(stage / COMPARISON, index=False)
    write_study(folder, found.findings(), about)
    for findings in extra:
        write_study(folder, findings, about)


def _print(found: Any, extra: list[Any], folder: RunFolder) -> None:
    typer.echo(f"{heading(found.comparison)}\n")
    console().print(summary(found.comparison))
    typer.echo("")
    for sentence in found.sentences():
        typer.echo(sentence)
    if found.precision is not None:
        print_findings(_precision_only(found))
    for findings in extra:
        typer.echo("")
        print_findings(findings)
    typer.echo(f"\nall outcomes: {folder.path / COMPARISON}")
    typer.echo(f"report: {folder.report}")


def _precision_only(found: Any) -> Any:
    """The table of half-widths without the words, which stand above it."""
    from dataclasses import replace

    return replace(found.findings(), sentences=())
