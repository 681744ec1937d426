"""A sweep: outcomes and differences at every point of a design over some ranges."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.base.wording import spoken
from sim.experiment.store import OutcomeArray, Store, means
from sim.scenario.scenario import Scenario
from sim.studies.findings import Findings
from sim.studies.ranges import (
    Design,
    Layout,
    OverRanges,
    Range,
    Vary,
    design_points,
    place_text,
    ranges_of,
)
from sim.studies.request import (
    Names,
    Scope,
    arms_alone,
    keywords,
    marks_of,
    scope_of,
    study_store,
    together,
)

KEY = "sweep"
FEW = 12
"""Points up to which the differences at each are told before the extremes."""


@dataclass(frozen=True)
class Plan:
    """How a study goes over its ranges.

    Parameters
    ----------
    points
        See `sim.studies.ranges.design_points`.
    replications
        At each point; those of the scenario by default.
    seed
        Of the design, not of the economies.
    """

    design: Design = "grid"
    points: int | None = None
    replications: int | None = None
    seed: int = 0

    def layout(self, scenario: Scenario, scope: Scope, ranges: tuple[Range, ...]) -> Layout:
        """Lay out the points of a study."""
        points = design_points(ranges, self.design, self.points, self.seed)
        count = self.replications or scenario.experiment.replications
        return Layout(scenario, scope, ranges, points, count)


@dataclass(frozen=True, eq=False)
class Sweep(OverRanges):
    """Outcomes at every point of a design.

    Parameters
    ----------
    outcome_array
        One scenario for each point.
    """

    outcome_array: OutcomeArray

    def frame(self) -> pd.DataFrame:
        """One row for each point, arrangement and outcome.

        Columns point, one for each key, arrangement, outcome, unit, replications, mean,
        standard_error, difference (from the baseline of the same point, nan for the baseline
        itself) and difference_error.
        """
        scope = self.scope
        parts = [
            self._part(name, arm)
            for name in scope.outcomes
            for arm in (scope.baseline, *scope.arrangements)
        ]
        whole = pd.concat(parts, ignore_index=True)
        return whole.sort_values("point", kind="stable", ignore_index=True)

    def _part(self, outcome: str, arm: str) -> pd.DataFrame:
        baseline = self.scope.baseline
        mean, error, count = means(self.outcome_array.levels(arm, outcome))
        gap, gap_error, _ = means(self.outcome_array.differences(arm, baseline, outcome))
        known = np.nan if arm == baseline else 1.0
        return pd.DataFrame(
            {"point": np.arange(mean.size), **self.layout.axes(), "arrangement": arm,
             "outcome": outcome, "unit": marks_of(outcome)[outcome].unit, "replications": count,
             "mean": mean, "standard_error": error, "difference": gap * known,
             "difference_error": gap_error * known}
        )  # fmt: skip

    def findings(self) -> Findings:
        """The sweep in words and tables, for files and report."""
        keys = "; ".join(f"{r.words} from {r.span_text(r.low, r.high)}" for r in self.ranges)
        sentences = [
            f"{len(self.layout.points)} points over {keys}.",
            f"Every point used common random numbers in {self.outcome_array.values.shape[1]}"
            " replications; intervals of neighbouring points are therefore not independent.",
        ]
        captions = {
            "values": "Difference from the baseline at every value",
            "spans": "Smallest and largest mean difference from the baseline over all points",
            "points": "Every point: means and differences with standard errors",
        }
        moved = {arm: self._moves(arm) for arm in self.scope.arrangements}
        if still := [spoken(arm) for arm, moves in moved.items() if not moves]:
            sentences.insert(1, f"Nothing changes over the points under {', '.join(still)}.")
        rows = [row for row in self._rows() if moved[row["arrangement"]]]
        tables = {"spans": self._spans(rows), "points": self.frame()}
        if len(self.layout.points) <= FEW:
            tables = {
                "values": pd.DataFrame(rows).drop(columns="point", errors="ignore"),
                **tables,
            }
        captions = {name: captions[name] for name in tables}
        return Findings(KEY, "Sweep", tuple(sentences), tables, captions, self.layout.units())

    def _moves(self, arm: str) -> bool:
        """Whether the difference of an arrangement is not the same everywhere."""
        gaps = (
            self.outcome_array.differences(arm, self.scope.baseline, name)
            for name in self.scope.outcomes
        )
        return any(not np.array_equal(one, one[:1].repeat(len(one), 0), True) for one in gaps)

    def _rows(self) -> Iterator[dict[str, Any]]:
        """Each difference at each point, in words."""
        for head, gaps in self.layout.differences(self.outcome_array):
            gap, error, _ = means(gaps)
            for k, point in enumerate(self.layout.points):
                at = place_text(self.ranges, point)
                yield {
                    **head,
                    "point": k,
                    "at": at,
                    "difference": gap[k],
                    "standard_error": error[k],
                }

    def _spans(self, rows: list[dict[str, Any]]) -> pd.DataFrame:
        """Where each difference is smallest and largest."""
        found = pd.DataFrame(row for row in rows if np.isfinite(row["difference"]))
        if found.empty:
            return found
        each = found.groupby(["outcome", "arrangement"], sort=False)["difference"]
        ends = {"least": each.idxmin(), "most": each.idxmax()}
        shown = [found.loc[places].assign(end=end) for end, places in ends.items()]
        columns = ["outcome", "arrangement", "unit", "end", "difference", "standard_error", "at"]
        return pd.concat(shown)[columns].sort_index(kind="stable").reset_index(drop=True)


@keywords(plan=Plan, store=study_store)
def sweep(
    scenario: Scenario, vary: Vary, outcomes: Names | None = None, *, plan: Plan, store: Store
) -> Sweep:
    """Run a scenario at every point of a design over some ranges.

    Parameters
    ----------
    vary
        Keys and ranges, such as ``"underwriting.policy_subsidy_rate=0.01:0.03:5"``.
    outcomes
        Some headlines by default.
    design, points, replications, seed
        As in `Plan`; a grid by default.
    workers, folder, executor, progress
        As in `sim.studies.request.study_store`.

    Raises
    ------
    ScenarioError
        For keys, ranges, outcomes or points that are not legal, before anything runs.
    """
    layout = laid_out(scenario, vary, outcomes, plan)
    return Sweep(layout, layout.outcome_array(store))


def laid_out(
    scenario: Scenario, vary: Vary, outcomes: Names | None, plan: Plan | None = None
) -> Layout:
    """Check what a sweep is asked for, and lay out its points; as in `sweep`."""
    ranges, scope = together(
        lambda: ranges_of(scenario, vary), lambda: scope_of(scenario, outcomes)
    )
    return (plan or Plan()).layout(arms_alone(scenario), scope, ranges)
