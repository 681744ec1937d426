"""PRIM: boxes in which cases of interest gather.

A box starts as the whole space. The thin slice at one end of one axis is peeled off whose
loss leaves the largest share of cases of interest, again and again; every box on the way
is kept. The box that is chosen holds the most cases of interest beyond what its size would
hold by chance; then limits that could be chance themselves are taken away.

References
----------
Friedman and Fisher 1999, Bump hunting in high-dimensional data, Statistics and Computing 9;
Bryant and Lempert 2010, Thinking inside the box, Technological Forecasting and Social
Change 77 (coverage, density, quasi-p-values); Lavrac, Flach and Zupan 1999 for the weighted
relative accuracy by which the box is chosen.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from sim.study.cube import Floats

Mask = NDArray[np.bool_]

PEEL_SHARE = 0.05
LEAST_SHARE = 0.1
CHANCE = 0.05


@dataclass(frozen=True, eq=False)
class Box:
    """Limits on some axes.

    Parameters
    ----------
    low, high : arrays, shape (n_axes,)
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
    inside : int
        Points in the box.
    caught : int
        Cases of interest in it.
    cases, points : int
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
    box : Box
    points : array, shape (n_points, n_axes)
    cases : bool array, shape (n_points,)
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
    points : array, shape (n_points, n_axes)
    cases : bool array, shape (n_points,)
    peel : float
        Share of the points in the box that one peel takes, at least one point.
    least : float
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

    Parameters
    ----------
    points : array, shape (n_points, n_axes)
    cases : bool array, shape (n_points,)

    Returns
    -------
    Box
        Without any limit where no box does better than chance.
    """
    boxes = trajectory(points, cases)
    box = max(boxes, key=lambda one: quality(one, points, cases).gain)
    while box.limited():
        odds = {axis: by_chance(box, axis, points, cases) for axis in box.limited()}
        worst = max(odds, key=lambda axis: odds[axis])
        if odds[worst] < CHANCE:
            break
        box = box.without(worst)
    return box


def by_chance(box: Box, axis: int, points: Floats, cases: Mask) -> float:
    """Probability that the limits on an axis raise the density so far by chance alone.

    Returns
    -------
    float, in [0, 1]
        Quasi-p-value: it does not count that the box was searched for.

    References
    ----------
    Bryant and Lempert 2010, appendix A.
    """
    inside = quality(box, points, cases)
    loose = quality(box.without(axis), points, cases)
    return float(binom.sf(inside.caught - 1, inside.inside, loose.density))
