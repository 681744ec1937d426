"""Tables for people: comparisons by party, assumptions, and what a run was made of."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

from sim.analysis.book import Footing
from sim.analysis.compare import UNDEFINED, Comparison, warning_words
from sim.analysis.mean_rule import told_range
from sim.analysis.outcomes_table import MEASURES, Measure, Outcomes
from sim.base.language import tr
from sim.base.wording import (
    RowStyle,
    UnitStyle,
    amount_text,
    arrangement_text,
    decimals,
    error_of,
    number_text,
    row_style,
    unit_name,
    unit_style,
    verdict_word,
)
from sim.outcomes.mark import Mark
from sim.report.figures.distribution import LEVELS
from sim.report.parts import cell_id
from sim.scenario.declared import shown, values_of
from sim.scenario.key_words import key_text, read_unit
from sim.scenario.toml_text import join_key
from sim.studies.findings import label_of

_TONES = {"better": "good", "worse": "bad", "higher": "moved", "lower": "moved"}
_DEFINED = {
    "outcome": "label", "unit": "unit", "better": "better", "basis": "basis",
    "formula": "formula", "interval": "interval_method", "source": "source",
}  # fmt: skip
_KINDS = ("assumption", "fitted", "design choice", "reference", "fact")


def outcome_cells(
    comparison: Comparison, name: str, footing: Footing | None = None
) -> dict[str, dict[str, Any]]:
    """Give the texts of one outcome, by arrangement.

    Keys baseline, difference, interval, verdict (str); tone ("good", "bad", "moved",
    "none"), clear_of_all, joint, defined (bool), warning; per and baseline_per, difference and
    level of a total on its common footing, empty where it has none.
    """
    behind, written = comparison.details(), comparison.style(name)
    per = comparison.style(name, *footing) if footing else None
    divisor = footing.divisor if footing else 1.0
    cells = {}
    for place, row in enumerate(comparison.frame().to_dict("records")):
        if row["outcome"] == name:
            told = behind.iloc[place].to_dict()
            warning = warning_words(told, comparison.marks[name], comparison.confidence)
            verdict = str(row["verdict"])
            cells[str(row["arrangement"])] = {
                "baseline": written.level(row["baseline_mean"]),
                "difference": written.step(row["difference"]),
                "interval": told_range(written, row), "verdict": verdict,
                "tone": tone(verdict), "clear_of_all": bool(told["clear_of_all"]), "joint": False,
                "defined": bool(pd.notna(row["difference"])), "warning": warning,
                "per": per.step(row["difference"] / divisor) if per else "",
                "baseline_per": per.level(row["baseline_mean"] / divisor) if per else "",
            }  # fmt: skip
    return cells


def tone(verdict: str) -> str:
    """Give the tone in which a verdict is shown; words carry the same meaning."""
    return _TONES.get(verdict_word(verdict), "none")


def standalone(outcomes: Outcomes, comparison: Comparison) -> pd.DataFrame:
    """Give the outcomes that exist only against a baseline, with their own intervals.

    The year in which an arrangement overtakes the baseline, for example, has no value under the
    baseline, so there is no difference to test; it has a median. Columns of the summary, median
    as text, and label, unit_text, interval (text).
    """
    frame = comparison.frame()
    names = set(frame.loc[frame["verdict"] == UNDEFINED, "outcome"])
    rows = []
    for row in outcomes.summary(confidence=comparison.confidence).to_dict("records"):
        if row["outcome"] in names and row["arrangement"] != comparison.baseline:
            ends = row["median_low"], row["median_high"]
            written = row_style(str(row["unit"]), [row["median"]], [error_of(*ends)])
            words = {
                "label": tr(outcomes.marks[str(row["outcome"])].label),
                "unit_text": written.style.axis,
                "median": written.level(row["median"]),
                "interval": written.range(*ends),
            }
            rows.append(row | words)
    return pd.DataFrame(rows)


def definitions(comparison: Comparison) -> pd.DataFrame:
    """Give what every outcome means: unit, direction, basis, formula, interval, source."""
    return pd.DataFrame(
        {"name": mark.name} | {key: tr(getattr(mark, own)) for key, own in _DEFINED.items()}
        for mark in comparison.marks.values()
    )


def sources_table(sources: Mapping[str, str], scenario: Any = None) -> pd.DataFrame:
    """Give where every number of the scenario comes from, by dotted key, assumptions first.

    Columns key, kind ("assumption", "fitted", "design choice", "reference", "fact"), source, and
    value, unit and way (its path, a tuple), which are empty where the scenario does not tell.
    """
    known = {join_key(path): (path, value, words[0]) for path, value, words in values_of(scenario)}
    rows = []
    for key, text in sources.items():
        word = text.strip().lower()
        kind = next((kind for kind in _KINDS if word.startswith(kind)), "fact")
        way, value, unit = known.get(key, ((), None, ""))
        value = "" if value is None else shown(value)
        rows.append(
            {
                "key": key,
                "kind": kind,
                "source": text,
                "value": value,
                "unit": unit_name(unit),
                "way": way,
            }
        )
    rows.sort(key=lambda row: (_KINDS.index(row["kind"]), row["key"]))
    return pd.DataFrame(rows, columns=["key", "kind", "source", "value", "unit", "way"])


def manifest_table(manifest: Mapping[str, Any]) -> pd.DataFrame:
    """Give a manifest as lines of key and value, nested keys joined by dots.

    Columns key, value, way (the nested keys as a tuple).
    """
    return pd.DataFrame(list(_leaves(manifest, ())), columns=["key", "value", "way"])


def _leaves(
    part: Mapping[str, Any], above: tuple[str, ...]
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for key, value in part.items():
        way = (*above, key)
        if isinstance(value, Mapping):
            yield from _leaves(value, way)
        elif isinstance(value, list | tuple):
            yield ".".join(way), ", ".join(str(one) for one in value), way
        else:
            yield ".".join(way), str(value), way


# --- Frames as tables of a page: words translated, every number with the id of its cell ----------

_NAMES = frozenset({"arrangement", "versus", "baseline", "bank", "stage", "regime", "sector"})

_BELIEFS = {
    "bank.belief_gap_default": "Defaults, all firms",
    "bank.belief_gap_default_startup": "Defaults, start-ups",
    "bank.belief_gap_default_growth": "Defaults, growth firms",
    "bank.belief_gap_default_expansion": "Defaults, expanding firms",
    "bank.belief_gap_default_mature": "Defaults, mature firms",
    "bank.belief_gap_loss": "Loss given default",
    "bank.belief_gap_business": "Banking business",
}

_LEVELS = frozenset({
    "value", "mean", "median", "estimate", "baseline", "baseline_mean", "baseline_value", "total",
    "first", "second", "model", "published_low", "until", "shipped", *LEVELS,
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
_READ = _STEPS | _SIZES | _LEVELS | _SHARES
_PLACES = frozenset({"at", "from", "to", "range_from", "range_to"})
"""Columns in the unit of the key of their row."""


class Shown(NamedTuple):
    """What a cell of a page shows, and the id of the number behind it."""

    text: str
    cell: str = ""


def shown_table(
    table: pd.DataFrame,
    units: Mapping[str, str],
    way: tuple[object, ...] = (),
    heads: Mapping[str, str] | None = None,
    marks: Mapping[str, Mark] | None = None,
) -> dict[str, Any]:
    """Write a frame for people: numbers in the units people read, intervals in one cell.

    A column ``unit`` gives the unit of a row's estimates, `units` that of a column where it does
    not differ by row (an interval under its lower end). Columns ``low`` and ``high``, and others
    that end so, are the two ends of an interval. `way` is the beginning of the ids of cells:
    where the frame is kept, empty where it is not; `heads` are words for columns whose names do
    not say what they are; `marks` those of the run, which may call an outcome by a humbler name
    than the registered. Gives ``columns``: headings; ``rows``: lists of `Shown`; ``numbers``:
    which columns are numbers, as a list of bool.

    >>> gap = pd.DataFrame({"clause": ["tenor"], "part": [0.0123], "low": [0.004],
    ...                     "high": [0.02], "unit": ["share"]})
    >>> [cell.text for cell in shown_table(gap, {})["rows"][0]]
    ['tenor', '+1.23 pp', '0.40 to 2.00', '%']
    >>> shown_table(gap, {"part": "share"})["columns"][1]
    'part (percentage points)'
    """
    uppers = {_upper(column, table) for column in map(str, table.columns)}
    columns = [column for column in map(str, table.columns) if column not in uppers]
    read = _sized(units, table)
    rows = [
        [_frame_cell(column, row, read, (*way, place) if way else (), marks) for column in columns]
        for place, row in enumerate(table.to_dict("records"))
    ]
    names = [_head(column, table, read, heads or {}) for column in columns]
    numbers = [pd.api.types.is_float_dtype(table[column]) for column in columns]
    return {"columns": names, "rows": rows, "numbers": numbers}


Styles = Mapping[str, UnitStyle]
"""How columns are read whose unit does not differ by row."""


def _sized(units: Mapping[str, str], table: pd.DataFrame) -> Styles:
    """Give columns of one unit one way to be read, by the largest number in any of them."""
    found: dict[str, UnitStyle] = {}
    for unit in set(units.values()):
        own = [name for name, one in units.items() if one == unit]
        inside = [name for name in own for name in (name, _upper(name, table)) if name in table]
        numbers = table[inside].select_dtypes("number").abs().max().max() if inside else math.nan
        found |= dict.fromkeys(own, unit_style(unit, float(numbers)))
    return found


def _upper(column: str, row: Mapping[Any, Any] | pd.DataFrame) -> str:
    """Give the upper end of the interval that a column begins; empty where it begins none."""
    other = f"{column[:-3]}high"
    is_end = column.endswith("low") and not column.startswith("is_")
    return other if is_end and other in row else ""


def _head(column: str, table: pd.DataFrame, units: Styles, heads: Mapping[str, str]) -> str:
    """Write the heading of a column, with its unit where that is one for all rows."""
    name = heads.get(column, _named(column))
    if _upper(column, table) and column not in heads:
        of = _named(column[:-3].strip("_."))
        name = tr("{name}: {value}", name=tr(of), value=tr("interval")) if of else "interval"
    style = units.get(column, units.get(_column_kind(column)))
    if not style:
        return tr(name)
    is_step = _column_kind(column).rpartition(": ")[2] in _STEPS | _SIZES
    words = style.step_axis if is_step else style.axis
    return tr(name) if name.endswith(words) else f"{tr(name)} ({words})"


def _named(column: str) -> str:
    """Write the name of a column: a key, an outcome or an arrangement with what is told of it."""
    arrangement, _, what = column.partition(": ")
    if what:
        return f"{arrangement_text(arrangement)}: {what}"
    return key_text(label_of(column)).replace("_", " ")


def _column_kind(column: str) -> str:
    """Give the estimate that a column belongs to: an end of an interval to what it bounds."""
    return column.removesuffix("_low").removesuffix(".low")


def _frame_cell(
    column: str,
    row: Mapping[Any, Any],
    units: Styles,
    way: tuple[object, ...],
    marks: Mapping[str, Mark] | None,
) -> Shown:
    """Write one cell; it is cited where a number stands in it."""
    value, upper = row[column], _upper(column, row)
    if column == "unit" and isinstance(value, str):
        return Shown(_own_style(row, units).axis)
    if isinstance(value, str):
        text = plain_word(column, value, marks)
        is_cited = any(letter.isdigit() for letter in value)
    elif isinstance(value, bool):
        text, is_cited = tr("yes") if value else tr("no"), False
    else:
        text, is_cited = _number(column, row, units), True
    own = (column, upper) if upper else column
    return Shown(text, cell_id(*way, own) if is_cited and way else "")


def _own_style(row: Mapping[Any, Any], units: Styles) -> UnitStyle:
    """Give the way in which numbers in the unit of their own row are read."""
    own = [value for name, value in row.items() if _is_own(str(name), units)]
    known = [abs(one) for one in own if isinstance(one, float) and math.isfinite(one)]
    return unit_style(str(row["unit"]), max(known, default=0.0))


def _is_own(column: str, units: Styles) -> bool:
    """Say whether a column holds numbers in the unit of their row."""
    kind = column.removesuffix("_high").removesuffix("_low")
    is_read = kind in _READ - _SHARES or column in ("low", "high")
    return is_read and column not in units and kind not in units


def _number(column: str, row: Mapping[Any, Any], units: Styles) -> str:
    """Write a number in the unit in which people read it."""
    value, kind = row[column], _column_kind(column)
    if column in _PLACES and "key" in row:
        return amount_text(value, _place_style(row))
    style = unit_style("share") if column in _SHARES else units.get(column, units.get(kind))
    if style is None:
        has_own = isinstance(row.get("unit"), str)
        style = _own_style(row, units) if has_own else unit_style("")
    error = style.scale * _error(column, row, units)
    if upper := _upper(column, row):
        size = style.scale * max(abs(value), abs(row[upper]))
        return RowStyle(style, decimals(size, error)).range(value, row[upper])
    if not isinstance(value, float) or math.isnan(value):
        return number_text(value)
    written = RowStyle(style, decimals(style.scale * value, error))
    if column in units:  # its unit stands in the heading
        return written.number(value, sign=column in _STEPS)
    if column in _STEPS | _SIZES:
        return written.step(value, sign=column in _STEPS)
    return written.level(value) if column in _READ else number_text(value)


def _place_style(row: Mapping[Any, Any]) -> UnitStyle:
    """Give the way in which values of the key of a row are read."""
    values = [abs(value) for name, value in row.items() if name in _PLACES]
    return unit_style(read_unit(str(row["key"])), max(values))


def _error(column: str, row: Mapping[Any, Any], units: Styles) -> float:
    """Give about one standard error of what a column holds, from its interval where it has one."""
    name = _column_kind(column)
    ends = (f"{name}_low", f"{name}_high") if f"{name}_low" in row else ("low", "high")
    is_own = ends[0] != "low" or (column in units) == ("low" in units)
    if column in _SHARES or not is_own:
        return math.nan
    if all(isinstance(row.get(end), float) for end in ends):
        return error_of(row[ends[0]], row[ends[1]])
    return float(row.get("standard_error", math.nan))


def plain_word(column: str, value: str, marks: Mapping[str, Mark] | None = None) -> str:
    """Write a name for readers: outcomes by their labels, arrangements with a capital.

    >>> plain_word("arrangement", "revenue_swap"), plain_word("unit", "share")
    ('Revenue swap', '%')
    """
    if column == "outcome":
        return tr(label_of(value, marks))
    if column == "unit":
        return unit_style(value).axis
    if column == "key":
        return key_text(value)
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
    found = [name for name in outcomes.marks if name.startswith("bank.belief_gap")]
    found.sort(key=lambda name: order.index(name) if name in order else len(order))
    summary = {
        (row["outcome"], row["arrangement"]): row
        for row in outcomes.summary(confidence=confidence).to_dict("records")
    }
    rows = []
    for name in found:
        label = Shown(tr(_BELIEFS.get(name, outcomes.marks[name].label)))
        one = []
        own = [summary[name, arm] for arm in outcomes.arrangements]
        errors = [error_of(row["low"], row["high"]) for row in own]
        written = row_style(outcomes.marks[name].unit, [row["mean"] for row in own], errors)
        for arm, row in zip(outcomes.arrangements, own, strict=True):
            text = f"{written.level(row['mean'])} ({written.range(row['low'], row['high'])})"
            one.append(Shown(text, cell_id("summary", name, arm, ("mean", "low", "high"))))
        rows.append([label, *one])
    heads = [arrangement_text(name) for name in outcomes.arrangements]
    return {"columns": [tr("Realised over believed"), *heads], "rows": rows} if rows else None


# --- Bank by bank: one table a measure, a row a bank, a column an arrangement --------------------

MOST_BANKS = 12
"""Banks that a page shows; all of them stand in the file."""


def bank_tables(frame: pd.DataFrame, baseline: str) -> dict[str, Any]:
    """Lay out what `sim.analysis.outcomes_table.by_bank` gives.

    ``tables``: for each measure label, unit, formula and rows of a bank with its cells (mean,
    interval, step, reach, tone, at); ``shown``, ``total``: number of banks, the largest of
    which are shown.
    """
    sizes = frame[(frame["measure"] == "loans") & (frame["arrangement"] == baseline)]
    banks = list(dict.fromkeys(frame["bank"]))
    largest = set(sizes.nlargest(MOST_BANKS, "mean", keep="all")["bank"][:MOST_BANKS])
    chosen = [bank for bank in banks if bank in largest]
    shown = frame[frame["bank"].isin(chosen)]
    tables = [_table(measure, shown, chosen) for measure in MEASURES]
    return {"tables": tables if chosen else [], "shown": len(chosen), "total": len(banks)}


def _table(measure: Measure, frame: pd.DataFrame, banks: list[str]) -> dict[str, Any]:
    rows = frame[frame["measure"] == measure.name]
    by_bank = {bank: rows[rows["bank"] == bank].to_dict("records") for bank in banks}
    errors = [rows[f"{one}high"] - rows[f"{one}low"] for one in ("", "difference_")]
    # One unit for the whole table; decimals by bank, since banks differ in size.
    size = rows["mean"].abs().max()
    written = {
        bank: row_style(
            measure.unit, [size],
            [0.25 * float(one[rows["bank"] == bank].max()) for one in errors],
            [row["difference"] for row in own if _side(row)],
        )
        for bank, own in by_bank.items()
    }  # fmt: skip
    return {
        "label": tr(measure.label),
        "unit": unit_style(measure.unit, size).axis,
        "formula": tr(measure.formula),
        "rows": [
            {"bank": bank, "cells": [_bank_cell(measure, row, written[bank]) for row in own]}
            for bank, own in by_bank.items()
        ],
    }


def _side(row: dict[Any, Any]) -> int:
    """Give the side of zero on which the whole interval of a bank's difference lies, or 0."""
    return int(row["difference_low"] > 0.0) - int(row["difference_high"] < 0.0)


def _bank_cell(measure: Measure, row: dict[Any, Any], written: RowStyle) -> dict[str, str]:
    """Write one cell; a difference only where its whole interval lies on one side of zero."""
    side = _side(row)
    good = {"higher": 1, "lower": -1}.get(measure.better, 0) * side
    tone = {1: "good", -1: "bad"}.get(good, "moved" if side else "")
    return {
        "mean": written.level(row["mean"]),
        "interval": written.range(row["low"], row["high"]),
        "step": written.step(row["difference"]) if side else "",
        "reach": written.range(row["difference_low"], row["difference_high"]),
        "tone": tone,
        "at": cell_id("by_bank", measure.name, row["bank"], row["arrangement"]),
    }
