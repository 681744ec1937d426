"""The best point of a box under bounds, from noisy histories at a few points of it.

Values at points are a matrix, one row a point and one column a history, with common random numbers
in a column. A radial basis of cubes with a plane, smoothed by as much as leaves least error at
points that were left out, goes through them. It weighs the rows of each history in the same way,
so that at any place of the box there is one value a history, and the paired tests that hold at a
simulated point can be made there too. On it COBYQA looks for the best mean among places that keep
every bound at the low end of its interval.

With alpha one less the confidence, K bounds and the comparison with the best point have equal
parts of alpha / (K + 1):

- a bound is kept, or broken, where the two-sided t interval of its slack at 1 - alpha / (K + 1)
  lies above, or below, zero;
- a point is beaten where the best simulated point that keeps all bounds is better by a one-sided
  paired t test at alpha / (K + 1) over the number of other points (Bonferroni): the best one was
  picked from all of them, for its luck too.

Where the best point does keep its bounds in truth, the true optimum is among the places that are
neither broken nor beaten with the stated confidence, as far as the surface goes through it.

References
----------
Hsu (1984), Constrained simultaneous confidence intervals for multiple comparisons with the best,
Annals of Statistics 12(3); Rippa (1999), An algorithm for selecting a good value for the parameter
c in radial basis function interpolation, Advances in Computational Mathematics 11, for points left
out; Ragonneau (2022), Model-based derivative-free optimization methods and software, thesis, The
Hong Kong Polytechnic University, for COBYQA.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RBFInterpolator
from scipy.optimize import Bounds, NonlinearConstraint, minimize

from sim.experiment.store import Floats, half_widths, means
from sim.studies.ranges import sobol

Bools = NDArray[np.bool_]
SMOOTHINGS = (0.0, 1e-4, 1e-3, 1e-2, 1e-1)
"""Smoothings that are tried, in the unit of the kernel, whose points lie in the unit cube."""
WIDE, NEAR = 2048, 256
"""Places of the whole box, and of each of the clouds around the best point, that are judged."""
CLOUDS = (0.5, 0.2, 0.05, 0.02)
"""Widths of the clouds, as shares of the box."""
STARTS = 3
"""Places from which the optimiser starts."""
MARGIN = 0.003
"""By how much a place of the surface must keep a bound, as a share of the bound's spread: so much
the surface may miss when the place is simulated."""


@dataclass(frozen=True)
class Rule:
    """How sure statements about points are to be, all of a study together.

    Parameters
    ----------
    confidence : in (0, 1)
    bounds
        How many there are.
    """

    confidence: float = 0.95
    bounds: int = 0

    @property
    def of_bound(self) -> float:
        """Confidence of the two-sided interval of each bound.

        >>> round(Rule(0.95, 1).of_bound, 4)
        0.975
        """
        return 1.0 - self._part

    def of_best(self, points: int) -> float:
        """Two-sided confidence whose low end is the one-sided test against the best of points.

        >>> round(Rule(0.95, 1).of_best(11), 4)
        0.995
        """
        return 1.0 - 2.0 * self._part / max(points - 1, 1)

    @property
    def _part(self) -> float:
        return (1.0 - self.confidence) / (self.bounds + 1)


def mean_ends(values: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Give the ends of the t interval of each row's mean, low and high, shape (n,) each.

    >>> low, high = mean_ends(np.array([[1.0, 2.0, 3.0]]), 0.95)
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([-0.484], [4.484])
    """
    mean, error, count = means(values)
    reach = half_widths(error, count, confidence)
    return mean - reach, mean + reach


