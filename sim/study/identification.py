"""Which target holds which parameter, how firmly, and which targets pull apart.

All of it is read from the Jacobian of distances at the fitted scenario. Two uncertainties
are kept apart: how far a parameter may move while targets stay within their tolerances
(Gauss-Newton), and how far it moves because targets were simulated with finite luck.
"""

import math
from itertools import combinations

import numpy as np
import pandas as pd

from sim.study.calibration_plan import Parameter
from sim.study.cube import Floats
from sim.study.evaluation import places
from sim.study.fitting import Fit, distances

HELD = 1.0
"""Tolerances by which some target must answer to a parameter's half range to hold it."""
OPPOSED = -0.5
"""Cosine between the wishes of two missed targets below which they are in conflict."""
NAMED = 3
"""Targets that are named for a parameter."""


def profile(found: Fit) -> pd.DataFrame:
    """How well each parameter is identified.

    Returns
    -------
    DataFrame
        Columns parameter, value, low, high, place (-1 and 1: ends of the range), step (half
        ranges that one more Gauss-Newton step would move it), strength (root sum of squares
        of what targets answer to its half range, tolerances), held_by (targets with their
        answers), explained (part of its effect that other parameters can imitate), partner
        (the one that imitates it best), uncertainty and luck (standard deviations, in the
        unit of the parameter; the second is Monte Carlo error alone).
    """
    free = found.plan.parameter
    where = places(found.fitted, free)
    slopes = found.jacobian
    spread, luck = uncertainties(found)
    names = [one.key for one in free]
    values = [one.outer(float(place)) for one, place in zip(free, where, strict=True)]
    # A range is two wide in places, so half of it is the unit of the standard deviations.
    unit = np.array([_slope(one, place) for one, place in zip(free, where, strict=True)])
    return pd.DataFrame(
        {
            "parameter": names,
            "value": values,
            "low": [one.low for one in free],
            "high": [one.high for one in free],
            "place": where,
            "step": found.step().to_numpy(),
            "strength": np.sqrt((slopes**2).sum(axis=0)),
            "held_by": [_holders(found, k) for k in range(len(free))],
            "explained": [_explained(slopes, k) for k in range(len(free))],
            "partner": [_partner(slopes, k, names) for k in range(len(free))],
            "uncertainty": spread * unit,
            "luck": luck * unit,
        }
    )


def uncertainties(found: Fit) -> tuple[Floats, Floats]:
    """Standard deviations of the parameters in half ranges: by tolerances, and by luck.

    Returns
    -------
    (array, array), shape (n_parameters,) each
        The first treats tolerances as standard deviations of the targets and the pull to
        the centre as a prior; the second carries the Monte Carlo covariance of the targets
        through the same step.
    """
    weights = np.array([goal.weight for goal in found.plan.target])
    slopes = weights[:, None] * found.jacobian
    count = slopes.shape[1]
    inverse = np.linalg.pinv(slopes.T @ slopes + found.plan.pull**2 * np.eye(count))
    carry = inverse @ slopes.T
    # Replications are independent, so the covariance of means is that of values over n.
    goals = found.plan.target
    each = np.array([distances(goals, one[:, None]) for one in found.values.T]).T
    noise = np.cov(np.nan_to_num(each)) / each.shape[1] if each.shape[1] > 1 else np.zeros((1, 1))
    weighted = weights[:, None] * noise * weights
    return np.sqrt(np.diag(inverse)), np.sqrt(np.diag(carry @ weighted @ carry.T))


def conflicts(found: Fit) -> pd.DataFrame:
    """Pairs of missed targets of which one can only be met at the cost of the other.

    Returns
    -------
    DataFrame
        Columns first, second, cosine (of the directions in which each wants the parameters
        to move; -1 is opposite), and over (the parameter about which they differ most).
    """
    gaps, names = found.distances, [goal.name for goal in found.plan.target]
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
    names = [f"{found.plan.target[n].name} {answers[n]:+.1f}" for n in held]
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
