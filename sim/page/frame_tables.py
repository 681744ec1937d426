"""Frames as tables of a page: words translated, every number with the id of its cell."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from sim.base.language import tr
from sim.outcomes.mark import registry
from sim.outcomes.measure import Outcomes
from sim.outcomes.wording import (
    arrangement_text,
    error_of,
    level_text,
    number_text,
    range_text,
    spread_text,
    step_text,
    unit_style,
)
from sim.page.cells import cell_id
from sim.show.distribution import LEVELS

_NAMES = frozenset({"arrangement", "versus", "baseline", "bank", "stage", "regime", "sector"})

_BELIEF_GAP = "bank.belief_gap"
_BELIEFS = {
    "bank.belief_gap_default": "Defaults, all firms",
    "bank.belief_gap_default_startup": "Defaults, start-ups",
    "bank.belief_gap_default_growth": "Defaults, growth firms",
    "bank.belief_gap_default_expansion": "Defaults, expanding firms",
    "bank.belief_gap_default_mature": "Defaults, mature firms",
    "bank.belief_gap_loss": "Loss given default",
}


_LEVELS = frozenset({
    "value", "mean", "median", "estimate", "baseline", "baseline_mean", "baseline_value", "total",
    "model", "published_low", *LEVELS,
})  # fmt: skip
_STEPS = frozenset({"difference", "part", "gap", "mu", "median_difference"})
_SIZES = frozenset({
    "standard_error", "difference_error", "half_width", "target", "effect", "swing", "mu_star",
    "mu_star_conf", "sigma",
})  # fmt: skip
"""Columns in the unit of their row: levels, differences with a sign, sizes without one."""

_SHARES = frozenset({
    "S1", "S1_conf", "ST", "ST_conf", "level", "same_sign", "same_low", "same_and_clear",
    "opposite_and_clear",
})  # fmt: skip
"""Columns that are shares whatever the unit of their row."""


_WRITTEN = (
    (_STEPS, step_text), (_SIZES, spread_text), (_LEVELS | _SHARES, level_text),
)  # fmt: skip


class Shown(NamedTuple):
    """What a cell of a page shows, and the id of the number behind it."""

    text: str
    cell: str = ""


def shown_table(
    table: pd.DataFrame,
    units: Mapping[str, str],
    way: tuple[object, ...] = (),
    heads: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Write a frame for people: numbers in the units people read, intervals in one cell.

    Parameters
    ----------
    table : DataFrame
        A column ``unit`` gives the unit of a row's estimates. Columns ``low`` and ``high``,
        and others that end so, are the two ends of an interval.
    units : mapping of str to str
        Unit of a column where it does not differ by row, with columns of an interval after
        their lower end.
    way : tuple of str
        The beginning of the ids of cells: where the frame is kept; empty where it is not.
    heads : mapping of str to str, optional
        Words for columns whose names do not say what they are.

    Returns
    -------
    dict
        ``columns``: headings; ``rows``: lists of `Shown`; ``numbers``: which columns are
        numbers, as a list of bool.

    Examples
    --------
    >>> gap = pd.DataFrame({"clause": ["tenor"], "part": [0.0123], "low": [0.004],
    ...                     "high": [0.02], "unit": ["share"]})
    >>> [cell.text for cell in shown_table(gap, {})["rows"][0]]
    ['tenor', '+1.23 pp', '0.40 to 2.00', '%']
    >>> shown_table(gap, {"part": "share"})["columns"][1]
    'part (percentage points)'
    """
    columns = [column for column in map(str, table.columns) if not _is_upper(column, table)]
    rows = [
        [_cell(column, row, units, (*way, place) if way else ()) for column in columns]
        for place, row in enumerate(table.to_dict("records"))
    ]
    names = [_head(column, table, units, heads or {}) for column in columns]
    numbers = [pd.api.types.is_float_dtype(table[column]) for column in columns]
    return {"columns": names, "rows": rows, "numbers": numbers}


def _is_upper(column: str, table: pd.DataFrame) -> bool:
    """Say whether a column is the upper end of an interval, shown with the lower one."""
    return column.endswith("high") and f"{column[:-4]}low" in table


def _upper(column: str, row: Mapping[Any, Any] | pd.DataFrame) -> str:
    """Give the upper end of the interval that a column begins; empty where it begins none."""
    other = f"{column[:-3]}high"
    return other if column.endswith("low") and other in row else ""


