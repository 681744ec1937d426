"""Firms on their way between the stages of life: ribbons over time, and what changes them."""

from collections import defaultdict
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from sim.analysis.estimates import FloatArray
from sim.analysis.outcomes_table import ResultsView, arrangement_order
from sim.base.errors import OutcomeError
from sim.base.language import tr
from sim.base.wording import arrangement_text, percent_text, plain_number
from sim.outcomes.series import MOVED
from sim.report.figures.curves import (
    BAND,
    CURVES,
    DATE,
    LEVEL,
    SPREAD,
    STEP,
    curve_data,
    curve_line,
    family_parts,
    has_series,
    level_and_difference,
    replications_of,
)
from sim.report.figures.letters import fill
from sim.report.figures.style import INK, Drawing, Look, looks, named_rows, number_axis, style

STAGES = {
    "startup": "Start-up", "growth": "Growth", "expansion": "Expansion", "mature": "Mature",
}  # fmt: skip
FLOW_STAGES = tuple(STAGES)
LEFT = ("listed", "acquired", "departed")
STAY = f"{MOVED}startup>startup"
"""The series that is there where any flow is."""
MOVES = {
    "to_growth": "From start-up to growth or further",
    "to_expansion": "From growth to expansion or further", "to_mature": "From expansion to mature",
    "back": "Back to an earlier stage", "left": "Left alive", "closed": "Closed",
}  # fmt: skip
"""Moves between two dates of a firm, of all periods together."""
ANY = "any"
Flow = tuple[str, str, float, float]
"""Source, target, start and end of the period."""


def lifecycle_flow_data(results: ResultsView, baseline: str | None = None) -> pd.DataFrame:
    """Give the frame behind `lifecycle_flow`.

    From the series ``stage_flow:SOURCE>TARGET``; differences refer to the baseline, by default
    the scenario's first arrangement. Columns arrangement, source, target, start, end (years),
    replications, mean, low, high (95 % interval of the mean), difference, difference_low,
    difference_high (firms). First the flows of each period, then the moves of `MOVES` over all
    periods, whose source is ``any``. Raises OutcomeError if there is no such series.
    """
    flows = _flows(results)
    order = arrangement_order(results, results.table(CURVES))
    against = baseline or order[0]
    if against not in flows:
        raise OutcomeError(f'baseline "{against}"', "has no flows", f"choose of {list(flows)}")
    names = [name for name in order if name in flows]
    # Not a set: its order, and so that of the rows, differs from process to process.
    every = dict.fromkeys(key for name in names for key in flows[name])
    keys = sorted(every, key=lambda key: key[2:])
    none = np.zeros(next(iter(flows[against].values())).size)
    rows = [
        _row(name, key, flows[name].get(key, none), flows[against].get(key, none))
        for name in names
        for key in keys
    ]
    span = (min(key[2] for key in keys), max(key[3] for key in keys))
    for name in names:
        for move in MOVES:
            own, base = (_total(flows[one], move, none) for one in (name, against))
            rows.append(_row(name, (ANY, move, *span), own, base))
    return pd.DataFrame(rows)


def _flows(results: ResultsView) -> dict[str, dict[Flow, FloatArray]]:
    """Give each flow of each period by replication, by arrangement."""
    index = ["arrangement", "series", "x"]
    parts = [
        rows.pivot_table(values="value", index=index, columns="replication", observed=True)
        for rows in family_parts(results, MOVED)
    ]
    wide = pd.concat(parts, axis="columns").fillna(0.0).sort_index()
    ends = sorted(wide.index.get_level_values("x").unique())
    starts = {end: start for start, end in pairwise([0.0, *ends])}
    found: dict[str, dict[Flow, FloatArray]] = {}
    for (name, flow, end), values in zip(wide.index, wide.to_numpy(np.float64), strict=True):
        source, target = flow.removeprefix(MOVED).split(">")
        found.setdefault(name, {})[source, target, starts[end], end] = values
    return found


def _total(flows: dict[Flow, FloatArray], move: str, none: FloatArray) -> FloatArray:
    """Sum one kind of move over all periods, by replication."""
    own = [values for key, values in flows.items() if is_move(move, key[0], key[1])]
    return np.asarray(np.sum([none, *own], axis=0))


def is_move(move: str, source: str, target: str) -> bool:
    """Say whether a flow belongs to a kind of move; one may belong to several."""
    if move == "left":
        return target in LEFT
    if move == "closed":
        return target == move
    if target not in FLOW_STAGES:
        return False
    # A firm that entered in the period began as a start-up.
    before = FLOW_STAGES.index(source) if source in FLOW_STAGES else 0
    after = FLOW_STAGES.index(target)
    if move == "back":
        return after < before
    return before < FLOW_STAGES.index(move.removeprefix("to_")) <= after


