"""The vocabulary is written where it is asked for."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sim.cli.app import app

ROOT = Path(__file__).parents[2]


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["vocabulary", *words])


def test_the_page_is_written_and_its_place_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run()
    assert result.exit_code == 0, result.output
    assert result.stdout.strip() == "vocabulary.html"
    assert "bank.raroc" in Path("vocabulary.html").read_text(encoding="utf-8")


def test_the_page_names_the_scenario_whose_values_it_tells(tmp_path: Path) -> None:
    file = Path("scenarios/long_bust.toml")
    assert run("--out", str(tmp_path), "--economy", str(ROOT / file)).exit_code == 0
    text = (tmp_path / "vocabulary.html").read_text(encoding="utf-8")
    assert "long_bust.toml" in text
    assert "china_technology.toml" not in text.partition("</header>")[0]


def test_the_language_is_that_which_is_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "new"
    assert run("--out", str(out), "--language", "zh").exit_code == 0
    assert '<html lang="zh-Hans">' in (out / "vocabulary.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--language", "fr"), "fr"),
        (("--economy", "none.toml"), "none.toml"),
        (("--out", str(ROOT / "README.md")), "cannot be a folder"),
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
