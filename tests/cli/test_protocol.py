"""Descriptions are written where they are asked for."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sim.cli.app import app

ROOT = Path(__file__).parents[2]
FILE = str(ROOT / "scenarios" / "three_arrangements.toml")


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["protocol", *words])


def test_both_descriptions_are_written_unless_one_is_chosen(tmp_path: Path) -> None:
    out = tmp_path / "protocol.html"
    assert run(FILE, "--out", str(tmp_path)).exit_code == 0
    text = out.read_text(encoding="utf-8")
    assert 'id="odd"' in text
    assert 'id="stress"' in text
    result = run(FILE, "--out", str(tmp_path), "--standard", "stress")
    assert result.stdout.strip() == str(out)
    assert 'id="odd"' not in out.read_text(encoding="utf-8")


def test_changed_values_are_those_that_are_described(tmp_path: Path) -> None:
    out = tmp_path / "new"
    changed = ("--set", "experiment.horizon_years=7")
    assert run(FILE, "--out", str(out), *changed).exit_code == 0
    assert "7 years that are compared" in (out / "protocol.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((FILE, "--language", "fr"), "fr"),
        (("none.toml",), "none.toml"),
        ((FILE, "--out", FILE), "cannot be a folder"),
        ((FILE, "--standard", "trace"), "trace"),
    ],
)
def test_bad_input_is_told_and_nothing_is_written(
    words: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert list(tmp_path.iterdir()) == []
