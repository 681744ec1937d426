"""Figures of studies: parts of a gap, leads across the cycle, stress, and boxes of worlds.

Each takes the frozen result of a study; the frame behind a figure is its ``data``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from sim.base.language import gap, tr
from sim.base.wording import UnitStyle, arrangement_text, percent_text, unit_style
from sim.outcomes.mark import registry
from sim.report.figures.style import (
    BETTER_SIDE,
    INK,
    MUTED,
    Drawing,
    banded,
    looks,
    named_rows,
    number_axis,
    style,
    undefined_row,
    undrawn_words,
)
from sim.scenario.key_words import key_text
from sim.studies.findings import TOTAL

if TYPE_CHECKING:
    # Results are drawn, not computed here: a figure loads no engine.
    from sim.studies.attribution import Attribution, Decomposition
    from sim.studies.breakeven import BreakEven
    from sim.studies.cycle import CrossCycle
    from sim.studies.discovery import Discovery, Region
    from sim.studies.frontier import Frontier
    from sim.studies.ranges import Range
    from sim.studies.robustness import Robustness
    from sim.studies.sensitivity import Sensitivity
    from sim.studies.stress import ReverseStress

MOST_BARS = 12
DIFFERENCE = "difference"
"""Kind of response, as `sim.studies.sensitivity` names it."""
_HALF = 0.36
_OF_MORRIS = (("mu_star", "sigma"), ("mu_star_conf",))


def axis_of(one: Range) -> str:
    """Write what a range moves, for an axis: its name, and the unit of the ticks."""
    return one.words if one.is_factor else f"{one.words} ({one.style.axis})"


def _entry(label: str, colour: str, **look: Any) -> Line2D:
    """Give an entry of a legend: a round mark, where nothing else is said."""
    return Line2D([], [], label=label, color=colour, **{"marker": "o", "ls": "", **look})


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
        rows = data[data["outcome"] == outcome].set_index(column).reindex(names)
        _bars(axes, rows, unit_style(registry()[outcome].unit))
        axes.set_title(tr(registry()[outcome].label))
    named_rows(panels[0], [tr(name.replace("_", " ")) for name in names])
    first, second = (arrangement_text(name).lower() for name in arrangements)
    note = tr(
        "Bars: mean part of each in the gap, with common random numbers; lines: {level} intervals"
        " over replications. Filled bars are clear of zero. The parts add up to the bar at the"
        " bottom.",
        level=percent_text(confidence),
    ) + undrawn_words(data, ["part"])
    title = tr("What makes the gap: {second} less {first}", second=second, first=first)
    return figure.finish(title, note, data)


def _bars(axes: Axes, rows: pd.DataFrame, scale: UnitStyle) -> None:
    for place, (name, row) in enumerate(rows.iterrows()):
        if np.isnan(row["part"]):
            undefined_row(axes, place)
            continue
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
    shown = [drawn[name] for name in names]
    handles = [_entry(look.label, look.colour, marker="", ls=look.line) for look in shown]
    against = arrangement_text(result.baseline).lower()
    note = tr(
        "Line: mean lead over {baseline} in cumulative profit before policy subsidy, over"
        " {count} replications with common random numbers; band: 95 % interval of the mean. Above"
        " zero the arrangement has earned more.",
        baseline=against, count=result.replications,
    ) + undrawn_words(data, ["value"])  # fmt: skip
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
        whiskers: dict[str, Any] = {"fmt": look.marker, "color": look.colour, "ms": 4, "lw": 0.8}
        axes.errorbar(rows["years"], middle, yerr=reach, **whiskers)
    axes.axhline(condition.limit * scale.scale, color=INK, lw=1.2, ls="--")
    number_axis(axes, "x", tr("Length of the {regime} (years)", regime=tr(result.regime)))
    number_axis(axes, "y", f"{tr(condition.mark.label)} ({scale.axis})")
    handles = [_entry(drawn[n].label, drawn[n].colour, marker=drawn[n].marker) for n in names]
    note = tr(
        "Marks: mean over {count} replications under one stress, with its 95 % interval; starts"
        " and depths are mixed. Dashed: the limit.",
        count=result.replications,
    ) + undrawn_words(data[data["arrangement"].isin(names)], ["value"])
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
    sign = 1.0 if registry()[result.scope.outcomes[0]].better == "higher" else -1.0
    side = sign * value > 0.0 if region.side == "better" else sign * value < 0.0
    figure = Drawing(6.4, 4.8)
    axes = figure.subplots()
    _box(axes, result, region, (axis[0], axis[1]))
    own = looks(result.scope.every)[region.arrangement].colour
    for chosen, colour, marker in ((side, own, "o"), (~side & value.notna(), MUTED, "x")):
        rows = data[chosen]
        x, y = (rows[one.label] * one.style.scale for one in (across, up))
        axes.scatter(x, y, color=colour, marker=marker, s=18)
    number_axis(axes, "x", axis_of(across))
    number_axis(axes, "y", axis_of(up))
    handles = [_entry(tr(region.side), own), _entry(tr("other worlds"), MUTED, marker="x")]
    note = tr(
        "Each mark is a world of {count} replications; shaded: the box, which {verdict}. Numbers"
        " with limits that are not drawn: {hidden}.",
        count=result.layout.replications, verdict=region.verdict,
        hidden=max(len(region.box.limited()) - 2, 0),
    ) + undrawn_words(data, [str(value.name)], [])  # fmt: skip
    words, name = "Worlds in which {arrangement} is {side}", arrangement_text(region.arrangement)
    title = tr(words, arrangement=name, side=tr(region.side))
    return figure.finish(title, note, data, handles)


def _box(axes: Axes, result: Discovery, region: Region, axis: tuple[int, int]) -> None:
    """Shade the box on two of its axes."""
    ends = []
    for n in axis:
        one = result.ranges[n]
        low = max(float(region.box.low[n]), one.low)
        width = min(float(region.box.high[n]), one.high) - low
        ends.append((low * one.style.scale, width * one.style.scale))
    (left, width), (bottom, height) = ends
    look: dict[str, Any] = {"facecolor": BETTER_SIDE, "edgecolor": MUTED, "zorder": 0}
    axes.add_patch(Rectangle((left, bottom), width, height, **look))


@style()
def breakeven(result: BreakEven) -> Drawing:
    """Draw a difference over the range of a number, and where it crosses zero; data: the curve."""
    curve, scale = result.curve, unit_style(registry()[result.equation.outcome].unit)
    figure = Drawing(7.2, 4.0)
    axes = figure.subplots()
    place = result.range.style.scale
    x, y = (
        place * curve["at"].to_numpy(),
        curve[["difference", "low", "high"]].to_numpy() * scale.scale,
    )
    # A difference belongs to two arrangements and has the colour of neither.
    axes.fill_between(x, y[:, 1], y[:, 2], color=MUTED, alpha=0.2, lw=0)
    axes.plot(x, y[:, 0], color=MUTED, marker="o", ms=3.5)
    axes.axhline(0.0, color=INK, lw=1.0)
    for one in result.crossings:
        ends = [place * one.low, place * one.high]
        axes.plot(ends, [0.0, 0.0], color=INK, lw=4.0, solid_capstyle="butt")
        axes.plot(place * one.value, 0.0, marker="D", ms=7, mfc="white", mec=INK, mew=1.6)
    number_axis(axes, "x", axis_of(result.range))
    number_axis(axes, "y", tr("Difference ({unit})", unit=scale.step_axis))
    note = tr(
        "Line: mean difference over up to {count} replications with common random numbers; band:"
        " {level} interval of the mean at each value. Diamond and bar on the zero line: where the"
        " mean is zero, and the values at which zero is not rejected.",
        count=int(curve["replications"].max()), level=percent_text(result.confidence),
    ) + undrawn_words(curve, ["difference"])  # fmt: skip
    return figure.finish(result.equation.words(), note, curve)


@style()
def frontier(result: Frontier) -> Drawing:
    """Draw two outcomes against each other over the points of a design; data: its frame."""
    data, (first, second) = result.frame(), result.scope.outcomes
    marks = registry()
    figure = Drawing(7.2, 5.0)
    axes = figure.subplots()
    look = looks(result.scope.every)
    for name, rows in data.groupby("arrangement", sort=False):
        _points(axes, rows, (first, second), look[str(name)].colour)
    for which, name in (("x", first), ("y", second)):
        number_axis(axes, which, f"{tr(marks[name].label)} ({unit_style(marks[name].unit).axis})")
        values = data[name].to_numpy() * unit_style(marks[name].unit).scale
        low, high = np.nanmin(values), np.nanmax(values)
        if high > low:  # the intervals of levels may be many times as wide as the points
            room = 0.25 * (high - low)
            axes.set(**{f"{which}lim": (low - room, high + room)})
    note = tr(
        "Filled marks, joined: efficient by their means. Crosses: clearly dominated by another"
        " point on both outcomes. Thin lines: 95 % intervals of the efficient ones over {count}"
        " replications, which may leave the picture; points used common random numbers, so they"
        " are compared better than these intervals show.",
        count=result.outcome_array.values.shape[1],
    ) + undrawn_words(data, result.scope.outcomes, [])
    handles = [
        *(_entry(look[name].label, look[name].colour) for name in result.scope.arrangements),
        _entry(tr("efficient set"), MUTED, ls="-", lw=1.2),
        _entry(tr("clearly dominated"), MUTED, marker="x"),
        _entry(tr("neither"), MUTED, mfc="white"),
    ]
    one, two = (tr(marks[name].label) for name in (first, second))
    title = tr("{one} against {two}", one=one, two=two.lower())
    return figure.finish(title, note, data, handles)


def _points(axes: Axes, rows: pd.DataFrame, names: tuple[str, str], colour: str) -> None:
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

    Outcome and arrangement are of the study; its data are the rows of the difference. Raises
    ValueError if the study has no such difference.
    """
    rows = result.tornado
    rows = rows[(rows["outcome"] == outcome) & (rows["arrangement"] == arrangement)]
    if not len(rows):
        raise ValueError(f"{outcome} under {arrangement} was not moved one at a time")
    keys = list(dict.fromkeys(rows["key"]))[:MOST_BARS]
    mark = registry()[outcome]
    scale = unit_style(mark.unit)
    figure = Drawing(7.6, 1.9 + 0.32 * len(keys))
    axes = figure.subplots()
    colour = looks(result.scope.every)[arrangement].colour
    for place, key in enumerate(keys):
        _bar(axes, place, rows[rows["key"] == key].to_dict("records"), (scale.scale, colour))
    now = result.signs
    now = now[(now["outcome"] == outcome) & (now["arrangement"] == arrangement)]
    axes.axvline(float(now["difference"].iloc[0]) * scale.scale, color=MUTED, lw=1.0, ls=":")
    axes.axvline(0.0, color=INK, lw=1.0)
    named_rows(axes, [key_text(key) for key in keys])
    number_axis(axes, "x", tr("Difference ({unit})", unit=scale.step_axis))
    one, other = (arrangement_text(name).lower() for name in (arrangement, result.scope.baseline))
    words = "One at a time: {outcome}, {arrangement} less {baseline}"
    title = tr(words, outcome=tr(mark.label), arrangement=one, baseline=other)
    note = tr(
        "Each number alone at either end of its range, all others as they are, in {count}"
        " replications with common random numbers; thin lines: two standard errors; dotted: at"
        " present values. Says nothing of what numbers do together.",
        count=result.trial.replications,
    ) + undrawn_words(rows[rows["key"].isin(keys)], ["difference"], ["standard_error"])
    handles = [
        _entry(tr(f"{end} end of its range"), colour, mfc=face)
        for end, face in (("low", "white"), ("high", colour))
    ]
    return figure.finish(title, note, rows, handles)


