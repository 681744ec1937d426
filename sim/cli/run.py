"""Run a scenario: simulate, measure, compare, write the files, print the comparison."""

import os
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.job import Job, Simulated, simulate, write_results
from sim.cli.options import (
    INTERRUPTED,
    Excel,
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
    check_excel,
    console,
    progress,
    reports_errors,
    say,
    settings_of,
    silent,
)
from sim.cli.run_folder import COMPARISON, RUNS, RunFolder
from sim.experiment.progress import REPLICATIONS
from sim.scenario.toml_text import fingerprint

# --- A run that goes on until the half-widths that were asked for are reached --------------------


class _StoppedError(Exception):
    """A simulation was interrupted."""


def simulate_until(
    job: Job, targets: Sequence[Any], most: int, run_job: Callable[[Job], Simulated]
) -> tuple[Job, Simulated, Any]:
    """Simulate; where half-widths are asked for, add replications until they are reached.

    The job is given back with the number of replications that were run, at most `most`, and
    the results with the precision that they reach, None where none is asked for.
    """
    from sim.analysis.outcomes_table import measure
    from sim.studies.comparison import FIRST_BATCH, precision_of, replicate_until
    from sim.studies.precision import planned

    if not targets:
        return job, run_job(job), None
    looks: list[tuple[Job, Simulated]] = []

    def look(count: int) -> Any:
        scenario = job.scenario.with_values({"experiment.replications": count})
        own = replace(job, scenario=scenario, is_resumed=job.is_resumed or bool(looks))
        looks.append((own, run_job(own)))
        if not looks[-1][1].is_whole:
            raise _StoppedError
        return measure(looks[-1][1].results)

    rule = getattr(job.scenario, "variance_reduction", None)
    unit, given = (1 if rule is None else rule.unit), job.scenario.experiment
    check = partial(precision_of, baseline=given.baseline, targets=targets)
    plan = planned(job.folder.path, job.scenario, targets)
    try:
        first = max(FIRST_BATCH * unit, given.replications, plan)
        found = replicate_until(look, check, first, most)[1]
    except _StoppedError:
        return *looks[-1], None
    return *looks[-1], found


# --- Run a scenario: simulate, measure, compare, write the files, print the comparison -----------


@reports_errors
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
        typer.Option(help="Keep records of firms, events or contracts too; may be repeated."),
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
    excel: Excel = False,
    quiet: Quiet = False,
) -> None:
    """Run a scenario and compare its arrangements."""
    from sim.cli.findings import heading, summary, write_findings
    from sim.scenario.scenario import load_with_notices

    check_excel(excel)
    targets = read_targets(until)
    given = settings_of(settings, replications=replications, seed=seed)
    scenario, notices = load_with_notices(file, given)
    tell = silent if quiet else say
    for notice in notices:
        tell(f"notice: {notice}")
    RunFolder(out or RUNS).check_usable()
    scenario = _prepared(scenario, solve_beliefs, workers or cores(), quiet)
    job = Job(
        scenario,
        RunFolder(out or default_folder(file, scenario)),
        workers or min(cores(), scenario.experiment.replications),
        tuple(record.value for record in keep or ()),
        resume,
        tuple(map(str, notices)),
    )
    job, simulated, precision = simulate_until(job, targets, most, lambda j: _simulate(j, quiet))
    if not simulated.is_whole:
        _stop(job, simulated, file, {
            "set": given, "solve-beliefs": solve_beliefs, "workers": workers, "until": until,
            "most": until and most, "language": written is not Words.ENGLISH and written.value,
            "excel": excel, "quiet": quiet, "keep": job.keep, "out": job.folder.path,
            "resume": True,
        })  # fmt: skip

    def told(comparison: Any) -> None:
        typer.echo(f"{heading(comparison)}\n")
        console().print(summary(comparison))
        for sentence in precision.sentences() if precision is not None else ():
            typer.echo(sentence)

    read = None if quiet else told
    write_findings(job.folder, simulated.results, written.value, job.workers, read, excel)
    if quiet:
        typer.echo(job.folder.path)
        return
    typer.echo(f"\nall outcomes: {job.folder.path / COMPARISON}")
    typer.echo(f"report: {job.folder.report}")


def read_targets(until: list[str] | None) -> tuple[Any, ...]:
    """Read the half-widths that are asked for."""
    if not until:
        return ()
    from sim.studies.comparison import parse_targets

    return parse_targets(until)


def default_folder(file: Path, scenario: Any) -> Path:
    """Name the folder of a run by its scenario and all of its values."""
    return RUNS / f"{file.stem}-{fingerprint(scenario)[:8]}"


def cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _prepared(scenario: Any, is_solved: bool, workers: int, is_quiet: bool) -> Any:
    """Load the compiled rules, and make what banks believe meet outcomes where asked for."""
    from sim.experiment.beliefs import solve
    from sim.experiment.simulate import prepare

    prepare(scenario, silent if is_quiet else say)
    if not is_solved:
        return scenario
    with progress(is_quiet, REPLICATIONS) as report:
        report.say("solving for beliefs that meet outcomes ...")
        return solve(scenario, workers, report)


def _simulate(job: Job, is_quiet: bool) -> Simulated:
    with progress(is_quiet, REPLICATIONS) as report:
        simulated = simulate(job, report)
    if simulated.replications:
        write_results(job, simulated)
    return simulated


def _stop(job: Job, simulated: Simulated, file: Path, options: Mapping[str, Any]) -> None:
    """End an interrupted run: say what is kept and how to go on."""
    done, asked = len(simulated.replications), job.scenario.experiment.replications
    if not done:
        say("interrupted before the first replication was finished; nothing was written")
        raise typer.Exit(INTERRUPTED)
    words = ["python", "-m", "sim", "run", str(file), *_written(options)]
    say(f"interrupted: {done} of {asked} replications are kept in {job.folder.path}")
    say(f"  go on with: {shlex.join(words)}")
    raise typer.Exit(INTERRUPTED)


def _written(options: Mapping[str, Any]) -> Iterator[str]:
    """Write options as on the command line, those that hold nothing left out."""
    for name, given in options.items():
        if given is True:
            yield f"--{name}"
        else:
            many = given if isinstance(given, list | tuple) else [given] if given else ()
            for value in many:
                yield from (f"--{name}", str(value))
