"""The command that compares files: what it refuses before anything runs, and what it leaves."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sim.cli.app import app
from tests.house.small import SCENARIOS

FILE = str(SCENARIOS / "three_arrangements.toml")
SMALL = [
    "--set", "population.firms=60", "--set", "experiment.horizon_years=1.0",
    "--set", "experiment.warm_up_years=0.5",
    "--set", 'experiment.arrangements=["plain","consortium"]',
    "--replications", "3", "--workers", "1",
]  # fmt: skip


def compare(*words: str) -> Result:
    return CliRunner().invoke(app, ["compare", *words])


@pytest.fixture
def other(tmp_path: Path) -> str:
    """The same scenario, with another seed and a longer consortium."""
    file = tmp_path / "other.toml"
    file.write_text(
        f'extends = "{FILE}"\n[experiment]\nseed = 5\n'
        "[arrangement.consortium]\n"
        'tenor = { kind = "term", years = 4.0, reviewed = true }\n',
        encoding="utf-8",
    )
    return str(file)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--until", "bank.raro=1pp"], 'did you mean "bank.raroc"'),
        (["--until", "bank.raroc=much"], "must be a positive number"),
        (["--baseline", "swap"], "choose one of: plain, consortium"),
        (["--tail", "bank.credit_loss=99.9%"], "needs 10,000 replications; 3 are asked for"),
        (["--tail", "bank.credit=95%"], "is no outcome; got bank.credit"),
        (["--tail", "bank.credit_loss=9%"], "must be an outcome and a level"),
    ],
)
def test_bad_words_end_with_one_message_before_anything_runs(words: list[str], told: str) -> None:
    result = compare(FILE, *SMALL, *words)
    assert result.exit_code == 2
    assert told in result.output
    assert "Traceback" not in result.output


def test_files_with_other_luck_are_refused_by_key(other: str) -> None:
    result = compare(FILE, other, *SMALL)
    assert result.exit_code == 2
    assert "three_arrangements and other: experiment.seed" in result.output


def test_one_file_twice_is_refused() -> None:
    result = compare(FILE, FILE, *SMALL)
    assert result.exit_code == 2
    assert "has the name of a file before it" in result.output


def test_two_files_are_compared_and_leave_their_tables(other: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = compare(FILE, other, *SMALL, "--seed", "5", "--out", str(out))
    assert result.exit_code == 0, result.output
    assert "3 arrangements with common random numbers in 3 replications" in result.output
    assert (out / "comparison.csv").is_file()
    assert (out / "studies" / "compare" / "comparison.csv").is_file()
    assert (out / "report.html").is_file()
