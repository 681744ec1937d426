"""The loss distribution of each bank, with value-at-risk and expected shortfall."""

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from sim.base.language import gap, tr
from sim.outcomes.measure import ResultsView, arrangement_order
from sim.outcomes.wording import arrangement_text, percent_text, unit_style
from sim.show.loss_data import annual_losses, loss_distribution_data
from sim.show.style import MUTED, Drawing, Look, grid_of, looks, number_axis, style

MOST_BANKS = 9
_ACROSS = 3
_LEGIBLE = 400
_OFFSETS = {"var": -0.17, "es": 0.17}


@style()
def loss_distribution(results: ResultsView, level: float | None = None) -> Drawing:
    """Draw how often each bank's annual loss exceeds a size, under every arrangement.

    Parameters and errors as in `sim.show.loss_data.loss_distribution_data`. A pair of panels
    for each bank, of the banks with the largest losses where there are many: the share of
    years with a larger loss, on a logarithmic axis so that the tail is legible, and beneath it
    value-at-risk and expected shortfall with intervals.
    """
    data, parts = loss_distribution_data(results, level), annual_losses(results)
    banks = largest(data, MOST_BANKS)
    drawn = looks(arrangement_order(results, results.series))
    shown = {name: look for name, look in drawn.items() if name in set(data["arrangement"])}
    across, down = grid_of(len(banks), _ACROSS)
    low = 0.35 + 0.2 * len(shown)
    figure = Drawing(2.2 + 2.7 * across, 1.4 + down * (2.6 + low))
    grid = figure.add_gridspec(2 * down, across, height_ratios=[2.2, low] * down)
    handles: list[Any] = []
    for place, bank in enumerate(banks):
        row, column = 2 * (place // across), place % across
        axes = figure.add_subplot(grid[row, column])
        tails = data[data["bank"] == bank].set_index("arrangement")
        handles = [
            _exceedance(axes, parts[bank, name], look)
            for name, look in shown.items()
            if name in tails.index
        ]
        axes.set_title(arrangement_text(str(bank)))
        axes.set_yscale("log")
        axes.tick_params(axis="x", labelbottom=False)
        number_axis(axes, "y", f"{tr('Years with a larger loss')} ({unit_style('share').axis})")
        beneath = figure.add_subplot(grid[row + 1, column], sharex=axes)
        _tails(beneath, tails.to_dict("index"), shown, column == 0)
    note = _note(data, len(banks))
    figure.units = dict.fromkeys(("mean", "var", "es"), "CNY million per year")
    return figure.finish(tr("Annual credit loss of each bank"), note, data, [*handles, *_marks()])


def largest(data: pd.DataFrame, most: int) -> list[Any]:
    """Give the banks with the largest mean losses, in their own order."""
    every = list(dict.fromkeys(data["bank"]))
    sizes = data.groupby("bank", sort=False)["mean"].sum()
    kept = set(sizes.sort_values(ascending=False, kind="stable").index[:most])
    return [bank for bank in every if bank in kept]


def _exceedance(axes: Axes, part: pd.DataFrame, look: Look) -> Any:
    """Draw the share of years with a larger loss."""
    values = np.sort(part["value"].to_numpy(np.float64))
    # The line ends at the largest loss, at the share of years that reach it.
    larger = np.maximum(values.size - np.arange(1, values.size + 1), 1)
    share = unit_style("share").scale * larger / values.size
    kept = _legible(values.size)
    (line,) = axes.plot(
        values[kept],
        share[kept],
        color=look.colour,
        ls=look.line,
        lw=1.5,
        drawstyle="steps-post",
        marker=look.marker,
        markevery=[],
        ms=5,
        label=look.label,
    )
    return line


def _legible(count: int) -> NDArray[np.int64]:
    """Keep every value of the tail and thin the body, which a screen cannot resolve."""
    from_top = np.unique(np.round(np.geomspace(1, count, _LEGIBLE)))
    return np.sort(count - from_top.astype(np.int64))


def _tails(
    axes: Axes, tails: dict[Any, dict[Any, Any]], shown: dict[str, Look], is_named: bool
) -> None:
    """Draw both tail measures with their intervals, one row an arrangement."""
    for place, (name, look) in enumerate(shown.items()):
        tail = tails.get(name)
        if tail is None or math.isnan(tail["level"]):
            continue
        for measure, offset in _OFFSETS.items():
            height = place + offset
            ends = [tail[f"{measure}_low"], tail[f"{measure}_high"]]
            axes.plot(ends, [height, height], color=look.colour, lw=1.2)
            axes.plot(tail[measure], height, **_mark(measure, look.marker, look.colour))
    labels = [look.label for look in shown.values()] if is_named else [""] * len(shown)
    axes.set_yticks(range(len(shown)), labels)
    axes.tick_params(axis="y", labelsize=7.5, length=0)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    number_axis(axes, "x", tr("Loss in a year (CNY million)"))


def _mark(measure: str, marker: str, colour: str) -> dict[str, Any]:
    """Give the mark of a tail measure: hollow for the first, filled for the second."""
    face = "white" if measure == "var" else colour
    return {"marker": marker, "ms": 5, "ls": "", "mfc": face, "mec": colour, "mew": 1.2}


def _marks() -> list[Line2D]:
    """Give the entries of the legend for the tail measures."""
    words = {"var": tr("Value-at-risk"), "es": tr("Expected shortfall")}
    return [Line2D([], [], label=words[one], **_mark(one, "o", MUTED)) for one in words]


def _note(data: pd.DataFrame, shown: int) -> str:
    """Say what lines and marks are and from how many replications."""
    years, count = int(data["bank_years"].min()), int(data["replications"].max())
    note = tr(
        "Line above: {years} years per bank and arrangement, from {count} replications.",
        years=f"{years:,}", count=count,
    )  # fmt: skip
    level = float(data["level"].iloc[0])
    if math.isnan(level):
        note += gap() + tr("Too few years for a tail measure.")
    else:
        note += gap() + tr(
            "Beneath, hollow: value-at-risk {level}; filled: expected shortfall, the mean of"
            " the worst {worst} of years; lines: 95 % intervals, from drawing whole"
            " replications again. Scales differ between banks.",
            level=percent_text(level), worst=percent_text(1 - level),
        )  # fmt: skip
    every = data["bank"].nunique()
    if shown < every:
        note += gap() + tr(
            "The {shown} banks with the largest losses of {every}; all of them stand in the"
            " table behind the figure.",
            shown=shown, every=every,
        )  # fmt: skip
    return note
