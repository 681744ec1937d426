"""Numbers at risk: how many firms stand behind each point of a survival curve."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.base.language import tr
from sim.outcomes.measure import ResultsView
from sim.outcomes.wording import plain_number
from sim.show.curve_data import has_series, paths
from sim.show.style import INK, Look

COLUMN = "at_risk"
FEWEST = 30
"""Firms below which a mean of heavy-tailed money says nothing."""
_MOST = 8
_ROUNDING = 1e-9


def with_numbers(data: pd.DataFrame, results: ResultsView, series: str) -> pd.DataFrame:
    """Add to a `curve_data` frame the mean number of firms behind each point, ``at_risk``.

    Nothing is added where there is no such series; nan at points for which no number is kept.
    """
    if not series or not has_series(results, series):
        return data
    means = pd.concat(
        {name: table.mean(axis=1) for name, table in paths(results, series).items()},
        names=["arrangement", "x"],
    )
    return data.join(means.rename(COLUMN), on=["arrangement", "x"])


def number_rows(axes: Axes, data: pd.DataFrame, drawn: dict[str, Look]) -> None:
    """Write the numbers of `with_numbers` beneath a curve, one row an arrangement."""
    names = list(dict.fromkeys(data["arrangement"]))
    known = data[data[COLUMN].notna()]
    shown = ages(known["x"].unique())
    for place, name in enumerate(names):
        own = known[known["arrangement"] == name].set_index("x")[COLUMN]
        for age in shown:
            if age in own.index:
                text = plain_number(float(own[age]), 0)
                axes.text(age, place, text, ha="center", va="center", fontsize=7.5, color=INK)
    axes.set_yticks(range(len(names)), [drawn[name].label for name in names], fontsize=7.5)
    axes.set_ylim(len(names) - 0.5, -0.5)
    # The curve above has the same axis: its ticks stand where numbers do.
    axes.set_xticks(shown)
    axes.tick_params(length=0, labelbottom=False)
    axes.grid(visible=False)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_title(tr("Firms followed up to that age, mean of a replication"), fontsize=8)


def ages(points: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> list[float]:
    """Choose the ages at which numbers stand: equal steps of whole years, from zero.

    Examples
    --------
    >>> ages(np.arange(0.0, 16.0))
    [0.0, 3.0, 6.0, 9.0, 12.0, 15.0]
    >>> ages(np.arange(0.0, 4.0))
    [0.0, 1.0, 2.0, 3.0]
    """
    last = float(points.max())
    step = max(round(last / (_MOST - 2) + 0.49), 1)
    return [float(age) for age in points if age % step < _ROUNDING]


def well_founded(data: pd.DataFrame, results: ResultsView, series: str) -> pd.DataFrame:
    """Keep the points of a `curve_data` frame behind which enough firms stand.

    Points up to the last age to which `FEWEST` firms are followed under every arrangement, by
    the series of their numbers; all points where that would leave less than two, or no number
    is known.
    """
    if not series:
        return data
    numbers = with_numbers(data, results, series).get(COLUMN)
    if numbers is None:
        return data
    few = data.loc[numbers < FEWEST, "x"]
    kept = data[data["x"] < few.min()] if len(few) else data
    return kept if kept["x"].nunique() > 1 else data
