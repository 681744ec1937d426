"""Figures of studies: parts of a gap, leads across the cycle, stress, and boxes of worlds.

Each takes the frozen result of a study; the frame behind a figure is its ``data``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from sim.base.language import tr
from sim.outcomes.mark import registry
from sim.outcomes.wording import arrangement_text, percent_text, unit_style
from sim.show.keys import axis_of
from sim.show.style import (
    BETTER_SIDE,
    INK,
    MUTED,
    Drawing,
    banded,
    looks,
    named_rows,
    number_axis,
    style,
)
from sim.study.findings import TOTAL

if TYPE_CHECKING:
    # Results are drawn, not computed here: a figure loads no engine.
    from sim.study.attribution import Attribution
    from sim.study.cycle import CrossCycle
    from sim.study.decomposition import Decomposition
    from sim.study.discovery_result import Discovery, Region
    from sim.study.reverse_stress import ReverseStress


def attribution(result: Attribution) -> Drawing:
    """Draw the part of every clause in the gap, one panel an outcome; data: the result's frame."""
    first, second = result.game.first, result.game.second
    return _parts(result.frame(), "clause", (first, second), result.confidence)


def decomposition(result: Decomposition) -> Drawing:
    """Draw terms, volume and selection in the gap, one panel an outcome; data: its frame."""
    return _parts(result.frame(), "step", result.arrangements, result.confidence)


@style()
def _parts(
    data: pd.DataFrame, column: str, arrangements: tuple[str, str], confidence: float
) -> Drawing:
    """Draw parts with their intervals, and their sum beneath them."""
    outcomes = list(dict.fromkeys(data["outcome"]))
    names = list(dict.fromkeys(data[column]))
    figure = Drawing(2.4 + 3.0 * len(outcomes), 1.3 + 0.3 * len(names))
    panels = figure.subplots(1, len(outcomes), squeeze=False, sharey=True)[0]
    for axes, outcome in zip(panels, outcomes, strict=True):
        _bars(axes, data[data["outcome"] == outcome].set_index(column).reindex(names))
        axes.set_title(tr(registry()[outcome].label))
    named_rows(panels[0], [tr(name.replace("_", " ")) for name in names])
    first, second = (arrangement_text(name).lower() for name in arrangements)
    note = tr(
        "Bars: mean part of each in the gap, in the same luck; lines: {level} intervals over"
        " replications. Filled bars are clear of zero. The parts add up to the bar at the"
        " bottom.",
        level=percent_text(confidence),
    )
    title = tr("What makes the gap: {second} less {first}", second=second, first=first)
    return figure.finish(title, note, data)


def _bars(axes: Axes, rows: pd.DataFrame) -> None:
    """Draw the parts of one outcome."""
    scale = unit_style(str(rows["unit"].iloc[0]))
    for place, (name, row) in enumerate(rows.iterrows()):
        ends = [row["low"] * scale.scale, row["high"] * scale.scale]
        clear = ends[0] > 0.0 or ends[1] < 0.0
        # A part belongs to no arrangement and has the colour of none.
        colour = INK if name == TOTAL else MUTED
        axes.barh(
            place, row["part"] * scale.scale, height=0.6, edgecolor=colour,
            color=colour if clear else "none", alpha=0.75 if clear else 1.0,
        )  # fmt: skip
        axes.plot(ends, [place, place], color=INK, lw=1.2)
    axes.axvline(0.0, color=INK, lw=1.0)
    axes.grid(visible=False, axis="y")
    number_axis(axes, "x", scale.step_axis)


@style()
def leads(result: CrossCycle) -> Drawing:
    """Draw the lead of each arrangement over the baseline in cumulative profit.

    Its data is the table of leads.
    """
    data = result.tables["leads"]
    names = list(dict.fromkeys(data["arrangement"]))
    drawn = looks([result.baseline, *names])
    figure = Drawing(7.2, 4.2)
    axes = figure.subplots()
    for name in names:
        rows, look = data[data["arrangement"] == name], drawn[name]
        banded(axes, rows["year"], [rows[end] for end in ("low", "value", "high")], look, 0.15)
    axes.axhline(0.0, color=INK, lw=1.0)
    number_axis(axes, "x", tr("Years from the start date"))
    number_axis(axes, "y", tr("Lead (CNY million)"))
    handles = [
        Line2D([], [], color=drawn[name].colour, ls=drawn[name].line, label=drawn[name].label)
        for name in names
    ]
    against = arrangement_text(result.baseline).lower()
    note = tr(
        "Line: mean lead over {baseline} in cumulative profit before policy tolerance, over"
        " {count} replications in the same luck; band: 95 % interval of the mean. Above zero"
        " the arrangement has earned more.",
        baseline=against,
        count=result.replications,
    )
    title = tr("Lead over {baseline} in cumulative profit", baseline=against)
    return figure.finish(title, note, data, handles)


