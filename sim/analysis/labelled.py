"""Frames for people: labels for names, and numbers in the units in which people read them.

A frame of results has a row for each outcome (or measure), and its columns are declared: their
unit is their own or that of the row. Shares and rates become per cent; what they differ by
is in percentage points, which have the same scale.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from sim.base.columns import TEXT, Column
from sim.base.language import tr
from sim.base.wording import RowStyle, arrangement_text, error_of, row_style, unit_style

PARTIES = {
    "bank": "Banks", "firm": "Firms", "system": "The system", "cycle": "Across the cycle",
}  # fmt: skip
"""Parties that outcomes belong to, in reading order."""
_OF_ROW = "that of the "
"""How the unit of a column begins that is the unit of its row."""
Marks = Mapping[str, Any]
"""What is known of each row by name: marks of outcomes or measures of banks."""
_STEP = "difference"
_NAMES = frozenset({"arrangement", "baseline", "bank", "regime", "stage", "group"})


def heading(column: Column) -> str:
    """Write the name of a column, with its unit where that is one for all rows.

    >>> heading(Column("baseline_mean", "that of the outcome", "")), heading(
    ...     Column("share_low", "share", ""))
    ('Baseline mean', 'Share low (%)')
    """
    words = tr(column.name.replace("_", " "))
    words = words[:1].upper() + words[1:]
    style = unit_style(column.unit)
    is_known = column.unit not in (TEXT, "count", "x", "-", "flag", "code")
    if column.unit.startswith(_OF_ROW) or not is_known or column.name.endswith(column.unit):
        return words
    return tr("{name} ({unit})", name=words, unit=style.axis)


def labelled(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    marks: Marks,
    styles: Sequence[RowStyle] | None = None,
) -> pd.DataFrame:
    """Write a frame of declared columns for people, in the language of the context.

    Names become labels and numbers are scaled, by default as `row_styles` says; those that are
    undefined stay nan. A unit is told in a column of its own; where there are differences, theirs
    follows it.
    """
    units = [row.style for row in styles or row_styles(frame, marks)]
    scale = np.array([unit.scale for unit in units])
    has_steps = any(column.name == _STEP for column in columns)
    found: dict[str, Any] = {}
    for column in columns:
        if column.name == "unit":
            found[heading(column)] = [unit.axis for unit in units]
            if has_steps:
                found[tr("Unit of differences")] = [unit.step_axis for unit in units]
        elif column.name not in frame:
            continue
        elif column.kind == TEXT:
            found[heading(column)] = [word(column.name, one, marks) for one in frame[column.name]]
        else:
            found[heading(column)] = _scaled(frame[column.name], column, scale)
    return pd.DataFrame(found, index=frame.index)


def _scaled(values: "pd.Series[Any]", column: Column, scale: Any) -> Any:
    """Put numbers on the scale of their row or of their column; whole ones stay as they are."""
    if column.unit.startswith(_OF_ROW):
        return values.to_numpy(np.float64) * scale
    own = unit_style(column.unit).scale
    return values if own == 1.0 else values.to_numpy(np.float64) * own


def units_of(frame: pd.DataFrame, marks: Marks) -> list[str]:
    """Give the unit of each row: the one that it tells, otherwise that of its outcome."""
    if "unit" in frame:
        return [str(unit) for unit in frame["unit"]]
    if "outcome" not in frame:
        return ["-"] * len(frame)
    return [marks[name].unit if name in marks else "-" for name in frame["outcome"]]


def word(column: str, value: Any, marks: Marks) -> str:
    """Write a name for readers: outcomes by their labels, arrangements and banks in words."""
    if column in ("outcome", "measure"):
        return tr(marks[value].label) if value in marks else str(value)
    if column == "group" and (found := tr(words := str(value).replace("_", " "))) != words:
        return found
    return arrangement_text(str(value)) if column in _NAMES else tr(str(value))


def row_styles(frame: pd.DataFrame, marks: Marks) -> list[RowStyle]:
    """Give unit and decimals of each row, the same for all rows of an outcome or measure.

    Columns outcome or measure, and mean with low and high, or value by arrangement. The size of
    an outcome is that of its largest mean under an arrangement.
    """
    if frame.empty:
        return []
    key = "measure" if "measure" in frame else "outcome"
    keys = [frame[key].to_numpy(), frame["arrangement"].to_numpy()]
    means = frame["mean" if "mean" in frame else "value"].groupby(keys, sort=False).mean()
    errors = pd.Series(_errors(frame), index=frame.index).groupby(frame[key].to_numpy())
    told: dict[Any, list[float]] = {name: group.tolist() for name, group in errors}
    units = dict(zip(frame[key], units_of(frame, marks), strict=True))
    sizes = means.groupby(level=0, sort=False)
    styles = {name: row_style(units[name], group, told[name]) for name, group in sizes}
    return [styles[name] for name in frame[key]]


def _errors(frame: pd.DataFrame) -> list[float]:
    """Give about one standard error of each row; nan where the frame tells no interval."""
    if "low" not in frame:
        return [np.nan] * len(frame)
    return [error_of(*ends) or np.nan for ends in zip(frame["low"], frame["high"], strict=True)]


# --- The same for a notebook: folded by the party that outcomes belong to ------------------------


def by_party(sentence: str, rows: pd.DataFrame, marks: Marks) -> str:
    """Write rows by outcome as HTML: a sentence, then a folded table for each party.

    The index of the rows holds names of outcomes, which become labels; their order stays.
    """
    parts = [f"<p>{escape(sentence)}</p>"]
    for group in dict.fromkeys(marks[name].group for name in rows.index):
        own = rows[[marks[name].group == group for name in rows.index]]
        words = {name: tr(marks[name].label) for name in own.index}
        table = own.rename(index=words).rename_axis(None).to_html(border=0, sparsify=True)
        head = f"{escape(tr(PARTIES.get(group, group)))} ({len(set(own.index))})"
        parts.append(f"<details><summary>{head}</summary>{table}</details>")
    return "".join(parts)
