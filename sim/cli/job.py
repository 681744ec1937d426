"""One run as a job: what is to be simulated, what a folder holds already, what is written."""

import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sim.base.errors import StorageError
from sim.base.files import digest_of
from sim.experiment.progress import Meter
from sim.experiment.run_folder import ALWAYS, SCENARIO, TABLES, RunFolder
from sim.scenario.toml_text import dump_model, fingerprint

ELSEWHERE = "choose another folder with --out, or replace what it holds with --force"


@dataclass(frozen=True)
class Shard:
    """One of several parts of a run, counted from 1."""

    number: int
    of: int

    def has(self, replication: int, unit: int) -> bool:
        """Whether it simulates a replication; `unit` of them belong together.

        >>> [n for n in range(8) if Shard(2, 3).has(n, 2)]
        [2, 3]
        """
        return replication // unit % self.of == self.number - 1

    def __str__(self) -> str:
        """Write it as on the command line."""
        return f"{self.number}/{self.of}"


WHOLE = Shard(1, 1)


@dataclass(frozen=True)
class Job:
    """What is to be run, on how many processes or on whose executor, and where the files go.

    Records of ``"firms"``, ``"events"`` and ``"contracts"`` may be kept beside the outcomes. A run
    that is resumed keeps the replications that the folder holds. Notices tell what is legal in
    the scenario, and yet should be looked at. `command` repeats the run.
    """

    scenario: Any
    folder: RunFolder
    workers: int = 1
    keep: tuple[str, ...] = ()
    is_resumed: bool = False
    notices: tuple[str, ...] = ()
    shard: Shard = WHOLE
    command: str = ""
    go_on_with: str = ""
    executor: Any = None

    @property
    def numbers(self) -> list[int]:
        """Numbers of the replications that are asked for."""
        rule = getattr(self.scenario, "variance_reduction", None)
        unit = 1 if rule is None else rule.unit
        asked = range(self.scenario.experiment.replications)
        return [n for n in asked if self.shard.has(n, unit)]

    @property
    def tables(self) -> tuple[str, ...]:
        """Tables that the run leaves."""
        return tuple(name for name in TABLES if name in (*ALWAYS, *self.keep))


@dataclass(frozen=True)
class Simulated:
    """Which replications are kept, and whether they are all that was asked for."""

    replications: list[int]
    is_whole: bool
    seconds: float


def begin(job: Job, is_forced: bool = False) -> Job:
    """Make a folder ready for a job, and give the job as it goes on there.

    What the folder holds is kept where it is of the same run. Otherwise it is replaced where
    that is forced, and StorageError where not; nothing is lost before that.
    """
    refused = _refusal_to_go_on(job)
    if is_forced and (refused or not job.is_resumed):
        job.folder.clear()
    elif refused:
        raise refused
    manifest = job.folder.manifest()
    if holds_run(job.folder):
        job.folder.forget_replications()
        return replace(job, keep=tuple(manifest["kept"]))
    with job.folder.staging({**manifest, **_about(job, now()), "finished": False}) as stage:
        (stage / SCENARIO).write_text(dump_model(job.scenario), encoding="utf-8")
    return job


def holds_run(folder: RunFolder) -> bool:
    """Whether a folder holds replications, or tables, of a run."""
    if "seed" not in folder.manifest():
        return False
    return bool(folder.check_is_run()["replications_done"] or folder.numbers())


def _refusal_to_go_on(job: Job) -> StorageError | None:
    """Say why a job cannot go on in its folder; None where it can, or nothing is there."""
    where, folder = str(job.folder.path), job.folder
    try:
        if not holds_run(folder):
            if folder.numbers():
                return StorageError(where, "holds replications without a manifest", ELSEWHERE)
            return None
        shard = folder.manifest()["shard"]
        if shard != str(job.shard):
            return StorageError(where, f"holds shard {shard} of a run", ELSEWHERE)
        return refusal(job, ELSEWHERE)
    except StorageError as error:
        return error


def refusal(job: Job, cure: str) -> StorageError | None:
    """Say why what a job's folder holds is not of the same run; None where it is.

    Another scenario, another version of code, facts or libraries, or records that are lacking.
    """
    from sim.experiment.identity import differences

    manifest, folder = job.folder.manifest(), job.folder
    missing = [name for name in job.keep if name not in manifest["kept"]]
    key = _first_difference(folder.scenario(), tomllib.loads(dump_model(job.scenario)))
    program = differences(manifest)
    if key:
        what = f"holds a run of another scenario; {key} differs"
    elif program:
        what = f"holds a run of another version of the program: {', '.join(program)}"
    elif missing:
        what = f"holds a run that did not keep {missing[0]}"
    else:
        return None
    return StorageError(str(folder.path), what, cure)


