"""Which target holds which parameter, how firmly, and which targets pull apart.

All of it is read from the Jacobian of distances at the fitted scenario. Two uncertainties
are kept apart: how far a parameter may move while targets stay within their tolerances
(Gauss-Newton), and how far it moves because targets were simulated with few replications.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.optimize import lsq_linear

from sim.experiment.beliefs import DEFAULT_GAPS, updated_beliefs
from sim.experiment.store import Floats, Store, means
from sim.scenario.scenario import Scenario
from sim.studies.calibration_plan import Parameter, Plan, Target, value_at

# --- What a calibration sees of a scenario: its targets, simulated with common random numbers ----

NO_LENDING = {"underwriting.least_line": 1e9}
"""What ends lending: no line is ever large enough to be worth its file."""


SHORTENED = (1.0, 0.5, 0.25, 0.1)
"""Parts of a Gauss-Newton step that are tried in turn until one helps."""


class SpentError(Exception):
    """The budget of evaluations is used up; what is known is kept."""


@dataclass
class Evaluator:
    """Simulates targets, counts what it costs, and keeps all of it in a store.

    Parameters
    ----------
    store
        Its reader must give the moments.
    budget
        Evaluations that may be simulated; known ones are free.
    report
        Told how many replications have been simulated.
    """

    plan: Plan
    store: Store
    budget: int | None = None
    report: Callable[[int], None] | None = None
    spent: int = 0

    def targets(
        self,
        scenarios: Sequence[Scenario],
        chosen: Sequence[Target],
        lending: bool = True,
        replications: int | None = None,
    ) -> list[Floats]:
        """Simulated targets of several scenarios; `replications` are the plan's by default.

        Returns shape (n_targets, n_replications): nan where a target is undefined.
        """
        worlds = {one.arrangement or self.plan.arrangements[0] for one in chosen}
        frames = self._frames(scenarios, worlds, lending, replications)
        return [self._read(frame, chosen) for frame in frames]

    def belief_gaps(self, scenario: Scenario) -> pd.DataFrame:
        """Realised over believed default, stages (rows) by arrangement (columns)."""
        frame = self._frames([scenario], set(self.plan.belief.arrangements), True)[0]
        rows = frame[frame["outcome"].isin(DEFAULT_GAPS)]
        wide = rows.pivot_table(index="outcome", columns="arrangement", values="value")
        return wide.reindex(index=list(DEFAULT_GAPS), columns=list(self.plan.belief.arrangements))

    def _frames(
        self,
        scenarios: Sequence[Scenario],
        worlds: set[str],
        lending: bool,
        replications: int | None = None,
    ) -> list[pd.DataFrame]:
        variants = [self._variant(one, worlds, lending) for one in scenarios]
        numbers = range(replications or self.plan.replications)
        if self.budget is not None and self.spent >= self.budget:
            self._refuse_unknown(variants, numbers)
        before = self.store.simulated
        found = self.store.many(variants, numbers, self._report_from(before))
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
        most = look + fits * (look + len(SHORTENED))
        return min(most, look + (self.budget or most)) * self.plan.replications

    def can_afford(self, evaluations: int) -> bool:
        """Whether the budget still has room for some evaluations."""
        return self.budget is None or self.spent + evaluations <= self.budget

    def _refuse_unknown(self, variants: Sequence[Scenario], numbers: range) -> None:
        if not all(self.store.knows(v, numbers) for v in variants):
            raise SpentError

    def _report_from(self, before: int) -> Callable[[int, int], None] | None:
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
    return scenario.with_values(changes)


def settled(scenario: Scenario, gaps: pd.DataFrame, least: float) -> Scenario:
    """Move believed default part of the way to what the worlds realised.

    Parameters
    ----------
    gaps
        As `Evaluator.belief_gaps` gives it; worlds count alike, as a geometric mean.
    least : per year
        A belief of nothing could never grow again.
    """
    levels = updated_beliefs(scenario, "", mean_gap(gaps))["default_probability"]
    rates = [max(float(f"{rate:.4g}"), least) for rate in levels]
    return scenario.with_values({"belief.default.default_probability": rates})


def mean_gap(gaps: pd.DataFrame) -> "pd.Series[float]":
    """Geometric mean over worlds of realised over believed; nan where nobody defaulted.

    >>> mean_gap(pd.DataFrame({"a": [2.0, 0.0], "b": [0.5, 1.0]})).tolist()
    [1.0, nan]
    """
    found = gaps.to_numpy(dtype=np.float64)
    logs = np.log(np.where(found > 0.0, found, np.nan))
    return pd.Series(np.exp(logs.mean(axis=1)), index=gaps.index)


# --- The arithmetic of a fit: distances in tolerances, their slopes, one Newton step -------------


@dataclass(frozen=True)
class Fit:
    """Where a fit stands.

    Parameters
    ----------
    plan
        What is free and what is to be met.
    values : shape (n_targets, n_replications)
        Targets of the fitted scenario, in the order of the plan.
    jacobian : shape (n_goals, n_parameters)
        Change of each distance per half range of each parameter, at the fitted scenario; targets
        that are only reported have none.
    """

    plan: Plan
    fitted: Scenario
    values: Floats
    jacobian: Floats

    @property
    def distances(self) -> Floats:
        """Distance of each target of the fit in tolerances, shape (n_goals,)."""
        return distances(self.plan.goals, self.met)

    @property
    def met(self) -> Floats:
        """Simulated values of the targets of the fit, shape (n_goals, n_replications)."""
        return self.values[[one.role == "fit" for one in self.plan.target]]

    def step(self) -> "pd.Series[float]":
        """What one more Gauss-Newton step would change, in half ranges, by parameter."""
        where = places(self.fitted, self.plan.parameter)
        change = newton_step(self.plan, self.plan.goals, self.jacobian, self.distances, where)
        return pd.Series(change, index=[one.key for one in self.plan.parameter])


def jacobian(
    simulator: Evaluator,
    scenario: Scenario,
    free: Sequence[Parameter],
    goals: Sequence[Target],
    lending: bool = True,
) -> Floats:
    """Slopes of distances by finite differences with common random numbers.

    Returns shape (n_targets, n_parameters): tolerances per half range. Differences lean inwards
        at the end of a range, and are taken over the plan's histories for slopes.
    """
    where = places(scenario, free)
    steps = np.where(where > 0.0, -simulator.plan.difference, simulator.plan.difference)
    moved = [
        at_places(scenario, free, where + np.where(np.arange(len(free)) == k, step, 0.0))
        for k, step in enumerate(steps)
    ]
    few = simulator.plan.slope_replications
    found = simulator.targets([scenario, *moved], goals, lending, few)
    here, *there = (means(v)[0] for v in found)
    scale = np.array([goal.tolerance for goal in goals])
    # A bound that is met with room to spare asks for nothing.
    asks = np.array([asking(g, v) for g, v in zip(goals, here, strict=True)])
    slopes = [(one - here) / scale / step for one, step in zip(there, steps, strict=True)]
    each = np.nan_to_num(np.array(slopes).T.reshape(len(goals), len(free)))
    return np.asarray(asks[:, None] * each)


def asking(goal: Target, obtained: float) -> float:
    """One where a target pulls at the parameters; zero for a bound met by a tolerance."""
    if goal.bound == "about":
        return 1.0
    return float(goal.distance(obtained) != 0.0)


def newton_step(
    plan: Plan, goals: Sequence[Target], slopes: Floats, gaps: Floats, where: Floats
) -> Floats:
    """The Gauss-Newton step inside the ranges, shape (n_parameters,), half ranges."""
    weights = plan.weights(goals)
    left = np.vstack([weights[:, None] * slopes, plan.pull * np.eye(where.size)])
    right = -with_pull(plan, goals, gaps, where)
    low, high = np.minimum(-1.0 - where, -1e-9), np.maximum(1.0 - where, 1e-9)
    return np.asarray(lsq_linear(left, right, bounds=(low, high)).x)


def with_pull(plan: Plan, goals: Sequence[Target], gaps: Floats, where: Floats) -> Floats:
    """Weighted distances, and the weak pull of each parameter to its centre."""
    weights = plan.weights(goals)
    return np.concatenate([weights * np.nan_to_num(gaps), plan.pull * where])


def distances(goals: Sequence[Target], values: Floats) -> Floats:
    """Distance of each target in tolerances, shape (n_targets,)."""
    return np.array([g.distance(v) for g, v in zip(goals, means(values)[0], strict=True)])


# --- Which target holds which parameter, how firmly, and which targets pull apart ----------------

HELD = 1.0
"""Tolerances by which some target must answer to a parameter's half range to hold it."""
OPPOSED = -0.5
"""Cosine between the wishes of two missed targets below which they are in conflict."""
NAMED = 3
"""Targets that are named for a parameter."""


