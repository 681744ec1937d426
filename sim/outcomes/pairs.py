"""Replications that belong together: of mirrored pairs, the pair is one observation."""

import numpy as np
import pandas as pd

from sim.outcomes.statistics import FloatArray


def averaged(values: "pd.Series[float]", unit: int) -> FloatArray:
    """Average the defined values of replications that belong together.

    Parameters
    ----------
    values : Series, shape (n_replications,)
        By number of the replication; nan where undefined.
    unit : int
        Replications that make one independent observation, counted from number 0.

    Returns
    -------
    array, shape (n_observations,)
        Without those that are wholly undefined.

    Examples
    --------
    >>> averaged(pd.Series([1.0, 3.0, 5.0, np.nan]), 2)
    array([2., 5.])
    """
    known = values.dropna()
    if unit == 1:
        return np.asarray(known, np.float64)
    return np.asarray(known.groupby(known.index // unit).mean(), np.float64)


def averaged_rows(values: pd.DataFrame, unit: int) -> FloatArray:
    """Average the rows of replications that belong together.

    Parameters
    ----------
    values : DataFrame, shape (n_replications, n_columns)
        All defined.
    unit : int

    Returns
    -------
    array, shape (n_observations, n_columns)

    Examples
    --------
    >>> averaged_rows(pd.DataFrame({"x": [1.0, 3.0, 5.0]}), 2).tolist()
    [[2.0], [5.0]]
    """
    if unit == 1:
        return np.asarray(values, np.float64)
    return np.asarray(values.groupby(values.index // unit).mean(), np.float64)
