"""The words of the part of the page in which a reader chooses what to see.

The script of the page holds no words: all of them are here, in the reader's language.
"""

from collections.abc import Sequence
from typing import Any

from sim.base.language import gap, tr
from sim.outcomes.comparison import Comparison
from sim.outcomes.measure import Outcomes
from sim.outcomes.wording import percent_text

_CITED = {
    "spread": (
        "summary/defined+replications", "summary/mean", "summary/median", "explore/p25+p75",
        "explore/p05+p95",
    ),
    "mean": ("summary/mean", "summary/low+high", "summary/defined+replications"),
    "quantiles": (
        "explore/p05", "summary/median", "summary/median_low+median_high", "explore/p95",
    ),
    "difference": (
        "comparison/difference", "comparison/low+high", "comparison/verdict",
        "comparison/mean", "comparison/baseline_mean",
    ),
    "pairs": (
        "explore/pairs+replications", "explore/median_difference",
        "explore/median_low+median_high", "explore/smallest", "explore/largest",
    ),
    "share": (
        "explore/share", "explore/share_low+share_high", "explore/better+compared",
        "explore/equal+compared", "explore/worse+compared",
    ),
}  # fmt: skip
"""File and columns of the numbers of each column of the table."""


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
            " arrangements may overlap although the difference is clear: histories share"
            " their luck, so read the difference.", level=level),
            [tr("Mean"), interval, tr("Defined in")]),
        _way("quantiles", "unit", (), tr("Quantiles"), tr(
            "5th percentile, median and 95th percentile over replications."),
            [tr("5th percentile"), tr("Median"), tr("Interval of the median"),
             tr("95th percentile")]),
        _way("difference", "step", (0, 1, 2), tr("Mean difference"), tr(
            "Diamond: mean difference within a replication; bar: its {level} interval."
            " Where the bar covers zero nothing is ranked. † stays clear of zero when all"
            " comparisons are judged together.", level=level)
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
                "Of mirrored histories only the first counts here.")),
            [tr("Share"), interval, tr("Does better in"), tr("Equal in"),
             tr("Does worse in")]),
    ]  # fmt: skip
    return _possible(ways, comparison)


def _way(
    key: str, axis: str, beside: Sequence[int], label: str, note: str, columns: Sequence[str]
) -> dict[str, Any]:
    """Give one way to look at an outcome."""
    return {
        "key": key, "axis": axis, "beside": list(beside), "label": label, "note": note,
        "columns": list(columns), "cited": list(_CITED.get(key, ())),
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


def page_words() -> dict[str, str]:
    """Give the texts that stand on the page, by key."""
    return {
        "title": tr("Explore the results"),
        "lead": tr(
            "Choose an outcome, a way to look at it and the arrangements. Point at a mark,"
            " touch it, or use the arrow keys in the figure to read values. The address of"
            " the page keeps the choice, so that a view can be linked."
        ),
        "noscript": tr(
            "This part needs JavaScript, which is off. Everything else on the page is"
            " complete without it."
        ),
        "subject": tr("Outcome or curve"),
        "statistic": tr("Show"),
        "arrangements": tr("Arrangements"),
        "hint": tr(
            "Keys in the figure: left and right go from mark to mark, up and down from row"
            " to row, Home and End to the ends, Escape hides the value."
        ),
        "figure": tr("Figure of the choice; arrow keys read its values"),
        "table": tr("Numbers of the choice"),
        "every": tr("Every value as a table"),
        "link": tr("Link to this view"),
    }


def script_words(kept: str) -> dict[str, str]:
    """Give the texts that the script puts together, and what is said of values left out."""
    return {
        "arrangement": tr("Arrangement"),
        "replication": tr("Replication {n}"),
        "replications": tr("Replication"),
        "nothing": tr("Nothing is chosen."),
        "undefined": tr("not defined"),
        "baseline": tr("baseline"),
        "share": tr("% of replications"),
        "log": tr("Logarithmic axis."),
        "higher": tr("Higher is better."),
        "lower": tr("Lower is better."),
        "neither": tr("Neither direction is better."),
        "comma": tr(", "),
        "gap": gap(),
        "pair": tr("{name}: {value}"),
        "semicolon": tr("; "),
        "to": tr("{low} to {high}"),
        "kept": kept,
    }