@dataclass(frozen=True, eq=False)
class Observed:
    """What was simulated at points.

    Parameters
    ----------
    places : shape (n_points, n_dimensions)
        In the unit cube.
    gain : shape (n_points, n_histories)
        What is to be large; nan where undefined.
    slacks : shape (n_bounds, n_points, n_histories)
        Above zero where a bound is kept.
    """

    places: Floats
    gain: Floats
    slacks: Floats
    rule: Rule

    @property
    def known(self) -> Bools:
        """Points at which everything is defined in every history, shape (n_points,)."""
        whole = np.isfinite(self.gain).all(axis=1)
        return np.asarray(whole & np.isfinite(self.slacks).all(axis=(0, 2)))

    @property
    def kept(self) -> Bools:
        """Points that keep every bound at the low end of its interval."""
        return np.asarray(self.known & (self.ends(self.slacks, 0) >= 0.0).all(axis=0))

    @property
    def broken(self) -> Bools:
        """Points at which a bound is broken even at the high end of its interval."""
        return np.asarray(self.known & (self.ends(self.slacks, 1) < 0.0).any(axis=0))

    def ends(self, slacks: Floats, end: int) -> Floats:
        """Give the low (0) or high (1) ends of slacks, shape (n_bounds, n_points)."""
        found = [mean_ends(one, self.rule.of_bound)[end] for one in slacks]
        return np.array(found).reshape(slacks.shape[:2])

    def ends_of(self, bound: int, point: int) -> Floats:
        """Give the low and the high end of one bound's slack at one point, shape (2,)."""
        row = self.slacks[bound, point : point + 1]
        return np.array([end[0] for end in mean_ends(row, self.rule.of_bound)])

    @property
    def best(self) -> int | None:
        """The point with the best mean among those that keep every bound; None without any."""
        return best_of(self.gain, self.kept)

    def beaten(self, gain: Floats, best: int) -> Bools:
        """Rows of gains that the best point clearly beats, shape (n,)."""
        confidence = self.rule.of_best(int(self.known.sum()))
        return np.asarray(mean_ends(self.gain[best] - gain, confidence)[0] > 0.0)

    @property
    def open(self) -> Bools:
        """Points that are neither broken nor beaten; nothing where no point keeps the bounds."""
        best = self.best
        if best is None:
            return np.zeros(len(self.places), dtype=bool)
        return np.asarray(self.known & ~self.broken & ~self.beaten(self.gain, best))

    @property
    def scales(self) -> Floats:
        """The spread of the mean slack of each bound over the points, shape (n_bounds,)."""
        spread = np.array([np.ptp(one[self.known].mean(axis=1)) for one in self.slacks])
        return np.where(spread > 0.0, spread, 1.0)

    @property
    def nearest(self) -> int:
        """The point whose worst bound comes nearest to being kept, in shares of its spread."""
        if not len(self.slacks):
            return int(np.argmax(self.known))
        worst = (self.ends(self.slacks, 0) / self.scales[:, None]).min(axis=0)
        return int(np.argmax(np.where(self.known, worst, -np.inf)))

    def binding(self) -> Bools:
        """Bounds without which a clearly better point would be the best, shape (n_bounds,)."""
        best, low = self.best, self.ends(self.slacks, 0) >= 0.0
        found = np.zeros(len(self.slacks), dtype=bool)
        for k in range(len(self.slacks)):
            others = self.known & np.delete(low, k, axis=0).all(axis=0)
            other = best_of(self.gain, others)
            if best is not None and other is not None:
                confidence = self.rule.of_best(int(self.known.sum()))
                low_end, _ = mean_ends((self.gain[other] - self.gain[best])[None, :], confidence)
                found[k] = low_end[0] > 0.0
        return found


def best_of(gain: Floats, among: Bools) -> int | None:
    """Give the row with the largest mean among some; the first of equals, None without any."""
    mean = np.where(among, means(gain)[0], -np.inf)
    return int(np.argmax(mean)) if among.any() else None


