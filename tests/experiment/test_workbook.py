"""The workbook of a run holds its tables, its assumptions with their sources, and charts."""

from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

from sim.analysis.compare import compare
from sim.analysis.labelled import labelled
from sim.analysis.outcomes_table import MEASURES, SUMMARY, TABLE, by_bank, measure
from sim.base.language import language
from sim.scenario.toml_text import value_text
from tests.experiment.small import tiny_results
from tests.workbooks import (
    FIFTEEN_DIGITS,
    SIXTEEN_DIGITS,
    assert_holds,
    factor,
    needs_office,
    recalculated,
    table,
)

SHEETS = [
    "Read first", "Chart", "Comparison", "Levels", "Bank by bank", "Curves", "Every history",
    "Assumptions", "Definitions", "Run",
]  # fmt: skip


@pytest.fixture(scope="module")
def results() -> Any:
    return tiny_results()


@pytest.fixture(scope="module")
def file(results: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(results.to_excel(tmp_path_factory.mktemp("run") / "run.xlsx"))


def test_every_table_of_the_run_has_a_sheet_and_is_told_first(file: Path) -> None:
    assert openpyxl.load_workbook(file).sheetnames == SHEETS
    first = table(file, "Read first").set_index("Subject")["Content"]
    assert set(SHEETS[1:]) <= set(first.index)
    assert first["Firms"] == 60
    assert "95 % intervals" in " ".join(map(str, first["How to read"]))


def expected(results: Any) -> dict[str, pd.DataFrame]:
    outcomes = measure(results)
    measures = {one.name: one for one in MEASURES}
    return {
        "Levels": labelled(outcomes.summary(), SUMMARY, outcomes.marks),
        "Bank by bank": labelled(by_bank(results, "plain"), TABLE, measures),
    }


def test_levels_and_banks_are_those_of_the_tables(results: Any, file: Path) -> None:
    for name, frame in expected(results).items():
        assert_holds(table(file, name), frame)


@pytest.mark.full
@needs_office
def test_another_program_reads_the_same_numbers(results: Any, file: Path, tmp_path: Path) -> None:
    again = recalculated(file, tmp_path)
    for name, frame in expected(results).items():
        assert_holds(table(again, name), frame, FIFTEEN_DIGITS)
    found = table(again, "Comparison")
    outcomes = measure(results)
    share = results.scenario.experiment.half_width_share
    frame = compare(outcomes, half_width_share=share).frame(labels=True)
    assert_holds(found[list(frame.columns)], frame, FIFTEEN_DIGITS)


def test_every_history_is_that_of_the_results(results: Any, file: Path) -> None:
    found = table(file, "Every history")
    read = measure(results).frame(labels=True)
    wide = read.pivot(index=["Outcome", "Replication"], columns="Arrangement", values="Value")
    for row in found.to_dict("records"):
        for name in ("Plain", "Revenue swap"):
            value = wide.loc[(row["Outcome"], row["Replication"]), name]
            shown = np.nan if row[name] is None else row[name]
            np.testing.assert_allclose(shown, value, rtol=SIXTEEN_DIGITS)


def test_curves_are_means_over_histories(results: Any, file: Path) -> None:
    found = table(file, "Curves")
    rows = results.series[results.series["series"] == "credit_outstanding"]
    means = rows[rows["arrangement"] == "revenue_swap"].groupby("x")["value"].mean()
    curve = found[found["Curve"] == "Performing loans of all banks"]
    assert curve["At"].tolist() == means.index.tolist()
    # A mean may round differently in another order of its sum.
    scaled = means.to_numpy() * factor(curve["Unit"].iloc[0])
    np.testing.assert_allclose(curve["Revenue swap"].astype(float), scaled, rtol=1e-13)
    charts = openpyxl.load_workbook(file)["Curves"]._charts
    assert len(charts) == 3


def test_every_number_that_went_in_stands_with_its_source(results: Any, file: Path) -> None:
    found = table(file, "Assumptions").set_index("Parameter")
    scenario = results.scenario
    rate = found.loc["underwriting.funding_rate"]
    assert rate["Value"] == scenario.underwriting.funding_rate
    assert rate["Source"] == scenario.sources["underwriting.funding_rate"]
    assert found.loc["underwriting.operating_cost", "Value"] == value_text(
        scenario.underwriting.operating_cost
    )
    # A value that a study sets has the source of its file, or says that it has none.
    assert set(scenario.sources) - set(found.index) == set()
    assert (found["Source"].str.len() > 0).all()


def test_a_workbook_is_chinese_in_chinese(results: Any, tmp_path: Path) -> None:
    with language("zh"):
        book = openpyxl.load_workbook(results.to_excel(tmp_path / "run.xlsx"))
    assert book.sheetnames[:4] == ["先读", "图", "比较", "水平"]
    letters = {letter for name in book.sheetnames for letter in name}
    assert not any(letter.isascii() for letter in letters)
    heads = [cell.value for name in ("比较", "水平", "逐家银行", "曲线") for cell in book[name][1]]
    plain = [head for head in heads if head and head.isascii()]
    assert plain == []
    # What each number means and its unit, too; the keys and the sources are those of the file.
    page = book["假设"]
    named = {cell.value: cell.column - 1 for cell in page[1]}
    told = [row[named[head]].value for head in ("含义", "单位") for row in page.iter_rows(2)]
    assert [text for text in told if text and text.isascii() and text != "%"] == []


def test_labelled_results_leave_the_controls_out(results: Any) -> None:
    read = results.frame(labels=True)
    assert read["Outcome"].nunique() == len(measure(results).names)