def _bar(axes: Axes, place: int, ends: list[dict[Any, Any]], look: tuple[float, str]) -> None:
    """Draw one number at both ends of its range, to a scale and in a colour."""
    scale, colour = look
    if all(np.isnan(row["difference"]) for row in ends):
        undefined_row(axes, place)
    values = [row["difference"] * scale for row in ends]
    axes.plot(values, [place, place], color=colour, lw=6.0, alpha=0.35, solid_capstyle="butt")
    for row, value in zip(ends, values, strict=True):
        face = "white" if row["end"] == "low" else colour
        reach = 2.0 * row["standard_error"] * scale
        axes.plot([value - reach, value + reach], [place, place], color=colour, lw=0.8)
        axes.plot(value, place, marker="o", ms=6, mfc=face, mec=colour)


@style()
def sensitivity(
    result: Sensitivity, outcome: str, arrangement: str, kind: str = DIFFERENCE
) -> Drawing:
    """Draw the indices of one response, strongest number first.

    Sobol's first-order and total indices, or Morris' effects, with their bootstrap intervals;
    `kind` says whether the response is the difference from the baseline or the level. The data
    are the rows of the response. Raises ValueError if the study has no such response.
    """
    found = result.indices
    rows = found[(found["outcome"] == outcome) & (found["arrangement"] == arrangement)]
    rows = rows[rows["kind"] == kind]
    if rows.empty:
        raise ValueError(f"{kind} of {outcome} under {arrangement} was not analysed")
    shown = rows.head(MOST_BARS)
    colour = looks(result.scope.every)[arrangement].colour
    figure = Drawing(7.8, 1.9 + 0.34 * len(shown))
    axes = figure.subplots()
    is_sobol = result.how.method == "sobol"
    handles = (_sobol if is_sobol else _morris)(axes, shown, colour)
    values, ends = (("S1", "ST"), ("S1_conf", "ST_conf")) if is_sobol else _OF_MORRIS
    for place in np.flatnonzero(shown[list(values)].isna().any(axis=1)):
        undefined_row(axes, float(place))
    axes.axvline(0.0, color=INK, lw=1.0)
    named_rows(axes, [key_text(key) for key in shown["key"]])
    note = _note(result, len(rows)) + undrawn_words(shown, values, ends)
    return figure.finish(_title(result, outcome, arrangement, kind), note, rows, handles)


