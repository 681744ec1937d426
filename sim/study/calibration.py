"""Calibrate: move free parameters in their plausible ranges until targets are met.

Simulated moments under common random numbers: every evaluation meets the same luck, so
that differences between parameter values are not drowned in chance. Stages of the plan are
fitted in order, each with its own parameters and targets; then all of them together. Before
each fit banks' beliefs are moved towards what the simulation bears out, so that a fitted
economy is one whose banks are not surprised.

References
----------
McFadden 1989, Econometrica 57(5), for simulated moments. Grazzini and Richiardi 2015,
Journal of Economic Dynamics and Control 51, for their use with simulation models.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import least_squares, lsq_linear

from sim.scenario.model import Scenario
from sim.study.calibration_plan import JOINT, Parameter, Plan, Stage, Target
from sim.study.evaluation import Evaluator, SpentError, at_places, places, settled

Floats = NDArray[np.float64]

TRIES = 3
"""Function values of one fit; each that is better is followed by a new Jacobian."""


@dataclass(frozen=True)
class Calibration:
    """What came out of a calibration.

    Parameters
    ----------
    plan : Plan
    start, fitted : Scenario
    values : array, shape (n_targets, n_replications)
        Targets of the fitted scenario, in the order of the plan.
    jacobian : array, shape (n_targets, n_parameters)
        Change of each target's distance per half range of each parameter, at the fitted
        scenario.
    gaps : DataFrame
        Realised over believed default by stage and arrangement.
    trail : DataFrame
        Columns stage, round, cost, evaluations: how the fit went.
    is_finished : bool
        False where the budget of evaluations ended first.
    """

    plan: Plan
    start: Scenario
    fitted: Scenario
    values: Floats
    jacobian: Floats
    gaps: pd.DataFrame
    trail: pd.DataFrame
    is_finished: bool

    @property
    def obtained(self) -> Floats:
        """Mean of each target over replications, shape (n_targets,)."""
        return mean_of(self.values)

    @property
    def distances(self) -> Floats:
        """Distance of each target in tolerances, shape (n_targets,)."""
        return distances(self.plan.target, self.values)

    def frame(self) -> pd.DataFrame:
        """The fit: one row a target.

        Returns
        -------
        DataFrame
            Columns target, arrangement, wanted, bound, tolerance, obtained,
            standard_error, distance (in tolerances), met, fact.
        """
        goals = self.plan.target
        world = self.plan.arrangements[0]
        count = np.isfinite(self.values).sum(axis=1)
        spread = np.array([_spread(row) for row in self.values])
        return pd.DataFrame(
            {
                "target": [goal.name for goal in goals],
                "arrangement": [goal.arrangement or world for goal in goals],
                "wanted": [goal.value for goal in goals],
                "bound": [goal.bound for goal in goals],
                "tolerance": [goal.tolerance for goal in goals],
                "obtained": self.obtained,
                "standard_error": spread / np.sqrt(np.maximum(count, 1)),
                "distance": self.distances,
                "met": np.abs(self.distances) <= 1.0,
                "fact": [", ".join(goal.fact) for goal in goals],
            }
        )

    def step(self) -> pd.Series:
        """What one more Gauss-Newton step would change, in half ranges, by parameter."""
        where = places(self.fitted, self.plan.parameter)
        change = newton_step(self.plan, self.plan.target, self.jacobian, self.distances, where)
        return pd.Series(change, index=[one.key for one in self.plan.parameter])

    @property
    def is_settled(self) -> bool:
        """Whether the fit would repeat itself: no step left, and beliefs borne out."""
        tolerance = self.plan.belief.tolerance
        worst = float(np.nanmax(np.abs(self.mean_gaps.to_numpy() - 1.0)))
        return self.largest_step <= self.plan.step_tolerance and worst <= tolerance

    @property
    def largest_step(self) -> float:
        """The largest of the steps, in half ranges."""
        return float(self.step().abs().max())

    @property
    def mean_gaps(self) -> pd.Series:
        """Realised over believed default by stage, the worlds together."""
        logs = np.log(self.gaps.to_numpy(dtype=np.float64))
        return pd.Series(np.exp(logs.mean(axis=1)), index=self.gaps.index)


@dataclass
class _Fit:
    """The state of a fit: where it is, and what it has cost."""

    plan: Plan
    eye: Evaluator
    scenario: Scenario
    trail: list[dict[str, object]] = field(default_factory=list)

    def stage(self, stage: Stage) -> None:
        """Fit one stage of the plan."""
        free, goals = members(self.plan, stage)
        for number in range(stage.rounds):
            if stage.lending:
                gaps = self.eye.belief_gaps(self.scenario)
                self.scenario = settled(self.scenario, gaps, self.plan.belief.least)
            cost = self.fit(free, goals, stage.lending) if free else math.nan
            self.trail.append(
                {
                    "stage": stage.name, "round": number + 1, "cost": cost,
                    "evaluations": self.eye.spent,
                }
            )  # fmt: skip

    def fit(self, free: Sequence[Parameter], goals: Sequence[Target], lending: bool) -> float:
        """One fit by least squares; returns its cost (half the sum of squares)."""
        base, best = self.scenario, [math.inf]

        def residuals(where: Floats) -> Floats:
            scenario = at_places(base, free, where)
            values = self.eye.targets([scenario], goals, lending)[0]
            found = with_pull(self.plan, goals, distances(goals, values), where)
            cost = 0.5 * float(found @ found)
            if cost < best[0]:
                # Kept at once, so that an exhausted budget leaves the best so far.
                best[0], self.scenario = cost, scenario
            return found

        def slopes(where: Floats) -> Floats:
            lean = self.plan.pull * np.eye(len(free))
            found = jacobian(self.eye, at_places(base, free, where), free, goals, lending)
            weights = np.array([goal.weight for goal in goals])
            return np.vstack([weights[:, None] * found, lean])

        start = np.clip(places(base, free), -0.999, 0.999)
        least_squares(
            residuals, start, jac=slopes, bounds=(-1.0, 1.0), max_nfev=TRIES, xtol=1e-3,
            ftol=1e-3, gtol=1e-3,
        )  # fmt: skip
        return best[0]


def calibrate(
    plan: Plan,
    scenario: Scenario,
    evaluator: Evaluator,
    told: Callable[[str], None] = lambda _: None,
) -> Calibration:
    """Fit the free parameters of a plan.

    Parameters
    ----------
    plan : Plan
    scenario : Scenario
        Where to start, as `scenario_of` gives it.
    evaluator : Evaluator
        What simulates; its store makes a second call go on where the first one ended.
    told : callable
        Told which stage begins.

    Returns
    -------
    Calibration
    """
    fit = _Fit(plan, evaluator, scenario)
    is_finished = True
    try:
        for stage in plan.stage:
            told(f"{stage.name}: {stage.meaning}" if stage.meaning else stage.name)
            fit.stage(stage)
    except SpentError:
        is_finished = False
    return assess(plan, scenario, fit, is_finished)


def assess(plan: Plan, start: Scenario, fit: _Fit, is_finished: bool) -> Calibration:
    """Look at a fitted scenario: all targets, all slopes, all beliefs."""
    # The look itself is outside the budget: without it there is nothing to report.
    eye = replace(fit.eye, budget=None)
    values = eye.targets([fit.scenario], plan.target)[0]
    slopes = jacobian(eye, fit.scenario, plan.parameter, plan.target)
    gaps = eye.belief_gaps(fit.scenario)
    fit.eye.spent = eye.spent
    columns = ["stage", "round", "cost", "evaluations"]
    trail = pd.DataFrame(fit.trail, columns=columns)
    return Calibration(plan, start, fit.scenario, values, slopes, gaps, trail, is_finished)


def check(plan: Plan, scenario: Scenario, evaluator: Evaluator) -> Calibration:
    """Look at a scenario as it is: would the calibration leave it where it stands?"""
    return assess(plan, scenario, _Fit(plan, evaluator, scenario), is_finished=True)


def members(plan: Plan, stage: Stage) -> tuple[tuple[Parameter, ...], tuple[Target, ...]]:
    """Parameters and targets of a stage; the joint stage has all of them."""
    if stage.name == JOINT:
        return plan.parameter, plan.target
    return (
        tuple(one for one in plan.parameter if one.stage == stage.name),
        tuple(one for one in plan.target if one.stage == stage.name),
    )


def jacobian(
    eye: Evaluator,
    scenario: Scenario,
    free: Sequence[Parameter],
    goals: Sequence[Target],
    lending: bool = True,
) -> Floats:
    """Slopes of distances by finite differences under common luck.

    Returns
    -------
    array, shape (n_targets, n_parameters)
        Tolerances per half range. Differences lean inwards at the end of a range.
    """
    where = places(scenario, free)
    steps = np.where(where > 0.0, -eye.plan.difference, eye.plan.difference)
    moved = [
        at_places(scenario, free, where + np.where(np.arange(len(free)) == k, step, 0.0))
        for k, step in enumerate(steps)
    ]
    here, *there = (mean_of(v) for v in eye.targets([scenario, *moved], goals, lending))
    scale = np.array([goal.tolerance for goal in goals])
    # A bound that is met with room to spare asks for nothing.
    asks = np.array([asking(g, v) for g, v in zip(goals, here, strict=True)])
    slopes = [(one - here) / scale / step for one, step in zip(there, steps, strict=True)]
    return asks[:, None] * np.nan_to_num(np.array(slopes).T.reshape(len(goals), len(free)))


def asking(goal: Target, obtained: float) -> float:
    """One where a target pulls at the parameters; zero for a bound met by a tolerance."""
    if goal.bound == "about":
        return 1.0
    return float(goal.distance(obtained) != 0.0)


def newton_step(
    plan: Plan, goals: Sequence[Target], slopes: Floats, gaps: Floats, where: Floats
) -> Floats:
    """The Gauss-Newton step inside the ranges, shape (n_parameters,), half ranges."""
    weights = np.array([goal.weight for goal in goals])
    left = np.vstack([weights[:, None] * slopes, plan.pull * np.eye(where.size)])
    right = -with_pull(plan, goals, gaps, where)
    low, high = np.minimum(-1.0 - where, -1e-9), np.maximum(1.0 - where, 1e-9)
    return np.asarray(lsq_linear(left, right, bounds=(low, high)).x)


def with_pull(plan: Plan, goals: Sequence[Target], gaps: Floats, where: Floats) -> Floats:
    """Weighted distances, and the weak pull of each parameter to its centre."""
    weights = np.array([goal.weight for goal in goals])
    return np.concatenate([weights * np.nan_to_num(gaps), plan.pull * where])


def distances(goals: Sequence[Target], values: Floats) -> Floats:
    """Distance of each target in tolerances, shape (n_targets,)."""
    return np.array([g.distance(v) for g, v in zip(goals, mean_of(values), strict=True)])


def mean_of(values: Floats) -> Floats:
    """Mean over replications, leaving out undefined ones, shape (n_targets,)."""
    known = np.isfinite(values)
    count = np.maximum(known.sum(axis=1), 1)
    mean = np.where(known, values, 0.0).sum(axis=1) / count
    return np.where(known.any(axis=1), mean, math.nan)


def _spread(row: Floats) -> float:
    known = row[np.isfinite(row)]
    return float(known.std(ddof=1)) if known.size > 1 else math.nan
