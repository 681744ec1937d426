"""A sheet with a chart of one outcome: it is chosen in a cell, and table and chart follow.

Formulas look the numbers up in the sheet of the comparison, and the chart is drawn by the program
that opens the workbook, so it can be restyled and copied into a slide.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.labelled import heading
from sim.base.columns import Column
from sim.base.language import tr
from sim.base.wording import percent_text
from sim.base.workbook import Sheet

_SHOWN = ("arrangement", "difference", "low", "high", "verdict")
_CHOSEN, _HEADS, _FIRST = "$B$1", 3, 4
"""The cell of the choice; the rows of heads and of the first arrangement, from 0."""
_DOWN, _UP = 5, 6
"""Columns of how far an interval reaches."""
_NEAR, _FAR = 1.0, 1000.0
"""Numbers below the first have four decimals, those from the second on none."""
_COLOUR, _GRID = "#0072b2", {"visible": True, "line": {"color": "#d8dee4"}}
_MARK = {"marker": {"type": "diamond", "size": 9, "fill": {"color": _COLOUR}}}


@dataclass(frozen=True)
class _Lookup:
    """Formulas that find the rows of the chosen outcome on the sheet of the comparison."""

    data: Sheet
    key: str

    def formula(self, head: str, row: int) -> str:
        """Give the formula of a cell; an empty cell stays empty and is no zero."""
        column, keys = (self.data.area(one).removeprefix("=") for one in (head, self.key))
        found = f"INDEX({column},MATCH({_CHOSEN},{keys},0)+{row})"
        return f'=IF({found}="","",{found})'

    def value(self, head: str, row: int) -> Any:
        """Give what the formula shows of the first outcome, before it is computed."""
        return _known(self.data.table[head].iloc[row])


def chart_sheet(data: Sheet, names: Sheet, columns: Sequence[Column], confidence: float) -> Sheet:
    """Give the sheet of one outcome's differences from the baseline, with their chart.

    `data` is the sheet of a comparison in the declared columns, whose outcomes have the same
    number of rows, one after the other; `names` has their labels in its first column.
    """
    heads = {column.name: heading(column) for column in columns}
    look = _Lookup(data, heads["outcome"])
    first = data.table[heads["outcome"]].iloc[0]
    rows = int((data.table[heads["outcome"]] == first).sum())
    title = tr(
        "Mark: difference from the baseline; line: its {level} interval.",
        level=percent_text(confidence),
    )

    def draw(book: Any, page: Any) -> None:
        _choose(book, page, look, names)
        shown = [heads[name] for name in _SHOWN]
        _table(book, page, look, shown, rows)
        _chart(book, page, shown, rows, title)

    about = tr("One outcome, chosen in the coloured cell, in a table and a chart.")
    return Sheet(tr("Chart"), pd.DataFrame(), about, draw=draw)


def _choose(book: Any, page: Any, look: _Lookup, names: Sheet) -> None:
    """Write the cell in which an outcome is chosen, and its unit."""
    bold, unit = book.add_format({"bold": True}), tr("Unit of differences")
    page.write_string(0, 0, tr("Outcome"), bold)
    shown = str(names.table.iloc[0, 0])
    page.write_string(_CHOSEN, shown, book.add_format({"bg_color": "#fff2cc", "border": 1}))
    source = names.area(str(names.table.columns[0]))
    page.data_validation(_CHOSEN, {"validate": "list", "source": source})
    page.write_string(1, 0, unit, bold)
    page.write_formula(1, 1, look.formula(unit, 0), None, look.value(unit, 0))
    page.set_column(0, 0, 26)
    page.set_column(1, 5, 24)


def _table(book: Any, page: Any, look: _Lookup, heads: list[str], rows: int) -> None:
    """Write the rows of the chosen outcome, and how far each interval reaches down and up."""
    bold = book.add_format({"bold": True, "bottom": 1})
    for place, head in enumerate([*heads, tr("Down"), tr("Up")]):
        page.write_string(_HEADS, place, head, bold)
    for row in range(rows):
        at, shown = _FIRST + row, [look.value(head, row) for head in heads]
        for place, head in enumerate(heads):
            page.write_formula(at, place, look.formula(head, row), None, shown[place])
        for place, more, less in ((_DOWN, 1, 2), (_UP, 3, 1)):
            one, two = (f"{'ABCD'[side]}{at + 1}" for side in (more, less))
            known = "" if "" in (shown[more], shown[less]) else shown[more] - shown[less]
            formula = f'=IF(OR({one}="",{two}=""),"",{one}-{two})'
            page.write_formula(at, place, formula, None, known)
    for criteria, size, form in (
        ("between", _NEAR, "0.0000"), ("not between", _FAR, "#,##0"), ("between", _FAR, "0.00"),
    ):  # fmt: skip
        rule = {"type": "cell", "criteria": criteria, "minimum": -size, "maximum": size}
        rule["format"] = book.add_format({"num_format": form})
        page.conditional_format(_FIRST, 1, _FIRST + rows - 1, _UP, rule | {"stop_if_true": True})


def _chart(book: Any, page: Any, heads: list[str], rows: int, title: str) -> None:
    """Draw each difference as a mark in its interval; the ends only widen the axis."""
    name, last = page.get_name(), _FIRST + rows - 1
    chart = book.add_chart({"type": "line"})
    for place, head in enumerate(heads[1:4], start=1):
        chart.add_series({
            "name": head, "line": {"none": True}, "marker": {"type": "none"},
            "categories": [name, _FIRST, 0, last, 0], "values": [name, _FIRST, place, last, place],
            **(_MARK | {"y_error_bars": _reach(name, last)} if place == 1 else {}),
        })  # fmt: skip
    chart.set_title({"name": f"='{name}'!{_CHOSEN}"})
    chart.set_x_axis({"label_position": "low"})
    unit = f"='{name}'!$B$2"
    chart.set_y_axis({"name": unit, "num_format": "General", "major_gridlines": _GRID})
    chart.set_legend({"none": True})
    chart.set_size({"width": 900, "height": 420})
    page.write_string(_FIRST + rows + 1, 0, title)
    page.insert_chart(_FIRST + rows + 2, 0, chart, {"description": title})


def _reach(name: str, last: int) -> dict[str, Any]:
    """Give the error bars of a chart: from the columns beside the table."""
    ends = {
        way: f"='{name}'!${letter}${_FIRST + 1}:${letter}${last + 1}"
        for way, letter in (("minus_values", "F"), ("plus_values", "G"))
    }
    return {"type": "custom", "line": {"color": _COLOUR, "width": 2.0}, **ends}


def _known(value: Any) -> Any:
    """Give a value as a cell holds it: nothing for an undefined number."""
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else ""
    return str(value)
