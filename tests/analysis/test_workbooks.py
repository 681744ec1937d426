"""Frames and workbooks for people say what the tables say, in words and scaled."""

from pathlib import Path

import numpy as np
import openpyxl
import pytest

from sim.analysis.compare import BEHIND, FRAME, Comparison
from sim.analysis.labelled import labelled
from sim.analysis.outcomes_table import SUMMARY, Outcomes
from sim.base.language import language
from tests.workbooks import SIXTEEN_DIGITS, assert_holds, factor, needs_office, recalculated, table

NUMBERS = ("mean", "baseline_mean", "difference", "low", "high")


def test_labelled_differences_are_those_of_the_frame_in_the_units_people_read(
    comparison: Comparison,
) -> None:
    raw, read = comparison.frame(), comparison.frame(labels=True)
    scale = read["Unit"].map(factor)
    assert {"CNY billion", "CNY million", "%", "% per year", "years"} <= set(read["Unit"])
    for name in NUMBERS:
        words = name.replace("_", " ").capitalize()
        np.testing.assert_array_equal(read[words], raw[name] * scale)
    raroc = read[read["Outcome"] == "RAROC"].iloc[0]
    assert raroc["Unit"] == "% per year"
    assert raroc["Unit of differences"] == "percentage points per year"
    assert raroc["Arrangement"] == "Common growth"


def test_labelled_outcomes_are_those_of_the_frame(outcomes: Outcomes) -> None:
    raw, read = outcomes.frame(), outcomes.frame(labels=True)
    assert list(read.columns) == ["Outcome", "Unit", "Arrangement", "Replication", "Value"]
    np.testing.assert_array_equal(read["Value"], raw["value"] * read["Unit"].map(factor))
    assert read["Replication"].equals(raw["replication"])


def test_labels_are_chinese_in_chinese(comparison: Comparison) -> None:
    with language("zh"):
        read = comparison.frame(labels=True)
    assert {"指标", "差异单位", "基准均值"} <= set(read.columns)
    assert read["差异单位"].iloc[0] == "百分点 / 年"


def test_a_workbook_of_a_comparison_holds_its_table(
    comparison: Comparison, tmp_path: Path
) -> None:
    file = comparison.to_excel(tmp_path / "comparison.xlsx")
    behind = comparison.details().drop(columns=["outcome", "arrangement"])
    whole = comparison.frame().join(behind)
    styles = [comparison.style(name) for name in whole["outcome"]]
    expected = labelled(whole, (*FRAME, *BEHIND), comparison.marks, styles)
    assert_holds(table(file, "Comparison"), expected)
    assert table(file, "Definitions")["Name in the files"].tolist() == list(comparison.marks)


def test_all_rows_of_an_outcome_show_the_same_decimals(
    comparison: Comparison, tmp_path: Path
) -> None:
    file = comparison.to_excel(tmp_path / "comparison.xlsx")
    formats: dict[str, set[str]] = {}
    for row in openpyxl.load_workbook(file)["Comparison"].iter_rows(min_row=2):
        shown = {cell.number_format for cell in row[5:10] if isinstance(cell.value, float)}
        formats.setdefault(row[0].value, set()).update(shown)
    assert {name for name, shown in formats.items() if len(shown) > 1} == set()
    assert formats["RAROC"] == {"#,##0.00"}


def test_a_workbook_of_outcomes_holds_levels_and_every_history(
    outcomes: Outcomes, tmp_path: Path
) -> None:
    file = outcomes.to_excel(tmp_path / "outcomes.xlsx")
    assert_holds(table(file, "Levels"), labelled(outcomes.summary(), SUMMARY, outcomes.marks))
    found = table(file, "Every history")
    raroc = found[found["Outcome"] == "RAROC"]
    values = outcomes.table("bank.raroc")["revenue_swap"]
    shown = raroc["Revenue swap"].astype(float)
    np.testing.assert_allclose(shown, values * 100.0, rtol=SIXTEEN_DIGITS)


def chosen(file: Path, label: str, folder: Path) -> Path:
    """The workbook with another outcome in the cell of the choice."""
    book = openpyxl.load_workbook(file)
    book["Chart"]["B1"] = label
    book.save(folder / "chosen.xlsx")
    return folder / "chosen.xlsx"


@needs_office
@pytest.mark.parametrize("name", ["firm.funding_gap", "cycle.crossover_years"])
def test_the_chart_follows_the_outcome_that_is_chosen(
    name: str, comparison: Comparison, tmp_path: Path
) -> None:
    first = comparison.to_excel(tmp_path / "comparison.xlsx")
    label = comparison.marks[name].label
    sheet = openpyxl.load_workbook(
        recalculated(chosen(first, label, tmp_path), tmp_path), data_only=True
    )["Chart"]
    read = comparison.frame(labels=True)
    rows = read[read["Outcome"] == label]
    assert sheet["B2"].value == rows["Unit of differences"].iloc[0]
    for at, row in enumerate(rows.to_dict("records"), start=5):
        arrangement, difference, low, high, verdict = (
            sheet.cell(at, n).value for n in range(1, 6)
        )
        assert (arrangement, verdict) == (row["Arrangement"], row["Verdict"])
        for cell, key in ((difference, "Difference"), (low, "Low"), (high, "High")):
            # A formula gives an empty text where a number is undefined, and no zero.
            assert (cell or None) == (None if np.isnan(row[key]) else pytest.approx(row[key]))


def test_the_chart_shows_the_first_outcome_before_anything_is_computed(
    comparison: Comparison, tmp_path: Path
) -> None:
    file = comparison.to_excel(tmp_path / "comparison.xlsx")
    sheet = openpyxl.load_workbook(file, data_only=True)["Chart"]
    first = comparison.frame(labels=True).iloc[0]
    shown = [sheet.cell(5, n).value for n in (1, 2, 3, 4, 6, 7)]
    ends = [first[key] for key in ("Difference", "Low", "High")]
    reach = [ends[0] - ends[1], ends[2] - ends[0]]
    assert shown[0] == first["Arrangement"]
    assert shown[1:] == pytest.approx([*ends, *reach], rel=SIXTEEN_DIGITS, abs=SIXTEEN_DIGITS)
    (chart,) = openpyxl.load_workbook(file)["Chart"]._charts
    assert chart.series[0].errBars is not None
