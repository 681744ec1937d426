"""Run a scenario: simulate, measure, compare, write the files, print the comparison."""

import os
import shlex
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.command import walk
from sim.command.failure import INTERRUPTED, told
from sim.command.folder import COMPARISON, RUNS, RunFolder
from sim.command.options import (
    InLanguage,
    Most,
    Out,
    Quiet,
    Record,
    ScenarioFile,
    Seed,
    Settings,
    Until,
    Words,
    Workers,
    settings_of,
)
from sim.command.pages import write_findings
from sim.command.progress import progress
from sim.command.screen import console, say, silent
from sim.command.summary import heading, summary
from sim.command.until import simulate_until
from sim.experiment.pace import REPLICATIONS
from sim.scenario.dump import fingerprint


@told
def run(  # noqa: PLR0913, PLR0917 -- one argument for each option of the command
    file: ScenarioFile,
    settings: Settings = None,
    replications: Annotated[
        int | None, typer.Option(min=1, help="Random histories of each arrangement.")
    ] = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Out = None,
    keep: Annotated[
        list[Record] | None,
        typer.Option(help="Keep the records of firms or of events too; may be repeated."),
    ] = None,
    solve_beliefs: Annotated[
        bool,
        typer.Option("--solve-beliefs", help="First make banks' beliefs meet outcomes."),
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Keep what an interrupted run has finished.")
    ] = False,
    until: Until = None,
    most: Most = 1000,
    written: InLanguage = Words.ENGLISH,
    quiet: Quiet = False,
) -> None:
    """Run a scenario and compare its arrangements."""
    from sim.scenario.load import load_with_notices

    targets = read_targets(until)
    given = settings_of(settings, replications=replications, seed=seed)
    scenario, notices = load_with_notices(file, given)
    tell = silent if quiet else say
    for notice in notices:
        tell(f"notice: {notice}")
    RunFolder(out or RUNS).check_usable()
    walk.prepare(scenario, tell)
    if solve_beliefs:
        with progress(quiet, REPLICATIONS) as report:
            scenario = walk.solve_beliefs(scenario, workers or cores(), report)
    job = walk.Job(
        scenario,
        RunFolder(out or default_folder(file, scenario)),
        workers or min(cores(), scenario.experiment.replications),
        tuple(record.value for record in keep or ()),
        resume,
        tuple(map(str, notices)),
    )
    job, simulated, precision = simulate_until(job, (targets, most), lambda j: _simulate(j, quiet))
    if not simulated.is_whole:
        options = ["--solve-beliefs"] if solve_beliefs else []
        options += ["--workers", str(workers)] if workers else []
        options += [word for target in until or () for word in ("--until", target)]
        options += ["--most", str(most)] if until else []
        options += ["--language", written.value] if written is not Words.ENGLISH else []
        options += ["--quiet"] if quiet else []
        _stop(job, simulated, [str(file), *_settings(given), *options])
    comparison = write_findings(job.folder, simulated.results, written.value)
    if quiet:
        typer.echo(job.folder.path)
        return
    typer.echo(f"{heading(comparison)}\n")
    console().print(summary(comparison))
    for sentence in precision.sentences() if precision is not None else ():
        typer.echo(sentence)
    typer.echo(f"\nall outcomes: {job.folder.path / COMPARISON}")
    typer.echo(f"report: {job.folder.report}")


def read_targets(until: list[str] | None) -> tuple[Any, ...]:
    """Read the half-widths that are asked for; as in `sim.study.target.parse_targets`."""
    if not until:
        return ()
    from sim.study.target import parse_targets

    return parse_targets(until)


def default_folder(file: Path, scenario: Any) -> Path:
    """Name the folder of a run by its scenario and all of its values."""
    return RUNS / f"{file.stem}-{fingerprint(scenario)[:8]}"


def cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _simulate(job: walk.Job, is_quiet: bool) -> walk.Simulated:
    with progress(is_quiet, REPLICATIONS) as report:
        simulated = walk.simulate(job, report)
    if simulated.replications:
        walk.write_results(job, simulated)
    return simulated


def _settings(given: list[str]) -> list[str]:
    return [word for setting in given for word in ("--set", setting)]


def _stop(job: walk.Job, simulated: walk.Simulated, arguments: list[str]) -> None:
    """End an interrupted run: say what is kept and how to go on."""
    done, asked = len(simulated.replications), job.scenario.experiment.replications
    if not done:
        say("interrupted before the first replication was finished; nothing was written")
        raise typer.Exit(INTERRUPTED)
    words = ["python", "-m", "sim", "run", *arguments]
    words += [word for record in job.keep for word in ("--keep", record)]
    words += ["--out", str(job.folder.path), "--resume"]
    say(f"interrupted: {done} of {asked} replications are kept in {job.folder.path}")
    say(f"  go on with: {shlex.join(words)}")
    raise typer.Exit(INTERRUPTED)
