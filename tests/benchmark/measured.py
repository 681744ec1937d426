"""Times that can be compared: processor time, taken in turn, with median and spread.

Machines differ and are noisy. So what is compared runs in turn in one process, the order
turned round from one round to the next; ratios are taken within a round.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Job = Callable[[], float]
"""Does something and gives what it took."""


@dataclass(frozen=True)
class Measured:
    """The median of several rounds, and the least and largest of them."""

    value: float
    low: float
    high: float

    @staticmethod
    def of(samples: Any) -> "Measured":
        """Of the rounds.

        >>> Measured.of([3.0, 1.0, 2.0])
        Measured(value=2.0, low=1.0, high=3.0)
        """
        rounds = np.asarray(samples, dtype=np.float64)
        return Measured(float(np.median(rounds)), float(rounds.min()), float(rounds.max()))


Found = dict[str, "Measured | dict[str, Measured]"]
"""What a subject has found: a number, or a table of numbers, by name."""


def spent(job: Callable[..., object], *given: Any) -> float:
    """Processor seconds of this process that a call takes."""
    start = time.process_time()
    job(*given)
    return time.process_time() - start


def in_turn(jobs: Mapping[str, Job], repeats: int) -> dict[str, Floats]:
    """What each job took in each round, arrays of shape (repeats,).

    >>> order = []
    >>> def job(name: str) -> float:
    ...     order.append(name)
    ...     return float(len(order))
    >>> found = in_turn({name: lambda name=name: job(name) for name in "ab"}, 2)
    >>> order, found["a"]
    (['a', 'b', 'b', 'a'], array([1., 4.]))
    """
    taken: dict[str, list[float]] = {name: [] for name in jobs}
    for number in range(repeats):
        for name in list(jobs) if number % 2 == 0 else reversed(list(jobs)):
            taken[name].append(jobs[name]())
    return {name: np.array(values) for name, values in taken.items()}
