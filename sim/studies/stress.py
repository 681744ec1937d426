"""Reverse stress: the mildest stress under which something breaks.

Instead of asking what a given stress does, ask how bad times must be before an outcome
crosses a limit. Stresses are ranked by severity. For each start and
depth the least length that breaks is found by bisection on a grid of lengths, taking that
a longer stress breaks no less; the answer is the least severe of them. Its interval holds
the lengths that the test at the stated confidence cannot tell from the answer: from the
first at which the interval of the outcome touches the limit, to the first at which all of
it lies beyond.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pandas as pd
from scipy.stats import gamma

from sim.analysis.estimates import Interval
from sim.base.errors import Problem, ScenarioError
from sim.base.wording import arrangement_text, inside
from sim.experiment.store import Store
from sim.model.economy.macro import Macro
from sim.scenario.scenario import Scenario
from sim.studies.condition import Condition, condition_of
from sim.studies.findings import (
    Findings,
    estimate_text,
    level_row,
    observations,
)
from sim.studies.request import (
    Names,
    arrangements_of,
    at_least_two,
    keywords,
    nearest,
    refused,
    study_store,
    together,
)

# --- Stressed spells: how long, how deep, from when, and how unlikely under the fitted chain -----
# A stress is a spell of the worst regime that is laid over whatever the chain brings, with
# the yearly systematic factor raised by a depth. Its *severity* is how unlikely the fitted
# economy makes it, given that a bust begins: minus the logarithm of the probability that a
# stay in the regime lasts at least so long and that the gamma factor of each of its years
# is at least the depth, relative to the factor's mean:
#     severity = years / mean_years - years * log(P(F >= depth) / P(F >= 1))
# It grows with both. ``exp(severity)`` reads as "one bust in so many is as bad".
# References: Breuer, Jandacka, Rheinberger and Summer 2009, How to find plausible, severe and
# useful stress scenarios, International Journal of Central Banking 5(3).


@dataclass(frozen=True)
class Stress:
    """One stressed spell.

    Parameters
    ----------
    start, years
        Years from the start date, and length.
    depth : at least 1
        Factor on the yearly systematic factor while it lasts.
    """

    start: float
    years: float
    depth: float = 1.0

    def on(self, scenario: Scenario, regime: str) -> Scenario:
        """Give the scenario under this stress; without length, the scenario itself."""
        if self.years <= 0.0:
            return scenario
        spell = {
            "years_from_start": self.start, "length_years": self.years,
            "regime": regime, "frailty": self.depth,
        }  # fmt: skip
        return scenario.with_values({"macro.spell": [spell]})


def severity_rate(macro: Macro, regime: str, depth: float = 1.0) -> float:
    """Give the severity of a year of stress, in natural logarithms of probability per year.

    It is infinite for a depth above 1 where the factor does not vary.

    Parameters
    ----------
    depth : at least 1

    Examples
    --------
    >>> from sim.model.economy.macro import Regime
    >>> rule = Macro(opening="bust", frailty_variance=1.0, regime={"bust": Regime(mean_years=2.0)})
    >>> severity_rate(rule, "bust"), round(severity_rate(rule, "bust", 3.0), 9)
    (0.5, 2.5)
    """
    rate = 1.0 / macro.regime[regime].mean_years
    if depth == 1.0:
        return rate
    variance = macro.frailty_variance
    if variance == 0.0:
        return math.inf
    shape, scale = 1.0 / variance, variance
    deeper = gamma.logsf(depth, shape, scale=scale) - gamma.logsf(1.0, shape, scale=scale)
    return rate - float(deeper)


def worst_regime(macro: Macro, wanted: str = "") -> str:
    """Give the regime to impose: the one asked for, or the one with most setbacks.

    Raises ScenarioError if there is no regime of that name.
    """
    if not wanted:
        return max(macro.regime, key=lambda name: macro.regime[name].setback)
    if wanted not in macro.regime:
        rule = "is no macro regime of the scenario"
        raise refused("--regime", rule, wanted, nearest(wanted, macro.regime))
    return wanted


@dataclass(frozen=True)
class StressRange:
    """Where to look for a stress that breaks something.

    Parameters
    ----------
    starts : years
    depths : at least 1
    longest : years
    step : years
        Lengths are multiples of it.
    regime
        Which is imposed; empty for the one with most setbacks.
    """

    starts: tuple[float, ...] = (0.0, 5.0)
    depths: tuple[float, ...] = (1.0, 1.5, 2.0)
    longest: float = 5.0
    step: float = 0.25
    regime: str = ""

    @property
    def steps(self) -> int:
        """Number of lengths above zero."""
        return max(int(self.longest / self.step + 1e-9), 0)

    def check(self, scenario: Scenario) -> None:
        """Refuse a range that cannot be searched.

        Raises ScenarioError with the rule that is broken.
        """
        horizon = scenario.experiment.horizon_years
        varies = scenario.macro.frailty_variance > 0.0
        rules: Sequence[tuple[bool, str, str, str, str]] = (
            (bool(self.starts) and all(0.0 <= s < horizon for s in self.starts),
             "--starts", f"must lie from 0 to below the horizon, {horizon:g}", "", "give others"),
            (bool(self.depths) and all(d >= 1.0 for d in self.depths),
             "--depths", "must be at least 1", "", "1 is a bust as the scenario has it"),
            (varies or all(d == 1.0 for d in self.depths),
             "--depths", "has no probability where macro.frailty_variance is 0", "",
             "give depth 1"),
            (self.step > 0.0 and self.steps >= 1,
             "--longest", "must be at least one step, and a step above 0", "", "give more years"),
        )  # fmt: skip
        broken = [Problem(key, None, "", *words) for holds, key, *words in rules if not holds]
        if broken:
            raise ScenarioError(broken)


# --- The search for the mildest stress that breaks an arrangement, by bisection on length --------

Part = Literal["mean", "some", "all"]
"""Of an estimate with its interval, what is asked to lie beyond a limit."""
NOTHING, WITHOUT, BROKEN = "nothing in the range breaks it", "broken without stress", "broken"


@dataclass(frozen=True)
class Answer:
    """The mildest stress that breaks one arrangement, or that there is none.

    Parameters
    ----------
    verdict
        ``"broken"``, ``"broken without stress"`` or ``"nothing in the range breaks it"``.
    stress
        The answer; without length where nothing had to be stressed, and the most severe stress
        tried where nothing breaks.
    low, high : years
        Lengths at which the break is possible and certain; nan where there is none.
    found
        Of the outcome under that stress.
    """

    arrangement: str
    verdict: str
    stress: Stress
    low: float
    high: float
    severity: float
    found: Interval


@dataclass
class Search:
    """Tries stresses on one scenario, each once.

    Parameters
    ----------
    names
        Arrangements of it that are to be broken.
    """

    scenario: Scenario
    names: tuple[str, ...]
    condition: Condition
    space: StressRange
    store: Store = field(default_factory=Store)
    tried: dict[tuple[str, Stress], Interval] = field(default_factory=dict)
    stresses: set[Stress] = field(default_factory=set)

    @property
    def most(self) -> int:
        """Stresses that may have to be tried: bisection for each start and depth, and ends."""
        each = 1 + math.ceil(math.log2(self.space.steps))
        corners = len(self._corners())
        searched = len(self.names) * (corners + 2) * each
        return 1 + min(searched, corners * self.space.steps)

    def value(self, arrangement: str, stress: Stress) -> Interval:
        """Give the outcome under a stress."""
        stress = stress if stress.years > 0.0 else Stress(0.0, 0.0)
        if stress not in self.stresses:
            self._run(stress)
        return self.tried[arrangement, stress]

    def _run(self, stress: Stress) -> None:
        self.stresses.add(stress)
        changed = stress.on(self.scenario, self.space.regime)
        numbers = range(self.scenario.experiment.replications)
        frame = self.store.many([changed], numbers)[0]
        rows = frame[frame["outcome"] == self.condition.outcome]
        for arrangement, own in rows.groupby("arrangement"):
            values = own.sort_values("replication")["value"].to_numpy(float)
            values = observations(values, self.scenario.variance_reduction.unit)
            self.tried[str(arrangement), stress] = self.condition.estimate(values)

    def breaks(self, arrangement: str, stress: Stress, part: Part = "mean") -> bool:
        """Say whether the mean, some or all of the interval lies beyond the limit."""
        found = self.value(arrangement, stress)
        ends = found.low, found.high
        some, whole = ends if self.condition.is_below else reversed(ends)
        return self.condition.holds({"mean": found.estimate, "some": some, "all": whole}[part])

    def answer(self, arrangement: str) -> Answer:
        """Find the mildest stress that breaks one arrangement."""
        calm = Stress(0.0, 0.0)
        if self.breaks(arrangement, calm):
            found = self.value(arrangement, calm)
            return Answer(arrangement, WITHOUT, calm, 0.0, 0.0, 0.0, found)
        best, least = None, math.inf
        for start, depth in self._corners():
            rate = severity_rate(self.scenario.macro, self.space.regime, depth)
            # Nothing as severe as the best so far needs to be tried.
            milder = math.inf if best is None else least / rate / self.space.step - 1e-9
            top = int(min(self._top(start), milder))
            stress = Stress(start, 0.0, depth)
            n = self._first(arrangement, stress, top)
            if n is not None:
                best = self._at(stress, n)
                least = rate * best.years
        return self._answer(arrangement, best, least)

    def _answer(self, arrangement: str, best: Stress | None, least: float) -> Answer:
        """Give the answer with the interval of its length."""
        if best is None:
            worst, found = self._nearest(arrangement)
            return Answer(arrangement, NOTHING, worst, math.nan, math.nan, math.nan, found)
        n = round(best.years / self.space.step)
        low = self._first(arrangement, best, n, "some") or 0
        high = self._first(arrangement, best, self._top(best.start), "all")
        ends = low * self.space.step, (high or math.nan) * self.space.step
        return Answer(arrangement, BROKEN, best, *ends, least, self.value(arrangement, best))

    def _nearest(self, arrangement: str) -> tuple[Stress, Interval]:
        """Give the stress under which an arrangement that nothing breaks came nearest to it."""
        own = [(s, found) for (name, s), found in self.tried.items() if name == arrangement]
        sign = 1.0 if self.condition.is_below else -1.0
        return min(own, key=lambda pair: sign * pair[1].estimate)

    def _first(
        self, arrangement: str, stress: Stress, top: int, part: Part = "mean"
    ) -> int | None:
        """Find the least number of steps that breaks, by bisection; None if none does."""
        if top < 1 or not self.breaks(arrangement, self._at(stress, top), part):
            return None
        low, high = 0, top
        while high - low > 1:
            middle = (low + high) // 2
            if self.breaks(arrangement, self._at(stress, middle), part):
                high = middle
            else:
                low = middle
        return high

    def _at(self, stress: Stress, steps: int) -> Stress:
        return replace(stress, years=steps * self.space.step)

    def _top(self, start: float) -> int:
        """Give the longest length from a start, cut at the horizon."""
        left = self.scenario.experiment.horizon_years - start
        return min(self.space.steps, int(left / self.space.step + 1e-9))

    def _corners(self) -> list[tuple[float, float]]:
        """Give starts and depths, the mild ones first."""
        return [(s, d) for d in sorted(self.space.depths) for s in sorted(self.space.starts)]

    def frame(self) -> pd.DataFrame:
        """Give all that was tried."""
        unit = self.condition.mark.unit
        rows = [
            {"arrangement": arrangement, "start_years": stress.start, "depth": stress.depth,
             "years": stress.years, **level_row(found, unit),
             "broken": self.condition.holds(found.estimate)}
            for (arrangement, stress), found in self.tried.items()
        ]  # fmt: skip
        order = ["arrangement", "depth", "start_years", "years"]
        return pd.DataFrame(rows).sort_values(order, ignore_index=True)


# --- Reverse stress: the mildest stress under which something breaks -----------------------------


@dataclass(frozen=True, eq=False)
class ReverseStress:
    """The mildest stress for each arrangement, and all that was tried.

    Parameters
    ----------
    regime
        Which is imposed.
    tried
        Columns arrangement, start_years, depth, years, value, low, high, unit, broken.
    runs
        Stresses that were simulated, each with all replications.
    every
        All arrangements of the scenario, whose places give the colours of figures.
    """

    condition: Condition
    regime: str
    answers: tuple[Answer, ...]
    tried: pd.DataFrame
    runs: int
    replications: int
    every: tuple[str, ...]

    def frame(self) -> pd.DataFrame:
        """Give one row for each arrangement.

        Columns arrangement, verdict, start_years, depth, value (years of stress that break), low,
        high, unit, severity, one_bust_in, outcome (mean there).
        """
        return pd.DataFrame([_row(answer) for answer in self.answers])

    def findings(self) -> Findings:
        """Give words and tables for files and the report."""
        mark = self.condition.mark
        tables = {"mildest": self.frame(), "tried": self.tried}
        captions = {
            "mildest": f"The mildest stress with {inside(self.condition.words)}:"
            f" years of {self.regime}",
            "tried": f"All that was tried: {mark.label} under each stress",
        }
        sentences = [self._sentence(answer) for answer in self.answers]
        sentences.append(
            f"{self.runs} stress{'' if self.runs == 1 else 'es'} of {self.replications}"
            " replications each, with common random"
            " numbers. Severity is minus the logarithm of the probability that a bust is as long"
            " and its years as bad; the search takes that a longer stress breaks no less."
        )
        units = {"start_years": "years", "depth": "x", "outcome_there": mark.unit}
        title = f"Reverse stress: the mildest bad times with {inside(self.condition.words)}"
        key = f"reverse_stress_{self.condition.outcome.replace('.', '_')}"
        return Findings(key, title, tuple(sentences), tables, captions, units)

    def _sentence(self, answer: Answer) -> str:
        """Say what was found for one arrangement."""
        mark, stress = self.condition.mark, answer.stress
        ends = {"low": answer.found.low, "high": answer.found.high, "unit": mark.unit}
        level = estimate_text({"value": answer.found.estimate, **ends}, "value")
        what, name = f"{inside(mark.label)} is {level}", arrangement_text(answer.arrangement)
        if answer.verdict == WITHOUT:
            held = inside(self.condition.words)
            return f"{name}: {held} holds without any stress; {what}."
        if answer.verdict == NOTHING:
            where = self._times(stress)
            return f"{name}: {NOTHING}; nearest to it, {where}, {what}."
        sure = f"{answer.high:g} years" if math.isfinite(answer.high) else "more than was tried"
        return (
            f"{name}: {self._times(stress)} breaks it (interval {answer.low:g} to"
            f" {sure}); one bust in {_odds(answer.severity)} is as severe. There {what}."
        )

    def _times(self, stress: Stress) -> str:
        """Write a stress in words."""
        if stress.years == 0.0:
            return "without stress"
        depth = "" if stress.depth == 1.0 else f" at depth {stress.depth:g}"
        return f"{self.regime} for {stress.years:g} years from year {stress.start:g}{depth}"


def _row(answer: Answer) -> dict[str, Any]:
    # Where nothing breaks the stress is only the nearest one, and no answer.
    known = math.nan if answer.verdict == NOTHING else 1.0
    return {
        "arrangement": answer.arrangement, "verdict": answer.verdict,
        "start_years": known * answer.stress.start, "depth": known * answer.stress.depth,
        "value": known * answer.stress.years, "low": answer.low, "high": answer.high,
        "unit": "years", "severity": answer.severity, "one_bust_in": math.exp(answer.severity),
        "outcome_there": answer.found.estimate,
    }  # fmt: skip


def _odds(severity: float) -> str:
    return f"{math.exp(severity):,.3g}" if severity < 20 else f"e^{severity:.0f}"


@keywords(space=StressRange, store=study_store)
def reverse_stress(
    scenario: Scenario,
    breaks: str,
    arrangements: Names | None = None,
    *,
    space: StressRange,
    store: Store,
) -> ReverseStress:
    """Find the mildest stress under which an outcome crosses a limit.

    Parameters
    ----------
    breaks
        Such as ``"bank.capital_ratio_low < 0.08"``; it is the mean over replications that must
        cross.
    arrangements
        Those of the experiment by default.
    starts, depths, longest, step, regime
        As in `StressRange`.
    workers, folder, executor, progress
        As in `sim.studies.request.study_store`.

    Raises
    ------
    ScenarioError
        If the condition, an arrangement, the regime or the range cannot be.
    """
    search = check_request(scenario, breaks, arrangements, space)
    search.store = store
    answers = tuple(search.answer(name) for name in search.names)
    return ReverseStress(
        search.condition, search.space.regime, answers, search.frame(), len(search.stresses),
        search.scenario.experiment.replications, tuple(scenario.experiment.arrangements),
    )  # fmt: skip


def check_request(
    scenario: Scenario, breaks: str, arrangements: Names | None, space: StressRange | None = None
) -> Search:
    """Check what is asked for, and make the search ready; as in `reverse_stress`."""
    given = space or StressRange()
    condition, names, regime, *_ = together(
        lambda: condition_of(breaks),
        lambda: arrangements_of(scenario, arrangements or scenario.experiment.arrangements),
        lambda: worst_regime(scenario.macro, given.regime),
        lambda: given.check(scenario),
        lambda: at_least_two(scenario),
        lambda: _without_spells(scenario),
    )
    run = list(dict.fromkeys([scenario.experiment.baseline, *names]))
    own = scenario.with_values({"experiment.arrangements": run})
    return Search(own, names, condition, replace(given, regime=regime))


def _without_spells(scenario: Scenario) -> None:
    if scenario.macro.spell:
        rule = "must be empty: the search lays its own spells"
        raise refused("macro.spell", rule, "", "take it out of the scenario")