def profile(found: Fit) -> pd.DataFrame:
    """How well each parameter is identified.

    Columns parameter, value, low, high, place (-1 and 1: ends of the range), step (half ranges
    that one more Gauss-Newton step would move it), strength (root sum of squares of what targets
    answer to its half range, tolerances), held_by (targets with their answers), explained (part
    of its effect that other parameters can imitate), partner (the one that imitates it best),
    uncertainty and monte_carlo_error (standard deviations, in the unit of the parameter; the
    second is Monte Carlo error alone).
    """
    free = found.plan.parameter
    where = places(found.fitted, free)
    slopes = found.jacobian
    spread, monte_carlo_error = uncertainties(found)
    names = [one.key for one in free]
    values = [one.outer(float(place)) for one, place in zip(free, where, strict=True)]
    # A range is two wide in places, so half of it is the unit of the standard deviations.
    unit = np.array([_slope(one, place) for one, place in zip(free, where, strict=True)])
    return pd.DataFrame(
        {"parameter": names, "value": values, "low": [one.low for one in free],
         "high": [one.high for one in free], "place": where, "step": found.step().to_numpy(),
         "strength": np.sqrt((slopes**2).sum(axis=0)),
         "held_by": [_holders(found, k) for k in range(len(free))],
         "explained": [_explained(slopes, k) for k in range(len(free))],
         "partner": [_partner(slopes, k, names) for k in range(len(free))],
         "uncertainty": spread * unit, "monte_carlo_error": monte_carlo_error * unit}
    )  # fmt: skip