def _sobol(axes: Axes, rows: pd.DataFrame, colour: str) -> list[Any]:
    """Draw first-order above total index, both as shares of variance."""
    unit = unit_style("share")
    for place, row in enumerate(rows.to_dict("records")):
        for name, top in (("S1", place - _HALF / 2), ("ST", place + _HALF / 2)):
            face = colour if name == "S1" else "none"
            size, half = (row[one] * unit.scale for one in (name, f"{name}_conf"))
            _index_bar(axes, top, size, half, (colour, face))
    number_axis(axes, "x", f"{tr('Share of the variance over all ranges')} ({unit.axis})")
    return [
        Patch(facecolor=colour, edgecolor=colour, label=tr("alone (first-order index)")),
        Patch(facecolor="none", edgecolor=colour, label=tr("with all others (total index)")),
    ]


def _morris(axes: Axes, rows: pd.DataFrame, colour: str) -> list[Any]:
    """Draw mean sizes of effects as bars, and their spread as marks."""
    unit = unit_style(str(rows["unit"].iloc[0]))
    for place, row in enumerate(rows.to_dict("records")):
        size, half = (row[name] * unit.scale for name in ("mu_star", "mu_star_conf"))
        _index_bar(axes, place, size, half, (colour, colour))
        axes.plot(row["sigma"] * unit.scale, place, marker="D", ms=5, mfc="white", mec=INK, ls="")
    number_axis(axes, "x", tr("Effect over the whole range ({unit})", unit=unit.step_axis))
    spread = tr("how far it depends on the others (sigma)")
    return [
        Patch(facecolor=colour, edgecolor=colour, label=tr("mean size of the effect (mu*)")),
        _entry(spread, INK, marker="D", ms=5, mfc="white"),
    ]


