"""How far a long run is, in a notebook: a bar, or a line of text without ipywidgets."""

import sys
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from sim.experiment.pace import REPLICATIONS, Pace

PATIENCE = 0.2
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
        self._drawn = -PATIENCE
        self._pace = Pace(what)
        self._show: Show | None = None

    def __call__(self, done: int, total: int, /) -> None:
        """Show that some runs are done, of how many."""
        show = self._here()
        self._pace.told(done, total)
        at_an_end = not self._pace.new or self._pace.is_over
        if at_an_end or self._pace.now - self._drawn >= PATIENCE:
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
