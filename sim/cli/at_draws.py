"""A run at draws of the posterior: what is asked for, and how it is made."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.cli.job import Job
from sim.cli.options import BadInputError, progress, say
from sim.cli.scheduler import processes
from sim.experiment.progress import RUNS as COUNTED
from sim.experiment.run_folder import STORE


@dataclass(frozen=True)
class OverDraws:
    """What is asked for at draws of the posterior: how many, which, and histories of each."""

    count: int
    draws: Any
    replications: int | None


def read_draws(
    count: int | None, file: Path | None, replications: int | None, tell: Callable[[str], None]
) -> OverDraws | None:
    """Read the draws at which a scenario is to be run too; None where it is not."""
    from sim.studies.draws import load_draws

    if count is None:
        if file is not None or replications is not None:
            option = "--draws" if file is not None else "--draw-replications"
            raise BadInputError(option, "is for --over-parameters alone", "give that as well")
        return None
    draws = load_draws(file)
    if draws.stale:
        tell(f"notice: {draws.notice()}")
    return OverDraws(count, draws, replications)


def over_draws(job: Job, asked: OverDraws, is_quiet: bool, name: str) -> None:
    """Run a scenario at draws, and keep the intervals in its folder; with shipped files if named.

    Replications are kept one by one, as those of studies are.
    """
    from sim.experiment.store import Store
    from sim.studies.duration import expected
    from sim.studies.kept import kept_folder
    from sim.studies.over_parameters import KEY, histories_of
    from sim.studies.over_parameters import over_parameters as at_draws
    from sim.studies.request import arms_alone

    size = asked.replications or histories_of(job.scenario)
    places = processes(job.workers, job.executor)
    with Store(job.folder.path / STORE, places, job.executor) as store:
        if not is_quiet:
            runs = min(asked.count, len(asked.draws)) * size
            say(expected([(arms_alone(job.scenario), runs)], store).words())
        with progress(is_quiet, COUNTED) as report:
            store.progress = report
            found = at_draws(job.scenario, asked.draws, asked.count, size, store=store)
    with job.folder.staging() as stage:
        found.write(stage)
    if name:
        found.store(kept_folder(KEY) / f"{name}.csv")
    if not is_quiet:
        for sentence in found.sentences():
            say(sentence)
