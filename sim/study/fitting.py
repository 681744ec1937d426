"""The arithmetic of a fit: distances in tolerances, their slopes, one Newton step."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import lsq_linear

from sim.scenario.model import Scenario
from sim.study.calibration_plan import Parameter, Plan, Target
from sim.study.cube import Floats, means
from sim.study.evaluation import Evaluator, at_places, places


@dataclass(frozen=True)
class Fit:
    """Where a fit stands.

    Parameters
    ----------
    plan : Plan
        What is free and what is to be met.
    fitted : Scenario
    values : array, shape (n_targets, n_replications)
        Targets of the fitted scenario, in the order of the plan.
    jacobian : array, shape (n_targets, n_parameters)
        Change of each target's distance per half range of each parameter, at the fitted
        scenario.
    """

    plan: Plan
    fitted: Scenario
    values: Floats
    jacobian: Floats

    @property
    def distances(self) -> Floats:
        """Distance of each target in tolerances, shape (n_targets,)."""
        return distances(self.plan.target, self.values)

    def step(self) -> "pd.Series[float]":
        """What one more Gauss-Newton step would change, in half ranges, by parameter."""
        where = places(self.fitted, self.plan.parameter)
        change = newton_step(self.plan, self.plan.target, self.jacobian, self.distances, where)
        return pd.Series(change, index=[one.key for one in self.plan.parameter])


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
    here, *there = (means(v)[0] for v in eye.targets([scenario, *moved], goals, lending))
    scale = np.array([goal.tolerance for goal in goals])
    # A bound that is met with room to spare asks for nothing.
    asks = np.array([asking(g, v) for g, v in zip(goals, here, strict=True)])
    slopes = [(one - here) / scale / step for one, step in zip(there, steps, strict=True)]
    found = np.nan_to_num(np.array(slopes).T.reshape(len(goals), len(free)))
    return np.asarray(asks[:, None] * found)


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
    return np.array([g.distance(v) for g, v in zip(goals, means(values)[0], strict=True)])
