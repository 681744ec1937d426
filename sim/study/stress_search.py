"""The search for the mildest stress that breaks an arrangement, by bisection on length."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pandas as pd

from sim.experiment.progress import Asked
from sim.outcomes.statistics import Interval
from sim.scenario.model import Scenario
from sim.study.condition import Condition
from sim.study.intervals import level_row, observations
from sim.study.store import Store
from sim.study.stress import Stress, StressRange, severity_rate

NOTHING, WITHOUT, BROKEN = "nothing in the range breaks it", "broken without stress", "broken"


@dataclass(frozen=True)
class Answer:
    """The mildest stress that breaks one arrangement, or that there is none.

    Parameters
    ----------
    arrangement : str
    verdict : str
        ``"broken"``, ``"broken without stress"`` or ``"nothing in the range breaks it"``.
    stress : Stress
        The answer; without length where nothing had to be stressed, and the most severe
        stress tried where nothing breaks.
    low, high : float, years
        Lengths at which the break is possible and certain; nan where there is none.
    severity : float
    found : Interval
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
    scenario : Scenario
    names : tuple of str
        Arrangements of it that are to be broken.
    condition : Condition
    space : StressRange
    store : Store
    progress : callable, optional
    """

    scenario: Scenario
    names: tuple[str, ...]
    condition: Condition
    space: StressRange
    store: Store = field(default_factory=Store)
    progress: Asked = None
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
        frame = self.store.many([changed], numbers, self.progress)[0]
        rows = frame[frame["outcome"] == self.condition.outcome]
        for arrangement, own in rows.groupby("arrangement"):
            values = own.sort_values("replication")["value"].to_numpy(float)
            values = observations(values, self.scenario.variance_reduction.unit)
            self.tried[str(arrangement), stress] = self.condition.estimate(values)

    def is_broken(self, arrangement: str, stress: Stress) -> bool:
        """Say whether the mean lies beyond the limit."""
        return self.condition.holds(self.value(arrangement, stress).estimate)

    def may_be_broken(self, arrangement: str, stress: Stress) -> bool:
        """Say whether the interval reaches beyond the limit."""
        found, below = self.value(arrangement, stress), self.condition.is_below
        return self.condition.holds(found.low if below else found.high)

    def is_surely_broken(self, arrangement: str, stress: Stress) -> bool:
        """Say whether all of the interval lies beyond the limit."""
        found, below = self.value(arrangement, stress), self.condition.is_below
        return self.condition.holds(found.high if below else found.low)

    def answer(self, arrangement: str) -> Answer:
        """Find the mildest stress that breaks one arrangement."""
        calm = Stress(0.0, 0.0)
        if self.is_broken(arrangement, calm):
            found = self.value(arrangement, calm)
            return Answer(arrangement, WITHOUT, calm, 0.0, 0.0, 0.0, found)
        best, least = None, math.inf
        for start, depth in self._corners():
            rate = severity_rate(self.scenario.macro, self.space.regime, depth)
            # Nothing as severe as the best so far needs to be tried.
            milder = math.inf if best is None else least / rate / self.space.step - 1e-9
            top = int(min(self._top(start), milder))
            stress = Stress(start, 0.0, depth)
            n = self._first(arrangement, stress, top, self.is_broken)
            if n is not None:
                best = self._at(stress, n)
                least = rate * best.years
        return self._told(arrangement, best, least)

    def _told(self, arrangement: str, best: Stress | None, least: float) -> Answer:
        """Give the answer with the interval of its length."""
        if best is None:
            worst, found = self._nearest(arrangement)
            return Answer(arrangement, NOTHING, worst, math.nan, math.nan, math.nan, found)
        n = round(best.years / self.space.step)
        low = self._first(arrangement, best, n, self.may_be_broken) or 0
        high = self._first(arrangement, best, self._top(best.start), self.is_surely_broken)
        ends = low * self.space.step, (high or math.nan) * self.space.step
        return Answer(arrangement, BROKEN, best, *ends, least, self.value(arrangement, best))

    def _nearest(self, arrangement: str) -> tuple[Stress, Interval]:
        """Give the stress under which an arrangement that nothing breaks came nearest to it."""
        own = [(s, found) for (name, s), found in self.tried.items() if name == arrangement]
        sign = 1.0 if self.condition.is_below else -1.0
        return min(own, key=lambda pair: sign * pair[1].estimate)

    def _first(
        self, arrangement: str, stress: Stress, top: int, test: Callable[[str, Stress], bool]
    ) -> int | None:
        """Find the least number of steps that passes a test, by bisection; None if none."""
        if top < 1 or not test(arrangement, self._at(stress, top)):
            return None
        low, high = 0, top
        while high - low > 1:
            middle = (low + high) // 2
            if test(arrangement, self._at(stress, middle)):
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
