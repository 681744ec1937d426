"""How far a long run is: a bar on a terminal, a line now and then in a pipe."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sim.command.screen import say

Report = Callable[[int], None]
"""Called with the number of replications that are done."""

StudyReport = Callable[[int, int], None]
"""Called with the number of runs that are done, and of how many."""

LINES = 10
"""How many lines a whole run gives in a pipe."""


@contextmanager
def progress(total: int, is_quiet: bool = False) -> Iterator[Report]:
    """Show how many of the replications are done.

    Parameters
    ----------
    total : int
        Replications of the run.
    is_quiet : bool
        Show nothing.

    Yields
    ------
    callable
        To be called with the number done, whenever it grows.
    """
    if is_quiet:
        yield lambda _: None
    elif sys.stderr.isatty():
        with _bar(total) as report:
            yield lambda done: report(done, total)
    else:
        yield _Lines(total)


@contextmanager
def study_progress(is_quiet: bool = False) -> Iterator[StudyReport]:
    """Show how many of the runs of a study are done; their number may change on the way.

    Parameters
    ----------
    is_quiet : bool
        Show nothing.

    Yields
    ------
    callable
        To be called with the number done and the number in all, whenever one changes.
    """
    if is_quiet:
        yield lambda _, __: None
    elif sys.stderr.isatty():
        with _bar(0) as report:
            yield report
    else:
        yield _StudyLines()


@contextmanager
def _bar(total: int) -> Iterator[StudyReport]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("replications"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda done, of: bar.update(task, completed=done, total=of)


class _StudyLines:
    """Writes lines in a pipe for every batch of runs that a study asks for."""

    def __init__(self) -> None:
        self._lines: _Lines | None = None
        self._total = 0

    def __call__(self, done: int, total: int) -> None:
        if self._lines is None or total != self._total or done <= 1:
            self._lines, self._total = _Lines(total), total
            self._lines(0)
        self._lines(done)


class _Lines:
    """Writes a line at the first new replication and at each tenth of the run.

    The first number it is told is what an earlier run had done.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._start = time.monotonic()
        self._first: int | None = None
        self._told = -1

    def __call__(self, done: int) -> None:
        if self._first is None:
            self._first = done
        new = done - self._first
        tenth = done * LINES // max(self._total, 1)
        if new == 0 or (tenth <= self._told and new > 1):
            return
        self._told = tenth
        spent = time.monotonic() - self._start
        left = spent / new * (self._total - done)
        say(f"{done} of {self._total} replications, {spent:.0f} s, about {left:.0f} s left")
