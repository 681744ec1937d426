"""Break-even: the value of a parameter at which two arrangements give the same outcome.

The search meets the same luck at every value, so the mean of a fixed set of replications
is one curve, and its root can be bracketed. It scans a grid with few replications, drops
stretches that are clear of zero, gives the others more replications, and only with all of
them closes in on each sign change and on the ends of its interval. How many replications
the answer rests on is set beforehand, never by how the interval looks, so that its
coverage is what it says.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.scenario.model import Scenario
from sim.study.aims import Names, arrangements_of, marks_of, together
from sim.study.breakeven_result import BreakEven, Equation, curve_frame
from sim.study.crossing import Crossing, crossings, not_rejected
from sim.study.cube import Floats, sides
from sim.study.ranges import Range, ranges_of, varied
from sim.study.store import Store

Sides = Sequence[str | float]
CLEAR = 0.999
"""Confidence at which a stretch of the scan is dropped."""
FEWEST = 4
"""Replications of a first scan, if there are as many."""


@dataclass(frozen=True)
class Search:
    """How a break-even is searched for.

    Parameters
    ----------
    points : int
        Values of the first scan, at least 2.
    replications : int, optional
        That the answer rests on; those of the scenario by default.
    confidence : float, in (0, 1)
    tolerance : float
        How exactly root and ends are found, as a share of the interval's width.
    most_points : int
        Values that may be added for one crossing and its ends.
    """

    points: int = 7
    replications: int | None = None
    confidence: float = 0.95
    tolerance: float = 0.05
    most_points: int = 16

    def schedule(self, scenario: Scenario) -> list[int]:
        """Replications of each round, the last one with all.

        Examples
        --------
        >>> Search(replications=20).schedule(None)
        [5, 10, 20]
        """
        whole = self.replications or scenario.experiment.replications
        rounds = [whole]
        while rounds[0] > 2 * FEWEST and len(rounds) < 3:
            rounds.insert(0, max(FEWEST, rounds[0] // 2))
        return rounds


def breakeven(
    scenario: Scenario,
    vary: Range | str,
    outcome: str,
    arrangements: Sides,
    search: Search | None = None,
    store: Store | None = None,
) -> BreakEven:
    """Find where an outcome is the same under two arrangements, with an interval.

    Parameters
    ----------
    scenario : Scenario
    vary : Range or str
        Key and range, such as ``"arrangement.swap.upside.coverage=0:0.4"``.
    outcome : str
    arrangements : tuple of two
        Names; or one name and a number that the outcome is to reach.
    search : Search, optional
    store : Store, optional
        Where runs are kept.

    Returns
    -------
    BreakEven
        Every root with its interval, or none, and the differences at all values.

    Raises
    ------
    ScenarioError
        For a key, range, outcome or arrangement that does not exist or is not legal.

    References
    ----------
    `sim.study.crossing` derives the interval.
    """
    how = search or Search()
    lean, one, equation = asked(scenario, vary, outcome, arrangements)
    curve = _Curve(lean, one, equation, store or Store())
    before = curve.store.simulated
    _scan(curve, how)
    found = _close_in(curve, how)
    return BreakEven(
        one, equation, tuple(found), curve_frame(curve.known, how.confidence),
        curve.store.simulated - before, how.confidence,
        not_rejected(*curve.whole(), how.confidence),
    )  # fmt: skip


def asked(
    scenario: Scenario,
    vary: Iterable[Range | str] | Range | str | None,
    outcomes: Names,
    arrangements: Sides,
) -> tuple[Scenario, Range, Equation]:
    """Check what is searched for; as in `breakeven`.

    Returns
    -------
    scenario : Scenario
        With the baseline and the arrangements of the equation alone.
    range : Range
    equation : Equation
    """
    names = [one for one in arrangements if isinstance(one, str)]
    levels = [one for one in arrangements if not isinstance(one, str)]
    (one,), (outcome,), run = together(
        lambda: ranges_of(scenario, vary, 1),
        lambda: tuple(marks_of(outcomes, 1)),
        lambda: arrangements_of(scenario, names, 1 if levels else 2, run=True),
    )
    alone = tuple(dict.fromkeys((scenario.experiment.baseline, *run)))
    lean = scenario.with_values({"experiment.arrangements": alone})
    return lean, one, Equation(outcome, *run, *levels)


@dataclass
class _Curve:
    """Differences at the values tried so far, and from how many replications each is."""

    scenario: Scenario
    range: Range
    equation: Equation
    store: Store
    known: dict[float, Floats] = field(default_factory=dict)
    counts: dict[float, int] = field(default_factory=dict)

    def extend(self, values: list[float], count: int) -> None:
        """Give values at least `count` replications."""
        new = [x for x in values if self.count(x) < count]
        if new:
            scenarios = [varied(self.scenario, [self.range], [x]) for x in new]
            cube = self.store.cube(scenarios, range(count))
            self.known |= dict(zip(new, self.equation.differences(cube), strict=True))
            self.counts |= dict.fromkeys(new, count)

    def count(self, x: float) -> int:
        """Replications at a value; 0 where it has not been tried."""
        return self.counts.get(x, 0)

    def ordered(self) -> list[float]:
        """Values tried, in order."""
        return sorted(self.known)

    def whole(self) -> tuple[Floats, Floats]:
        """Values with the most replications, and their differences."""
        most = max(self.counts.values())
        full = [x for x in self.ordered() if self.count(x) == most]
        return np.array(full), np.array([self.known[x] for x in full])


def _scan(curve: _Curve, how: Search) -> None:
    """Look at a grid with growing replications; what is clear of zero stays as it is."""
    grid = [float(x) for x in np.linspace(curve.range.low, curve.range.high, how.points)]
    active = grid
    for count in how.schedule(curve.scenario):
        curve.extend(active, count)
        active = _unclear(curve, grid)
        if not active:
            break
    # The ends are always told with all replications.
    curve.extend([grid[0], grid[-1], *active], how.schedule(curve.scenario)[-1])


def _unclear(curve: _Curve, grid: list[float]) -> list[float]:
    """Values that are not clear of zero, or next to a sign change."""
    side = [int(sides(curve.known[x][None, :], CLEAR)[0]) for x in grid]
    keep = set()
    for k, s in enumerate(side):
        if s == 0:
            keep |= {k}
        if k and s * side[k - 1] <= 0:
            keep |= {k - 1, k}
    return [grid[k] for k in sorted(keep)]


def _close_in(curve: _Curve, how: Search) -> list[Crossing]:
    """Add values near roots and ends of intervals until they move no more."""
    count = how.schedule(curve.scenario)[-1]
    found = crossings(*curve.whole(), how.confidence)
    for _ in range(how.most_points):
        wanted = [x for one in found for x in _missing(one, curve, how)]
        if not wanted:
            break
        curve.extend(list(dict.fromkeys(wanted)), count)
        found = crossings(*curve.whole(), how.confidence)
    return found


def _missing(one: Crossing, curve: _Curve, how: Search) -> list[float]:
    """Root and ends of an interval that no value tried lies near enough to."""
    full, _ = curve.whole()
    span = curve.range.high - curve.range.low
    near = max(how.tolerance * (one.high - one.low), 1e-6 * span)
    wanted = []
    for x in (one.value, one.until, one.low, one.high):
        if np.abs(full - x).min() > near:
            wanted.append(float(x))
    # A value of the scan with few replications inside the interval would bend it.
    wanted += [
        x for x in curve.ordered()
        if one.low - near <= x <= one.high + near and curve.count(x) < curve.count(full[0])
    ]  # fmt: skip
    return wanted
