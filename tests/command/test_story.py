"""The life of one firm is told side by side."""

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.command.app import app

pytestmark = pytest.mark.usefixtures("engine")

FRAME = pd.DataFrame({"year": [0.5, 1.25], "plain": ["founded", None], "swap": [None, "signed"]})


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Put a made-up story behind the command; remember what it was asked for."""
    calls: list[tuple[int, int]] = []

    def story(_: Any, firm: int, replication: int) -> Any:
        calls.append((firm, replication))
        return SimpleNamespace(
            frame=lambda: FRAME, divergence="they part in year 1.25", firm=firm,
            replication=replication,
        )  # fmt: skip

    module = ModuleType("sim.experiment.story")
    module.__dict__["story"] = story
    monkeypatch.setitem(sys.modules, "sim.experiment.story", module)
    return calls


def test_a_story_is_printed_with_its_divergence(file: Path, asked: list[tuple[int, int]]) -> None:
    result = CliRunner().invoke(app, ["story", str(file), "17", "--replication", "3"])
    assert result.exit_code == 0, result.output
    assert asked == [(17, 3)]
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[0] == ["firm", "17,", "replication", "3"]
    assert lines[3:5] == [["0.50", "founded"], ["1.25", "signed"]]
    assert result.stdout.endswith("they part in year 1.25\n")


@pytest.mark.usefixtures("asked")
def test_a_story_can_be_written(file: Path) -> None:
    result = CliRunner().invoke(app, ["story", str(file), "1", "--out", "s.csv", "--quiet"])
    assert result.output == ""
    pd.testing.assert_frame_equal(pd.read_csv("s.csv"), FRAME)


@pytest.mark.usefixtures("asked")
def test_a_place_that_cannot_be_written_is_a_failed_run(file: Path) -> None:
    result = CliRunner().invoke(app, ["story", str(file), "1", "--out", "no/s.csv"])
    assert result.exit_code == 1
    assert "check the path" in result.stderr


@pytest.mark.usefixtures("asked")
def test_a_folder_is_no_file_to_write_into(file: Path) -> None:
    result = CliRunner().invoke(app, ["story", str(file), "1", "--out", "."])
    assert result.exit_code == 2
    assert "--out takes a file" in result.stderr


@pytest.mark.usefixtures("asked")
def test_a_folder_for_effects_needs_another_arrangement(file: Path) -> None:
    result = CliRunner().invoke(app, ["story", str(file), "1", "--run", "x"])
    assert result.exit_code == 2
    assert "takes the effects of --versus" in result.stderr


@pytest.mark.usefixtures("asked")
def test_a_picture_of_another_kind_is_refused(file: Path) -> None:
    result = CliRunner().invoke(app, ["story", str(file), "1", "--figure", "life.jpg"])
    assert result.exit_code == 2
    assert "must end in .svg or .png" in result.stderr
