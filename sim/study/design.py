"""Where in its ranges a study looks: a grid, a Latin hypercube, or a Sobol sequence."""

import math
from collections.abc import Sequence
from itertools import product
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from sim.base.errors import Problem, ScenarioError
from sim.study.ranges import Range

Floats = NDArray[np.float64]
Design = Literal["grid", "latin", "sobol"]
DESIGNS: tuple[Design, ...] = get_args(Design)
AXIS = 5
"""Values of each key of a grid where no number is given."""
MOST = 100_000
"""Points that nobody asks for on purpose."""


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
        raise _refused(
            "--design", f"must be {', '.join(DESIGNS)}", str(design), "give one of them"
        )
    if design == "grid":
        return _grid(ranges, points)
    count = points or AXIS ** min(len(ranges), 2)
    _check_size(count)
    unit = (
        latin(len(ranges), count, seed) if design == "latin" else sobol(len(ranges), count, seed)
    )
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
        rule = f"must give 1 to {MOST:,} points"
        raise _refused("--points", rule, f"{count:,}", "give fewer keys or points, or use latin")


def _refused(option: str, rule: str, value: str, cure: str) -> ScenarioError:
    return ScenarioError([Problem(option, None, "", rule, value, cure)])
