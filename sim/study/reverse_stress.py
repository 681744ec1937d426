"""Reverse stress: the mildest stress under which something breaks.

Instead of asking what a given stress does, ask how bad times must be before an outcome
crosses a limit. Stresses are ranked by severity (`sim.study.stress`). For each start and
depth the least length that breaks is found by bisection on a grid of lengths, taking that
a longer stress breaks no less; the answer is the least severe of them. Its interval holds
the lengths that the test at the stated confidence cannot tell from the answer: from the
first at which the interval of the outcome touches the limit, to the first at which all of
it lies beyond.
"""

import math
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from sim.experiment.progress import Asked
from sim.scenario.model import Scenario
from sim.study.aims import Names, arrangements_of, at_least_two, refused, together
from sim.study.condition import Condition, condition_of
from sim.study.findings import Findings
from sim.study.store import Store
from sim.study.stress import Stress, StressRange, worst_regime
from sim.study.stress_search import NOTHING, WITHOUT, Answer, Search
from sim.study.words import estimate_text, label_of


@dataclass(frozen=True, eq=False)
class ReverseStress:
    """The mildest stress for each arrangement, and all that was tried.

    Parameters
    ----------
    condition : Condition
    regime : str
        Which is imposed.
    answers : tuple of Answer
    tried : DataFrame
        Columns arrangement, start_years, depth, years, value, low, high, unit, broken.
    runs : int
        Stresses that were simulated, each with all replications.
    replications : int
    every : tuple of str
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

        Returns
        -------
        DataFrame
            Columns arrangement, verdict, start_years, depth, value (years of stress that
            break), low, high, unit, severity, one_bust_in, outcome (mean there).
        """
        return pd.DataFrame([_row(answer) for answer in self.answers])

    def findings(self) -> Findings:
        """Give words and tables for files and the report."""
        mark = self.condition.mark
        tables = {"mildest": self.frame(), "tried": self.tried}
        captions = {
            "mildest": f"The mildest stress with {self.condition}: years of {self.regime}",
            "tried": f"All that was tried: {mark.label} under each stress",
        }
        sentences = [self._sentence(answer) for answer in self.answers]
        sentences.append(
            f"{self.runs} stresses of {self.replications} replications each, in the same luck."
            " Severity is minus the logarithm of the probability that a bust is as long and"
            " its years as bad; the search takes that a longer stress breaks no less."
        )
        units = {"start_years": "years", "depth": "x", "outcome_there": mark.unit}
        title = f"Reverse stress: the mildest bad times with {self.condition}"
        key = f"reverse_stress_{self.condition.outcome.replace('.', '_')}"
        return Findings(key, title, tuple(sentences), tables, captions, units)

    def _sentence(self, answer: Answer) -> str:
        """Say what was found for one arrangement."""
        mark, stress = self.condition.mark, answer.stress
        ends = {"low": answer.found.low, "high": answer.found.high, "unit": mark.unit}
        level = estimate_text({"value": answer.found.estimate, **ends}, "value")
        what = f"{label_of(mark.name)} is {level}"
        if answer.verdict == WITHOUT:
            return f"{answer.arrangement}: {self.condition} holds without any stress; {what}."
        if answer.verdict == NOTHING:
            where = self._times(stress)
            return f"{answer.arrangement}: {NOTHING}; nearest to it, {where}, {what}."
        sure = f"{answer.high:g} years" if math.isfinite(answer.high) else "more than was tried"
        return (
            f"{answer.arrangement}: {self._times(stress)} breaks it (interval {answer.low:g} to"
            f" {sure}); one bust in {_odds(answer.severity)} is as severe. There {what}."
        )

    def _times(self, stress: Stress) -> str:
        """Write a stress in words."""
        if stress.years == 0.0:
            return "without stress"
        depth = "" if stress.depth == 1.0 else f" at depth {stress.depth:g}"
        return f"{self.regime} for {stress.years:g} years from year {stress.start:g}{depth}"


def _row(answer: Answer) -> dict[str, Any]:
    broken = answer.verdict != NOTHING
    return {
        "arrangement": answer.arrangement, "verdict": answer.verdict,
        "start_years": answer.stress.start if broken else math.nan,
        "depth": answer.stress.depth if broken else math.nan,
        "value": answer.stress.years if broken else math.nan,
        "low": answer.low, "high": answer.high, "unit": "years",
        "severity": answer.severity if broken else math.nan,
        "one_bust_in": math.exp(answer.severity) if broken else math.nan,
        "outcome_there": answer.found.estimate,
    }  # fmt: skip


def _odds(severity: float) -> str:
    return f"{math.exp(severity):,.3g}" if severity < 20 else f"e^{severity:.0f}"


def reverse_stress(
    scenario: Scenario,
    breaks: str,
    arrangements: Names | None = None,
    *,
    space: StressRange | None = None,
    store: Store | None = None,
    progress: Asked = None,
) -> ReverseStress:
    """Find the mildest stress under which an outcome crosses a limit.

    Parameters
    ----------
    scenario : Scenario
    breaks : str
        Such as ``"bank.capital_ratio_low < 0.08"``; it is the mean over replications that
        must cross.
    arrangements : str or iterable of str, optional
        Those of the experiment by default.
    space : StressRange, optional
        Starts, depths and lengths to search, and the regime that is imposed.
    store, progress
        As in `attribute`.

    Raises
    ------
    ScenarioError
        If the condition, an arrangement, the regime or the range cannot be.
    """
    search = asked(scenario, breaks, arrangements, space)
    search.store, search.progress = store or Store(), progress
    answers = tuple(search.answer(name) for name in search.names)
    return ReverseStress(
        search.condition, search.space.regime, answers, search.frame(), len(search.stresses),
        search.scenario.experiment.replications, tuple(scenario.experiment.arrangements),
    )  # fmt: skip


def asked(
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
