"""Estimates from replications: paired intervals, variance reduction, replications needed.

The unit of observation is a replication, never a firm: firms of one replication share one
economy and are not independent.  Arrangements are compared within a replication, because
they use common random numbers there.
"""

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats

from sim.outcomes.mark import Better

FloatArray = NDArray[np.float64]

MINIMUM_PAIRS = 2
_BEYOND_REACH = 1e9


@dataclass(frozen=True)
class Interval:
    """An estimate with its interval, in the unit of the values.

    A bound or a standard error is nan where it is not estimated; `count` values were used.
    """

    estimate: float
    low: float
    high: float
    standard_error: float
    count: int

    def named(self, *names: str) -> dict[str, float]:
        """Give estimate, low and high under three names, as columns of a table."""
        return dict(zip(names, (self.estimate, self.low, self.high), strict=True))

    @property
    def side(self) -> int:
        """1 if all of the interval is above zero, -1 if all is below, otherwise 0."""
        if math.isnan(self.low) or math.isnan(self.high):
            return 0
        return int(self.low > 0.0) - int(self.high < 0.0)


def finite(values: ArrayLike) -> FloatArray:
    """Keep the defined values, as a flat array.

    >>> finite([1.0, float("nan"), 3.0])
    array([1., 3.])
    """
    array = np.asarray(values, dtype=np.float64).ravel()
    return array[np.isfinite(array)]


def complete_pairs(first: ArrayLike, second: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Keep the replications in which both values, each of shape (n_replications,), are defined.

    Raises ValueError if the two differ in length.

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

    Values have shape (n_replications,); undefined ones (nan) are left out. Low and high are nan
    below two values. Source: Law 2015, Simulation Modeling and Analysis, section 10.2.1 (paired
    t), with common random numbers as in section 11.2.

    >>> interval = mean_interval([1.0, 2.0, 3.0])
    >>> round(interval.low, 3), round(interval.high, 3)
    (-0.484, 4.484)
    """
    data = finite(values)
    if data.size < MINIMUM_PAIRS:
        mean = float(data[0]) if data.size else math.nan
        return Interval(mean, math.nan, math.nan, math.nan, int(data.size))
    error = float(data.std(ddof=1)) / math.sqrt(data.size)
    return t_interval(float(data.mean()), error, data.size, data.size - 1, confidence)


def t_interval(
    estimate: float, error: float, count: int, freedom: int, confidence: float
) -> Interval:
    """Give the t interval of an estimate with a standard error of some degrees of freedom."""
    reach = t_quantile(confidence, freedom) * error
    return Interval(estimate, estimate - reach, estimate + reach, error, int(count))


def jackknife_error(left: FloatArray) -> float:
    """Give the standard error of an estimate from its values without each observation, shape (n,).

    References
    ----------
    Miller 1974, The jackknife: a review.

    Examples
    --------
    Of a mean it is the usual one:

    >>> round(jackknife_error(np.array([2.5, 2.0, 1.5])), 6)
    0.57735
    """
    return math.sqrt((left.size - 1) / left.size * float(((left - left.mean()) ** 2).sum()))


@lru_cache(maxsize=1024)
def t_quantile(confidence: float, freedom: float) -> float:
    """Give the two-sided t quantile for a confidence; ValueError if it is not inside (0, 1).

    >>> round(t_quantile(0.95, 9), 4)
    2.2622
    """
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence must be above 0 and below 1, got {confidence}")
    return float(stats.t.ppf(0.5 + confidence / 2.0, freedom))


def t_p_value(found: Interval, freedom: int) -> float:
    """Give the two-sided p-value of a zero estimate; nan without a standard error.

    >>> round(t_p_value(mean_interval([1.0, 2.0, 3.0]), 2), 4)
    0.0742
    """
    if found.standard_error == 0.0:
        return 1.0 if found.estimate == 0.0 else 0.0
    return float(2.0 * stats.t.sf(abs(found.estimate) / found.standard_error, freedom))


def holm(p_values: ArrayLike, level: float) -> NDArray[np.bool_]:
    """Say which of many tests stay clear of chance at a joint level, shape (n_tests,).

    The level is the chance of even one false statement in the whole family. Undefined p-values
    (nan) never pass and are not counted as tests. Source: Holm 1979, A simple sequentially
    rejective multiple test procedure.

    >>> holm([0.001, 0.03, 0.04], 0.05)
    array([ True, False, False])
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p)[: int(np.isfinite(p).sum())]
    passed = np.zeros(p.shape, dtype=np.bool_)
    small = p[order] <= level / np.arange(order.size, 0, -1)
    passed[order] = np.logical_and.accumulate(small)
    return passed


