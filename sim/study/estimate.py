"""How long a study will take, from one pilot run."""

import time
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


def expected(scenario: Scenario, runs: int, store: Store) -> Expected:
    """Time one run and say what all will need.

    Parameters
    ----------
    scenario : Scenario
    runs : int
        Replications of the study.
    store : Store
        It keeps the pilot, so that it is not run again.

    Returns
    -------
    Expected
    """
    # Loading the rules and the outcomes costs each process once, not each run.
    Store(progress=False).cube([scenario.with_values({"population.firms": FEW})], [0])
    start = time.perf_counter()
    store.cube([scenario], [0], progress=False)
    if not store.simulated:
        # The pilot was known; another one tells what it costs now.
        start = time.perf_counter()
        Store(progress=False).cube([scenario], [0])
    return Expected(runs, time.perf_counter() - start, store.workers)
