"""Control variates: a difference adjusted for what is known to be zero on average.

Each control is a number of every replication whose mean is known, and subtracted, so that
it should be zero. Where it happens not to be, a regression says how much of the difference
goes with it, and that part is taken away. The estimate stays right for any number of
replications up to a term that falls with their number; the interval is that of the
regression's constant.

References
----------
Lavenberg and Welch (1981), A perspective on the use of control variables to increase the
efficiency of Monte Carlo simulations; Nelson (1990), Control variate remedies.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.analysis.estimates import FloatArray, Interval, mean_interval, t_interval, t_p_value

PREFIX = "control."
SHARED = "control.shared."
"""Controls that are the same under every arrangement; others enter as differences."""
VALUES_PER_CONTROL = 5
"""Fewer independent values than this for each control would spoil what it saves."""


@dataclass(frozen=True)
class Adjusted:
    """Adjusted values, shape (n,), whose mean is the estimate, with their interval.

    The p-value is that of a zero mean, two-sided; no control is `used` where there are too few
    values. `observed` are the values before, which are independent, as adjusted ones are not
    quite: weights were fitted to all of them.
    """

    values: FloatArray
    interval: Interval
    p_value: float
    used: int
    observed: FloatArray


def unadjusted(values: FloatArray, confidence: float = 0.95) -> Adjusted:
    """Take values as they are, with Student's interval and test of their mean."""
    interval = mean_interval(values, confidence)
    return Adjusted(values, interval, t_p_value(interval, values.size - 1), 0, values)


def adjust(values: FloatArray, controls: FloatArray, confidence: float = 0.95) -> Adjusted:
    """Adjust independent values, shape (n,), for controls with mean zero, shape (n, n_controls).

    The most useful controls come first, since of few values only the first ones are used.

    >>> shared = np.random.default_rng(1).normal(size=(50, 1))
    >>> noise = np.random.default_rng(2).normal(size=50)
    >>> values = shared[:, 0] + 0.1 * noise
    >>> raw, sharp = mean_interval(values), adjust(values, shared)
    >>> sharp.interval.standard_error < 0.2 * raw.standard_error, sharp.used
    (True, 1)
    """
    chosen = usable(controls)[:, : values.size // VALUES_PER_CONTROL]
    if chosen.shape[1] == 0:
        return unadjusted(values, confidence)
    design = np.column_stack([np.ones(values.size), chosen])
    inverse = np.linalg.pinv(design.T @ design)
    weights = inverse @ design.T @ values
    adjusted = values - chosen @ weights[1:]
    freedom = values.size - design.shape[1]
    spread = float(((adjusted - weights[0]) ** 2).sum()) / freedom
    error = math.sqrt(max(spread * float(inverse[0, 0]), 0.0))
    interval = t_interval(float(weights[0]), error, values.size, freedom, confidence)
    return Adjusted(adjusted, interval, t_p_value(interval, freedom), chosen.shape[1], values)


def usable(controls: FloatArray) -> FloatArray:
    """Controls that vary, scaled, without those that others already say.

    >>> usable(np.array([[1.0, 0.0, 2.0], [2.0, 0.0, 4.0], [4.0, 0.0, 8.0]])).shape
    (3, 1)
    """
    kept: list[FloatArray] = []
    for column in controls.T:
        size = float(np.abs(column).max(initial=0.0))
        if size == 0.0 or float(np.ptp(column)) <= 1e-12 * size:
            continue
        basis = np.column_stack([np.ones(column.size), *kept])
        rest = column - basis @ np.linalg.lstsq(basis, column, rcond=None)[0]
        if float(np.abs(rest).max()) > 1e-6 * size:
            kept.append(column / size)
    return np.column_stack(kept) if kept else np.zeros((controls.shape[0], 0))


def control_table(frame: pd.DataFrame, arrangement: str, baseline: str) -> pd.DataFrame:
    """Controls of one difference, shape (n_replications, n_controls).

    The frame has columns arrangement, replication, outcome (name of the control) and value.
    Shared controls stay as they are, others are differences from the baseline.
    """
    wide = frame.pivot(index="replication", columns=["outcome", "arrangement"], values="value")
    names = list(dict.fromkeys(frame["outcome"]))
    columns = {
        name: wide[name, baseline]
        if name.startswith(SHARED)
        else wide[name, arrangement] - wide[name, baseline]
        for name in names
    }
    return pd.DataFrame(columns, index=wide.index)
