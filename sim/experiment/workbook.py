"""One workbook a run: what was asked, what was found, and every number that went in.

The sheets hold what the files of a run hold, in words and on the scale on which people read.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from sim.analysis.compare import Comparison
from sim.analysis.measured import Measured
from sim.analysis.outcomes_table import MEASURES, TABLE, Outcomes, arrangement_order
from sim.analysis.sheets import table_sheet
from sim.base.language import tr
from sim.base.wording import arrangement_text, decimals, percent_text, row_style, unit_name
from sim.base.workbook import Sheet
from sim.outcomes.series import SERIES, SeriesMark
from sim.scenario.declared import values_of
from sim.scenario.sources import parse_source
from sim.scenario.toml_text import join_key, value_text

_DRAWN = ("credit_outstanding", "cumulative_profit", "survival")
"""Curves that have a chart."""
_COLOURS = ("#4b5563", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#c98a00")


def run_sheets(found: Measured) -> tuple[Sheet, ...]:
    """Give the sheets of a run's workbook; the first says what the others hold."""
    results, outcomes, comparison = found.results, found.outcomes, found.comparison
    levels, histories, names = outcomes.sheets(comparison.confidence)
    sheets = [
        *(sheet for sheet in comparison.sheets() if sheet.name != names.name),
        levels, _bank_sheet(found.by_bank), _curve_sheet(results), histories,
        _assumptions(results.scenario), names, _manifest(results.manifest),
    ]  # fmt: skip
    sheets = [sheet for sheet in sheets if len(sheet.table) or sheet.draw is not None]
    return _first(results, outcomes, comparison, sheets), *sheets


def _first(results: Any, outcomes: Outcomes, comparison: Comparison, sheets: list[Sheet]) -> Sheet:
    """Give the sheet that is read first: the question, how to read numbers, the sheets."""
    scenario = results.scenario
    names = tr(", ").join(map(arrangement_text, comparison.arrangements))
    rows = [
        (tr("Scenario"), tr(scenario.title)), (tr("Question"), tr(scenario.question)),
        (tr("Arrangements"), names), (tr("Baseline"), arrangement_text(comparison.baseline)),
        (tr("Replications"), outcomes.replications), (tr("Seed"), scenario.experiment.seed),
        *_size(scenario),
        *((tr("How to read"), note) for note in _notes(outcomes, comparison)),
        *((sheet.name, sheet.about) for sheet in sheets),
    ]  # fmt: skip
    return Sheet(tr("Read first"), pd.DataFrame(rows, columns=[tr("Subject"), tr("Content")]))


def _size(scenario: Any) -> Iterator[tuple[str, Any]]:
    """Give how many firms are simulated and for how long, where the scenario tells."""
    if hasattr(scenario, "population"):
        yield tr("Firms"), scenario.population.firms
        yield tr("Years"), scenario.experiment.horizon_years


def _notes(outcomes: Outcomes, comparison: Comparison) -> Iterator[str]:
    """Say how differences, intervals, units and empty cells are to be read."""
    level, rows = percent_text(comparison.confidence), len(comparison.rows)
    yield tr(
        "Every arrangement is run on the same firms with common random numbers; a difference is"
        " that from the baseline, paired by replication."
    )
    yield tr(
        "Low and high are the ends of {level} intervals. They cover sampling error, not whether"
        " the assumptions are right; each row says how its interval is made.",
        level=level,
    )
    yield tr(
        "A difference is ranked only where its whole interval lies on one side of zero. Of {rows}"
        " intervals about {count} would miss zero by chance alone; the column on all says which"
        " stay clear when they are judged together (Holm).",
        rows=rows, count=round(rows * (1.0 - comparison.confidence)),
    )  # fmt: skip
    if outcomes.controls is not None:
        yield tr(
            "Control variates adjust the difference, so it may differ from the gap between the two"
            " means."
        )
    yield tr(
        "Shares and rates are in per cent, their differences in percentage points. Amounts are"
        " totals of the simulated firms and banks over all years compared, unless the unit says"
        " otherwise."
    )
    yield tr(
        "Cells hold numbers to full precision; their formats show the digits that the interval"
        " supports. An empty cell is undefined, not zero."
    )


def _bank_sheet(banks: pd.DataFrame) -> Sheet:
    about = tr("Each bank: means over replications and paired differences, with intervals.")
    measures = {measure.name: measure for measure in MEASURES}
    return table_sheet(tr("Bank by bank"), banks, TABLE, measures, about)


# --- Curves: means over histories, a column for each arrangement ---------------------------------


def _curve_sheet(results: Any) -> Sheet:
    """Give the curves of a run, with charts of some of them."""
    curves = results.table("series")
    parts = [
        part for mark in SERIES if ":" not in mark.name
        and (part := _means(results, curves.where("series", [mark.name]), mark)) is not None
    ]  # fmt: skip
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    about = tr("Curves over time and age: means over replications, a column for each arrangement.")

    def draw(book: Any, page: Any) -> None:
        row = 1
        for mark in SERIES:
            if mark.name in _DRAWN and _chart(book, page, table, mark, row):
                row += 21

    return Sheet(tr("Curves"), table, about, _places(table), draw if len(table) else None)


