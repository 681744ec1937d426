"""Estimates from replications: paired intervals, variance reduction, replications needed.

The unit of observation is a replication, never a firm: firms of one replication share one
economy and are not independent.  Arrangements are compared within a replication, because
they meet the same luck there.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

FloatArray = NDArray[np.float64]

MINIMUM_PAIRS = 2
_BEYOND_REACH = 1e9


@dataclass(frozen=True)
class Interval:
    """An estimate with its interval.

    Parameters
    ----------
    estimate, low, high : float
        In the unit of the values; nan where there is no such number.
    standard_error : float
        Standard error of the estimate; nan where it is not estimated.
    count : int
        Number of values used.
    """

    estimate: float
    low: float
    high: float
    standard_error: float
    count: int

    @property
    def side(self) -> int:
        """1 if all of the interval is above zero, -1 if all is below, otherwise 0."""
        if math.isnan(self.low) or math.isnan(self.high):
            return 0
        return int(self.low > 0.0) - int(self.high < 0.0)


def finite(values: ArrayLike) -> FloatArray:
    """Keep the defined values, as a flat array.

    Examples
    --------
    >>> finite([1.0, float("nan"), 3.0])
    array([1., 3.])
    """
    array = np.asarray(values, dtype=np.float64).ravel()
    return array[np.isfinite(array)]


def complete_pairs(first: ArrayLike, second: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Keep the replications in which both values are defined.

    Parameters
    ----------
    first, second : array, shape (n_replications,), same unit
        One value per replication, nan where the outcome is undefined.

    Returns
    -------
    two arrays, shape (n_pairs,)

    Raises
    ------
    ValueError
        If the two differ in length.

    Examples
    --------
    >>> complete_pairs([1.0, 2.0, float("nan")], [4.0, float("nan"), 6.0])
    (array([1.]), array([4.]))
    """
    one = np.asarray(first, dtype=np.float64)
    two = np.asarray(second, dtype=np.float64)
    if one.shape != two.shape:
        raise ValueError(f"pairs need equal lengths, got {one.shape} and {two.shape}")
    both = np.isfinite(one) & np.isfinite(two)
    return one[both], two[both]


def mean_interval(values: ArrayLike, confidence: float = 0.95) -> Interval:
    """Give the t interval of a mean; of paired differences, this is the paired t interval.

    Parameters
    ----------
    values : array, shape (n_replications,)
        Undefined values (nan) are left out.
    confidence : float, in (0, 1)

    Returns
    -------
    Interval
        Low and high are nan below two values.

    References
    ----------
    Law 2015, Simulation Modeling and Analysis, section 10.2.1 (paired t), with common
    random numbers as in section 11.2.

    Examples
    --------
    >>> interval = mean_interval([1.0, 2.0, 3.0])
    >>> round(interval.low, 3), round(interval.high, 3)
    (-0.484, 4.484)
    """
    data = finite(values)
    if data.size < MINIMUM_PAIRS:
        mean = float(data[0]) if data.size else math.nan
        return Interval(mean, math.nan, math.nan, math.nan, int(data.size))
    mean = float(data.mean())
    error = float(data.std(ddof=1)) / math.sqrt(data.size)
    reach = t_quantile(confidence, data.size - 1) * error
    return Interval(mean, mean - reach, mean + reach, error, int(data.size))


def t_quantile(confidence: float, freedom: float) -> float:
    """Give the two-sided t quantile for a confidence in (0, 1).

    Raises
    ------
    ValueError
        If the confidence is not inside (0, 1).

    Examples
    --------
    >>> round(t_quantile(0.95, 9), 4)
    2.2622
    """
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence must be above 0 and below 1, got {confidence}")
    return float(stats.t.ppf(0.5 + confidence / 2.0, freedom))


def mean_p_value(values: ArrayLike) -> float:
    """Give the two-sided p-value of a zero mean in the t test; nan below two values.

    Examples
    --------
    >>> round(mean_p_value([1.0, 2.0, 3.0]), 4)
    0.0742
    """
    interval = mean_interval(values)
    if interval.count < MINIMUM_PAIRS:
        return math.nan
    if interval.standard_error == 0.0:
        return 1.0 if interval.estimate == 0.0 else 0.0
    score = abs(interval.estimate) / interval.standard_error
    return float(2.0 * stats.t.sf(score, interval.count - 1))


