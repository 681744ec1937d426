"""The command fits, writes, remembers, and refuses what is no plan."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sim.cli.app import app
from sim.scenario.scenario import load_scenario
from tests.studies.small_plan import BASE, PLAN, write_plan


def calibrate(*words: object) -> Result:
    return CliRunner().invoke(app, ["calibrate", *map(str, words)])


def test_a_short_fit_prints_the_table_and_writes_scenario_and_report(tmp_path: Path) -> None:
    file = write_plan(tmp_path, PLAN.replace("firms = 150", "firms = 60"))
    out = tmp_path / "out"
    words = (file, "--out", out, "--workers", 1, "--points", 2)
    result = calibrate(*words)
    assert result.exit_code == 0, result.output
    for part in ("closings in year 2", "access", "fitted:", "lie within their tolerance"):
        assert part in result.output
    load_scenario(out / "scenarios" / "small.toml")
    assert (out / "studies" / "calibration" / "fit.csv").is_file()
    assert "Calibration" in (out / "report.html").read_text(encoding="utf-8")
    # What was simulated is known, so that the budget now reaches further.
    again = calibrate(*words, "--quiet")
    assert again.exit_code == 0
    assert again.stdout.split() == [str(out)]


def test_a_long_fit_asks_at_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.cli.study_base.LONG", 0.0)
    monkeypatch.setattr("sim.cli.study_base.is_asked", lambda: True)
    file = write_plan(tmp_path, PLAN.replace("firms = 150", "firms = 60"))
    words = ["calibrate", str(file), "--out", str(tmp_path / "out"), "--workers", "1"]
    result = CliRunner().invoke(app, words, input="n\n")
    assert result.exit_code == 1
    assert "at most " in result.output
    assert "go on?" in result.output
    assert not (tmp_path / "out" / "report.html").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((BASE,), "is a scenario, and calibrate needs a plan"),
        (("nowhere.toml",), "not there"),
        (("plan.toml", "--points", "0"), "points"),
        (("plan.toml", "--set", "experiment.replicatons=3"), "did you mean"),
        (("plan.toml", "--out", "plan.toml"), "cannot be a folder"),
    ],
)
def test_bad_input_is_told_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[object, ...], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_plan(tmp_path)
    result = calibrate(*words)
    assert result.exit_code == 2
    assert message in result.output.replace("\n", " ")
