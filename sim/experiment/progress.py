"""How far a long run is, told to whoever looks: a notebook, a pipe, a function, nobody.

In a notebook every long run shows by itself how far it is; scripts and tests stay quiet
unless they ask. What is shown on a terminal is an affair of the command line.
"""

import sys
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from sim.experiment.notebook import Bar, is_notebook
from sim.experiment.pace import REPLICATIONS, Pace

Progress = Callable[[int, int], None]
"""Told how many runs are done, of how many; each batch begins with what is known already."""

Asked = Progress | bool | None
"""Who is told: a function; anybody who looks (True); nobody (False); notebooks alone (None)."""

LINES = 10
"""How many lines a batch gives at most in a pipe, and one for its beginning."""
PATIENCE = 1.0
"""Seconds between two lines in a pipe, at least; the end of a batch does not wait."""


@runtime_checkable
class Meter(Protocol):
    """Shows how far a run is, and what else it does."""

    def __call__(self, done: int, total: int, /) -> None:
        """Show that some runs are done, of how many."""

    def say(self, text: str, /) -> None:
        """Show a message, such as that rules are being compiled."""


class Silent:
    """Shows nothing."""

    def __call__(self, done: int, total: int, /) -> None:
        """Show nothing."""

    def say(self, text: str, /) -> None:
        """Say nothing."""


class Told(Silent):
    """Tells a function of the caller, which hears no messages."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def __call__(self, done: int, total: int, /) -> None:
        """Pass both numbers on."""
        self._progress(done, total)


class Lines:
    """Writes a line at the first new run, now and then, and at the end of a batch.

    Parameters
    ----------
    write : callable
        Takes a line.
    what : {"replications", "runs"}
    pace : Pace, optional

    Examples
    --------
    >>> ticks = iter([0.0, 10.0, 20.0])
    >>> lines = Lines(print, pace=Pace(clock=lambda: next(ticks)))
    >>> for done in range(3):
    ...     lines(done, 2)
    1 of 2 replications, 0.1 per second, about 10 s left
    2 replications in 20 s, 0.1 per second
    """

    def __init__(
        self, write: Callable[[str], object], what: str = REPLICATIONS, pace: Pace | None = None
    ) -> None:
        self._write, self._pace = write, pace or Pace(what)
        self._tenth, self._last = -1, -PATIENCE

    def __call__(self, done: int, total: int, /) -> None:
        """Write a line where it is time for one."""
        pace = self._pace
        pace.told(done, total)
        tenth = done * LINES // max(total, 1)
        if not pace.new:
            self._tenth = -1
            return
        early = (tenth <= self._tenth and pace.new > 1) or pace.now - self._last < PATIENCE
        if pace.is_over or not early:
            self._tenth, self._last = tenth, pace.now
            self._write(pace.words())

    def say(self, text: str, /) -> None:
        """Write a message."""
        self._write(text)


def meter(asked: Asked = None, what: str = REPLICATIONS) -> Meter:
    """Give what shows how far a run of "replications" or "runs" is.

    A function is told; True shows a bar in a notebook and lines on standard error elsewhere;
    False shows nothing; None shows a bar in a notebook and nothing elsewhere.

    Examples
    --------
    >>> meter(False)(1, 10)
    >>> meter(lambda done, total: print(done, "of", total))(1, 10)
    1 of 10
    """
    if callable(asked):
        return asked if isinstance(asked, Meter) else Told(asked)
    if is_notebook() and asked is not False:
        return Bar(what)
    return Lines(lambda text: sys.stderr.write(f"{text}\n"), what) if asked else Silent()
