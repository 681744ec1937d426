"""How far every history of an arrangement lies from the same history under the baseline.

Levels of histories overlap although paired differences are clear; so what is drawn here is
the difference within a history, of which a reader can see how many lie on which side of zero.
"""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.analysis.compare import Comparison
from sim.analysis.estimates import finite
from sim.analysis.outcomes_table import Outcomes
from sim.base.language import tr
from sim.base.wording import arrangement_text, percent_text, unit_style
from sim.outcomes.mark import Mark
from sim.report.figures.difference import panel_title, shade_better_side, whisker
from sim.report.figures.distribution import LEVELS, box, strip
from sim.report.figures.style import (
    Drawing,
    Look,
    largest_size,
    looks,
    named_rows,
    number_axis,
    style,
    undefined_row,
)

_WIDTH = 3.7
_MOST_LETTERS = 22


def histories_data(outcomes: Outcomes, comparison: Comparison, name: str) -> pd.DataFrame:
    """Give the frame behind `histories`.

    One row per arrangement but the baseline: arrangement, unit, pairs, p05, p25, median, p75,
    p95 of the differences within a history, below and above (shares of histories on that side
    of zero), and difference, low, high, verdict of the comparison. Raises OutcomeError if the
    outcome is not there.
    """
    mark, table = outcomes.mark(name), outcomes.table(name)
    compared = comparison.frame()
    compared = compared[compared["outcome"] == name].set_index("arrangement")
    rows = []
    for arrangement in comparison.arrangements:
        if arrangement == comparison.baseline:
            continue
        steps = finite(table[arrangement] - table[comparison.baseline])
        row = {"arrangement": arrangement, "unit": mark.unit, "pairs": steps.size}
        for level, share in LEVELS.items():
            row[level] = float(np.quantile(steps, share)) if steps.size else np.nan
        row["below"] = float((steps < 0.0).mean()) if steps.size else np.nan
        row["above"] = float((steps > 0.0).mean()) if steps.size else np.nan
        own = compared.loc[arrangement, ["difference", "low", "high", "verdict"]]
        rows.append(row | own.to_dict())
    return pd.DataFrame(rows)


@style()
def histories(outcomes: Outcomes, comparison: Comparison, name: str) -> Drawing:
    """Draw the differences from the baseline within every history, one row per arrangement.

    Parameters and errors as in `histories_data`. Points are histories, the box is their middle
    half, whiskers reach from the 5th to the 95th percentile; the mark above is the mean
    difference with its interval. Of a yes/no outcome bars are the shares of histories in which
    the baseline alone says yes (left) and the arrangement alone (right).
    """
    data = histories_data(outcomes, comparison, name)
    mark, table = outcomes.mark(name), outcomes.table(name)
    steps = table.sub(table[comparison.baseline], axis=0)
    drawn = looks(outcomes.arrangements)
    read = unit_style(mark.unit, largest_size(steps))
    figure = Drawing(_WIDTH, 1.55 + 0.52 * len(data))
    axes = figure.subplots()
    for place, row in enumerate(data.to_dict("records")):
        look = drawn[str(row["arrangement"])]
        if not row["pairs"]:
            undefined_row(axes, place)
            continue
        if mark.binary:
            _bars(axes, place, row, read.scale, look)
        else:
            strip(axes, place + 0.12, finite(steps[row["arrangement"]]) * read.scale, look)
            box(axes, place + 0.12, row, read.scale, look)
        whisker(axes, place - 0.28, row, read.scale, look, 1.0)
    shade_better_side(axes, mark)
    figure.units = {"below": "share", "above": "share"}
    named_rows(axes, [_short(arrangement_text(str(name))) for name in data["arrangement"]])
    number_axis(axes, "x", tr("Difference ({unit})", unit=read.step_axis))
    return figure.finish(panel_title(mark), _note(mark, data, comparison.confidence), data)


def _short(label: str) -> str:
    """Cut a name for which a panel has no room."""
    return label if len(label) <= _MOST_LETTERS else f"{label[: _MOST_LETTERS - 1]}…"


def _bars(axes: Axes, place: int, row: dict[Any, Any], scale: float, look: Look) -> None:
    """Draw in which share of histories only one of the two says yes."""
    for side, sign in (("below", -1.0), ("above", 1.0)):
        size = sign * float(row[side]) * scale
        axes.barh(place + 0.16, size, height=0.3, color=look.colour, alpha=0.35, lw=0)


def _note(mark: Mark, data: pd.DataFrame, confidence: float) -> str:
    count = int(data["pairs"].max()) if len(data) else 0
    words = (
        "Point: one of {count} histories; box: middle half; mark and line: mean, {level} interval."
    )
    if mark.binary:
        words = (
            "Bars: share of {count} histories in which only the baseline (left) or only the"
            " arrangement (right) says yes; mark and line: difference, {level} interval."
        )
    return tr(words, count=count, level=percent_text(confidence))
