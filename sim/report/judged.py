"""Differences as a committee may be told them: clear of zero, and large enough to count.

A difference is put into words only where its whole interval lies on one side of zero and it is
at least as large as what counts.  What is not clear comes with the smallest difference that the
run could have told.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from sim.analysis.compare import Comparison, compare, is_ranking
from sim.analysis.estimates import count_wins, smallest_told
from sim.analysis.outcomes_table import Outcomes
from sim.base.columns import TEXT, Column
from sim.outcomes.mark import Mark
from sim.report.figures.selection import SIDES, first
from sim.scenario.neighbours import Part

Parts = Mapping[str, Sequence[Part]]
NO_PARTS: Parts = {}

COUNTS = {
    "bank.raroc": 0.005, "bank.capital_ratio_low": 0.001, "bank.equity_gain_rate": 0.0001,
    "bank.lending_rate": 0.0001, "bank.operating_cost_rate": 0.0001,
    "bank.buffer_breach": 0.05, "system.procyclicality": 0.05,
}  # fmt: skip
"""From which size on a difference counts, in the unit of the outcome."""

_COUNTS_BY_UNIT = {"share": 0.005, "per year": 0.0005, "firms per 1,000": 1.0, "years": 0.5}
_SHARE_OF_LEVEL = 0.01
"""What counts of an outcome that has no size of its own, as a share of the baseline's level."""

_OF_OUTCOME = "that of the outcome"
JUDGED = (
    Column("outcome", TEXT, "name of the outcome", TEXT),
    Column("unit", TEXT, "its unit", TEXT),
    Column("arrangement", TEXT, "arrangement that is compared", TEXT),
    Column("versus", TEXT, "arrangement that it is compared with", TEXT),
    Column("mean", _OF_OUTCOME, "mean over the histories in which both are defined"),
    Column("versus_mean", _OF_OUTCOME, "mean of the other over the same histories"),
    Column("difference", _OF_OUTCOME, "of the two within a history: mean, or median as told"),
    Column("low", _OF_OUTCOME, "lower end of its interval"),
    Column("high", _OF_OUTCOME, "upper end of its interval"),
    Column("told", TEXT, "mean, or median where the mean has no interval", TEXT),
    Column("verdict", TEXT, "as in comparison.csv", TEXT),
    Column("clear_of_all", "flag", "clear of zero when all are judged together", "i1"),
    Column("pairs", "count", "histories in which both are defined", low=0.0),
    Column("ahead", "count", "histories in which it does better", low=0.0),
    Column("behind", "count", "histories in which it does worse", low=0.0),
    Column("smallest", _OF_OUTCOME, "smallest difference that the run could have told"),
    Column("counts", _OF_OUTCOME, "size from which on a difference is put into words"),
    Column(
        "turns_at",
        "per year",
        "of what a promise makes: hazard at which the difference from the baseline is zero, on a"
        " straight line between those without and with it; empty where that has one sign",
    ),
)
"""What `judged_frame` and ``committee.csv`` hold."""


@dataclass(frozen=True)
class Judged:
    """One difference with what decides whether it is put into words; fields as in `JUDGED`."""

    mark: Mark
    row: Mapping[str, Any]

    @property
    def is_clear(self) -> bool:
        """Whether the interval, and all else that may refuse, lets it be ranked."""
        return is_ranking(str(self.row["verdict"]))

    @property
    def is_told(self) -> bool:
        """Whether it is clear and counts."""
        return self.is_clear and abs(self.row["difference"]) >= self.row["counts"]

    @property
    def side(self) -> int:
        """1 where told and better, -1 where told and worse, otherwise 0."""
        word = str(self.row["verdict"]).partition(" ")[0]
        return {"better": 1, "worse": -1}.get(word, 0) if self.is_told else 0


def counts_from(mark: Mark, level: float) -> float:
    """Give the size from which on a difference counts; `level` is that of the baseline.

    >>> from types import SimpleNamespace as Made
    >>> counts_from(Made(name="bank.net_margin", unit="per year"), 0.02)
    0.0005
    >>> counts_from(Made(name="bank.profit", unit="CNY million"), -900.0)
    9.0
    """
    usual = _COUNTS_BY_UNIT.get(mark.unit, _SHARE_OF_LEVEL * abs(level))
    return COUNTS.get(mark.name, usual)


Found = Mapping[tuple[str, str, str], Judged]
"""Judged differences by outcome, arrangement and the arrangement that it is compared with."""


