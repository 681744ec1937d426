"""When a mean over histories may have an interval, and what is told where it may not.

Student's interval of a mean covers less often than it says where one firm can dominate a history:
of Pareto tails of index 1.5 to 2.5 on one side it covers 63 to 85 % of the time at 12 and at 40
histories, for their chance to hold none of the largest values is large. The histories at hand
cannot tell: those that hold no large value look harmless, and their mean is too low. So the rule
asks first what is known of an outcome, and only then the histories:

- an outcome whose mark says that it is heavy-tailed has no interval of a mean at all;
- any other has none where one history stands out, by Grubbs's test at `LEVEL`.

Then the median of the differences is told with its interval from order statistics, which covers
whatever the law, beside the middle half of the histories. Coverage of both, and of what the second
rule would do alone, is measured in ``tests/analysis/test_mean_coverage.py``.

References
----------
Grubbs (1969), Procedures for detecting outlying observations in samples, Technometrics 11(1);
Bahadur and Savage (1956), The nonexistence of certain statistical procedures in nonparametric
problems, Annals of Mathematical Statistics 27(4), for why no test of the histories can be enough.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from sim.analysis.estimates import (
    MINIMUM_PAIRS,
    Interval,
    finite,
    mean_interval,
    paired_proportion_interval,
    proportion_interval,
)
from sim.base.language import tr
from sim.base.wording import RowStyle, row_style
from sim.outcomes.mark import Mark

LEVEL = 0.001
"""Chance at which histories of a normal law would lose their interval."""
DECLARED = "one firm can dominate a history"
STANDS_OUT = "one history stands out"
"""Why a mean has no interval."""
MEAN, MEDIAN = "mean", "median"
"""What a row tells of the differences."""
OF_MEDIAN = "order statistics of paired differences, for their median"
FEWEST = 6
"""Values among which one may stand out: of fewer the median would have no interval either."""


def stands_out(values: ArrayLike, level: float = LEVEL) -> bool:
    """Say whether one of some values lies too far from the others for a normal law.

    Values have shape (n,); undefined ones (nan) are left out.

    >>> stands_out([1.0, 2.0, 3.0, 4.0, 5.0]), stands_out([0.0] * 39 + [9.0])
    (False, True)
    """
    data = finite(values)
    if data.size < FEWEST or np.ptp(data) == 0.0:
        return False
    apart = np.abs(data - data.mean()).max() / data.std(ddof=1)
    return bool(apart > _farthest(data.size, level))


@lru_cache(maxsize=1024)
def _farthest(n: int, level: float) -> float:
    """Standard deviations from the mean that one of so many normal values reaches by chance."""
    t = float(stats.t.ppf(1.0 - level / (2.0 * n), n - 2))
    return (n - 1) / math.sqrt(n) * math.sqrt(t * t / (n - 2 + t * t))


def refusal(mark: Mark | None, values: ArrayLike) -> str:
    """Say why the mean of independent values has no interval; empty where it may have one.

    Without a mark only the values are asked. A yes/no has its own interval of a proportion.
    """
    if mark is not None and mark.binary:
        return ""
    if mark is not None and mark.heavy_tailed:
        return DECLARED
    return STANDS_OUT if stands_out(values) else ""


def ruled_interval(
    values: ArrayLike, confidence: float = 0.95, mark: Mark | None = None
) -> Interval:
    """Give Student's interval of a mean, without ends and error where the rule refuses it."""
    found = mean_interval(values, confidence)
    return without_ends(found) if refusal(mark, values) else found


def without_ends(found: Interval) -> Interval:
    """Keep the estimate alone."""
    return replace(found, low=math.nan, high=math.nan, standard_error=math.nan)


def level_interval(mark: Mark, values: ArrayLike, confidence: float = 0.95) -> Interval:
    """Give the mean of values, with Wilson's interval of a yes/no and by the rule of others."""
    if mark.binary:
        return proportion_interval(values, confidence)
    return ruled_interval(values, confidence, mark)


def difference_interval(mark: Mark, values: ArrayLike, confidence: float = 0.95) -> Interval:
    """Give the mean of independent paired differences: Tango's of a yes/no, else by the rule."""
    if mark.binary:
        return paired_proportion_interval(values, confidence)
    return ruled_interval(values, confidence, mark)


def sign_p_value(values: ArrayLike) -> float:
    """Give the two-sided p-value of a zero median; nan below two values.

    Values of zero count against either sign, so that it rejects exactly where the interval of the
    median from order statistics leaves zero out. Source: Dixon and Mood 1946, The statistical sign
    test, Journal of the American Statistical Association 41.

    >>> round(sign_p_value([1.0] * 9 + [-1.0]), 4), sign_p_value([0.0] * 9 + [1.0])
    (0.0215, 1.0)
    """
    data = finite(values)
    if data.size < MINIMUM_PAIRS:
        return math.nan
    fewer = min(int((data >= 0.0).sum()), int((data <= 0.0).sum()))
    return float(min(1.0, 2.0 * stats.binom.cdf(fewer, data.size, 0.5)))


# --- In words, for tables and pages --------------------------------------------------------------


def told_range(written: RowStyle, row: Mapping[Any, Any]) -> str:
    """Write the interval of a row, and say where it is that of the median.

    >>> from sim.base.wording import row_style
    >>> told_range(row_style("share", [0.5]), {"low": 0.1, "high": 0.2, "told": "median"})
    '10.0 to 20.0, of the median'
    """
    ends = written.range(row["low"], row["high"])
    is_of_median = row["told"] == MEDIAN and math.isfinite(row["low"])
    return tr("{ends}, of the median", ends=ends) if is_of_median else ends


def median_words(row: Mapping[Any, Any], mark: Mark) -> str:
    """Say that a median is told and why, with the middle half of the histories and the mean.

    The row has keys refusal, mean_difference, lower_quartile and upper_quartile.
    """
    low, high = row["lower_quartile"], row["upper_quartile"]
    written = row_style(mark.unit, [low, high])
    return tr(
        "median, as {reason}; in half of the histories it is {ends}; the mean, {mean}, has no"
        " interval",
        reason=tr(str(row["refusal"])), ends=written.range(low, high),
        mean=written.step(row["mean_difference"]),
    )  # fmt: skip
