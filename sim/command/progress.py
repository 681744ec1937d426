"""How far a long run is: a bar on a terminal, a line now and then in a pipe."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sim.base.language import tr
from sim.command.screen import say
from sim.experiment.pace import RUNS, Pace
from sim.experiment.progress import Lines, Meter, Silent


@contextmanager
def progress(is_quiet: bool = False, what: str = RUNS) -> Iterator[Meter]:
    """Show how many runs are done, how fast they go and how long the rest will take.

    Parameters
    ----------
    is_quiet : bool
        Show nothing.
    what : {"replications", "runs"}
        What is counted.

    Yields
    ------
    Meter
        To be called with the number done and the number in all, whenever one changes.
    """
    if is_quiet:
        yield Silent()
    elif sys.stderr.isatty():
        with _bar(what) as bar:
            yield bar
    else:
        yield Lines(say, what)


@contextmanager
def _bar(what: str) -> Iterator[Meter]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield _Bar(bar, what)


class _Bar:
    """Draws every number it is told on a bar of rich."""

    def __init__(self, bar: Any, what: str) -> None:
        self._bar, self._pace = bar, Pace(what)
        self._task = bar.add_task(tr("begins"), total=None)

    def __call__(self, done: int, total: int, /) -> None:
        """Move the bar."""
        self._pace.told(done, total)
        words = self._pace.words()
        self._bar.update(self._task, completed=done, total=total, description=words)

    def say(self, text: str, /) -> None:
        """Print a message above the bar."""
        self._bar.console.print(text, markup=False, highlight=False)
