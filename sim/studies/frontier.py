"""The frontier: what a bank earns against how many firms survive, over terms of a contract.

A point is efficient if no other does better on one outcome without doing worse on the
other. With common random numbers two points are compared replication by replication, so a point is
called dominated only where another is clear of it on both outcomes; between the two lie
points of which nobody can say.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.base.wording import arrangement_text
from sim.experiment.store import Floats, OutcomeArray, Store, half_widths, means
from sim.scenario.scenario import Scenario
from sim.studies.findings import Findings
from sim.studies.ranges import Layout, OverRanges, Range, Vary, place_text, ranges_of
from sim.studies.request import Names, keywords, marks_of, scope_of, study_store, together
from sim.studies.sweep import Plan

Bools = NDArray[np.bool_]
KEY = "frontier"
OUTCOMES = ("bank.raroc", "firm.survival_5y")
CONFIDENCE = 0.95


@dataclass(frozen=True, eq=False)
class Frontier(OverRanges):
    """Two outcomes at every point, and which points are efficient.

    Parameters
    ----------
    outcome_array
        One scenario for each point.
    """

    outcome_array: OutcomeArray

    def frame(self) -> pd.DataFrame:
        """One row for each arrangement and point.

        Columns arrangement, point, one for each key; for either outcome its mean, and the same
        with ``.low`` and ``.high``; efficient (no other point has better means), dominated
        (another point is clear of it on both outcomes at 95 %).
        """
        parts = [self._part(arm) for arm in self.scope.arrangements]
        return pd.concat(parts, ignore_index=True)

    def _part(self, arm: str) -> pd.DataFrame:
        columns: dict[str, object] = {"arrangement": arm}
        columns |= {"point": np.arange(len(self.layout.points)), **self.layout.axes()}
        for name in self.scope.outcomes:
            mean, error, count = means(self.outcome_array.levels(arm, name))
            reach = half_widths(error, count)
            columns |= {name: mean, f"{name}.low": mean - reach, f"{name}.high": mean + reach}
        good = self._good(arm)
        columns["efficient"] = efficient(np.column_stack([means(v)[0] for v in good]))
        return pd.DataFrame({**columns, "dominated": clearly_dominated(good)})

    def _good(self, arm: str) -> list[Floats]:
        """Both outcomes, turned so that more is better."""
        marks = marks_of(self.scope.outcomes)
        return [
            self.outcome_array.levels(arm, name) * (-1.0 if marks[name].better == "lower" else 1.0)
            for name in self.scope.outcomes
        ]

    def findings(self) -> Findings:
        """The frontier in words and tables, for files and report."""
        frame = self.frame()
        one, two = (mark.label for mark in marks_of(self.scope.outcomes).values())
        return Findings(
            KEY,
            f"{one} against {two}",
            (
                f"{len(self.layout.points)} points:"
                f" {' by '.join(self._axis(k) for k in range(len(self.ranges)))}.",
                *(self._sentence(arm, group) for arm, group in frame.groupby("arrangement")),
            ),
            {"efficient": self._shown(frame[frame["efficient"]]), "points": frame},
            {"efficient": f"The efficient set: no other point has more of both {one} and {two}",
             "points": "All points with 95 % intervals"},
            {**self.layout.units(), **self._units()},
        )  # fmt: skip

    def _axis(self, k: int) -> str:
        """Say how many values one number has, and from where to where."""
        one, values = self.ranges[k], np.unique(self.layout.points[:, k])
        return f"{len(values)} values of {one.words} ({one.span_text(one.low, one.high)})"

    def _units(self) -> dict[str, str]:
        """Units of the columns of outcomes."""
        marks = marks_of(self.scope.outcomes)
        return {f"{name}{end}": mark.unit for name, mark in marks.items() for end in ("", ".low")}

    def _shown(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Points in the order of the first outcome, one row for each outcome."""
        rows = rows.sort_values(["arrangement", self.scope.outcomes[0]])
        found = [
            {"arrangement": row["arrangement"],
             "at": place_text(self.ranges, self.layout.points[row["point"]]),
             "outcome": name, "unit": mark.unit, "mean": row[name],
             "low": row[f"{name}.low"], "high": row[f"{name}.high"]}
            for row in rows.to_dict("records")
            for name, mark in marks_of(self.scope.outcomes).items()
        ]  # fmt: skip
        return pd.DataFrame(found)

    def _sentence(self, arm: object, rows: pd.DataFrame) -> str:
        best, beaten = (rows[name].to_numpy(np.bool_) for name in ("efficient", "dominated"))
        return (
            f"{arrangement_text(str(arm))}: {best.sum()} of {len(rows)} points are efficient by"
            f" their means, {beaten.sum()} are clearly dominated, and of"
            f" {(~best & ~beaten).sum()} more it cannot be said."
        )


