"""Series as tables: levels over replications and paired differences from a baseline."""

import numpy as np
import pandas as pd

from sim.base.errors import OutcomeError
from sim.base.language import tr
from sim.outcomes.measure import ResultsView, arrangement_order
from sim.outcomes.statistics import FloatArray, finite, mean_interval

LEVEL = ("low", "mean", "high")
STEP = ("difference_low", "difference", "difference_high")
"""Columns of `curve_data`: ends of a band with the middle between them."""
SPREAD = 0.90
BAND = "5th to 95th percentile"
"""What low and high of a curve are: the ends of the middle `SPREAD` of replications."""


def has_series(results: ResultsView, series: str) -> bool:
    """Say whether results hold a series."""
    return bool((results.series["series"] == series).any())


def family(results: ResultsView, first: str, one: str = "...") -> pd.DataFrame:
    """Give the rows of all series whose names begin alike.

    `one` is how the name of one of them goes on, for the OutcomeError where there is none.
    """
    rows = results.series[results.series["series"].str.startswith(first)]
    if rows.empty:
        cure = "run the scenario again with this version"
        raise OutcomeError(f'series "{first}{one}"', "is not in these results", cure)
    return rows


def level_and_difference(
    own: FloatArray, base: FloatArray, confidence: float = 0.95
) -> dict[str, float]:
    """Describe values of paired replications: mean, and mean difference, with intervals.

    Examples
    --------
    >>> found = level_and_difference(np.array([1.0, 3.0]), np.array([1.0, 2.0]))
    >>> found["replications"], found["mean"], found["difference"]
    (2, 2.0, 0.5)
    """
    level, step = mean_interval(own, confidence), mean_interval(own - base, confidence)
    return {
        "replications": level.count, "mean": level.estimate, "low": level.low,
        "high": level.high, "difference": step.estimate, "difference_low": step.low,
        "difference_high": step.high,
    }  # fmt: skip


def paths(results: ResultsView, series: str, adds_up: bool = False) -> dict[str, pd.DataFrame]:
    """Give a series as a table of replications by arrangement, in the order of the scenario.

    Each table has shape (n_x, n_replications), index x and columns replications; `adds_up`
    sums over banks.

    Raises
    ------
    OutcomeError
        If the series is not there, or has several values per point and does not add up.
    """
    rows = results.series[results.series["series"] == series].dropna(subset=["value"])
    if rows.empty:
        raise OutcomeError(
            f'series "{series}"', "is not in these results", "run with a longer horizon"
        )
    keys = ["arrangement", "replication", "x"]
    if not adds_up and rows.duplicated(keys).any():
        raise OutcomeError(
            f'series "{series}"', "has several values per point", "give one bank or none"
        )
    parts = dict(list(rows.groupby("arrangement", observed=True)))
    return {
        name: parts[name].pivot_table(
            values="value", index="x", columns="replication", aggfunc="sum", observed=True
        )
        for name in arrangement_order(results, results.series)
        if name in parts
    }


def curve_data(
    results: ResultsView, series: str, baseline: str | None = None, adds_up: bool = False
) -> pd.DataFrame:
    """Give the frame behind the curves: levels, bands and paired differences.

    Parameters
    ----------
    results : Results
    series : str
        Name of the series.
    baseline : str, optional
        Arrangement that differences refer to; the scenario's first by default.
    adds_up : bool
        True to sum over banks.

    Returns
    -------
    DataFrame
        Columns arrangement, x, replications, mean, low, high (5th and 95th percentile of
        replications), difference, difference_low, difference_high (95 % interval of the
        mean paired difference at this point alone).

    Raises
    ------
    OutcomeError
        If the series is not there.
    """
    tables = paths(results, series, adds_up)
    against = baseline or next(iter(tables))
    if against not in tables:
        raise OutcomeError(
            f'baseline "{against}"', f'has no series "{series}"', f"choose of {list(tables)}"
        )
    parts = [_describe(name, table, tables[against]) for name, table in tables.items()]
    return pd.concat(parts, ignore_index=True)


def _describe(name: str, own: pd.DataFrame, base: pd.DataFrame) -> pd.DataFrame:
    """Describe one arrangement at every point."""
    apart = (own - base).reindex(index=own.index).to_numpy(np.float64)
    rows = []
    for x, values, steps in zip(own.index, own.to_numpy(np.float64), apart, strict=True):
        seen, step = finite(values), mean_interval(steps)
        tails = (0.5 - SPREAD / 2, 0.5 + SPREAD / 2)
        low, high = np.quantile(seen, tails) if seen.size else (np.nan, np.nan)
        row = {"arrangement": name, "x": x, "replications": seen.size}
        row |= {"mean": seen.mean() if seen.size else np.nan, "low": low, "high": high}
        row |= {"difference": step.estimate}
        rows.append(row | {"difference_low": step.low, "difference_high": step.high})
    return pd.DataFrame(rows)


def replications_of(data: pd.DataFrame) -> str:
    """Say from how many replications the points of a curve are: from fewest to most.

    Examples
    --------
    >>> replications_of(pd.DataFrame({"replications": [40, 39]}))
    '39 to 40'
    """
    fewest, most = int(data["replications"].min()), int(data["replications"].max())
    return str(most) if fewest == most else tr("{low} to {high}", low=fewest, high=most)
