"""The numbers that a reader can call up on the page: every outcome, in printed units.

All estimates and intervals are made here, from the same functions as the tables and
figures.  The page lays them out and computes nothing but places on the screen.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.analysis.compare import Comparison
from sim.analysis.estimates import count_wins
from sim.analysis.outcomes_table import Outcomes, ResultsView
from sim.base.columns import TEXT, Column
from sim.base.language import tr
from sim.base.wording import (
    decimals,
    error_of,
    level_text,
    percent_text,
    range_text,
    step_text,
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

# --- The numbers that a reader of the report can call up, as the table ``explore.csv`` -----------


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
            "largest": steps.max() if steps.size else math.nan,
            "compared": counted.pairs,
            "better": counted.better, "equal": counted.equal, "worse": counted.worse,
            "share": counted.share, "share_low": counted.low, "share_high": counted.high,
        }  # fmt: skip
    return found


# --- The numbers that a reader can call up on the page: every outcome, in printed units ----------


_FINER = 10.0
"""Values are kept to a tenth of what two digits of their spread would show."""
_WIDE_RANGE = 30.0
_NO_SPREAD = 1e-9
_KEYS = ["outcome", "arrangement"]

Row = Mapping[Any, Any]
View = tuple[list[Any], list[str]]
"""Numbers of the marks, None where undefined, and the cells of a row of the table."""


class Printed(NamedTuple):
    """Values by replication and arrangement in the printed unit, and their decimals."""

    table: pd.DataFrame
    places: int


class OutcomeTables:
    """What the tables of a run say of one outcome, found once."""

    def __init__(self, outcomes: Outcomes, comparison: Comparison) -> None:
        self.outcomes = outcomes
        self.comparison = comparison
        # The tables of a run give what is shown, so that page and files cannot differ.
        levels, others = outcomes.summary(comparison.confidence), explored(outcomes, comparison)
        own = [*_KEYS, *others.columns.difference(levels.columns)]
        self._levels = _by_outcome(levels.merge(others[own], on=_KEYS))
        behind = comparison.details().drop(columns=["outcome", "arrangement"])
        self._against = _by_outcome(comparison.frame().join(behind))
        self._found: dict[str, Printed] = {}

    def record(self, name: str) -> dict[str, Any]:
        """Give all that the page shows of an outcome, but for its single values.

        Words of the mark; ``places``: decimals of single values; ``numbers`` and ``cells``: by
        statistic, one list per arrangement, None where there is nothing.
        """
        mark, style = self.outcomes.mark(name), unit_style(self.outcomes.mark(name).unit)
        views = self._views(mark)
        return {
            "name": name,
            "label": tr(mark.label),
            "unit": tr(style.axis),
            "step": tr(style.step_axis),
            "better": mark.better,
            "formula": tr(mark.formula),
            "places": self._printed(name).places,
            "log": _needs_log(mark, [view["spread"][0] for view in views]),
            "numbers": _by_statistic(views, 0),
            "cells": _by_statistic(views, 1),
        }

    def values(self, name: str) -> list[list[float | None]]:
        """Give the values of an outcome by arrangement and replication, as printed."""
        table, places = self._printed(name)
        return [rounded(table[column], places) for column in table.columns]

    def _printed(self, name: str) -> "Printed":
        """Give the values of an outcome in the printed unit, and their decimals."""
        if name not in self._found:
            scale = unit_style(self.outcomes.mark(name).unit).scale
            table = self.outcomes.table(name) * scale
            steps = table.sub(table[self.comparison.baseline], axis=0)
            self._found[name] = Printed(table, places(table, steps))
        return self._found[name]

    def _views(self, mark: Mark) -> list[dict[str, View]]:
        """Give numbers and cells of every statistic, by arrangement."""
        against, scale = self._against.get(mark.name, {}), unit_style(mark.unit).scale
        views = []
        for one, row in self._levels[mark.name].items():
            view = {"spread": _spread(row), "mean": _mean(row), "quantiles": _quantiles(row)}
            if one in against:
                view["difference"] = _difference(against[one])
                view["pairs"] = _pairs(row, against[one])
                view["share"] = _share(row)
            scales = {"share": unit_style("share").scale}
            views.append({key: _scaled(v, scales.get(key, scale)) for key, v in view.items()})
        return views


def _spread(row: Row) -> View:
    unit, error = str(row["unit"]), _error(row)
    numbers = [*(row[level] for level in LEVELS), row["mean"]]
    return numbers, [
        _count(row["defined"], row["replications"]),
        level_text(row["mean"], unit, error),
        level_text(row["median"], unit, error),
        range_text(row["p25"], row["p75"], unit, error),
        range_text(row["p05"], row["p95"], unit, error),
    ]


def _mean(row: Row) -> View:
    unit, error = str(row["unit"]), _error(row)
    return [row["mean"], row["low"], row["high"]], [
        level_text(row["mean"], unit, error),
        range_text(row["low"], row["high"], unit, error),
        _count(row["defined"], row["replications"]),
    ]


def _quantiles(row: Row) -> View:
    unit, error = str(row["unit"]), _error(row)
    numbers = [row["p05"], row["median"], row["p95"]]
    return numbers, [
        level_text(row["p05"], unit, error),
        level_text(row["median"], unit, error),
        range_text(row["median_low"], row["median_high"], unit, error),
        level_text(row["p95"], unit, error),
    ]


def _difference(row: Row) -> View:
    """Say what stands in ``comparison.csv``, in the digits of the table of verdicts."""
    unit, error = str(row["unit"]), float(row["standard_error"])
    numbers = [row["difference"], row["low"], row["high"]]
    return numbers, [
        step_text(row["difference"], unit, error),
        range_text(row["low"], row["high"], unit, error),
        tr(str(row["verdict"])) + (" †" if row["clear_of_all"] else ""),
        level_text(row["mean"], unit, error),
        level_text(row["baseline_mean"], unit, error),
    ]


def _pairs(row: Row, against: Row) -> View:
    unit, error = str(row["unit"]), float(against["standard_error"])
    return [against["median_difference"]], [
        _count(against["pairs"], against["replications"]),
        step_text(against["median_difference"], unit, error),
        range_text(against["median_low"], against["median_high"], unit, error),
        step_text(row["smallest"], unit, error),
        step_text(row["largest"], unit, error),
    ]


def _share(row: Row) -> View:
    total = row["compared"]
    counts = [row[name] for name in ("better", "equal", "worse")]
    shares = [count / total if total else math.nan for count in counts]
    return [*shares, row["share_low"], row["share_high"]], [
        level_text(row["share"], "share"),
        range_text(row["share_low"], row["share_high"], "share", 0.1),
        *(_count(count, total) for count in counts),
    ]


def _count(count: Any, total: Any) -> str:
    return tr("{count} of {total}", count=int(count), total=int(total))


def _error(summary: Row) -> float:
    return error_of(float(summary["low"]), float(summary["high"]))


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


def _scaled(view: View, scale: float) -> View:
    """Give the numbers of a view in the printed unit, to more digits than a screen shows."""
    return [significant(value * scale) for value in view[0]], view[1]


def places(levels: pd.DataFrame, steps: pd.DataFrame) -> int:
    """Give the decimals of single values: three digits of what varies least.

    Differences within a replication vary less than levels do; both must be legible.

    Parameters
    ----------
    levels, steps : DataFrame, shape (n_replications, n_arrangements)
        Values, and their differences from the baseline, in the printed unit.

    Examples
    --------
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

    Examples
    --------
    >>> significant(1234567.0), significant(0.00012345678), significant(float("nan"))
    (1234570, 0.000123457, None)
    """
    if not math.isfinite(value):
        return None
    short = float(f"{value:.{digits}g}") + 0.0  # adding zero turns -0.0 into 0.0
    return int(short) if short.is_integer() else short


def rounded(values: "pd.Series[float]", places: int) -> list[float | None]:
    """Round to decimals; None where undefined.

    Examples
    --------
    >>> rounded(pd.Series([1.2345, float("nan"), -0.001]), 2)
    [1.23, None, 0.0]
    >>> rounded(pd.Series([12.3]), 0)
    [12]
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
    for curve in _curves():
        if has_series(results, curve.series):
            data = curve_data(results, curve.series, comparison.baseline, curve.adds_up)
            yield _record(curve, data, comparison)


