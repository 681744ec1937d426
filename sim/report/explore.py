"""The part of the report in which a reader chooses outcome, statistic and arrangements.

It is one block of data and one script that stand in the page; neither asks for anything
from anywhere.  The script is the same on every page, so the policy of the page can name
it by its hash and allow no other.
"""

import json
from base64 import b64encode
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from markupsafe import Markup

from sim.analysis.compare import Comparison
from sim.analysis.outcomes_table import Outcomes, ResultsView
from sim.base.language import gap, tr
from sim.base.wording import arrangement_text, percent_text
from sim.report.explore_data import CITED, OutcomeTables, curve_records
from sim.report.figures.gallery import groups
from sim.report.figures.selection import group_label, headlines
from sim.report.figures.style import places
from sim.report.studies import MOST_OF_PAGE, environment

# The script of the page holds no words: all of them are here, in the reader's language.


def statistics(outcomes: Outcomes, comparison: Comparison) -> list[dict[str, Any]]:
    """Give the ways to look at an outcome: words, and which cells stand beside the marks.

    Each has ``key``, ``label``, ``note``, ``columns`` of the table, ``beside``: places of the
    columns that are written beside a row, ``axis``: "unit", "step" or "share", ``cited``: file
    and columns of each column's numbers, nothing for curves. Nothing compares with the baseline
    where there is nothing else.
    """
    level = percent_text(comparison.confidence)
    interval = tr("{level} interval", level=level)
    ways = [
        _way("spread", "unit", (), tr("Every replication"), tr(
            "One point a replication. Box: middle half; whiskers: 5th to 95th percentile;"
            " bar: median; diamond: mean."),
            [tr("Defined in"), tr("Mean"), tr("Median"), tr("Middle half"),
             tr("5th to 95th percentile")]),
        _way("mean", "unit", (0, 1), tr("Mean"), tr(
            "Diamond: mean over replications; bar: its {level} interval. Intervals of two"
            " arrangements may overlap although the difference is clear: histories have"
            " common random numbers, so read the difference.", level=level),
            [tr("Mean"), interval, tr("Defined in")]),
        _way("quantiles", "unit", (), tr("Quantiles"), tr(
            "5th percentile, median and 95th percentile over replications."),
            [tr("5th percentile"), tr("Median"), tr("Interval of the median"),
             tr("95th percentile")]),
        _way("difference", "step", (0, 1, 2), tr("Mean difference"), tr(
            "Diamond: mean difference within a replication, or the median where the mean has no"
            " interval; bar: its {level} interval. Where the bar covers zero nothing is ranked. †"
            " stays clear of zero when all comparisons are judged together.", level=level)
            + ("" if outcomes.controls is None else gap() + tr(
                "Control variates adjust the difference, so it may differ from the gap"
                " between the two means.")),
            [tr("Difference"), interval, tr("Verdict"), tr("Mean"),
             tr("Mean of the baseline")]),
        _way("pairs", "step", (), tr("Every difference"), tr(
            "One point a replication: its value less that of the baseline in the same"
            " replication; bar: median."),
            [tr("Pairs"), tr("Median difference"), tr("Interval of the median"),
             tr("Smallest"), tr("Largest")]),
        _way("share", "share", (0, 1), tr("How often better"), tr(
            "Filled: share of replications in which it does better than the baseline in the"
            " same replication; pale: equal; bar: {level} interval of the share. Where"
            " neither direction is better, higher counts.", level=level)
            + ("" if outcomes.unit == 1 else gap() + tr(
                "Of antithetic histories only the first counts here.")),
            [tr("Share"), interval, tr("Does better in"), tr("Equal in"),
             tr("Does worse in")]),
    ]  # fmt: skip
    return _possible(ways, comparison)


def _way(
    key: str, axis: str, beside: Sequence[int], label: str, note: str, columns: Sequence[str]
) -> dict[str, Any]:
    return {
        "key": key, "axis": axis, "beside": list(beside), "label": label, "note": note,
        "columns": list(columns), "cited": list(CITED.get(key, ())),
    }  # fmt: skip


def _possible(ways: list[dict[str, Any]], comparison: Comparison) -> list[dict[str, Any]]:
    """Leave out what compares with the baseline where there is nothing else."""
    is_alone = len(comparison.arrangements) < 2
    return [way for way in ways if way["axis"] == "unit" or not is_alone]


def curve_ways(comparison: Comparison) -> list[dict[str, Any]]:
    """Give the ways to look at a curve, as `statistics` gives those of an outcome."""
    ways = [
        _way("level", "unit", (), tr("Level"), tr(
            "Line: mean over replications; band: 5th to 95th percentile of replications."), []),
        _way("step", "step", (), tr("Difference from the baseline"), tr(
            "Line: mean difference within a replication; band: its 95 % interval, at each"
            " point alone."), []),
    ]  # fmt: skip
    return _possible(ways, comparison)


