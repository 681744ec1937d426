"""Who asks is told: by lines, by a call, in a notebook, or not at all."""

from collections.abc import Iterator

import pytest

from sim.experiment import progress
from sim.experiment.progress import LINES, RUNS, Lines, Pace, meter


def lines_at(clock: Iterator[float], *batches: int) -> list[str]:
    """Lines of batches of these sizes, told one by one."""
    written: list[str] = []
    lines = Lines(written.append, RUNS, Pace(RUNS, lambda: next(clock)))
    for total in batches:
        for done in range(total + 1):
            lines(done, total)
    return written


def seconds(step: float) -> Iterator[float]:
    """A clock that moves by a step whenever it is read."""
    return (step * n for n in range(10_000))


def test_a_slow_batch_gives_a_line_at_its_first_run_and_at_every_tenth() -> None:
    found = lines_at(seconds(10.0), 200)
    assert len(found) == LINES + 1
    assert found[0] == "1 of 200 runs, 0.1 per second, about 33 min left"
    assert found[1].startswith("20 of 200 runs")
    assert found[-1] == "200 runs in 33 min, 0.1 per second"


def test_quick_batches_do_not_flood() -> None:
    found = lines_at(seconds(0.001), 200, 1, 200)
    assert len(found) == 4
    assert [line for line in found if line.startswith(("200 runs", "201 runs", "401 runs"))]


def test_true_writes_to_standard_error_and_false_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for asked in (False, None):
        meter(asked)(3, 3)
        meter(asked).say("compiling")
    assert capsys.readouterr() == ("", "")
    shown = meter(True, RUNS)
    shown.say("compiling")
    shown(0, 1)
    shown(1, 1)
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith("compiling\n1 runs in ")


def test_a_function_is_told_the_numbers_and_hears_no_message() -> None:
    told: list[tuple[int, int]] = []
    one = meter(lambda *done: told.append(done))
    one.say("compiling")
    one(2, 5)
    assert told == [(2, 5)]


def test_a_meter_stays_itself() -> None:
    one = Lines(print)
    assert meter(one) is one


@pytest.mark.parametrize(("asked", "is_shown"), [(None, True), (True, True), (False, False)])
def test_a_notebook_shows_unless_told_not_to(
    monkeypatch: pytest.MonkeyPatch, asked: bool | None, is_shown: bool
) -> None:
    monkeypatch.setattr(progress, "is_notebook", lambda: True)
    assert isinstance(meter(asked), progress.Bar) == is_shown
