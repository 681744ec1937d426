"""How long a study will take, from one pilot run."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sim.experiment.pace import duration
from sim.scenario.model import Scenario
from sim.study.store import Store

FEW = 10
"""Firms of a run that only loads what a run needs."""


@dataclass(frozen=True)
class Expected:
    """What a study will need.

    Parameters
    ----------
    runs : int
        Replications, each under all arrangements.
    seconds_each : float
        Of the pilot.
    workers : int
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

        Examples
        --------
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
        What is run, and how often. The first is timed; the others are taken to cost as much
        for each of their arrangements.
    store : Store
        It keeps the pilot, so that it is not run again.
    """
    first = jobs[0][0]
    # Loading the rules and the outcomes costs each process once, not each run.
    Store(progress=False).cube([first.with_values({"population.firms": FEW})], [0])
    start = time.perf_counter()
    store.cube([first], [0], progress=False)
    if not store.simulated:
        # The pilot was known; another one tells what it costs now.
        start = time.perf_counter()
        Store(progress=False).cube([first], [0])
    spent, runs = time.perf_counter() - start, sum(count for _, count in jobs)
    worlds = sum(count * len(one.experiment.arrangements) for one, count in jobs)
    each = spent * worlds / (len(first.experiment.arrangements) * max(runs, 1))
    return Expected(runs, each, store.workers)
