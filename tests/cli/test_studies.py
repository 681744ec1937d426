"""The commands of studies: what they write and print, and what they refuse."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.cli.app import app
from sim.studies.comparison import replicate_until
from tests.house.small import SCENARIOS

TOLERANCE = "underwriting.policy_subsidy_rate"
TEXT = """
extends = "{base}"
[experiment]
arrangements = ["plain", "consortium"]
replications = 2
horizon_years = 2.0
warm_up_years = 0.0
settling_years = 0.0
[population]
firms = 30
entry_rate = 0.0
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


@pytest.mark.parametrize("words", [["story", "small.toml", "3"], ["compare", "small.toml"]])
def test_what_should_be_looked_at_is_told_before_a_study(small: str, words: list[str]) -> None:
    words = [*words, "--out", "run"]
    result = CliRunner().invoke(app, words)
    assert "notice: small.toml\n  5 numbers have no source" in result.stderr, result.output
    assert "notice" not in CliRunner().invoke(app, [*words, "--quiet"]).output


@pytest.mark.full
def test_precision_splits_variances_and_its_plan_is_that_of_a_run(
    small: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = ("--set", "experiment.replications=6")
    result = run("precision", small, *many, "--until", "bank.profit=1%", "--firms", "30:60")
    assert result.exit_code == 0, result.output
    # Two pilots of six replications, the larger one first.
    assert "at most 12 runs at about" in result.stderr
    assert table("precision", "split")["firms"].tolist() == [30, 60]
    needed = int(table("precision", "plans").set_index("firms").loc[30, "replications"])
    assert needed > 30
    looks: list[int] = []

    def noted(look: Any, check: Any, first: int, most: int) -> Any:
        looks.append(first)
        return replicate_until(look, check, 6, 6)

    # The first look of a run would be at 30 replications.
    monkeypatch.setattr("sim.studies.comparison.replicate_until", noted)
    result = run("run", small, *many, "--until", "bank.profit=1%", "--quiet")
    assert result.exit_code == 0, result.output
    assert looks == [needed]


def test_breakeven_writes_its_curve(small: str) -> None:
    result = run(
        "breakeven", small, "--vary", f"{TOLERANCE}=0.01:0.03", "--points", "2",
        "--outcomes", "bank.profit", "--arrangements", "plain,consortium",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert table("breakeven", "curve")["at"].tolist()[0] == 0.01
    again = run(
        "breakeven", small, "--vary", f"{TOLERANCE}=0.01:0.03", "--points", "2",
        "--outcomes", "bank.profit", "--arrangements", "plain", "--level", "1e9",
    )  # fmt: skip
    assert "There is no crossing in the range" in again.stdout


def test_frontier_marks_the_efficient_set(small: str) -> None:
    result = run(
        "frontier", small,
        "--vary", "arrangement.common_growth.pricing.concession_rate=-0.01:0.01:2",
        "--vary", "arrangement.consortium.tenor.years=1:3:2",
        "--outcomes", "bank.lending_rate,firm.access_share",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    rows = table("frontier", "points")
    assert len(rows) == 4
    assert rows["efficient"].any()
    assert Path("run/studies/frontier/frontier.svg").is_file()


def test_a_design_writes_its_answer_points_and_figure(small: str) -> None:
    result = run(
        "design", small, "--over", "tenor.years=1:3", "--arrangement", "consortium",
        "--maximise", "bank.profit", "--subject-to", "bank.profit >= -1e9 million",
        "--points", "4", "--rounds", "1",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    # Shipped, corners, Sobol points, the best and two ends, and two that confirm: 12 of 2 each,
    # and all arrangements as shipped.
    assert "at most 26 runs at about" in result.stderr
    answer = table("design_consortium", "answer")
    assert answer["key"].tolist() == ["arrangement.consortium.tenor.years"]
    assert 1.0 <= answer["value"].iloc[0] <= 3.0
    points = table("design_consortium", "points")
    assert points["answer"].sum() == 1
    assert set(points["bounds"]) == {"kept"}
    assert Path("run/studies/design_consortium/points.svg").is_file()
    assert "A contract designed" in Path("run/report.html").read_text(encoding="utf-8")


def test_sensitivity_and_robustness_of_two_numbers(small: str) -> None:
    vary = ["--vary", f"{TOLERANCE}=0.01:0.03", "--vary", "lifecycle.setback_hazard=x0.5:x1.6"]
    names = ["--outcomes", "bank.profit"]
    result = run("sensitivity", small, *vary, *names, "--points", "6")
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


def test_what_if_tells_of_applicants_on_the_line_and_in_a_table(small: str) -> None:
    Path("firms.csv").write_text("name,stage,sales\nold,mature,60\n")
    result = run("what-if", small, "--firm", "name=new,stage=startup,sales=4,quality=0.5",
                 "--applicants", "firms.csv", "--copies", "10")  # fmt: skip
    assert result.exit_code == 0, result.output
    rows = table("what_if", "decisions")
    assert rows["applicant"].tolist() == ["new", "new", "old", "old"]
    assert rows["arrangement"].tolist() == ["plain", "consortium"] * 2
    assert "What does one more loan do?" in Path("run/report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        (["--firm", "stage=growth,sales=20,chash=3"], 'did you mean "cash"?'),
        (["--firm", "stage=growth,sales=-1"], "must be above 0"),
        (["--firm", "stage=growth,sales=2,sector=farming"], "is no sector of the scenario"),
        (["--firm", ""], "must be given"),
        (["--applicants", "none.csv"], "none.csv"),
        (["--copies", "3"], "must be at least 10"),
    ],
)
def test_what_if_refuses_what_no_applicant_can_be(small: str, words: list[str], rule: str) -> None:
    result = run("what-if", small, *words)
    assert result.exit_code == 2, result.output
    assert rule in result.stderr
    assert not Path("run/studies/what_if").exists()


def test_ceilings_stand_beside_each_effect_and_on_the_page(small: str) -> None:
    result = run("ceilings", small)
    assert result.exit_code == 0, result.output
    # Two replications of the arrangements, and of plain lending under each ceiling.
    assert "6 runs at about" in result.stderr
    rows = table("ceilings", "ceilings")
    assert set(rows["outcome"]) == {"firm.liquidity_closures"}
    assert rows["arrangement"].tolist() == [
        "consortium", "everybody_has_a_line", "everybody_is_liquid"
    ]  # fmt: skip
    page = Path("run/report.html").read_text(encoding="utf-8")
    assert "How much could finance do for survival?" in page
    assert "Everybody has a line" in page


def test_a_story_is_told_under_every_arrangement(small: str) -> None:
    result = CliRunner().invoke(app, ["story", small, "3", "--out", "run", "--replication", "1"])
    assert result.exit_code == 0, result.output
    rows = table("story_3_1", "events")
    assert list(rows.columns) == ["year", "event", "plain", "consortium"]
    assert "Plain ends: " in result.stdout
    assert rows["event"].iloc[0] in result.stdout
    assert Path("run/studies/story_3_1/life.png").is_file()


def test_a_story_of_two_is_split_and_drawn_on_its_page(small: str) -> None:
    words = ["story", small, "1", "--arrangements", "plain,consortium", "--out", "run"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert "Lenders together, consortium less plain: " in result.stdout
    rows = table("story_1_0_consortium", "life")
    assert set(rows["arrangement"].dropna()) == {"plain", "consortium"}
    assert "The life of firm 1" in Path("run/report.html").read_text(encoding="utf-8")


def test_a_story_needs_a_firm_or_says_what_was_searched(small: str) -> None:
    asked = ["story", small, "--arrangements", "plain,consortium", "--out", "run"]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 2
    assert "needs a firm or --find" in result.stderr
    result = CliRunner().invoke(app, [*asked, "--find", "lost"])
    assert result.exit_code == 0, result.output
    assert "at most 2 runs at about" in result.stderr
    words = " ".join(result.stdout.split())
    assert "Looked at 30 firms in replication" in words
    assert "is lost" in words
    assert "lost" in Path("run/report.html").read_text(encoding="utf-8")


def test_a_gap_and_a_stress_are_announced_and_written(small: str) -> None:
    result = run("attribute", small, "--arrangements", "plain", "--arrangements", "consortium")
    assert result.exit_code == 0, result.output
    # Two replications of all mixtures, and of three worlds that split the gap.
    assert "8 runs at about" in result.stderr
    assert len(table("attribution_plain_consortium", "clauses"))
    assert Path("run/studies/decomposition_plain_consortium/parts.svg").is_file()
    result = run("reverse-stress", small, "--break", "bank.profit < 1e9", "--starts", "0, 1",
                 "--depths", "1", "--longest", "0.5", "--quiet")  # fmt: skip
    assert result.stdout == "run\n"
    assert set(table("reverse_stress_bank_profit", "mildest")["verdict"]) == {
        "broken without stress"
    }


@pytest.mark.parametrize(
    ("command", "needed"),
    [
        ("attribute", []), ("breakeven", [0]), ("discover", [0]), ("frontier", [0, 1]),
        ("robustness", [0]), ("sensitivity", [0]), ("sweep", [0]),
        ("reverse-stress", None), ("story", None),
    ],
)  # fmt: skip
def test_the_same_mistake_is_told_in_the_same_words(
    small: str, command: str, needed: list[int] | None
) -> None:
    """Where a command takes outcomes and arrangements, all of what is wrong is told at once."""
    ranges = [f"{TOLERANCE}=0.01:0.02", "macro.frailty_variance=0.1:0.2"]
    options = [word for n in needed or [] for word in ("--vary", ranges[n])]
    if command == "reverse-stress":
        options += ["--break", "bank.rarok < 0"]
    elif command == "story":
        options += ["3"]
    else:
        options += ["--outcomes", "bank.rarok"]
    if command not in {"robustness", "sensitivity", "sweep"}:
        options += ["--arrangements", "plain,consorts"]
    result = run(command, small, *options) if command != "story" else CliRunner().invoke(
        app, [command, small, *options]
    )  # fmt: skip
    assert result.exit_code == 2, result.output
    if command != "story":
        told = '\n  is no outcome; got bank.rarok\n  did you mean "bank.raroc"?\n'
        assert told in result.stderr
    if "--arrangements" in options:
        told = "--arrangements\n  is no arrangement of the scenario; got consorts\n"
        assert f'{told}  did you mean "consortium"?\n' in result.stderr
    assert "nothing was run or written" in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["attribute", "--arrangements", "plain,consortium"],
        ["compare"],
        ["cycle"],
        ["cycle", "--quiet"],
        ["reverse-stress", "--break", "bank.profit < 1e9", "--starts", "0"],
        ["story", "--find", "saved", "--arrangements", "plain,consortium"],
    ],
)
def test_every_long_study_asks_at_a_terminal(
    small: str, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setattr("sim.cli.study_base.LONG", 0.0)
    monkeypatch.setattr("sim.cli.study_base.is_asked", lambda: True)
    words = [words[0], small, *words[1:], "--out", "run"]
    result = CliRunner().invoke(app, words, input="n\n")
    assert result.exit_code == 1
    assert "go on?" in result.output
    assert not Path("run/report.html").exists()


def test_who_agreed_before_is_not_asked(small: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.cli.study_base.LONG", 0.0)
    monkeypatch.setattr("sim.cli.study_base.is_asked", lambda: True)
    result = run("compare", small, "--yes")
    assert result.exit_code == 0, result.output
    # Two replications of one file.
    assert "2 runs at about" in result.stderr
    assert "go on?" not in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sweep", "--vary", "underwriting.policy_subsidy_rat=0:1"],
          'did you mean "underwriting.policy'),
        (["sweep", "--vary", f"{TOLERANCE}"], "must be written KEY=LOW:HIGH"),
        (["sweep"], "must name at least one"),
        (["sweep", "--vary", f"{TOLERANCE}=0:1", "--outcomes", "bank.rarok"], "bank.raroc"),
        (["sensitivity", "--points", "5"], "must be at least"),
        (["frontier", "--vary", f"{TOLERANCE}=0:1"], "must name two; got underwriting"),
        (["breakeven", "--vary", f"{TOLERANCE}=0:1", "--outcomes", "bank.profit"],
         "--arrangements\n  must name two; got none"),
        (["breakeven", "--vary", f"{TOLERANCE}=0:1", "--outcomes", "bank.profit,bank.raroc",
          "--arrangements", "plain,consortium"], "--outcomes\n  must name one; got bank.profit"),
        (["breakeven", "--vary", TOLERANCE, "--outcomes", "bank.profit", "--arrangements",
          "plain,consortium", "--level", "1"], "--arrangements\n  must name one; got plain"),
        (["reverse-stress", "--break", "bank.profit < 0", "--starts", "soon"], "must be numbers"),
        (["robustness", "--vary", "macro.frailty_variance=-1:1"], "must be at least 0"),
        (["design", "--over", f"{TOLERANCE}=0:1", "--maximise", "bank.profit"],
         "--over\n  belongs to no arrangement"),
        (["design", "--over", "tenor.years=1:3", "--arrangement", "consorts", "--maximise",
          "bank.profit", "--subject-to", "bank.raroc > 8"], "write 8% if that is meant"),
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