@style()
def stress(result: ReverseStress) -> Drawing:
    """Draw the outcome under every stress that was tried, and the limit; data: all that was."""
    data, condition = result.tried, result.condition
    scale = unit_style(condition.mark.unit)
    names = [answer.arrangement for answer in result.answers]
    drawn = looks(result.every)
    figure = Drawing(7.2, 4.2)
    axes = figure.subplots()
    for name in names:
        rows, look = data[data["arrangement"] == name], drawn[name]
        middle = rows["value"] * scale.scale
        reach = [middle - rows["low"] * scale.scale, rows["high"] * scale.scale - middle]
        axes.errorbar(
            rows["years"], middle, yerr=reach, fmt=look.marker, color=look.colour, ms=4, lw=0.8
        )
    axes.axhline(condition.limit * scale.scale, color=INK, lw=1.2, ls="--")
    number_axis(axes, "x", tr("Length of the {regime} (years)", regime=tr(result.regime)))
    number_axis(axes, "y", f"{tr(condition.mark.label)} ({scale.axis})")
    handles = [
        Line2D([], [], color=drawn[n].colour, marker=drawn[n].marker, ls="", label=drawn[n].label)
        for n in names
    ]
    note = tr(
        "Marks: mean over {count} replications under one stress, with its 95 % interval; starts"
        " and depths are mixed. Dashed: the limit.",
        count=result.replications,
    )
    title = tr("Stress: {outcome}", outcome=tr(condition.mark.label))
    return figure.finish(title, note, data, handles)


def boxed(result: Discovery) -> list[Region]:
    """Give the regions of a discovery that can be drawn: those with a box."""
    return [region for region in result.regions if region.box.limited()]


@style()
def worlds(result: Discovery, region: Region) -> Drawing:
    """Draw worlds by the two numbers that tell most, and the box of one region of `boxed`.

    Its data is the table of worlds.
    """
    axis = sorted(region.box.limited(), key=lambda one: region.chance[one])[:2]
    if len(axis) == 1:
        axis.append(next(n for n in range(len(result.ranges)) if n != axis[0]))
    across, up = (result.ranges[n] for n in axis)
    data = result.worlds
    value = data[f"{region.arrangement}: difference"]
    sign = 1.0 if registry()[result.aims.outcomes[0]].better == "higher" else -1.0
    side = sign * value > 0.0 if region.side == "better" else sign * value < 0.0
    figure = Drawing(6.4, 4.8)
    axes = figure.subplots()
    _box(axes, result, region, (axis[0], axis[1]))
    own = looks(result.aims.every)[region.arrangement].colour
    for chosen, colour, marker in ((side, own, "o"), (~side, MUTED, "x")):
        rows = data[chosen]
        axes.scatter(rows[across.label], rows[up.label], color=colour, marker=marker, s=18)
    number_axis(axes, "x", axis_of(across))
    number_axis(axes, "y", axis_of(up))
    handles = [
        Line2D([], [], color=own, marker="o", ls="", label=tr(region.side)),
        Line2D([], [], color=MUTED, marker="x", ls="", label=tr("other worlds")),
    ]
    name = arrangement_text(region.arrangement)
    note = tr(
        "Each mark is a world of {count} replications; shaded: the box, which {verdict}. Numbers"
        " with limits that are not drawn: {hidden}.",
        count=result.layout.replications,
        verdict=region.verdict,
        hidden=max(len(region.box.limited()) - 2, 0),
    )
    words = "Worlds in which {arrangement} is {side}"
    title = tr(words, arrangement=name, side=tr(region.side))
    return figure.finish(title, note, data, handles)


def _box(axes: Axes, result: Discovery, region: Region, axis: tuple[int, int]) -> None:
    """Shade the box on two of its axes."""
    ends = []
    for n in axis:
        one = result.ranges[n]
        low = max(float(region.box.low[n]), one.low)
        ends.append((low, min(float(region.box.high[n]), one.high) - low))
    (left, width), (bottom, height) = ends
    axes.add_patch(
        Rectangle((left, bottom), width, height, facecolor=BETTER_SIDE, edgecolor=MUTED, zorder=0)
    )
