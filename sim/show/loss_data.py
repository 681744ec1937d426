"""Annual losses of each bank as tables: value-at-risk and expected shortfall."""

import math
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.base.errors import OutcomeError
from sim.formulas.loss_distribution import sample_expected_shortfall, sample_quantile
from sim.outcomes.measure import ResultsView, arrangement_order
from sim.outcomes.statistics import FloatArray
from sim.outcomes.tails import quantile_ranks

SERIES = "bank_annual_loss"
LEVELS = (0.999, 0.99, 0.95, 0.90)
_RESAMPLES = 400
_ROUNDING = 1e-12
_SEED = 20_020_726
_FEWEST_FOR_999 = 10_000


class _Tail(NamedTuple):
    """Tail measures of one bank under one arrangement, with intervals."""

    var: float
    var_low: float
    var_high: float
    es: float
    es_low: float
    es_high: float


def honest_level(count: int, confidence: float = 0.95) -> float:
    """Give the highest level of value-at-risk that this many values can bound.

    Parameters
    ----------
    count : int
        Number of bank-years.
    confidence : float, in (0, 1)
        Of the order-statistic interval that must exist.

    Returns
    -------
    float
        0.999 (only from 10,000 values), 0.99, 0.95 or 0.90; nan where none can be.

    Examples
    --------
    >>> honest_level(20), honest_level(100), honest_level(400), honest_level(20_000)
    (nan, 0.95, 0.99, 0.999)
    """
    for level in LEVELS:
        if level > 0.99 and count < _FEWEST_FOR_999:
            continue
        if quantile_ranks(count, level, confidence)[1] <= count:
            return level
    return math.nan


def loss_distribution_data(results: ResultsView, level: float | None = None) -> pd.DataFrame:
    """Give the frame behind `loss_distribution`.

    Parameters
    ----------
    results : Results
        With the series ``bank_annual_loss``.
    level : float, in (0, 1), optional
        Level of the tail measures; by default the highest that the data can bound.

    Returns
    -------
    DataFrame
        One row per bank and arrangement: bank, arrangement, replications, bank_years,
        mean, level, var, var_low, var_high, es, es_low, es_high, in CNY million per year.
        Intervals (95 %) come from drawing whole replications again, because the years of
        one replication belong to one history.

    Raises
    ------
    OutcomeError
        If the results hold no such series.

    References
    ----------
    Acerbi and Tasche 2002 for both measures; Davison and Hinkley 1997, section 3.8, for
    the bootstrap of whole groups.
    """
    parts = annual_losses(results)
    fewest = min(len(part) for part in parts.values())
    chosen = honest_level(fewest) if level is None else level
    return pd.DataFrame(
        [_describe(bank, name, part, chosen) for (bank, name), part in parts.items()]
    )


def annual_losses(results: ResultsView) -> dict[tuple[Any, str], pd.DataFrame]:
    """Give the annual losses by bank and arrangement, defined ones only."""
    rows = results.series[results.series["series"] == SERIES].dropna(subset=["value"])
    if rows.empty:
        raise OutcomeError(
            f'series "{SERIES}"', "is not in these results", "run with a longer horizon"
        )
    order = arrangement_order(results, rows)
    found = dict(list(rows.groupby(["bank", "arrangement"], observed=True)))
    return {
        (bank, name): found[bank, name]
        for bank in rows["bank"].unique()
        for name in order
        if (bank, name) in found
    }


def _describe(bank: Any, name: str, part: pd.DataFrame, level: float) -> dict[str, Any]:
    """Describe one bank under one arrangement."""
    values = part["value"].to_numpy(np.float64)
    head = {"bank": bank, "arrangement": name}
    head |= {"replications": part["replication"].nunique(), "bank_years": values.size}
    return head | {"mean": values.mean(), "level": level} | _tail(part, level)._asdict()


def _tail(part: pd.DataFrame, level: float) -> _Tail:
    """Estimate the tail measures and their intervals."""
    if math.isnan(level):
        return _Tail(*[math.nan] * 6)
    order = np.argsort(-part["value"].to_numpy(np.float64), kind="stable")
    values = part["value"].to_numpy(np.float64)[order]
    group = np.unique(part["replication"], return_inverse=True)[1][order]
    generator = np.random.Generator(np.random.PCG64(_SEED))
    count = int(group.max()) + 1
    times = generator.multinomial(count, np.full(count, 1.0 / count), _RESAMPLES)
    drawn = np.array([weighted_tail(values, one[group], level) for one in times])
    (var_low, es_low), (var_high, es_high) = np.quantile(drawn, (0.025, 0.975), axis=0)
    var = sample_quantile(values, level)
    es = sample_expected_shortfall(values, level)
    return _Tail(var, var_low, var_high, es, es_low, es_high)


def weighted_tail(
    falling: FloatArray, weights: NDArray[np.int64], level: float
) -> tuple[float, float]:
    """Give value-at-risk and expected shortfall of values that are drawn several times.

    Parameters
    ----------
    falling : array, shape (n,)
        Losses, largest first.
    weights : array of int, shape (n,)
        How often each is drawn; the sum is positive.
    level : float, in (0, 1)

    Returns
    -------
    value_at_risk, expected_shortfall : float
        As for the sample in which each value is repeated by its weight.

    References
    ----------
    Acerbi and Tasche 2002, On the coherence of expected shortfall.

    Examples
    --------
    >>> weighted_tail(np.array([4.0, 3.0, 2.0, 1.0]), np.array([1, 1, 1, 1]), 0.5)
    (2.0, 3.5)
    """
    reached = np.cumsum(weights)
    worst = reached[-1] * (1.0 - level)
    # The last place keeps a draw for the case that rounding reaches the very end.
    at = int(np.searchsorted(reached, worst + _ROUNDING * reached[-1], side="right"))
    at = min(at, falling.size - 1)
    above = float(reached[at - 1]) if at else 0.0
    total = float(weights[:at] @ falling[:at]) + (worst - above) * float(falling[at])
    return float(falling[at]), float(total / worst)