def holm(p_values: ArrayLike, level: float) -> NDArray[np.bool_]:
    """Say which of many tests stay clear of chance at a joint level.

    Parameters
    ----------
    p_values : array, shape (n_tests,), in [0, 1]
        Undefined ones (nan) never pass and are not counted as tests.
    level : float, in (0, 1)
        Chance of even one false statement in the whole family.

    Returns
    -------
    bool array, shape (n_tests,)

    References
    ----------
    Holm 1979, A simple sequentially rejective multiple test procedure.

    Examples
    --------
    >>> holm([0.001, 0.03, 0.04], 0.05)
    array([ True, False, False])
    """
    p = np.asarray(p_values, dtype=np.float64)
    passed = np.zeros(p.shape, dtype=np.bool_)
    order = np.argsort(p)[: int(np.isfinite(p).sum())]
    for position, index in enumerate(order):
        if p[index] > level / (order.size - position):
            break
        passed[index] = True
    return passed


def correlation(first: ArrayLike, second: ArrayLike) -> float:
    """Give the correlation of two outcomes over replications; nan if either is constant.

    Examples
    --------
    >>> round(correlation([1.0, 2.0, 4.0], [2.0, 4.0, 8.0]), 12)
    1.0
    """
    one, two = complete_pairs(first, second)
    if one.size < MINIMUM_PAIRS or np.ptp(one) == 0.0 or np.ptp(two) == 0.0:
        return math.nan
    return float(np.clip(np.corrcoef(one, two)[0, 1], -1.0, 1.0))


def variance_reduction(first: ArrayLike, second: ArrayLike) -> float:
    """Give the factor by which common luck cuts the variance of the difference.

    Independent seeds give ``var(first) + var(second)``; common luck gives
    ``var(first - second)``.  The factor is their ratio: 1 means no gain, and n
    replications with common luck are worth n times the factor without.

    Returns
    -------
    float, not negative
        Infinite where the difference is constant; nan where both are constant.

    References
    ----------
    Law 2015, section 11.2; Glasserman and Yao 1992, Some guidelines and guarantees for
    common random numbers.

    Examples
    --------
    >>> round(variance_reduction([1.0, 2.0, 3.0], [1.0, 2.0, 4.0]), 6)
    10.0
    """
    one, two = complete_pairs(first, second)
    if one.size < MINIMUM_PAIRS:
        return math.nan
    apart = float(one.var(ddof=1) + two.var(ddof=1))
    together = float((one - two).var(ddof=1))
    if together == 0.0:
        return math.inf if apart > 0.0 else math.nan
    return apart / together


def replications_needed(deviation: float, half_width: float, confidence: float = 0.95) -> float:
    """Give the replications at which the t interval is as narrow as stated.

    The smallest n with ``t(n - 1) * deviation / sqrt(n) <= half_width``, taking the
    deviation seen so far as given.

    Parameters
    ----------
    deviation : float, not negative
        Standard deviation of the paired differences over replications.
    half_width : float
        Half of the interval's width that is wanted, in the unit of the deviation.
    confidence : float, in (0, 1)

    Returns
    -------
    float
        A whole number, at least 2; nan where the half-width is not positive.

    References
    ----------
    Law 2015, section 9.4.1 (fixed-precision estimation).

    Examples
    --------
    >>> replications_needed(1.0, 0.5)
    18.0
    """
    if not (half_width > 0.0 and math.isfinite(deviation)):
        return math.nan
    normal = float(stats.norm.ppf(0.5 + confidence / 2.0))
    count = float(max(MINIMUM_PAIRS, math.ceil((normal * deviation / half_width) ** 2)))
    # Far out the t and the normal quantile are one number, and adding 1 changes nothing.
    while count < _BEYOND_REACH and _reach(deviation, count, confidence) > half_width:
        count += 1.0
    return count


def _reach(deviation: float, count: float, confidence: float) -> float:
    """Give half the width of the t interval of a mean."""
    return t_quantile(confidence, count - 1.0) * deviation / math.sqrt(count)
