"""Curves over age, years since signing or calendar years: level and paired difference.

Arrangements use common random numbers, so the band of the levels (how much histories differ) says
little about their ranking.  Each figure therefore has a second panel: the difference from
the baseline within a replication, with the interval of its mean.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.analysis.estimates import FloatArray, finite, mean_interval
from sim.analysis.outcomes_table import ResultsView, arrangement_order, neighbours_of
from sim.base.errors import OutcomeError
from sim.base.language import gap, tr
from sim.base.wording import (
    UnitStyle,
    arrangement_text,
    percent_text,
    plain_number,
    unit_style,
)
from sim.report.figures.style import (
    INK,
    Drawing,
    Look,
    banded,
    largest_size,
    looks,
    number_axis,
    style,
)

CURVES = "series"
"""The table of results that holds curves; one curve of it is read at a time."""
LEVEL = ("low", "mean", "high")
STEP = ("difference_low", "difference", "difference_high")
"""Columns of `curve_data`: ends of a band with the middle between them."""
SPREAD = 0.90
BAND = "5th to 95th percentile"
"""What low and high of a curve are: the ends of the middle `SPREAD` of replications."""


def has_series(results: ResultsView, series: str) -> bool:
    """Say whether results hold a series."""
    return series in results.table(CURVES).words("series")


def family(results: ResultsView, first: str, one: str = "...") -> pd.DataFrame:
    """Give the rows of all series whose names begin alike.

    `one` is how the name of one of them goes on, for the OutcomeError where there is none.
    """
    names = _named_alike(results, first, one)
    return _of_arms(results, results.table(CURVES).where("series", names))


def family_parts(results: ResultsView, first: str) -> Iterator[pd.DataFrame]:
    """Give the same in parts of whole replications, for families that have many curves."""
    names = _named_alike(results, first, "...")
    for part in results.table(CURVES).parts():
        yield _of_arms(results, part[part["series"].isin(names)])


def _named_alike(results: ResultsView, first: str, one: str) -> list[str]:
    """Name the series that begin so; an OutcomeError where there is none."""
    names = [name for name in results.table(CURVES).words("series") if name.startswith(first)]
    if not names:
        cure = "run the scenario again with this version"
        raise OutcomeError(f'series "{first}{one}"', "is not in these results", cure)
    return names


def defined(results: ResultsView, series: str) -> pd.DataFrame:
    """Give the rows of a series that have a value; an OutcomeError where there is none."""
    rows = _of_arms(results, results.table(CURVES).where("series", [series]))
    rows = rows.dropna(subset=["value"])
    if rows.empty:
        what, cure = "is not in these results", "run with a longer horizon"
        raise OutcomeError(f'series "{series}"', what, cure)
    return rows


def _of_arms(results: ResultsView, rows: pd.DataFrame) -> pd.DataFrame:
    """Give the rows that are drawn; what is run beside the arrangements is not."""
    beside = neighbours_of(results)
    return rows[~rows["arrangement"].isin(beside)] if beside else rows


def level_and_difference(
    own: FloatArray, base: FloatArray, confidence: float = 0.95
) -> dict[str, float]:
    """Describe values of paired replications: mean, and mean difference, with intervals."""
    level, step = mean_interval(own, confidence), mean_interval(own - base, confidence)
    steps = step.named("difference", "difference_low", "difference_high")
    return {"replications": level.count, **level.named("mean", "low", "high"), **steps}


def paths(results: ResultsView, series: str, adds_up: bool = False) -> dict[str, pd.DataFrame]:
    """Give a series as a table of replications by arrangement, in the order of the scenario.

    Each table has shape (n_x, n_replications), index x and columns replications; `adds_up` sums
    over banks. Raises OutcomeError if the series is not there, or has several values per point
    and does not add up.
    """
    rows = defined(results, series)
    keys = ["arrangement", "replication", "x"]
    if not adds_up and rows.duplicated(keys).any():
        what, cure = "has several values per point", "give one bank or none"
        raise OutcomeError(f'series "{series}"', what, cure)
    parts = dict(list(rows.groupby("arrangement", observed=True)))
    return {
        name: parts[name].pivot_table(
            values="value", index="x", columns="replication", aggfunc="sum", observed=True
        )
        for name in arrangement_order(results, results.table(CURVES))
        if name in parts
    }


def curve_data(
    results: ResultsView, series: str, baseline: str | None = None, adds_up: bool = False
) -> pd.DataFrame:
    """Give the frame behind the curves: levels, bands and paired differences.

    Differences refer to the baseline, by default the scenario's first arrangement; `adds_up`
    sums over banks. Columns arrangement, x, replications, mean, low, high (5th and 95th
    percentile of replications), difference, difference_low, difference_high (95 % interval of
    the mean paired difference at this point alone). Raises OutcomeError if the series is not
    there.
    """
    tables = paths(results, series, adds_up)
    against = baseline or next(iter(tables))
    if against not in tables:
        what, cure = f'has no series "{series}"', f"choose of {list(tables)}"
        raise OutcomeError(f'baseline "{against}"', what, cure)
    parts = [_describe(name, table, tables[against]) for name, table in tables.items()]
    return pd.concat(parts, ignore_index=True)


def _describe(name: str, own: pd.DataFrame, base: pd.DataFrame) -> pd.DataFrame:
    apart = (own - base).reindex(index=own.index).to_numpy(np.float64)
    rows = []
    for x, values, steps in zip(own.index, own.to_numpy(np.float64), apart, strict=True):
        seen, step = finite(values), mean_interval(steps)
        tails = (0.5 - SPREAD / 2, 0.5 + SPREAD / 2)
        low, high = np.quantile(seen, tails) if seen.size else (np.nan, np.nan)
        mean = seen.mean() if seen.size else np.nan
        row = {"arrangement": name, "x": x, "replications": seen.size}
        row |= {"mean": mean, "low": low, "high": high}
        rows.append(row | step.named("difference", "difference_low", "difference_high"))
    return pd.DataFrame(rows)


def replications_of(data: pd.DataFrame) -> str:
    """Say from how many replications the points of a curve are: from fewest to most.

    >>> replications_of(pd.DataFrame({"replications": [40, 39]}))
    '39 to 40'
    """
    fewest, most = int(data["replications"].min()), int(data["replications"].max())
    return str(most) if fewest == most else tr("{low} to {high}", low=fewest, high=most)


# --- Numbers at risk: how many firms stand behind each point of a survival curve -----------------

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


@dataclass(frozen=True)
class Curve:
    """What a series is, for its axes.

    `x` is the horizontal axis with its unit, `unit` that in which values are stored, `y` what a
    value is (empty where the unit says it); `adds_up` says that banks may be summed. `behind`
    is the series of the number of firms behind each point, shown beneath the curve, `founded`
    that without enough of which no point is drawn; empty for none.
    """

    series: str
    title: str
    x: str
    unit: str
    y: str = ""
    adds_up: bool = False
    behind: str = ""
    founded: str = ""

    def style(self, data: pd.DataFrame) -> UnitStyle:
        """Give the way in which a curve is read, by the size of its mean."""
        return unit_style(self.unit, largest_size(data["mean"]))

    def level(self, style: UnitStyle) -> str:
        """Name the axis of levels."""
        unit = style.axis
        return f"{tr(self.y)} ({unit})" if self.y else unit[:1].upper() + unit[1:]

    @staticmethod
    def step(style: UnitStyle) -> str:
        """Name the axis of differences."""
        return tr("Difference ({unit})", unit=style.step_axis)


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

    As `draw_curve`; its data has a column ``at_risk``: the mean number of firms followed up to
    an age, at whole years.
    """
    return draw_curve(results, SURVIVAL, baseline)


