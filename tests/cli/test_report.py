"""A report is written again from the files of a run, in either language, without an engine."""

import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from sim.cli.app import app
from sim.cli.findings import studies_in
from sim.cli.job import Job, begin
from sim.cli.report import links_to
from sim.cli.study_base import write_study
from sim.experiment.identity import program_digest
from sim.experiment.run_folder import RunFolder
from sim.scenario.scenario import load_scenario
from sim.studies.findings import Findings
from tests.cli.conftest import Engine
from tests.workbooks import factor, table


def invoke(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.fixture
def done(file: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A finished run, and no engine any more."""
    assert invoke("run", str(file), "--out", "x").exit_code == 0
    monkeypatch.setitem(sys.modules, "sim.experiment.simulate", None)
    return Path("x")


def test_the_page_is_written_again_in_the_language_asked_for(done: Path) -> None:
    page = done / "report.html"
    first = page.read_text(encoding="utf-8")
    assert first.startswith("en ")
    page.unlink()
    result = invoke("report", "x", "--language", "zh")
    assert result.exit_code == 0, result.output
    assert result.stdout == f"report: {page}\n"
    assert page.read_text(encoding="utf-8").startswith("zh ")
    assert invoke("report", "x", "--quiet").stdout == f"{page}\n"
    assert page.read_text(encoding="utf-8") == first


def test_a_finished_run_gives_its_workbook_in_place_or_elsewhere(done: Path) -> None:
    assert not (done / "workbook.xlsx").exists()
    assert invoke("report", "x", "--excel").exit_code == 0
    assert invoke("report", "x", "--excel", "--language", "zh", "--out", "page").exit_code == 0
    here, there = (
        table(done / "workbook.xlsx", "Levels"),
        table(Path("page/workbook.xlsx"), "水平"),
    )
    stored = [
        sheet[mean].astype(float) / sheet[unit].map(factor)
        for sheet, mean, unit in ((here, "Mean", "Unit"), (there, "均值", "单位"))
    ]
    np.testing.assert_allclose(*stored, rtol=1e-14)


def test_a_page_elsewhere_leaves_the_run_as_it_is(done: Path) -> None:
    before = {f: f.stat().st_mtime_ns for f in done.rglob("*")}
    assert invoke("report", "x", "--out", "page").exit_code == 0
    assert Path("page/report.html").read_text(encoding="utf-8").startswith("en ")
    assert {f: f.stat().st_mtime_ns for f in done.rglob("*")} == before


def test_a_run_can_be_written_in_chinese_at_once(file: Path, engine: Engine) -> None:
    result = invoke("run", str(file), "--out", "x", "--language", "zh")
    assert result.exit_code == 0, result.output
    assert Path("x/report.html").read_text(encoding="utf-8").startswith("zh ")


@pytest.mark.usefixtures("done")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "holds no run"),
        (["x", "--language", "fr"], "'fr' is not one of"),
        (["x", "--out", "small.toml"], "small.toml is a file"),
        (["x", "--out", "small.toml/page"], "small.toml is a file"),
    ],
)
def test_bad_input_is_told(words: list[str], said: str) -> None:
    result = invoke("report", *words)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_run_that_lost_a_table_is_told(done: Path) -> None:
    (done / "series.parquet").unlink()
    result = invoke("report", "x")
    assert result.exit_code == 2
    assert "has lost its series.parquet" in result.stderr
    assert "go on with: python -m sim run small.toml --out x --resume" in result.stderr


def test_a_study_of_another_version_says_so(done: Path) -> None:
    now = Findings("now", "Now", ("It is so.",), {}, {})
    old = Findings("old", "Old", ("It was so.",), {}, {})
    write_study(RunFolder(done), now, {"program": program_digest()})
    write_study(RunFolder(done), old, {"program": "0"})
    found = {study.findings.key: study.findings.sentences for study in studies_in(RunFolder(done))}
    assert found["now"] == ("It is so.",)
    assert found["old"][0] == "This study was made by another version of the program."
    (done / "studies/old/findings.json").write_text("{}", encoding="utf-8")
    result = invoke("report", "x")
    assert result.exit_code == 2
    assert "studies/old/findings.json" in result.stderr


def test_a_run_that_was_killed_says_how_to_go_on(file: Path, engine: Engine) -> None:
    job = Job(load_scenario(file), RunFolder(Path("x")), go_on_with="do that")
    begin(job)
    result = invoke("report", "x")
    assert result.exit_code == 2
    assert "holds a run that was not finished\n  go on with: do that" in result.stderr


@pytest.mark.usefixtures("done")
def test_a_pdf_without_its_program_is_one_clear_error_before_any_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = Path("x/report.html").stat().st_mtime_ns
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    result = invoke("report", "x", "--pdf")
    assert result.exit_code == 2
    assert "needs WeasyPrint, which is not installed" in result.stderr
    assert 'pip install "crosscycle[pdf]"' in result.stderr
    assert Path("x/report.html").stat().st_mtime_ns == before


@pytest.mark.usefixtures("done")
def test_a_library_that_is_missing_when_it_prints_is_told_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(page: Path, target: Path) -> None:
        raise OSError("cannot load library 'libpango'\nand more")

    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    monkeypatch.setattr("sim.report.committee.write_pdf", broken)
    result = invoke("report", "x", "--pdf")
    assert result.exit_code == 2
    assert "cannot print: cannot load library 'libpango'" in result.stderr


def test_links_lead_from_a_page_elsewhere_to_the_run() -> None:
    assert links_to(Path("runs/one run"), Path("pages/a")) == "../../runs/one%20run/"