def proportion_interval(values: ArrayLike, confidence: float = 0.95) -> Interval:
    """Give the share of yes among independent yes/no values with its Wilson interval.

    A t interval of a rare event leaves the range from 0 to 1, and is a point where the event
    was not seen. An average in [0, 1], such as the share of firms that survive, is no yes/no:
    it varies less than p (1 - p) and keeps its t interval.

    Values are 0 or 1; undefined ones (nan) are left out. Means of antithetic histories, 0, 1/2 or
    1, count as one value each, which makes the interval wider than it need be, never narrower.
    Source: Wilson 1927, Probable inference, the law of succession, and statistical inference;
    Brown, Cai and DasGupta 2001, Interval estimation for a binomial proportion.

    >>> found = proportion_interval([1.0] + [0.0] * 19)
    >>> found.estimate, round(found.low, 4), round(found.high, 4)
    (0.05, 0.0089, 0.2361)
    """
    data = finite(values)
    plain = mean_interval(data, confidence)
    if not data.size:
        return plain
    yes, level = float(data.sum()), confidence
    low, high = (
        stats.binomtest(count, data.size).proportion_ci(level, method="wilson")
        for count in (math.floor(yes), math.ceil(yes))
    )
    return _scored(plain, float(low.low), float(high.high), confidence)


def paired_proportion_interval(differences: ArrayLike, confidence: float = 0.95) -> Interval:
    """Give the difference of two paired proportions with Tango's score interval.

    It stays inside [-1, 1], keeps a width where no pair differs, and covers zero exactly where
    McNemar's test (`paired_proportion_p_value`) does not reject. Differences are 1, 0 or -1: a
    yes/no less that of the baseline in the same history; undefined ones (nan) are left out.
    Values between (antithetic histories, parts of a difference) count with their size, which makes
    the interval wider than it need be.

    Source: Tango 1998, Equivalence test and confidence interval for the difference in proportions
    for the paired-sample design; recommended by Fagerland, Lydersen and Laake 2014, Statistics in
    Medicine 33(16).

    >>> found = paired_proportion_interval([1.0] * 7 + [-1.0] + [0.0] * 13)
    >>> round(found.estimate, 3), round(found.low, 3), round(found.high, 3)
    (0.286, 0.026, 0.517)
    """
    data = finite(differences)
    plain = mean_interval(data, confidence)
    if data.size < MINIMUM_PAIRS:
        return plain
    score = float(stats.norm.ppf(0.5 + confidence / 2.0))
    up, down = _discordant(data)
    low = _tango_low(up, down, data.size, score)
    return _scored(plain, low, -_tango_low(down, up, data.size, score), confidence)


def _scored(plain: Interval, low: float, high: float, confidence: float) -> Interval:
    """Put a score interval in place, with the error that its width implies.

    Where nothing was seen the spread of the values is zero, which is no error of zero.
    """
    error = 0.5 * (high - low) / float(stats.norm.ppf(0.5 + confidence / 2.0))
    return replace(plain, low=low, high=high, standard_error=error)


def _discordant(differences: FloatArray) -> tuple[float, float]:
    """Count the pairs that differ upward and downward."""
    up, down = np.maximum(differences, 0.0).sum(), np.maximum(-differences, 0.0).sum()
    return float(up), float(down)


def _tango_low(up: float, down: float, count: int, score: float) -> float:
    """Give the least difference that the score test does not reject."""
    if down == count:
        return -1.0

    def excess(delta: float) -> float:
        # Most likely share of pairs that differ downward, given the difference.
        half = up + down - (2.0 * count - up + down) * delta
        root = half * half + 8.0 * count * down * delta * (1.0 - delta)
        share = (math.sqrt(max(root, 0.0)) + half) / (4.0 * count)
        variance = count * max(2.0 * share + delta * (1.0 - delta), 0.0)
        return up - down - count * delta - score * math.sqrt(variance)

    # Just below the estimate, since at 1 both sides are zero.
    return float(optimize.brentq(excess, -1.0, (up - down) / count - 1e-12))


