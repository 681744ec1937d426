"""Figures of studies: parts of a gap, leads across the cycle, stress, and boxes of worlds.

Each takes the frozen result of a study; the frame behind a figure is its ``data``.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from sim.analysis.estimates import FloatArray
from sim.base.language import gap, tr
from sim.base.wording import arrangement_text, percent_text, unit_name, unit_style
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
)
from sim.scenario.parameters import PLACE, matches, parameters
from sim.scenario.scenario import Scenario
from sim.scenario.toml_text import split_key
from sim.studies.findings import TOTAL
from sim.studies.ranges import Range
from sim.studies.sensitivity import DIFFERENCE

# --- Keys of a scenario on an axis, with their units ---------------------------------------------


def axis_of(one: Range) -> str:
    """Write what a range moves, for an axis: the key with its unit.

    Examples
    --------
    >>> axis_of(Range("underwriting.tolerance_rate", 0.0, 0.05))
    'underwriting.tolerance_rate (per year)'
    >>> axis_of(Range("lifecycle.setback_hazard", 0.5, 2.0, is_factor=True))
    'lifecycle.setback_hazard (factor)'
    """
    if one.is_factor:
        return one.label
    unit = unit_of(one.key)
    return f"{one.label} ({unit})" if unit else one.label


def unit_of(key: str) -> str:
    """Give the unit of a key; empty where none is declared.

    Examples
    --------
    >>> unit_of("arrangement.revenue_swap.upside.coverage"), unit_of("lifecycle.no_such")
    ('share of line', '')
    """
    path = tuple(part for part in split_key(key) if isinstance(part, str))
    for known, unit in _units().items():
        if matches(known, path):
            return unit
    # What a sector has of its own is declared with the group that it overrides; numbers by
    # regime, with the table that holds them.
    rest = path[2:] if path[0] == "sector" and len(path) > 2 else path[:-1]
    return unit_of(".".join(rest)) if rest else ""


@cache
def _units() -> dict[tuple[str, ...], str]:
    """Units by path, without places in lists."""
    found: dict[tuple[str, ...], str] = {}
    for one in parameters(Scenario):
        path = tuple(part for part in one.path if isinstance(part, str) and part != PLACE)
        found.setdefault(path, unit_name(one.unit))
    return found


# --- Figures of studies: parts of a gap, leads across the cycle, stress, and boxes of worlds -----


if TYPE_CHECKING:
    # Results are drawn, not computed here: a figure loads no engine.
    from sim.studies.attribution import Attribution, Decomposition
    from sim.studies.cycle import CrossCycle
    from sim.studies.discovery import Discovery, Region
    from sim.studies.stress import ReverseStress


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


# --- Figures of studies over ranges: a break-even, a frontier, and what one number does alone ----
# Each takes the frozen result of a study; the frame behind a figure is its ``data``.


if TYPE_CHECKING:
    # Results are drawn, not computed here: a figure loads no engine.
    from sim.studies.breakeven import BreakEven
    from sim.studies.frontier import Frontier
    from sim.studies.robustness import Robustness

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


# --- Bars of sensitivity: what each number does alone, and together with the others --------------
# The figure takes the frozen result of a study; the frame behind it is its ``data``.


if TYPE_CHECKING:
    # Results are drawn, not computed here: a figure loads no engine.
    from sim.studies.sensitivity import Sensitivity

MOST_BARS = 12
_HALF = 0.36


@style()
def sensitivity(
    result: Sensitivity, outcome: str, arrangement: str, kind: str = DIFFERENCE
) -> Drawing:
    """Draw the indices of one response, strongest number first.

    Sobol's first-order and total indices, or Morris' effects, with their bootstrap intervals;
    `kind` says whether the response is the difference from the baseline or the level. The data
    are the rows of the response.

    Raises
    ------
    ValueError
        If the study has no such response.
    """
    found = result.indices
    rows = found[(found["outcome"] == outcome) & (found["arrangement"] == arrangement)]
    rows = rows[rows["kind"] == kind]
    if rows.empty:
        raise ValueError(f"{kind} of {outcome} under {arrangement} was not analysed")
    shown = rows.head(MOST_BARS)
    colour = looks(result.aims.every)[arrangement].colour
    figure = Drawing(7.8, 1.9 + 0.34 * len(shown))
    axes = figure.subplots()
    is_sobol = result.how.method == "sobol"
    handles = (_sobol if is_sobol else _morris)(axes, shown, colour)
    axes.axvline(0.0, color=INK, lw=1.0)
    named_rows(axes, shown["key"].tolist())
    return figure.finish(
        _title(result, outcome, arrangement, kind), _note(result, len(rows)), rows, handles
    )


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
    mark = {"marker": "D", "ms": 5, "mfc": "white", "mec": INK, "ls": ""}
    spread = tr("how far it depends on the others (sigma)")
    return [
        Patch(facecolor=colour, edgecolor=colour, label=tr("mean size of the effect (mu*)")),
        Line2D([], [], label=spread, **mark),  # type: ignore[arg-type]
    ]


def _index_bar(
    axes: Axes, place: float, size: float, half: float, colours: tuple[str, str]
) -> None:
    """Draw one bar, filled or hollow, with its interval."""
    edge, face = colours
    axes.barh(place, size, height=_HALF, edgecolor=edge, facecolor=face, lw=1.0)
    axes.plot([size - half, size + half], [place, place], color=INK, lw=1.2)


def _title(result: Sensitivity, outcome: str, arrangement: str, kind: str) -> str:
    """Name the response and the method."""
    label, name = tr(registry()[outcome].label), arrangement_text(arrangement)
    subject = tr("{outcome}, {arrangement}", outcome=label, arrangement=name.lower())
    if kind == DIFFERENCE:
        baseline = arrangement_text(result.aims.baseline)
        subject = tr("{subject} less {baseline}", subject=subject, baseline=baseline.lower())
    if result.how.method == "sobol":
        return tr("Shares of variance (Sobol): {subject}", subject=subject)
    return tr("Effects (Morris): {subject}", subject=subject)


def _note(result: Sensitivity, count: int) -> str:
    """Say what bars and lines are and from how many replications."""
    note = tr(
        "Lines: 95 % bootstrap intervals over the points of the design. Every point met the"
        " same luck in {count} replications.",
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
