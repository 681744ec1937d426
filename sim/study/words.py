"""Sentences of studies: a gap, its parts, and what is not ranked."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from sim.outcomes.mark import registry
from sim.outcomes.verdict import is_ranking
from sim.outcomes.wording import level_text, range_text, step_text, unit_style

MOST_NAMED = 3
"""Parts that a sentence names; the table has all."""


def estimate_text(row: Any, column: str = "part") -> str:
    """Write an estimate with its interval, for example ``"+1.20 pp (0.80 to 1.60)"``.

    Parameters
    ----------
    row : mapping
        Keys `column`, low, high, unit.
    column : str
        Differences carry a sign: ``"part"``, ``"difference"``, ``"gap"``; levels do not.

    Examples
    --------
    >>> estimate_text({"part": 0.012, "low": 0.008, "high": 0.016, "unit": "share"})
    '+1.20 pp (0.80 to 1.60)'
    """
    unit, error = str(row["unit"]), (row["high"] - row["low"]) / 4.0
    write = level_text if column in ("value", "mean", "median", "estimate") else step_text
    spoken = "" if unit_style(unit).step else f" {unit}"
    ends = range_text(row["low"], row["high"], unit, error)
    return f"{write(row[column], unit, error)}{spoken} ({ends})"


def label_of(outcome: str) -> str:
    """Give the name of an outcome for readers."""
    known = registry().get(outcome)
    return known.label if known else outcome


def gap_sentences(
    frame: pd.DataFrame, column: str, total: str, arrangements: Sequence[str]
) -> list[str]:
    """Say for each outcome how large a gap is, and which parts are clear of zero.

    Parameters
    ----------
    frame : DataFrame
        Columns outcome, `column`, part, low, high, unit, verdict.
    column : str
        Names the parts.
    total : str
        Name of the row that holds the whole gap.
    arrangements : sequence of two str
        The gap is the second less the first.
    """
    sentences = []
    for outcome, rows in frame.groupby("outcome", sort=False):
        whole = rows[rows[column] == total].iloc[0]
        parts = rows[rows[column] != total]
        first, second = arrangements
        gap = f"{label_of(str(outcome))}, {second} less {first}: {estimate_text(whole)}."
        sentences.append(f"{gap} {_parts_text(parts, column)}")
    return sentences


def _parts_text(parts: pd.DataFrame, column: str) -> str:
    """Name the largest parts that are clear of zero, and those that are not."""
    clear = parts[parts["verdict"].map(is_ranking)]
    clear = clear.reindex(clear["part"].abs().sort_values(ascending=False).index)
    named = [f"{row[column]} {estimate_text(row)}" for _, row in clear.head(MOST_NAMED).iterrows()]
    unclear = list(parts[column][~parts["verdict"].map(is_ranking)])
    text = f"Clear of zero: {'; '.join(named)}." if named else "No part is clear of zero."
    if len(clear) > MOST_NAMED:
        text += f" {len(clear) - MOST_NAMED} smaller parts are clear of zero too."
    if named and unclear:
        text += f" Not told from zero: {', '.join(unclear)}."
    return text