@dataclass(frozen=True, eq=False)
class Surface:
    """Gain and slacks of every history at any place of the box."""

    observed: Observed
    gain: Callable[[Floats], Floats]
    slacks: Sequence[Callable[[Floats], Floats]]

    @staticmethod
    def through(observed: Observed) -> "Surface | None":
        """Fit it; None where there are too few points."""
        rows = observed.known
        places = observed.places[rows]
        if len(places) < places.shape[1] + 3:
            return None
        gain = _fitted(places, observed.gain[rows])
        return Surface(observed, gain, [_fitted(places, one[rows]) for one in observed.slacks])

    def low(self, places: Floats) -> Floats:
        """Give the low ends of all slacks over their spread, shape (n_bounds, n_places)."""
        slacks = self._slacks_at(places)
        return self.observed.ends(slacks, 0) / self.observed.scales[:, None]

    def _slacks_at(self, places: Floats) -> Floats:
        shape = len(self.slacks), len(places), self.observed.gain.shape[1]
        return np.array([one(places) for one in self.slacks]).reshape(shape)

    def open(self, places: Floats) -> Bools:
        """Places that are neither broken nor beaten by the best simulated point."""
        best = self.observed.best
        if best is None:
            return np.zeros(len(places), dtype=bool)
        broken = (self.observed.ends(self._slacks_at(places), 1) < 0.0).any(axis=0)
        return np.asarray(~broken & ~self.observed.beaten(self.gain(places), best))

    def optimum(self, places: Floats) -> Floats:
        """Give the best place that keeps all bounds, shape (n_dimensions,).

        Where no place keeps them it is the place that comes nearest.

        Parameters
        ----------
        places : shape (n_places, n_dimensions)
            From the best of which the optimiser starts.
        """
        low, mean = self.low(places), self.gain(places).mean(axis=1)
        kept: Bools = np.asarray((low >= MARGIN).all(axis=0))
        if not kept.any():
            return np.asarray(places[int(np.argmax(low.min(axis=0)))])
        order = np.argsort(np.where(kept, -mean, np.inf), kind="stable")
        starts = [places[n] for n in order[:STARTS] if kept[n]]
        found = np.clip(np.array([*starts, *(self._climbed(one) for one in starts)]), 0.0, 1.0)
        good = np.ones(len(found), dtype=bool)
        if self.slacks:
            good = np.asarray((self.low(found) >= 0.5 * MARGIN).all(axis=0))
        best = best_of(self.gain(found), good)
        return np.asarray(found[best or 0])

    def _climbed(self, start: Floats) -> Floats:
        """Go up from a place that keeps all bounds, and stay where they are kept."""
        mean = means(self.observed.gain[self.observed.known])[0]
        spread = float(np.ptp(mean)) or 1.0
        bound = NonlinearConstraint(lambda x: self.low(x[None, :])[:, 0], MARGIN, np.inf)
        how: dict[str, Any] = {
            "method": "COBYQA", "bounds": Bounds(0.0, 1.0),
            "constraints": [bound] if self.slacks else [],
            "options": {"maxfev": 150, "initial_tr_radius": 0.1, "final_tr_radius": 1e-4},
        }  # fmt: skip

        def loss(x: Floats) -> float:
            return -float(self.gain(x[None, :]).mean()) / spread

        found = minimize(loss, start, **how)
        return np.asarray(found.x, dtype=np.float64)


def _fitted(places: Floats, values: Floats) -> Callable[[Floats], Floats]:
    mean = values.mean(axis=1)
    smoothing = min(SMOOTHINGS, key=lambda size: _left_out(places, mean, size))
    return _basis(places, values, smoothing)


def _basis(places: Floats, values: Floats, smoothing: float) -> Callable[[Floats], Floats]:
    return RBFInterpolator(places, values, kernel="cubic", degree=1, smoothing=smoothing)


def _left_out(places: Floats, mean: Floats, smoothing: float) -> float:
    """Sum of squares of what is missed at points left out, one after the other."""
    total = 0.0
    for n in range(len(mean)):
        rest = np.arange(len(mean)) != n
        at = _basis(places[rest], mean[rest], smoothing)(places[n : n + 1])
        total += float((at[0] - mean[n]) ** 2)
    return total


def looked_at(dimensions: int, centre: Floats | None, seed: int) -> Floats:
    """Give places of the unit cube to judge: all over it, and in clouds around a centre.

    >>> looked_at(2, np.array([0.0, 0.5]), 0).shape
    (3072, 2)
    """
    wide = sobol(dimensions, WIDE, seed)
    if centre is None:
        return wide
    unit = sobol(dimensions, NEAR, seed + 1) - 0.5
    clouds = [np.clip(centre + width * unit, 0.0, 1.0) for width in CLOUDS]
    return np.vstack([wide, *clouds])
