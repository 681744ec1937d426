"""Estimates that do not rely on the normal law: medians, quantiles, tails, bootstrap.

Exit multiples have a tail index below 2, so that their variance does not exist.  The mean
of such an outcome is dominated by single firms; what can be said then is said by order
statistics, and a warning stands beside the mean.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from sim.outcomes.mark import Mark
from sim.outcomes.statistics import (
    MINIMUM_PAIRS,
    Interval,
    finite,
    mean_interval,
    paired_proportion_interval,
    proportion_interval,
)

# The bootstrap has a generator of its own: it reads results and cannot touch a run.
_BOOTSTRAP_SEED = 20_210_607
_RESAMPLES = 2_000
# Numbers drawn at a time, so that memory stays small.
_BLOCK = 1_000_000
_TAIL_SHARE = 0.10
_FEWEST_IN_TAIL = 5
_FINITE_VARIANCE = 2.0


@dataclass(frozen=True)
class TailIndex:
    """A Hill estimate of how heavy a tail is.

    Parameters
    ----------
    index : float
        Tail index; moments of this order and above do not exist.  nan if not estimated.
    standard_error : float
    used : int
        Number of largest values used.
    """

    index: float
    standard_error: float
    used: int

    @property
    def warning(self) -> bool:
        """True where the estimate says that the variance may not exist."""
        return self.index < _FINITE_VARIANCE


def hill_index(values: ArrayLike, share: float = _TAIL_SHARE) -> TailIndex:
    """Estimate the tail index of the largest positive values.

    With ``k`` largest values above the next one ``x``, the index is ``k`` over the sum of
    ``log(value / x)``; its standard error is the index over the square root of ``k``.

    Parameters
    ----------
    values : array, shape (n,)
        Only positive values count; pass absolute deviations for a two-sided tail.
    share : float, in (0, 1)
        Share of the values that is taken as the tail, at least five values.

    Returns
    -------
    TailIndex
        With nan where there are fewer than ten positive values.

    References
    ----------
    Hill 1975, A simple general approach to inference about the tail of a distribution.

    Examples
    --------
    >>> pareto = (1.0 - (np.arange(2000) + 0.5) / 2000) ** (-1 / 1.5)
    >>> tail = hill_index(pareto)
    >>> round(tail.index, 1), tail.warning
    (1.5, True)
    """
    data = finite(values)
    data = np.sort(data[data > 0.0])
    used = max(_FEWEST_IN_TAIL, int(share * data.size))
    if data.size < 2 * _FEWEST_IN_TAIL:
        return TailIndex(math.nan, math.nan, 0)
    excess = float(np.log(data[-used:] / data[-used - 1]).sum())
    if excess <= 0.0:
        return TailIndex(math.inf, math.nan, used)
    index = used / excess
    return TailIndex(index, index / math.sqrt(used), used)


def level_interval(mark: Mark, values: ArrayLike, confidence: float = 0.95) -> Interval:
    """Give the mean of independent values of an outcome: Wilson's of a yes/no, else Student's."""
    rule = proportion_interval if mark.binary else mean_interval
    return rule(values, confidence)


def difference_interval(mark: Mark, values: ArrayLike, confidence: float = 0.95) -> Interval:
    """Give the mean of independent paired differences of an outcome, by the mark's method."""
    if mark.binary:
        return paired_proportion_interval(values, confidence)
    return (bootstrap_interval if mark.heavy_tailed else mean_interval)(values, confidence)


def bootstrap_interval(values: ArrayLike, confidence: float = 0.95) -> Interval:
    """Give the bias-corrected and accelerated (BCa) bootstrap interval of a mean.

    The resamples are always the same for the same values, so a table can be repeated.
    With a tail index below 2 no interval of the mean keeps its promise; read the median.

    Parameters
    ----------
    values : array, shape (n_replications,)
        Undefined values (nan) are left out.
    confidence : float, in (0, 1)

    Returns
    -------
    Interval
        Low and high are nan below two values; both equal the value of a constant.

    References
    ----------
    Efron 1987, Better bootstrap confidence intervals.

    Examples
    --------
    >>> interval = bootstrap_interval(np.arange(1.0, 50.0))
    >>> interval.estimate, 20.0 < interval.low < 25.0 < interval.high < 30.0
    (25.0, True)
    """
    data = finite(values)
    if data.size < MINIMUM_PAIRS or np.ptp(data) == 0.0:
        return mean_interval(data, confidence)
    found = stats.bootstrap(
        (data,),
        np.mean,
        n_resamples=_RESAMPLES,
        confidence_level=confidence,
        batch=max(1, _BLOCK // data.size),
        rng=np.random.Generator(np.random.PCG64(_BOOTSTRAP_SEED)),
    )
    low, high = (float(end) for end in found.confidence_interval)
    error = float(found.standard_error)
    return Interval(float(data.mean()), low, high, error, int(data.size))


def quantile_ranks(count: int, probability: float, confidence: float = 0.95) -> tuple[int, int]:
    """Give the ranks of the order statistics that enclose a quantile.

    Parameters
    ----------
    count : int
        Number of independent values.
    probability, confidence : float, in (0, 1)

    Returns
    -------
    low, high : int
        Ranks counted from 1; 0 or ``count + 1`` mean that there are too few values.

    References
    ----------
    David and Nagaraja 2003, Order Statistics, section 7.1: the interval from rank r to
    rank s covers with probability P(r <= B < s), B binomial (count, probability).

    Examples
    --------
    >>> quantile_ranks(1000, 0.99), quantile_ranks(1000, 0.95)
    ((983, 997), (936, 964))
    """
    tail = 0.5 - confidence / 2.0
    low = int(stats.binom.ppf(tail, count, probability))
    high = int(stats.binom.ppf(1.0 - tail, count, probability)) + 1
    return low, high


def quantile_interval(
    values: ArrayLike, probability: float = 0.5, confidence: float = 0.95
) -> Interval:
    """Give a quantile with its order-statistic interval, whatever the distribution.

    Parameters
    ----------
    values : array, shape (n,)
        Independent values; undefined ones (nan) are left out.
    probability, confidence : float, in (0, 1)

    Returns
    -------
    Interval
        A side that the values cannot bound is nan: an interval is refused, not guessed.

    Examples
    --------
    >>> interval = quantile_interval(np.arange(1.0, 1001.0), 0.99)
    >>> interval.low, interval.high
    (983.0, 997.0)
    """
    data = np.sort(finite(values))
    if data.size == 0:
        return Interval(math.nan, math.nan, math.nan, math.nan, 0)
    low, high = quantile_ranks(data.size, probability, confidence)
    return Interval(
        float(np.quantile(data, probability)),
        float(data[low - 1]) if low >= 1 else math.nan,
        float(data[high - 1]) if high <= data.size else math.nan,
        math.nan,
        int(data.size),
    )
