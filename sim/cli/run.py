"""Run a scenario: simulate, measure, compare, write the files, print the comparison."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.base.errors import SimError
from sim.base.language import language, tr
from sim.base.named_files import allowed
from sim.cli.at_draws import over_draws, read_draws
from sim.cli.job import WHOLE, Job, Shard, Simulated, begin, simulate, write_results
from sim.cli.options import (
    INTERRUPTED,
    BadInputError,
    Excel,
    Force,
    InLanguage,
    Large,
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
    is_asked,
    print_text,
    progress,
    reports_errors,
    say,
    settings_of,
    silent,
    written_options,
)
from sim.cli.scheduler import Scheduler, check_fits, connected, processes
from sim.experiment.progress import REPLICATIONS
from sim.experiment.run_folder import COMPARISON, RUNS, RunFolder, read_results
from sim.experiment.workers import usual_workers
from sim.scenario.toml_text import fingerprint

# --- A run that goes on until the half-widths that were asked for are reached --------------------


class _StoppedError(Exception):
    """A simulation was interrupted."""


def simulate_until(
    job: Job, targets: Sequence[Any], most: int, run_job: Callable[[Job], Simulated]
) -> tuple[Job, Simulated, Any]:
    """Simulate; where half-widths are asked for, add replications until they are reached.

    The job is given back with the number of replications that were run, at most `most`, and
    what was simulated with the precision that it reaches, None where none is asked for.
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
        return measure(read_results(job.folder.path))

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
    scheduler: Scheduler = None,
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
    force: Force = False,
    shard: Annotated[
        str | None,
        typer.Option(metavar="K/N", help="Only the K-th of N parts; merge puts them together."),
    ] = None,
    until: Until = None,
    most: Most = 1000,
    over_parameters: Annotated[
        int | None,
        typer.Option(
            "--over-parameters",
            min=2,
            metavar="N",
            help="Run it at N draws of the posterior of the fitted numbers too.",
        ),
    ] = None,
    draws: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draws of the posterior; by default the shipped ones."),
    ] = None,
    of_each: Annotated[
        int | None,
        typer.Option(
            "--draw-replications", min=2, help="Histories of each draw; by default at most 8."
        ),
    ] = None,
    store_intervals: Annotated[
        bool,
        typer.Option(
            "--store-intervals", help="Keep the interval over parameters with shipped files."
        ),
    ] = False,
    written: InLanguage = Words.ENGLISH,
    excel: Excel = False,
    large: Large = False,
    quiet: Quiet = False,
) -> None:
    """Run a scenario and compare its arrangements."""
    from sim.scenario.scenario import load_with_notices

    check_excel(excel)
    targets, part = read_targets(until), read_shard(shard)
    given = settings_of(settings, replications=replications, seed=seed)
    scenario, notices = load_with_notices(file, given)
    tell = silent if quiet else say
    for notice in notices:
        tell(f"notice: {notice}")
    RunFolder(out or RUNS).check_usable()
    over = read_draws(over_parameters, draws, of_each, tell)
    with connected(scheduler, tell) as there:
        check_fits(scenario, workers or usual_workers(scenario), large, there)
        scenario = _prepared(scenario, solve_beliefs, workers, quiet, there)
        job = Job(
            scenario,
            RunFolder(out or default_folder(file, scenario, part)),
            workers or usual_workers(scenario),
            tuple(record.value for record in keep or ()),
            resume,
            tuple(map(str, notices)),
            part,
            executor=there,
        )
        options = {
            "set": given, "solve-beliefs": solve_beliefs, "workers": workers, "until": until,
            "most": until and most, "language": written is not Words.ENGLISH and written.value,
            "excel": excel, "large": large, "quiet": quiet, "keep": job.keep,
            "out": job.folder.path, "shard": shard, "over-parameters": over_parameters,
            "draws": draws, "draw-replications": of_each, "store-intervals": store_intervals,
            "scheduler": scheduler,
        }  # fmt: skip
        again = _command(file, options | {"resume": True})
        job = replace(job, command=_command(file, options), go_on_with=again)
        with job.folder.held():
            if not targets:
                _ask_for_fewer(job, force)
            job = begin(job, force)
            job, simulated, precision = simulate_until(
                job, targets, most, lambda one: _simulate(one, quiet)
            )
            if not simulated.is_whole:
                _stop(job, simulated)
            if over is not None:
                over_draws(job, over, quiet, file.stem if store_intervals else "")
            finish(job, written.value, quiet, excel, precision)


