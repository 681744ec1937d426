"""A long run says how far it is, without flooding a pipe."""

import sys

import pytest

from sim.cli.options import progress
from sim.experiment.progress import REPLICATIONS


def test_a_pipe_gets_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as report:
        for done in range(4):
            report(done, 3)
        report.say("that was all")
    out, err = capsys.readouterr()
    first, *_, told, last = err.splitlines()
    assert first.startswith("1 of 3 runs, ")
    assert first.endswith(" left")
    assert told.startswith("3 runs in ")
    assert told.endswith(" per second")
    assert (last, out) == ("that was all", "")


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(is_quiet=True) as report:
        report(1, 3)
        report.say("anything")
    assert capsys.readouterr() == ("", "")


def be_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make standard error look like a wide terminal."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "140")


def test_a_terminal_gets_a_bar_with_rate_and_time_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    be_a_terminal(monkeypatch)
    with progress(what=REPLICATIONS) as report:
        report(0, 3)
        report(2, 3)
    err = capsys.readouterr().err
    assert "━" in err
    assert "2 of 3 replications, " in err
    assert " per second, about " in err


def test_messages_stand_above_the_bar(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    be_a_terminal(monkeypatch)
    with progress() as report:
        report(1, 3)
        report.say("compiling [the rules]")
    assert "compiling [the rules]" in capsys.readouterr().err
