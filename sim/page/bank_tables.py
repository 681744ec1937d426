"""Bank by bank as tables of a page: one table a measure, a row a bank, a column an arrangement."""

from typing import Any

import pandas as pd

from sim.base.language import tr
from sim.outcomes.by_bank import MEASURES, Measure
from sim.outcomes.wording import error_of, level_text, range_text, step_text, unit_style
from sim.page.cells import cell_id

MOST_BANKS = 12
"""Banks that a page shows; all of them stand in the file."""

_SIZE = "loans"


def bank_tables(frame: pd.DataFrame, baseline: str) -> dict[str, Any]:
    """Lay out what `sim.outcomes.by_bank.by_bank` gives.

    ``tables``: for each measure label, unit, formula and rows of a bank with its cells (mean,
    interval, step, reach, tone, at); ``shown``, ``total``: number of banks, the largest of
    which are shown.
    """
    sizes = frame[(frame["measure"] == _SIZE) & (frame["arrangement"] == baseline)]
    banks = list(dict.fromkeys(frame["bank"]))
    largest = set(sizes.nlargest(MOST_BANKS, "mean", keep="all")["bank"][:MOST_BANKS])
    chosen = [bank for bank in banks if bank in largest]
    shown = frame[frame["bank"].isin(chosen)]
    tables = [_table(measure, shown, chosen) for measure in MEASURES]
    return {"tables": tables if chosen else [], "shown": len(chosen), "total": len(banks)}


def _table(measure: Measure, frame: pd.DataFrame, banks: list[str]) -> dict[str, Any]:
    rows = frame[frame["measure"] == measure.name]
    by_bank = {bank: rows[rows["bank"] == bank].to_dict("records") for bank in banks}
    return {
        "label": tr(measure.label),
        "unit": unit_style(measure.unit).axis,
        "formula": tr(measure.formula),
        "rows": [
            {"bank": bank, "cells": [_cell(measure, row) for row in own]}
            for bank, own in by_bank.items()
        ],
    }


def _cell(measure: Measure, row: dict[Any, Any]) -> dict[str, str]:
    """Write one cell; a difference only where its whole interval lies on one side of zero."""
    unit, error = measure.unit, error_of(row["low"], row["high"])
    side = int(row["difference_low"] > 0.0) - int(row["difference_high"] < 0.0)
    apart = error_of(row["difference_low"], row["difference_high"])
    good = {"higher": 1, "lower": -1}.get(measure.better, 0) * side
    tone = {1: "good", -1: "bad"}.get(good, "moved" if side else "")
    return {
        "mean": level_text(row["mean"], unit, error),
        "interval": range_text(row["low"], row["high"], unit, error),
        "step": step_text(row["difference"], unit, apart) if side else "",
        "reach": range_text(row["difference_low"], row["difference_high"], unit, apart),
        "tone": tone,
        "at": cell_id("by_bank", measure.name, row["bank"], row["arrangement"]),
    }
