"""What a calibration sees of a scenario: its targets, simulated under common luck."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.experiment.beliefs import DEFAULT_GAPS, moved
from sim.scenario.model import Scenario
from sim.study.calibration_plan import Parameter, Plan, Target, value_at
from sim.study.cube import Floats
from sim.study.store import Store

NO_LENDING = {"underwriting.least_line": 1e9}
"""What ends lending: no line is ever large enough to be worth its file."""


TRIES = 3
"""Function values of one fit; each that is better is followed by a new Jacobian."""


class SpentError(Exception):
    """The budget of evaluations is used up; what is known is kept."""


@dataclass
class Evaluator:
    """Simulates targets, counts what it costs, and keeps all of it in a store.

    Parameters
    ----------
    plan : Plan
    store : Store
        Its reader must give the moments.
    budget : int, optional
        Evaluations that may be simulated; known ones are free.
    report : callable, optional
        Told how many replications have been simulated.
    """

    plan: Plan
    store: Store
    budget: int | None = None
    report: Callable[[int], None] | None = None
    spent: int = 0

    def targets(
        self, scenarios: Sequence[Scenario], chosen: Sequence[Target], lending: bool = True
    ) -> list[Floats]:
        """Simulated targets of several scenarios.

        Returns
        -------
        list of array, shape (n_targets, n_replications)
            nan where a target is undefined.
        """
        baseline = self.plan.arrangements[0]
        frames = self._frames(scenarios, {one.arrangement or baseline for one in chosen}, lending)
        return [self._read(frame, chosen) for frame in frames]

    def belief_gaps(self, scenario: Scenario) -> pd.DataFrame:
        """Realised over believed default, stages (rows) by arrangement (columns)."""
        frame = self._frames([scenario], set(self.plan.belief.arrangements), True)[0]
        rows = frame[frame["outcome"].isin(DEFAULT_GAPS)]
        wide = rows.pivot_table(index="outcome", columns="arrangement", values="value")
        return wide.reindex(index=list(DEFAULT_GAPS), columns=list(self.plan.belief.arrangements))

    def _frames(
        self, scenarios: Sequence[Scenario], worlds: set[str], lending: bool
    ) -> list[pd.DataFrame]:
        variants = [self._variant(one, worlds, lending) for one in scenarios]
        if self.budget is not None and self.spent >= self.budget:
            self._refuse_unknown(variants)
        before = self.store.simulated
        found = self.store.many(variants, range(self.plan.replications), self._told(before))
        self.spent += -(-(self.store.simulated - before) // self.plan.replications)
        return found

    def _variant(self, scenario: Scenario, worlds: set[str], lending: bool) -> Scenario:
        """The scenario with the worlds that are read, the baseline first, or without loans."""
        baseline = self.plan.arrangements[0]
        names = [n for n in self.plan.arrangements if n == baseline or n in worlds]
        changes: dict[str, object] = {"experiment.arrangements": names}
        return scenario.with_values(changes if lending else changes | NO_LENDING)

    def expected(self, is_check: bool = False) -> int:
        """Replications that are asked for at most, for a bar that shows the way."""
        look = len(self.plan.parameter) + 1
        fits = 0 if is_check else sum(stage.rounds for stage in self.plan.stage)
        most = look + fits * TRIES * (look + 1)
        return min(most, look + (self.budget or most)) * self.plan.replications

    def can_afford(self, evaluations: int) -> bool:
        """Whether the budget still has room for some evaluations."""
        return self.budget is None or self.spent + evaluations <= self.budget

    def _refuse_unknown(self, variants: Sequence[Scenario]) -> None:
        if not all(self.store.knows(v, range(self.plan.replications)) for v in variants):
            raise SpentError

    def _told(self, before: int) -> Callable[[int, int], None] | None:
        report = self.report
        return None if report is None else lambda done, _: report(before + done)

    def _read(self, frame: pd.DataFrame, chosen: Sequence[Target]) -> Floats:
        baseline = self.plan.arrangements[0]
        table = frame.pivot(
            index=["outcome", "arrangement"], columns="replication", values="value"
        )
        keys = pd.MultiIndex.from_tuples([(t.outcome, t.arrangement or baseline) for t in chosen])
        return np.asarray(table.reindex(keys).to_numpy(dtype=np.float64))


def places(scenario: Scenario, free: Sequence[Parameter]) -> Floats:
    """Where the parameters of a scenario lie in their ranges, shape (n,), -1 to 1."""
    return np.array([one.inner(float(str(value_at(scenario, one.key)))) for one in free])


DIGITS = 4
"""Significant digits of a free number: what is simulated is what can be written."""


def at_places(scenario: Scenario, free: Sequence[Parameter], where: Floats) -> Scenario:
    """The scenario with parameters at the given places of their ranges."""
    changes = {
        key: float(f"{one.outer(float(place)):.{DIGITS}g}")
        for one, place in zip(free, where, strict=True)
        for key in (one.key, *one.also)
    }
    return scenario.with_values(_whole_lists(scenario, changes))


def _whole_lists(scenario: Scenario, changes: dict[str, float]) -> dict[str, object]:
    """Elements of one list are set together."""
    found: dict[str, object] = {}
    for key, value in changes.items():
        head, bracket, rest = key.partition("[")
        if not bracket:
            found[key] = value
            continue
        old = found.get(head, value_at(scenario, head))
        items = list(old) if isinstance(old, list | tuple) else []
        items[int(rest.rstrip("]"))] = value
        found[head] = items
    return found


def settled(scenario: Scenario, gaps: pd.DataFrame, least: float) -> Scenario:
    """Move believed default part of the way to what the worlds realised.

    Parameters
    ----------
    scenario : Scenario
    gaps : DataFrame
        As `Evaluator.belief_gaps` gives it; worlds count alike, as a geometric mean.
    least : float, per year
        A belief of nothing could never grow again.
    """
    levels = moved(scenario, "", mean_gap(gaps))["default_rate"]
    rates = [max(float(f"{rate:.4g}"), least) for rate in levels]
    return scenario.with_values({"belief.default.default_rate": rates})


def mean_gap(gaps: pd.DataFrame) -> "pd.Series[float]":
    """Geometric mean over worlds of realised over believed; nan where nobody defaulted.

    Examples
    --------
    >>> mean_gap(pd.DataFrame({"a": [2.0, 0.0], "b": [0.5, 1.0]})).tolist()
    [1.0, nan]
    """
    found = gaps.to_numpy(dtype=np.float64)
    logs = np.log(np.where(found > 0.0, found, np.nan))
    return pd.Series(np.exp(logs.mean(axis=1)), index=gaps.index)
