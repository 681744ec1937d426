"""The distribution of an outcome over replications, by arrangement."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from sim.analysis.estimates import FloatArray, finite
from sim.analysis.outcomes_table import Outcomes
from sim.base.language import gap, tr
from sim.base.wording import arrangement_text, unit_style
from sim.outcomes.mark import Mark
from sim.report.figures.style import (
    MUTED,
    Drawing,
    Look,
    largest_size,
    looks,
    named_rows,
    number_axis,
    style,
)

LEVELS = {"p05": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95}
_GOLDEN = 0.618_033_988_75
_WIDE_RANGE = 30.0
_MOST_POINTS = 200


def distribution_data(outcomes: Outcomes, name: str) -> pd.DataFrame:
    """Give the frame behind `distribution`.

    One row per arrangement: arrangement, unit, replications, defined, mean, p05, p25, median,
    p75, p95, in the unit of the mark. Raises OutcomeError if the outcome is not there.
    """
    mark, table = outcomes.mark(name), outcomes.table(name)
    rows = []
    for arrangement in outcomes.arrangements:
        values = finite(table[arrangement])
        row: dict[str, Any] = {"arrangement": arrangement, "unit": mark.unit}
        row |= {"replications": len(table), "defined": values.size}
        row["mean"] = float(values.mean()) if values.size else np.nan
        for level, share in LEVELS.items():
            row[level] = float(np.quantile(values, share)) if values.size else np.nan
        rows.append(row)
    return pd.DataFrame(rows)


def share_data(outcomes: Outcomes, name: str, confidence: float = 0.95) -> pd.DataFrame:
    """Give the frame behind `distribution` of a yes/no outcome: in which share it is yes.

    One row per arrangement: arrangement, unit, replications, defined, mean, low, high (ends of
    the interval of `Outcomes.summary`). Raises OutcomeError if the outcome is not there.
    """
    columns = ["arrangement", "unit", "replications", "defined", "mean", "low", "high"]
    return outcomes.summary(name, confidence)[columns]


@style()
def distribution(outcomes: Outcomes, name: str) -> Drawing:
    """Draw an outcome's distribution over replications, one row per arrangement.

    Parameters and errors as in `distribution_data`. Points are replications, the box is the
    middle half, whiskers reach from the 5th to the 95th percentile, the bar is the median and
    the diamond the mean. Of a yes/no outcome, which has only two values, the diamond is the
    share of replications with its interval.
    """
    mark = outcomes.mark(name)
    data = (share_data if mark.binary else distribution_data)(outcomes, name)
    table = outcomes.table(name)
    drawn = looks(outcomes.arrangements)
    read = unit_style(mark.unit, largest_size(table))
    figure = Drawing(7.6, 1.5 + 0.55 * len(data))
    axes = figure.subplots()
    for place, row in enumerate(data.to_dict("records")):
        if row["defined"]:
            look = drawn[row["arrangement"]]
            if not mark.binary:
                strip(axes, place, finite(table[row["arrangement"]]) * read.scale, look)
            (_interval if mark.binary else box)(axes, place, row, read.scale, look)
            _diamond(axes, place, float(row["mean"]) * read.scale, look)
        else:
            across = axes.get_yaxis_transform()
            axes.text(0.01, place, tr("never defined"), transform=across, va="center", color=MUTED)
    named_rows(axes, [arrangement_text(a) for a in data["arrangement"]])
    if mark.heavy_tailed and not mark.binary:
        low, high = data["p05"].min(), data["p95"].max()
        if low > 0.0 and high > _WIDE_RANGE * low:
            _scale_by_decades(axes, finite(table) * read.scale)
    number_axis(axes, "x", f"{tr(mark.label)} ({read.axis})")
    words = "{outcome}: distribution over replications"
    if mark.binary:
        words = "{outcome}: share of replications"
    title = tr(words, outcome=tr(mark.label))
    return figure.finish(title, _note(mark, data), data)


def _scale_by_decades(axes: Axes, values: FloatArray) -> None:
    """Give each decade the same room; at and near zero, which has none, the axis is linear."""
    above = values[values > 0.0]
    if above.size == values.size:
        axes.set_xscale("log")
    else:
        axes.set_xscale("symlog", linthresh=float(above.min()))


def strip(axes: Axes, place: float, values: FloatArray, look: Look) -> None:
    """Draw one point per replication in a row, spread by a fixed sequence and not by chance."""
    spread = (np.arange(values.size) * _GOLDEN) % 1.0 - 0.5
    axes.scatter(
        values, place + 0.56 * spread, s=9, color=look.colour, alpha=0.35, linewidths=0, zorder=2,
        rasterized=values.size > _MOST_POINTS,
    )  # fmt: skip


def _interval(axes: Axes, place: int, row: dict[Any, Any], scale: float, look: Look) -> None:
    ends = [float(row[end]) * scale for end in ("low", "high")]
    axes.plot(ends, [place, place], color=look.colour, lw=2.0, zorder=3)


def _diamond(axes: Axes, place: int, mean: float, look: Look) -> None:
    face = look.colour
    axes.plot(mean, place, ls="", marker="D", ms=5.5, zorder=5, mfc=face, mec="white", mew=1.0)


def box(axes: Axes, place: float, row: dict[Any, Any], scale: float, look: Look) -> None:
    """Draw middle half, median and whiskers of a row with the columns of `LEVELS`."""
    p05, p25, median, p75, p95 = (float(row[level]) * scale for level in LEVELS)
    axes.plot([p05, p25], [place, place], color=look.colour, lw=1.4, zorder=3)
    axes.plot([p75, p95], [place, place], color=look.colour, lw=1.4, zorder=3)
    box = Rectangle((p25, place - 0.17), p75 - p25, 0.34, zorder=3)
    box.set(facecolor=(*to_rgb(look.colour), 0.22), edgecolor=look.colour, linewidth=1.3)
    axes.add_patch(box)
    axes.plot([median, median], [place - 0.17, place + 0.17], color=look.colour, lw=2.4)


def _note(mark: Mark, data: pd.DataFrame) -> str:
    count = int(data["replications"].max()) if len(data) else 0
    words = (
        "{count} replications, one point each. Box: middle half; whiskers: 5th to 95th"
        " percentile; bar: median; diamond: mean."
    )
    if mark.binary:
        words = "Diamond: share of {count} replications; line: its 95 % interval."
    note = tr(words, count=count)
    absent = dict(zip(data["arrangement"], data["replications"] - data["defined"], strict=True))
    note += undefined_words({arrangement_text(name): int(n) for name, n in absent.items()})
    if mark.better != "neither":
        note += gap() + tr(f"{mark.better.capitalize()} is better.")
    return note


def undefined_words(counts: Mapping[str, int]) -> str:
    """Say what is undefined in how many replications, to be put behind a note.

    >>> undefined_words({"Plain": 3, "Consortium": 0}), undefined_words({"Plain": 0})
    (' Undefined: Plain in 3.', '')
    """
    cases = tr(", ").join(
        tr("{arrangement} in {count}", arrangement=name, count=count)
        for name, count in counts.items()
        if count
    )
    return gap() + tr("Undefined: {cases}.", cases=cases) if cases else ""
