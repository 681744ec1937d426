"""Estimates of a study: an interval over replications by the method of the outcome."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.outcomes.mark import Mark
from sim.outcomes.statistics import FloatArray, Interval
from sim.outcomes.tails import (
    bootstrap_interval,
    difference_interval,
    level_interval,
    quantile_interval,
)
from sim.outcomes.verdict import decide
from sim.study.findings import TOTAL


def observations(values: FloatArray, unit: int) -> FloatArray:
    """Give independent observations: replications that belong together become their mean.

    Parameters
    ----------
    values : array, shape (n_replications, ...)
        In the order of the replications, from number 0 on.
    unit : int
        How many belong together; 2 for mirrored pairs.

    Returns
    -------
    array, shape (n_observations, ...)
        Without those in which no replication is defined in every column.

    Examples
    --------
    >>> observations(np.array([1.0, 3.0, float("nan"), 4.0]), 2)
    array([2., 4.])
    """
    flat = values.reshape(values.shape[0], -1)
    whole = np.isfinite(flat).all(axis=1)
    groups = np.arange(values.shape[0]) // unit
    kept = [values[whole & (groups == g)] for g in np.unique(groups)]
    means = [rows.mean(axis=0) for rows in kept if rows.shape[0]]
    return np.array(means).reshape(-1, *values.shape[1:])


def by_replication(frame: pd.DataFrame, arrangement: str, outcome: str) -> FloatArray:
    """One outcome of one arrangement, in the order of the replications.

    Parameters
    ----------
    frame : DataFrame
        Columns arrangement, replication, outcome, value.

    Returns
    -------
    array, shape (n_replications,)
    """
    rows = frame[(frame["arrangement"] == arrangement) & (frame["outcome"] == outcome)]
    return np.asarray(rows.sort_values("replication")["value"], dtype=np.float64)


def interval_of(mark: Mark, values: FloatArray, confidence: float = 0.95) -> Interval:
    """Give the mean over replications with its interval, as a comparison would.

    Parameters
    ----------
    mark : Mark
        Where it is heavy-tailed the interval is by bootstrap, of a yes/no Wilson's,
        otherwise Student's.
    values : array, shape (n_replications,), in the unit of the mark
    confidence : float, in (0, 1)
    """
    if mark.heavy_tailed:
        return bootstrap_interval(values, confidence)
    return level_interval(mark, values, confidence)


def level_row(found: Interval, unit: str) -> dict[str, Any]:
    """Give an estimate as columns of a table: value, low, high, unit."""
    return {"value": found.estimate, "low": found.low, "high": found.high, "unit": unit}


def step_row(mark: Mark, values: FloatArray, confidence: float = 0.95) -> dict[str, Any]:
    """Give a part of a difference with interval and verdict, as columns of a table.

    Parameters
    ----------
    mark : Mark
    values : array, shape (n_replications,)
        One value of the part for each replication.

    Returns
    -------
    dict
        Keys part, low, high, unit, verdict. The verdict says nothing where the interval
        covers zero.
    """
    found = difference_interval(mark, values, confidence)
    median = quantile_interval(values, 0.5, confidence)
    words = decide(mark, (values, np.zeros_like(values)), found, median)
    return {**found.named("part", "low", "high"), "unit": mark.unit, "verdict": words}


def parts_frame(
    marks: Mapping[str, Mark],
    parts: Mapping[str, FloatArray],
    column: str,
    names: Sequence[str],
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Give the parts of a gap in each outcome, and their sum.

    Parameters
    ----------
    marks : mapping of str to Mark
    parts : mapping of outcome to array, shape (n_observations, n_parts)
    column : str
        Holds the names of the parts.
    names : sequence of str

    Returns
    -------
    DataFrame
        Columns outcome, `column`, part, low, high, unit, verdict.
    """
    rows = []
    for outcome, mark in marks.items():
        values = parts[outcome]
        for name, one in zip((*names, TOTAL), (*values.T, values.sum(axis=1)), strict=True):
            rows.append({"outcome": outcome, column: name, **step_row(mark, one, confidence)})
    return pd.DataFrame(rows)
