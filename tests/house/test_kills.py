"""Runs that are killed lose nothing, leave nothing behind and tell nothing that is not so."""

from pathlib import Path

import pytest

from tests.house import kills


def ignore(_: str) -> None:
    """Nobody reads it."""


@pytest.mark.slow
def test_a_tenth_of_the_kills(tmp_path: Path) -> None:
    kills.kill_all(tmp_path, 10, ignore, shards=1)


@pytest.mark.slow
def test_a_hundred_kills_and_every_other_fault(tmp_path: Path) -> None:
    kills.kill_all(tmp_path, 100, ignore)
    kills.faults(tmp_path, ignore)


def test_the_log_of_a_hundred_kills_is_here() -> None:
    text = kills.LOG.read_text(encoding="utf-8")
    assert text.startswith("100 kills")
    for name in ("ensemble", "merge", "report", "study"):
        assert sum(line.startswith(f"{name}: SIG") for line in text.splitlines()) == 25
    for fault in kills.FAULTS:
        assert f"\n{fault.__name__}: " in text
