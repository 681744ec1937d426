"""Ratios of sums over histories, with intervals in which a history is one observation.

A share of firms or of money is the sum of parts over the sum of wholes, never the mean of the
shares of single histories. Where the whole may be zero, the interval is Fieller's, which may have
no end.

References
----------
Cochran (1977), Sampling Techniques, section 6.4. Fieller (1954), Some problems in interval
estimation, Journal of the Royal Statistical Society B 16(2).
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from sim.analysis.estimates import MINIMUM_PAIRS, FloatArray, Interval, mean_interval, t_quantile

RULE_OF_THREE = 3.0
"""Of so many over their number a chance is at most, at 95 %, that none of them shows."""


def ratio_of_means(pairs: FloatArray, confidence: float = 0.95) -> Interval:
    """The mean of the second column over that of the first, by linearization; nan of nothing.

    Pairs have shape (n, 2). Source: Cochran (1977), Sampling Techniques, section 6.4.

    >>> found = ratio_of_means(np.array([[1.0, 2.0], [3.0, 6.0]]))
    >>> found.estimate, round(found.standard_error, 12)
    (2.0, 0.0)
    """
    first, last = pairs[:, 0], pairs[:, 1]
    if not first.size or first.mean() <= 0.0:
        return Interval(np.nan, np.nan, np.nan, np.nan, first.size)
    ratio = last.mean() / first.mean()
    return mean_interval(ratio + (last - ratio * first) / first.mean(), confidence)


def gap_of_ratios(rows: FloatArray, confidence: float = 0.95) -> Interval:
    """One ratio of sums less another, by linearization; nan where a whole is not above zero.

    Rows have shape (n, 4): part and whole of the first, then of the second. Where the two are
    the same, bit by bit, the gap and its error are zero. Histories in which all four are zero say
    nothing and are left out, so that a firm of one history alone has no interval.

    >>> found = gap_of_ratios(np.array([[2.0, 1.0, 1.0, 1.0], [4.0, 3.0, 3.0, 3.0]]))
    >>> found.estimate
    0.5
    """
    rows = rows[rows.any(axis=1)]
    if not rows.shape[0] or min(rows[:, 1].mean(), rows[:, 3].mean()) <= 0.0:
        return Interval(np.nan, np.nan, np.nan, np.nan, rows.shape[0])
    gap, apart = 0.0, np.zeros(rows.shape[0])
    for sign, part, whole in ((1.0, rows[:, 0], rows[:, 1]), (-1.0, rows[:, 2], rows[:, 3])):
        ratio = part.mean() / whole.mean()
        gap += sign * ratio
        apart += sign * (part - ratio * whole) / whole.mean()
    return mean_interval(gap + apart, confidence)


def fieller(pairs: FloatArray, confidence: float = 0.95) -> Interval:
    """The mean of the second column over that of the first, where the first may be near zero.

    Low and high are nan where no interval has two ends: the first mean is not told from zero.
    Pairs have shape (n, 2).

    >>> clear = fieller(np.array([[9.0, 2.0], [10.0, 2.5], [11.0, 3.0], [10.0, 2.0]]))
    >>> round(clear.estimate, 4), bool(clear.low < clear.estimate < clear.high)
    (0.2375, True)
    >>> bool(np.isnan(fieller(np.array([[1.0, 2.0], [-1.5, 2.5], [1.0, 3.0]])).low))
    True
    """
    count = pairs.shape[0]
    whole, part = (float(pairs[:, k].mean()) if count else math.nan for k in (0, 1))
    nothing = Interval(part / whole if whole else math.nan, math.nan, math.nan, math.nan, count)
    if count < MINIMUM_PAIRS:
        return nothing
    square = t_quantile(confidence, count - 1) ** 2
    (of_whole, of_both), (_, of_part) = square * np.cov(pairs, rowvar=False) / count
    a, b, c = (float(x) for x in (whole**2 - of_whole, whole * part - of_both, part**2 - of_part))
    if a <= 0.0:
        return nothing
    reach = math.sqrt(max(b * b - a * c, 0.0))
    low, high = sorted(((b - reach) / a, (b + reach) / a))
    return Interval(part / whole, low, high, math.nan, count)


def is_exact(part: ArrayLike, whole: ArrayLike) -> bool:
    """Whether a share is 0, or 1, in every history that has a whole; False where none has.

    >>> is_exact([0.0, 0.0], [3.0, 4.0]), is_exact([3.0, 4.0], [3.0, 4.0]), is_exact([1.0], [2.0])
    (True, True, False)
    """
    parts, wholes = np.asarray(part, np.float64), np.asarray(whole, np.float64)
    return bool(np.any(wholes > 0.0) and (np.all(parts == 0.0) or np.all(parts == wholes)))


def exact_interval(value: float, cases: float, count: int) -> Interval:
    """Give a share that is 0 or 1 wherever it was seen, with the bound of so many cases.

    An interval without width would claim too much: none in n cases leaves 3 / n at 95 %.
    Source: Hanley and Lippman-Hand (1983), If nothing goes wrong, is everything all right?

    >>> found = exact_interval(0.0, 60.0, 12)
    >>> found.low, found.high
    (0.0, 0.05)
    """
    bound = min(RULE_OF_THREE / cases, 1.0)
    low, high = (0.0, bound) if value == 0.0 else (1.0 - bound, 1.0)
    return Interval(value, low, high, math.nan, count)