def _curves() -> Iterator[Curve]:
    """Give the curves in reading order; firms of each stage are curves too."""
    yield from (SURVIVAL, VALUE_BY_AGE, VINTAGE, CUMULATIVE_PROFIT, CREDIT)
    for stage, label in STAGES.items():
        title = tr("Firms in stage: {stage}", stage=tr(label).lower())
        yield Curve(PREFIX + stage, title, DATE, "firms")


def _record(curve: Curve, data: pd.DataFrame, comparison: Comparison) -> dict[str, Any]:
    """Write one curve for the page."""
    x = sorted(data["x"].unique())
    parts = {name: part.set_index("x").reindex(x) for name, part in data.groupby("arrangement")}
    scale = unit_style(curve.unit).scale
    shown = {name: part[[*_LEVEL, *_STEP]] * scale for name, part in parts.items()}
    size = max(float(part["mean"].abs().max()) for part in shown.values())
    places = decimals(size, size * _FINE)
    return {
        "name": f"curve.{curve.series}",
        "label": tr(curve.title),
        "x": [round(float(one), 4) for one in x],
        "across": tr(curve.x),
        "unit": curve.level,
        "step": curve.step,
        "places": places,
        "level": [_lists(shown.get(one), _LEVEL, places) for one in comparison.arrangements],
        "steps": [
            _lists(shown.get(one) if one != comparison.baseline else None, _STEP, places)
            for one in comparison.arrangements
        ],
    }


def _lists(
    part: pd.DataFrame | None, columns: tuple[str, ...], places: int
) -> list[list[float | None]] | None:
    """Give columns as lists; None for an arrangement that has no such curve."""
    return None if part is None else [rounded(part[column], places) for column in columns]
