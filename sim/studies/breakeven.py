"""Break-even: the value of a parameter at which two arrangements give the same outcome.

The search uses common random numbers at every value, so the mean of a fixed set of replications
is one curve, and its root can be bracketed. It scans a grid with few replications, drops
stretches that are clear of zero, gives the others more replications, and only with all of
them closes in on each sign change and on the ends of its interval. How many replications
the answer rests on is set beforehand, never by how the interval looks, so that its
coverage is what it says.

Where hardly any firm signs, an arrangement differs from another in nothing: such a zero is no
break-even. It is told apart, with the uptake beside every value.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd

from sim.analysis.estimates import MINIMUM_PAIRS, mean_interval, t_quantile
from sim.base.wording import (
    amount_text,
    arrangement_text,
    percent_text,
    range_text,
    step_text,
    unit_style,
)
from sim.experiment.store import Floats, OutcomeArray, Store, sides
from sim.outcomes.mark import registry
from sim.scenario.scenario import Scenario
from sim.studies.comparison import limit_of
from sim.studies.findings import Findings
from sim.studies.ranges import Range, Vary, ranges_of, varied
from sim.studies.request import (
    Names,
    arrangements_of,
    keywords,
    marks_of,
    names_of,
    study_store,
    together,
)

# --- Where a mean difference crosses zero, with an interval, from paired differences at points ---
# At each value x of a parameter there is one difference D_r(x) for each replication r, and
# the same r is the same set of random numbers at every x. The break-even x* solves E D(x*) = 0.
# For a given x the paired t test of E D(x) = 0 rejects with probability 5 % if x = x*, so the set
# of all x at which it does not reject,
#     { x : mean D(x)^2 <= t^2 var D(x) / n },
# holds x* in 95 % of studies: a test turned inside out. Between two points each D_r is taken
# as a straight line, so that with w the share of the way between them
#     mean(w) = m0 + w (m1 - m0),   var(w) = v00 (1-w)^2 + 2 v01 w (1-w) + v11 w^2,
# and the set is what lies between the roots of a quadratic in w. For differences that are
# straight lines over the whole range this is Fieller's interval of the ratio of intercept to
# slope, whole and not approximated: no root is divided by an estimated slope, and where the
# slope is not clear of zero the set is open at an end, as it must be. Curved differences
# need points near the ends of the set; the search puts them there.
# References: Fieller (1954), Some problems in interval estimation, Journal of the Royal
# Statistical Society B 16(2).

Span = tuple[float, float]


@dataclass(frozen=True)
class Crossing:
    """Where a mean difference is zero.

    Parameters
    ----------
    value, until
        Where the mean is zero: at one value, or on the whole stretch from `value` to `until`.
    low, high
        Ends of the set of values that the paired test does not reject, around them.
    way : {"rises above", "falls below", "touches"}
        What the difference does there as the parameter grows.
    is_open_low, is_open_high
        Whether the set goes on beyond the range.
    standard_error
        By the delta method: error of the mean difference over its slope, for comparison; nan on a
        stretch.
    pairs
        Replications behind it.
    """

    value: float
    until: float
    low: float
    high: float
    way: str
    is_open_low: bool
    is_open_high: bool
    standard_error: float
    pairs: int


def crossings(x: Floats, differences: Floats, confidence: float = 0.95) -> list[Crossing]:
    """Every root of the mean difference, with its interval.

    Roots at a point, at an end of the range and whole stretches of zeros count.

    Parameters
    ----------
    x : shape (n_points,)
        Rising.
    differences : shape (n_points, n_replications)
        Nan where undefined; a replication counts between two points where it is defined at both.
    confidence : in (0, 1)

    Examples
    --------
    >>> lines = np.array([[-1.1, -0.9], [1.0, 1.2]])
    >>> one = crossings(np.array([0.0, 1.0]), lines, 0.5)[0]
    >>> round(one.value, 4), round(one.low, 4), round(one.high, 4)
    (0.4762, 0.4286, 0.5238)
    """
    segments = [_Segment.between(x, differences, k) for k in range(x.size - 1)]
    spans = not_rejected(x, differences, confidence)
    roots: list[list[tuple[Span, _Segment]]] = []
    for one in segments:
        zeros = one.zeros()
        if zeros and roots and zeros[0] <= roots[-1][-1][0][1]:
            roots[-1].append((zeros, one))
        elif zeros:
            roots.append([(zeros, one)])
    return [_crossing(root, spans, x) for root in roots]


def not_rejected(x: Floats, differences: Floats, confidence: float = 0.95) -> list[Span]:
    """All stretches of x at which the paired test does not reject a difference of zero."""
    segments = [_Segment.between(x, differences, k) for k in range(x.size - 1)]
    return merged([span for s in segments for span in s.not_rejected(confidence)])


def merged(spans: list[Span]) -> list[Span]:
    """Join spans that touch.

    >>> merged([(0.0, 1.0), (1.0, 2.0), (3.0, 4.0)])
    [(0.0, 2.0), (3.0, 4.0)]
    """
    joined: list[Span] = []
    for low, high in sorted(spans):
        if joined and low <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(high, joined[-1][1])
        else:
            joined.append((low, high))
    return joined


@dataclass(frozen=True)
class _Segment:
    """Two neighbouring points: means, and variances of the means, of paired differences."""

    left: float
    right: float
    means: Span
    variances: tuple[float, float, float]
    pairs: int

    @staticmethod
    def between(x: Floats, differences: Floats, k: int) -> "_Segment":
        """Points `k` and `k` + 1, with the replications that are defined at both."""
        pair = differences[k : k + 2]
        pair = pair[:, np.isfinite(pair).all(axis=0)]
        n = pair.shape[1]
        if n < MINIMUM_PAIRS:
            nothing = math.nan
            return _Segment(x[k], x[k + 1], (nothing, nothing), (nothing,) * 3, n)
        first, second = pair.mean(axis=1)
        spread = np.cov(pair) / n
        variances = float(spread[0, 0]), float(spread[0, 1]), float(spread[1, 1])
        return _Segment(float(x[k]), float(x[k + 1]), (float(first), float(second)), variances, n)

    def zeros(self) -> Span | None:
        """Where the mean is zero, from and until; None if nowhere."""
        first, second = self.means
        if first == 0.0 or second == 0.0:
            return self.right if first else self.left, self.left if second else self.right
        if first * second < 0.0:
            root = self.left + first / (first - second) * (self.right - self.left)
            return root, root
        return None

    def error(self, value: float) -> float:
        """Error of the mean difference at a value, over the slope."""
        (m0, m1), (v00, v01, v11) = self.means, self.variances
        width = self.right - self.left
        w = (value - self.left) / width
        variance = v00 * (1 - w) ** 2 + 2 * v01 * w * (1 - w) + v11 * w * w
        return math.sqrt(max(variance, 0.0)) * width / abs(m1 - m0)

    def not_rejected(self, confidence: float) -> list[Span]:
        """Stretches at which the paired test does not reject."""
        (m0, m1), (v00, v01, v11) = self.means, self.variances
        if self.pairs < MINIMUM_PAIRS:
            return []
        t2 = t_quantile(confidence, self.pairs - 1) ** 2
        step = m1 - m0
        a = step * step - t2 * (v00 - 2.0 * v01 + v11)
        b = 2.0 * (m0 * step - t2 * (v01 - v00))
        c = m0 * m0 - t2 * v00
        width = self.right - self.left
        return [
            (self.left + low * width, self.left + high * width)
            for low, high in _below_zero(a, b, c)
        ]


def _below_zero(a: float, b: float, c: float) -> list[Span]:
    """Where a w^2 + b w + c <= 0 in [0, 1]."""
    inside = [w for w in _roots(a, b, c) if 0.0 < w < 1.0]
    ends = [0.0, *inside, 1.0]
    spans = []
    for low, high in pairwise(ends):
        middle = 0.5 * (low + high)
        if (a * middle + b) * middle + c <= 0.0:
            spans.append((low, high))
    return merged(spans)


def _roots(a: float, b: float, c: float) -> list[float]:
    """Real roots, in order, by the form that loses no digits."""
    if a == 0.0:
        return [-c / b] if b != 0.0 else []
    inner = b * b - 4.0 * a * c
    if inner < 0.0:
        return []
    q = -0.5 * (b + math.copysign(math.sqrt(inner), b))
    return sorted({q / a, c / q} if q != 0.0 else {0.0})


def _crossing(root: list[tuple[Span, _Segment]], spans: list[Span], x: Floats) -> Crossing:
    """The root that lies in some neighbouring segments, with the stretch that holds it."""
    first, last = root[0][1], root[-1][1]
    value, until = root[0][0][0], root[-1][0][1]
    before, after = np.sign(first.means[0]), np.sign(last.means[1])
    way = "rises above" if before < after else "falls below" if before > after else "touches"
    sloped = last if last.means[1] else first
    error = sloped.error(value) if value == until else math.nan
    # Without any spread the stretch is the root itself, found up to rounding.
    around = [s for s in spans if s[0] <= until and value <= s[1]] or [(value, until)]
    low, high = min(value, around[0][0]), max(until, around[-1][1])
    is_open = bool(low <= x[0]), bool(high >= x[-1])
    return Crossing(value, until, low, high, way, *is_open, error, last.pairs)


# --- What a search for a break-even found: crossings, the curve behind them, and the words -------

KEY = "breakeven"
UPTAKE = "firm.signed_share"
"""The outcome that says how many firms sign an arrangement."""


@dataclass(frozen=True)
class Equation:
    """What is to be equal: an outcome under two arrangements, or under one and a number.

    Parameters
    ----------
    second
        An arrangement, or the level that the outcome is to reach.
    """

    outcome: str
    first: str
    second: str | float

    def uptake(self, outcome_array: OutcomeArray, baseline: str) -> Floats:
        """Mean share of firms that sign, under the side that fewer do, shape (n_scenarios,).

        Nan where no side is an arrangement to be signed, or where it is not known.
        """
        offered = [one for one in (self.first, self.second) if one not in (baseline, "plain")]
        names = [one for one in offered if isinstance(one, str)]
        if not names or UPTAKE not in outcome_array.outcomes:
            return np.full(outcome_array.values.shape[0], math.nan)
        shares = [outcome_array.levels(name, UPTAKE).mean(axis=1) for name in names]
        return np.asarray(np.min(shares, axis=0))

    def differences(self, outcome_array: OutcomeArray) -> Floats:
        """Second less first, or first less the level, shape (n_scenarios, n_replications)."""
        if isinstance(self.second, str):
            return outcome_array.differences(self.second, self.first, self.outcome)
        return outcome_array.levels(self.first, self.outcome) - self.second

    def words(self) -> str:
        """The difference in words."""
        label = marks_of(self.outcome)[self.outcome].label
        first = arrangement_text(self.first)
        if isinstance(self.second, str):
            return f"{label} under {arrangement_text(self.second).lower()} less {first.lower()}"
        return f"{label} under {first.lower()} less {self.level_text()}"

    @property
    def unit(self) -> str:
        """The unit of the outcome."""
        return marks_of(self.outcome)[self.outcome].unit

    def level_text(self) -> str:
        """Write the level that is to be reached, with its unit."""
        return amount_text(float(self.second), unit_style(self.unit))


@dataclass(frozen=True, eq=False)
class BreakEven:
    """Break-evens of one outcome over one range.

    Parameters
    ----------
    crossings
        Every root of the mean difference; empty where there is none.
    without_uptake
        Roots at which hardly any firm signs, apart from those.
    curve
        Differences and uptake at all values that were tried.
    runs
        Replications that were simulated for it.
    unclear : list of (low, high)
        Stretches of the range at which the difference is not clear of zero.
    """

    range: Range
    equation: Equation
    crossings: tuple[Crossing, ...]
    without_uptake: tuple[Crossing, ...]
    curve: pd.DataFrame
    runs: int
    confidence: float
    unclear: list[Span]

    def frame(self) -> pd.DataFrame:
        """One row for each crossing.

        Columns key, then the fields of `sim.studies.breakeven.Crossing`.
        """
        names = ["key", *Crossing.__dataclass_fields__]
        rows = [{"key": self.range.label, **asdict(one)} for one in self.crossings]
        uptake = [self.uptake_at(one.value) for one in self.crossings]
        return pd.DataFrame(rows, columns=names).assign(uptake=uptake)

    def uptake_at(self, value: float) -> float:
        """Share of firms that sign at a value, on a straight line between those tried."""
        return uptake_at(self.curve, value)

    def findings(self) -> Findings:
        """The result in words and tables, for files and report."""
        unit = self.equation.unit
        crossings = self.frame().assign(unit=self.range.unit)
        tables = {
            "answer": self._answer(crossings), "curve": self.curve.assign(unit=unit),
            "crossings": crossings,
        }  # fmt: skip
        if self.curve["uptake"].isna().all():
            tables = {name: table.drop(columns="uptake") for name, table in tables.items()}
        if not self.crossings:
            # Nothing to print but what was seen on the way.
            tables = {"curve": tables["curve"], "crossings": crossings}
        return Findings(
            KEY,
            f"Break-even of {self.range.words}",
            tuple(self._sentences(unit)),
            tables,
            {name: text for name, text in self._captions().items() if name in tables},
            {"at": self.range.unit, "uptake": marks_of(UPTAKE)[UPTAKE].unit},
        )

    def _captions(self) -> dict[str, str]:
        where = f"Where {self.equation.words()} is zero"
        return {
            "answer": f"{where}, with {percent_text(self.confidence)} intervals",
            "curve": f"{self.equation.words()} at every value of {self.range.words} tried",
            "crossings": f"{where}: all that is known",
        }

    def _answer(self, crossings: pd.DataFrame) -> pd.DataFrame:
        """The crossings for people: without what says the same in numbers."""
        shown = crossings[["key", "unit", "value", "low", "high", "way", "uptake"]].copy()
        ends = {(True, True): "both", (True, False): "below", (False, True): "above"}
        open_at = crossings[["is_open_low", "is_open_high"]].to_numpy(bool).tolist()
        return shown.assign(beyond_the_range=[ends.get((a, b), "no") for a, b in open_at])

    def _sentences(self, unit: str) -> list[str]:
        crossed = [self._crossing(one) for one in self.crossings]
        if not crossed:
            crossed = [f"There is no crossing in the range: {self._ends(unit)}.", *self._near()]
        elif len(crossed) > 1:
            crossed.insert(0, f"The difference is zero {len(crossed)} times.")
        most = int(self.curve["replications"].max())
        return [
            *crossed,
            *(self._refused(one) for one in self.without_uptake),
            f"This took {self.runs} runs; {most} replications with common random numbers.",
        ]

    def _crossing(self, one: Crossing) -> str:
        low = "below the range" if one.is_open_low else self.range.text(one.low)
        high = "above the range" if one.is_open_high else self.range.text(one.high)
        return (
            f"{self.equation.words()} {one.way} zero at {self.range.words} ="
            f" {self.range.text(one.value)}"
            + (f" to {self.range.text(one.until)}" if one.until > one.value else "")
            + f"; {percent_text(self.confidence)} interval {low} to {high}."
            + self._signed(one.value, " {share} of firms sign there.")
        )

    def _refused(self, one: Crossing) -> str:
        return (
            f"{self.equation.words()} is zero at {self.range.text(one.value)} too, which is no"
            " break-even:"
            + self._signed(one.value, " only {share} of firms sign there,")
            + f" against {rate_text(self.curve['uptake'].max())} at the most in this range."
        )

    def _signed(self, value: float, words: str) -> str:
        """How many firms sign at a value; nothing where that is not known."""
        share = self.uptake_at(value)
        return "" if math.isnan(share) else words.format(share=rate_text(share))

    def _ends(self, unit: str) -> str:
        ends = self.curve.iloc[[0, -1]][["at", "difference", "low", "high", "standard_error"]]
        said = [
            f"{step_text(mean, unit, error)} at {self.range.text(value)}"
            f" ({range_text(low, high, unit, error)})"
            for value, mean, low, high, error in ends.to_numpy(np.float64).tolist()
        ]
        name = unit_style(unit).axis
        return f"{self.equation.words()} ({name}) is {said[0]} and {said[1]}"

    def _near(self) -> list[str]:
        """Say where a difference of zero cannot be ruled out all the same."""
        spans = ", ".join(self.range.span_text(low, high) for low, high in self.unclear)
        return [f"A difference of zero cannot be ruled out at {spans}."] if spans else []


def rate_text(share: float) -> str:
    """Write a share of firms, such as ``"4.2 %"``."""
    return percent_text(float(f"{share:.2g}"))


def uptake_at(curve: pd.DataFrame, value: float) -> float:
    """Share of firms that sign at a value, between those of a `curve_frame`."""
    return float(np.interp(value, curve["at"], curve["uptake"]))


def is_without_uptake(one: Crossing, curve: pd.DataFrame, least: float) -> bool:
    """Whether so few firms sign at a root that it tells of nothing else."""
    most = curve["uptake"].max()
    there = max(uptake_at(curve, one.value), uptake_at(curve, one.until))
    return bool(there <= least * most)


def curve_frame(
    known: Mapping[float, Floats], confidence: float, uptake: Mapping[float, float] | None = None
) -> pd.DataFrame:
    """Mean difference with its interval at every value.

    Columns at (the value), replications, difference, standard_error, low, high, and uptake.

    Parameters
    ----------
    known
        Mapping of value -> array, shape (n_replications,).
    uptake
        Mapping of value -> share of firms that sign; nan where it is not known.

    Examples
    --------
    >>> curve_frame({0.5: np.array([1.0, 3.0])}, 0.95, {0.5: 0.1}).round(2).values.tolist()
    [[0.5, 2.0, 2.0, 1.0, -10.71, 14.71, 0.1]]
    """
    rows = []
    for value in sorted(known):
        one = mean_interval(known[value], confidence)
        rows.append(
            {"at": value, "replications": one.count, "difference": one.estimate,
             "standard_error": one.standard_error, "low": one.low, "high": one.high,
             "uptake": (uptake or {}).get(value, math.nan)}
        )  # fmt: skip
    return pd.DataFrame(rows)


# --- Break-even: the value of a parameter at which two arrangements give the same outcome --------

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
    points
        Values of the first scan, at least 2.
    replications
        That the answer rests on; those of the scenario by default.
    confidence : in (0, 1)
    tolerance
        How exactly root and ends are found, as a share of the interval's width.
    most_points
        Values that may be added for one crossing and its ends.
    least_uptake
        A zero where at most this part signs of what signs at another value is no break-even.
    """

    points: int = 7
    replications: int | None = None
    confidence: float = 0.95
    tolerance: float = 0.05
    most_points: int = 16
    least_uptake: float = 0.1

    def schedule(self, scenario: Scenario) -> list[int]:
        """Replications of each round, the last one with all.

        >>> Search(replications=20).schedule(None)
        [5, 10, 20]
        """
        whole = self.replications or scenario.experiment.replications
        rounds = [whole]
        while rounds[0] > 2 * FEWEST and len(rounds) < 3:
            rounds.insert(0, max(FEWEST, rounds[0] // 2))
        return rounds


@keywords(search=Search, store=study_store)
def breakeven(
    scenario: Scenario,
    vary: Range | str,
    outcome: str,
    arrangements: Sides,
    *,
    search: Search,
    store: Store,
) -> BreakEven:
    """Find where an outcome is the same under two arrangements, with an interval.

    Gives every root with its interval, or none, and the differences at all values.

    Parameters
    ----------
    vary
        Key and range, such as ``"arrangement.swap.upside.coverage=0:0.4"``.
    arrangements
        Names; or one name and a number that the outcome is to reach.
    points, replications, confidence, tolerance, most_points, least_uptake
        As in `Search`.
    workers, folder, executor, progress
        As in `sim.studies.request.study_store`.

    Raises
    ------
    ScenarioError
        For a key, range, outcome or arrangement that does not exist or is not legal.
    """
    lean, one, equation = check_request(scenario, vary, outcome, arrangements)
    curve = _Curve(lean, one, equation, store)
    before = curve.store.simulated
    _scan(curve, search)
    found = _close_in(curve, search)
    frame = curve_frame(curve.known, search.confidence, curve.uptake)
    empty = [is_without_uptake(root, frame, search.least_uptake) for root in found]
    kept, refused = (
        tuple(root for root, is_empty in zip(found, empty, strict=True) if is_empty == refuse)
        for refuse in (False, True)
    )
    return BreakEven(
        one, equation, kept, refused, frame,
        curve.store.simulated - before, search.confidence,
        not_rejected(*curve.whole(), search.confidence),
    )  # fmt: skip


def sides_of(
    arrangements: Names | None, level: str | None, outcomes: Names | None
) -> list[str | float]:
    """Give the sides of an equation: names, and a level as it is written in the outcome's unit.

    Raises ScenarioError if the level cannot be read; names are not checked.
    """
    sides: list[str | float] = [*names_of(arrangements)]
    if level is not None:
        mark = registry().get(next(iter(names_of(outcomes)), ""))
        sides.append(limit_of("--level", level, mark.unit if mark else ""))
    return sides


def check_request(
    scenario: Scenario, vary: Vary | Range | str, outcomes: Names, arrangements: Sides
) -> tuple[Scenario, Range, Equation]:
    """Check what is searched for; as in `breakeven`.

    The scenario runs the baseline and the arrangements of the equation alone.
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
    uptake: dict[float, float] = field(default_factory=dict)
    counts: dict[float, int] = field(default_factory=dict)

    def extend(self, values: list[float], count: int) -> None:
        """Give values at least `count` replications."""
        new = [x for x in values if self.count(x) < count]
        if new:
            scenarios = [varied(self.scenario, [self.range], [x]) for x in new]
            outcome_array = self.store.outcome_array(scenarios, range(count))
            self.known |= dict(zip(new, self.equation.differences(outcome_array), strict=True))
            signed = self.equation.uptake(outcome_array, self.scenario.experiment.baseline)
            self.uptake |= dict(zip(new, signed.tolist(), strict=True))
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
