"""A sweep: outcomes and differences at every point of a design over some ranges."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.base.errors import Problem, ScenarioError
from sim.scenario.model import Scenario
from sim.study.aims import Aims, aims_of, marks_of
from sim.study.cube import Cube, means
from sim.study.design import Design, design_points
from sim.study.findings import Findings
from sim.study.ranges import VARY, Range, as_range, check_ranges, varied
from sim.study.store import Store

Floats = NDArray[np.float64]
KEY = "sweep"


@dataclass(frozen=True)
class Plan:
    """How a study goes over its ranges.

    Parameters
    ----------
    design : {"grid", "latin", "sobol"}
    points : int, optional
        See `sim.study.design.design_points`.
    replications : int, optional
        At each point; those of the scenario by default.
    seed : int
        Of the design, not of the economies.
    """

    design: Design = "grid"
    points: int | None = None
    replications: int | None = None
    seed: int = 0

    def numbers(self, scenario: Scenario) -> range:
        """The replications of every point."""
        return range(self.replications or scenario.experiment.replications)


@dataclass(frozen=True, eq=False)
class Sweep:
    """Outcomes at every point of a design.

    Parameters
    ----------
    ranges : tuple of Range
    points : array, shape (n_points, n_ranges)
    aims : Aims
    cube : Cube
        One scenario for each point.
    """

    ranges: tuple[Range, ...]
    points: Floats
    aims: Aims
    cube: Cube

    def frame(self) -> pd.DataFrame:
        """One row for each point, arrangement and outcome.

        Returns
        -------
        DataFrame
            Columns point, one for each key, arrangement, outcome, unit, replications, mean,
            standard_error, difference (from the baseline of the same point, nan for the
            baseline itself) and difference_error.
        """
        marks = marks_of(self.aims.outcomes)
        parts = [
            self._part(name, arm, marks[name].unit)
            for name in self.aims.outcomes
            for arm in (self.aims.baseline, *self.aims.arrangements)
        ]
        whole = pd.concat(parts, ignore_index=True)
        return whole.sort_values("point", kind="stable", ignore_index=True)

    def _part(self, outcome: str, arm: str, unit: str) -> pd.DataFrame:
        mean, error, count = means(self.cube.levels(arm, outcome))
        gap, gap_error, _ = means(self.cube.differences(arm, self.aims.baseline, outcome))
        if arm == self.aims.baseline:
            gap, gap_error = np.full_like(gap, np.nan), np.full_like(gap, np.nan)
        keys = {one.label: self.points[:, k] for k, one in enumerate(self.ranges)}
        return pd.DataFrame(
            {"point": np.arange(len(self.points)), **keys, "arrangement": arm,
             "outcome": outcome, "unit": unit, "replications": count, "mean": mean,
             "standard_error": error, "difference": gap, "difference_error": gap_error}
        )  # fmt: skip

    def findings(self) -> Findings:
        """The sweep in words and tables, for files and report."""
        spans = self._spans()
        return Findings(
            KEY,
            "Sweep",
            tuple(self._sentences()),
            {"spans": spans, "points": self.frame()},
            {
                "spans": "Smallest and largest mean difference from the baseline over all points",
                "points": "Every point: means and differences with standard errors",
            },
        )

    def _sentences(self) -> list[str]:
        keys = "; ".join(f"{r.label} from {r.low:g} to {r.high:g}" for r in self.ranges)
        count = self.cube.values.shape[1]
        return [
            f"{len(self.points)} points over {keys}.",
            f"Every point met the same luck in {count} replications; intervals of neighbouring"
            " points are therefore not independent.",
        ]

    def _spans(self) -> pd.DataFrame:
        """Where each difference is smallest and largest."""
        marks, rows = marks_of(self.aims.outcomes), []
        for outcome, arm in self.aims.contrasts():
            gap, error, _ = means(self.cube.differences(arm, self.aims.baseline, outcome))
            if not np.isfinite(gap).any():
                continue
            ends = {"least": int(np.nanargmin(gap)), "most": int(np.nanargmax(gap))}
            rows += [
                {"outcome": outcome, "arrangement": arm, "unit": marks[outcome].unit,
                 "end": end, "difference": gap[k], "standard_error": error[k], "at": self._at(k)}
                for end, k in ends.items()
            ]  # fmt: skip
        return pd.DataFrame(rows)

    def _at(self, point: int) -> str:
        values = zip(self.ranges, self.points[point], strict=True)
        return ", ".join(f"{one.label.rpartition('.')[2]} = {value:.4g}" for one, value in values)


def sweep(
    scenario: Scenario,
    vary: Sequence[Range | str],
    outcomes: Iterable[str] | None = None,
    plan: Plan | None = None,
    store: Store | None = None,
) -> Sweep:
    """Run a scenario at every point of a design over some ranges.

    Parameters
    ----------
    scenario : Scenario
    vary : sequence of Range or str
        Keys and ranges, such as ``"underwriting.tolerance_rate=0.01:0.03:5"``.
    outcomes : iterable of str, optional
        Some headlines by default.
    plan : Plan, optional
        A grid by default.
    store : Store, optional
        Where runs are kept.

    Returns
    -------
    Sweep

    Raises
    ------
    ScenarioError
        For keys, ranges, outcomes or points that are not legal, before anything runs.
    """
    how = plan or Plan()
    ranges, points, aims = prepared(scenario, vary, outcomes, how)
    scenarios = scenarios_at(scenario, ranges, points)
    cube = (store or Store()).cube(scenarios, how.numbers(scenario))
    return Sweep(ranges, points, aims, cube)


def prepared(
    scenario: Scenario, vary: Sequence[Range | str], outcomes: Iterable[str] | None, plan: Plan
) -> tuple[tuple[Range, ...], Floats, Aims]:
    """Check what was asked for, all mistakes in one go, and lay out the points."""
    problems: list[ScenarioError] = []
    ranges: tuple[Range, ...] = ()
    aims: Aims | None = None
    try:
        ranges = tuple(as_range(one) for one in vary)
        check_ranges(scenario, ranges)
        if not ranges:
            cure = "for example --vary macro.frailty_variance=0.1:0.3"
            raise ScenarioError([Problem(VARY, None, "", "is needed: what to vary", "", cure)])
    except ScenarioError as error:
        problems.append(error)
    try:
        aims = aims_of(scenario, outcomes)
    except ScenarioError as error:
        problems.append(error)
    if problems or aims is None:
        raise ScenarioError(p for error in problems for p in error.problems)
    return ranges, design_points(ranges, plan.design, plan.points, plan.seed), aims


def scenarios_at(scenario: Scenario, ranges: Sequence[Range], points: Floats) -> list[Scenario]:
    """The scenario at every point; raises before anything runs if one is not legal."""
    return [varied(scenario, ranges, point) for point in points]