def script_words(kept: str) -> dict[str, str]:
    """Give the texts that the script puts together, and what is said of values left out."""
    return {
        "arrangement": tr("Arrangement"), "replication": tr("Replication {n}"),
        "replications": tr("Replication"), "nothing": tr("Nothing is chosen."),
        "undefined": tr("not defined"), "baseline": tr("baseline"),
        "share": tr("% of replications"), "log": tr("Logarithmic axis."),
        "higher": tr("Higher is better."), "lower": tr("Lower is better."),
        "neither": tr("Neither direction is better."), "comma": tr(", "), "gap": gap(),
        "pair": tr("{name}: {value}"), "semicolon": tr("; "), "to": tr("{low} to {high}"),
        "kept": kept,
    }  # fmt: skip


# --- What a reader can explore: estimates of every outcome, curves, and values as room allows ----

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

    Raises ValueError if a number is not finite, since JSON has no word for it.

    >>> print(as_data({"name": "</script>"}))
    {"name":"\u003c/script\u003e"}
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.translate(_ESCAPES)


def exploration(
    tables: OutcomeTables, results: ResultsView, budget: int = BUDGET
) -> dict[str, Any]:
    """Give all that the page knows of a run: lists, numbers, words and None, as JSON holds them.

    Headlines come first, then curves, values of single replications of the headlines, the
    other outcomes and their values, each as long as there is room in so many bytes.
    """
    outcomes, comparison = tables.outcomes, tables.comparison
    data = {
        "replications": sorted({int(n) for n in outcomes.tidy["replication"]}),
        "arrangements": [
            {"name": name, "label": arrangement_text(name), "colour": place}
            for name, place in places(comparison.arrangements).items()
        ],
        "baseline": comparison.arrangements.index(comparison.baseline),
        "groups": [group_label(one) for one in groups(comparison)],
        "statistics": statistics(outcomes, comparison),
        "ways": curve_ways(comparison),
    }
    room = Room(budget - len(as_data(data).encode()) - _ROOM_FOR_WORDS)
    party, first = groups(comparison), headlines(outcomes.names)
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


PLACE = "<!-- explorer -->"
"""Where the section goes on a page; no text of a scenario can look like it."""

LEAST = 150_000
"""Bytes of data that are on a page in any case."""

_MARKUP = 30_000
_SCRIPTS = ("explore_draw.js", "explore.js")
_TEMPLATES = Path(__file__).parent / "templates"


def with_explorer(page: str, tables: OutcomeTables, results: ResultsView) -> str:
    """Put the section in which a reader explores a run into a page that has the mark `PLACE`.

    What the rest of the page leaves free of its size decides how much of the run is here.
    """
    rest = len(page.encode()) + len(script()) + _MARKUP
    room = min(BUDGET, max(MOST_OF_PAGE - rest, LEAST))
    return page.replace(PLACE, explorer(tables, results, room), 1)


def least_room() -> int:
    """Give the bytes that the section takes at least."""
    return len(script()) + _MARKUP + LEAST


def explorer(tables: OutcomeTables, results: ResultsView, budget: int = BUDGET) -> Markup:
    """Build the section in which a reader explores a run, with its data and script.

    At most so many bytes of data; series of the results give the curves. Every text in the
    section is escaped.
    """
    data = exploration(tables, results, budget)
    page = environment().get_template("explore.html.j2").render(
        ways=[*data["statistics"], *data["ways"]],
        arrangements=data["arrangements"],
        choices=_choices(data),
        data=Markup(as_data(data)),  # safe: no letter in it can begin or end markup
        script=Markup(script()),  # safe: a file of this program
    )  # fmt: skip
    return Markup(page)  # safe: rendered with every text escaped


@cache
def script() -> str:
    """Give the one script of the page."""
    return "".join((_TEMPLATES / name).read_text(encoding="utf-8") for name in _SCRIPTS)


def policy_source(text: str) -> str:
    """Name a script in a content security policy, by the hash of its text."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _choices(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Give what can be chosen, by group: headlines, parties, curves."""
    shown = {one["name"]: one["label"] for one in data["outcomes"]}
    first = headlines(list(shown))
    parties = [
        {
            "label": label,
            "options": {
                one["name"]: one["label"]
                for one in data["outcomes"]
                if one["group"] == place and one["name"] not in first
            },
        }
        for place, label in enumerate(data["groups"])
    ]
    opening = {"label": tr("Headlines"), "options": {name: shown[name] for name in first}}
    curves = {one["name"]: one["label"] for one in data["curves"]}
    closing = {"label": tr("Curves over time and age"), "options": curves}
    return [one for one in (opening, *parties, closing) if one["options"]]
