"""What stands beside a headline's interval over luck: over parameters, and what would turn it."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from sim.analysis.compare import Comparison
from sim.base.language import tr
from sim.base.wording import arrangement_text, inside
from sim.outcomes.mark import Mark
from sim.report.parts import cited, coded, put

__all__ = ["OVER", "TURNS", "not_computed", "over_range", "turn_lines", "with_over"]
OVER, TURNS = "over_parameters.csv", "turns.csv"
"""Tables of a run: intervals over parameters, and what would turn a headline."""
_FILE = "FILE"
"""Stands for the scenario file in a command: a page does not know where it lies."""


def not_computed() -> str:
    """Say that there is no interval over parameters, and how to have one."""
    from sim.studies.over_parameters import command_of

    words = "Interval over parameters: not computed for this file; {command} computes it."
    return tr(words, command=f"`{command_of(_FILE)}`")


def over_range(comparison: Comparison, row: dict[str, Any] | None, name: str) -> str:
    """Write an interval over parameters as the table writes that over luck; empty for none."""
    if row is None or pd.isna(row["low"]):
        return ""
    return comparison.style(name).range(row["low"], row["high"])


def with_over(
    rows: Sequence[dict[str, Any]], comparison: Comparison, table: pd.DataFrame | None
) -> Markup:
    """Put intervals over parameters into the cells of headlines, and say what they are.

    Cells have the key ``over``, empty where there is none.
    """
    from sim.studies.over_parameters import named

    found = named(table)
    for row in rows:
        for arrangement, cell in row["cells"].items():
            own = found.get((row["name"], arrangement))
            cell["over"] = over_range(comparison, own, row["name"])
    shown = [
        (row["name"], arm) for row in rows for arm, cell in row["cells"].items() if cell["over"]
    ]
    if not shown:
        return coded(not_computed())
    one = found[shown[0]]
    return put(
        "The second interval is that over parameters: {draws} draws of what published figures"
        " leave open of the fitted numbers, each with {count} histories of the same luck, whose"
        " part is taken off.",
        draws=cited(f"{one['draws']:.0f}", "over_parameters", *shown[0], "draws"),
        count=cited(f"{one['replications']:.0f}", "over_parameters", *shown[0], "replications"),
    )  # fmt: skip


def turn_lines(marks: Mapping[str, Mark], table: pd.DataFrame | None) -> list[Markup]:
    """Say of every difference of which a study told it what assumption would turn its sign."""
    from sim.studies.over_parameters import named

    return [
        _turn(marks[name], arm, row) for (name, arm), row in named(table).items() if name in marks
    ]


def _turn(mark: Mark, arrangement: str, one: dict[str, Any]) -> Markup:
    head = {"label": tr(mark.label), "arrangement": inside(arrangement_text(arrangement))}
    way = "turns", mark.name, arrangement
    tried = cited(f"{one['tried']:.0f}", *way, "tried")
    if pd.isna(one["key"]) or not one["key"]:
        words = "{label}, {arrangement}: no assumption of the {tried} that were moved turns it."
        return put(words, tried=tried, **head)
    from sim.studies.turns import turn_words

    key, present, at = turn_words(one)
    return put(
        "{label}, {arrangement}: turned by {key} at about {at} instead of {present}.",
        key=key, at=cited(at, *way, "turns_at"), present=cited(present, *way, "present"), **head,
    )  # fmt: skip
