"""Paired comparison of arrangements with a baseline, and a verdict that may refuse to rank.

Every replication gives one difference, because all arrangements meet the same luck in it.
A verdict speaks only where the whole interval lies on one side of zero.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.base.errors import OutcomeError
from sim.outcomes.comparison import DETAIL_COLUMNS, FRAME_COLUMNS, Comparison
from sim.outcomes.mark import Mark
from sim.outcomes.measure import Outcomes
from sim.outcomes.statistics import (
    MINIMUM_PAIRS,
    FloatArray,
    Interval,
    complete_pairs,
    correlation,
    finite,
    holm,
    mean_interval,
    mean_p_value,
    replications_needed,
    variance_reduction,
)
from sim.outcomes.tails import TailIndex, bootstrap_interval, hill_index, quantile_interval
from sim.outcomes.verdict import (
    UNDEFINED,
    decide,
    is_ranking,
    undefined_baseline,
    warning_words,
)

__all__ = ["Comparison", "compare"]

HALF_WIDTH_SHARE = 0.05
_ENOUGH_IN_TAIL = 10
# All other columns are numbers, also in a comparison without rows.
_COUNTS = frozenset({"replications", "pairs", "dropped", "clear_of_all"})
_WORDS = frozenset({"outcome", "unit", "arrangement", "baseline", "verdict", "method", "warning"})


@dataclass(frozen=True)
class _Aim:
    """What a comparison is asked for, handed from row to row."""

    baseline: str
    confidence: float
    half_width: float | Mapping[str, float] | None
    half_width_share: float

    def width(self, mark: Mark, mean: float, baseline_mean: float) -> float:
        """Give the half-width that is wanted for one row, in the outcome's unit."""
        stated = self.half_width
        if isinstance(stated, Mapping):
            stated = stated.get(mark.name)
        if stated is not None:
            return float(stated)
        # A paired outcome is zero under the baseline, which gives no scale.
        scale = mean if mark.paired and not baseline_mean else baseline_mean
        return self.half_width_share * abs(scale)


def compare(
    outcomes: Outcomes,
    baseline: str = "plain",
    confidence: float = 0.95,
    half_width: float | Mapping[str, float] | None = None,
    half_width_share: float = HALF_WIDTH_SHARE,
) -> Comparison:
    """Compare every arrangement with the baseline, replication by replication.

    Parameters
    ----------
    outcomes : Outcomes
        What `measure` returned.
    baseline : str
        Arrangement the others are compared with.
    confidence : float, in (0, 1)
        Of each interval.
    half_width : float or mapping of outcome to float, optional
        Half-width, in the outcome's unit, for which the replications needed are given.
    half_width_share : float
        Where no half-width is stated: share of the absolute mean of the baseline.

    Returns
    -------
    Comparison

    Raises
    ------
    OutcomeError
        If the baseline is not among the arrangements.

    References
    ----------
    Law 2015, Simulation Modeling and Analysis, sections 10.2.1 and 11.2.
    """
    if baseline not in outcomes.arrangements:
        known = ", ".join(outcomes.arrangements)
        raise OutcomeError(f'baseline "{baseline}"', "was not run", f"choose one of: {known}")
    aim = _Aim(baseline, confidence, half_width, half_width_share)
    everything = _all_rows(outcomes, aim)
    return Comparison(
        everything[list(FRAME_COLUMNS)].copy(),
        everything[list(DETAIL_COLUMNS)].copy(),
        outcomes.marks,
        outcomes.arrangements,
        baseline,
        confidence,
    )


def _all_rows(outcomes: Outcomes, aim: _Aim) -> pd.DataFrame:
    """Compare every outcome of every other arrangement, with all columns."""
    rows: list[dict[str, Any]] = []
    for mark in outcomes.marks.values():
        table = outcomes.table(mark.name)
        others = [name for name in outcomes.arrangements if name != aim.baseline]
        rows += [_row(mark, table, arrangement, aim) for arrangement in others]
    columns = [*dict.fromkeys(FRAME_COLUMNS + DETAIL_COLUMNS)]
    everything = pd.DataFrame(rows, columns=columns)
    for column in everything.columns.difference([*_WORDS, *_COUNTS]):
        everything[column] = everything[column].astype(np.float64)
    ranked = everything["verdict"].map(is_ranking).to_numpy(bool)
    everything["clear_of_all"] = ranked & holm(everything["p_value"], 1.0 - aim.confidence)
    return everything


def _row(mark: Mark, table: pd.DataFrame, arrangement: str, aim: _Aim) -> dict[str, Any]:
    """Compare one outcome of one arrangement with the baseline."""
    values, baseline = table[arrangement].to_numpy(), table[aim.baseline].to_numpy()
    one, two = complete_pairs(values, baseline)
    alone = mark.paired and undefined_baseline(values, baseline)
    mean = _mean(finite(values) if alone else one)
    interval = _interval(mark, one - two, aim.confidence)
    median = quantile_interval(one - two, 0.5, aim.confidence)
    width = aim.width(mark, mean, _mean(two))
    return {
        "outcome": mark.name,
        "unit": mark.unit,
        "arrangement": arrangement,
        "baseline": aim.baseline,
        "mean": mean,
        "baseline_mean": _mean(two),
        "difference": interval.estimate,
        "low": interval.low,
        "high": interval.high,
        "correlation": correlation(one, two),
        "variance_reduction": variance_reduction(one, two),
        "replications_needed": replications_needed(_deviation(one - two), width, aim.confidence),
        "verdict": UNDEFINED if alone else decide(mark, (one, two), interval, median),
        "half_width": width,
        **_behind(mark, values, one - two, interval, median),
    }


def _behind(
    mark: Mark,
    values: FloatArray,
    difference: FloatArray,
    interval: Interval,
    median: Interval,
) -> dict[str, Any]:
    """Give the attributes of a row that stand in `Comparison.details` only."""
    tail = hill_index(np.abs(difference - median.estimate))
    defined = int(np.isfinite(values).sum()) if mark.paired else difference.size
    dropped = values.size - min(defined, values.size)
    return {
        "replications": values.size,
        "pairs": difference.size,
        "dropped": dropped,
        "standard_error": interval.standard_error,
        "method": mark.interval_method,
        "median_difference": median.estimate,
        "median_low": median.low,
        "median_high": median.high,
        "tail_index": tail.index,
        "p_value": mean_p_value(difference),
        "warning": warning_words(difference, dropped, _is_heavy(mark, tail)),
    }


def _is_heavy(mark: Mark, tail: TailIndex) -> bool:
    """Believe an index below 2 where it is expected, or where enough values say so."""
    return tail.warning and (mark.heavy_tailed or tail.used >= _ENOUGH_IN_TAIL)


def _interval(mark: Mark, difference: FloatArray, confidence: float) -> Interval:
    """Give the interval of the mean difference by the method that the mark asks for."""
    if mark.heavy_tailed:
        return bootstrap_interval(difference, "mean", confidence)
    return mean_interval(difference, confidence)


def _mean(values: FloatArray) -> float:
    """Give the mean; nan of nothing."""
    return float(values.mean()) if values.size else math.nan


def _deviation(values: FloatArray) -> float:
    """Give the standard deviation; nan below two values."""
    return float(values.std(ddof=1)) if values.size >= MINIMUM_PAIRS else math.nan
