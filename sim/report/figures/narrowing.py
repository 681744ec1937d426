"""How the interval of a difference narrows as replications are added."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from sim.analysis.estimates import averaged
from sim.analysis.mean_rule import difference_interval
from sim.analysis.outcomes_table import Outcomes
from sim.base.errors import OutcomeError
from sim.base.language import tr
from sim.base.wording import arrangement_text, percent_text, unit_style
from sim.outcomes.mark import Mark
from sim.report.figures.style import INK, Drawing, Look, banded, looks, number_axis, style

FEWEST = 4
"""Observations at the first mark; below, an interval is wider than the picture."""
MARKS = 60
CONFIDENCE = 0.95


def narrowing_data(
    outcomes: Outcomes, names: Iterable[str] | None = None, baseline: str | None = None
) -> pd.DataFrame:
    """Give the frame behind `narrowing`.

    By default of all outcomes, against the first arrangement. Columns outcome, unit,
    arrangement, replications, difference, low, high: the paired t interval of the first
    replications alone. Raises OutcomeError if an outcome is not there.
    """
    first = outcomes.arrangements[0] if baseline is None else baseline
    rows = []
    for name in names or outcomes.names:
        mark, table = outcomes.mark(name), outcomes.table(name)
        for arm in (one for one in outcomes.arrangements if one != first):
            gaps = averaged(table[arm] - table[first], outcomes.unit)
            # Evenly spread on the scale of the root.
            roots = np.linspace(np.sqrt(min(FEWEST, gaps.size)), np.sqrt(gaps.size), MARKS)
            for count in sorted({round(float(root) ** 2) for root in roots} - {0}):
                one = difference_interval(mark, gaps[:count], CONFIDENCE)
                row: dict[str, Any] = {"outcome": name, "unit": mark.unit, "arrangement": arm}
                row |= {"replications": count * outcomes.unit}
                rows.append(row | one.named("difference", "low", "high"))
    columns = ["outcome", "unit", "arrangement", "replications", "difference", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


@style()
def narrowing(
    outcomes: Outcomes, names: Iterable[str] | None = None, baseline: str | None = None
) -> Drawing:
    """Draw differences from the baseline with their intervals, as replications are added.

    Parameters as in `narrowing_data`, one panel an outcome. Raises OutcomeError if an outcome is
    not there, there is only the baseline, or no pair is defined.
    """
    if len(outcomes.arrangements) < 2:
        raise OutcomeError("figure of narrowing", "needs two arrangements", "run two")
    data = narrowing_data(outcomes, names, baseline)
    shown = list(dict.fromkeys(data["outcome"]))
    if not shown:
        raise OutcomeError("figure of narrowing", "no pair is defined", "choose another outcome")
    arms = list(dict.fromkeys(data["arrangement"]))
    drawn = looks(outcomes.arrangements)
    figure = Drawing(7.6, 1.6 + 2.1 * len(shown))
    panels = figure.subplots(len(shown), 1, squeeze=False, sharex=True)[:, 0]
    for axes, name in zip(panels, shown, strict=True):
        _panel(axes, outcomes.mark(name), data[data["outcome"] == name], drawn)
    number_axis(panels[-1], "x", tr("Replications"))
    handles = [
        Line2D([], [], color=drawn[arm].colour, label=arrangement_text(arm)) for arm in arms
    ]
    first = arrangement_text(outcomes.arrangements[0] if baseline is None else baseline)
    title = tr("Difference from {baseline} as replications are added", baseline=first.lower())
    return figure.finish(title, _note(outcomes), data, handles)


def _panel(axes: Axes, mark: Mark, rows: pd.DataFrame, drawn: dict[str, Look]) -> None:
    unit = unit_style(mark.unit)
    for arm, own in rows.groupby("arrangement", sort=False):
        look, x = drawn[str(arm)], own["replications"].to_numpy()
        ends = [own[end].to_numpy() * unit.scale for end in ("low", "difference", "high")]
        banded(axes, x, ends, replace(look, line="-"), 0.16)
    axes.axhline(0.0, color=INK, lw=1.0)
    axes.set_title(tr(mark.label))
    number_axis(axes, "y", unit.step_axis)


def _note(outcomes: Outcomes) -> str:
    return tr(
        "Line: mean of the paired differences of the first replications; band: its {level}"
        " interval (Student's t). {count} replications in all. Neighbouring marks share almost"
        " all of their replications. Where a band holds zero, so many rank nothing.",
        level=percent_text(CONFIDENCE),
        count=outcomes.replications,
    )
