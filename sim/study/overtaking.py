"""When an arrangement overtakes the baseline, with intervals that count those that never do.

A history in which an arrangement never overtakes has no year of overtaking, but it is no
gap in the data: it comes after all others. So the median counts it as infinite, and it is
infinite itself where most histories never overtake.
"""

import math

import numpy as np
from numpy.typing import NDArray

from sim.outcomes.statistics import FloatArray, Interval, t_quantile
from sim.outcomes.tails import quantile_ranks


def median_with_never(years: FloatArray, confidence: float = 0.95) -> Interval:
    """Give the median year of overtaking with its order-statistic interval.

    Parameters
    ----------
    years : array, shape (n_replications,)
        nan where it is never overtaken.
    confidence : float, in (0, 1)

    Returns
    -------
    Interval
        Infinite where "never" is reached; nan where there are too few replications.

    References
    ----------
    David and Nagaraja 2003, Order Statistics, section 7.1.

    Examples
    --------
    >>> median_with_never(np.array([3.0, math.nan, 5.0, math.nan, math.nan])).estimate
    inf
    """
    data = np.sort(np.where(np.isfinite(years), years, math.inf))
    if not data.size:
        return Interval(math.nan, math.nan, math.nan, math.nan, 0)
    low, high = quantile_ranks(data.size, 0.5, confidence)
    # The lower of the two middle values: no mean is taken with infinity.
    middle = float(data[(data.size - 1) // 2])
    return Interval(
        middle,
        float(data[low - 1]) if low >= 1 else math.nan,
        float(data[high - 1]) if high <= data.size else math.nan,
        math.nan,
        int(data.size),
    )


def mean_overtakes(
    years: FloatArray, leads: FloatArray, confidence: float = 0.95
) -> tuple[float, float, float]:
    """Give the year from which the mean lead is above zero for good, with its interval.

    Parameters
    ----------
    years : array, shape (n_years,)
        Rising.
    leads : array, shape (n_replications, n_years)
        Lead over the baseline at the end of each year.
    confidence : float, in (0, 1)
        Of the paired t interval of each year.

    Returns
    -------
    year, earliest, latest : float
        Infinite where it never is. Earliest: from then on no year's interval lies below
        zero; latest: from then on every year's lies above.

    Examples
    --------
    >>> leads = np.array([[-1.0, 0.2, 1.0], [-1.2, -0.1, 1.2]])
    >>> mean_overtakes(np.array([1.0, 2.0, 3.0]), leads)
    (2.0, 1.0, inf)
    """
    mean = leads.mean(axis=0)
    count = leads.shape[0]
    reach = np.full(mean.shape, math.inf)
    if count > 1:
        error = leads.std(axis=0, ddof=1) / math.sqrt(count)
        reach = t_quantile(confidence, count - 1) * error
    ends = (mean > 0.0, mean + reach > 0.0, mean - reach > 0.0)
    found = [_for_good(years, above) for above in ends]
    return found[0], found[1], found[2]


def _for_good(years: FloatArray, above: NDArray[np.bool_]) -> float:
    """Give the first year from which a condition holds to the end; infinite if never."""
    missed = np.flatnonzero(~above)
    first = int(missed[-1]) + 1 if missed.size else 0
    return float(years[first]) if first < years.size else math.inf
