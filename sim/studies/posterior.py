"""What published figures leave open about the fitted numbers: draws from their posterior.

A calibration ends in one value for each number. Here every set of values that meets the same
targets about as well is kept, as often as it deserves: the prior is flat over the plausible
ranges, on the scale of the plan; what is published is one history of the world, so that a set of
values is judged by the mean and the luck of simulated histories and by the tolerances, see
`sim.analysis.synthetic_likelihood`. Mean and luck are simulated at points that fill the ranges,
and read between them from surfaces, whose errors at points left out count as well.

A target with a weight has its tolerance over the root of the weight; one without weight is left
out. Groups of points share the seed of their histories, and no two groups the same: so points are
compared under common random numbers, and luck is known from more than a handful of histories.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.metropolis import Sample, Walk, sample
from sim.analysis.surrogate import LEAST_POINTS, Floats, Surface, fit_surface
from sim.analysis.synthetic_likelihood import (
    ABOUT,
    ABOVE,
    BELOW,
    Counts,
    Likelihood,
    Published,
    likelihood,
)
from sim.base.wording import plain_number
from sim.model.firms.record import STAGES
from sim.scenario.scenario import Scenario
from sim.scenario.sources import BELIEF
from sim.studies.calibration_plan import Parameter, Plan, Target
from sim.studies.findings import Findings
from sim.studies.fit import DIGITS, Evaluator, at_places, places, settled
from sim.studies.ranges import sobol
from sim.studies.request import at_least

KEY = "posterior"
SIDES = {"about": ABOUT, "above": ABOVE, "below": BELOW}
REGION = 0.9
"""Part of the draws in the region that is to hold a made-up truth."""
_LEFT_OUT = 1e9
"""Tolerance of a target that a made-up history leaves undefined."""


@dataclass(frozen=True)
class Design:
    """At which points, with how many histories, the likelihood is simulated.

    Parameters
    ----------
    points
        Of a Sobol sequence over the ranges; more points go on where fewer ended.
    histories
        Of each point, at least 2.
    groups
        Of points, each with its own histories.
    settles
        Whether banks' beliefs are first moved towards what a pilot bears out, point by point; else
        they are held at those of the scenario.
    pilot
        Histories of a pilot.
    seed
        Of the sequence and of the walk.
    truths
        Made-up truths on which the regions are tried, each with one history of its own.
    """

    points: int = 300
    histories: int = 12
    groups: int = 4
    settles: bool = True
    pilot: int = 4
    seed: int = 0
    truths: int = 0

    @property
    def runs(self) -> int:
        """Replications of all points and truths, pilots with them."""
        each = self.histories + (self.pilot if self.settles else 0)
        return self.points * each + self.truths


@dataclass(frozen=True, eq=False)
class Simulated:
    """The design points as they were simulated.

    Parameters
    ----------
    places : shape (n_points, n_parameters)
        In the ranges, -1 to 1.
    values : shape (n_points, n_targets, n_histories)
    groups : shape (n_points,)
    belief
        Surface of believed default by stage; None where beliefs are held.
    """

    places: Floats
    values: Floats
    groups: Counts
    belief: Surface | None


@dataclass(frozen=True, eq=False)
class Posterior:
    """What came out.

    Parameters
    ----------
    goals
        Targets that count.
    dropped
        Names of targets that too few points define, and which cannot count.
    covered
        Of made-up truths, how many their regions held, and how many there were; None where
        untried.
    """

    plan: Plan
    base: Scenario
    design: Design
    goals: tuple[Target, ...]
    dropped: tuple[str, ...]
    simulated: Simulated
    likelihood: Likelihood
    sample: Sample
    covered: tuple[int, int] | None = None

    @property
    def effective(self) -> float:
        """Independent draws that are worth as much, of the parameter that mixes worst."""
        return float(self.sample.effective.min())

    def draws(self, count: int) -> pd.DataFrame:
        """Give draws, evenly taken from the walk: one row a draw, one column a key.

        Beside the parameters of the plan there are the beliefs of banks, where they are moved
        with them.
        """
        chosen = self.sample.draws[_even(len(self.sample.draws), count)]
        free = self.plan.parameter
        columns = {
            one.key: [_rounded(one.outer(float(place))) for place in chosen[:, k]]
            for k, one in enumerate(free)
        }
        if self.simulated.belief is not None:
            least = self.plan.belief.least
            rates = np.clip(self.simulated.belief.at(chosen), least, 0.9)
            columns |= {
                f"{BELIEF}[{k}]": [_rounded(rate) for rate in rates[:, k]]
                for k in range(len(STAGES))
            }
        return pd.DataFrame(columns)

    def frame(self) -> pd.DataFrame:
        """Give one row a parameter, in its unit.

        Columns parameter, low, high (plausible range), mean, from, median, to (2.5, 50 and 97.5 %
        of the draws), narrowed (one less the posterior over the prior standard deviation, in the
        scale of the plan), effective.
        """
        rows = []
        for k, one in enumerate(self.plan.parameter):
            own = self.sample.draws[:, k]
            ends = [one.outer(float(np.quantile(own, share))) for share in (0.025, 0.5, 0.975)]
            mean = float(
                np.mean([one.outer(float(place)) for place in own[:: len(own) // 500 + 1]])
            )
            narrowed = 1.0 - float(own.std()) * math.sqrt(3.0)
            rows.append((one.key, one.low, one.high, mean, *ends, narrowed))
        names = ["parameter", "low", "high", "mean", "from", "median", "to", "narrowed"]
        return pd.DataFrame(rows, columns=names).assign(effective=self.sample.effective)

    def targets(self) -> pd.DataFrame:
        """Give one row a target: what is published, and what the posterior expects.

        Columns target, arrangement, wanted, bound, tolerance (with its weight), expected (mean of
        the draws), luck (standard deviation of one history), surface_error (at points left out),
        distance (wanted less expected, over all three together).
        """
        chosen = self.sample.draws[_even(len(self.sample.draws), 400)]
        mean, whole = self.likelihood.covariance(chosen)
        size = np.sqrt(np.diagonal(whole, axis1=1, axis2=2)).mean(axis=0)
        expected = mean.mean(axis=0)
        goals, world = self.goals, self.plan.arrangements[0]
        return pd.DataFrame(
            {"target": [one.name for one in goals],
             "arrangement": [one.arrangement or world for one in goals],
             "wanted": [one.value for one in goals], "bound": [one.bound for one in goals],
             "tolerance": self.likelihood.published.tolerances, "expected": expected,
             "luck": self.likelihood.spread.at(chosen).mean(axis=0),
             "surface_error": self.likelihood.mean.errors_at(mean).mean(axis=0),
             "distance": (self.likelihood.published.values - expected) / size}
        )  # fmt: skip

    def findings(self) -> Findings:
        """What was found, for files and the report."""
        tables = {
            "parameters": self.frame(), "targets": self.targets(), "correlations": self._alike()
        }  # fmt: skip
        captions = {
            "parameters": "Fitted numbers: plausible range, and what published figures leave open",
            "targets": "Targets, what the posterior expects, and the luck and error beside them",
            "correlations": "Parameters that targets hardly tell apart: correlation of draws",
        }
        return Findings(
            KEY, f"Posterior: {self.plan.title}", tuple(self._sentences(tables)), tables, captions
        )

    def _sentences(self, tables: dict[str, pd.DataFrame]) -> list[str]:
        design, held = self.design, tables["parameters"]
        far = tables["targets"].loc[tables["targets"]["distance"].abs() > 2.0, "target"]
        open_ = held.loc[held["narrowed"] < 0.1, "parameter"]
        said = [
            f"{design.points} design points of {design.histories} histories; the draws are worth"
            f" {plain_number(self.effective, 0)} independent ones,"
            f" {plain_number(100.0 * self.sample.accepted, 0)} % of steps were taken.",
            "Beliefs of banks move with the parameters." if design.settles
            else "Beliefs of banks are held at those of the scenario.",
        ]  # fmt: skip
        if len(open_):
            said.append(f"Targets leave the whole range open for {', '.join(open_)}.")
        if len(far):
            said.append(
                f"Further than two standard deviations from what is expected: {', '.join(far)}."
            )
        if self.dropped:
            said.append(f"Undefined at too many points to count: {', '.join(self.dropped)}.")
        if self.covered is not None:
            held_, tried = self.covered
            said.append(
                f"On {tried} made-up truths the regions of highest density with"
                f" {REGION:.0%} of the draws hold the truth {held_} times."
            )
        return said

    def _alike(self) -> pd.DataFrame:
        keys = [one.key for one in self.plan.parameter]
        found = np.corrcoef(self.sample.draws.T).reshape(len(keys), len(keys))
        rows = [
            (keys[i], keys[j], found[i, j]) for i in range(len(keys)) for j in range(i)
            if abs(found[i, j]) > 0.5
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["first", "second", "correlation"])


def posterior(
    plan: Plan,
    scenario: Scenario,
    evaluator: Evaluator,
    design: Design,
    walk: Walk | None = None,
    notice: Callable[[str], None] = lambda _: None,
) -> Posterior:
    """Draw from the posterior of a plan's parameters.

    Parameters
    ----------
    scenario
        As `sim.studies.calibration_plan.scenario_of` gives it: what is free moves in its ranges,
        all else stays.
    evaluator
        What simulates; its store makes a second call go on where the first one ended.
    walk
        Of the draws; by default that of `walk_of`.

    Raises
    ------
    ScenarioError
        If there are too few points or histories.
    """
    at_least("--points", design.points, LEAST_POINTS)
    at_least("--histories", design.histories)
    walk = walk or walk_of(plan, design)
    weights = plan.weights(plan.goals)
    goals = tuple(one for one, w in zip(plan.goals, weights, strict=True) if w > 0.0)
    every = simulated(plan, scenario, evaluator, (design, goals), notice)
    # A target that hardly any point defines says nothing about the others.
    known = np.isfinite(every.values).any(axis=2).mean(axis=0) > 0.5
    dropped = tuple(one.name for one, is_known in zip(goals, known, strict=True) if not is_known)
    goals = tuple(one for one, is_known in zip(goals, known, strict=True) if is_known)
    every = replace(every, values=every.values[:, known])
    notice("surfaces over the design points")
    made = likelihood(published(plan, goals), every.places, every.values, every.groups)
    notice("draws from the posterior")
    found = sample(made.log_density, len(plan.parameter), walk)
    whole = Posterior(plan, scenario, design, goals, dropped, every, made, found)
    if not design.truths:
        return whole
    notice(f"{design.truths} made-up truths")
    return replace(whole, covered=(coverage(whole, evaluator, walk), design.truths))


def walk_of(plan: Plan, design: Design, steps: int = Walk.steps) -> Walk:
    """Give a walk with twice as many walkers as parameters, at least 64."""
    return Walk(max(64, 2 * len(plan.parameter)), steps, design.seed)


def published(plan: Plan, goals: Sequence[Target]) -> Published:
    """Give what was published; a target counts as in the fit, its tolerance over its weight."""
    return Published(
        np.array([one.value for one in goals]),
        np.array([one.tolerance for one in goals]) / plan.weights(goals),
        np.array([SIDES[one.bound] for one in goals], dtype=np.int64),
    )


def simulated(
    plan: Plan,
    scenario: Scenario,
    evaluator: Evaluator,
    asked: tuple[Design, Sequence[Target]],
    notice: Callable[[str], None] = lambda _: None,
) -> Simulated:
    """Simulate the design points; what the store knows is taken from there."""
    design, goals = asked
    free = plan.parameter
    where = 2.0 * sobol(len(free), design.points, design.seed)[: design.points] - 1.0
    groups = np.arange(design.points) % design.groups
    points = [
        _at(scenario, free, place, plan.seed + int(group))
        for place, group in zip(where, groups, strict=True)
    ]
    # Numbers are rounded to what can be written, so the places are those of the rounded ones.
    where = np.array([places(one, free) for one in points])
    belief = None
    if design.settles:
        notice("pilots for the beliefs of banks")
        pilot = _with_histories(evaluator, design.pilot)
        belief = _borne_out(pilot, points, where, goals)
        points = [
            believing(one, rates) for one, rates in zip(points, belief.at(where), strict=True)
        ]
    notice("design points")
    main = _with_histories(evaluator, design.histories)
    values = np.array(main.targets(points, goals))
    if design.settles:
        belief = _borne_out(main, points, where, goals)
    evaluator.spent = main.spent
    return Simulated(where, values, groups, belief)


def _at(scenario: Scenario, free: Sequence[Parameter], place: Floats, seed: int) -> Scenario:
    return at_places(scenario.with_values({"experiment.seed": seed}), free, place)


def _with_histories(evaluator: Evaluator, count: int) -> Evaluator:
    plan = evaluator.plan.model_copy(update={"replications": count})
    return replace(evaluator, plan=plan)


def _borne_out(
    evaluator: Evaluator, points: Sequence[Scenario], where: Floats, goals: Sequence[Target]
) -> Surface:
    """Give the surface of beliefs, moved part of the way towards what points bear out.

    Histories of one point are few; the surface takes their luck out of its belief.
    """
    evaluator.targets(points, goals)
    least, rates = evaluator.plan.belief.least, []
    for one in points:
        moved = settled(one, evaluator.belief_gaps(one), least)
        rates.append(moved.belief.default.default_probability)
    return fit_surface(where, np.array(rates), only_log=True)


def believing(scenario: Scenario, rates: Floats) -> Scenario:
    """Give the scenario with other believed default, by stage."""
    held = [_rounded(min(float(rate), 0.9)) for rate in rates]
    return scenario.with_values({BELIEF: held})


def coverage(found: Posterior, evaluator: Evaluator, walk: Walk) -> int:
    """Of truths made up from the prior, give how many the regions of their posteriors hold.

    A truth is simulated in one history that no design point has seen, and read with the
    tolerances; bounds are read as values, and what its history leaves undefined is left out.
    """
    rng = np.random.default_rng([found.design.seed, 1])
    plan, goals = found.plan, found.goals
    where = rng.uniform(-1.0, 1.0, size=(found.design.truths, len(plan.parameter)))
    fresh = plan.seed + found.design.groups
    points = [_at(found.base, plan.parameter, place, fresh + k) for k, place in enumerate(where)]
    where = np.array([places(one, plan.parameter) for one in points])
    if found.simulated.belief is not None:
        rates = found.simulated.belief.at(where)
        points = [believing(one, own) for one, own in zip(points, rates, strict=True)]
    once = _with_histories(evaluator, 1)
    own = found.likelihood.published
    held = 0
    for place, values in zip(where, once.targets(points, goals), strict=True):
        seen = values[:, 0] + rng.normal(0.0, own.tolerances)
        sizes = np.where(np.isfinite(seen), own.tolerances, _LEFT_OUT)
        asked = Published(np.nan_to_num(seen), sizes, np.zeros_like(own.sides))
        made = replace(found.likelihood, published=asked)
        drawn = sample(made.log_density, len(plan.parameter), walk)
        level = np.quantile(drawn.log_density, 1.0 - REGION)
        held += int(made.log_density(place[None, :])[0] >= level)
    return held


def about(found: Posterior) -> dict[str, Any]:
    """Give what a file of draws says of how they were made."""
    design = found.design
    return {
        "design_points": design.points, "histories": design.histories,
        "firms": found.base.population.firms, "beliefs": "moved" if design.settles else "held",
        "effective_sample_size": round(found.effective, 1),
        "covered": "untried" if found.covered is None else "{} of {}".format(*found.covered),
    }  # fmt: skip


def _even(length: int, count: int) -> Counts:
    """Give places of `count` of so many things, evenly apart.

    >>> _even(10, 3).tolist(), _even(2, 3).tolist()
    ([0, 4, 9], [0, 1])
    """
    return np.unique(np.linspace(0, length - 1, min(count, length)).astype(np.int64))


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
