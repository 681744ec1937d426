"""What there is can be listed."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sim.cli.app import app


def listed(*words: str) -> Result:
    return CliRunner().invoke(app, ["list", *words])


def test_scenarios_are_listed_with_title_and_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("scenarios/base").mkdir(parents=True)
    Path("scenarios/base/x.toml").write_text("", encoding="utf-8")
    Path("scenarios/a.toml").write_text('title = "T [x]"\nquestion = "Q?"', encoding="utf-8")
    Path("scenarios/b.toml").write_text("a = = 1", encoding="utf-8")
    result = listed()
    assert result.exit_code == 0
    head, first, second, *shipped = result.stdout.splitlines()
    assert head.split() == ["scenario", "title", "question"]
    assert first.split() == ["scenarios/a.toml", "T", "[x]", "Q?"]
    assert "cannot be read; see: check scenarios/b.toml" in second
    assert any("three_arrangements" in line for line in shipped)


def test_a_folder_without_scenarios_is_bad_input(tmp_path: Path) -> None:
    result = listed("--in", str(tmp_path / "none"))
    assert result.exit_code == 2
    assert "is not a folder" in result.stderr


def test_clauses_are_listed_with_their_kinds_and_keys() -> None:
    result = listed("clauses")
    assert result.exit_code == 0, result.output
    assert "upside" in result.stdout
    assert "coverage" in result.stdout


def test_outcomes_are_listed_with_unit_and_formula() -> None:
    result = listed("outcomes")
    assert result.exit_code == 0, result.output
    assert result.stdout.split()[:3] == ["outcome", "label", "unit"]


def test_parameters_are_listed_with_unit_range_and_default() -> None:
    result = listed("parameters")
    assert result.exit_code == 0, result.output
    assert "lifecycle.recovery_hazard" in result.stdout
    assert "must be given" in result.stdout


def test_columns_are_listed_by_record() -> None:
    result = listed("columns")
    assert result.exit_code == 0, result.output
    assert result.stdout.split()[:2] == ["record", "column"]
    assert "cum_interest" in result.stdout
