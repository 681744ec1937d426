"""Means, quantiles and counts of any column of the table of contracts, by any of its groups.

Contracts of one history share one economy and are not independent: the mean is a ratio of sums,
and its interval comes from how the histories differ, never from how many contracts there are.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.estimates import Interval, t_interval
from sim.base.columns import TEXT, Column
from sim.base.errors import OutcomeError
from sim.model.firms.record import STAGES
from sim.outcomes.contracts import CONTRACTS
from sim.outcomes.groups import SIZES, size_codes

COLUMNS = {column.name: column for column in CONTRACTS}
DERIVED = ("arrangement", "replication", "size", "year")
"""Groups that are not columns of a contract: of the run, of sales, and of the date of signing."""
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def contract_summary(
    contracts: pd.DataFrame,
    column: str,
    by: str | Sequence[str] = ("arrangement",),
    quantiles: Sequence[float] = QUANTILES,
    unit: int = 1,
) -> pd.DataFrame:
    """Give mean, quantiles and counts of a column of contracts, by groups.

    Parameters
    ----------
    contracts : DataFrame
        Rows of the table of contracts, all of them or those that count.
    column : str
        A column of numbers, as `sim.outcomes.contracts.CONTRACTS` declares them.
    by : str or sequence of str
        ``"arrangement"``, ``"size"`` at signing (`SIZES`), ``"year"`` of signing (1 is the first
        year of the experiment), or columns of the table such as ``"stage"``, ``"kind"``,
        ``"regime"``, ``"lead"``, ``"sector"``.
    quantiles : sequence of float
        Probabilities from 0 to 1.
    unit : int
        Replications that make one independent observation: 2 for antithetic pairs.

    Returns
    -------
    DataFrame
        One row a group: the groups; unit; replications with such contracts; contracts; those in
        which the column is defined; their mean with a 95 % interval over histories (nan below
        two of them), and a column such as ``q50`` for each quantile, in the column's unit.

    Raises
    ------
    OutcomeError
        If there is no such column or group, or the column holds words.

    References
    ----------
    Cochran (1977), Sampling Techniques, section 6.3, for the error of a ratio of sums.
    """
    declared = _column(column)
    groups = [by] if isinstance(by, str) else list(by)
    keys = {name: _group(contracts, name) for name in groups}
    told = pd.DataFrame({**keys, "_value": contracts[column].to_numpy(np.float64)})
    told["_history"] = contracts["replication"].to_numpy() // unit
    parts = told.groupby(groups, sort=True, observed=True) if groups else [((), told)]
    rows = [
        dict(zip(groups, key if isinstance(key, tuple) else (key,), strict=True))
        | {"unit": declared.unit}
        | _told(part, quantiles)
        for key, part in parts
    ]
    names = [f"q{100 * p:g}" for p in quantiles]
    return pd.DataFrame(
        rows,
        columns=[*groups, "unit", "replications", "contracts", "defined", "mean", "low", "high",
                 *names],
    )  # fmt: skip


def _told(part: pd.DataFrame, quantiles: Sequence[float]) -> dict[str, float]:
    """Give what is told of one group."""
    known = part[part["_value"].notna()]
    values = known["_value"].to_numpy()
    found = _mean(known)
    levels = np.quantile(values, quantiles) if values.size else [math.nan] * len(quantiles)
    return {
        "replications": part["_history"].nunique(), "contracts": len(part), "defined": len(known),
        **found.named("mean", "low", "high"),
        **{f"q{100 * p:g}": float(x) for p, x in zip(quantiles, levels, strict=True)},
    }  # fmt: skip


def _mean(known: pd.DataFrame) -> Interval:
    """Give the mean over contracts, with its interval over histories."""
    one = known.groupby("_history")["_value"].agg(["sum", "count"])
    count, histories = int(one["count"].sum()), len(one)
    mean = float(one["sum"].sum()) / count if count else math.nan
    if histories < 2:
        return Interval(mean, math.nan, math.nan, math.nan, count)
    gaps = (one["sum"] - mean * one["count"]).to_numpy()
    error = math.sqrt(histories / (histories - 1.0) * float(gaps @ gaps)) / count
    return t_interval(mean, error, count, histories - 1, 0.95)


def _column(name: str) -> Column:
    """Give the declared column of numbers of that name, or refuse it."""
    if name not in COLUMNS:
        raise _unknown(name, (n for n, c in COLUMNS.items() if c.kind != TEXT), "column")
    if COLUMNS[name].kind == TEXT:
        raise OutcomeError(name, "holds words, which have no mean", f'group by="{name}" instead')
    return COLUMNS[name]


def _group(contracts: pd.DataFrame, name: str) -> Any:
    """Give the group of each contract; words in the order of the model, or as they appear."""
    if name == "year":
        return np.ceil(contracts["date"].to_numpy() - 1e-9).astype(np.int64)
    if name == "size":
        sizes = size_codes(contracts["sales"].to_numpy(np.float64))
        return pd.Categorical(np.array(list(SIZES))[sizes], list(SIZES))
    if name not in (*DERIVED, *COLUMNS):
        raise _unknown(name, (*DERIVED, *COLUMNS), "group")
    values = contracts[name]
    if name in COLUMNS and COLUMNS[name].kind != TEXT:
        return values.to_numpy()
    return pd.Categorical(values, STAGES if name == "stage" else values.unique())


def _unknown(name: str, known: Iterable[str], what: str) -> OutcomeError:
    names = list(known)
    near = " or ".join(f'"{one}"' for one in get_close_matches(name, names, n=3))
    cure = f"did you mean {near}?" if near else f"known: {', '.join(_first(names))}"
    return OutcomeError(name, f"is no {what} of the table of contracts", cure)


def _first(names: Sequence[str]) -> Iterator[str]:
    yield from names[:12]
    if len(names) > 12:
        yield "..."
