"""What banks gain by a firm, and what its founders gain, side by side by size at signing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from sim.base.language import tr
from sim.base.wording import arrangement_text, percent_text, unit_style
from sim.outcomes.groups import SIZES
from sim.report.figures.difference import whisker
from sim.report.figures.style import (
    INK,
    Drawing,
    Look,
    looks,
    named_rows,
    number_axis,
    panel_grid,
    style,
    undrawn_words,
)

if TYPE_CHECKING:
    # Results are drawn, not computed here: a figure loads no engine.
    from sim.studies.effects import ProgrammeEffects

SIDES = {"banks": "Banks, by a firm", "founders": "Founders of a firm"}
"""Panels: columns of the table of gains, and their titles."""
UNIT = "CNY million"
_BETWEEN = 0.7
"""Part of a row over which the marks of its arrangements are spread."""


@style()
def gains(result: ProgrammeEffects) -> Drawing:
    """Draw mean gains against the baseline by size at signing; data: the result's table of gains.

    One panel for banks and one for founders, each with its own scale, CNY million a firm.
    """
    data = result.tables["gains"]
    sizes = [size for size in SIZES if size in set(data["size"])]
    names = list(dict.fromkeys(data["arrangement"]))
    drawn = looks([result.baseline, *names])
    figure, panels = panel_grid(2, 2, (1.4, 3.2), (1.3, 0.25 * max(1, len(sizes) * len(names))))
    for axes, (side, title) in zip(panels.flat, SIDES.items(), strict=True):
        _panel(axes, data.set_index(["size", "arrangement"]), side, (sizes, names), drawn)
        axes.set_title(tr(title))
    named_rows(panels[0, 0], [tr(size.capitalize()) for size in sizes])
    note = tr(
        "Mark: mean difference from {baseline} over the lives of supported firms, sums of"
        " {count} replications over each other; line: {level} interval. Filled: clear of zero;"
        " hollow: not ranked. Every panel has its own scale.",
        baseline=arrangement_text(result.baseline).lower(), count=result.replications,
        level=percent_text(result.confidence),
    ) + undrawn_words(data, list(SIDES), ["banks_low", "founders_low"])  # fmt: skip
    entries = [_entry(drawn[name]) for name in names]
    title = tr("Who gains: banks and founders, by size of the firm at signing")
    return figure.finish(title, note, data, entries)


def _panel(
    axes: Axes, rows: pd.DataFrame, side: str, order: tuple[list[str], list[str]],
    drawn: dict[str, Look],
) -> None:  # fmt: skip
    sizes, names = order
    read = unit_style(UNIT)
    shifts = (np.arange(len(names)) - (len(names) - 1) / 2) * _BETWEEN / len(names)
    found = rows.to_dict("index")
    for place, size in enumerate(sizes):
        for shift, name in zip(shifts, names, strict=True):
            row = found.get((size, name))
            if row is not None:
                ends = {"low": row[f"{side}_low"], "high": row[f"{side}_high"]}
                clear = ends["low"] > 0.0 or ends["high"] < 0.0
                told = {"difference": row[side], **ends, "verdict": "higher" if clear else ""}
                whisker(axes, place + shift, told, read.scale, drawn[name])
    axes.axvline(0.0, color=INK, lw=1.0, zorder=1)
    number_axis(axes, "x", read.axis)


def _entry(look: Look) -> Line2D:
    return Line2D([], [], label=look.label, color=look.colour, marker=look.marker, ls="")
