"""A new project is laid out whole, or nothing is written."""

from pathlib import Path

from typer.testing import CliRunner

from sim.base.version import VERSION
from sim.cli.app import app
from sim.scenario.scenario import load_with_notices


def test_a_project_is_laid_out_and_its_scenario_is_good(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["init", str(tmp_path / "new")])
    assert result.exit_code == 0
    written = {Path(line) for line in result.stdout.splitlines()}
    assert written == {f for f in (tmp_path / "new").rglob("*") if f.is_file()}
    scenario, notices = load_with_notices(tmp_path / "new" / "scenarios" / "first.toml")
    assert scenario.experiment.arrangements == ("plain", "revenue_swap")
    assert notices == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine", encoding="utf-8")
    result = CliRunner().invoke(app, ["init", str(tmp_path)])
    assert result.exit_code == 2
    assert "is already there" in result.stderr
    assert [f.name for f in tmp_path.iterdir()] == ["README.md"]
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == "mine"


def test_a_place_that_cannot_be_a_folder_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = CliRunner().invoke(app, ["init", str(tmp_path / "file")])
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_the_version_is_told_and_is_the_one_to_cite() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"crosscycle {VERSION}\n")
    cited = (Path(__file__).parents[2] / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {VERSION}\n" in cited