def finish(
    job: Job, written: Any, is_quiet: bool, excel: bool = False, precision: Any = None
) -> None:
    """Write the findings of a run that is done; the table is printed before they are drawn."""
    from sim.cli.findings import write_findings
    from sim.cli.screen import show

    def told(comparison: Any, over: Any, outcomes: Any) -> None:
        with language(written):
            show(comparison, job.scenario, over, outcomes)
        for sentence in precision.sentences() if precision is not None else ():
            print_text(sentence)

    folder, read = job.folder, None if is_quiet else told
    write_findings(folder, read_results(folder.path), written, job.workers, read, excel)
    if is_quiet:
        typer.echo(folder.path)
        return
    with language(written):
        typer.echo(f"\n{tr('all outcomes: {file}', file=folder.path / COMPARISON)}")
        typer.echo(tr("report: {file}", file=folder.report))


def read_targets(until: list[str] | None) -> tuple[Any, ...]:
    """Read the half-widths that are asked for."""
    if not until:
        return ()
    from sim.studies.comparison import parse_targets

    return parse_targets(until)


def read_shard(text: str | None) -> Shard:
    """Read which part of a run is asked for, as 2/3; the whole where none is."""
    if text is None:
        return WHOLE
    number, _, of = text.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        cure = "for example 2/3, the second of three parts"
        raise BadInputError("--shard", f"must be K/N with K from 1 to N; got {text}", cure)
    return Shard(int(number), int(of))


def default_folder(file: Path, scenario: Any, shard: Shard = WHOLE) -> Path:
    """Name the folder of a run by its scenario, all of its values, and its shard."""
    part = "" if shard == WHOLE else f"-{shard.number}-of-{shard.of}"
    return RUNS / f"{file.stem}-{fingerprint(scenario)[:8]}{part}"


def _prepared(
    scenario: Any, is_solved: bool, workers: int | None, is_quiet: bool, there: Any
) -> Any:
    """Load the compiled rules, and make what banks believe meet outcomes where asked for."""
    from sim.experiment.beliefs import solve
    from sim.experiment.simulate import prepare

    if there is None:
        prepare(scenario, silent if is_quiet else say)
    if not is_solved:
        return scenario
    with progress(is_quiet, REPLICATIONS) as report:
        report.say("solving for beliefs that meet outcomes ...")
        return solve(scenario, processes(workers, there), report, there)


def _ask_for_fewer(job: Job, is_forced: bool) -> None:
    """Ask, or refuse where nobody answers, before tables hold less than the folder has."""
    asked, there = job.scenario.experiment.replications, job.folder.numbers()
    if is_forced or not there or there[-1] < asked:
        return
    what = f"holds {len(there)} replications, and {asked} are asked for"
    if is_asked():
        words = f"{job.folder.path} {what}; make tables of fewer? The others stay."
        typer.confirm(words, default=False, abort=True, err=True)
    else:
        cure = f"ask for --replications {there[-1] + 1} or more, or give --force"
        raise BadInputError(str(job.folder.path), what, cure)


def _simulate(job: Job, is_quiet: bool) -> Simulated:
    if not job.numbers:
        what = f"has none of the {job.scenario.experiment.replications} replications"
        raise BadInputError(f"--shard {job.shard}", what, "ask for fewer shards")
    try:
        with progress(is_quiet, REPLICATIONS) as report:
            simulated = simulate(job, report)
    except (SimError, OSError):
        _tell_what_is_kept(job, job.folder.numbers(), "stopped")
        raise
    if simulated.replications:
        write_results(job, simulated)
    return simulated


def _stop(job: Job, simulated: Simulated) -> None:
    """End an interrupted run: say what is kept and how to go on."""
    if not job.folder.numbers():
        job.folder.clear()
        say("interrupted before the first replication was finished; nothing was written")
    _tell_what_is_kept(job, simulated.replications, "interrupted")
    raise typer.Exit(INTERRUPTED)


def _tell_what_is_kept(job: Job, done: Sequence[int], how: str) -> None:
    if done:
        say(f"{how}: {len(done)} of {len(job.numbers)} replications are kept in {job.folder.path}")
        say(f"  go on with: {job.go_on_with}")


def _command(file: Path, options: Mapping[str, Any]) -> str:
    roots = [word for root in allowed() for word in ("--root", root)]
    words = ["python", "-m", "sim", *roots, "run", str(file), *written_options(options)]
    return shlex.join(words)