def uncertainties(found: Fit) -> tuple[Floats, Floats]:
    """Standard deviations of parameters in half ranges: by tolerances, and by Monte Carlo error.

    Returns two of shape (n_parameters,): the first treats tolerances as standard
        deviations of the targets and the pull to the centre as a prior; the second carries the
        Monte Carlo covariance of the targets through the same step.
    """
    weights = found.plan.weights(found.plan.goals)
    slopes = weights[:, None] * found.jacobian
    count = slopes.shape[1]
    inverse = np.linalg.pinv(slopes.T @ slopes + found.plan.pull**2 * np.eye(count))
    carry = inverse @ slopes.T
    # Replications are independent, so the covariance of means is that of values over n.
    goals = found.plan.goals
    each = np.array([distances(goals, one[:, None]) for one in found.met.T]).T
    noise = np.cov(np.nan_to_num(each)) / each.shape[1] if each.shape[1] > 1 else np.zeros((1, 1))
    weighted = weights[:, None] * noise * weights
    return np.sqrt(np.diag(inverse)), np.sqrt(np.diag(carry @ weighted @ carry.T))


def without_judgement(found: Fit) -> pd.DataFrame:
    """Where one more Gauss-Newton step would go if targets that are judgement were left out.

    Columns parameter, value, without (what it would be), moved (against the step with all
    targets, in uncertainties); the one that moves most first. Empty where nothing is judgement.
    """
    plan = found.plan
    if not any(goal.grade == "judgement" for goal in plan.goals):
        return pd.DataFrame(columns=["parameter", "value", "without", "moved"])
    where = places(found.fitted, plan.parameter)
    steps = [
        newton_step(one, plan.goals, found.jacobian, found.distances, where)
        for one in (plan, plan.model_copy(update={"judgement_weight": 0.0}))
    ]
    change = steps[1] - steps[0]
    there = np.clip(where + change, -1.0, 1.0)
    ends = zip(plan.parameter, where, there, strict=True)
    rows = [(one.key, one.outer(float(at)), one.outer(float(to))) for one, at, to in ends]
    frame = pd.DataFrame(rows, columns=["parameter", "value", "without"])
    frame["moved"] = np.abs(change) / uncertainties(found)[0]
    return frame.sort_values("moved", ascending=False, ignore_index=True)


def conflicts(found: Fit) -> pd.DataFrame:
    """Pairs of missed targets of which one can only be met at the cost of the other.

    Columns first, second, cosine (of the directions in which each wants the parameters to move;
    -1 is opposite), and over (the parameter about which they differ most).
    """
    gaps, names = found.distances, [goal.name for goal in found.plan.goals]
    wishes = -np.nan_to_num(gaps)[:, None] * found.jacobian
    missed = [n for n in range(len(names)) if abs(gaps[n]) > 1.0]
    rows = []
    for one, other in combinations(missed, 2):
        cosine = _cosine(wishes[one], wishes[other])
        if cosine < OPPOSED:
            over = int(np.argmin(wishes[one] * wishes[other]))
            key = found.plan.parameter[over].key
            rows.append((names[one], names[other], cosine, key))
    frame = pd.DataFrame(rows, columns=["first", "second", "cosine", "over"])
    return frame.sort_values("cosine", ignore_index=True)


def _slope(free: Parameter, place: float) -> float:
    """Unit of the parameter per half range, near its value."""
    step = 1e-4
    return float((free.outer(place + step) - free.outer(place - step)) / (2.0 * step))


def _holders(found: Fit, k: int) -> str:
    """The targets that answer most to a parameter, in words."""
    answers = found.jacobian[:, k]
    order = np.argsort(-np.abs(answers))[:NAMED]
    held = [n for n in order if abs(answers[n]) >= HELD]
    names = [f"{found.plan.goals[n].name} {answers[n]:+.1f}" for n in held]
    return "; ".join(names) or "no target holds it"


def _explained(slopes: Floats, k: int) -> float:
    """Part of a column's square that the other columns span."""
    own, others = slopes[:, k], np.delete(slopes, k, axis=1)
    total = float(own @ own)
    if total == 0.0:
        return math.nan
    if not others.shape[1]:
        return 0.0
    rest = own - others @ np.linalg.lstsq(others, own, rcond=None)[0]
    return 1.0 - float(rest @ rest) / total


def _partner(slopes: Floats, k: int, names: list[str]) -> str:
    """The parameter whose effect is most alike, with the cosine."""
    alike = [(abs(_cosine(slopes[:, k], slopes[:, n])), n) for n in range(len(names)) if n != k]
    if not alike:
        return ""
    best, n = max(alike)
    return f"{names[n]} ({best:.2f})"


def _cosine(one: Floats, other: Floats) -> float:
    size = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / size if size > 0.0 else 0.0
