"""The comparison as it is printed at the end of a run."""

from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from sim.command.screen import table
from sim.outcomes.verdict import UNRESOLVED, unseen_words
from sim.outcomes.wording import arrangement_text, percent_text, verdict_word
from sim.show.selection import headlines

STYLES = {"better": "green", "worse": "red", "higher": "bold", "lower": "bold"}


def summary(comparison: Any) -> Table:
    """Lay out the headline outcomes, one row each and one column an arrangement.

    Parameters
    ----------
    comparison : Comparison
        Its readable table has columns outcome, unit, arrangement, value, baseline,
        difference, interval and verdict.

    Returns
    -------
    Table
        Level of the baseline, then for each other arrangement the difference from it
        with its interval and verdict.
    """
    rows = comparison.table(headlines(list(comparison.marks)) or None)
    names = list(dict.fromkeys(rows["arrangement"]))
    baseline = arrangement_text(comparison.baseline).lower()
    head = ("", baseline, *names)
    body = [_row(group, names) for _, group in rows.groupby(["outcome", "unit"], sort=False)]
    return table(head, body, right=1 + len(names))


def heading(comparison: Any) -> str:
    """Say what the numbers of the summary are."""
    baseline = arrangement_text(comparison.baseline).lower()
    return (
        f"Level under {baseline}; under the others the difference from it, with its"
        f" {percent_text(comparison.confidence)} interval.\n"
        f"A difference whose interval covers zero is not ranked.{_unresolved(comparison)}"
    )


def _unresolved(comparison: Any) -> str:
    """Say what "not resolved" leaves open, where a headline is."""
    rows = comparison.frame()
    shown = rows["outcome"].isin(headlines(list(comparison.marks)) or list(comparison.marks))
    behind = comparison.details()[shown & (rows["verdict"] == UNRESOLVED)]
    if behind.empty:
        return ""
    one = behind.loc[behind["pairs"].idxmin()]
    words = unseen_words(int(one["pairs"]), one["differs_at_most"], comparison.confidence)
    return f"\nNot resolved: {words}."


def _row(group: Any, names: Sequence[str]) -> list[str | Text]:
    by_name = group.set_index("arrangement")
    first = group.iloc[0]
    cells = [_cell(by_name.loc[name]) for name in names]
    label = Text(f"{first['outcome']}\n").append(str(first["unit"]), style="dim")
    return [label, str(first["baseline"]), *cells]


def _cell(row: Any) -> Text:
    """Write difference, interval and verdict in three lines of one cell."""
    word = verdict_word(str(row["verdict"]))
    text = Text(f"{row['difference']}\n{row['interval']}\n", justify="right")
    return text.append(word, style=STYLES.get(word, "dim"))
