"""Replications that belong together: of mirrored pairs, the pair is one observation."""

from typing import Any

import numpy as np
import pandas as pd

from sim.outcomes.statistics import FloatArray


def unit_of(scenario: Any) -> int:
    """Replications that make one independent observation: 2 for mirrored pairs."""
    rule = getattr(scenario, "variance_reduction", None)
    return 1 if rule is None else int(rule.unit)


def averaged(values: "pd.Series[float] | pd.DataFrame", unit: int) -> FloatArray:
    """Average the defined values, or rows, of replications that belong together.

    Parameters
    ----------
    values : Series, shape (n_replications,), or DataFrame, shape (n_replications, n_columns)
        By number of the replication; nan where undefined.
    unit : int
        Replications that make one independent observation, counted from number 0.

    Returns
    -------
    array, shape (n_observations,) or (n_observations, n_columns)
        Without those that are wholly undefined.

    Examples
    --------
    >>> averaged(pd.Series([1.0, 3.0, 5.0, np.nan]), 2)
    array([2., 5.])
    """
    known = values.dropna()
    if unit > 1:
        known = known.groupby(known.index // unit).mean()
    return np.asarray(known, np.float64)
