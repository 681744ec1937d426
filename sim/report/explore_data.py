"""The numbers that a reader can call up on the page: every outcome, in printed units.

All estimates and intervals are made here, from the same functions as the tables and
figures.  The page lays them out and computes nothing but places on the screen.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.compare import Comparison
from sim.analysis.estimates import count_wins
from sim.analysis.mean_rule import told_range
from sim.analysis.outcomes_table import Outcomes, ResultsView
from sim.base.columns import TEXT, Column
from sim.base.language import tr
from sim.base.wording import (
    RowStyle,
    UnitStyle,
    decimals,
    error_of,
    percent_text,
    unit_style,
)
from sim.outcomes.mark import Mark
from sim.report.figures.curves import (
    CREDIT,
    CUMULATIVE_PROFIT,
    DATE,
    LEVEL,
    STEP,
    SURVIVAL,
    VALUE_BY_AGE,
    VINTAGE,
    Curve,
    curve_data,
    has_series,
)
from sim.report.figures.distribution import LEVELS, distribution_data
from sim.report.figures.lifecycle import PREFIX, STAGES

_OWN = "that of the outcome"
EXPLORE = (
    Column("outcome", TEXT, "name of the outcome", TEXT),
    Column("unit", TEXT, "its unit", TEXT),
    Column("arrangement", TEXT, "arrangement that was run", TEXT),
    *(
        Column(name, _OWN, f"{percent_text(share)} quantile over histories")
        for name, share in LEVELS.items()
    ),
    Column("replications", "count", "histories", "i8", low=0.0),
    Column("pairs", "count", "histories in which it and the baseline are defined", low=0.0),
    Column("median_difference", _OWN, "median difference from the baseline in a history"),
    Column("median_low", _OWN, "lower end of its interval"),
    Column("median_high", _OWN, "upper end of its interval"),
    Column("smallest", _OWN, "smallest difference in a history"),
    Column("largest", _OWN, "largest difference in a history"),
    Column("compared", "count", "histories in which the two were compared", low=0.0),
    Column("better", "count", "histories in which it does better", low=0.0),
    Column("equal", "count", "histories in which both are equal", low=0.0),
    Column("worse", "count", "histories in which it does worse", low=0.0),
    Column("share", "share", "chance to do better", low=0.0, high=1.0),
    Column("share_low", "share", "lower end of its interval", low=0.0, high=1.0),
    Column("share_high", "share", "upper end of its interval", low=0.0, high=1.0),
)
"""What `explored` and ``explore.csv`` hold; the baseline has nothing that compares."""
_PAIRED = ("pairs", "median_difference", "median_low", "median_high")


def explored(outcomes: Outcomes, comparison: Comparison) -> pd.DataFrame:
    """Give quantiles, differences by history and counts of who does better.

    Columns of `EXPLORE`, one row an outcome and arrangement; the comparison is of the same
    outcomes.
    """
    details = comparison.details().set_index(["outcome", "arrangement"])
    found = []
    for name in outcomes.names:
        compared = _compared(outcomes, comparison, name)
        for row in distribution_data(outcomes, name).to_dict("records"):
            one = str(row["arrangement"])
            own: dict[str, Any] = {str(key): value for key, value in row.items()}
            own |= {"outcome": name, **compared.get(one, {})}
            if (name, one) in details.index:
                paired = details.loc[(name, one), list(_PAIRED)]
                own |= dict(zip(_PAIRED, paired, strict=True))
            found.append(own)
    return pd.DataFrame(found).reindex(columns=[column.name for column in EXPLORE])


def _compared(outcomes: Outcomes, comparison: Comparison, name: str) -> dict[str, dict[str, Any]]:
    """Give by arrangement how far its histories lie from the baseline's, and who does better."""
    table, mark = outcomes.table(name), outcomes.mark(name)
    base = comparison.baseline
    wins = count_wins(table, base, mark.better, outcomes.unit, comparison.confidence)
    found = {}
    for one, counted in wins.items():
        steps = (table[one] - table[base]).dropna().to_numpy(np.float64)
        found[one] = {
            "smallest": steps.min() if steps.size else math.nan,
            "largest": steps.max() if steps.size else math.nan, "compared": counted.pairs,
            "better": counted.better, "equal": counted.equal, "worse": counted.worse,
            "share": counted.share, "share_low": counted.low, "share_high": counted.high,
        }  # fmt: skip
    return found