def _head(
    column: str, table: pd.DataFrame, units: Mapping[str, str], heads: Mapping[str, str]
) -> str:
    """Write the heading of a column, with its unit where that is one for all rows."""
    name = heads.get(column, column.replace("_", " "))
    if _upper(column, table) and column not in heads:
        of = column[:-3].strip("_").replace("_", " ")
        name = tr("{name}: {value}", name=tr(of), value=tr("interval")) if of else "interval"
    unit = _own_unit(column, units)
    if not unit:
        return tr(name)
    style = unit_style(unit)
    words = style.step_axis if _kind(column) in _STEPS | _SIZES else style.axis
    return tr(name) if name.endswith(words) else f"{tr(name)} ({words})"


def _own_unit(column: str, units: Mapping[str, str]) -> str | None:
    """Give the unit of a whole column; None where it differs by row."""
    return units.get(column, units.get(_kind(column)))


def _kind(column: str) -> str:
    """Give the estimate that a column belongs to: an end of an interval to what it bounds."""
    return column.removesuffix("_low")


def _cell(
    column: str, row: Mapping[Any, Any], units: Mapping[str, str], way: tuple[object, ...]
) -> Shown:
    """Write one cell; it is cited where a number stands in it."""
    value, upper = row[column], _upper(column, row)
    if isinstance(value, str):
        text = plain_word(column, value)
        is_cited = any(letter.isdigit() for letter in value)
    else:
        text, is_cited = _number(column, row, units), True
    return Shown(
        text, cell_id(*way, (column, upper) if upper else column) if is_cited and way else ""
    )


def _number(column: str, row: Mapping[Any, Any], units: Mapping[str, str]) -> str:
    """Write a number in the unit in which people read it."""
    value, error = row[column], _error(column, row, units)
    by_row, own = row.get("unit"), "share" if column in _SHARES else _own_unit(column, units)
    unit = own if own is not None else by_row if isinstance(by_row, str) else ""
    if upper := _upper(column, row):
        return range_text(value, row[upper], unit, error)
    if not isinstance(value, float) or math.isnan(value):
        return number_text(value)
    if column in units:  # its unit stands in the heading
        return unit_style(unit).number(value, error, sign=column in _STEPS)
    return next((w(value, unit, error) for names, w in _WRITTEN if column in names), "") or (
        number_text(value)
    )


def _error(column: str, row: Mapping[Any, Any], units: Mapping[str, str]) -> float:
    """Give about one standard error of what a column holds, from its interval where it has one."""
    name = _kind(column)
    ends = (f"{name}_low", f"{name}_high") if f"{name}_low" in row else ("low", "high")
    is_own = ends[0] != "low" or (column in units) == ("low" in units)
    if column in _SHARES or not is_own:
        return math.nan
    if all(isinstance(row.get(end), float) for end in ends):
        return error_of(row[ends[0]], row[ends[1]])
    return float(row.get("standard_error", math.nan))


def heading(column: str) -> str:
    """Write the name of a column for readers."""
    return tr(column.replace("_", " "))


def plain_word(column: str, value: str) -> str:
    """Write a name for readers: outcomes by their labels, arrangements with a capital.

    Examples
    --------
    >>> plain_word("arrangement", "revenue_swap"), plain_word("unit", "share")
    ('Revenue swap', '%')
    """
    if column == "outcome":
        known = registry().get(value)
        return tr(known.label) if known else value
    if column == "unit":
        return unit_style(value).axis
    if column in _NAMES:
        return arrangement_text(value)
    return tr("; ").join(tr(part) for part in value.split("; "))


def belief_gaps(outcomes: Outcomes, confidence: float = 0.95) -> dict[str, Any] | None:
    """Give what happens over what banks believe, by arrangement.

    ``columns``: headings; ``rows``: for each outcome whose name begins with ``bank.belief_gap``
    what is believed, then under each arrangement the mean with its interval. None where there
    is no such outcome.
    """
    order = list(_BELIEFS)
    found = [name for name in outcomes.marks if name.startswith(_BELIEF_GAP)]
    found.sort(key=lambda name: order.index(name) if name in order else len(order))
    summary = {
        (row["outcome"], row["arrangement"]): row
        for row in outcomes.summary(confidence).to_dict("records")
    }
    rows = []
    for name in found:
        label = Shown(tr(_BELIEFS.get(name, outcomes.marks[name].label)))
        one = [_belief(summary[name, a], name, a) for a in outcomes.arrangements]
        rows.append([label, *one])
    heads = [arrangement_text(name) for name in outcomes.arrangements]
    return {"columns": [tr("Realised over believed"), *heads], "rows": rows} if rows else None


def _belief(row: Mapping[Any, Any], name: str, arrangement: str) -> Shown:
    unit, error = str(row["unit"]), error_of(row["low"], row["high"])
    mean = level_text(row["mean"], unit, error)
    text = f"{mean} ({range_text(row['low'], row['high'], unit, error)})"
    return Shown(text, cell_id("summary", name, arrangement, ("mean", "low", "high")))
