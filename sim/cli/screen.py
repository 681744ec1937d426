"""The comparison of a run on the terminal: headlines, in the words and units of the report."""

import re
from collections.abc import Iterator, Sequence
from textwrap import fill
from typing import Any

import typer
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from sim.analysis.book import firms_of, per_thousand
from sim.analysis.compare import UNDEFINED, UNRESOLVED, unseen_words
from sim.base.language import current, tr
from sim.base.wording import (
    arrangement_text,
    error_of,
    percent_text,
    plain_number,
    row_style,
    unit_style,
    verdict_word,
)
from sim.cli.options import WIDTH, console, table
from sim.report.figures.selection import headlines
from sim.report.open_numbers import not_computed, over_range
from sim.report.tables import outcome_cells
from sim.studies.over_parameters import named

_STYLES = {"better": "green", "worse": "red", "higher": "bold", "lower": "bold"}
_LABEL, _CELL = 25, 14
_ACROSS = 4
_Columns = tuple[Sequence[str], dict[tuple[str, str], dict[str, Any]]]
"""Arrangements of a table, and intervals over parameters by outcome and arrangement."""


def show(comparison: Any, scenario: Any, over: Any = None, outcomes: Any = None) -> None:
    """Print what the numbers are, and the headlines in tables of at most `WIDTH` columns.

    `over` is what `sim.studies.over_parameters` gives, where it was made of the scenario. Of one
    arrangement alone the levels are printed, which the `outcomes` give.
    """
    if len(comparison.arrangements) == 1:
        levels = outcomes.summary(confidence=comparison.confidence)
        typer.echo(f"{alone(comparison, scenario, levels)}\n")
        console().print(level_table(comparison, levels), width=WIDTH)
        return
    typer.echo(f"{heading(comparison, scenario)}\n{_broken(over_words(over), WIDTH)}\n")
    for one in summary(comparison, scenario, over):
        console().print(one, width=WIDTH)


def over_words(over: Any) -> str:
    """Say what the interval over parameters is, or that there is none and how to have it."""
    if over is None or over.empty:
        return not_computed().replace("`", "")
    draws, count = int(over["draws"].max()), int(over["replications"].max())
    return tr(
        "In brackets the interval over parameters: {draws} draws, {count} histories each.",
        draws=draws, count=count,
    )  # fmt: skip


def summary(comparison: Any, scenario: Any = None, over: Any = None) -> list[Table]:
    """Lay out the headline outcomes, one row each; a table for every four arrangements.

    The level of the baseline comes first, then for each other arrangement the difference from
    it with its interval, that over parameters where it is known, and verdict. Beneath a total of
    the simulated book stands what it is on a common footing.
    """
    found = named(over)
    others = [name for name in comparison.arrangements if name != comparison.baseline]
    names = _compared(comparison)
    return [
        _table(comparison, scenario, names, (others[start : start + _ACROSS], found))
        for start in range(0, len(others), _ACROSS)
    ]


def alone(comparison: Any, scenario: Any, levels: Any) -> str:
    """Say how much was simulated where nothing is compared, and how to compare."""
    words = tr(
        "{count} replications of {baseline} alone, {firms} firms, {years} years.",
        count=int(levels["replications"].max()),
        baseline=arrangement_text(comparison.baseline).lower(),
        firms=plain_number(scenario.population.firms, 0),
        years=f"{scenario.experiment.horizon_years:g}",
    )  # fmt: skip
    rule = tr("Nothing is compared; name two arrangements or more in experiment.arrangements.")
    return f"{words}\n{_broken(rule, WIDTH)}"


def level_table(comparison: Any, levels: Any) -> Table:
    """Lay out the headlines of one arrangement: mean over histories and its interval."""
    rows = levels.set_index("outcome")
    body: list[list[str | Text]] = []
    for name in headlines(list(comparison.marks)) or list(comparison.marks):
        mark, one = comparison.marks[name], rows.loc[name]
        if mark.paired or not one["defined"]:
            continue
        style = row_style(mark.unit, [one["mean"]], [error_of(one["low"], one["high"])])
        label = _label(tr(mark.label), unit_style(mark.unit).axis)
        body.append([label, style.level(one["mean"]), style.range(one["low"], one["high"])])
    head = tr("{level} interval", level=percent_text(comparison.confidence))
    return table(("", arrangement_text(comparison.baseline), head), body, right=2)


