"""In a notebook a bar shows how far a run is: a widget, or a line of text without widgets."""

from types import SimpleNamespace
from typing import Any

import IPython
import ipywidgets
import pytest

from sim.experiment import progress
from sim.experiment.progress import Bar, Pace, is_notebook


class Screen(SimpleNamespace):
    """What a kernel has displayed, and what it has written anew."""

    def __init__(self) -> None:
        super().__init__(cell=1, shown=[], updates=[])

    def display(self, thing: Any, **options: Any) -> Any:
        self.shown.append(thing)
        return SimpleNamespace(update=lambda data, **_: self.updates.append(data["text/plain"]))

    @property
    def shell(self) -> Any:
        return SimpleNamespace(kernel=object(), execution_count=self.cell)


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """Make this process look like a kernel."""
    found = Screen()
    monkeypatch.setattr("IPython.display.display", found.display)
    monkeypatch.setattr(IPython, "get_ipython", lambda: found.shell)
    return found


def parts(box: Any) -> tuple[Any, str]:
    """The bar and the words beside it."""
    bar, label = box.children
    return bar, label.value


def test_a_kernel_is_known_by_its_shell(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_notebook()
    monkeypatch.setattr(IPython, "get_ipython", SimpleNamespace)
    assert not is_notebook()
    monkeypatch.setattr(IPython, "get_ipython", lambda: None)
    assert not is_notebook()


def test_a_widget_shows_how_far_it_is(screen: Screen) -> None:
    bar = Bar()
    bar.say("compiling the rules")
    (box,) = screen.shown
    assert isinstance(box, ipywidgets.HBox)
    assert parts(box)[1] == "compiling the rules"
    bar(0, 4)
    drawn, words = parts(box)
    assert (drawn.value, drawn.max, words) == (0, 4, "0 of 4 replications")
    bar(4, 4)
    drawn, words = parts(box)
    assert (drawn.value, drawn.max, drawn.bar_style) == (4, 4, "success")
    assert words.startswith("4 replications in ")
    assert words.endswith(" per second")


def test_batches_of_a_cell_share_a_bar_and_another_cell_gets_its_own(screen: Screen) -> None:
    bar = Bar("runs")
    for total in (3, 2):
        for done in range(total + 1):
            bar(done, total)
    (box,) = screen.shown
    assert parts(box)[1].startswith("5 runs in ")
    screen.cell = 2
    bar(0, 7)
    assert len(screen.shown) == 2
    assert parts(screen.shown[1])[1] == "0 of 7 runs"


def test_without_widgets_one_line_of_text_is_written_anew(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "find_spec", lambda name: None)
    bar = Bar("runs")
    for done in range(3):
        bar(done, 2)
    assert screen.shown == [{"text/plain": ""}]
    assert screen.updates[0] == "0 of 2 runs"
    assert screen.updates[-1].startswith("2 runs in ")


def test_a_quick_run_is_not_drawn_a_thousand_times(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "find_spec", lambda name: None)
    clock = iter(0.01 * n for n in range(2000))
    monkeypatch.setattr(progress, "Pace", lambda what: Pace(what, lambda: next(clock)))
    bar = Bar("runs")
    for done in range(1001):
        bar(done, 1000)
    # Ten seconds of runs, a picture every fifth of a second, and both ends.
    assert len(screen.updates) <= 10.0 / progress.SILENT_SECONDS + 2