def _row(name: str, key: Flow, own: FloatArray, base: FloatArray) -> dict[str, Any]:
    columns = ("arrangement", "source", "target", "start", "end")
    row: dict[str, Any] = dict(zip(columns, (name, *key), strict=True))
    return row | level_and_difference(own, base)


ENTERED, CLOSED, GONE = "unborn", "closed", "left"
NAMES = {ENTERED: "New firms", CLOSED: "Closed", **STAGES, GONE: "Left alive"}
"""States from the bottom of the figure to its top."""
_SHADES = {ENTERED: 0.12, "startup": 0.2, "growth": 0.32, "expansion": 0.44, "mature": 0.56}
_WIDE, _GAP, _LOWEST = 0.05, 0.035, 0.022
"""Width of a node in a period; a gap, and the lowest node with a number, in all firms."""
_LETTERS = 20
"""Of a line of a label."""


class Node(NamedTuple):
    """Where one state stands at one date: its middle in years, lower end and height in firms."""

    x: float
    low: float
    size: float


Nodes = dict[tuple[float, str], Node]


@style()
def lifecycle_flow(results: ResultsView, baseline: str | None = None) -> Drawing:
    """Draw how firms move between stages under the baseline, and what others change in it.

    Parameters and errors as in `lifecycle_flow_data`; the flows of the baseline are drawn.
    Ribbons are as wide as the mean number of firms; beneath them stand the paired differences
    of moves over the whole experiment, with intervals.
    """
    data = lifecycle_flow_data(results, baseline)
    order = list(dict.fromkeys(data["arrangement"]))
    against = baseline or order[0]
    drawn = looks(arrangement_order(results, results.table(CURVES)))
    others = {name: drawn[name] for name in order if name != against}
    moves = data[data["source"] == ANY]
    # Those that some firm makes under some arrangement.
    moves = moves[moves.groupby("target", sort=False)["mean"].transform("max") > 0.0]
    rows = moves["target"].nunique() if others else 0
    low = 0.6 + rows * (0.16 + 0.09 * len(others)) if rows else 0.0
    figure = Drawing(9.2, 5.2 + low)
    heights = [3.9, low] if rows else [1.0]
    panels = figure.subplots(len(heights), 1, squeeze=False, height_ratios=heights)[:, 0]
    flows = data[(data["arrangement"] == against) & (data["source"] != ANY)]
    _alluvial(panels[0], flows, drawn[against])
    handles = []
    if rows:
        handles = _differences(panels[1], moves, others, arrangement_text(against).lower())
    figure.units = dict.fromkeys(("mean", "low", "difference"), "firms") | dict.fromkeys(
        ("start", "end"), "years"
    )
    title = tr("Firms on their way between the stages of life")
    return figure.finish(title, _note(data, against), data, handles)


def _alluvial(axes: Axes, flows: pd.DataFrame, look: Look) -> None:
    """Draw the flows of one arrangement as ribbons between nodes."""
    merged = flows.assign(target=flows["target"].replace(dict.fromkeys(LEFT, GONE)))
    table = merged.groupby(["start", "end", "source", "target"], sort=False)["mean"].sum()
    rows = table[table > 0.0].reset_index().to_dict("records")
    dates = sorted({row[side] for row in rows for side in ("start", "end")})
    nodes = _nodes(rows, dates)
    wide = _WIDE * _step(dates)
    for row, (one, two) in zip(rows, _ends(rows, nodes), strict=True):
        start = nodes[row["start"], row["source"]].x + wide / 2
        shape = _ribbon(
            (start, one), (nodes[row["end"], row["target"]].x - wide / 2, two), row["mean"]
        )
        shape.set_facecolor((*to_rgb(look.colour), _SHADES[row["source"]]))
        axes.add_patch(shape)
    for (_, state), node in nodes.items():
        bar = Rectangle((node.x - wide / 2, node.low), wide, node.size, lw=0.8, zorder=3)
        bar.set(facecolor=look.colour if state in FLOW_STAGES else "white", edgecolor=look.colour)
        axes.add_patch(bar)
    _numbers(axes, nodes, wide)
    _names(axes, nodes, dates)
    axes.set_title(look.label)


def _step(dates: list[float]) -> float:
    """Length of the longest period, years."""
    return float(np.max(np.diff(dates)))