def judged(outcomes: Outcomes, comparison: Comparison, parts: Parts = NO_PARTS) -> Found:
    """Give all differences that a committee is told of, by outcome, arrangement and versus.

    Of every arrangement from the baseline, and of the two that come first from each other; of
    what sides are asked about also what each of `parts`, by arrangement as `parts_of` gives them,
    makes, and how far a neighbour is from the baseline.
    """
    names = told_of(outcomes.names)
    found = list(_rows(outcomes, comparison, names))
    pair = first(comparison.arrangements, comparison.baseline)
    if len(pair) == 2:
        found += _contrast(outcomes, comparison, pair, names)
    asked_of = [name for name in names if any(name in side.asked for side in SIDES)]
    every = [part for own in parts.values() for part in own if _is_run(part, outcomes)]
    for other in dict.fromkeys(part.other for part in every):
        if other in outcomes.neighbours:
            found += _contrast(outcomes, comparison, (comparison.baseline, other), asked_of)
    for with_it, without in dict.fromkeys(part.pair for part in every):
        found += _contrast(outcomes, comparison, (without, with_it), asked_of)
    told = {
        (row["outcome"], row["arrangement"], row["versus"]): Judged(
            outcomes.mark(row["outcome"]), row
        )
        for row in found
    }
    return _with_turns(told, every, comparison.baseline)


def _is_run(part: Part, outcomes: Outcomes) -> bool:
    return {part.arm, part.other} <= set(outcomes.all_run)


def _contrast(
    outcomes: Outcomes, comparison: Comparison, pair: Sequence[str], names: Sequence[str]
) -> list[dict[str, Any]]:
    """Judge the second of two from the first, on what does not refer to the baseline."""
    marks = {
        name: mark for name in names
        if not (mark := outcomes.mark(name)).paired or pair[0] == comparison.baseline
    }  # fmt: skip
    own = replace(outcomes.among(*pair), marks=marks)
    direct = compare(own, pair[0], comparison.confidence)
    return [row | {"clear_of_all": False} for row in _rows(own, direct, list(marks))]


def _with_turns(told: Found, parts: Sequence[Part], baseline: str) -> Found:
    """Say of what a promise makes where the difference from the baseline turns, if it does."""
    found = dict(told)
    for part in (one for one in parts if one.hazard):
        with_it, without = part.pair
        for (name, one, two), own in told.items():
            ends = told.get((name, without, baseline)), told.get((name, with_it, baseline))
            if (one, two) == part.pair and ends[0] is not None and ends[1] is not None:
                low, high = (float(end.row["difference"]) for end in ends if end is not None)
                if low * high < 0.0:
                    turns = {"turns_at": part.hazard * low / (low - high)}
                    found[name, one, two] = Judged(own.mark, {**own.row, **turns})
    return found


def told_of(names: Sequence[str]) -> list[str]:
    """Give the outcomes among some that belong to a side of the question."""
    of_sides = [name for side in SIDES for name in (*side.asked, *side.phases, *side.causes)]
    return [name for name in dict.fromkeys(of_sides) if name in names]


def judged_frame(found: Found) -> pd.DataFrame:
    """Give judged differences as a table, in columns `JUDGED`."""
    columns = [column.name for column in JUDGED]
    return pd.DataFrame([dict(one.row) for one in found.values()], columns=columns)


def _rows(
    outcomes: Outcomes, comparison: Comparison, names: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Give one row for each of some outcomes and each arrangement."""
    frame, behind = comparison.frame(), comparison.details()
    for name in names:
        mark, table = outcomes.mark(name), outcomes.table(name)
        wins = count_wins(table, comparison.baseline, mark.better, outcomes.unit)
        for place in frame.index[frame["outcome"] == name]:
            row, told = frame.loc[place].to_dict(), behind.loc[place]
            own = wins[row["arrangement"]]
            yield {
                "outcome": name, "unit": mark.unit, "arrangement": row["arrangement"],
                "versus": comparison.baseline, "mean": row["mean"],
                "versus_mean": row["baseline_mean"], "difference": row["difference"],
                "low": row["low"], "high": row["high"], "told": row["told"],
                "verdict": row["verdict"],
                "clear_of_all": bool(told["clear_of_all"]), "pairs": int(told["pairs"]),
                "ahead": own.better, "behind": own.worse,
                "smallest": smallest_told(row["low"], row["high"], comparison.confidence),
                "counts": counts_from(mark, row["baseline_mean"]), "turns_at": math.nan,
            }  # fmt: skip
