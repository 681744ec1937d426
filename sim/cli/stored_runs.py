"""Runs that lie in folders: verify what they hold, and merge those that are parts of one."""

import random
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from sim.base.errors import StorageError
from sim.cli.job import Job, Simulated, begin, done_before, refusal, run_key, write_results
from sim.cli.options import (
    FAILED,
    BadInputError,
    Force,
    InLanguage,
    Out,
    Quiet,
    Words,
    Workers,
    counted,
    progress,
    reports_errors,
    say,
    silent,
)
from sim.cli.run import finish
from sim.experiment.progress import REPLICATIONS
from sim.experiment.run_folder import ALWAYS, SCENARIO, RunFolder
from sim.experiment.workers import cores

# --- Verify: every file against its digest, and some replications against themselves -----------


@reports_errors
def verify(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run or a study.")],
    again: Annotated[
        int, typer.Option(min=0, help="Simulate so many replications anew and compare bits.")
    ] = 0,
    workers: Workers = None,
    quiet: Quiet = False,
) -> None:
    """Check that a folder holds what was written, and that it is what the program gives."""
    from sim.experiment.identity import made_by_another

    run = RunFolder(folder)
    if not run.files():
        cure = "give the folder that a run or a study has written"
        raise StorageError(str(folder), "holds no run", cure)
    found = [str(problem) for problem in run.problems()]
    if not found and again:
        run.check_is_run()
        if other := made_by_another(run.manifest()):
            say(f"notice: the run is of another version: {', '.join(other)}")
        found = list(differing_again(run, again, workers or cores(), quiet))
    for text in found:
        typer.echo(text)
    if found:
        raise typer.Exit(FAILED)
    if not quiet:
        typer.echo(f"{counted(len(run.files()) + 1, 'file')} hold what was written")


def differing_again(run: RunFolder, count: int, workers: int, is_quiet: bool) -> Iterator[str]:
    """Simulate some replications of a run anew, and name file, replication and what differs."""
    from sim.experiment.replication_file import differing, kept, rows_of
    from sim.experiment.simulate import prepare, replicate
    from sim.scenario.scenario import load_scenario

    scenario, manifest = load_scenario(run.path / SCENARIO), run.manifest()
    done, keep = manifest["replications_done"], tuple(manifest["kept"])
    chosen = sorted(random.sample(done, min(count, len(done))))
    prepare(scenario, silent if is_quiet else say)
    tables = {f"{name}.parquet": run.read(f"{name}.parquet") for name in (*ALWAYS, *keep)}
    with progress(is_quiet, REPLICATIONS) as report:
        report(0, len(chosen))
        news = replicate(scenario, chosen, workers=workers, keep=keep)
        for place, one in enumerate(news, 1):
            number, stored = one.replication, run.replication(one.replication)
            for name, table in kept(one, "").tables.items():
                file = f"{name}.parquet"
                copies = {
                    f"replications/{number:06d}.replication": stored.tables[name],
                    file: rows_of(tables[file], number),
                }
                for where, copy in copies.items():
                    for text in differing(copy, table):
                        yield f"{run.path / where}, replication {number}: {text}"
            report(place, len(chosen))


MERGE_CURE = "merge only shards of one run, with the program that made them"

# --- Merge: shards of one run put together -------------------------------------------------------


@reports_errors
def merge(
    folders: Annotated[
        list[Path], typer.Argument(metavar="RUN...", help="Folders of the shards of one run.")
    ],
    out: Out = None,
    force: Force = False,
    written: InLanguage = Words.ENGLISH,
    quiet: Quiet = False,
) -> None:
    """Put shards of a run together, to the tables that one run would have given."""
    from sim.scenario.scenario import load_scenario

    sources = [RunFolder(folder) for folder in folders]
    manifests = [source.check_is_run() for source in sources]
    asked = max(one["replications_asked"] for one in manifests)
    sources[0].read(SCENARIO)
    scenario = load_scenario(sources[0].path / SCENARIO)
    target = RunFolder(out or default_target(folders[0]))
    words = ["python", "-m", "sim", "merge", *map(str, folders), "--out", str(target.path)]
    job = Job(
        scenario.with_values({"experiment.replications": asked}), target, 1,
        tuple(manifests[0]["kept"]), True, tuple(manifests[0]["notices"]),
        command=shlex.join(words), go_on_with=shlex.join(words),
    )  # fmt: skip
    places = sources_of(job, sources)
    with target.held():
        job = begin(job, force)
        copy_replications(job, places, quiet)
        write_results(job, Simulated(sorted(places), True, 0.0))
        finish(job, written.value, quiet)


def sources_of(job: Job, sources: Sequence[RunFolder]) -> dict[int, RunFolder]:
    """Say in which folder each replication of a job lies.

    Raises StorageError if folders are of different runs, or of another program, if two hold
    other numbers for one replication, or if one is missing.
    """
    from sim.experiment.replication_file import differing

    key, found = run_key(job.scenario), dict[int, RunFolder]()
    for source in sources:
        if refused := refusal(replace(job, folder=source), MERGE_CURE):
            raise refused
        for number in source.numbers():
            other = found.setdefault(number, source)
            one, two = other.replication(number, key), source.replication(number, key)
            for name in job.tables:
                for text in differing(one.tables[name], two.tables[name]):
                    what = f"and {other.path} differ in replication {number}: {text}"
                    raise StorageError(str(source.path), what, "find out with verify --again")
    missing = [n for n in job.numbers if n not in found]
    if missing:
        what = f"lack {counted(len(missing), 'replication')}, the first of them {missing[0]}"
        cure = "give the folders of all shards, each finished"
        raise StorageError(", ".join(str(source.path) for source in sources), what, cure)
    return {number: found[number] for number in job.numbers}


def copy_replications(job: Job, places: Mapping[int, RunFolder], is_quiet: bool) -> None:
    """Copy replications into the folder of a job, each checked on the way."""
    key, there = run_key(job.scenario), done_before(job, run_key(job.scenario))
    with progress(is_quiet, REPLICATIONS) as report:
        for done, (number, source) in enumerate(places.items(), 1):
            if number not in there:
                job.folder.write_replication(source.replication(number, key))
            report(done, len(places))


def default_target(folder: Path) -> Path:
    """Name the folder of a run by that of one of its shards."""
    name = re.sub(r"-\d+-of-\d+$", "", folder.name)
    if name == folder.name:
        cure = "name the folder of the whole run with --out"
        raise BadInputError(str(folder), "is not named as a shard", cure)
    return folder.with_name(name)
