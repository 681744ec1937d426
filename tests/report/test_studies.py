"""Studies stand on the page of their run, escaped, in the units that people read."""

import math
from pathlib import Path

import pandas as pd
import pytest

from sim.report.report import write_report
from sim.report.studies import MOST_OF_PAGE, studies_of, study_report, with_studies
from sim.report.tables import shown_table
from sim.studies.findings import Findings, Study, write_files
from tests.report.page import Page
from tests.report.test_report import EVIL, parts


def evil() -> Findings:
    table = pd.DataFrame({"clause": [EVIL], "part": [0.5]})
    return Findings("evil", EVIL, (EVIL,), {"parts": table}, {"parts": EVIL})


def test_every_text_of_a_study_is_escaped() -> None:
    page = study_report(EVIL, EVIL, [Study(evil(), {"command": EVIL})])
    assert "<script" not in page
    assert "<img" not in page
    Page(page)


@pytest.mark.full
def test_a_report_takes_studies_in_place_of_those_it_has(tmp_path: Path) -> None:
    first, second = (Study(Findings(k, f"Title {k}", (), {}, {}), {}) for k in ("one", "two"))
    path = write_report(tmp_path / "report.html", **parts(studies=[first]))
    text = path.read_text(encoding="utf-8")
    assert "Title one" in text
    later = with_studies(text, [second])
    assert "Title one" not in later
    assert "Title two" in later
    assert with_studies(later, [first]) == text
    Page(later)


def test_a_study_of_other_values_says_so() -> None:
    study = Study(Findings("one", "One", (), {}, {}), {"scenario_sha256": "a"})
    page = "<!-- studies --><!-- end of studies -->"
    assert "other values" in with_studies(page, [study], "b")
    assert "other values" not in with_studies(page, [study], "a")


@pytest.mark.full
def test_the_first_screen_and_the_committee_page_tell_the_ceilings(tmp_path: Path) -> None:
    study = Study(Findings("ceilings", "C", ("At most so much.",), {}, {}), {})
    path = write_report(tmp_path / "report.html", **parts(studies=[study]))
    text = path.read_text(encoding="utf-8")
    assert "At most so much." in text.partition("<!-- studies -->")[0]
    assert "At most so much." in (tmp_path / "committee.html").read_text(encoding="utf-8")


def test_studies_are_found_beside_a_run_and_broken_ones_left_out(tmp_path: Path) -> None:
    write_files(tmp_path / "studies" / "evil", evil(), {})
    (tmp_path / "studies" / "broken").mkdir()
    (tmp_path / "studies" / "broken" / "findings.json").write_text("{", encoding="utf-8")
    assert [study.findings.key for study in studies_of(tmp_path)] == ["evil"]


def test_numbers_stand_in_their_units_and_intervals_in_one_cell() -> None:
    table = pd.DataFrame(
        {
            "outcome": ["bank.raroc", "bank.profit"], "value": [0.1, 250.0],
            "years": [1.5, math.nan],
            "low": [0.09, 200.0], "high": [0.11, 300.0], "unit": ["per year", "CNY million"],
        }
    )  # fmt: skip
    text = shown_table(table, {"years": "years"})
    rows = [[cell.text for cell in row] for row in text["rows"]]
    assert text["columns"] == ["outcome", "value", "years", "interval", "unit"]
    assert rows[0] == ["RAROC", "10.00 %", "1.50", "9.00 to 11.00", "% per year"]
    assert rows[1][1:4] == ["250", "–", "200 to 300"]


def test_figures_that_would_make_a_report_too_heavy_are_named_instead() -> None:
    heavy = [
        {
            "key": f"study-one-{n}",
            "title": f"Figure {n}",
            "note": "",
            "svg": f"<svg>{n * 'x'}</svg>",
        }
        for n in (1_000_000, 1_500_000, 2_000_000)
    ]
    study = Study(Findings("one", "One", (), {}, {}), {}, heavy)
    page = f"{500_000 * ' '}<!-- studies --><!-- end of studies -->"
    text = with_studies(page, [study])
    assert 1_500_000 < len(text.encode()) < MOST_OF_PAGE
    assert text.count("<svg>") == 1
    assert "Left out, to keep the page small" in text
    assert "Figure 1500000; Figure 2000000" in text
    assert with_studies(text, [study]) == text
    Page(text)


def test_a_study_made_later_speaks_the_language_of_the_page() -> None:
    study = Study(Findings("one", "One", ("Found.",), {}, {}), {"command": "sweep"})
    body = "<!-- studies --><!-- end of studies -->"
    assert "复现命令" in with_studies(f'<html lang="zh-Hans">{body}', [study])
    assert "Repeat with" in with_studies(f'<html lang="en">{body}', [study])
