"""The frontier: what a bank earns against how many firms survive, over terms of a contract.

A point is efficient if no other does better on one outcome without doing worse on the
other. With common luck two points are compared replication by replication, so a point is
called dominated only where another is clear of it on both outcomes; between the two lie
points of which nobody can say.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.base.errors import Problem, ScenarioError
from sim.outcomes.statistics import t_quantile
from sim.outcomes.wording import arrangement_text
from sim.scenario.model import Scenario
from sim.study.aims import Aims, aims_of, marks_of
from sim.study.cube import Cube, means
from sim.study.findings import Findings
from sim.study.ranges import Range
from sim.study.store import Store
from sim.study.sweep import Plan, prepared, scenarios_at

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
KEY = "frontier"
OUTCOMES = ("bank.raroc", "firm.survival_5y")
CONFIDENCE = 0.95


@dataclass(frozen=True, eq=False)
class Frontier:
    """Two outcomes at every point, and which points are efficient.

    Parameters
    ----------
    ranges : tuple of Range
    points : array, shape (n_points, n_ranges)
    aims : Aims
        Of two outcomes.
    cube : Cube
    """

    ranges: tuple[Range, ...]
    points: Floats
    aims: Aims
    cube: Cube

    def frame(self) -> pd.DataFrame:
        """One row for each arrangement and point.

        Returns
        -------
        DataFrame
            Columns arrangement, point, one for each key; for either outcome its mean, and
            the same with ``.low`` and ``.high``; efficient (no other point has better
            means), dominated (another point is clear of it on both outcomes at 95 %).
        """
        parts = [self._part(arm) for arm in self.aims.arrangements]
        return pd.concat(parts, ignore_index=True)

    def _part(self, arm: str) -> pd.DataFrame:
        keys = {one.label: self.points[:, k] for k, one in enumerate(self.ranges)}
        columns: dict[str, object] = {"arrangement": arm, "point": np.arange(len(self.points))}
        columns |= keys
        for name in self.aims.outcomes:
            values = self.cube.levels(arm, name)
            mean, error, count = means(values)
            reach = np.array([_t(n) for n in count]) * error
            columns |= {name: mean, f"{name}.low": mean - reach, f"{name}.high": mean + reach}
        columns["efficient"] = efficient(np.column_stack([means(v)[0] for v in self._good(arm)]))
        columns["dominated"] = clearly_dominated(self._good(arm))
        return pd.DataFrame(columns)

    def _good(self, arm: str) -> list[Floats]:
        """Both outcomes, turned so that more is better."""
        marks = marks_of(self.aims.outcomes)
        return [
            self.cube.levels(arm, name) * (-1.0 if marks[name].better == "lower" else 1.0)
            for name in self.aims.outcomes
        ]

    def findings(self) -> Findings:
        """The frontier in words and tables, for files and report."""
        frame = self.frame()
        one, two = (marks_of(self.aims.outcomes)[name].label for name in self.aims.outcomes)
        return Findings(
            KEY,
            f"{one} against {two}",
            tuple(self._sentence(arm, group) for arm, group in frame.groupby("arrangement")),
            {"efficient": self._shown(frame[frame["efficient"]]), "points": frame},
            {"efficient": f"The efficient set: no other point has more of both {one} and {two}",
             "points": "All points with 95 % intervals"},
        )  # fmt: skip

    def _shown(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Points in the order of the first outcome, one row for each outcome."""
        marks = marks_of(self.aims.outcomes)
        rows = rows.sort_values(["arrangement", self.aims.outcomes[0]])
        keys = [one.label for one in self.ranges]
        found = [
            {"arrangement": row["arrangement"], "at": _at({key: row[key] for key in keys}),
             "outcome": name, "unit": marks[name].unit, "mean": row[name],
             "low": row[f"{name}.low"], "high": row[f"{name}.high"]}
            for row in rows.to_dict("records")
            for name in self.aims.outcomes
        ]  # fmt: skip
        return pd.DataFrame(found)

    def _sentence(self, arm: object, rows: pd.DataFrame) -> str:
        best, beaten = (rows[name].to_numpy(np.bool_) for name in ("efficient", "dominated"))
        return (
            f"{arrangement_text(str(arm))}: {best.sum()} of {len(rows)} points are efficient by"
            f" their means, {beaten.sum()} are clearly dominated, and of"
            f" {(~best & ~beaten).sum()} more it cannot be said."
        )


