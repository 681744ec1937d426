"""Checking tells all mistakes of all files and runs nothing."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sim.cli.app import app

pytestmark = pytest.mark.usefixtures("engine")


def check(*words: str) -> Result:
    return CliRunner().invoke(app, ["check", *words])


def test_a_good_file_is_called_good(file: Path) -> None:
    result = check(str(file))
    assert result.exit_code == 0
    assert result.stdout == ("small.toml: good; 5 replications of 15 years under plain, swap\n")


def test_all_files_are_checked(file: Path) -> None:
    Path("a.toml").write_text('extends = "small.toml"\nx = 1', encoding="utf-8")
    Path("b.toml").write_text('extends = "small.toml"\ntitel = 1', encoding="utf-8")
    result = check("a.toml", str(file), "b.toml", "c.toml")
    assert result.exit_code == 2
    assert "small.toml: good" in result.stdout
    for text in ("a.toml, line 2: x", 'did you mean "title"?', "c.toml is not there"):
        assert text in result.stderr
    assert "3 problems" in result.stderr


def test_a_mistake_in_a_shared_base_is_told_once(file: Path) -> None:
    file.write_text(file.read_text() + "\n[bank.x]\ncapital = -1", encoding="utf-8")
    for name in ("a", "b"):
        Path(f"{name}.toml").write_text('extends = "small.toml"', encoding="utf-8")
    result = check("a.toml", "b.toml")
    assert result.stderr.count("bank.x.capital") == 1


def test_settings_are_checked_too(file: Path) -> None:
    assert check(str(file), "--set", "experiment.replications=-3").exit_code == 2
    assert check(str(file), "--set", "experiment.replications=3").exit_code == 0


def test_what_should_be_looked_at_is_told_and_the_file_stays_good(file: Path) -> None:
    own = 'extends = "small.toml"\n[bank.own]\ncapital = 7\n[arrangement.own]\n'
    Path("own.toml").write_text(f"{own}upside = {{ kind = 'royalty', revenue_share = 0.1 }}\n")
    result = check("own.toml", "--set", "bank.lead.capital=1e8")
    assert result.exit_code == 0
    assert result.stdout.endswith("under plain, swap; 2 notices\n")
    numbers = "bank.own.capital (line 3), arrangement.own.upside.revenue_share (line 5)"
    assert f"notice: own.toml\n  2 numbers have no source: {numbers}" in result.stderr
    assert "notice: --set: bank.lead.capital\n  must lie in the range" in result.stderr
    assert check(str(file)).stderr == ""
