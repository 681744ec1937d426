"""Curves over age, years since signing or calendar years: level and paired difference.

Arrangements meet the same luck, so the band of the levels (how much histories differ) says
little about their ranking.  Each figure therefore has a second panel: the difference from
the baseline within a replication, with the interval of its mean.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.base.language import gap, tr
from sim.outcomes.measure import ResultsView, arrangement_order
from sim.outcomes.wording import arrangement_text, percent_text, unit_style
from sim.show.at_risk import COLUMN, FEWEST, number_rows, well_founded, with_numbers
from sim.show.curve_data import BAND, LEVEL, SPREAD, STEP, curve_data, replications_of
from sim.show.style import Drawing, Look, banded, looks, number_axis, style


@dataclass(frozen=True)
class Curve:
    """What a series is, for its axes.

    Parameters
    ----------
    series : str
        Name in the table of series.
    title, x : str
        Title, and horizontal axis with its unit.
    unit : str
        In which values are stored.
    y : str
        What a value is; empty where the unit says it.
    adds_up : bool
        True where the values of banks may be summed.
    behind : str
        Series of the number of firms behind each point, shown beneath the curve; none where
        it is empty.
    founded : str
        Series of the number of firms without enough of which no point is drawn.
    """

    series: str
    title: str
    x: str
    unit: str
    y: str = ""
    adds_up: bool = False
    behind: str = ""
    founded: str = ""

    @property
    def level(self) -> str:
        """Axis of levels."""
        unit = unit_style(self.unit).axis
        return f"{tr(self.y)} ({unit})" if self.y else unit[:1].upper() + unit[1:]

    @property
    def step(self) -> str:
        """Axis of differences."""
        return tr("Difference ({unit})", unit=unit_style(self.unit).step_axis)


AGE, DATE = "Age (years)", "Time since the start (years)"
SURVIVAL = Curve(
    "survival", "Firms alive by age", AGE, "share", "Share alive", behind="survival_at_risk"
)
VALUE_BY_AGE = Curve(
    "cumulative_value_by_age", "Cumulative value to the bank by age of the firm (J-curve)",
    "Age of the firm (years)", "CNY million per 100 firms", founded="survival_at_risk",
)  # fmt: skip
VINTAGE = Curve(
    "vintage_default", "Cumulative default by time since signing",
    "Time since signing (years)", "share", "Share defaulted",
)  # fmt: skip
CREDIT = Curve("credit_outstanding", "Credit outstanding", DATE, "CNY million", adds_up=True)
CUMULATIVE_PROFIT = Curve(
    "cumulative_profit", "Cumulative profit of the banks", DATE, "CNY million", adds_up=True
)


def survival(results: ResultsView, baseline: str | None = None) -> Drawing:
    """Draw the share of firms alive by age (Kaplan-Meier), with the numbers at risk.

    Parameters and errors as in `draw_curve`; series ``survival``. The data has a column
    ``at_risk``: the mean number of firms followed up to an age, at whole years.
    """
    return draw_curve(results, SURVIVAL, baseline)


def profit_by_age(results: ResultsView, baseline: str | None = None) -> Drawing:
    """Draw the J-curve: cumulative value to the bank by age of the firm.

    Parameters and errors as in `draw_curve`; series ``cumulative_value_by_age``.
    """
    return draw_curve(results, VALUE_BY_AGE, baseline)


def vintage(results: ResultsView, baseline: str | None = None) -> Drawing:
    """Draw cumulative default by time since signing, which growth cannot flatter.

    Parameters and errors as in `draw_curve`; series ``vintage_default``.
    """
    return draw_curve(results, VINTAGE, baseline)


def credit(results: ResultsView, baseline: str | None = None) -> Drawing:
    """Draw credit outstanding over time.

    Parameters and errors as in `draw_curve`; series ``credit_outstanding``.
    """
    return draw_curve(results, CREDIT, baseline)


def cumulative_profit(results: ResultsView, baseline: str | None = None) -> Drawing:
    """Draw the cumulative profit of the banks over time.

    Parameters and errors as in `draw_curve`; series ``cumulative_profit``.
    """
    return draw_curve(results, CUMULATIVE_PROFIT, baseline)


@style()
def draw_curve(results: ResultsView, curve: Curve, baseline: str | None = None) -> Drawing:
    """Draw any curve: levels on the left, paired differences on the right.

    Results and baseline, and what is raised, as in `sim.show.curve_data.curve_data`.
    """
    whole = curve_data(results, curve.series, baseline, curve.adds_up)
    against = baseline or str(whole["arrangement"].iloc[0])
    drawn = looks(arrangement_order(results, results.series))
    data = well_founded(with_numbers(whole, results, curve.behind), results, curve.founded)
    figure, (left, right) = _panels(data, drawn)
    scale = unit_style(curve.unit).scale
    handles = []
    for name, rows in data.groupby("arrangement", sort=False, observed=True):
        handles.append(curve_line(left, rows, LEVEL, drawn[str(name)], (scale, 0.07)))
        if name != against:
            curve_line(right, rows, STEP, drawn[str(name)], (scale, 0.18))
    right.axhline(0.0, color=drawn[against].colour, lw=1.4)
    right.set_title(tr("Difference from {baseline}", baseline=arrangement_text(against).lower()))
    left.set_title(tr("Level"))
    for axes, label in ((left, curve.level), (right, curve.step)):
        number_axis(axes, "y", label)
        number_axis(axes, "x", tr(curve.x))
    figure.units = dict.fromkeys(("mean", "low", "difference"), curve.unit) | {"at_risk": "firms"}
    figure.heads = {"x": curve.x, "low": BAND, "at_risk": "followed"}
    return figure.finish(tr(curve.title), _note(data, len(data) < len(whole)), data, handles)


def _panels(data: pd.DataFrame, drawn: dict[str, Look]) -> tuple[Drawing, tuple[Axes, Axes]]:
    """Lay out levels and differences, above the numbers at risk where these are known."""
    low = 0.35 + 0.17 * data["arrangement"].nunique() if COLUMN in data else 0.0
    figure = Drawing(9.2, 4.0 + low)
    if not low:
        left, right = figure.subplots(1, 2)
        return figure, (left, right)
    panels = figure.subplots(2, 2, height_ratios=[3.2, low], sharex="col")
    number_rows(panels[1, 0], data, drawn)
    panels[1, 1].set_visible(False)
    for axes in panels[0]:
        axes.set_xticks(panels[1, 0].get_xticks())
        axes.tick_params(axis="x", labelbottom=True)
    return figure, (panels[0, 0], panels[0, 1])


def curve_line(
    axes: Axes,
    rows: pd.DataFrame,
    columns: tuple[str, str, str],
    look: Look,
    weight: tuple[float, float],
    every: float = 0.14,
) -> Any:
    """Draw one arrangement's line with its band, and give the line.

    Parameters
    ----------
    axes : Axes
    rows : DataFrame
        Columns x and those named.
    columns : tuple of str
        `LEVEL` or `STEP`.
    look : Look
    weight : tuple of float
        Factor to the reader's scale, and opacity of the band.
    every : float
        Distance of marks, as a share of the panel.
    """
    x, *ends = (rows[column].to_numpy(np.float64) for column in ("x", *columns))
    scaled = [end * weight[0] for end in ends]
    marks = {"marker": look.marker, "ms": 4, "markevery": every, "label": look.label}
    return banded(axes, x, scaled, look, weight[1], **marks)


def _note(data: pd.DataFrame, is_cut: bool) -> str:
    """Say what lines and bands are and from how many replications."""
    note = tr(
        "Line: mean of {count} replications. Band of levels: middle {spread} of replications."
        " Band of differences: 95 % interval of the mean paired difference, at each point alone.",
        count=replications_of(data), spread=percent_text(SPREAD),
    )  # fmt: skip
    if is_cut:
        note += gap() + tr(
            "Ages to which fewer than {fewest} firms are followed are left out.", fewest=FEWEST
        )
    return note