def paired_proportion_p_value(differences: ArrayLike) -> float:
    """Give the two-sided p-value of equal paired proportions; nan below two pairs.

    Source: McNemar 1947, Note on the sampling error of the difference between correlated
    proportions.

    >>> round(paired_proportion_p_value([1.0] * 7 + [-1.0] + [0.0] * 13), 4)
    0.0339
    """
    data = finite(differences)
    up, down = _discordant(data)
    if data.size < MINIMUM_PAIRS or up == down:
        return math.nan if data.size < MINIMUM_PAIRS else 1.0
    return float(stats.chi2.sf((up - down) ** 2 / (up + down), 1))


def unseen_bound(count: int, confidence: float = 0.95) -> float:
    """Give the largest share of histories in which something can happen that none shows.

    The exact one-sided bound for `count` independent histories, nan of none; about 3 over their
    number at 95 %. Source: Clopper and Pearson 1934; Hanley and Lippman-Hand 1983, If nothing
    goes wrong, is everything all right?

    >>> round(unseen_bound(20), 4)
    0.1391
    """
    return 1.0 - (1.0 - confidence) ** (1.0 / count) if count else math.nan


def correlation(first: ArrayLike, second: ArrayLike) -> float:
    """Give the correlation of two outcomes over replications; nan if either is constant.

    >>> round(correlation([1.0, 2.0, 4.0], [2.0, 4.0, 8.0]), 12)
    1.0
    """
    one, two = complete_pairs(first, second)
    if one.size < MINIMUM_PAIRS or np.ptp(one) == 0.0 or np.ptp(two) == 0.0:
        return math.nan
    return float(np.clip(np.corrcoef(one, two)[0, 1], -1.0, 1.0))


def variance_reduction(first: ArrayLike, second: ArrayLike) -> float:
    """Give the factor by which common random numbers cut the variance of the difference.

    Independent seeds give ``var(first) + var(second)``; common random numbers give
    ``var(first - second)``.  The factor is their ratio: 1 means no gain, and n
    replications with common random numbers are worth n times the factor without. It is infinite
    where the difference is constant, nan where both are. Source: Law 2015, section 11.2;
    Glasserman and Yao 1992, Some guidelines and guarantees for common random numbers.

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


def replications_needed(
    deviation: float, half_width: float, confidence: float = 0.95, fitted: int = 0
) -> float:
    """Give the replications at which the t interval is as narrow as stated.

    The smallest n with ``t(n - 1 - fitted) * deviation / sqrt(n) <= half_width``, at least 2 more
    than are `fitted` (weights of controls, each of which costs a degree of freedom), taking the
    deviation of the paired differences seen so far as given; nan where the half-width, in the
    unit of the deviation, is not positive. Source: Law 2015, section 9.4.1 (fixed-precision
    estimation).

    >>> replications_needed(1.0, 0.5), replications_needed(1.0, 0.5, fitted=5)
    (18.0, 19.0)
    """
    if not (half_width > 0.0 and math.isfinite(deviation)):
        return math.nan
    normal = float(stats.norm.ppf(0.5 + confidence / 2.0))
    count = float(max(MINIMUM_PAIRS + fitted, math.ceil((normal * deviation / half_width) ** 2)))
    # Far out the t and the normal quantile are one number, and adding 1 changes nothing.
    while count < _BEYOND_REACH:
        reach = t_quantile(confidence, count - 1.0 - fitted)
        if reach * deviation / math.sqrt(count) <= half_width:
            break
        count += 1.0
    return count


# --- Estimates that do not rely on the normal law: medians, quantiles, tails ---------------------
# Exit multiples have a tail index below 2, so that their variance does not exist.  The mean
# of such an outcome is dominated by single firms; what can be said then is said by order
# statistics (`sim.analysis.mean_rule`).


_TAIL_SHARE = 0.10
_FEWEST_IN_TAIL = 5
_FINITE_VARIANCE = 2.0


@dataclass(frozen=True)
class TailIndex:
    """A Hill estimate of how heavy a tail is, from the `used` largest values.

    Moments of the order of the index and above do not exist; nan if it is not estimated.
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
    ``log(value / x)``; its standard error is the index over the square root of ``k``. The tail is
    a share of the values, at least five of them; below ten positive values the index is nan. Pass
    absolute deviations for a two-sided tail. Source: Hill 1975, A simple general approach to
    inference about the tail of a distribution.

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


