"""Every value is shown with unit, meaning and the place where it was written."""

import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sim.cli.app import app

pytestmark = pytest.mark.usefixtures("engine")


def show(*words: str) -> Result:
    return CliRunner().invoke(app, ["show", *words])


def line_of(result: Result, key: str) -> list[str]:
    (line,) = [text for text in result.stdout.splitlines() if text.startswith(f"{key} ")]
    return line.split()


def test_values_stand_with_unit_meaning_and_origin(file: Path) -> None:
    result = show(str(file), "--set", "experiment.seed=4")
    assert result.exit_code == 0
    assert result.stdout.startswith("a test")
    capital = line_of(result, "bank.lead.capital")
    assert capital[:4] == ["bank.lead.capital", "100.0", "CNY", "million"]
    assert capital[-3:] == ["small.toml,", "line", "8"]
    assert line_of(result, "experiment.seed")[-1] == "--set"
    assert line_of(result, "lifecycle.progress_hazard")[-1] == "default"


def test_one_part_can_be_shown(file: Path) -> None:
    result = show(str(file), "arrangement.swap.upside")
    keys = [line.split()[0] for line in result.stdout.splitlines()[3:]]
    assert keys == [f"arrangement.swap.upside.{name}" for name in ("kind", "coverage", "trigger")]


@pytest.mark.parametrize(
    ("key", "cure"),
    [("bank.laed", '"bank.lead"'), ("zzz", "leave it out"), ("a..b", "macro")],
)
def test_an_unknown_part_is_bad_input(file: Path, key: str, cure: str) -> None:
    result = show(str(file), key)
    assert result.exit_code == 2
    assert cure in result.stderr


def test_the_resolved_scenario_can_be_printed_as_a_file(file: Path) -> None:
    result = show(str(file), "--toml")
    assert tomllib.loads(result.stdout)["bank"]["lead"]["capital"] == 100.0


def test_a_bad_file_is_told(file: Path) -> None:
    assert show("none.toml").exit_code == 2
    assert show(str(file), "--set", "x=1").exit_code == 2
