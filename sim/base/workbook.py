"""Workbooks for spreadsheet programs: plain sheets, and charts that the program draws itself.

The only file that knows XlsxWriter, which comes with the extra ``excel``. Every text is
written as text, also one that begins with ``=``, ``+``, ``-`` or ``@``: a name from a scenario
never becomes a formula. Numbers keep their full precision; only their format is rounded.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import pandas as pd

from sim.base.errors import SimError

LONGEST_TEXT = 32_767
"""Letters that a cell can hold; what is longer is cut."""
MOST_ROWS = 1_048_575
"""Rows below the head of a sheet."""
_NARROWEST, _WIDEST, _LOOKED_AT = 8, 60, 500
"""Widths of columns in letters, and the rows that are looked at for them."""
_LINE, _A4, _ACROSS = 15.0, 9, 170.0
"""Height of a line in points; the number of the paper, and the letters that fit across it."""
_OPTIONS = {
    "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """One table with its heads in the first row.

    `decimals` are those of each row, where its numbers with a fraction share them; `about` says
    what the sheet holds; `draw` adds charts, given workbook and worksheet of XlsxWriter.
    """

    name: str
    table: pd.DataFrame
    about: str = ""
    decimals: Sequence[int] | None = None
    draw: Callable[[Any, Any], None] | None = None

    def area(self, column: str, rows: tuple[int, int] | None = None) -> str:
        """Give the cells of a column as formulas name them; rows count from 0, ends included.

        >>> Sheet("By bank", pd.DataFrame({"a": [1, 2], "b": [3, 4]})).area("b")
        "='By bank'!$B$2:$B$3"
        """
        place = _letters(list(self.table.columns).index(column))
        first, last = rows or (0, len(self.table) - 1)
        name = self.name.replace("'", "''")
        return f"='{name}'!${place}${first + 2}:${place}${last + 2}"


def require_writer() -> None:
    """Raise SimError if the package that writes workbooks is not installed."""
    if find_spec("xlsxwriter") is None:
        cure = 'install it with the extra: python -m pip install "crosscycle[excel]"'
        raise SimError("Excel", "needs the package XlsxWriter, which is not installed", cure)


def write_workbook(path: str | Path, sheets: Iterable[Sheet]) -> Path:
    """Write sheets as one ``.xlsx`` file, with its folder, and name it.

    Raises SimError if XlsxWriter is not installed, a table has more rows than a sheet can hold
    or the file cannot be written.
    """
    require_writer()
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    book = Workbook(str(target), dict(_OPTIONS))
    formats = _Formats(book)
    for sheet in sheets:
        _write(book, sheet, formats)
    try:
        book.close()
    except FileCreateError as error:
        cure = "close it where it is open, and check folder and permissions"
        raise SimError(str(target), "cannot be written", cure) from error
    return target


class _Formats:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        top = {"valign": "top"}
        self._book, self._numbers = book, {0: book.add_format({"num_format": "#,##0", **top})}
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, **top})
        self.text = book.add_format({"text_wrap": True, **top})
        self.plain = book.add_format(top)

    def number(self, decimals: int) -> Any:
        if decimals not in self._numbers:
            form = {"num_format": f"#,##0.{'0' * decimals}", "valign": "top"}
            self._numbers[decimals] = self._book.add_format(form)
        return self._numbers[decimals]


def _write(book: Any, sheet: Sheet, formats: _Formats) -> None:
    """Write one sheet: heads that stay in sight, rows, then charts."""
    table = sheet.table
    if len(table) > MOST_ROWS:
        what = f"has {len(table):,} rows; a sheet holds {MOST_ROWS:,}"
        raise SimError(f"sheet {sheet.name}", what, "take the table from the folder of the run")
    page = book.add_worksheet(sheet.name)
    widths = [_width(str(head), table[head].iloc[:_LOOKED_AT]) for head in table]
    _lay_out(page, widths)
    for place, head in enumerate(map(str, table.columns)):
        page.write_string(0, place, head[:LONGEST_TEXT], formats.head)
        page.set_column(place, place, widths[place])
    for number, row in enumerate(table.itertuples(index=False, name=None)):
        places = None if sheet.decimals is None else sheet.decimals[number]
        lines = max(_lines(value, width) for value, width in zip(row, widths, strict=True))
        if lines > 1:
            page.set_row(number + 1, lines * _LINE)
        for place, value in enumerate(row):
            _cell(page, (number + 1, place), value, places, formats)
    if len(table):
        page.autofilter(0, 0, len(table), table.shape[1] - 1)
    if sheet.draw is not None:
        sheet.draw(book, page)


def _lay_out(page: Any, widths: Sequence[float]) -> None:
    """Keep the heads in sight, and print on as few pages across as can be read."""
    page.set_landscape()
    page.set_paper(_A4)
    page.fit_to_pages(max(1, math.ceil(sum(widths) / _ACROSS)), 0)
    if widths:
        page.repeat_rows(0)
        page.freeze_panes(1, 0)


def _lines(value: Any, width: float) -> int:
    """Count the lines that a text takes in a column."""
    return math.ceil(_room(value) / width) if isinstance(value, str) and value else 1


def _cell(
    page: Any, at: tuple[int, int], value: Any, decimals: int | None, formats: _Formats
) -> None:
    """Write one cell; nothing where a number is undefined."""
    if isinstance(value, bool):
        page.write_boolean(*at, value, formats.plain)
    elif isinstance(value, float) and math.isnan(value):
        page.write_blank(*at, None, formats.plain)
    elif isinstance(value, float) and math.isinf(value):
        page.write_string(*at, str(value), formats.plain)
    elif isinstance(value, int | float):
        is_whole = isinstance(value, int) or decimals is None
        page.write_number(*at, value, formats.plain if is_whole else formats.number(decimals or 0))
    elif value is not None:
        page.write_string(*at, str(value)[:LONGEST_TEXT], formats.text)


def _width(head: str, cells: "pd.Series[Any]") -> float:
    """Give the width of a column in letters; Chinese ones take the room of two."""
    longest = max((_room(cell) for cell in cells), default=0)
    return float(min(max(longest + 2, _NARROWEST, _room(head) / 2 + 4), _WIDEST))


def _room(cell: Any) -> int:
    """Count the letters of a cell; a number takes few."""
    if isinstance(cell, float):
        return _NARROWEST
    return sum(1 + (east_asian_width(letter) in "WF") for letter in str(cell))


def _letters(place: int) -> str:
    """Give the letters of a column, from 0.

    >>> _letters(0), _letters(25), _letters(26)
    ('A', 'Z', 'AA')
    """
    text, left = "", place + 1
    while left:
        left, digit = divmod(left - 1, 26)
        text = chr(ord("A") + digit) + text
    return text
