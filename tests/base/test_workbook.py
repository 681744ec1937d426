"""A workbook holds texts as texts and numbers to full precision, and says why it cannot be."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from sim.base import workbook
from sim.base.columns import write_csv
from sim.base.errors import SimError
from sim.base.workbook import LONGEST_TEXT, Sheet, write_workbook
from tests.workbooks import needs_office, recalculated, table

RISKY = ["=1+1", "+1", "-2", "@SUM(A1)", "=HYPERLINK('x')", "https://example.org", "007"]


@pytest.fixture
def risky(tmp_path: Path) -> Path:
    frame = pd.DataFrame({"=name": RISKY, "value": [float(n) for n in range(len(RISKY))]})
    return write_workbook(tmp_path / "new folder" / "risky.xlsx", [Sheet("@ sheet", frame)])


def test_text_that_looks_like_a_formula_stays_text(risky: Path) -> None:
    sheet = openpyxl.load_workbook(risky)["@ sheet"]
    cells = [row[0] for row in sheet.iter_rows()]
    assert [cell.value for cell in cells] == ["=name", *RISKY]
    # openpyxl takes any text with an equals sign for a formula; the file tells which it is.
    assert openpyxl.load_workbook(risky, data_only=True)["@ sheet"]["A2"].value == "=1+1"
    assert all(cell.hyperlink is None for cell in cells)


@needs_office
def test_another_program_reads_the_same_texts(risky: Path, tmp_path: Path) -> None:
    again = table(recalculated(risky, tmp_path), "@ sheet")
    assert again.iloc[:, 0].tolist() == RISKY


def test_numbers_keep_their_precision_and_are_shown_with_the_digits_of_their_row(
    tmp_path: Path,
) -> None:
    values = [1 / 3, -12345.678901, float("nan"), float("inf")]
    frame = pd.DataFrame({"value": values, "count": [1, 2, 3, 4], "yes": [True, False] * 2})
    file = write_workbook(tmp_path / "a.xlsx", [Sheet("one", frame, decimals=[4, 0, 2, 1])])
    sheet = openpyxl.load_workbook(file)["one"]
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == [1 / 3, -12345.678901, None, "inf"]
    assert [cell.number_format for cell in cells[:2]] == ["#,##0.0000", "#,##0"]
    assert [row[1].number_format for row in sheet.iter_rows(min_row=2)] == ["General"] * 4
    assert sheet["C2"].value is True
    assert sheet.freeze_panes == "A2"


def test_a_long_text_is_cut_and_widens_no_column_beyond_reading(tmp_path: Path) -> None:
    frame = pd.DataFrame({"text": ["x" * (LONGEST_TEXT + 5)], "中文": ["区间包含零" * 3]})
    file = write_workbook(tmp_path / "a.xlsx", [Sheet("one", frame)])
    sheet = openpyxl.load_workbook(file)["one"]
    assert len(sheet["A2"].value) == LONGEST_TEXT
    assert sheet.column_dimensions["A"].width <= 61
    assert sheet.column_dimensions["B"].width >= 30  # fifteen letters as wide as two each


def test_a_table_that_no_sheet_can_hold_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    with pytest.raises(SimError, match="sheet big\n  has 3 rows; a sheet holds 2"):
        write_workbook(tmp_path / "a.xlsx", [Sheet("big", pd.DataFrame({"a": [1, 2, 3]}))])


def test_without_the_extra_the_error_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "find_spec", lambda _: None)
    with pytest.raises(
        SimError, match=r"XlsxWriter, which is not installed\n.*crosscycle\[excel\]"
    ):
        write_workbook(tmp_path / "a.xlsx", [])
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_told_with_its_cure(tmp_path: Path) -> None:
    with pytest.raises(SimError, match="cannot be written\n  close it"):
        write_workbook(tmp_path, [Sheet("one", pd.DataFrame({"a": [1]}))])


def test_csv_begins_with_the_mark_by_which_excel_knows_chinese(tmp_path: Path) -> None:
    frame = pd.DataFrame({"安排": ["收益互换"], "value": [0.1]})
    write_csv(frame, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes().startswith("\ufeff安排".encode())
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "a.csv"), frame)
