"""How far a long run is, told to whoever looks: a notebook, a pipe, a function, nobody.

In a notebook every long run shows by itself how far it is; scripts and tests stay quiet
unless they ask. What is shown on a terminal is an affair of the command line.
"""

import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, Protocol, runtime_checkable

from sim.base.language import tr

# --- How fast a long run goes and how long it will take, in words --------------------------------


REPLICATIONS, RUNS = "replications", "runs"
"""What is counted: replications of one scenario, or runs of a study."""


class Pace:
    """Counts what is done, "replications" or "runs", batch after batch.

    A batch begins with the first number told, or with a number below the last one. What it
    begins with was done before, so neither rate nor time left counts it. The clock gives seconds
    from any start.

    >>> ticks = iter([0.0, 10.0, 20.0])
    >>> pace = Pace(clock=lambda: next(ticks))
    >>> for done in (7, 8):
    ...     pace.take_note(done, 10)
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

    def take_note(self, done: int, total: int) -> None:
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

    >>> rate_text(0.1234), rate_text(3.21), rate_text(1234.0)
    ('0.12', '3.2', '1,234')
    """
    return f"{rate:,.0f}" if rate >= 100.0 else f"{rate:.2g}"


def duration(seconds: float) -> str:
    """Write a time for people.

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


# --- How far a long run is, in a notebook: a bar, or a line of text without ipywidgets -----------


SILENT_SECONDS = 0.2
"""Seconds between two pictures, at least; beginning and end of a batch do not wait."""

Show = Callable[[int, int, str], None]
"""Draws how many are done, of how many, and the words beside it."""


def is_notebook() -> bool:
    """Whether this process is the kernel of a notebook."""
    # A script that never loads IPython does not load it for this question.
    shell = sys.modules.get("IPython") and _shell()
    return getattr(shell, "kernel", None) is not None


class Bar:
    """A bar beneath the cell that runs, with rate and time left.

    All batches of a cell share one bar; another cell gets one of its own. What is counted is
    "replications" or "runs".
    """

    def __init__(self, what: str = REPLICATIONS) -> None:
        self._what = what
        self._cell: object = None
        self._drawn = -SILENT_SECONDS
        self._pace = Pace(what)
        self._show: Show | None = None

    def __call__(self, done: int, total: int, /) -> None:
        """Show that some runs are done, of how many."""
        show = self._here()
        self._pace.take_note(done, total)
        at_an_end = not self._pace.new or self._pace.is_over
        if at_an_end or self._pace.now - self._drawn >= SILENT_SECONDS:
            self._drawn = self._pace.now
            show(done, total, self._pace.words())

    def say(self, text: str, /) -> None:
        """Show a message beside the bar."""
        self._here()(0, 0, text)

    def _here(self) -> Show:
        """Give what draws beneath the present cell."""
        cell = getattr(_shell(), "execution_count", None)
        if self._show is None or cell != self._cell:
            self._cell, self._pace = cell, Pace(self._what)
            self._show = widget() if find_spec("ipywidgets") else line()
        return self._show


def widget() -> Show:
    """Display a bar of ipywidgets, and give what draws on it."""
    import ipywidgets

    bar, label = ipywidgets.IntProgress(), ipywidgets.Label()
    _display(ipywidgets.HBox([bar, label]))

    def show(done: int, total: int, text: str) -> None:
        bar.max, bar.value, label.value = max(total, 1), done, text
        bar.bar_style = "success" if done >= total > 0 else "info"

    return show


def line() -> Show:
    """Display a line of text, and give what writes it anew."""
    handle = _display({"text/plain": ""}, raw=True, display_id=True)

    def show(done: int, total: int, text: str) -> None:
        handle.update({"text/plain": text}, raw=True)

    return show


def _shell() -> Any:
    from IPython import get_ipython

    return get_ipython()


def _display(*things: Any, **options: Any) -> Any:
    from IPython import display

    put: Any = display.display
    return put(*things, **options)


# --- Who is told ---------------------------------------------------------------------------------


Progress = Callable[[int, int], None]
"""Told how many runs are done, of how many; each batch begins with what is known already."""

ProgressOption = Progress | bool | None
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


class Callback(Silent):
    """Tells a function of the caller, which hears no messages."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def __call__(self, done: int, total: int, /) -> None:
        """Pass both numbers on."""
        self._progress(done, total)


class Lines:
    """Writes a line at the first new run, now and then, and at the end of a batch.

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
        pace.take_note(done, total)
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


def meter(wanted: ProgressOption = None, what: str = REPLICATIONS) -> Meter:
    """Give what shows how far a run of "replications" or "runs" is.

    A function is told; True shows a bar in a notebook and lines on standard error elsewhere;
    False shows nothing; None shows a bar in a notebook and nothing elsewhere.

    >>> meter(False)(1, 10)
    >>> meter(lambda done, total: print(done, "of", total))(1, 10)
    1 of 10
    """
    if callable(wanted):
        return wanted if isinstance(wanted, Meter) else Callback(wanted)
    if is_notebook() and wanted is not False:
        return Bar(what)
    return Lines(lambda text: sys.stderr.write(f"{text}\n"), what) if wanted else Silent()
