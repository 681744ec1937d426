"""Frames as tables of a page: words translated, every number with the id of its cell."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from sim.base.language import tr
from sim.outcomes.mark import registry
from sim.outcomes.measure import Outcomes
from sim.outcomes.wording import arrangement_text, level_text, range_text, unit_style
from sim.page.cells import cell_id
from sim.page.tables import number_text

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


class Shown(NamedTuple):
    """What a cell of a page shows, and the id of the number behind it."""

    text: str
    cell: str = ""


def plain_table(frame: pd.DataFrame, *way: object) -> dict[str, Any]:
    """Give a frame as headings and rows, numbers with four digits.

    Parameters
    ----------
    frame : DataFrame
    *way : object
        The beginning of the ids: where the frame is kept; none where it is not.

    Examples
    --------
    >>> plain_table(pd.DataFrame({"mean": [0.5]}), "figures", "one")["rows"]
    [[Shown(text='0.5', cell='figures/one/0/mean')]]
    """
    columns = [str(column) for column in frame.columns]
    rows = [
        [
            shown(value, _text(column, value), cell_id(*way, place, column) if way else "")
            for column, value in zip(columns, row, strict=True)
        ]
        for place, row in enumerate(frame.to_numpy(object))
    ]
    return {"columns": [heading(column) for column in columns], "rows": rows}


def shown(value: object, text: str, cell: str) -> Shown:
    """Give the text of a value with the id of its cell, where a number is in it to be cited."""
    is_cited = not isinstance(value, str) or any(letter.isdigit() for letter in value)
    return Shown(text, cell if is_cited else "")


def _text(column: str, value: object) -> str:
    return plain_word(column, value) if isinstance(value, str) else number_text(value)


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

    Parameters
    ----------
    outcomes : Outcomes
    confidence : float, in (0, 1)

    Returns
    -------
    dict, optional
        ``columns``: headings; ``rows``: for each outcome whose name begins with
        ``bank.belief_gap`` what is believed, then under each arrangement the mean with its
        interval. None where there is no such outcome.
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
    unit, error = str(row["unit"]), (row["high"] - row["low"]) / 4.0  # about one standard error
    mean = level_text(row["mean"], unit, error)
    text = f"{mean} ({range_text(row['low'], row['high'], unit, error)})"
    return Shown(text, cell_id("summary", name, arrangement, ("mean", "low", "high")))