def frontier(
    scenario: Scenario,
    vary: Sequence[Range | str],
    outcomes: Iterable[str] = OUTCOMES,
    arrangements: Iterable[str] | None = None,
    plan: Plan | None = None,
    store: Store | None = None,
) -> Frontier:
    """Two outcomes over two terms of a contract, the efficient set marked.

    Parameters
    ----------
    scenario : Scenario
    vary : sequence of Range or str
        Two keys with their ranges.
    outcomes : iterable of str
        Two; the return of banks against survival of firms by default.
    arrangements : iterable of str, optional
        Those that the keys belong to, or all but the baseline, by default.
    plan : Plan, optional
        A grid of five by five by default.
    store : Store, optional

    Returns
    -------
    Frontier

    Raises
    ------
    ScenarioError
        For keys, ranges, outcomes or arrangements that are not legal.
    """
    how = plan or Plan()
    ranges, points, aims = check_frontier(scenario, vary, tuple(outcomes), arrangements, how)
    lean = aims.fitting(scenario)
    cube = (store or Store()).cube(scenarios_at(lean, ranges, points), how.numbers(scenario))
    return Frontier(ranges, points, aims, cube)


def check_frontier(
    scenario: Scenario,
    vary: Sequence[Range | str],
    outcomes: Sequence[str],
    arrangements: Iterable[str] | None,
    plan: Plan,
) -> tuple[tuple[Range, ...], Floats, Aims]:
    """Refuse what is not legal, and lay out the points.

    Returns
    -------
    ranges, points, aims
    """
    ranges, points, _ = prepared(scenario, vary, outcomes, plan)
    _check_two(ranges, outcomes)
    chosen = list(arrangements) if arrangements else _owners(scenario, ranges)
    return ranges, points, aims_of(scenario, outcomes, chosen or None)


def efficient(values: Floats) -> Bools:
    """Points that no other point equals or beats on all counts, and beats on one.

    Parameters
    ----------
    values : array, shape (n_points, n_outcomes)
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
    values : sequence of arrays, each of shape (n_points, n_replications)
        More is better.
    confidence : float
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
            reach = np.array([_t(n, confidence) for n in pairs]) * error
            clear &= mean - reach > 0.0
        beaten[k] = clear.any()
    return beaten


def _at(values: dict[str, float]) -> str:
    return ", ".join(f"{key.rpartition('.')[2]} = {value:.4g}" for key, value in values.items())


def _t(count: int, confidence: float = CONFIDENCE) -> float:
    return t_quantile(confidence, count - 1) if count > 1 else float("nan")


def _check_two(ranges: Sequence[Range], outcomes: Sequence[str]) -> None:
    problems = []
    for option, what, given in (("--vary", "keys", ranges), ("--outcomes", "outcomes", outcomes)):
        if len(given) != 2:
            rule, cure = f"must name two {what}", "a frontier has two sides"
            problems.append(Problem(option, None, "", rule, str(len(given)), cure))
    if problems:
        raise ScenarioError(problems)


def _owners(scenario: Scenario, ranges: Sequence[Range]) -> list[str]:
    """Arrangements that the keys belong to; none where a key belongs to the economy."""
    parts = [one.key.split(".") for one in ranges]
    owners = [part[1] for part in parts if part[0] == "arrangement"]
    run = scenario.experiment.arrangements
    known = [name for name in dict.fromkeys(owners) if name in run]
    return known if len(owners) == len(parts) else []
