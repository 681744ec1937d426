"""Facts are listed with their uses, and a missing source, date or fact is an error."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sim.cli.app import app

ROOT = Path(__file__).parents[2]


def told(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["facts", *words, "--in", str(folder / "scenarios")])


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("scenarios/base", "seeds"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def test_every_shipped_number_has_a_source_and_every_fact_is_whole() -> None:
    result = told(ROOT, "--check")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("good; ")


@pytest.mark.parametrize(
    ("file", "written", "instead", "key", "cure"),
    [
        ("scenarios/base/china_technology.toml", '"macro.frailty_variance" =',
         '"macro.frailty" =', "macro.frailty_variance", "add to [sources]"),
        ("scenarios/base/china_technology.toml", '"MK12 0.02', '"MK99 0.02',
         "loan_prime_rate.one_year_rate", "did you mean"),
        ("seeds/facts.toml", 'date = "2025-11"\n', "", "AH01.date", "as exactly as the source"),
        ("seeds/facts.toml", 'source = ["article"]\n', "", "AH01.source", "name keys of"),
        ("seeds/facts.toml", 'grade = "official aggregate"', 'grade = "told"',
         "AH01.grade", "one of: measured"),
    ],
)  # fmt: skip
def test_a_broken_copy_fails_with_file_line_key_and_cure_in_one_line(
    copy: Path, file: str, written: str, instead: str, key: str, cure: str
) -> None:
    path = copy / file
    text = path.read_text(encoding="utf-8")
    assert written in text
    path.write_text(text.replace(written, instead, 1), encoding="utf-8")
    result = told(copy, "--check")
    assert result.exit_code == 1
    (line,) = [line for line in result.stdout.splitlines() if f": {key}: " in line]
    assert line.startswith(f"{path}, line ")
    assert cure in line


def test_facts_of_a_programme_are_listed() -> None:
    result = told(ROOT, "--programme", "points loan")
    assert result.exit_code == 0
    assert {line.split()[0] for line in result.stdout.splitlines() if line[0] != " "} == {
        "fact", "JS04",
    }  # fmt: skip


def test_one_fact_is_told_with_every_use() -> None:
    result = told(ROOT, "MK37")
    assert result.exit_code == 0
    assert "lifecycle.setback_hazard (fitted)" in result.stdout


def test_all_facts_can_be_read_by_a_spreadsheet() -> None:
    head, *rows = told(ROOT, "--csv", "--unused").stdout.splitlines()
    assert head == "fact,meaning,value,unit,date,region,programme,source,grade,used_by"
    assert all(row.endswith(",") for row in rows)


@pytest.mark.parametrize("words", [("AH99",), ("--programme", "moon")])
def test_what_is_not_there_is_bad_input(words: tuple[str, ...]) -> None:
    assert told(ROOT, *words).exit_code == 2
