"""Figures of studies over ranges: a break-even, a frontier, and what one number does alone.

Each takes the frozen result of a study; the frame behind a figure is its ``data``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from sim.base.language import tr
from sim.outcomes.mark import registry
from sim.outcomes.statistics import FloatArray
from sim.outcomes.wording import arrangement_text, percent_text, unit_style
from sim.show.keys import axis_of
from sim.show.style import INK, MUTED, Drawing, looks, named_rows, number_axis, style

if TYPE_CHECKING:
    # Results are drawn, not computed here: a figure loads no engine.
    from sim.study.breakeven_result import BreakEven
    from sim.study.frontier import Frontier
    from sim.study.robustness import Robustness

_MOST_BARS = 12


@style()
def breakeven(result: BreakEven) -> Drawing:
    """Draw a difference over the range of a number, and where it crosses zero; data: the curve."""
    curve, unit = result.curve, registry()[result.equation.outcome].unit
    scale = unit_style(unit)
    figure = Drawing(7.2, 4.0)
    axes = figure.subplots()
    x, y = curve["at"].to_numpy(), curve[["difference", "low", "high"]].to_numpy() * scale.scale
    # A difference belongs to two arrangements and has the colour of neither.
    axes.fill_between(x, y[:, 1], y[:, 2], color=MUTED, alpha=0.2, lw=0)
    axes.plot(x, y[:, 0], color=MUTED, marker="o", ms=3.5)
    axes.axhline(0.0, color=INK, lw=1.0)
    for one in result.crossings:
        axes.plot([one.low, one.high], [0.0, 0.0], color=INK, lw=4.0, solid_capstyle="butt")
        axes.plot(one.value, 0.0, marker="D", ms=7, mfc="white", mec=INK, mew=1.6)
    number_axis(axes, "x", axis_of(result.range))
    number_axis(axes, "y", tr("Difference ({unit})", unit=scale.step_axis))
    return figure.finish(result.equation.words(), _curve_note(result), curve)


def _curve_note(result: BreakEven) -> str:
    most = int(result.curve["replications"].max())
    return tr(
        "Line: mean difference over up to {count} replications with common luck; band: {level}"
        " interval of the mean at each value. Diamond and bar on the zero line: where the mean"
        " is zero, and the values at which zero is not rejected.",
        count=most,
        level=percent_text(result.confidence),
    )


@style()
def frontier(result: Frontier) -> Drawing:
    """Draw two outcomes against each other over the points of a design; data: its frame."""
    data, (first, second) = result.frame(), result.aims.outcomes
    marks = registry()
    figure = Drawing(7.2, 5.0)
    axes = figure.subplots()
    look = looks(result.aims.every)
    for name, rows in data.groupby("arrangement", sort=False):
        _points(axes, rows, (first, second), look[str(name)].colour)
    for which, name in (("x", first), ("y", second)):
        label = f"{tr(marks[name].label)} ({unit_style(marks[name].unit).axis})"
        number_axis(axes, which, label)
        _look_at(axes, which, data[name].to_numpy() * unit_style(marks[name].unit).scale)
    count = result.cube.values.shape[1]
    note = tr(
        "Filled marks, joined: efficient by their means. Crosses: clearly dominated by another"
        " point on both outcomes. Thin lines: 95 % intervals of the efficient ones over {count}"
        " replications, which may leave the picture; points met the same luck, so they are"
        " compared better than these intervals show.",
        count=count,
    )
    handles = [
        Line2D([], [], marker="o", ls="", color=look[name].colour, label=arrangement_text(name))
        for name in result.aims.arrangements
    ]
    handles += _kinds_of_points()
    one, two = (tr(marks[name].label) for name in (first, second))
    title = tr("{one} against {two}", one=one, two=two.lower())
    return figure.finish(title, note, data, handles)


def _look_at(axes: Axes, which: str, values: FloatArray) -> None:
    """Fit an axis to the points: the intervals of levels may be many times as wide."""
    low, high = np.nanmin(values), np.nanmax(values)
    if high > low:
        room = 0.25 * (high - low)
        axes.set(**{f"{which}lim": (low - room, high + room)})


def _kinds_of_points() -> list[Line2D]:
    """Give the legend of what is efficient, what is dominated, and what is neither."""
    return [
        Line2D([], [], marker="o", color=MUTED, lw=1.2, label=tr("efficient set")),
        Line2D([], [], marker="x", ls="", color=MUTED, label=tr("clearly dominated")),
        Line2D([], [], marker="o", ls="", mfc="white", mec=MUTED, label=tr("neither")),
    ]


def _points(axes: Axes, rows: pd.DataFrame, names: tuple[str, str], colour: str) -> None:
    """Draw the points of one arrangement."""
    scale = [unit_style(registry()[name].unit).scale for name in names]
    x, y = (rows[name].to_numpy() * s for name, s in zip(names, scale, strict=True))
    sizes = []
    for name, factor, middle in zip(names, scale, (x, y), strict=True):
        low, high = (rows[f"{name}.{end}"].to_numpy() * factor for end in ("low", "high"))
        sizes.append(np.abs([middle - low, high - middle]))
    best, beaten = rows["efficient"].to_numpy(bool), rows["dominated"].to_numpy(bool)
    # Those of all points together would look like a grid.
    reach = sizes[1][:, best], sizes[0][:, best]
    axes.errorbar(x[best], y[best], *reach, fmt="none", ecolor=colour, elinewidth=0.7, alpha=0.6)
    rest = ~best & ~beaten
    axes.plot(x[rest], y[rest], marker="o", ls="", mfc="white", mec=colour)
    axes.plot(x[beaten], y[beaten], marker="x", ls="", color=colour)
    order = np.argsort(x[best])
    axes.plot(x[best][order], y[best][order], marker="o", color=colour, lw=1.2)


@style()
def tornado(result: Robustness, outcome: str, arrangement: str) -> Drawing:
    """Draw how far each number alone moves a difference, from one end of its range to the other.

    Outcome and arrangement are of the study; its data are the rows of the difference.

    Raises
    ------
    ValueError
        If the study has no such difference.
    """
    rows = result.tornado
    rows = rows[(rows["outcome"] == outcome) & (rows["arrangement"] == arrangement)]
    if not len(rows):
        raise ValueError(f"{outcome} under {arrangement} was not moved one at a time")
    keys = list(dict.fromkeys(rows["key"]))[:_MOST_BARS]
    mark = registry()[outcome]
    scale = unit_style(mark.unit)
    figure = Drawing(7.6, 1.9 + 0.32 * len(keys))
    axes = figure.subplots()
    colour = looks(result.aims.every)[arrangement].colour
    for place, key in enumerate(keys):
        _bar(axes, place, rows[rows["key"] == key].to_dict("records"), (scale.scale, colour))
    now = result.signs
    now = now[(now["outcome"] == outcome) & (now["arrangement"] == arrangement)]
    axes.axvline(float(now["difference"].iloc[0]) * scale.scale, color=MUTED, lw=1.0, ls=":")
    axes.axvline(0.0, color=INK, lw=1.0)
    named_rows(axes, keys)
    number_axis(axes, "x", tr("Difference ({unit})", unit=scale.step_axis))
    title = tr(
        "One at a time: {outcome}, {arrangement} less {baseline}",
        outcome=tr(mark.label),
        arrangement=arrangement_text(arrangement).lower(),
        baseline=arrangement_text(result.aims.baseline).lower(),
    )
    return figure.finish(title, _tornado_note(result), rows, _ends(colour))


def _bar(axes: Axes, place: int, ends: list[dict[Any, Any]], look: tuple[float, str]) -> None:
    """Draw one number at both ends of its range, to a scale and in a colour."""
    scale, colour = look
    values = [row["difference"] * scale for row in ends]
    axes.plot(values, [place, place], color=colour, lw=6.0, alpha=0.35, solid_capstyle="butt")
    for row, value in zip(ends, values, strict=True):
        face = "white" if row["end"] == "low" else colour
        reach = 2.0 * row["standard_error"] * scale
        axes.plot([value - reach, value + reach], [place, place], color=colour, lw=0.8)
        axes.plot(value, place, marker="o", ms=6, mfc=face, mec=colour)


def _ends(colour: str) -> list[Line2D]:
    return [
        Line2D(
            [], [], marker="o", ls="", mfc=face, mec=colour, label=tr(f"{end} end of its range")
        )
        for end, face in (("low", "white"), ("high", colour))
    ]


def _tornado_note(result: Robustness) -> str:
    return tr(
        "Each number alone at either end of its range, all others as they are, in {count}"
        " replications with common luck; thin lines: two standard errors; dotted: at present"
        " values. Says nothing of what numbers do together.",
        count=result.trial.replications,
    )
