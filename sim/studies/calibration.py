"""Calibrate: move free parameters in their plausible ranges until targets are met.

Simulated moments under common random numbers: every evaluation uses common random numbers, so
that differences between parameter values are not drowned in chance. Stages of the plan are
fitted in order, each with its own parameters and targets; then all of them together. Before
each fit banks' beliefs are moved towards what the simulation bears out, so that a fitted
economy is one whose banks are not surprised.

References: McFadden 1989, Econometrica 57(5), for simulated moments. Grazzini and Richiardi 2015,
    Journal of Economic Dynamics and Control 51, for their use with simulation models.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from sim.base.wording import level_text, plain_number, spread_text
from sim.experiment.store import Floats, means
from sim.model.firms.record import STAGES
from sim.scenario.scenario import Scenario
from sim.studies import fit as identification
from sim.studies.calibration_plan import JOINT, Parameter, Plan, Stage, Target
from sim.studies.findings import Findings
from sim.studies.fit import (
    SHORTENED,
    Evaluator,
    Fit,
    SpentError,
    at_places,
    distances,
    jacobian,
    mean_gap,
    newton_step,
    places,
    settled,
    with_pull,
)
from sim.studies.moments import unit_of

KEY = "calibration"
FRESH = 1
"""Added to the seed of a plan: histories on which a fit is looked at and that it has not seen."""
CAPTIONS = {
    "fit": "Targets, what the fitted economy gives, and the distance in tolerances",
    "validation": "The same on histories that no fit has seen",
    "judgement": "How far parameters would move if targets that are judgement were left out",
    "parameters": "Free parameters: where they ended and which targets hold them; uncertainty"
    " by tolerances and, apart, Monte Carlo error",
    "beliefs": "Believed default of each stage, and realised over believed",
    "conflicts": "Missed targets of which one can only be met at the cost of the other",
    "course": "How the fit went",
}


@dataclass(frozen=True)
class Calibration(Fit):
    """What came out of a calibration.

    Parameters
    ----------
    gaps
        Realised over believed default by stage and arrangement.
    fresh : shape (n_targets, n_replications)
        Targets of the fitted scenario on histories that no fit has seen.
    trail
        Columns stage, round, cost, evaluations: how the fit went.
    is_finished
        False where the budget of evaluations ended first.
    """

    gaps: pd.DataFrame
    fresh: Floats
    trail: pd.DataFrame
    is_finished: bool

    def frame(self) -> pd.DataFrame:
        """The fit: one row a target.

        Columns target, wanted, bound, tolerance, obtained, standard_error, distance (in
        tolerances), met (within the tolerance and a standard error), grade, role, arrangement,
        fact.
        """
        return target_table(self.plan, self.values)

    def validation(self) -> pd.DataFrame:
        """The fit on fresh histories, columns as those of `frame`."""
        return target_table(self.plan, self.fresh)

    def beliefs(self) -> pd.DataFrame:
        """Believed default, and realised over believed, by stage.

        Columns stage, believed, one for each world, together.
        """
        frame = self.gaps.copy()
        frame.insert(0, "believed", list(self.fitted.belief.default.default_probability))
        frame["together"] = self.mean_gaps
        frame.insert(0, "stage", STAGES)
        return frame.reset_index(drop=True)

    def findings(self) -> Findings:
        """What was found, for files and the report."""
        tables = {
            "fit": self.frame(), "validation": self.validation(),
            "parameters": identification.profile(self),
            "judgement": identification.without_judgement(self),
            "beliefs": self.beliefs(), "conflicts": identification.conflicts(self),
            "course": self.trail,
        }  # fmt: skip
        fit = tables["fit"]
        targets = zip(fit.iterrows(), self.plan.target, strict=True)
        counted = fit["role"] == "fit"
        published = counted & (fit["grade"] != "judgement")
        words = [
            f"{int(fit['met'][published].sum())} of {int(published.sum())} published targets and"
            f" {int(fit['met'][counted & ~published].sum())} of"
            f" {int((counted & ~published).sum())} that are judgement lie within their tolerance"
            " and the standard error of the simulated mean.",
            *(
                _miss(row, goal)
                for (_, row), goal in targets
                if not row["met"] and goal.role == "fit"
            ),
            _hit_rates(fit, tables["validation"]),
            _judged(tables["judgement"]),
            _beliefs(tables["beliefs"]),
            *(
                f"In conflict: {row['first']} and {row['second']}, over {row['over']}."
                for _, row in tables["conflicts"].iterrows()
            ),
            _loose(tables["parameters"]),
            self._settled(),
        ]
        title = f"Calibration: {self.plan.title}"
        return Findings(KEY, title, tuple(words), tables, CAPTIONS)

    def _settled(self) -> str:
        size = f"the largest step left is {self.largest_step:.2f} of a parameter's uncertainty"
        if self.is_settled:
            return f"A rerun from here stays here: {size}, and beliefs are borne out."
        if not self.is_finished:
            return f"The budget of evaluations ended first; {size}. Run it again to go on."
        return f"Not settled: {size}, or beliefs are not borne out. Run it again from here."

    @property
    def is_settled(self) -> bool:
        """Whether the fit would repeat itself: no step left, and beliefs borne out."""
        tolerance = self.plan.belief.tolerance
        borne_out = (self.mean_gaps.dropna() - 1.0).abs() <= tolerance
        return self.largest_step <= self.plan.step_tolerance and bool(borne_out.all())

    @property
    def largest_step(self) -> float:
        """The largest of the steps, over the uncertainty of its parameter.

        A step in a direction that no target holds is no news; one that is large against
        what the targets allow is.
        """
        spread, _ = identification.uncertainties(self)
        return float(np.abs(self.step().to_numpy() / spread).max())

    @property
    def mean_gaps(self) -> pd.Series:
        """Realised over believed default by stage, the worlds together."""
        return mean_gap(self.gaps)


@dataclass
class _Course:
    """The state of a fit: where it is, and what it has cost."""

    plan: Plan
    simulator: Evaluator
    scenario: Scenario
    trail: list[tuple[str, int, float, int]] = field(default_factory=list)

    def stage(self, stage: Stage) -> None:
        """Fit one stage of the plan."""
        free, goals = members(self.plan, stage)
        for number in range(stage.rounds):
            if stage.lending:
                gaps = self.simulator.belief_gaps(self.scenario)
                self.scenario = settled(self.scenario, gaps, self.plan.belief.least)
            cost = self.fit(free, goals, stage.lending) if free else math.nan
            self.trail.append((stage.name, number + 1, cost, self.simulator.spent))

    def fit(self, free: Sequence[Parameter], goals: Sequence[Target], lending: bool) -> float:
        """One Gauss-Newton step, shortened until it helps; returns the cost there.

        The cost is half the sum of squares of weighted distances and of the pull to the centres.
        """
        base, where = self.scenario, np.clip(places(self.scenario, free), -0.999, 0.999)
        cost, gaps = self._cost(base, free, goals, lending)
        slopes = jacobian(self.simulator, base, free, goals, lending)
        step = newton_step(self.plan, goals, slopes, gaps, where)
        for part in SHORTENED:
            there = at_places(base, free, np.clip(where + part * step, -1.0, 1.0))
            found, _ = self._cost(there, free, goals, lending)
            if found < cost:
                self.scenario = there
                return found
        return cost

    def _cost(
        self, scenario: Scenario, free: Sequence[Parameter], goals: Sequence[Target], lending: bool
    ) -> tuple[float, Floats]:
        """Half the sum of squares at a scenario, and its distances."""
        gaps = distances(goals, self.simulator.targets([scenario], goals, lending)[0])
        found = with_pull(self.plan, goals, gaps, places(scenario, free))
        return 0.5 * float(found @ found), gaps


def calibrate(
    plan: Plan,
    scenario: Scenario,
    evaluator: Evaluator,
    notice: Callable[[str], None] = lambda _: None,
) -> Calibration:
    """Fit the free parameters of a plan.

    Parameters
    ----------
    scenario
        Where to start, as `scenario_of` gives it.
    evaluator
        What simulates; its store makes a second call go on where the first one ended.
    """
    fit = _Course(plan, evaluator, scenario)
    if evaluator.can_afford(len(plan.parameter) + 1):
        notice("a first look at all targets")
        first = assess(fit, is_finished=True)
        if first.is_settled:
            # Nothing to be gained: the scenario is what this plan would find.
            return first
    is_finished = True
    try:
        for stage in plan.stage:
            notice(f"{stage.name}: {stage.meaning}" if stage.meaning else stage.name)
            fit.stage(stage)
    except SpentError:
        is_finished = False
    notice("a last look at all targets")
    return assess(fit, is_finished)


def assess(fit: _Course, is_finished: bool) -> Calibration:
    """Look at a fitted scenario: all targets, all slopes, all beliefs."""
    # The look itself is outside the budget: without it there is nothing to report.
    plan, simulator = fit.plan, replace(fit.simulator, budget=None)
    values = simulator.targets([fit.scenario], plan.target)[0]
    slopes = jacobian(simulator, fit.scenario, plan.parameter, plan.goals)
    gaps = simulator.belief_gaps(fit.scenario)
    unseen = fit.scenario.with_values({"experiment.seed": plan.seed + FRESH})
    fresh = simulator.targets([unseen], plan.target)[0]
    fit.simulator.spent = simulator.spent
    columns = ["stage", "round", "cost", "evaluations"]
    trail = pd.DataFrame(fit.trail, columns=columns)
    return Calibration(plan, fit.scenario, values, slopes, gaps, fresh, trail, is_finished)


def check(plan: Plan, scenario: Scenario, evaluator: Evaluator) -> Calibration:
    """Look at a scenario as it is: would the calibration leave it where it stands?"""
    return assess(_Course(plan, evaluator, scenario), is_finished=True)


def members(plan: Plan, stage: Stage) -> tuple[tuple[Parameter, ...], tuple[Target, ...]]:
    """Parameters and targets of a stage; the joint stage has all of them."""
    if stage.name == JOINT:
        return plan.parameter, plan.goals
    return (
        tuple(one for one in plan.parameter if one.stage == stage.name),
        tuple(one for one in plan.goals if one.stage == stage.name),
    )


def target_table(plan: Plan, values: Floats) -> pd.DataFrame:
    """Targets against simulated values, as `Calibration.frame` tells them.

    Parameters
    ----------
    values : shape (n_targets, n_replications)
    """
    goals, world = plan.target, plan.arrangements[0]
    obtained, error, _ = means(values)
    gaps = distances(goals, values)
    columns = ["target", "wanted", "bound", "tolerance"]
    rows = [(g.name, g.value, g.bound, g.tolerance) for g in goals]
    slack = np.array([goal.slack(one) for goal, one in zip(goals, error, strict=True)])
    return pd.DataFrame(rows, columns=columns).assign(
        obtained=obtained, standard_error=error, distance=gaps, met=np.abs(gaps) <= slack,
        grade=[goal.grade for goal in goals], role=[goal.role for goal in goals],
        arrangement=[goal.arrangement or world for goal in goals],
        fact=[", ".join(goal.fact) for goal in goals],
    )  # fmt: skip


def _miss(row: "pd.Series[float]", goal: Target) -> str:
    unit, error = unit_of(goal.outcome), row["standard_error"]
    return (
        f"Missed: {row['target']}, {level_text(row['obtained'], unit, error)} (standard error"
        f" {spread_text(error, unit)}) against {level_text(row['wanted'], unit)},"
        f" {plain_number(row['distance'], 1, sign=True)} tolerances."
    )


def hit_rates(fit: pd.DataFrame, fresh: pd.DataFrame) -> tuple[float, float, float]:
    """Shares of published targets met on the histories of the fit and on fresh ones.

    Returns the two, and how far apart chance alone lets them lie: two standard deviations of the
        difference of two shares with the mean of both.
    """
    counted = (fit["role"] == "fit") & (fit["grade"] != "judgement")
    inside, outside = (float(one["met"][counted].mean()) for one in (fit, fresh))
    mean, number = 0.5 * (inside + outside), int(counted.sum())
    return inside, outside, 2.0 * math.sqrt(2.0 * mean * (1.0 - mean) / number)


def _hit_rates(fit: pd.DataFrame, fresh: pd.DataFrame) -> str:
    inside, outside, luck = hit_rates(fit, fresh)
    verdict = "which is luck" if abs(inside - outside) <= luck else "which is more than luck"
    return (
        f"Of published targets {inside:.0%} are met on the histories of the fit and {outside:.0%}"
        f" on fresh ones, {verdict}: chance alone allows {luck:.0%}."
    )


def _judged(table: pd.DataFrame) -> str:
    """The parameter that judgement holds most."""
    if not len(table):
        return "No target is judgement."
    first = table.iloc[0]
    return (
        f"Without the targets that are judgement {first['parameter']} would move most, to"
        f" {first['without']:.4g} from {first['value']:.4g}"
        f" ({first['moved']:.1f} of its uncertainty)."
    )


def _beliefs(beliefs: pd.DataFrame) -> str:
    each = ", ".join(
        f"{stage} {ratio:.2f}"
        for stage, ratio in zip(beliefs["stage"], beliefs["together"], strict=True)
    )
    return f"Realised over believed default: {each}."


def _loose(held: pd.DataFrame) -> str:
    """Parameters that the targets say nothing about, or that lie at the end of a range."""
    loose = held.loc[held["held_by"] == "no target holds it", "parameter"]
    ends = held.loc[np.abs(held["place"]) > 0.98, "parameter"]
    first = "Targets hold all parameters."
    if len(loose):
        first = f"No target holds {', '.join(loose)}."
    words = f"{first} At the end of its range, so that something is missing or wrong there:"
    return f"{words} {', '.join(ends)}." if len(ends) else first
