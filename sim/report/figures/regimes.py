"""Profit by macro regime: how far apart boom and bust lie under each arrangement."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from sim.analysis.mean_rule import level_interval
from sim.analysis.outcomes_table import Outcomes
from sim.base.errors import OutcomeError
from sim.base.language import tr
from sim.base.wording import arrangement_text, percent_text, unit_style
from sim.report.figures.distribution import undefined_words
from sim.report.figures.style import (
    INK,
    MUTED,
    Drawing,
    Look,
    largest_size,
    looks,
    named_rows,
    number_axis,
    style,
)

PREFIX = "cycle.profit_"


def regime_names(outcomes: Outcomes) -> list[str]:
    """Give the outcomes that are the profit in one regime: ``cycle.profit_<regime>``."""
    gap = f"{PREFIX}gap"
    return [name for name in outcomes.names if name.startswith(PREFIX) and name != gap]


def profit_by_regime_data(outcomes: Outcomes, confidence: float = 0.95) -> pd.DataFrame:
    """Give the frame behind `profit_by_regime`.

    Of outcomes named ``cycle.profit_<regime>``: columns outcome, regime, unit, arrangement,
    replications, mean, low, high. Raises OutcomeError if there is no such outcome.
    """
    names = regime_names(outcomes)
    if not names:
        raise OutcomeError(
            f"{PREFIX}<regime>", "no outcome of this kind was measured", "measure all outcomes"
        )
    rows = []
    for name in names:
        mark, table = outcomes.mark(name), outcomes.table(name)
        for arrangement in outcomes.arrangements:
            mean = level_interval(mark, table[arrangement].to_numpy(), confidence)
            row: dict[str, Any] = {"outcome": name, "regime": name.removeprefix(PREFIX)}
            row |= {"unit": mark.unit, "arrangement": arrangement}
            rows.append(row | {"replications": mean.count, **mean.named("mean", "low", "high")})
    return pd.DataFrame(rows)


@style()
def profit_by_regime(outcomes: Outcomes, confidence: float = 0.95) -> Drawing:
    """Draw mean profit in each regime, one row per arrangement.

    Parameters and errors as in `profit_by_regime_data`. Marks are means with their intervals;
    the grey line joins the regimes of one arrangement, so its length is the gap of profit over
    the cycle.
    """
    data = profit_by_regime_data(outcomes, confidence)
    regimes = list(dict.fromkeys(data["regime"]))
    drawn = looks(outcomes.arrangements)
    style_of = unit_style(str(data["unit"].iloc[0]), largest_size(data["mean"]))
    figure = Drawing(7.6, 1.7 + 0.5 * len(outcomes.arrangements))
    axes = figure.subplots()
    for place, name in enumerate(outcomes.arrangements):
        rows = data[data["arrangement"] == name].to_dict("records")
        _row(axes, place, rows, drawn[name], style_of.scale)
    axes.axvline(0.0, color=INK, lw=1.0, zorder=1)
    named_rows(axes, [arrangement_text(name) for name in outcomes.arrangements])
    number_axis(axes, "x", tr("Profit ({unit})", unit=style_of.axis))
    handles = [
        Line2D([], [], label=arrangement_text(regime), **_dot(number, MUTED))
        for number, regime in enumerate(regimes)
    ]
    note = _note(data, confidence, outcomes.replications)
    return figure.finish(tr("Profit by macro regime"), note, data, handles)


def _row(axes: Axes, place: int, rows: list[dict[Any, Any]], look: Look, scale: float) -> None:
    means = np.array([row["mean"] for row in rows]) * scale
    reach = [np.fmin.reduce(means), np.fmax.reduce(means)]
    axes.plot(reach, [place, place], color=MUTED, lw=1.0, zorder=1)
    for number, row in enumerate(rows):
        height = place + 0.13 * (number - (len(rows) - 1) / 2)
        ends = np.array([row["low"], row["high"]]) * scale
        axes.plot(ends, [height, height], color=look.colour, lw=2.2)
        axes.plot(row["mean"] * scale, height, **_dot(number, look.colour))


def _note(data: pd.DataFrame, confidence: float, histories: int) -> str:
    absent = {
        f"{arrangement_text(row['arrangement'])} ({arrangement_text(row['regime']).lower()})":
        histories - row["replications"] for row in data.to_dict("records")
    }  # fmt: skip
    note = tr(
        "Mark: mean of {count} replications; coloured line: {level} interval of the mean. The"
        " grey line joins the regimes of one arrangement: its length is the gap over the cycle.",
        count=int(data["replications"].max()), level=percent_text(confidence),
    )  # fmt: skip
    return note + undefined_words(absent)


def _dot(number: int, colour: str) -> dict[str, Any]:
    """Give the mark of a regime: filled for the first, hollow for the second, and so on."""
    shape = ("o", "o", "s", "D")[number % 4]
    face = colour if number % 2 == 0 else "white"
    return {"marker": shape, "ms": 7.5, "ls": "", "mfc": face, "mec": colour, "mew": 1.6}
