"""The comparison of a run on the terminal: headlines, in the words and units of the report."""

from collections.abc import Iterator, Sequence
from textwrap import fill
from typing import Any

import typer
from rich.table import Table
from rich.text import Text

from sim.analysis.book import firms_of, per_thousand
from sim.analysis.compare import UNDEFINED, UNRESOLVED, unseen_words
from sim.base.wording import arrangement_text, percent_text, plain_number, verdict_word
from sim.cli.options import WIDTH, console, table
from sim.report.figures.selection import headlines
from sim.report.tables import outcome_cells

_STYLES = {"better": "green", "worse": "red", "higher": "bold", "lower": "bold"}
_LABEL, _CELL = 25, 14
_ACROSS = 4


def show(comparison: Any, scenario: Any) -> None:
    """Print what the numbers are, and the headlines in tables of at most `WIDTH` columns."""
    typer.echo(f"{heading(comparison, scenario)}\n")
    for one in summary(comparison, scenario):
        console().print(one, width=WIDTH)


def summary(comparison: Any, scenario: Any = None) -> list[Table]:
    """Lay out the headline outcomes, one row each; a table for every four arrangements.

    The level of the baseline comes first, then for each other arrangement the difference from
    it with its interval and verdict. Beneath a total of the simulated book stands what it is on
    a common footing.
    """
    others = [name for name in comparison.arrangements if name != comparison.baseline]
    names = _compared(comparison)
    return [
        _table(comparison, scenario, names, others[start : start + _ACROSS])
        for start in range(0, len(others), _ACROSS)
    ]


def heading(comparison: Any, scenario: Any = None) -> str:
    """Say how much was simulated, and what the numbers of the summary are."""
    baseline = arrangement_text(comparison.baseline).lower()
    words = (
        f"Level under {baseline}; under the others the difference from it, with its"
        f" {percent_text(comparison.confidence)} interval.\n"
        f"A difference whose interval covers zero is not ranked.{_unresolved(comparison)}"
    )
    return f"{_size(comparison, scenario)}{words}"


def _size(comparison: Any, scenario: Any) -> str:
    """Say replications, firms and years; nothing where the scenario does not tell."""
    if (simulated := firms_of(scenario)) is None:
        return ""
    count = int(comparison.details()["replications"].max())
    firms = plain_number(simulated, 0)
    return (
        f"{count} replications of {len(comparison.arrangements)} arrangements, {firms} firms,"
        f" {scenario.experiment.horizon_years:g} years.\n"
    )


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
    return f"\n{fill(f'Not resolved: {words}.', WIDTH)}"


def _table(comparison: Any, scenario: Any, names: Sequence[str], others: Sequence[str]) -> Table:
    every = [comparison.baseline, *others]
    heads = [fill(arrangement_text(name), _CELL) for name in every]
    body = [row for name in names for row in _rows(comparison, scenario, name, others)]
    return table(("", *heads), body, right=len(every))


def _rows(
    comparison: Any, scenario: Any, name: str, others: Sequence[str]
) -> Iterator[list[str | Text]]:
    """Give the row of an outcome, and beneath it that of a total on its common footing."""
    mark = comparison.marks[name]
    footing = per_thousand(mark, scenario)
    cells = outcome_cells(comparison, name, footing)
    level = next((cell["baseline"] for cell in cells.values()), "–")
    unit = comparison.style(name).style.axis
    yield [_label(mark.label, unit), level, *(_cell(cells[other]) for other in others)]
    if footing is not None:
        unit = comparison.style(name, *footing).style.axis
        level = next((cell["baseline_per"] for cell in cells.values()), "–")
        yield [_label("", unit), level, *(cells[other]["per"] for other in others)]


def _label(label: str, unit: str) -> Text:
    text = Text(f"{fill(label, _LABEL)}\n" if label else "")
    return text.append(fill(unit, _LABEL), style="dim")


def _cell(cell: dict[str, Any]) -> Text:
    """Write difference, interval and verdict in three lines of one cell."""
    word = verdict_word(cell["verdict"])
    text = Text(f"{cell['difference']}\n{cell['interval']}\n", justify="right")
    return text.append(word, style=_STYLES.get(word, "dim"))
