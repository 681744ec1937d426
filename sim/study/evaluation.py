"""What a calibration sees of a scenario: its targets, simulated under common luck."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.experiment.beliefs import DEFAULT_GAPS, moved
from sim.scenario.model import Scenario
from sim.study.calibration_plan import Parameter, Plan, Target, value_at
from sim.study.store import Store

Floats = NDArray[np.float64]

NO_LENDING = {"underwriting.least_line": 1e9}
"""What ends lending: no line is ever large enough to be worth its file."""


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
        needs = {
            date: sorted({t.arrangement or baseline for t in chosen if t.after_years == date})
            for date in sorted({t.after_years for t in chosen})
        }
        frames = self._frames(scenarios, needs, lending)
        return [self._read(frames, n, chosen) for n in range(len(scenarios))]

    def belief_gaps(self, scenario: Scenario) -> pd.DataFrame:
        """Realised over believed default, stages (rows) by arrangement (columns)."""
        needs = {0.0: list(self.plan.belief.arrangements)}
        frame = self._frames([scenario], needs, True)[0.0][0]
        rows = frame[frame["outcome"].isin(DEFAULT_GAPS)]
        wide = rows.pivot_table(index="outcome", columns="arrangement", values="value")
        return wide.reindex(index=list(DEFAULT_GAPS), columns=list(self.plan.belief.arrangements))

    def _frames(
        self, scenarios: Sequence[Scenario], needs: dict[float, list[str]], lending: bool
    ) -> dict[float, list[pd.DataFrame]]:
        baseline = self.plan.arrangements[0]
        variants = [
            variant(one, [n for n in self.plan.arrangements if n in (baseline, *names)], date)
            for date, names in needs.items() for one in scenarios
        ]  # fmt: skip
        if not lending:
            variants = [one.with_values(NO_LENDING) for one in variants]
        if self.budget is not None and self.spent >= self.budget:
            self._refuse_unknown(variants)
        before = self.store.simulated
        found = self.store.many(variants, range(self.plan.replications), self._told(before))
        runs = self.store.simulated - before
        self.spent += -(-runs // (self.plan.replications * len(needs)))
        return {d: found[k * len(scenarios) :][: len(scenarios)] for k, d in enumerate(needs)}

    def _refuse_unknown(self, variants: Sequence[Scenario]) -> None:
        if not all(self.store.knows(v, range(self.plan.replications)) for v in variants):
            raise SpentError

    def _told(self, before: int) -> Callable[[int, int], None] | None:
        report = self.report
        return None if report is None else lambda done, _: report(before + done)

    def _read(
        self, frames: dict[float, list[pd.DataFrame]], n: int, chosen: Sequence[Target]
    ) -> Floats:
        tables = {date: _table(found[n]) for date, found in frames.items()}
        baseline = self.plan.arrangements[0]
        return np.array(
            [
                tables[t.after_years].loc[t.outcome, t.arrangement or baseline].to_numpy()
                for t in chosen
            ]
        ).reshape(len(chosen), self.plan.replications)


def _table(frame: pd.DataFrame) -> pd.DataFrame:
    """Outcome and arrangement (rows) by replication (columns)."""
    return frame.pivot(index=["outcome", "arrangement"], columns="replication", values="value")


def variant(scenario: Scenario, arrangements: Sequence[str], date: float) -> Scenario:
    """The scenario as a target needs it: with the worlds it is read in, ended at its date.

    Entry stays as dense as before: a shorter run has fewer firms.
    """
    changes: dict[str, object] = {"experiment.arrangements": list(arrangements)}
    settings = scenario.experiment
    if date > 0.0:
        whole = settings.warm_up_years + settings.horizon_years
        part = (settings.warm_up_years + date) / whole
        changes["experiment.horizon_years"] = date
        changes["population.firms"] = max(round(scenario.population.firms * part), 1)
    return scenario.with_values(changes)


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
    ratio = pd.Series(np.exp(np.log(gaps.to_numpy()).mean(axis=1)), index=gaps.index)
    levels = moved(scenario, "", ratio)["default_rate"]
    rates = [max(float(f"{rate:.4g}"), least) for rate in levels]
    return scenario.with_values({"belief.default.default_rate": rates})
