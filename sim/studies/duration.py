"""How long a study will take, from one pilot run."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sim.base.wording import percent_text
from sim.experiment.progress import duration
from sim.experiment.store import Store
from sim.scenario.scenario import Scenario

FEW = 10
"""Firms of a run that only loads what a run needs."""


@dataclass(frozen=True)
class Expected:
    """What a study will need.

    Parameters
    ----------
    runs
        Replications, each under all arrangements.
    seconds_each
        Of the pilot.
    """

    runs: int
    seconds_each: float
    workers: int

    @property
    def seconds(self) -> float:
        """Expected time of all runs together."""
        return self.runs * self.seconds_each / max(self.workers, 1)

    def words(self) -> str:
        """The announcement.

        >>> Expected(400, 1.5, 2).words()
        '400 runs at about 1.5 s each on 2 processes: about 5 min'
        """
        plural = "" if self.workers == 1 else "es"
        return (
            f"{self.runs:,} runs at about {self.seconds_each:.2g} s each on"
            f" {self.workers} process{plural}: about {duration(self.seconds)}"
        )


def expected(jobs: Sequence[tuple[Scenario, int]], store: Store) -> Expected:
    """Time one run and say what all will need.

    Parameters
    ----------
    jobs : sequence of (Scenario, int)
        What is run, and how often. The first is timed; the others are taken to cost as much for
        each of their arrangements.
    store
        It keeps the pilot, so that it is not run again.
    """
    first = jobs[0][0]
    places = 1 if store.executor is None else store.workers
    # Loading the rules and the outcomes costs each process once, not each run.
    few = first.with_values({"population.firms": FEW})
    warm = Store(None, places, store.executor, progress=False)
    warm.outcome_array([few], range(places))
    start = time.perf_counter()
    store.outcome_array([first], [0], progress=False)
    if not store.simulated:
        # The pilot was known; another one tells what it costs now.
        start = time.perf_counter()
        Store(None, places, store.executor, progress=False).outcome_array([first], [0])
    spent, runs = time.perf_counter() - start, sum(count for _, count in jobs)
    worlds = sum(count * len(one.experiment.all_run) for one, count in jobs)
    each = spent * worlds / (len(first.experiment.all_run) * max(runs, 1))
    return Expected(runs, each, store.workers)


# --- How fast a study went: evaluations a second, and how busy it kept its processes -------------


@dataclass
class Speed:
    """Time of a study.

    Parameters
    ----------
    evaluations
        Points, each with all of its replications.
    wall
        Seconds from start to end.
    worker_seconds, own_seconds
        Processor time of the runs, and of everything else in this process.
    """

    evaluations: int = 0
    workers: int = 1
    wall: float = 0.0
    worker_seconds: float = 0.0
    own_seconds: float = 0.0

    @property
    def per_second(self) -> float:
        """Evaluations a second."""
        return self.evaluations / self.wall if self.wall > 0.0 else float("nan")

    @property
    def busy_share(self) -> float:
        """Processor seconds over workers times seconds."""
        whole = self.workers * self.wall
        return (self.worker_seconds + self.own_seconds) / whole if whole > 0.0 else float("nan")

    def words(self) -> str:
        """The speed in a sentence.

        >>> Speed(100, 2, 50.0, 90.0, 2.0).words()
        '100 evaluations in 50 s: 2 a second, 92 % of 2 processors; 2.2 % of it not simulation.'
        """
        done = self.worker_seconds + self.own_seconds
        other = self.own_seconds / done if done > 0.0 else 0.0
        plural = "" if self.workers == 1 else "s"
        return (
            f"{self.evaluations} evaluations in {self.wall:.0f} s: {self.per_second:.3g} a"
            f" second, {percent_text(round(self.busy_share, 2))} of {self.workers}"
            f" processor{plural};"
            f" {percent_text(round(other, 3))} of it not simulation."
        )


@contextmanager
def stopwatch(store: Store, evaluations: int) -> Iterator[Speed]:
    """Time what is done inside the block.

    The speed is filled at the end of the block.

    Parameters
    ----------
    store
        Whose runs count.
    """
    speed = Speed(evaluations, store.workers)
    wall, own, before = time.perf_counter(), time.process_time(), store.seconds
    yield speed
    speed.wall = time.perf_counter() - wall
    speed.worker_seconds = store.seconds - before
    spent = time.process_time() - own
    # Without processes of its own the runs are part of this one's time.
    here = store.workers <= 1 and store.executor is None
    speed.own_seconds = max(spent - speed.worker_seconds, 0.0) if here else spent
