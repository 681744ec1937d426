"""The stock of firms by stage over time: four panels of levels, four of differences."""

import numpy as np
import pandas as pd

from sim.base.language import tr
from sim.outcomes.measure import ResultsView, arrangement_order
from sim.outcomes.wording import arrangement_text, percent_text
from sim.show.curve_data import BAND, LEVEL, SPREAD, STEP, curve_data, has_series, replications_of
from sim.show.curves import DATE, curve_line
from sim.show.style import Drawing, Look, looks, number_axis, style

STAGES = {
    "startup": "Start-up", "growth": "Growth", "expansion": "Expansion", "mature": "Mature",
}  # fmt: skip
PREFIX = "stage_count:"
_MOST_POINTS = 32


def lifecycle_data(results: ResultsView, baseline: str | None = None) -> pd.DataFrame:
    """Give the frame behind `lifecycle`.

    Parameters
    ----------
    results : Results
        With the series ``stage_count:startup`` and so on.
    baseline : str, optional
        Arrangement that differences refer to; the scenario's first by default.

    Returns
    -------
    DataFrame
        Columns stage and those of `sim.show.curve_data.curve_data`.

    Raises
    ------
    OutcomeError
        If no stage has a series.
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
    order = arrangement_order(results, results.series)
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
    return figure.finish(tr("Firms by stage of life over time"), _note(data), data, handles)


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


def _note(data: pd.DataFrame) -> str:
    """Say what lines and bands are and from how many replications."""
    return tr(
        "Line: mean of {count} replications. Band above: middle {spread} of replications; band"
        " below: 95 % interval of the mean paired difference, at each point alone.",
        count=replications_of(data),
        spread=percent_text(SPREAD),
    )
