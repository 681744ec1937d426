"""Replications until the intervals are as narrow as stated, several outcomes at once.

The first look is at no fewer than 30 independent observations; after each look the number
grows to what the spread seen so far calls for, at most to twice as many. Because stopping
depends on the spread, an interval that ends such a sequence covers slightly less often
than stated; a first batch of 30 keeps the loss small. All intervals
hold jointly, by Bonferroni's correction.

References
----------
Chow and Robbins (1965), On the asymptotic theory of fixed-width sequential confidence
intervals; Law and Kelton (1982), Confidence intervals for steady-state simulations: a
survey of sequential procedures; Law (2015), sections 9.4.1 and 9.7.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from sim.outcomes.compare import compare
from sim.outcomes.measure import Outcomes
from sim.outcomes.pairs import averaged
from sim.outcomes.statistics import replications_needed
from sim.outcomes.tails import level_interval
from sim.outcomes.wording import percent_text
from sim.study.target import Target, refuse_doubles

FIRST_BATCH = 30
"""Independent observations at the first look, and fewest in each later batch."""
MOST = 1_000
COLUMNS = (
    "outcome", "unit", "arrangement", "quantity", "estimate", "low", "high", "half_width",
    "target", "reached", "replications_needed",
)  # fmt: skip
UNDERCOVERAGE = (
    "Stopping as soon as intervals are narrow enough makes them cover slightly less often"
    " than stated (Chow and Robbins 1965); a first look at no fewer than 30 observations"
    " keeps the loss small; it was not measured on this engine."
)


@dataclass(frozen=True, eq=False)
class Precision:
    """How narrow the intervals are, against what was asked for.

    Parameters
    ----------
    rows : DataFrame
        What `frame` gives.
    replications : int
    confidence : float, in (0, 1)
        Of all intervals together.
    """

    rows: pd.DataFrame
    replications: int
    confidence: float

    @property
    def is_reached(self) -> bool:
        """Whether every interval is as narrow as asked for."""
        return bool(self.rows["reached"].all())

    @property
    def is_hopeless(self) -> bool:
        """Whether an interval has no width after the first batch: an undefined outcome."""
        return bool(self.rows["half_width"].isna().any())

    @property
    def needed(self) -> int:
        """Replications at which all intervals would be as narrow, from the spread so far."""
        wanted = self.rows["replications_needed"].max()
        return int(wanted) if math.isfinite(wanted) else self.replications

    def frame(self) -> pd.DataFrame:
        """One row an interval: estimate, interval, half-width, target, whether reached."""
        return self.rows.copy()

    def sentences(self) -> tuple[str, ...]:
        """What was reached, in words."""
        count = len(self.rows)
        joint = (
            f"{count} interval{'s' if count > 1 else ''} hold jointly at"
            f" {percent_text(self.confidence)} (Bonferroni: each at"
            f" {percent_text(round(each_confidence(self.confidence, count), 6))})."
        )
        if self.is_reached:
            head = f"Every half-width was reached with {self.replications} replications."
        else:
            head = self._shortfall()
        return head, joint, UNDERCOVERAGE

    def _shortfall(self) -> str:
        """Say what is missing, and what it would take."""
        short = self.rows[~self.rows["reached"]]
        unknown = short["half_width"].isna()
        names = ", ".join(dict.fromkeys(short.loc[~unknown, "outcome"]))
        lost = ", ".join(dict.fromkeys(short.loc[unknown, "outcome"]))
        words = [f"NOT reached with {self.replications} replications:"]
        if names:
            words.append(
                f"{int((~unknown).sum())} of {len(self.rows)} intervals are too wide ({names});"
                f" about {self.needed:,} replications would be needed at the spread seen so far."
            )
        if lost:
            words.append(f"No number of replications helps where {lost} is undefined.")
        return " ".join(words)


def each_confidence(joint: float, count: int) -> float:
    """Confidence of each of several intervals that hold jointly, by Bonferroni.

    Examples
    --------
    >>> round(each_confidence(0.95, 10), 6)
    0.995
    """
    return 1.0 - (1.0 - joint) / max(count, 1)


def precision_of(
    outcomes: Outcomes,
    baseline: str,
    targets: Sequence[Target],
    confidence: float = 0.95,
    with_levels: bool = False,
) -> Precision:
    """Compare the intervals of outcomes with what was asked for.

    Parameters
    ----------
    outcomes : Outcomes
    baseline : str
    targets : sequence of Target
        One for each outcome.
    confidence : float, in (0, 1)
        Of all intervals together.
    with_levels : bool
        Whether the mean level under each arrangement counts beside the differences.
    """
    refuse_doubles(targets)
    others = len(outcomes.arrangements) - 1
    count = len(targets) * (others + (others + 1 if with_levels else 0))
    each = each_confidence(confidence, count)
    chosen = {target.outcome: target for target in targets}
    few = replace(outcomes, marks={name: outcomes.mark(name) for name in chosen})
    rows = _differences(few, baseline, chosen, each)
    if with_levels:
        rows += _levels(few, baseline, chosen, each)
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame["reached"] = (frame["half_width"] <= frame["target"]).astype(bool)
    return Precision(frame, outcomes.replications, confidence)


def _differences(
    outcomes: Outcomes, baseline: str, targets: dict[str, Target], confidence: float
) -> list[dict[Any, Any]]:
    widths = {name: t.width(_mean(outcomes, name, baseline)) for name, t in targets.items()}
    frame = compare(outcomes, baseline, confidence, half_width=widths).frame()
    return [
        {**row, "quantity": f"difference from {baseline}", "estimate": row["difference"],
         "half_width": 0.5 * (row["high"] - row["low"]), "target": widths[row["outcome"]]}
        for row in frame.to_dict("records")
    ]  # fmt: skip


def _levels(
    outcomes: Outcomes, baseline: str, targets: dict[str, Target], confidence: float
) -> list[dict[Any, Any]]:
    rows = []
    for name, target in targets.items():
        width = target.width(_mean(outcomes, name, baseline))
        for arrangement, values in outcomes.table(name).items():
            found = averaged(values, outcomes.unit)
            one = level_interval(outcomes.marks[name], found, confidence)
            spread = one.standard_error * math.sqrt(max(found.size, 1))
            needed = outcomes.unit * replications_needed(spread, width, confidence)
            rows.append(
                {"outcome": name, "unit": outcomes.marks[name].unit, "arrangement": arrangement,
                 "quantity": "level", "estimate": one.estimate, "low": one.low, "high": one.high,
                 "half_width": 0.5 * (one.high - one.low), "target": width,
                 "replications_needed": needed}
            )  # fmt: skip
    return rows


def _mean(outcomes: Outcomes, name: str, arrangement: str) -> float:
    return float(outcomes.table(name)[arrangement].mean())


def next_count(found: Precision, unit: int, most: int) -> int:
    """How many replications to look at next.

    Parameters
    ----------
    found : Precision
    unit : int
        Replications that make one independent observation.
    most : int

    Examples
    --------
    >>> rows = pd.DataFrame({"replications_needed": [100.0]})
    >>> next_count(Precision(rows, 30, 0.95), 1, 1000)
    60
    >>> next_count(Precision(rows, 90, 0.95), 1, 99)
    99
    """
    done = found.replications
    if not (found.rows["replications_needed"] > done).any():
        # The spread may still be unknown, or a heavy tail keep the interval wide.
        return min(done + FIRST_BATCH * unit, most)
    step = max(FIRST_BATCH * unit, min(found.needed - done, done))
    return min(done + -(-step // unit) * unit, most)


def replicate_until(
    look: Callable[[int], Outcomes],
    check: Callable[[Outcomes], Precision],
    first: int,
    most: int,
) -> tuple[Outcomes, Precision]:
    """Add replications until every interval is narrow enough, or there are too many.

    Parameters
    ----------
    look : callable
        Gives the outcomes of that many replications, from number 0.
    check : callable
        Compares them with what is asked for.
    first : int
        Replications at the first look; raised to 30 independent observations.
    most : int
        No look is taken beyond it.
    """
    outcomes = look(min(first, most))
    if outcomes.replications < FIRST_BATCH * outcomes.unit and first < most:
        outcomes = look(min(FIRST_BATCH * outcomes.unit, most))
    found = check(outcomes)
    while not found.is_reached and found.replications < most and not found.is_hopeless:
        outcomes = look(next_count(found, outcomes.unit, most))
        found = check(outcomes)
    return outcomes, found