_FINER = 10.0
"""Values are kept to a tenth of what two digits of their spread would show."""
_WIDE_RANGE = 30.0
_NO_SPREAD = 1e-9
_KEYS = ["outcome", "arrangement"]

_OF_LEVELS = ("spread", "mean", "quantiles")
_COUNTS = ("better", "equal", "worse")
_STEPS = ("difference", "median_difference", "smallest", "largest")
_NUMBERS = {
    "spread": (*LEVELS, "mean"),
    "mean": ("mean", "low", "high"),
    "quantiles": ("p05", "median", "p95"),
    "difference": ("difference", "low", "high"),
    "pairs": ("median_difference",),
    "share": ("of_better", "of_equal", "of_worse", "share_low", "share_high"),
}
"""Columns of the marks of each way to look at an outcome."""

CITED = {
    "spread": (
        "summary/defined+replications", "summary/mean", "summary/median", "explore/p25+p75",
        "explore/p05+p95",
    ),
    "mean": ("summary/mean", "summary/low+high", "summary/defined+replications"),
    "quantiles": (
        "explore/p05", "summary/median", "summary/median_low+median_high", "explore/p95",
    ),
    "difference": (
        "comparison/difference", "comparison/low+high", "comparison/verdict",
        "comparison/mean", "comparison/baseline_mean",
    ),
    "pairs": (
        "explore/pairs+replications", "explore/median_difference",
        "explore/median_low+median_high", "explore/smallest", "explore/largest",
    ),
    "share": (
        "explore/share", "explore/share_low+share_high", "explore/better+compared",
        "explore/equal+compared", "explore/worse+compared",
    ),
}  # fmt: skip
"""File and columns of the numbers of each column of its table."""

Row = Mapping[Any, Any]
View = tuple[list[Any], list[str]]
"""Numbers of the marks, None where undefined, and the cells of a row of the table."""


class OutcomeTables:
    """What the tables of a run say of one outcome, found once."""

    def __init__(self, outcomes: Outcomes, comparison: Comparison) -> None:
        self.outcomes = outcomes
        self.comparison = comparison
        self._found: dict[str, tuple[pd.DataFrame, int]] = {}

    @cached_property
    def summary(self) -> pd.DataFrame:
        """What ``summary.csv`` holds, with what is run beside the arrangements."""
        return self.outcomes.with_neighbours.summary(confidence=self.comparison.confidence)

    @cached_property
    def explored(self) -> pd.DataFrame:
        """What ``explore.csv`` holds, see `explored`."""
        return explored(self.outcomes, self.comparison)

    @cached_property
    def _levels(self) -> dict[str, dict[str, Row]]:
        # The tables of a run give what is shown, so that page and files cannot differ.
        own = [*_KEYS, *self.explored.columns.difference(self.summary.columns)]
        return _by_outcome(self.summary.merge(self.explored[own], on=_KEYS))

    @cached_property
    def _against(self) -> dict[str, dict[str, Row]]:
        behind = self.comparison.details().drop(columns=["outcome", "arrangement"])
        return _by_outcome(self.comparison.frame().join(behind))

    def record(self, name: str) -> dict[str, Any]:
        """Give all that the page shows of an outcome, but for its single values.

        Words of the mark; ``places``: decimals of single values; ``numbers`` and ``cells``: by
        statistic, one list per arrangement, None where there is nothing.
        """
        mark, style = self.outcomes.mark(name), self._style(name)
        views = self._views(mark)
        return {
            "name": name, "label": tr(mark.label), "unit": tr(style.axis),
            "step": tr(style.step_axis), "better": mark.better, "formula": tr(mark.formula),
            "places": self._printed(name)[1],
            "log": _needs_log(mark, [view["spread"][0] for view in views if "spread" in view]),
            "numbers": _by_statistic(views, 0), "cells": _by_statistic(views, 1),
        }  # fmt: skip

    def values(self, name: str) -> list[list[float | None]]:
        """Give the values of an outcome by arrangement and replication, as printed."""
        table, places = self._printed(name)
        return [rounded(table[column], places) for column in table.columns]

    def _printed(self, name: str) -> tuple[pd.DataFrame, int]:
        """Give values by replication and arrangement in the printed unit, and their decimals."""
        if name not in self._found:
            table = self.outcomes.table(name) * self._style(name).scale
            steps = table.sub(table[self.comparison.baseline], axis=0)
            self._found[name] = table, places(table, steps)
        return self._found[name]

    def _style(self, name: str) -> UnitStyle:
        """Give the one way in which all numbers of an outcome are read, as in the verdicts."""
        return self.comparison.style(name).style

    def _views(self, mark: Mark) -> list[dict[str, View]]:
        against, levels = self._against.get(mark.name, {}), self._levels[mark.name]
        own = _written(self._style(mark.name), levels, [_error(row) for row in levels.values()])
        steps = self.comparison.style(mark.name)
        views = []
        for one, row in levels.items():
            # Two values have neither box nor quantiles.
            rows = {"mean": row} if mark.binary else dict.fromkeys(_OF_LEVELS, row)
            found = {key: _view(key, row, own) for key, row in rows.items()}
            if one in against:
                found["difference"] = _view("difference", against[one], steps)
                found["pairs"] = _view("pairs", {**row, **against[one]}, steps)
                shares = {f"of_{n}": row[n] / (row["compared"] or math.nan) for n in _COUNTS}
                found["share"] = _view("share", {**row, **shares}, _SHARE)
            views.append(found)
        return views


