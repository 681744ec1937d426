"""Studies leave their files in the folder of a run and their section in its report."""

from pathlib import Path

import pandas as pd
import pytest

from sim.cli.options import progress
from sim.cli.study_base import open_store, print_findings, write_study
from sim.experiment.identity import program_digest
from sim.experiment.run_folder import RunFolder
from sim.report.figures.style import Drawing
from sim.studies.findings import Findings


def found(*names: str) -> Findings:
    tables = {name: pd.DataFrame({"clause": ["tenor"], "part": [1.5]}) for name in names}
    return Findings("example", "An example", ("It is so.",), tables, {names[0]: "Parts"})


def test_a_folder_without_a_run_gets_a_small_page(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "x")
    write_study(folder, found("parts"), {"title": "My title"})
    text = folder.report.read_text(encoding="utf-8")
    assert "My title" in text
    assert "It is so." in text
    assert (folder.path / "studies/example/parts.csv").is_file()


def test_a_run_keeps_its_page_and_gains_a_section(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    with folder.staging({"scenario_sha256": "a"}) as stage:
        (stage / "report.html").write_text("own <!-- studies --><!-- end of studies --> own")
    write_study(folder, found("parts"))
    text = folder.report.read_text(encoding="utf-8")
    assert text.startswith("own <!--")
    assert "An example" in text


def test_tables_of_an_earlier_study_of_the_same_name_are_gone(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    write_study(folder, found("old", "parts"))
    write_study(folder, found("parts"))
    assert {file.name for file in (tmp_path / "studies/example").iterdir()} == {
        "parts.csv", "findings.json",
    }  # fmt: skip


def test_figures_stand_on_the_page_and_go_with_their_study(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    drawing = Drawing(2.0, 1.0).finish("A figure", "Of one.", pd.DataFrame({"a": [1.0]}))
    write_study(folder, found("parts"), None, {"one": drawing, "parts": drawing})
    assert (tmp_path / "studies/example/one.png").is_file()
    assert pd.read_csv(tmp_path / "studies/example/one.csv")["a"].tolist() == [1.0]
    # A table of the study is not written over.
    assert pd.read_csv(tmp_path / "studies/example/parts.csv")["part"].tolist() == [1.5]
    assert "figure-study-example-one" in folder.report.read_text(encoding="utf-8")
    write_study(folder, found("parts"))
    assert "figure-study-example-one" not in folder.report.read_text(encoding="utf-8")


def test_the_words_and_the_first_table_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    print_findings(found("parts", "more"))
    text = capsys.readouterr().out
    for word in ("It is so.", "Parts", "tenor", "+1.50"):
        assert word in text
    assert text.count("tenor") == 1


def test_a_table_without_rows_is_neither_printed_nor_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = Findings(
        "empty", "An example", ("Nothing was found.",),
        {"limits": pd.DataFrame(columns=["clause", "part"])}, {"limits": "Limits of nothing"},
    )  # fmt: skip
    print_findings(empty)
    assert capsys.readouterr().out == "Nothing was found.\n"
    folder = RunFolder(tmp_path)
    write_study(folder, empty)
    assert "Limits of nothing" not in folder.report.read_text(encoding="utf-8")
    assert (tmp_path / "studies/empty/limits.csv").is_file()


def test_sentences_are_broken_between_words_and_not_before_a_sign(
    capsys: pytest.CaptureFixture[str],
) -> None:
    long = Findings("long", "An example", (f"{'a' * 96} 10 % of it.",), {}, {})
    print_findings(long)
    assert capsys.readouterr().out.splitlines() == ["a" * 96, "10 % of it."]


def test_runs_are_kept_under_the_content_of_the_program(tmp_path: Path) -> None:
    store = open_store(RunFolder(tmp_path), 3)
    assert store.workers == 3
    assert store.folder == tmp_path / "studies" / ".runs"
    place = store._file(("a" * 64, 7))
    assert place.parts[-4:-2] == (program_digest(), "outcomes_of")


def test_progress_of_a_study_follows_every_batch(capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as report:
        for total in (2, 3):
            for done in range(total + 1):
                report(done, total)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("1 of 2 runs")
    assert lines[-1].startswith("5 runs in")
