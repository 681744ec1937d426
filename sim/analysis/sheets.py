"""The sheets of a workbook that outcomes and comparisons fill."""

from collections.abc import Mapping, Sequence

import pandas as pd

from sim.analysis.labelled import Marks, labelled, row_styles
from sim.base.columns import Column
from sim.base.language import tr
from sim.base.wording import RowStyle, arrangement_text, row_style, unit_style
from sim.base.workbook import Sheet


def table_sheet(
    name: str,
    frame: pd.DataFrame,
    columns: Sequence[Column],
    marks: Marks,
    about: str = "",
    styles: Sequence[RowStyle] | None = None,
) -> Sheet:
    """Give a frame of declared columns as a sheet for people; styles as in `labelled`."""
    styles = styles or row_styles(frame, marks)
    table = labelled(frame, columns, marks, styles)
    return Sheet(name, table, about, [row.places for row in styles])


def histories_sheet(tables: Mapping[str, pd.DataFrame], marks: Marks) -> Sheet:
    """Give every value: a row for each outcome and replication, a column an arrangement.

    Tables by outcome have replications as rows and arrangements as columns.
    """
    parts, places = [], []
    for name, table in tables.items():
        row = row_style(marks[name].unit, table.mean())
        wide = table.mul(row.style.scale).rename(columns=arrangement_text)
        wide = wide.rename_axis(columns=None)
        places += [row.places] * len(wide)
        wide.insert(0, tr("Outcome"), tr(marks[name].label))
        wide.insert(1, tr("Unit"), row.style.axis)
        wide.insert(2, tr("Replication"), table.index)
        parts.append(wide)
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    about = tr("Every outcome in every replication; a column for each arrangement.")
    return Sheet(tr("Every history"), whole, about, places)


def definitions_sheet(marks: Marks) -> Sheet:
    """Say what every outcome is, and its name in the files."""
    rows = [
        {
            tr("Outcome"): tr(mark.label), tr("Unit"): unit_style(mark.unit).axis,
            tr("Better"): tr(mark.better), tr("Time basis"): tr(mark.basis),
            tr("Formula"): tr(mark.formula), tr("Interval"): tr(mark.interval_method),
            tr("Source"): tr(mark.source), tr("Name in the files"): mark.name,
        }
        for mark in marks.values()
    ]  # fmt: skip
    return Sheet(tr("Definitions"), pd.DataFrame(rows), tr("What every outcome is."))
