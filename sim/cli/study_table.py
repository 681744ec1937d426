"""The table of a study on a terminal: as narrow as its words allow.

The unit of a row stands with its outcome, or in the caption where all rows share it; what a row
has in common with the one above is not repeated; verdicts are one or two words.
"""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from sim.base.wording import verdict_word
from sim.cli.options import table
from sim.report.tables import shown_table

_OF_INTERVAL = ": interval"


def study_table(frame: Any, units: Mapping[str, str], width: int) -> tuple[Table, str]:
    """Lay out a frame with rows, and give the unit that belongs in its caption.

    `units` as in `sim.report.tables.shown_table`.
    """
    shown = shown_table(frame, units)
    # An interval stands behind what it bounds.
    heads = ["interval" if _OF_INTERVAL in head else head for head in shown["columns"]]
    numbers = list(shown["numbers"])
    rows = [[cell.text for cell in row] for row in shown["rows"]]
    if "verdict" in heads:
        for row in rows:
            row[heads.index("verdict")] = verdict_word(row[heads.index("verdict")])
    unit = _take_unit(heads, numbers, rows)
    if not numbers[0]:
        _leave_out_repeated(rows)
    # Words stand first, numbers after them.
    right = len(numbers) - (numbers.index(True) if True in numbers else len(numbers))
    return table(heads, rows, right=right, width=width), unit


def _take_unit(heads: list[str], numbers: list[bool], rows: list[list[str]]) -> str:
    """Take the column of units away where each unit finds another place; give a common one."""
    if "unit" not in heads:
        return ""
    place = heads.index("unit")
    common = {row[place] for row in rows}
    if "outcome" not in heads and len(common) > 1:
        return ""
    del heads[place], numbers[place]
    for row in rows:
        unit = row.pop(place)
        if "outcome" in heads and unit:
            row[heads.index("outcome")] += f", {unit}"
    return "" if "outcome" in heads else next(iter(common))


def _leave_out_repeated(rows: list[list[str]]) -> None:
    """Write the first cell of rows only where it differs from the one above."""
    before = ""
    for row in rows:
        before, row[0] = row[0], "" if row[0] == before else row[0]
