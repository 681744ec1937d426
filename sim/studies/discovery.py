"""Scenario discovery: in which worlds an arrangement loses, and in which it wins.

A Latin hypercube moves all assumed numbers at once. In each of these worlds the
arrangement is worse than the baseline, or better, by the mean difference over
replications. Boxes are searched on two thirds of the worlds and checked on the last third,
which had no part in the search: what holds up there is found, the rest is said to be
chance.

References: Bryant and Lempert 2010; Lempert, Groves, Popper and Bankes 2006 for the method.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binom, binomtest

from sim.base.wording import arrangement_text, percent_text
from sim.experiment.store import Floats, OutcomeArray, Store, means, sides
from sim.outcomes.mark import Mark
from sim.scenario.scenario import Scenario
from sim.studies.findings import Findings, label_of
from sim.studies.ranges import Layout, OverRanges, Vary, chosen, design_points, ranges_of
from sim.studies.request import (
    OUTCOMES,
    POINTS,
    REPLICATIONS,
    Names,
    at_least,
    keywords,
    marks_of,
    refused,
    scope_of,
    study_store,
    together,
)

# --- PRIM: boxes in which cases of interest gather -----------------------------------------------
# A box starts as the whole space. The thin slice at one end of one axis is peeled off whose
# loss leaves the largest share of cases of interest, again and again; every box on the way
# is kept. The box that is chosen holds the most cases of interest beyond what its size would
# hold by chance; then limits that could be chance themselves are taken away.
# References: Friedman and Fisher 1999, Bump hunting in high-dimensional data, Statistics and
# Computing 9; Bryant and Lempert 2010, Thinking inside the box, Technological Forecasting and
# Social Change 77 (coverage, density, quasi-p-values); Lavrac, Flach and Zupan 1999 for the
# weighted relative accuracy by which the box is chosen.

Mask = NDArray[np.bool_]

PEEL_SHARE = 0.05
LEAST_SHARE = 0.1
BOX_CHANCE = 0.05


@dataclass(frozen=True, eq=False)
class Box:
    """Limits on some axes.

    Parameters
    ----------
    low, high : shape (n_axes,)
        Infinite where there is no limit.
    """

    low: Floats
    high: Floats

    @staticmethod
    def whole(axes: int) -> "Box":
        """The box without limits."""
        return Box(np.full(axes, -np.inf), np.full(axes, np.inf))

    def holds(self, points: Floats) -> Mask:
        """Say which points lie inside, shape (n_points,)."""
        return np.asarray(np.all((points >= self.low) & (points <= self.high), axis=1))

    def limited(self) -> list[int]:
        """Give the axes with a limit."""
        return np.flatnonzero(np.isfinite(self.low) | np.isfinite(self.high)).tolist()

    def without(self, axis: int) -> "Box":
        """Take the limits of one axis away."""
        low, high = self.low.copy(), self.high.copy()
        low[axis], high[axis] = -np.inf, np.inf
        return Box(low, high)


@dataclass(frozen=True)
class Quality:
    """How well a box tells cases of interest.

    Parameters
    ----------
    inside
        Points in the box.
    caught
        Cases of interest in it.
    cases, points
        In all.
    """

    inside: int
    caught: int
    cases: int
    points: int

    @property
    def coverage(self) -> float:
        """Share of the cases of interest that lie in the box; nan of none."""
        return self.caught / self.cases if self.cases else float("nan")

    @property
    def density(self) -> float:
        """Share of cases of interest among the points in the box; nan of none."""
        return self.caught / self.inside if self.inside else float("nan")

    @property
    def base(self) -> float:
        """Share of cases of interest among all points."""
        return self.cases / self.points if self.points else float("nan")

    @property
    def gain(self) -> float:
        """Weighted relative accuracy: cases caught beyond chance, as a share of all points."""
        return (self.caught - self.inside * self.base) / self.points if self.points else 0.0


def quality(box: Box, points: Floats, cases: Mask) -> Quality:
    """Measure a box on some points.

    Parameters
    ----------
    points : shape (n_points, n_axes)
    cases : shape (n_points,)
        Which are of interest.
    """
    inside = box.holds(points)
    caught = int((inside & cases).sum())
    return Quality(int(inside.sum()), caught, int(cases.sum()), cases.size)


def trajectory(
    points: Floats, cases: Mask, peel: float = PEEL_SHARE, least: float = LEAST_SHARE
) -> list[Box]:
    """Peel until too few points are left, and give every box on the way.

    Parameters
    ----------
    points : shape (n_points, n_axes)
    cases : shape (n_points,)
    peel
        Share of the points in the box that one peel takes, at least one point.
    least
        Share of all points below which no box goes.

    Examples
    --------
    >>> points = np.linspace(0.0, 1.0, 21)[:, None]
    >>> boxes = trajectory(points, points[:, 0] > 0.5)
    >>> bool(boxes[10].low[0] > 0.45), bool(np.isinf(boxes[10].high[0]))
    (True, True)
    """
    box = Box.whole(points.shape[1])
    boxes = [box]
    while True:
        candidates = [
            cut
            for axis in range(points.shape[1])
            for cut in _cuts(box, points, axis, peel)
            if cut.holds(points).sum() >= max(least * cases.size, 1.0)
        ]
        if not candidates:
            return boxes
        box = max(candidates, key=lambda cut: _worth(cut, points, cases))
        boxes.append(box)


def _worth(box: Box, points: Floats, cases: Mask) -> tuple[float, int]:
    """Rank cuts: density first, then how many points are left."""
    found = quality(box, points, cases)
    return found.density, found.inside


def _cuts(box: Box, points: Floats, axis: int, peel: float) -> list[Box]:
    """Cut a slice from either end of an axis."""
    values = np.sort(points[box.holds(points), axis])
    count = max(int(peel * values.size), 1)
    if values[0] == values[-1]:
        return []
    cuts = []
    # Limits lie half-way between points; points with one value stay together.
    above = values[values > values[min(count - 1, values.size - 1)]]
    if above.size:
        low = box.low.copy()
        low[axis] = 0.5 * (above[0] + values[values < above[0]][-1])
        cuts.append(Box(low, box.high))
    below = values[values < values[-min(count, values.size)]]
    if below.size:
        high = box.high.copy()
        high[axis] = 0.5 * (below[-1] + values[values > below[-1]][0])
        cuts.append(Box(box.low, high))
    return cuts


def best_box(points: Floats, cases: Mask) -> Box:
    """Find the box that holds the most cases beyond chance, with sound limits only.

    It is without any limit where no box does better than chance.

    Parameters
    ----------
    points : shape (n_points, n_axes)
    cases : shape (n_points,)
    """
    boxes = trajectory(points, cases)
    box = max(boxes, key=lambda one: quality(one, points, cases).gain)
    while box.limited():
        odds = {axis: by_chance(box, axis, points, cases) for axis in box.limited()}
        worst = max(odds, key=lambda axis: odds[axis])
        if odds[worst] < BOX_CHANCE:
            break
        box = box.without(worst)
    return box


def by_chance(box: Box, axis: int, points: Floats, cases: Mask) -> float:
    """Probability that the limits on an axis raise the density so far by chance alone.

    A quasi-p-value in [0, 1]: it does not count that the box was searched for.
    References: Bryant and Lempert 2010, appendix A.
    """
    inside = quality(box, points, cases)
    loose = quality(box.without(axis), points, cases)
    return float(binom.sf(inside.caught - 1, inside.inside, loose.density))


# --- What scenario discovery found: boxes of worlds, how well they tell, and whether they hold ---

LOSES, WINS = "worse", "better"
FOUND, CHANCE, NONE = "holds up", "does not hold up on worlds kept apart", "no box"


@dataclass(frozen=True)
class Sample:
    """Which worlds are looked at.

    Parameters
    ----------
    points : at least 12
        Worlds: points of a Latin hypercube.
    replications : at least 2
        Of each, with common random numbers in all.
    seed
        Of the hypercube.
    """

    points: int = 96
    replications: int = 4
    seed: int = 0

    def check(self) -> None:
        """Refuse a sample in which nothing can be found."""
        together(
            lambda: at_least(POINTS, self.points, 12),
            lambda: at_least(REPLICATIONS, self.replications),
        )


@dataclass(frozen=True, eq=False)
class Region:
    """The worlds in which one arrangement is worse, or better, and the box found for them.

    Parameters
    ----------
    arrangement, side
        Side is ``"worse"`` or ``"better"`` than the baseline.
    box
        Without limits where there is none.
    searched, checked
        On the worlds of the search, and on those kept apart.
    chance : dict of axis to float
        quasi-p-value of each limit.
    clear
        Worlds in which the difference is on this side with all of its interval.
    """

    arrangement: str
    side: str
    box: Box
    searched: Quality
    checked: Quality
    chance: dict[int, float]
    verdict: str
    clear: int


@dataclass(frozen=True, eq=False)
class Discovery(OverRanges):
    """In which worlds arrangements lose and win.

    Parameters
    ----------
    worlds
        Every world: its values, the difference of each arrangement, and its side.
    """

    regions: tuple[Region, ...]
    worlds: pd.DataFrame

    def frame(self) -> pd.DataFrame:
        """Give the limits of every box that was found.

        Columns arrangement, side, key, from, to (the limits), range_from, range_to, quasi_p,
        verdict.
        """
        rows = [row for region in self.regions for row in self._limits(region)]
        columns = [
            "arrangement", "side", "key", "from", "to", "range_from", "range_to", "quasi_p",
            "verdict",
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)

    def _limits(self, region: Region) -> list[dict[str, Any]]:
        own = {"arrangement": region.arrangement, "side": region.side}
        found = []
        for axis in region.box.limited():
            one, low, high = self.ranges[axis], region.box.low[axis], region.box.high[axis]
            found.append(
                {**own, "key": one.label, "from": max(float(low), one.low),
                 "to": min(float(high), one.high), "range_from": one.low, "range_to": one.high,
                 "quasi_p": region.chance[axis], "verdict": region.verdict}
            )  # fmt: skip
        return found

    def quality_frame(self) -> pd.DataFrame:
        """Give how well each box tells its worlds, where searched and where checked.

        Columns arrangement, side, worlds, count, share (of worlds of that side), coverage,
        density, low, high (exact interval of the density), unit, verdict.
        """
        rows = []
        for region in self.regions:
            for worlds, found in (("searched", region.searched), ("kept apart", region.checked)):
                low, high = _exact(found)
                rows.append(
                    {"arrangement": region.arrangement, "side": region.side, "worlds": worlds,
                     "count": found.points, "share": found.base, "coverage": found.coverage,
                     "density": found.density, "low": low, "high": high, "unit": "share",
                     "verdict": region.verdict}
                )  # fmt: skip
        return pd.DataFrame(rows)

    def findings(self) -> Findings:
        """Give words and tables for files and the report."""
        outcome = self.scope.outcomes[0]
        against = arrangement_text(self.scope.baseline).lower()
        tables = {"limits": self.frame(), "boxes": self.quality_frame(), "worlds": self.worlds}
        captions = {
            "limits": f"Limits of the worlds in which {label_of(outcome)} is worse or better;"
            " quasi p: how often a number that tells nothing would do as well",
            "boxes": "Coverage: share of such worlds in the box; density: share of the worlds"
            " in the box that are such",
            "worlds": "Every world that was looked at",
        }
        sentences = [self._sentence(region) for region in self.regions]
        sentences.append(
            f"{len(self.worlds)} worlds of a Latin hypercube over {len(self.ranges)} numbers,"
            f" {self.layout.replications} replications each, with common random numbers. Two"
            " thirds were searched; density and its interval are of the last third."
        )
        units = {"share": "share", "coverage": "share", "density": "share"}
        unit = marks_of(self.scope.outcomes)[outcome].unit
        units |= dict.fromkeys((f"{arm}: difference" for arm in self.scope.arrangements), unit)
        units |= self.layout.units()
        title = f"In which worlds arrangements lose and win against {against}: {label_of(outcome)}"
        key = f"discovery_{outcome.replace('.', '_')}"
        return Findings(key, title, tuple(sentences), tables, captions, units)

    def _sentence(self, region: Region) -> str:
        """Say what was found for one arrangement and side."""
        name, found = arrangement_text(region.arrangement), region.checked
        every = region.searched.points + found.points
        cases = region.searched.cases + found.cases
        start = f"{name} is {region.side} in {cases} of {every} worlds ({region.clear} clearly so)"
        if region.verdict == NONE:
            return f"{start}; no box tells them from the others."
        box = [(self.ranges[axis], region.box.low[axis], region.box.high[axis])
               for axis in region.box.limited()]  # fmt: skip
        limits = "; ".join(
            f"{one.words} {one.span_text(max(float(low), one.low), min(float(high), one.high))}"
            for one, low, high in box
        )
        low, high = _exact(found)
        what = (
            f"{found.caught} of {found.inside} worlds kept apart"
            f" ({percent_text(round(low, 2))} to {percent_text(round(high, 2))}), against"
            f" {percent_text(round(found.base, 2))} of all of them"
        )
        text = "with" if region.verdict == FOUND else f"the box found {region.verdict}:"
        return f"{start}; {text} {limits} it is so in {what}."


def _exact(found: Quality) -> tuple[float, float]:
    """Give the Clopper-Pearson interval of the density; all of [0, 1] in an empty box."""
    if not found.inside:
        return 0.0, 1.0
    interval = binomtest(found.caught, found.inside).proportion_ci()
    return float(interval.low), float(interval.high)


# --- Scenario discovery: in which worlds an arrangement loses, and in which it wins --------------

OUTCOME = "bank.profit"
SEARCHED = 2.0 / 3.0
FEWEST = 5
"""Cases of interest below which no box is searched."""
LEVEL = 0.05


@keywords(sample=Sample, store=study_store)
def discover(
    scenario: Scenario,
    outcome: str = OUTCOME,
    arrangements: Names | None = None,
    vary: Vary = None,
    *,
    sample: Sample,
    store: Store,
) -> Discovery:
    """Find the worlds in which arrangements are worse, and better, than the baseline.

    Parameters
    ----------
    outcome
        It must have a better direction.
    arrangements
        All of the scenario but the baseline by default.
    vary
        Ranges, ``KEY=LOW:HIGH``; by default every number graded as an assumption.
    points, replications, seed
        As in `Sample`.
    workers, folder, executor, progress
        As in `sim.studies.request.study_store`.

    Raises
    ------
    ScenarioError
        If a name, a range or the sample cannot be, before anything runs.
    """
    layout = laid_out(scenario, outcome, arrangements, vary, sample)
    outcome_array, scope = layout.outcome_array(store), layout.scope
    mark = marks_of(scope.outcomes)[scope.outcomes[0]]
    level = LEVEL / (2 * len(scope.arrangements))
    regions = [
        _region((head["arrangement"], side), layout.points, _signed(gaps, mark), level)
        for head, gaps in layout.differences(outcome_array)
        for side in (LOSES, WINS)
    ]
    return Discovery(layout, tuple(regions), _worlds(outcome_array, layout))


def laid_out(
    scenario: Scenario,
    outcomes: Names | None,
    arrangements: Names | None = None,
    vary: Vary = None,
    sample: Sample | None = None,
) -> Layout:
    """Check what is asked for, and lay out the worlds; as in `discover`."""
    how = sample or Sample()
    scope, _, _ = together(
        lambda: scope_of(scenario, outcomes or OUTCOME, arrangements, 1),
        lambda: vary and ranges_of(scenario, vary),
        how.check,
    )
    if marks_of(scope.outcomes)[scope.outcomes[0]].better == "neither":
        cure = "choose one with a direction, such as bank.profit"
        raise refused(OUTCOMES, "must have a better direction", scope.outcomes[0], cure)
    known = chosen(scope.fitting(scenario), vary)
    points = design_points(known.ranges, "latin", how.points, how.seed)
    lean = scope.fitting(scenario)
    return Layout(lean, scope, known.ranges, points, how.replications, known.passed_over)


def _signed(differences: Floats, mark: Mark) -> Floats:
    """Differences in every world, positive where the arrangement is better."""
    return differences if mark.better == "higher" else -differences


def _region(which: tuple[str, str], points: Floats, signed: Floats, level: float) -> Region:
    """Search one box on two thirds of the worlds, and check it on the rest."""
    arrangement, side = which
    own = -signed if side == LOSES else signed
    mean = means(own)[0]
    known = np.isfinite(mean)
    points, cases = points[known], mean[known] > 0.0
    cut = int(SEARCHED * cases.size)
    first, last = slice(0, cut), slice(cut, None)
    enough = FEWEST <= cases[first].sum() <= cut - FEWEST
    box = best_box(points[first], cases[first]) if enough else Box.whole(points.shape[1])
    searched = quality(box, points[first], cases[first])
    checked = quality(box, points[last], cases[last])
    chance = {axis: by_chance(box, axis, points[first], cases[first]) for axis in box.limited()}
    verdict = NONE
    if chance:
        verdict = FOUND if _p_value(checked) < level else CHANCE
    clear = int((sides(own) > 0).sum())
    return Region(arrangement, side, box, searched, checked, chance, verdict, clear)


def _p_value(found: Quality) -> float:
    """Probability of so many cases in a box that tells nothing; 1 in an empty box."""
    if not found.inside:
        return 1.0
    return float(binom.sf(found.caught - 1, found.inside, found.base))


def _worlds(outcome_array: OutcomeArray, layout: Layout) -> pd.DataFrame:
    """Give every world with the differences and whether they are clear of zero."""
    frame = pd.DataFrame({"world": np.arange(len(layout.points)), **layout.axes()})
    for head, gaps in layout.differences(outcome_array):
        frame[f"{head['arrangement']}: difference"] = means(gaps)[0]
        frame[f"{head['arrangement']}: clear of zero"] = sides(gaps)
    return frame
