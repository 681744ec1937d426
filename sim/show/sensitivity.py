"""Bars of sensitivity: what each number does alone, and together with the others.

The figure takes the frozen result of a study; the frame behind it is its ``data``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.base.language import gap, tr
from sim.outcomes.mark import registry
from sim.outcomes.wording import arrangement_text, unit_style
from sim.show.style import INK, Drawing, looks, named_rows, number_axis, style
from sim.study.responses import DIFFERENCE

if TYPE_CHECKING:
    # Results are drawn, not computed here: a figure loads no engine.
    from sim.study.sensitivity import Sensitivity

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
            _bar(axes, top, size, half, (colour, face))
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
        _bar(axes, place, size, half, (colour, colour))
        axes.plot(row["sigma"] * unit.scale, place, marker="D", ms=5, mfc="white", mec=INK, ls="")
    number_axis(axes, "x", tr("Effect over the whole range ({unit})", unit=unit.step_axis))
    mark = {"marker": "D", "ms": 5, "mfc": "white", "mec": INK, "ls": ""}
    spread = tr("how far it depends on the others (sigma)")
    return [
        Patch(facecolor=colour, edgecolor=colour, label=tr("mean size of the effect (mu*)")),
        Line2D([], [], label=spread, **mark),  # type: ignore[arg-type]
    ]


def _bar(axes: Axes, place: float, size: float, half: float, colours: tuple[str, str]) -> None:
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
