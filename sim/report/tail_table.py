"""Tails of banks' yearly losses as the page shows them, each beside the years it rests on."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from sim.analysis.bank_tails import ANY_BANK, FEWEST_HISTORIES, FEWEST_YEARS, SHORTFALL
from sim.base.language import tr
from sim.base.wording import (
    RowStyle,
    arrangement_text,
    error_of,
    percent_text,
    plain_number,
    row_style,
)
from sim.outcomes.desks import FEWEST_BORROWERS, MOST_BORROWERS
from sim.report.parts import cell_id
from sim.report.tables import MOST_BANKS, Shown


def tail_tables(frame: pd.DataFrame | None) -> dict[str, Any] | None:
    """Lay out what `sim.analysis.bank_tails.bank_tails` gives; None where there is nothing.

    ``rule``: when a tail is told; ``tables``: for each level its title, columns and rows of a
    bank, with a list of `Shown` for each arrangement: shortfall and interval, the difference
    from the baseline where its interval lies on one side of zero, and the years behind it.
    """
    if frame is None or frame.empty:
        return None
    rows = frame[frame["measure"] == SHORTFALL]
    levels = list(dict.fromkeys(rows["level"]))
    arms = list(dict.fromkeys(rows["arrangement"]))
    return {
        "rule": tr(
            "Expected shortfall is the mean loss per unit lent of the worst bank-years, pooled"
            " over all histories. It is told where at least {years} years from at least"
            " {histories} histories lie in the tail and the desk has at least {least} borrowers on"
            " the register (assumption {least} to {most}); intervals come from drawing whole"
            " histories again, each draw measured by its own spread. In trials with forty"
            " histories of fifteen years, 95 % intervals held the truth about nine times in ten.",
            years=FEWEST_YEARS, histories=FEWEST_HISTORIES,
            least=plain_number(FEWEST_BORROWERS, 0), most=plain_number(MOST_BORROWERS, 0),
        ),
        "columns": [tr("Bank"), *map(arrangement_text, arms)],
        "tables": [_table(rows[rows["level"] == level], level, arms) for level in levels],
    }  # fmt: skip


def _table(rows: pd.DataFrame, level: float, arms: list[str]) -> dict[str, Any]:
    """Lay out one level."""
    banks = [bank for bank in dict.fromkeys(rows["bank"]) if bank != ANY_BANK]
    told = rows.set_index(["bank", "arrangement"])
    found = []
    for bank in (*banks[:MOST_BANKS], ANY_BANK):
        own = [told.loc[(bank, arm)] if (bank, arm) in told.index else None for arm in arms]
        known = [row for row in own if row is not None]
        errors = [error_of(row["low"], row["high"]) for row in known]
        written = row_style("per year", [row["estimate"] for row in known], errors)
        cells = [_cell(row, written, level, bank, arm) for row, arm in zip(own, arms, strict=True)]
        name = tr("Any bank") if bank == ANY_BANK else arrangement_text(bank)
        found.append({"bank": name, "cells": cells})
    title = tr("Expected shortfall {level}, % of the balance a year", level=percent_text(level))
    return {"title": title, "rows": found}


def _cell(
    row: Mapping[Any, Any] | None, written: RowStyle, level: float, bank: str, arm: str
) -> list[Shown]:
    """Write one tail, or why there is none, and what it rests on."""
    if row is None:
        return []
    way = "bank_tails", SHORTFALL, level, bank, arm
    behind = tr(
        "{years} years from {count} histories", years=row["tail_years"],
        count=row["tail_histories"],
    )  # fmt: skip
    rests = Shown(behind, cell_id(*way, ("tail_years", "tail_histories")))
    if not math.isnan(row["borrowers"]):
        size = plain_number(row["borrowers"], 0)
        words = tr("{count} borrowers of the desk", count=size)
        last = [Shown(words, cell_id(*way, "borrowers"))]
    else:
        last = []
    if math.isnan(row["estimate"]):
        return [Shown(tr(row["remark"])), rests, *last]
    ends = f"({written.range(row['low'], row['high'])})"
    text = f"{written.level(row['estimate'])} {ends}"
    head = Shown(text, cell_id(*way, ("estimate", "low", "high")))
    low, high = row["difference_low"], row["difference_high"]
    step = []
    if low > 0.0 or high < 0.0:
        text = f"{written.step(row['difference'])} ({written.range(low, high)})"
        ways = ("difference", "difference_low", "difference_high")
        step = [Shown(text, cell_id(*way, ways))]
    return [head, *step, rests, *last]
