"""Workbooks opened again: by openpyxl, and by LibreOffice without a window where it is here."""

import math
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

SIXTEEN_DIGITS = 1e-15
"""Relative precision of the numbers in a workbook, which are written with sixteen digits."""
FIFTEEN_DIGITS = 1e-14
"""And of those that LibreOffice writes again."""
OFFICE = shutil.which("soffice")
needs_office = pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")


FACTORS = {
    "%": 100.0, "CNY billion": 1e-3, "CNY million": 1.0, "亿元": 1e-2, "万元": 1e2,
}  # fmt: skip
"""From a stored number to one that is read in a unit, by how the unit's name begins."""


def factor(unit: str) -> float:
    """The factor from a stored number to one in a unit as people read it."""
    return next((size for name, size in FACTORS.items() if unit.startswith(name)), 1.0)


def table(file: Path, name: str) -> pd.DataFrame:
    """One sheet as a frame; an empty cell is None."""
    sheet = openpyxl.load_workbook(file, data_only=True)[name]
    head, *rows = sheet.iter_rows(values_only=True)
    return pd.DataFrame(rows, columns=list(head), dtype=object)


def recalculated(file: Path, folder: Path) -> Path:
    """The workbook as LibreOffice writes it again, with every formula computed anew."""
    assert OFFICE is not None
    profile = (folder / "profile").as_uri()
    place = folder / "again"
    words = [OFFICE, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "xlsx"]
    command = [*words, "--outdir", str(place), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return place / file.name


def assert_holds(
    found: pd.DataFrame, expected: pd.DataFrame, precision: float = SIXTEEN_DIGITS
) -> None:
    """Every cell of a sheet is that of a frame; what is undefined is empty."""
    assert list(found.columns) == list(map(str, expected.columns))
    assert len(found) == len(expected)
    for column in expected.columns:
        for one, other in zip(found[str(column)], expected[column], strict=True):
            assert _same(one, other, precision), (column, one, other)


def _same(cell: Any, value: Any, precision: float) -> bool:
    if isinstance(value, str):
        return (cell or "") == value
    if pd.isna(value):
        return cell is None
    if math.isinf(value):
        return bool(cell == str(value))
    return abs(float(cell) - float(value)) <= precision * abs(float(value))