def _places(table: pd.DataFrame) -> list[int]:
    """Give the decimals that show three digits of the largest number of a curve."""
    if table.empty:
        return []
    sizes = table.iloc[:, 5:].abs().max(axis=1).groupby(table[tr("Curve")]).transform("max")
    return [decimals(size, math.nan) for size in sizes]


def _means(results: Any, rows: pd.DataFrame, mark: SeriesMark) -> pd.DataFrame | None:
    """Give the mean of a series at each place, over the replications that have it there."""
    if rows.empty:
        return None
    wide = rows.pivot_table("value", ["bank", "x"], "arrangement", sort=False)
    row = row_style(mark.unit, wide.to_numpy().ravel())
    wide *= row.style.scale
    wide = wide[list(arrangement_order(results, rows))].rename(columns=arrangement_text)
    wide = wide.rename_axis(columns=None).reset_index()
    wide["bank"] = [arrangement_text(name) for name in wide["bank"]]
    wide = wide.rename(columns={"bank": tr("Bank"), "x": tr("At")})
    wide.insert(0, tr("Curve"), _title(mark))
    wide.insert(1, tr("Unit"), row.style.axis)
    wide.insert(4, tr("At is"), tr(mark.x))
    return wide


def _title(mark: SeriesMark) -> str:
    words = tr(mark.meaning)
    return words[:1].upper() + words[1:]


def _chart(book: Any, page: Any, table: pd.DataFrame, mark: SeriesMark, row: int) -> bool:
    """Draw one curve right of the table; say whether it is there."""
    places = (table[tr("Curve")] == _title(mark)).to_numpy().nonzero()[0]
    if not len(places):
        return False
    first, last, names = int(places[0]) + 1, int(places[-1]) + 1, list(table.columns)
    chart = book.add_chart({"type": "scatter", "subtype": "straight"})
    x, name = names.index(tr("At")), page.get_name()
    for number, arrangement in enumerate(names[names.index(tr("At is")) + 1 :]):
        column = names.index(arrangement)
        chart.add_series({
            "name": arrangement, "categories": [name, first, x, last, x],
            "values": [name, first, column, last, column],
            "line": {"color": _COLOURS[number % len(_COLOURS)], "width": 1.75},
        })  # fmt: skip
    chart.set_title({"name": _title(mark)})
    chart.set_x_axis({"name": tr(mark.x), "label_position": "low"})
    chart.set_y_axis({"name": str(table[tr("Unit")].iloc[places[0]])})
    chart.set_size({"width": 720, "height": 400})
    page.insert_chart(row, len(names) + 1, chart, {"description": _title(mark)})
    return True


# --- What went in: every number with its source, and what the run says of itself -----------------


def _assumptions(scenario: Any) -> Sheet:
    """Give every number of a scenario, in the unit of its file, with its source."""
    rows = [
        {
            tr("Parameter"): join_key(path), tr("Meaning"): tr(meaning),
            tr("Value"): value_text(value) if isinstance(value, tuple | Mapping) else value,
            tr("Unit"): tr(unit_name(unit)), **_source(scenario.sources, path),
        }
        for path, value, (unit, meaning) in values_of(scenario)
        if path[0] != "sources" and _has_number(value)
    ]  # fmt: skip
    about = tr("Every number of the scenario in the unit of its file, with its source.")
    return Sheet(tr("Assumptions"), pd.DataFrame(rows), about)


def _has_number(value: Any) -> bool:
    if isinstance(value, tuple):
        return any(map(_has_number, value))
    return isinstance(value, int | float) and not isinstance(value, bool)


def _source(sources: Mapping[str, str], path: tuple[str | int, ...]) -> dict[str, str]:
    """Give kind and words of the source of a value, or of the list or table that it is in."""
    places = (join_key(path[:depth]) for depth in range(len(path), 0, -1))
    text = next((sources[key] for key in places if key in sources), "")
    try:
        kind = tr(parse_source(text).kind)
    except ValueError:
        kind = ""
    return {tr("Kind"): kind, tr("Source"): text or tr("none is given")}


def _manifest(manifest: Mapping[str, Any]) -> Sheet:
    """Give what a run says of itself: seed, versions, digests, the largest residual."""
    flat = pd.json_normalize(dict(manifest))
    rows = [(key, _plain(flat[key].iloc[0])) for key in flat.columns]
    about = tr("What the run says of itself: seed, versions, digests, accounting residual.")
    return Sheet(tr("Run"), pd.DataFrame(rows, columns=[tr("Entry"), tr("Value")]), about)


def _plain(value: Any) -> Any:
    """Write a list as text and leave numbers as they are."""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return value.item() if hasattr(value, "item") else value
