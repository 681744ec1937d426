"""How fast a long run goes and how long it will take, in words."""

import time
from collections.abc import Callable

from sim.base.language import tr

REPLICATIONS, RUNS = "replications", "runs"
"""What is counted: replications of one scenario, or runs of a study."""


class Pace:
    """Counts what is done, batch after batch.

    A batch begins with the first number told, or with a number below the last one. What it
    begins with was done before, so neither rate nor time left counts it.

    Parameters
    ----------
    what : {"replications", "runs"}
    clock : callable
        Seconds from any start.

    Examples
    --------
    >>> ticks = iter([0.0, 10.0, 20.0])
    >>> pace = Pace(clock=lambda: next(ticks))
    >>> for done in (7, 8):
    ...     pace.told(done, 10)
    >>> pace.words()
    '8 of 10 replications, 0.1 per second, about 20 s left'
    """

    def __init__(
        self, what: str = REPLICATIONS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._what, self._clock = what, clock
        self._begun: float | None = None
        self._start = self.now = 0.0
        self._first = self._earlier = 0
        self.done = self.total = 0

    def told(self, done: int, total: int) -> None:
        """Take note that some runs of a batch are done."""
        self.now = self._clock()
        if self._begun is None or done < self.done:
            self._begun = self.now if self._begun is None else self._begun
            self._earlier += self.new
            self._first, self._start = done, self.now
        self.done, self.total = done, total

    @property
    def new(self) -> int:
        """How many of this batch were done since it began."""
        return self.done - self._first

    @property
    def is_over(self) -> bool:
        """Whether the batch is done."""
        return self.done >= self.total > 0

    def words(self) -> str:
        """Say how far the batch is, how fast it goes and how long it will take."""
        what, spent = tr(self._what), self.now - self._start
        if self.is_over:
            return self._whole(what)
        told = tr("{done} of {total} {what}", done=self.done, total=self.total, what=what)
        if not self.new or spent <= 0.0:
            return told
        left = duration(spent / self.new * (self.total - self.done))
        return tr(
            "{told}, {rate} per second, about {left} left",
            told=told, rate=rate_text(self.new / spent), left=left,
        )  # fmt: skip

    def _whole(self, what: str) -> str:
        """Say what all batches together took."""
        count, spent = self._earlier + self.new, self.now - (self._begun or 0.0)
        told = tr("{count} {what} in {time}", count=count, what=what, time=duration(spent))
        if not count or spent <= 0.0:
            return told
        return tr("{told}, {rate} per second", told=told, rate=rate_text(count / spent))


def rate_text(rate: float) -> str:
    """Write a rate with two digits, or in whole numbers.

    Examples
    --------
    >>> rate_text(0.1234), rate_text(3.21), rate_text(1234.0)
    ('0.12', '3.2', '1,234')
    """
    return f"{rate:,.0f}" if rate >= 100.0 else f"{rate:.2g}"


def duration(seconds: float) -> str:
    """Write a time for people.

    Examples
    --------
    >>> duration(0.04), duration(40.0), duration(600.0), duration(9000.0)
    ('0.0 s', '40 s', '10 min', '2.5 h')
    """
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 90.0:
        return f"{seconds:.0f} s"
    if seconds < 5400.0:
        return f"{seconds / 60.0:.0f} min"
    return f"{seconds / 3600.0:.1f} h"
