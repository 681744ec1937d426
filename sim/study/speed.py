"""How fast a study went: evaluations a second, and how busy it kept its processes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sim.study.store import Store


@dataclass
class Speed:
    """Time of a study.

    Parameters
    ----------
    evaluations : int
        Points, each with all of its replications.
    workers : int
    wall : float
        Seconds from start to end.
    worker_seconds, own_seconds : float
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

        Examples
        --------
        >>> Speed(100, 2, 50.0, 90.0, 2.0).words()
        '100 evaluations in 50 s: 2 a second, 92 % of 2 processors; 2.2 % of it not simulation.'
        """
        done = self.worker_seconds + self.own_seconds
        other = self.own_seconds / done if done > 0.0 else 0.0
        return (
            f"{self.evaluations} evaluations in {self.wall:.0f} s: {self.per_second:.3g} a"
            f" second, {self.busy_share:.0%}".replace("%", " %")
            + f" of {self.workers} processors; {100.0 * other:.1f} % of it not simulation."
        )


@contextmanager
def stopwatch(store: Store, evaluations: int) -> Iterator[Speed]:
    """Time what is done inside the block.

    Parameters
    ----------
    store : Store
        Whose runs count.
    evaluations : int

    Yields
    ------
    Speed
        Filled at the end of the block.
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