@lru_cache(maxsize=1024)
def quantile_ranks(count: int, probability: float, confidence: float = 0.95) -> tuple[int, int]:
    """Give the ranks, counted from 1, of the order statistics that enclose a quantile.

    Ranks of 0 or ``count + 1`` mean that there are too few independent values. The interval from
    rank r to rank s covers with probability P(r <= B < s), B binomial (count, probability).
    Source: David and Nagaraja 2003, Order Statistics, section 7.1.

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

    Values are independent; undefined ones (nan) are left out. A side that the values cannot bound
    is nan: an interval is refused, not guessed.

    >>> interval = quantile_interval(np.arange(1.0, 1001.0), 0.99)
    >>> interval.low, interval.high
    (983.0, 997.0)
    """
    data = np.sort(finite(values))
    if data.size == 0:
        return Interval(math.nan, math.nan, math.nan, math.nan, 0)
    low, high = (
        float(data[rank - 1]) if 1 <= rank <= data.size else math.nan
        for rank in quantile_ranks(data.size, probability, confidence)
    )
    estimate = float(np.quantile(data, probability))
    return Interval(estimate, low, high, math.nan, int(data.size))


# --- Replications that belong together: of antithetic pairs, the pair is one observation ---------


def unit_of(scenario: Any) -> int:
    """Replications that make one independent observation: 2 for antithetic pairs."""
    rule = getattr(scenario, "variance_reduction", None)
    return 1 if rule is None else int(rule.unit)


def averaged(values: "pd.Series[float] | pd.DataFrame", unit: int) -> FloatArray:
    """Average the defined values, or rows, of replications that belong together.

    Parameters
    ----------
    values : Series, shape (n_replications,), or DataFrame, shape (n_replications, n_columns)
        By number of the replication; nan where undefined.
    unit : int
        Replications that make one independent observation, counted from number 0.

    Returns
    -------
    array, shape (n_observations,) or (n_observations, n_columns)
        Without those that are wholly undefined.

    Examples
    --------
    >>> averaged(pd.Series([1.0, 3.0, 5.0, np.nan]), 2)
    array([2., 5.])
    """
    known = values.dropna()
    if unit > 1:
        known = known.groupby(known.index // unit).mean()
    return np.asarray(known, np.float64)


# --- In how many replications an arrangement does better than the baseline -----------------------


_ROUNDING = 1e-12
_POWER = 0.8


@dataclass(frozen=True)
class Wins:
    """Replications counted by which of the two does better.

    `low` and `high` are the Wilson interval of the chance to do better; nan without replications.
    """

    better: int
    equal: int
    worse: int
    low: float
    high: float

    @property
    def pairs(self) -> int:
        """Replications in which both values are defined."""
        return self.better + self.equal + self.worse

    @property
    def share(self) -> float:
        """Share of the pairs in which the arrangement does better; nan without pairs."""
        return self.better / self.pairs if self.pairs else float("nan")


def smallest_told(low: float, high: float, confidence: float = 0.95) -> float:
    """Give the smallest difference that such an interval tells from zero four times out of five.

    Half the width of the interval is told only every other time; this is the half-width times
    one plus the ratio of the normal quantiles of power and confidence.

    Source: Lachin 1981, Introduction to sample size determination, Controlled Clinical Trials 2.

    >>> round(smallest_told(-0.9, 1.1), 3)
    1.429
    """
    half = 0.5 * (high - low)
    power, level = (float(stats.norm.ppf(one)) for one in (_POWER, 0.5 * (1.0 + confidence)))
    return half * (1.0 + power / level)


def count_wins(
    values: pd.DataFrame, baseline: str, better: Better, unit: int = 1, confidence: float = 0.95
) -> dict[str, Wins]:
    """Count for every arrangement but the baseline how often it does better than the baseline.

    Values of one outcome have shape (n_replications, n_arrangements), by number of the
    replication, nan where undefined. Where neither direction is better, the higher one is
    counted. Of `unit` replications that make one observation (antithetic pairs) only the first
    counts, since the interval needs independent values.

    >>> table = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [0.5, 2.0, 4.0]})
    >>> count_wins(table, "a", "lower")["b"].better
    1
    """
    first = values[values.index % unit == 0]
    sign = -1.0 if better == "lower" else 1.0
    found = {}
    for name in (column for column in first.columns if column != baseline):
        one, two = complete_pairs(first[name], first[baseline])
        apart = np.where(np.isclose(one, two, rtol=_ROUNDING, atol=0.0), 0.0, one - two)
        sides = np.sign(sign * apart)
        higher, even, lower = (int((sides == side).sum()) for side in (1, 0, -1))
        share = proportion_interval(sides == 1, confidence)
        found[str(name)] = Wins(higher, even, lower, share.low, share.high)
    return found