_SHARE = RowStyle(unit_style("share"), 1)


def _error(row: Row) -> float:
    return error_of(float(row["low"]), float(row["high"]))


def _written(style: UnitStyle, rows: Mapping[str, Row], errors: Sequence[float]) -> RowStyle:
    """Give the decimals of all cells of a statistic: two digits of the largest error."""
    known = [abs(one) for one in errors if math.isfinite(one)]
    size = max((abs(row["mean"]) for row in rows.values()), default=math.nan)
    return RowStyle(
        style, decimals(size * style.scale, max(known, default=math.nan) * style.scale)
    )


def _view(key: str, row: Row, written: RowStyle) -> View:
    """Give numbers in the printed unit, to more digits than a screen shows, and cells."""
    numbers = [significant(row[name] * written.style.scale) for name in _NUMBERS[key]]
    return numbers, [_text(where.partition("/")[2], row, written) for where in CITED[key]]


def _text(columns: str, row: Row, written: RowStyle) -> str:
    first, _, second = columns.partition("+")
    if second in ("replications", "compared"):
        return tr("{count} of {total}", count=int(row[first]), total=int(row[second]))
    if first == "low" and "told" in row:
        return told_range(written, row)
    if second:
        return written.range(row[first], row[second])
    if first == "verdict":
        return tr(str(row[first])) + (" †" if row["clear_of_all"] else "")
    return (written.step if first in _STEPS else written.level)(row[first])


def _by_outcome(frame: pd.DataFrame) -> dict[str, dict[str, Row]]:
    """Turn a table into rows by outcome and arrangement."""
    found: dict[str, dict[str, Row]] = {}
    for row in frame.to_dict("records"):
        found.setdefault(str(row["outcome"]), {})[str(row["arrangement"])] = row
    return found


def _by_statistic(views: Sequence[Mapping[str, View]], part: int) -> dict[str, list[Any]]:
    """Turn views by arrangement into one part of them by statistic."""
    keys = dict.fromkeys(key for view in views for key in view)
    return {key: [view[key][part] if key in view else None for view in views] for key in keys}


def places(levels: pd.DataFrame, steps: pd.DataFrame) -> int:
    """Give the decimals of single values: three digits of what varies least.

    Differences within a replication vary less than levels do; both must be legible. Levels and
    steps, shape (n_replications, n_arrangements), are in the printed unit.

    >>> levels = pd.DataFrame({"a": [100.0, 104.0], "b": [100.2, 104.3]})
    >>> places(levels, levels.sub(levels["a"], axis=0))
    4
    """
    values = np.abs(levels.to_numpy(np.float64))
    size = float(np.nanmax(values)) if np.isfinite(values).any() else math.nan
    spreads = np.concatenate([part.std().to_numpy(np.float64) for part in (levels, steps)])
    known = spreads[spreads > _NO_SPREAD * size]
    return decimals(size, float(known.min(initial=math.inf)) / _FINER)


