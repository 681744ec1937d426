"""A long run says how far it is, without flooding a pipe."""

import sys

import pytest

from sim.command.progress import LINES, progress


def test_a_pipe_gets_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(200) as report:
        for done in range(201):
            report(done)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("1 of 200 replications")
    assert lines[-1].startswith("200 of 200 replications")
    assert len(lines) == LINES + 1


def test_time_left_does_not_count_what_was_done_before(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 10.0, 20.0])
    monkeypatch.setattr("sim.command.progress.time.monotonic", lambda: next(clock))
    with progress(10) as report:
        for done in (7, 8, 9):
            report(done)
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "8 of 10 replications, 10 s, about 20 s left",
        "9 of 10 replications, 20 s, about 10 s left",
    ]


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(3, is_quiet=True) as report:
        report(3)
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_bar(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with progress(3) as report:
        report(2)
    assert "2/3" in capsys.readouterr().err