def profit_by_age(results: ResultsView, baseline: str | None = None) -> Drawing:
    """Draw the J-curve: cumulative value to the bank by age of the firm; see `draw_curve`."""
    return draw_curve(results, VALUE_BY_AGE, baseline)


def vintage(results: ResultsView, baseline: str | None = None) -> Drawing:
    """Draw cumulative default by time since signing; see `draw_curve`."""
    return draw_curve(results, VINTAGE, baseline)


def credit(results: ResultsView, baseline: str | None = None) -> Drawing:
    """Draw credit outstanding over time; see `draw_curve`."""
    return draw_curve(results, CREDIT, baseline)


def cumulative_profit(results: ResultsView, baseline: str | None = None) -> Drawing:
    """Draw the cumulative profit of the banks over time; see `draw_curve`."""
    return draw_curve(results, CUMULATIVE_PROFIT, baseline)


@style()
def draw_curve(results: ResultsView, curve: Curve, baseline: str | None = None) -> Drawing:
    """Draw any curve: levels on the left, paired differences on the right.

    Results and baseline, and what is raised, as in `sim.report.figures.curves.curve_data`.
    """
    whole = curve_data(results, curve.series, baseline, curve.adds_up)
    against = baseline or str(whole["arrangement"].iloc[0])
    drawn = looks(arrangement_order(results, results.table(CURVES)))
    data = well_founded(with_numbers(whole, results, curve.behind), results, curve.founded)
    figure, (left, right) = _panels(data, drawn)
    read = curve.style(data)
    handles = []
    for name, rows in data.groupby("arrangement", sort=False, observed=True):
        handles.append(curve_line(left, rows, LEVEL, drawn[str(name)], (read.scale, 0.07)))
        if name != against:
            curve_line(right, rows, STEP, drawn[str(name)], (read.scale, 0.18))
    right.axhline(0.0, color=drawn[against].colour, lw=1.4)
    right.set_title(tr("Difference from {baseline}", baseline=arrangement_text(against).lower()))
    left.set_title(tr("Level"))
    for axes, label in ((left, curve.level(read)), (right, curve.step(read))):
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

    The rows have x and the columns of `LEVEL` or `STEP`; `weight` is the factor to the reader's
    scale and the opacity of the band, `every` the distance of marks as a share of the panel.
    """
    x, *ends = (rows[column].to_numpy(np.float64) for column in ("x", *columns))
    scaled = [end * weight[0] for end in ends]
    marks = {"marker": look.marker, "ms": 4, "markevery": every, "label": look.label}
    return banded(axes, x, scaled, look, weight[1], **marks)


def _note(data: pd.DataFrame, is_cut: bool) -> str:
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