def _index_bar(
    axes: Axes, place: float, size: float, half: float, colours: tuple[str, str]
) -> None:
    """Draw one bar, filled or hollow, with its interval."""
    edge, face = colours
    axes.barh(place, size, height=_HALF, edgecolor=edge, facecolor=face, lw=1.0)
    axes.plot([size - half, size + half], [place, place], color=INK, lw=1.2)


def _title(result: Sensitivity, outcome: str, arrangement: str, kind: str) -> str:
    label, name = tr(registry()[outcome].label), arrangement_text(arrangement)
    subject = tr("{outcome}, {arrangement}", outcome=label, arrangement=name.lower())
    if kind == DIFFERENCE:
        baseline = arrangement_text(result.scope.baseline)
        subject = tr("{subject} less {baseline}", subject=subject, baseline=baseline.lower())
    if result.how.method == "sobol":
        return tr("Shares of variance (Sobol): {subject}", subject=subject)
    return tr("Effects (Morris): {subject}", subject=subject)


def _note(result: Sensitivity, count: int) -> str:
    note = tr(
        "Lines: 95 % bootstrap intervals over the points of the design. Every point used common"
        " random numbers in {count} replications.",
        count=result.how.replications,
    )
    if result.how.method == "sobol":
        note += gap() + tr(
            "Where the total index exceeds the first-order one, the number acts together with"
            " others; an index near zero may be estimated below it."
        )
    if count > MOST_BARS:
        note += gap() + tr(
            "The {shown} strongest of {count} numbers.", shown=MOST_BARS, count=count
        )
    return note
