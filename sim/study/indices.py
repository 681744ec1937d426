"""Designs and indices of sensitivity studies, by SALib."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from sim.base.errors import ScenarioError
from sim.study.aims import POINTS, refused
from sim.study.cube import Floats
from sim.study.ranges import Range

Method = Literal["morris", "sobol"]
LEVELS = 4
"""Steps of the grid on which Morris' walks go."""
RESAMPLES = 500
"""Of the bootstrap."""
FEWEST = {"morris": 2, "sobol": 8}
"""Walks or base points below which nothing can be said."""
COLUMNS = {
    "morris": ("mu", "mu_star", "mu_star_conf", "sigma"),
    "sobol": ("S1", "S1_conf", "ST", "ST_conf"),
}
STRENGTH = {"morris": "mu_star", "sobol": "ST"}
"""By what numbers are ranked."""


def design(ranges: Sequence[Range], method: Method, most: int, seed: int = 0) -> Floats:
    """The points that a method asks for, as many as are asked for at most.

    Parameters
    ----------
    ranges : sequence of Range
    method : {"morris", "sobol"}
    most : int
        Points; a walk of Morris' takes one more than there are numbers, a base point of
        Sobol's two more.
    seed : int

    Returns
    -------
    array, shape (n_points, n_ranges)

    Raises
    ------
    ScenarioError
        If they do not suffice.

    References
    ----------
    Morris (1991), Factorial sampling plans for preliminary computational experiments;
    Saltelli et al. (2010), Variance based sensitivity analysis of model output.

    Examples
    --------
    >>> design([Range("a.b", 0.0, 1.0), Range("a.c", 0.0, 1.0)], "morris", 10).shape
    (9, 2)
    """
    each = len(ranges) + (1 if method == "morris" else 2)
    count = most // each
    if count < FEWEST[method]:
        raise _too_few(method, most, each)
    if method == "morris":
        from SALib.sample import morris

        found = morris.sample(_problem(ranges), count, num_levels=LEVELS, seed=seed)
    else:
        from SALib.sample import sobol

        base = 2 ** int(np.log2(count))
        found = sobol.sample(_problem(ranges), base, calc_second_order=False, seed=seed)
    return np.asarray(found, dtype=np.float64)


def analysed(
    ranges: Sequence[Range], method: Method, points: Floats, values: Floats, seed: int = 0
) -> pd.DataFrame:
    """Indices of one response, with bootstrap half-widths at 95 %.

    Parameters
    ----------
    ranges : sequence of Range
    method : {"morris", "sobol"}
    points : array, shape (n_points, n_ranges)
        As `design` gives them.
    values : array, shape (n_points,)
        Defined everywhere, and not all the same.
    seed : int
        Of the bootstrap.

    Returns
    -------
    DataFrame
        Columns key, then for Morris mu, mu_star, mu_star_conf, sigma in the unit of the
        response per whole range, for Sobol S1, S1_conf, ST, ST_conf as shares of variance;
        strongest first.

    Examples
    --------
    >>> ranges = [Range("a.b", 0.0, 1.0), Range("a.c", 0.0, 2.0)]
    >>> points = design(ranges, "morris", 30)
    >>> analysed(ranges, "morris", points, points @ [3.0, 1.0])["mu_star"].round(6).tolist()
    [3.0, 2.0]
    """
    problem = _problem(ranges)
    if method == "morris":
        from SALib.analyze import morris

        found: Any = morris.analyze(
            problem, points, values, num_levels=LEVELS, num_resamples=RESAMPLES, seed=seed
        )
    else:
        from SALib.analyze import sobol

        # SALib takes a seed of zero for none.
        found = sobol.analyze(
            problem, values, calc_second_order=False, num_resamples=RESAMPLES, seed=seed + 1
        )
    columns = {name: np.asarray(found[name], dtype=np.float64) for name in COLUMNS[method]}
    frame = pd.DataFrame({"key": [one.label for one in ranges], **columns})
    return frame.sort_values(STRENGTH[method], ascending=False, ignore_index=True)


def _problem(ranges: Sequence[Range]) -> dict[str, Any]:
    return {
        "num_vars": len(ranges),
        "names": [one.label for one in ranges],
        "bounds": [[one.low, one.high] for one in ranges],
    }


def _too_few(method: Method, most: int, each: int) -> ScenarioError:
    numbers = each - (1 if method == "morris" else 2)
    rule = f"must be at least {FEWEST[method] * each:,} for {method} over {numbers} numbers"
    cure = "give more, or name fewer numbers with --vary"
    if method == "sobol":
        cure += "; morris finds the few that matter with fewer points"
    return refused(POINTS, rule, f"{most:,}", cure)
