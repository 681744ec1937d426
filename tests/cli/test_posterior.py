"""Draws are written by one command, and a run at draws keeps its intervals beside its page."""

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from sim.cli.app import app
from sim.studies.draws import load_draws
from tests.studies.small_plan import PLAN, write_plan

pytestmark = pytest.mark.full
ARMS = '\narrangements = ["plain", "line"]\nbaseline = "plain"\n'
LINE = """
[arrangement.line]
limit = { kind = "cash_flow", sales_share = 0.5, round_share = 0.10 }
tenor = { kind = "term", years = 3.0 }
"""


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a plan, and draws that a command has made of it."""
    folder = tmp_path_factory.mktemp("posterior")
    plan = write_plan(folder, PLAN.replace("firms = 150", "firms = 60"))
    words = ("posterior", plan, "--points", 8, "--histories", 2, "--draws", 6, "--truths", 1,
             "--steps", 30)  # fmt: skip
    made = run(*words, "--workers", 1, "--keep", "--out", folder / "first")
    assert made.exit_code == 0, made.output
    assert "8 design points of 2 histories" in " ".join(made.output.split())
    return folder


def test_draws_are_made_and_kept_beside_the_plan(place: Path) -> None:
    draws = load_draws(place / "posterior.csv")
    assert len(draws) == 6
    assert draws.about["design_points"] == "8"
    assert draws.about["covered"] in ("0 of 1", "1 of 1")
    assert draws.stale == ()
    kept = (place / "first" / "posterior.csv").read_text(encoding="utf-8")
    assert kept == (place / "posterior.csv").read_text(encoding="utf-8")
    assert (place / "first" / "studies" / "posterior" / "parameters.csv").is_file()


def test_a_run_at_draws_shows_both_intervals(place: Path) -> None:
    small = (place / "small.toml").read_text(encoding="utf-8")
    two = small.replace("[experiment]", f"[experiment]{ARMS}") + LINE
    (place / "two.toml").write_text(two, encoding="utf-8")
    asked = ("--over-parameters", 3, "--draws", place / "posterior.csv", "--draw-replications", 2)
    size = ("--replications", 3, "--set", "population.firms=60", "--workers", 1)
    found = run("run", place / "two.toml", *size, *asked, "--out", place / "out")
    assert found.exit_code == 0, found.output
    said = " ".join(found.output.split())
    assert "3 draws of the posterior, each with 2 histories of the same luck" in said
    assert "In brackets the interval over parameters" in said
    table = pd.read_csv(place / "out" / "over_parameters.csv")
    assert set(table["arrangement"]) == {"line"}
    each = pd.read_parquet(place / "out" / "over_parameters.parquet")
    assert set(each["draw"]) == {0, 1, 2}
    assert each["difference"].notna().any()
    for page in ("report.html", "committee.html"):
        text = (place / "out" / page).read_text(encoding="utf-8")
        assert "over_parameters/" in text
        assert "not computed for this file" not in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("posterior", "two.toml"), "not there"),
        (("posterior", "small.toml"), "needs a plan"),
        (("posterior", "plan.toml", "--points", "2"), "--points"),
        (("run", "small.toml", "--draws", "posterior.csv"), "--over-parameters alone"),
        (("run", "small.toml", "--over-parameters", "3", "--draws", "no.csv"), "is not there"),
        (("run", "small.toml", "--over-parameters", "1"), "over-parameters"),
    ],
)
def test_bad_input_is_told_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_plan(tmp_path)
    result = run(*words)
    assert result.exit_code == 2, result.output
    assert message in " ".join(result.output.split())
