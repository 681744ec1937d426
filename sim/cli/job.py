"""One run as a job: what is to be simulated, what a folder holds already, what is written."""

import time
import tomllib
from dataclasses import dataclass, replace
from typing import Any

from sim.cli.options import BadInputError
from sim.cli.run_folder import SCENARIO, TABLES, RunFolder, write_manifest, write_tables
from sim.experiment.progress import Progress
from sim.scenario.toml_text import dump_model, fingerprint

RESIDUAL = "largest_accounting_residual"


@dataclass(frozen=True)
class Job:
    """What is to be run, on how many processes, and where the files go.

    Records of ``"firms"``, ``"events"`` and ``"contracts"`` may be kept beside the outcomes. A run
    that is resumed keeps the replications that the folder holds. Notices tell what is legal in
    the scenario, and yet should be looked at.
    """

    scenario: Any
    folder: RunFolder
    workers: int = 1
    keep: tuple[str, ...] = ()
    is_resumed: bool = False
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Simulated:
    """Results, and whether they are all that was asked for."""

    results: Any
    is_whole: bool
    seconds: float

    @property
    def replications(self) -> list[int]:
        """Numbers of the replications that are done."""
        return sorted({int(n) for n in self.results.outcomes["replication"]})


def simulate(job: Job, report: Progress) -> Simulated:
    """Run the replications that are still to be done, until Ctrl-C; tell how many are done."""
    from sim.experiment.simulate import gather, replicate

    start = time.monotonic()
    done = done_before(job)
    asked = job.scenario.experiment.replications
    todo = [n for n in range(asked) if n not in done]
    finished: list[Any] = []
    is_whole = True
    report(len(done), asked)
    try:
        for one in replicate(job.scenario, todo, workers=job.workers, keep=job.keep):
            finished.append(one)
            report(len(done) + len(finished), asked)
    except KeyboardInterrupt:
        is_whole = False
    results = gather(job.scenario, finished, keep=job.keep)
    if done:
        results = _joined(job.folder, results)
    return Simulated(results, is_whole, time.monotonic() - start)


def done_before(job: Job) -> set[int]:
    """Find the replications that need not be run again.

    Raises BadInputError if the folder holds another scenario, or lacks a record to be kept.
    """
    if not job.is_resumed or not job.folder.manifest():
        return set()
    where = str(job.folder.path)
    key = _first_difference(job.folder.scenario(), tomllib.loads(dump_model(job.scenario)))
    if key:
        cure = "run without --resume, or choose another folder with --out"
        raise BadInputError(where, f"holds a run of another scenario; {key} differs", cure)
    for name in job.keep:
        if not (job.folder.path / f"{name}.parquet").is_file():
            cure = f"run without --resume to keep {name}"
            raise BadInputError(where, f"holds a run that did not keep {name}", cure)
    table = job.folder.table("outcomes")
    found = set() if table is None else {int(n) for n in table["replication"]}
    return {n for n in found if n < job.scenario.experiment.replications}


def write_results(job: Job, simulated: Simulated) -> None:
    """Write what was simulated, finished or not."""
    with job.folder.staging() as stage:
        write_tables(stage, simulated.results)
        (stage / SCENARIO).write_text(dump_model(job.scenario), encoding="utf-8")
        write_manifest(stage, _manifest(job, simulated))


def _manifest(job: Job, simulated: Simulated) -> dict[str, Any]:
    asked = job.scenario.experiment.replications
    done = simulated.replications
    return {
        "finished": simulated.is_whole and len(done) == asked,
        "scenario_sha256": fingerprint(job.scenario),
        "replications_asked": asked,
        "replications_done": done,
        "workers": job.workers,
        "notices": job.notices,
        "seconds": round(simulated.seconds, 3),
        **simulated.results.manifest,
    }


def _joined(folder: RunFolder, results: Any) -> Any:
    """Put the replications of a folder before those of new results."""
    import pandas as pd

    frames = {}
    for name in TABLES:
        new, old = getattr(results, name), folder.table(name)
        if new is None or old is None:
            continue
        parts = [part for part in (old, new) if len(part)]
        both = pd.concat(parts, ignore_index=True) if parts else new
        both = both[both["replication"] < results.scenario.experiment.replications]
        frames[name] = both.sort_values("replication", kind="stable", ignore_index=True)
    before = folder.manifest()
    worst = max(float(m.get(RESIDUAL, 0.0)) for m in (before, results.manifest))
    manifest = {**results.manifest, RESIDUAL: worst, "resumed_from": before}
    return replace(results, **frames, manifest=manifest)


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