def heading(comparison: Any, scenario: Any = None) -> str:
    """Say how much was simulated, and what the numbers of the summary are."""
    baseline = arrangement_text(comparison.baseline).lower()
    words = tr(
        "Level under {baseline}; under the others the difference from it, with its {level}"
        " interval.",
        baseline=baseline, level=percent_text(comparison.confidence),
    )  # fmt: skip
    rule = tr("A difference whose interval covers zero is not ranked.")
    return f"{_size(comparison, scenario)}{words}\n{rule}{_unresolved(comparison)}"


def _size(comparison: Any, scenario: Any) -> str:
    """Say replications, firms and years; nothing where the scenario does not tell."""
    if (simulated := firms_of(scenario)) is None:
        return ""
    count = int(comparison.details()["replications"].max())
    firms = plain_number(simulated, 0)
    words = tr(
        "{count} replications of {arrangements} arrangements, {firms} firms, {years} years.",
        count=count, arrangements=len(comparison.arrangements), firms=firms,
        years=f"{scenario.experiment.horizon_years:g}",
    )  # fmt: skip
    return f"{words}\n"


def _compared(comparison: Any) -> list[str]:
    """Give the headlines that can be compared with the baseline at all."""
    rows = comparison.frame()
    alone = set(rows.loc[rows["verdict"] == UNDEFINED, "outcome"])
    every = headlines(list(comparison.marks)) or list(comparison.marks)
    return [name for name in every if name not in alone]


def _unresolved(comparison: Any) -> str:
    """Say what "not resolved" leaves open, where a headline is."""
    rows = comparison.frame()
    shown = rows["outcome"].isin(_compared(comparison))
    behind = comparison.details()[shown & (rows["verdict"] == UNRESOLVED)]
    if behind.empty:
        return ""
    one = behind.loc[behind["pairs"].idxmin()]
    words = unseen_words(int(one["pairs"]), one["differs_at_most"], comparison.confidence)
    return f"\n{_broken(tr('Not resolved: {words}.', words=words), WIDTH)}"


def _broken(text: str, columns: int) -> str:
    """Break a text into lines of so many columns; a Chinese letter takes two, and ends a word."""
    if current() == "en":
        return fill(text, columns)
    lines = [""]
    for piece in re.findall("[!-~]+|.", text):
        if lines[-1] and cell_len(lines[-1] + piece) > columns:
            lines.append("")
        lines[-1] += piece
    return "\n".join(lines)


def _table(comparison: Any, scenario: Any, names: Sequence[str], of: _Columns) -> Table:
    every = [comparison.baseline, *of[0]]
    heads = [_broken(arrangement_text(name), _CELL) for name in every]
    body = [row for name in names for row in _rows(comparison, scenario, name, of)]
    return table(("", *heads), body, right=len(every))


def _rows(comparison: Any, scenario: Any, name: str, of: _Columns) -> Iterator[list[str | Text]]:
    """Give the row of an outcome, and beneath it that of a total on its common footing."""
    (others, found), mark = of, comparison.marks[name]
    footing = per_thousand(mark, scenario)
    cells = outcome_cells(comparison, name, footing)
    for other in others:
        cells[other]["over"] = over_range(comparison, found.get((name, other)), name)
    level = next((cell["baseline"] for cell in cells.values()), "–")
    unit = comparison.style(name).style.axis
    yield [_label(tr(mark.label), unit), level, *(_cell(cells[other]) for other in others)]
    if footing is not None:
        unit = comparison.style(name, *footing).style.axis
        level = next((cell["baseline_per"] for cell in cells.values()), "–")
        yield [_label("", unit), level, *(cells[other]["per"] for other in others)]


def _label(label: str, unit: str) -> Text:
    text = Text(f"{_broken(label, _LABEL)}\n" if label else "")
    return text.append(_broken(unit, _LABEL), style="dim")


def _cell(cell: dict[str, Any]) -> Text:
    """Write difference, interval, that over parameters and verdict, each in a line of one cell."""
    word = verdict_word(cell["verdict"])
    text = Text(f"{cell['difference']}\n{cell['interval']}\n", justify="right")
    if cell["over"]:
        text.append(f"[{cell['over']}]\n", style="dim")
    return text.append(tr(word), style=_STYLES.get(word, "dim"))
