"""The commands of studies: what they write and print, and what they refuse."""

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.command.app import app
from sim.command.planned import split_names
from tests.house.small import SCENARIOS

TOLERANCE = "underwriting.tolerance_rate"
TEXT = """
extends = "{base}"
[experiment]
arrangements = ["plain", "consortium"]
replications = 2
horizon_years = 2.0
warm_up_years = 0.0
[population]
firms = 30
initial_share = 1.0
"""


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A file of a small comparison, in an empty folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    Path("small.toml").write_text(TEXT.format(base=SCENARIOS / "three_arrangements.toml"))
    return "small.toml"


def run(*arguments: str):
    return CliRunner().invoke(app, [*arguments, "--workers", "1", "--out", "run"])


def table(study: str, name: str) -> pd.DataFrame:
    return pd.read_csv(Path("run/studies") / study / f"{name}.csv")


def test_sweep_announces_runs_and_writes_a_tidy_table(small: str) -> None:
    result = run("sweep", small, "--vary", f"{TOLERANCE}=0.01:0.03:3", "--outcomes", "bank.profit")
    assert result.exit_code == 0, result.output
    assert "6 runs at about" in result.stderr
    rows = table("sweep", "points")
    assert len(rows) == 3 * 2
    assert set(rows["outcome"]) == {"bank.profit"}
    assert Path("run/report.html").is_file()


def test_breakeven_writes_its_curve(small: str) -> None:
    result = run(
        "breakeven", small, "--vary", TOLERANCE, "--between", "0.01", "0.03",
        "--equal", "bank.profit", "--arrangements", "plain", "consortium", "--points", "2",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert table("breakeven", "curve")["at"].tolist()[0] == 0.01
    again = run(
        "breakeven", small, "--vary", f"{TOLERANCE}=0.01:0.03", "--points", "2",
        "--equal", "bank.profit", "--level", "plain", "1e9",
    )  # fmt: skip
    assert "There is no crossing in the range" in again.stdout


def test_frontier_marks_the_efficient_set(small: str) -> None:
    result = run(
        "frontier", small, "--vary", "arrangement.consortium.pricing.concession_rate=-0.01:0.01:2",
        "--vary", "arrangement.consortium.tenor.years=1:3:2",
        "--outcomes", "bank.lending_rate,firm.access_share",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    rows = table("frontier", "points")
    assert len(rows) == 4
    assert rows["efficient"].any()
    assert Path("run/studies/frontier/frontier.svg").is_file()


def test_sensitivity_and_robustness_of_two_numbers(small: str) -> None:
    vary = ["--vary", f"{TOLERANCE}=0.01:0.03", "--vary", "lifecycle.setback_hazard=x0.5:x1.6"]
    names = ["--outcomes", "bank.profit"]
    result = run("sensitivity", small, *vary, *names, "--evaluations", "6")
    assert result.exit_code == 0, result.output
    assert "evaluations in" in result.stdout
    assert set(table("sensitivity_morris", "indices")["kind"]) == {"level", "difference"}
    assert Path("run/studies/sensitivity_morris/morris-bank-profit-consortium.svg").is_file()
    result = run("robustness", small, *vary, *names, "--points", "8", "--replications", "2",
                 "--tornado", "1")  # fmt: skip
    assert result.exit_code == 0, result.output
    assert len(table("robustness", "points")) == 8
    assert len(table("robustness", "tornado")) == 2
    assert Path("run/studies/robustness/tornado-bank-profit-consortium.png").is_file()


def test_a_story_against_another_is_drawn_on_its_page(small: str) -> None:
    words = ["story", small, "3", "--versus", "consortium", "--run", "run"]
    result = CliRunner().invoke(app, [*words, "--figure", "own.png"])
    assert result.exit_code == 0, result.output
    assert Path("own.png").is_file()
    rows = table("story_3_0_consortium", "life")
    assert set(rows["arrangement"].dropna()) == {"plain", "consortium"}
    assert "The life of firm 3" in Path("run/report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sweep", "--vary", "underwriting.toleranc=0:1"], 'did you mean "underwriting.tol'),
        (["sweep", "--vary", f"{TOLERANCE}"], "must be written KEY=LOW:HIGH"),
        (["sweep"], "is needed"),
        (["sweep", "--vary", f"{TOLERANCE}=0:1", "--outcomes", "bank.rarok"], "bank.raroc"),
        (["sensitivity", "--evaluations", "5"], "must be at least"),
        (["frontier", "--vary", f"{TOLERANCE}=0:1"], "must name two keys"),
        (["breakeven", "--vary", TOLERANCE, "--equal", "bank.profit"], "is needed, not both"),
        (["breakeven", "--vary", TOLERANCE, "--equal", "bank.profit", "--level", "plain", "1"],
         "is needed: it says where to look"),
        (["breakeven", "--vary", f"{TOLERANCE}=0:1", "--equal", "bank.profit", "--arrangements",
          "plain", "consorts"], "did you mean consortium?"),
        (["robustness", "--vary", "macro.frailty_variance=-1:1"], "must be at least 0"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_before_anything_runs(
    small: str, arguments: list[str], words: str
) -> None:
    command, *options = arguments
    result = run(command, small, *options)
    assert result.exit_code == 2, result.output
    assert words in result.stderr
    assert not Path("run").exists()


def test_names_may_be_separated_by_commas() -> None:
    assert split_names(["a.b, a.c", "a.d"]) == ["a.b", "a.c", "a.d"]
    assert split_names(None) is None
