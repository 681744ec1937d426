"""A response surface: simulated numbers as smooth functions of where a point lies in its ranges.

Each number is a polynomial of second order in the places of its point, or its logarithm is,
whichever leaves less error at points that were left out. Two ridges, one for slopes and one for
curvature and interactions, are chosen number by number in the same way, so that there may be more
terms than points. Points may have been simulated in groups with luck of their own; a step for each
group keeps that luck out of the surface.

References: Box and Wilson 1951, Journal of the Royal Statistical Society B 13(1), for response
    surfaces. Allen 1974, Technometrics 16(1), for errors of points left out in closed form.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SLOPES = (1e-4, 1e-2, 1.0)
CURVATURES = (1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0, 1e3)
"""Ridges that are tried, for each point; terms are of size one."""
LEAST_POINTS = 4
"""Points at which a number must be defined to have a surface."""


@dataclass(frozen=True, eq=False)
class Surface:
    """Surfaces of several numbers over the same points.

    Parameters
    ----------
    weights : shape (n_terms, n_numbers)
    is_log : shape (n_numbers,)
        Where the logarithm has the surface.
    error : shape (n_numbers,)
        Root mean square error at points left out; of the logarithm where that has the surface.
    residuals : shape (n_points, n_numbers)
        Value less surface at each point, itself left out, in the unit of `error`; nan where
        undefined.
    """

    weights: Floats
    is_log: Flags
    error: Floats
    residuals: Floats

    def at(self, points: Floats) -> Floats:
        """Give the numbers at points of shape (n, n_dimensions): shape (n, n_numbers)."""
        found = terms(points) @ self.weights
        return np.where(self.is_log, np.exp(np.where(self.is_log, found, 0.0)), found)

    def errors_at(self, levels: Floats) -> Floats:
        """Give the error beside numbers that `at` gave, in their unit, same shape."""
        return np.where(self.is_log, np.abs(levels), 1.0) * self.error


def terms(points: Floats) -> Floats:
    """Give a constant, slopes, curvatures and interactions, shape (n_points, n_terms).

    Curvatures are Legendre polynomials, which are free of the constant over the range -1 to 1.

    >>> terms(np.array([[0.5, -1.0]])).tolist()
    [[1.0, 0.5, -1.0, -0.125, 1.0, -0.5]]
    """
    first, second = np.triu_indices(points.shape[1], 1)
    pairs = points[:, first] * points[:, second]
    return np.hstack([np.ones((len(points), 1)), points, 1.5 * points**2 - 0.5, pairs])


def fit_surface(
    points: Floats,
    values: Floats,
    groups: NDArray[np.int64] | None = None,
    *,
    only_log: bool = False,
) -> Surface:
    """Fit the surfaces of several numbers.

    Parameters
    ----------
    points : shape (n_points, n_dimensions)
        Places in the ranges, -1 to 1.
    values : shape (n_points, n_numbers)
        Nan where undefined; such points are left out for that number.
    groups : shape (n_points,), optional
        Points of a group share their luck.
    only_log
        Whether the logarithm has the surface in any case; values must then be above zero.

    Raises
    ------
    ValueError
        If a number is defined at fewer than `LEAST_POINTS` points.
    """
    x, known = terms(points), np.isfinite(values)
    steps, count = _steps(groups, points.shape[0]), values.shape[1]
    if (known.sum(axis=0) < LEAST_POINTS).any():
        raise ValueError(f"a surface needs {LEAST_POINTS} points at which its number is defined")
    weights, is_log = np.zeros((x.shape[1], count)), np.zeros(count, dtype=bool)
    best, error = np.full(count, np.inf), np.zeros(count)
    residuals = np.full(values.shape, np.nan)
    no_one = np.zeros(0, dtype=np.int64)
    # Numbers that are defined at the same points share the large matrices.
    for rows in np.unique(known, axis=1).T:
        own = np.flatnonzero((known == rows[:, None]).all(axis=0))
        for logs, found, left, size in _fits(
            np.hstack([x[rows], steps[rows]]), values[np.ix_(rows, own)], points.shape[1]
        ):
            better = np.flatnonzero(size < best[own]) if logs or not only_log else no_one
            at = own[better]
            best[at], is_log[at] = size[better], logs
            weights[:, at] = found[: x.shape[1], better]
            error[at] = np.sqrt(np.mean(left[:, better] ** 2, axis=0))
            residuals[np.ix_(rows, at)] = left[:, better]
    return Surface(weights, is_log, error, residuals)


def _steps(groups: NDArray[np.int64] | None, count: int) -> Floats:
    """Give columns for the luck of groups, shape (n_points, n_groups - 1), that sum to zero."""
    if groups is None:
        return np.zeros((count, 0))
    member = (groups[:, None] == np.unique(groups)).astype(np.float64)
    return np.asarray(member[:, :-1] - member[:, -1:])


def _fits(
    x: Floats, values: Floats, dimensions: int
) -> Iterator[tuple[bool, Floats, Floats, Floats]]:
    """Give, for every scale and pair of ridges, what a fit comes to.

    Whether it is of logarithms, the weights, the residuals of points left out in the unit of the
    fit, and their root mean square in the unit of the numbers, infinite where there is no
    logarithm.
    """
    gram, slopes = x.T @ x / x.shape[0], 1 + dimensions
    curved = slopes + dimensions * (dimensions + 1) // 2
    positive = (values > 0.0).all(axis=0)
    logs = np.log(np.where(positive, values, 1.0))
    for slope, curvature in product(SLOPES, CURVATURES):
        ridge = np.full(x.shape[1], 1e-6)
        ridge[1:slopes], ridge[slopes:curved] = slope, curvature
        carry = np.linalg.solve(gram + np.diag(ridge), x.T / x.shape[0])
        own = np.minimum(np.einsum("ij,ji->i", x, carry), 1.0 - 1e-6)
        for is_log, goal in ((False, values), (True, logs)):
            found = carry @ goal
            left = (goal - x @ found) / (1.0 - own)[:, None]
            gaps = values * -np.expm1(-np.clip(left, -50.0, 50.0)) if is_log else left
            size = np.sqrt(np.mean(gaps**2, axis=0))
            yield is_log, found, left, np.where(positive | (not is_log), size, np.inf)