def run_key(scenario: Any) -> str:
    """Name a run, however many replications it has: by scenario and program."""
    from sim.experiment.identity import program_digest

    one = scenario.with_values({"experiment.replications": 1})
    return digest_of(f"{fingerprint(one)} {program_digest()}".encode())


def simulate(job: Job, report: Meter) -> Simulated:
    """Keep the replications that are still to be done, until Ctrl-C; tell how many are done."""
    from sim.experiment.replication_file import kept
    from sim.experiment.simulate import make_openings, replicate

    start, key, asked = time.monotonic(), run_key(job.scenario), job.numbers
    done = done_before(job, key)
    todo = [n for n in asked if n not in done]
    if job.executor is None:
        make_openings(job.scenario, todo, report.say, job.workers)
    report(len(done), len(asked))
    try:
        how: dict[str, Any] = {"workers": job.workers, "executor": job.executor}
        for one in replicate(job.scenario, todo, keep=job.keep, **how):
            job.folder.write_replication(kept(one, key))
            done.add(one.replication)
            report(len(done), len(asked))
    except KeyboardInterrupt:
        # What the folder had of this run is kept, too.
        done |= set(job.folder.numbers()) & set(asked)
    return Simulated(sorted(done), len(done) == len(asked), time.monotonic() - start)


def done_before(job: Job, key: str) -> set[int]:
    """Find the replications that need not be run again, and check each.

    Raises StorageError if one is damaged, or belongs to another run.
    """
    if not job.is_resumed:
        return set()
    found = set(job.folder.numbers()) & set(job.numbers)
    for number in found:
        job.folder.replication(number, key)
    return found


def write_results(job: Job, simulated: Simulated) -> None:
    """Put together what is kept, finished or not, a part at a time."""
    from sim.experiment.replication_file import Replication, write_tables
    from sim.experiment.simulate import manifest_of

    folder, key, heads = job.folder, run_key(job.scenario), list[Replication]()

    def parts() -> Iterator[Replication]:
        for number in simulated.replications:
            part = folder.replication(number, key)
            heads.append(replace(part, tables={}))
            yield part

    before, digests = folder.manifest(), folder.replication_digests(simulated.replications)
    values: dict[str, Any] = {}
    with folder.staging(values, vouched=digests) as stage:
        write_tables(stage, parts(), job.tables)
        (stage / SCENARIO).write_text(dump_model(job.scenario), encoding="utf-8")
        values |= _about(job, before.get("began", now())) | {
            "finished": simulated.is_whole,
            "replications_done": simulated.replications,
            "ended": now(),
            "seconds": round(before.get("seconds", 0.0) + simulated.seconds, 3),
            **manifest_of(job.scenario, heads),
        }


def _about(job: Job, began: str) -> dict[str, Any]:
    """Say of a run what is known before it begins."""
    from sim.experiment.simulate import manifest_of

    return {
        "finished": False,
        "scenario_sha256": fingerprint(job.scenario),
        "replications_asked": job.scenario.experiment.replications,
        "replications_done": [],
        "shard": str(job.shard),
        "kept": job.keep,
        "workers": job.workers,
        "notices": job.notices,
        "command": job.command,
        "go_on_with": job.go_on_with,
        "began": began,
        "seconds": 0.0,
        **manifest_of(job.scenario, ()),
    }


def now() -> str:
    """Give date and time."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _first_difference(old: dict[str, Any], new: dict[str, Any]) -> str:
    """Find a value that differs between two scenarios, the number of replications apart."""
    from sim.scenario.declared import NOTHING, look_up

    for path in _paths(old) + _paths(new):
        if path == ("experiment", "replications"):
            continue
        first, second = look_up(old, path), look_up(new, path)
        if first is NOTHING or second is NOTHING or first != second:
            return ".".join(path)
    return ""


def _paths(values: dict[str, Any], above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for key, value in values.items():
        path = (*above, key)
        found += _paths(value, path) if isinstance(value, dict) else [path]
    return found
