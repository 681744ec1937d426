"""Paired comparison of arrangements with a baseline, and a verdict that may refuse to rank.

Every replication gives one difference, because all arrangements meet the same luck in it.
A verdict speaks only where the whole interval lies on one side of zero.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from sim.base.errors import OutcomeError
from sim.outcomes.comparison import DETAIL_COLUMNS, FRAME_COLUMNS, Comparison
from sim.outcomes.control import Adjusted, adjust, control_table, unadjusted
from sim.outcomes.mark import Mark
from sim.outcomes.measure import Outcomes
from sim.outcomes.pairs import averaged
from sim.outcomes.statistics import (
    MINIMUM_PAIRS,
    FloatArray,
    Interval,
    complete_pairs,
    correlation,
    finite,
    holm,
    paired_proportion_interval,
    paired_proportion_p_value,
    replications_needed,
    unseen_bound,
    variance_reduction,
)
from sim.outcomes.tails import TailIndex, bootstrap_interval, hill_index, quantile_interval
from sim.outcomes.verdict import (
    UNDEFINED,
    decide,
    is_ranking,
    method_words,
    undefined_baseline,
    warning_words,
)

__all__ = ["Comparison", "compare"]

HALF_WIDTH_SHARE = 0.05
_ENOUGH_IN_TAIL = 10
# All other columns are numbers, also in a comparison without rows.
_COUNTS = frozenset({"replications", "pairs", "dropped", "different", "heavy", "clear_of_all"})
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
        others = [name for name in outcomes.arrangements if name != aim.baseline]
        rows += [_row(mark, outcomes, arrangement, aim) for arrangement in others]
    columns = [*dict.fromkeys(FRAME_COLUMNS + DETAIL_COLUMNS)]
    everything = pd.DataFrame(rows, columns=columns)
    for column in everything.columns.difference([*_WORDS, *_COUNTS]):
        everything[column] = everything[column].astype(np.float64)
    ranked = everything["verdict"].map(is_ranking).to_numpy(bool)
    everything["clear_of_all"] = ranked & holm(everything["p_value"], 1.0 - aim.confidence)
    return everything


def _row(mark: Mark, outcomes: Outcomes, arrangement: str, aim: _Aim) -> dict[str, Any]:
    """Compare one outcome of one arrangement with the baseline."""
    table = outcomes.table(mark.name)
    values, baseline = table[arrangement].to_numpy(), table[aim.baseline].to_numpy()
    one, two = complete_pairs(values, baseline)
    alone = mark.paired and undefined_baseline(values, baseline)
    mean = _mean(finite(values) if alone else one)
    found = _difference(mark, outcomes, arrangement, aim)
    interval = found.interval
    median = quantile_interval(found.values, 0.5, aim.confidence)
    width = aim.width(mark, mean, _mean(two))
    return {
        "outcome": mark.name,
        "unit": mark.unit,
        "arrangement": arrangement,
        "baseline": aim.baseline,
        "mean": mean,
        "baseline_mean": _mean(two),
        **interval.named("difference", "low", "high"),
        "correlation": correlation(one, two),
        "variance_reduction": _factor(one, two, outcomes, found),
        "replications_needed": outcomes.unit
        * replications_needed(_deviation(mark, found), width, aim.confidence),
        "verdict": UNDEFINED if alone else decide(mark, (one, two), interval, median),
        "half_width": width,
        **_behind(mark, values, (one - two, outcomes.unit), found, median, aim.confidence),
    }


def _difference(mark: Mark, outcomes: Outcomes, arrangement: str, aim: _Aim) -> Adjusted:
    """Estimate the mean difference from independent observations, with its interval."""
    table = outcomes.table(mark.name)
    by_replication = (table[arrangement] - table[aim.baseline]).dropna()
    values = averaged(by_replication, outcomes.unit)
    if mark.binary:
        # A regression on controls would leave the range of a probability.
        interval = paired_proportion_interval(values, aim.confidence)
        return Adjusted(values, interval, paired_proportion_p_value(values), 0)
    if outcomes.controls is None or mark.paired:
        found = unadjusted(values, aim.confidence)
    else:
        known = control_table(outcomes.controls, arrangement, aim.baseline)
        known = known.loc[by_replication.index]
        found = adjust(values, averaged(known, outcomes.unit), aim.confidence)
    if not mark.heavy_tailed:
        return found
    return replace(found, interval=bootstrap_interval(found.values, aim.confidence))


def _factor(one: FloatArray, two: FloatArray, outcomes: Outcomes, found: Adjusted) -> float:
    """Give the factor against independent seeds that all methods in use reach together."""
    if outcomes.unit == 1 and not found.used:
        return variance_reduction(one, two)
    error = found.interval.standard_error
    if not error > 0.0:
        return variance_reduction(one, two)
    return float(one.var(ddof=1) + two.var(ddof=1)) / (one.size * error**2)


def _behind(
    mark: Mark,
    values: FloatArray,
    drawn: tuple[FloatArray, int],
    found: Adjusted,
    median: Interval,
    confidence: float,
) -> dict[str, Any]:
    """Give the attributes of a row that stand in `Comparison.details` only."""
    difference, unit = drawn
    tail = hill_index(np.abs(found.values - median.estimate))
    defined = int(np.isfinite(values).sum()) if mark.paired else difference.size
    dropped = values.size - min(defined, values.size)
    different, count = int(np.count_nonzero(difference)), found.interval.count
    row = {
        "replications": values.size,
        "pairs": difference.size,
        "dropped": dropped,
        "standard_error": found.interval.standard_error,
        "method": method_words(mark, unit, found.used),
        **median.named("median_difference", "median_low", "median_high"),
        "tail_index": tail.index,
        "p_value": found.p_value,
        "different": different,
        "differs_at_most": math.nan if different else unseen_bound(count, confidence),
        "heavy": _is_heavy(mark, tail),
    }
    return row | {"warning": warning_words(row, mark, confidence)}


def _is_heavy(mark: Mark, tail: TailIndex) -> bool:
    """Believe an index below 2 where it is expected, or where enough values say so."""
    return tail.warning and (mark.heavy_tailed or tail.used >= _ENOUGH_IN_TAIL)


def _mean(values: FloatArray) -> float:
    """Give the mean; nan of nothing."""
    return float(values.mean()) if values.size else math.nan


def _deviation(mark: Mark, found: Adjusted) -> float:
    """Give the standard deviation of one observation; nan below two values."""
    if found.values.size < MINIMUM_PAIRS:
        return math.nan
    if not (found.used or mark.binary):
        return float(found.values.std(ddof=1))
    return found.interval.standard_error * math.sqrt(found.values.size)