def significant(value: float, digits: int = 6) -> float | None:
    """Round to significant digits; None where undefined, since JSON has no nan.

    >>> significant(1234567.0), significant(0.00012345678), significant(float("nan"))
    (1234570, 0.000123457, None)
    """
    if not math.isfinite(value):
        return None
    short = float(f"{value:.{digits}g}") + 0.0  # adding zero turns -0.0 into 0.0
    return int(short) if short.is_integer() else short


def rounded(values: "pd.Series[float]", places: int) -> list[float | None]:
    """Round to decimals; None where undefined.

    >>> rounded(pd.Series([1.2345, float("nan"), -0.001]), 2)
    [1.23, None, 0.0]
    """
    shorter = [round(float(value), places) + 0.0 for value in values]
    whole = [int(v) if not places and math.isfinite(v) else v for v in shorter]
    return [value if math.isfinite(value) else None for value in whole]


def _needs_log(mark: Mark, spreads: Sequence[Sequence[Any]]) -> bool:
    """Say whether levels span decades, so that only a logarithmic axis shows them.

    The script takes it for views that span decades too, with every number above zero.
    """
    known = [numbers for numbers in spreads if numbers[0] is not None]
    low = min((numbers[0] for numbers in known), default=math.nan)
    high = max((numbers[-2] for numbers in known), default=math.nan)
    return bool(mark.heavy_tailed and low > 0.0 and high > _WIDE_RANGE * low)


# --- The curves that a reader can call up on the page: levels, bands and paired differences ------

_LEVEL, _STEP = (("mean", *LEVEL[::2]), ("difference", *STEP[::2]))
_FINE = 0.01
"""Values are kept to four digits of the largest: two of a hundredth of it."""


def curve_records(results: ResultsView, comparison: Comparison) -> Iterator[dict[str, Any]]:
    """Give every curve that a run has, as the page holds it.

    Words of the axes; ``x``: shape (n_x,); ``places``: decimals; ``level`` and ``steps``: by
    arrangement None or three lists, the mean and the ends of its band.
    """
    counts = [
        Curve(
            PREFIX + stage, tr("Firms in stage: {stage}", stage=tr(label).lower()), DATE, "firms"
        )
        for stage, label in STAGES.items()
    ]
    for curve in (SURVIVAL, VALUE_BY_AGE, VINTAGE, CUMULATIVE_PROFIT, CREDIT, *counts):
        if has_series(results, curve.series):
            data = curve_data(results, curve.series, comparison.baseline, curve.adds_up)
            yield _record(curve, data, comparison)


def _record(curve: Curve, data: pd.DataFrame, comparison: Comparison) -> dict[str, Any]:
    x = sorted(data["x"].unique())
    parts = {name: part.set_index("x").reindex(x) for name, part in data.groupby("arrangement")}
    read = curve.style(data)
    shown = {name: part[[*_LEVEL, *_STEP]] * read.scale for name, part in parts.items()}
    size = max(float(part["mean"].abs().max()) for part in shown.values())
    places = decimals(size, size * _FINE)
    return {
        "name": f"curve.{curve.series}", "label": tr(curve.title),
        "x": [round(float(one), 4) for one in x], "across": tr(curve.x), "unit": curve.level(read),
        "step": curve.step(read), "places": places,
        "level": [_lists(shown.get(one), _LEVEL, places) for one in comparison.arrangements],
        "steps": [
            _lists(shown.get(one) if one != comparison.baseline else None, _STEP, places)
            for one in comparison.arrangements
        ],
    }  # fmt: skip


def _lists(
    part: pd.DataFrame | None, columns: tuple[str, ...], places: int
) -> list[list[float | None]] | None:
    """Give columns as lists; None for an arrangement that has no such curve."""
    return None if part is None else [rounded(part[column], places) for column in columns]