@keywords(plan=Plan, store=study_store)
def frontier(
    scenario: Scenario,
    vary: Vary,
    outcomes: Names = OUTCOMES,
    arrangements: Names | None = None,
    *,
    plan: Plan,
    store: Store,
) -> Frontier:
    """Two outcomes over two terms of a contract, the efficient set marked.

    Parameters
    ----------
    vary
        Two keys with their ranges.
    outcomes
        Two; the return of banks against survival of firms by default.
    arrangements
        Those that the keys belong to, or all but the baseline, by default.
    design, points, replications, seed
        As in `sim.studies.sweep.Plan`; a grid of five by five by default.
    workers, folder, executor, progress
        As in `sim.studies.request.study_store`.

    Raises
    ------
    ScenarioError
        For keys, ranges, outcomes or arrangements that are not legal.
    """
    layout = laid_out(scenario, vary, outcomes, arrangements, plan)
    return Frontier(layout, layout.outcome_array(store))


def laid_out(
    scenario: Scenario,
    vary: Vary,
    outcomes: Names | None,
    arrangements: Names | None,
    plan: Plan | None = None,
) -> Layout:
    """Check what a frontier is asked for, and lay out its points; as in `frontier`."""
    ranges, _ = together(
        lambda: ranges_of(scenario, vary, 2),
        lambda: scope_of(scenario, outcomes or OUTCOMES, arrangements, 2),
    )
    scope = scope_of(scenario, outcomes or OUTCOMES, arrangements or _owners(scenario, ranges))
    return (plan or Plan()).layout(scope.fitting(scenario), scope, ranges)


def efficient(values: Floats) -> Bools:
    """Points that no other point equals or beats on all counts, and beats on one.

    Parameters
    ----------
    values : shape (n_points, n_outcomes)
        More is better; a point with an undefined value is not efficient.

    Examples
    --------
    >>> efficient(np.array([[1.0, 3.0], [2.0, 2.0], [1.0, 2.0]])).tolist()
    [True, True, False]
    """
    known = np.asarray(np.all(np.isfinite(values), axis=1))
    filled = np.where(known[:, None], values, -np.inf)
    no_worse = (filled[None, :, :] >= filled[:, None, :]).all(axis=2)
    better = (filled[None, :, :] > filled[:, None, :]).any(axis=2)
    return np.asarray(known & ~np.any(no_worse & better, axis=1))


def clearly_dominated(values: Sequence[Floats], confidence: float = CONFIDENCE) -> Bools:
    """Points from which another is clear on every outcome, by paired differences.

    Parameters
    ----------
    values : each of shape (n_points, n_replications)
        More is better.
    confidence
        Of each paired interval.

    Examples
    --------
    >>> good, bad = [3.0, 4.0, 5.0], [1.0, 2.1, 3.0]
    >>> clearly_dominated([np.array([good, bad]), np.array([good, bad])]).tolist()
    [False, True]
    """
    count = values[0].shape[0]
    beaten = np.zeros(count, dtype=bool)
    for k in range(count):
        clear = np.ones(count, dtype=bool)
        for outcome in values:
            mean, error, pairs = means(outcome - outcome[k])
            clear &= mean - half_widths(error, pairs, confidence) > 0.0
        beaten[k] = clear.any()
    return beaten


def _owners(scenario: Scenario, ranges: Sequence[Range]) -> list[str]:
    """Arrangements that the keys belong to; none where a key belongs to the economy."""
    parts = [one.key.split(".") for one in ranges]
    owners = [part[1] for part in parts if part[0] == "arrangement"]
    run = scenario.experiment.arrangements
    known = [name for name in dict.fromkeys(owners) if name in run]
    return known if len(owners) == len(parts) else []