def _nodes(rows: list[dict[Any, Any]], dates: list[float]) -> Nodes:
    """Place every state at every date: stages stand, others come and go in a period."""
    out: dict[tuple[float, str], float] = defaultdict(float)
    into: dict[tuple[float, str], float] = defaultdict(float)
    for row in rows:
        out[row["start"], row["source"]] += row["mean"]
        into[row["end"], row["target"]] += row["mean"]
    # A stock that is reached and left again counts once.
    size = {(d, state): max(out[d, state], into[d, state]) for d in dates for state in NAMES}
    gap = _GAP * max(sum(size[date, stage] for stage in FLOW_STAGES) for date in dates)
    nodes = {}
    for date in dates:
        height = 0.0
        for stage in FLOW_STAGES:
            nodes[date, stage] = Node(date, height, size[date, stage])
            height += size[date, stage] + gap
        nodes[date, GONE] = Node(date, height + gap, size[date, GONE])
        low = -2.0 * gap - size[date, CLOSED]
        nodes[date, CLOSED] = Node(date, low, size[date, CLOSED])
        later = date + 1.6 * _WIDE * _step(dates)
        low = -2.0 * gap - size[date, ENTERED]
        nodes[date, ENTERED] = Node(later, low, size[date, ENTERED])
    return {key: node for key, node in nodes.items() if node.size > 0.0}


def _ends(rows: list[dict[Any, Any]], nodes: Nodes) -> list[tuple[float, float]]:
    """Give the lower ends of every ribbon, stacked at both nodes from bottom to top."""
    place = list(NAMES).index
    ends = np.zeros((len(rows), 2))
    for side, (date, state, other) in enumerate(
        (("start", "source", "target"), ("end", "target", "source"))
    ):
        used: dict[tuple[float, str], float] = defaultdict(float)
        for n in sorted(range(len(rows)), key=lambda n: place(rows[n][other])):
            key = rows[n][date], rows[n][state]
            ends[n, side] = nodes[key].low + used[key]
            used[key] += rows[n]["mean"]
    return [(float(one), float(two)) for one, two in ends]


def _ribbon(one: tuple[float, float], two: tuple[float, float], size: float) -> PathPatch:
    """Make a ribbon of one height between the lower ends of its two sides."""
    (left, low), (right, high) = one, two
    middle = 0.5 * (left + right)
    points = [
        (left, low), (middle, low), (middle, high), (right, high),
        (right, high + size), (middle, high + size), (middle, low + size), (left, low + size),
        (left, low),
    ]  # fmt: skip
    curve = [Path.CURVE4] * 3
    path = Path(points, [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY])
    return PathPatch(path, lw=0, zorder=1)


def _extent(nodes: Nodes) -> tuple[float, float]:
    """Give the lowest and the highest place of any node, firms."""
    ends = [(node.low, node.low + node.size) for node in nodes.values()]
    return min(low for low, _ in ends), max(high for _, high in ends)


def _numbers(axes: Axes, nodes: Nodes, wide: float) -> None:
    """Write the number of firms beside every node that is high enough."""
    low, top = _extent(nodes)
    for (_, state), node in nodes.items():
        if node.size < _LOWEST * (top - low):
            continue
        left = state in (CLOSED, GONE)
        axes.text(
            node.x + (-0.8 if left else 0.8) * wide, node.low + node.size / 2,
            plain_number(node.size, 0), fontsize=7, va="center", ha="right" if left else "left",
            color=INK, zorder=4,
        )  # fmt: skip


def _names(axes: Axes, nodes: Nodes, dates: list[float]) -> None:
    """Name the states beside their last nodes, and the axes."""
    found = {state: node for (_, state), node in sorted(nodes.items(), key=lambda n: n[0][0])}
    first = next((n for (_, state), n in nodes.items() if state == ENTERED), None)
    if first is not None:
        at = (first.x - _WIDE * _step(dates), first.low + first.size / 2)
        axes.text(*at, tr(NAMES[ENTERED]), ha="right", va="center", fontsize=8.5)
    named = [state for state in NAMES if state in found and state != ENTERED]
    middles = [found[state].low + found[state].size / 2 for state in named]
    low, top = _extent(nodes)
    heights = spread(middles, 0.045 * (top - low))
    axes.yaxis.tick_right()
    axes.set_yticks(heights, [tr(NAMES[state]) for state in named])
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(dates[0] - 0.42 * _step(dates), dates[-1] + 0.24 * _step(dates))
    axes.set_ylim(low - 0.02 * (top - low), top + 0.02 * (top - low))
    axes.set_xticks(dates)
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)
    number_axis(axes, "x", tr("Time since the start (years)"))
    axes.set_ylabel(tr("Firms"))


def spread(heights: list[float], least: float) -> list[float]:
    """Move heights apart, upwards and no further than needed.

    >>> spread([0.0, 0.5, 4.0], 1.0)
    [0.0, 1.0, 4.0]
    """
    found: list[float] = []
    for height in heights:
        found.append(height if not found else max(height, found[-1] + least))
    return found


