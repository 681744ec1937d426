"""Additionality and public price, as the report and the committee page show them."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from sim.analysis.additionality import EXACT, FEWER, INTERVAL, MEASURES, UNBOUNDED
from sim.base.language import tr
from sim.base.wording import (
    RowStyle,
    arrangement_text,
    error_of,
    level_text,
    row_style,
    unit_style,
)
from sim.outcomes.mark import registry
from sim.report.parts import cell_id
from sim.report.tables import Shown

ADDITIONALITY = "additionality.csv"
"""Table of a run: what a programme adds, and what that costs the public."""
FIRST = ("money", "per_survivor")
"""Measures that stand beside the numbers of a committee."""
_LEVELS, _TOTALS = ("value", "low", "high"), ("numerator", "denominator")


def helped_table(
    frame: pd.DataFrame, measures: Sequence[str] = tuple(MEASURES)
) -> dict[str, Any] | None:
    """Lay out what `sim.analysis.additionality.additionality` gives; None where there is nothing.

    ``arrangements``: their ids; ``columns``: headings; ``rows``: of each measure ``label``,
    ``unit`` and ``cells``, one for each arrangement in the same order.
    """
    if frame.empty:
        return None
    arms = list(dict.fromkeys(frame["arrangement"]))
    told = frame.set_index(["measure", "arrangement"])
    rows = []
    for key in measures:
        own = told.loc[key]
        ends = zip(own["low"].tolist(), own["high"].tolist(), strict=True)
        errors = [error_of(low, high) for low, high in ends]
        written = row_style(MEASURES[key].unit, own["value"].tolist(), errors)
        cells = {arm: _cell(key, arm, own.loc[arm].to_dict(), written) for arm in arms}
        unit = written.style.axis
        rows.append({"label": tr(MEASURES[key].label), "unit": unit, "cells": cells})
    return {"arrangements": arms, "columns": [*map(arrangement_text, arms)], "rows": rows}


def _cell(key: str, arm: str, one: dict[str, Any], written: RowStyle) -> Shown:
    """Write a measure: with its interval, as two totals, or why there is none."""
    if one["told"] in (INTERVAL, EXACT):
        text = f"{written.level(one['value'])} ({written.range(one['low'], one['high'])})"
        return Shown(text, cell_id("additionality", arm, key, _LEVELS))
    if one["told"] not in (UNBOUNDED, FEWER):
        return Shown(tr(one["told"]))
    measure = MEASURES[key]
    (cost,), more = measure.part, measure.whole
    return Shown(
        tr(
            "{cost} for {more}: {told}", told=tr(one["told"]),
            cost=_total(cost, one["numerator"]), more=_total(more, one["denominator"]),
        ),
        cell_id("additionality", arm, key, _TOTALS),
    )  # fmt: skip


def _total(outcome: str, value: float) -> str:
    """Write a sum of a history with its unit."""
    unit = registry()[outcome].unit
    return f"{level_text(value, unit)} {unit_style(unit).axis}"
