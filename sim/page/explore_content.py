"""What a reader can explore: estimates of every outcome, curves, and values as room allows."""

import json
from collections.abc import Iterable
from typing import Any

from sim.base.language import gap, tr
from sim.outcomes.comparison import Comparison
from sim.outcomes.measure import Outcomes, ResultsView
from sim.outcomes.wording import arrangement_text
from sim.page.explore_curves import curve_records
from sim.page.explore_data import OutcomeTables
from sim.page.explore_words import curve_ways, script_words, statistics
from sim.show.gallery import groups
from sim.show.selection import group_label, headlines
from sim.show.style import COLOURS

BUDGET = 700_000
"""Most bytes of data that the page may hold."""

# What could end the block, or a line of JavaScript, is written as JSON may write it.
_ESCAPES = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}
_ROOM_FOR_WORDS = 1_000


class Room:
    """How many bytes are still free."""

    def __init__(self, free: int) -> None:
        self.free = free

    def takes(self, value: object) -> bool:
        """Say whether a value fits, and keep room for it if so.

        Examples
        --------
        >>> room = Room(10)
        >>> room.takes([1, 2]), room.takes([1, 2, 3]), room.free
        (True, False, 4)
        """
        size = len(as_data(value).encode()) + 1
        fits = size <= self.free
        self.free -= size if fits else 0
        return fits


def as_data(value: object) -> str:
    r"""Write a value as JSON that can stand inside a page: it can neither end nor open markup.

    Raises
    ------
    ValueError
        If a number is not finite, since JSON has no word for it.

    Examples
    --------
    >>> print(as_data({"name": "</script>"}))
    {"name":"\u003c/script\u003e"}
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.translate(_ESCAPES)


def exploration(
    outcomes: Outcomes, comparison: Comparison, results: ResultsView, budget: int = BUDGET
) -> dict[str, Any]:
    """Give all that the page knows of a run: lists, numbers, words and None, as JSON holds them.

    Headlines come first, then curves, values of single replications of the headlines, the
    other outcomes and their values, each as long as there is room in so many bytes.
    """
    data = {
        "replications": sorted({int(n) for n in outcomes.tidy["replication"]}),
        "arrangements": _arrangements(comparison),
        "baseline": comparison.arrangements.index(comparison.baseline),
        "groups": [group_label(one) for one in groups(comparison)],
        "statistics": statistics(outcomes, comparison),
        "ways": curve_ways(comparison),
    }
    room = Room(budget - len(as_data(data).encode()) - _ROOM_FOR_WORDS)
    tables, party = OutcomeTables(outcomes, comparison), groups(comparison)
    first = headlines(outcomes.names)
    records = _records(tables, party, first, room)
    curves = [one for one in curve_records(results, comparison) if room.takes(one)]
    _add_values(records, tables, room)
    others = [name for name in outcomes.names if name not in first]
    rest = _records(tables, party, others, room)
    _add_values(rest, tables, room)
    known = {one["name"]: one for one in (*records, *rest)}
    shown = [known[name] for name in outcomes.names if name in known]
    words = script_words(_kept(shown, len(outcomes.names)))
    return {**data, "outcomes": shown, "curves": curves, "words": words}


def _arrangements(comparison: Comparison) -> list[dict[str, Any]]:
    """Give every arrangement's name and the place of its colour."""
    return [
        {"name": name, "label": arrangement_text(name), "colour": place % len(COLOURS)}
        for place, name in enumerate(comparison.arrangements)
    ]


def _records(
    tables: OutcomeTables, party: list[str], names: Iterable[str], room: Room
) -> list[dict[str, Any]]:
    """Give the outcomes for which there is room, without single values."""
    found = []
    for name in names:
        group = party.index(tables.outcomes.mark(name).group)
        record = {**tables.record(name), "group": group, "values": None}
        if room.takes(record):
            found.append(record)
    return found


def _add_values(records: list[dict[str, Any]], tables: OutcomeTables, room: Room) -> None:
    """Add values of single replications where there is room."""
    for record in records:
        values = tables.values(record["name"])
        if room.takes(values):
            record["values"] = values


def _kept(shown: list[dict[str, Any]], every: int) -> str:
    """Say what does not stand on the page; empty where everything does."""
    values = sum(one["values"] is not None for one in shown)
    parts = []
    if len(shown) < every:
        words = "{count} of {total} outcomes are here; all of them stand in comparison.csv."
        parts.append(tr(words, count=len(shown), total=every))
    if values < len(shown):
        words = (
            "Single replications are here for {count} of {total} outcomes, to keep the"
            " page small; of the others the means, intervals and percentiles."
        )
        parts.append(tr(words, count=values, total=len(shown)))
    return gap().join(parts)