def _differences(
    axes: Axes, moves: pd.DataFrame, others: dict[str, Look], against: str
) -> list[Any]:
    """Draw the differences of all moves, one row a move; give the legend."""
    handles = []
    shown = list(dict.fromkeys(moves["target"]))
    for number, (name, look) in enumerate(others.items()):
        rows = moves[moves["arrangement"] == name].to_dict("records")
        shift = 0.7 * ((number + 0.5) / len(others) - 0.5)
        for place, row in enumerate(rows):
            ends = [row["difference_low"], row["difference_high"]]
            axes.plot(ends, [place + shift] * 2, color=look.colour, lw=1.8)
            axes.plot(row["difference"], place + shift, **_mark(look))
        handles.append(Line2D([], [], label=look.label, **_mark(look)))
    axes.axvline(0.0, color=INK, lw=1.0, zorder=1)
    named_rows(axes, [fill(tr(MOVES[move]), _LETTERS) for move in shown])
    axes.set_title(tr("Moves over all periods"))
    number_axis(axes, "x", tr("Difference from {name} (firms)", name=against))
    return handles


def _mark(look: Look) -> dict[str, Any]:
    return {"color": look.colour, "marker": look.marker, "ms": 5.5, "ls": ""}


def _note(data: pd.DataFrame, against: str) -> str:
    return tr(
        "Above: mean of {count} replications under {baseline}; a ribbon is as wide as the firms"
        " that stood at one end at one date and stand at the other at the next; new, closed, and"
        " listed or sold firms are those of the period. Below: mean paired difference over all"
        " periods; line: its 95 % interval.",
        count=int(data["replications"].max()), baseline=arrangement_text(against).lower(),
    )  # fmt: skip


# --- The stock of firms by stage over time: four panels of levels, four of differences -----------

PREFIX = "stage_count:"
_MOST_POINTS = 32


def lifecycle_data(results: ResultsView, baseline: str | None = None) -> pd.DataFrame:
    """Give the frame behind `lifecycle`.

    From the series ``stage_count:startup`` and so on: columns stage and those of
    `sim.report.figures.curves.curve_data`. Raises OutcomeError if no stage has a series.
    """
    present = [stage for stage in STAGES if has_series(results, PREFIX + stage)]
    parts = []
    for stage in present or list(STAGES)[:1]:
        part = curve_data(results, PREFIX + stage, baseline)
        part.insert(0, "stage", stage)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


@style()
def lifecycle(results: ResultsView, baseline: str | None = None) -> Drawing:
    """Draw the number of firms in each stage over time, and how arrangements change it.

    Parameters and errors as in `lifecycle_data`. Above stand levels with the band of
    replications; below, paired differences with the interval of their mean.
    """
    data = lifecycle_data(results, baseline)
    order = arrangement_order(results, results.table(CURVES))
    drawn = {name: look for name, look in looks(order).items() if name in set(data["arrangement"])}
    against = baseline or next(iter(drawn))
    against_text = arrangement_text(against).lower()
    stages = list(dict.fromkeys(data["stage"]))
    figure = Drawing(2.0 + 2.3 * len(stages), 5.2)
    panels = figure.subplots(2, len(stages), squeeze=False, sharex=True)
    handles = []
    for column, stage in enumerate(stages):
        part = data[data["stage"] == stage]
        handles = _column(panels[:, column], part, drawn, against)
        panels[0, column].set_title(tr(STAGES[stage]))
        number_axis(panels[1, column], "x", tr(DATE))
    for axes in panels[0]:
        number_axis(axes, "y", tr("Firms"))
    for axes in panels[1]:
        number_axis(axes, "y", tr("Difference from\n{baseline} (firms)", baseline=against_text))
    figure.units = dict.fromkeys(("mean", "low", "difference"), "firms")
    figure.heads = {"x": DATE, "low": BAND}
    return figure.finish(tr("Firms by stage of life over time"), _bars_note(data), data, handles)


def _column(
    pair: "np.ndarray[tuple[int], np.dtype[np.object_]]",
    part: pd.DataFrame,
    drawn: dict[str, Look],
    against: str,
) -> list[object]:
    """Draw one stage: levels above, differences below; give the lines for the legend."""
    lines = []
    for name, look in drawn.items():
        rows = part[part["arrangement"] == name]
        # Quarters that lie between are in the frame; so many points would only weigh on a page.
        rows = rows.iloc[:: max(-(-len(rows) // _MOST_POINTS), 1)]
        lines.append(curve_line(pair[0], rows, LEVEL, look, (1.0, 0.05), 0.2))
        if name != against:
            curve_line(pair[1], rows, STEP, look, (1.0, 0.13), 0.2)
    pair[1].axhline(0.0, color=drawn[against].colour, lw=1.4)
    return lines


def _bars_note(data: pd.DataFrame) -> str:
    return tr(
        "Line: mean of {count} replications. Band above: middle {spread} of replications; band"
        " below: 95 % interval of the mean paired difference, at each point alone.",
        count=replications_of(data),
        spread=percent_text(SPREAD),
    )
