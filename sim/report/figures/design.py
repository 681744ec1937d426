"""The figure of a designed contract: what is to be best against what must be kept.

It takes the frozen result of the study; the frame behind it is its ``data``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from sim.base.language import tr
from sim.base.wording import UnitStyle, arrangement_text, unit_style
from sim.outcomes.mark import registry
from sim.report.figures.style import (
    INK,
    MUTED,
    Drawing,
    Look,
    looks,
    number_axis,
    style,
    undrawn_words,
)

if TYPE_CHECKING:
    # Results are drawn, not computed here: a figure loads no engine.
    from sim.studies.condition import Condition
    from sim.studies.designed import Designed

_FACES = {"kept": ("o", True), "cannot be told": ("o", False)}
"""Mark of a point by what becomes of its bounds, and whether it is filled; others are crosses."""
_SHIPPED = "shipped terms"


@style()
def design(result: Designed) -> Drawing:
    """Draw the aim against each outcome that is bounded, over all points; data: all of them.

    Beside the points stand the arrangements at their shipped terms, and the limits. Where nothing
    is bounded, the share of firms that sign takes the place.
    """
    aim, bounds = result.task.aim.mark, result.task.bounds
    names = list(dict.fromkeys(one.outcome for one in bounds)) or _unbounded(result)
    data, look = drawn_frame(result), looks(result.task.whole.experiment.arrangements)
    figure = Drawing(2.6 + 4.6 * len(names), 4.8)
    panels = figure.subplots(1, len(names), squeeze=False, sharey=True)[0]
    for axes, name in zip(panels, names, strict=True):
        _points(axes, data, (name, aim.name), look[result.task.arrangement].colour)
        _shipped(axes, data, (name, aim.name), look)
        for k, bound in enumerate(bounds):
            if bound.outcome == name:
                _room(axes, result, k)
        number_axis(axes, "x", f"{tr(registry()[name].label)} ({_unit(name).axis})")
    number_axis(panels[0], "y", f"{tr(aim.label)} ({_unit(aim.name).axis})")
    note = tr(
        "Filled: points that keep every bound at the low end of its interval; hollow: it cannot be"
        " told; crosses: a bound is clearly broken. Dashed: limits. Other marks: arrangements at"
        " their shipped terms. Means over {count} replications with common random numbers. The"
        " line through the answer is the interval of its distance from the limit, paired by"
        " replication where that is the baseline.",
        count=result.found.values.shape[1],
    ) + undrawn_words(data, list(dict.fromkeys([aim.name, *names])), [])
    title = tr(
        "{aim} of {arrangement} against what must be kept", aim=tr(aim.label),
        arrangement=arrangement_text(result.task.arrangement).lower(),
    )  # fmt: skip
    return figure.finish(title, note, data, _entries(result, look))


def drawn_frame(result: Designed) -> pd.DataFrame:
    """Give all points and the arrangements at their shipped terms, one row each.

    Columns arrangement, drawn ("point" or "shipped terms"), then those of the table of points.
    """
    from sim.studies.design_words import outcomes_of, points_frame

    points = points_frame(result).assign(arrangement=result.task.arrangement, drawn="point")
    rows = [
        {"arrangement": arm, "drawn": _SHIPPED, "bounds": "", "beaten": False, "answer": False}
        | {one: float(result.shipped.levels(arm, one)[0].mean()) for one in outcomes_of(result)}
        for arm in result.task.whole.experiment.arrangements
    ]
    first = ["arrangement", "drawn"]
    both = pd.concat([points, pd.DataFrame(rows)], ignore_index=True)
    return both[[*first, *(name for name in both if name not in first)]]


def _unbounded(result: Designed) -> list[str]:
    """Name the last outcome that the study looked at: uptake, where it is known."""
    from sim.studies.design_words import outcomes_of

    return [outcomes_of(result)[-1]]


def _unit(name: str) -> UnitStyle:
    return unit_style(registry()[name].unit)


def _scaled(rows: pd.DataFrame, name: str) -> Any:
    return rows[name].to_numpy(np.float64) * _unit(name).scale


def _points(axes: Axes, data: pd.DataFrame, names: tuple[str, str], colour: str) -> None:
    """Draw the points that were simulated, and the answer over them."""
    points = data[data["drawn"] == "point"]
    for words, rows in points.groupby("bounds", sort=False):
        marker, is_filled = _FACES.get(str(words), ("x", True))
        x, y = (_scaled(rows, name) for name in names)
        face = colour if is_filled else "white"
        axes.plot(x, y, marker=marker, ls="", color=colour, mfc=face, mec=colour, ms=4.5)
    best = points[points["answer"].astype(bool)]
    x, y = (_scaled(best, name) for name in names)
    axes.plot(x, y, marker="D", ms=8, mfc="white", mec=INK, mew=1.6, ls="")


def _room(axes: Axes, result: Designed, k: int) -> None:
    """Draw the limit of a bound, and the interval of the answer's distance from it."""
    bound, seen, best = result.task.bounds[k], result.observed, result.best
    limit = _limit(result, bound)
    axes.axvline(limit, color=INK, lw=1.2, ls="--")
    if best is not None:
        side = -1.0 if bound.is_below else 1.0
        room = side * seen.ends_of(k, best) * _unit(bound.outcome).scale
        height = float(np.nanmean(seen.gain[best]))
        aim = result.task.aim
        y = (-height if aim.is_least else height) * _unit(aim.outcome).scale
        axes.plot(limit + room, [y, y], color=INK, lw=1.2)


def _shipped(
    axes: Axes, data: pd.DataFrame, names: tuple[str, str], look: dict[str, Look]
) -> None:
    """Draw every arrangement at its shipped terms in its own look."""
    for row in data[data["drawn"] == _SHIPPED].to_dict("records"):
        own = look[str(row["arrangement"])]
        x, y = (float(row[name]) * _unit(name).scale for name in names)
        axes.plot(x, y, marker=own.marker, ms=8, color=own.colour, mec=INK, mew=0.8, ls="")


def _limit(result: Designed, bound: Condition) -> float:
    """Give where a bound lies, as it is drawn: its number, or the level of the baseline."""
    limit = bound.limit
    if bound.is_relative:
        limit = float(result.shipped.levels(result.task.baseline, bound.outcome)[0].mean())
    return limit * _unit(bound.outcome).scale


def _entries(result: Designed, look: dict[str, Look]) -> list[Any]:
    """Name the marks: points, the answer, arrangements."""
    entries = [
        Line2D([], [], marker="o", ls="", color=MUTED, label=tr("keeps its bounds")),
        Line2D([], [], marker="o", ls="", color=MUTED, mfc="white", label=tr("cannot be told")),
        Line2D([], [], marker="x", ls="", color=MUTED, label=tr("breaks a bound")),
    ]
    if result.best is not None:
        words = tr("answer")
        entries.append(
            Line2D([], [], marker="D", ls="", color=INK, mfc="white", label=words, ms=7)
        )
    shipped = (look[name] for name in result.task.whole.experiment.arrangements)
    return entries + [
        Line2D([], [], marker=one.marker, ls="", color=one.colour, mec=INK, label=one.label)
        for one in shipped
    ]
