"""Verdicts as a page tells them: what was found of each arrangement, and the tables by party."""

from collections.abc import Mapping, Sequence
from typing import Any

from sim.base.language import tr
from sim.outcomes.comparison import Comparison
from sim.outcomes.mark import Mark
from sim.outcomes.verdict import COVERS_ZERO, UNRESOLVED, reason
from sim.outcomes.wording import unit_style
from sim.page.page_words import listed
from sim.page.tables import outcome_cells
from sim.show.selection import group_label, headlines
from sim.show.style import COLOURS


def openers(comparison: Comparison, alone: list[dict[Any, Any]]) -> list[str]:
    """Give the outcomes that open the report: headlines with a value under the baseline."""
    names = headlines(list(comparison.marks)) or list(comparison.marks)
    others = {row["outcome"] for row in alone}
    return [name for name in names if name not in others]


def found_by_arrangement(
    comparison: Comparison, describe: Mapping[str, Sequence[str]], names: Sequence[str]
) -> list[dict[str, Any]]:
    """Give every arrangement's description and what was found on some outcomes, by tone."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {
        name: {"good": [], "bad": [], "moved": [], "none": []} for name in comparison.arrangements
    }
    for name in names:
        mark = comparison.marks[name]
        for arrangement, cell in outcome_cells(comparison, name).items():
            line = cell | {"label": tr(mark.label), "unit": _spoken_unit(mark.unit)}
            found[arrangement][cell["tone"]].append(line | {"name": name})
    return [
        {
            "name": name,
            "place": place % len(COLOURS),
            "sentences": list(describe.get(name, ())),
            "is_baseline": name == comparison.baseline,
            "none_text": listed([_unranked(line) for line in found[name]["none"]]),
            **found[name],
        }
        for place, name in enumerate(comparison.arrangements)
    ]


def _unranked(line: Mapping[str, Any]) -> str:
    """Name an outcome that is not ranked, with the reason where it is a rare one."""
    if line["verdict"] == COVERS_ZERO:
        return str(line["label"])
    why = tr(reason(line["verdict"]))
    if line["verdict"] == UNRESOLVED:
        why = tr("{name}: {value}", name=why, value=line["warning"])
    return tr("{label} ({reason})", label=line["label"], reason=why)


def _spoken_unit(unit: str) -> str:
    """Give the unit to be said after a difference; per cent already stands in the text."""
    return "" if unit_style(unit).step else tr(unit)


def party_table(comparison: Comparison, group: str, elsewhere: Sequence[str]) -> dict[str, Any]:
    """Give the verdict table of one party, without the outcomes shown elsewhere."""
    own = [name for name, mark in comparison.marks.items() if mark.group == group]
    rows = [verdict_row(comparison, name) for name in own if name not in elsewhere]
    return {"label": group_label(group), "rows": rows, "count": _count(len(rows), len(own))}


def _count(shown: int, every: int) -> str:
    """Say how many outcomes a table holds, and whether some stand elsewhere."""
    if shown == every:
        return tr("1 outcome") if shown == 1 else tr("{count} outcomes", count=shown)
    return tr("1 further outcome") if shown == 1 else tr("{count} further outcomes", count=shown)


def verdict_row(comparison: Comparison, name: str) -> dict[str, Any]:
    """Give the line of one outcome in a verdict table."""
    mark = comparison.marks[name]
    return {
        "name": name,
        "label": tr(mark.label),
        "direction": _direction(mark),
        "cells": outcome_cells(comparison, name),
    }


def _direction(mark: Mark) -> str:
    """Say in which unit an outcome stands and which side is better."""
    unit = unit_style(mark.unit).axis
    if mark.better == "higher":
        return tr("{unit}, higher is better", unit=unit)
    return tr("{unit}, lower is better", unit=unit) if mark.better == "lower" else unit
