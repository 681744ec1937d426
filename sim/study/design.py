"""Where in its ranges a study looks: a grid, a Latin hypercube, or a Sobol sequence."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal, get_args

import numpy as np

from sim.scenario.model import Scenario
from sim.study.aims import POINTS, Aims, marks_of, refused
from sim.study.cube import Cube, Floats
from sim.study.ranges import Range, varied
from sim.study.store import Store

Design = Literal["grid", "latin", "sobol"]
DESIGNS: tuple[Design, ...] = get_args(Design)
AXIS = 5
"""Values of each key of a grid where no number is given."""
MOST = 100_000
"""Points that nobody asks for on purpose."""


@dataclass(frozen=True, eq=False)
class Layout:
    """A study over ranges, checked and laid out, before anything runs.

    Parameters
    ----------
    scenario : Scenario
        Running the arrangements that are looked at.
    aims : Aims
    ranges : tuple of Range
    points : array, shape (n_points, n_ranges)
    replications : int
        Of each point, with the same luck at all.
    passed_over : tuple of (key, reason)
        Assumed numbers that cannot be moved.
    """

    scenario: Scenario
    aims: Aims
    ranges: tuple[Range, ...]
    points: Floats
    replications: int
    passed_over: tuple[tuple[str, str], ...] = ()

    @property
    def runs(self) -> int:
        """Replications of all points together."""
        return len(self.points) * self.replications

    def cube(self, store: Store | None, first: Sequence[Scenario] = ()) -> Cube:
        """Outcomes at every point, some other scenarios before them.

        Raises
        ------
        ScenarioError
            Before anything runs, if a point is not legal.
        """
        scenarios = [*first, *scenarios_at(self.scenario, self.ranges, self.points)]
        return (store or Store()).cube(scenarios, range(self.replications))

    def differences(self, cube: Cube) -> Iterator[tuple[dict[str, Any], Floats]]:
        """Each difference from the baseline, shape (n_scenarios, n_replications).

        Yields
        ------
        dict
            Keys outcome, arrangement, unit: the first columns of a table.
        array
        """
        marks = marks_of(self.aims.outcomes)
        for outcome, arm in self.aims.contrasts():
            head = {"outcome": outcome, "arrangement": arm, "unit": marks[outcome].unit}
            yield head, cube.differences(arm, self.aims.baseline, outcome)

    def axes(self) -> dict[str, Floats]:
        """The value of each key at every point, as columns of a table."""
        return {one.label: self.points[:, k] for k, one in enumerate(self.ranges)}


@dataclass(frozen=True, eq=False)
class OverRanges:
    """What all results of studies over ranges hold."""

    layout: Layout

    @property
    def ranges(self) -> tuple[Range, ...]:
        """What was varied."""
        return self.layout.ranges

    @property
    def aims(self) -> Aims:
        """What was looked at."""
        return self.layout.aims


def scenarios_at(scenario: Scenario, ranges: Sequence[Range], points: Floats) -> list[Scenario]:
    """The scenario at every point; raises before anything runs if one is not legal."""
    return [varied(scenario, ranges, point) for point in points]


def place_text(ranges: Sequence[Range], point: Floats) -> str:
    """Write the place of a point, the last word of each key with its value.

    Examples
    --------
    >>> place_text([Range("macro.frailty_variance", 0.1, 0.3)], np.array([0.2]))
    'frailty_variance = 0.2'
    """
    values = zip(ranges, point, strict=True)
    return ", ".join(f"{one.label.rpartition('.')[2]} = {value:.4g}" for one, value in values)


def design_points(
    ranges: Sequence[Range], design: Design = "grid", points: int | None = None, seed: int = 0
) -> Floats:
    """Points of a design, in the units of the ranges.

    Parameters
    ----------
    ranges : sequence of Range
    design : {"grid", "latin", "sobol"}
    points : int, optional
        Of a Latin hypercube or a Sobol sequence; for the latter rounded up to a power of
        two, without which it loses its balance. A grid has the points of its axes, or as
        many of each as make about this number.
    seed : int
        Of the random parts of the design.

    Returns
    -------
    array, shape (n_points, n_ranges)

    Raises
    ------
    ScenarioError
        If the design does not exist or is too large.

    References
    ----------
    McKay, Beckman and Conover (1979), A comparison of three methods for selecting values
    of input variables; Sobol (1967), On the distribution of points in a cube.

    Examples
    --------
    >>> design_points([Range("a.b", 0.0, 1.0, points=3), Range("a.c", 1.0, 2.0, points=2)])
    array([[0. , 1. ],
           [0. , 2. ],
           [0.5, 1. ],
           [0.5, 2. ],
           [1. , 1. ],
           [1. , 2. ]])
    """
    if design not in DESIGNS:
        raise refused("--design", f"must be {', '.join(DESIGNS)}", design, "give one of them")
    if design == "grid":
        return _grid(ranges, points)
    count = points or AXIS ** min(len(ranges), 2)
    _check_size(count)
    unit = (latin if design == "latin" else sobol)(len(ranges), count, seed)
    low, high = (np.array([getattr(one, end) for one in ranges]) for end in ("low", "high"))
    return np.asarray(low + unit * (high - low))


def latin(dimensions: int, count: int, seed: int) -> Floats:
    """A Latin hypercube in the unit cube, shape (count, dimensions)."""
    from scipy.stats import qmc

    engine = qmc.LatinHypercube(dimensions, seed=np.random.default_rng(seed))
    return np.asarray(engine.random(count))


def sobol(dimensions: int, count: int, seed: int) -> Floats:
    """A scrambled Sobol sequence in the unit cube; `count` is rounded up to a power of two."""
    from scipy.stats import qmc

    engine = qmc.Sobol(dimensions, seed=np.random.default_rng(seed))
    return np.asarray(engine.random_base2(max(math.ceil(math.log2(count)), 0)))


def _grid(ranges: Sequence[Range], points: int | None) -> Floats:
    each = round(points ** (1.0 / len(ranges))) if points else AXIS
    counts = [one.points or max(each, 2) for one in ranges]
    _check_size(math.prod(counts))
    axes = [np.linspace(r.low, r.high, n) for r, n in zip(ranges, counts, strict=True)]
    return np.array(list(product(*axes)), dtype=np.float64)


def _check_size(count: int) -> None:
    if not 1 <= count <= MOST:
        cure = "give fewer keys or points, or use latin"
        raise refused(POINTS, f"must be 1 to {MOST:,}", f"{count:,}", cure)
