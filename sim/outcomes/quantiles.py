"""Quantiles and expected shortfall of an outcome over histories, or a refusal.

The observation is a whole history: how bad can fifteen years turn out?  A quantile has an
interval from order statistics that needs no law; where there are too few histories to
bound it, it is refused and the number that is needed is said.  Expected shortfall needs a
finite variance in the tail; where the tail index is below 2 it is refused too.

References
----------
David and Nagaraja (2003), Order Statistics, section 7.1; Manistre and Hancock (2005),
Variance of the CTE estimator, North American Actuarial Journal 9(2); Acerbi and Tasche
(2002) for expected shortfall.
"""

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sim.base.errors import OutcomeError
from sim.formulas.loss_distribution import sample_expected_shortfall, sample_quantile
from sim.outcomes.measure import Outcomes
from sim.outcomes.statistics import Interval, finite, t_interval
from sim.outcomes.tails import hill_index, quantile_interval
from sim.outcomes.wording import percent_text

FEWEST_BEYOND = 10
"""Values that must lie beyond a quantile before its expected shortfall is estimated."""
COLUMNS = (
    "outcome", "unit", "arrangement", "measure", "level", "estimate", "low", "high",
    "observations", "tail_index",
)  # fmt: skip


def paths_for_quantile(probability: float, confidence: float = 0.95) -> int:
    """Fewest independent values whose order statistics bound a quantile on both sides.

    Parameters
    ----------
    probability, confidence : float, in (0, 1)

    Examples
    --------
    >>> paths_for_quantile(0.999), paths_for_quantile(0.99), paths_for_quantile(0.5)
    (3688, 368, 6)
    """
    tail = 0.5 - confidence / 2.0
    # All values below the quantile, or all above it, must be unlikely enough.
    rarer = max(probability, 1.0 - probability)
    return math.ceil(math.log(tail) / math.log(rarer))


def paths_for_tail(probability: float, confidence: float = 0.95) -> int:
    """Fewest independent values for both a quantile and the expected shortfall beyond it.

    Examples
    --------
    >>> paths_for_tail(0.95), paths_for_tail(0.99)
    (200, 1000)
    """
    return max(paths_for_quantile(probability, confidence), _for_shortfall(probability))


def _for_shortfall(probability: float) -> int:
    # The last digits of 1 - probability are rounding.
    return math.ceil(round(FEWEST_BEYOND / (1.0 - probability), 6))


def bounded_quantile(
    values: ArrayLike, probability: float, confidence: float = 0.95, name: str = "quantile"
) -> Interval:
    """A quantile with its order-statistic interval, or a refusal.

    Parameters
    ----------
    values : array, shape (n,)
        Independent; undefined ones (nan) are left out.
    probability, confidence : float, in (0, 1)
    name : str
        Of the outcome, for the message.

    Raises
    ------
    OutcomeError
        If there are too few values; says how many are needed.

    Examples
    --------
    >>> bounded_quantile(np.arange(1.0, 1001.0), 0.99).estimate
    990.0
    """
    data = finite(values)
    found = quantile_interval(data, probability, confidence)
    if math.isnan(found.low) or math.isnan(found.high):
        needed = paths_for_quantile(probability, confidence)
        raise _too_few(f"{percent_text(probability)} quantile of {name}", data.size, needed)
    estimate = sample_quantile(data, probability)
    return Interval(estimate, found.low, found.high, math.nan, found.count)


def shortfall_interval(
    values: ArrayLike, probability: float, confidence: float = 0.95, name: str = "shortfall"
) -> Interval:
    """Mean of the worst values beyond a quantile, with its interval, or a refusal.

    The variance adds the spread beyond the quantile and that of the quantile itself.

    Parameters
    ----------
    values : array, shape (n,)
        Large is bad; independent; undefined ones (nan) are left out.
    probability, confidence : float, in (0, 1)
    name : str
        Of the outcome, for the message.

    Raises
    ------
    OutcomeError
        If fewer than ten values lie beyond the quantile, or their tail is so heavy that
        the variance does not exist.

    Examples
    --------
    >>> values = np.random.default_rng(3).normal(size=4000)
    >>> found = shortfall_interval(values, 0.95)
    >>> found.low < 2.0627 < found.high
    True
    """
    data = finite(values)
    label = f"expected shortfall {percent_text(probability)} of {name}"
    beyond = data.size * (1.0 - probability)
    if data.size < _for_shortfall(probability):
        raise _too_few(label, data.size, _for_shortfall(probability))
    tail = hill_index(data)
    if tail.warning and tail.used >= FEWEST_BEYOND:
        what = f"has no interval: the tail index is {tail.index:.1f}, below 2"
        raise OutcomeError(label, what, "read the quantile or the median instead")
    quantile = sample_quantile(data, probability)
    estimate = sample_expected_shortfall(data, probability)
    worst = data[data >= quantile]
    variance = float(worst.var(ddof=1)) + probability * (estimate - quantile) ** 2
    error = math.sqrt(variance / beyond)
    return t_interval(estimate, error, data.size, max(worst.size - 1, 1), confidence)


def tail_table(
    outcomes: Outcomes, name: str, probability: float = 0.95, confidence: float = 0.95
) -> pd.DataFrame:
    """Quantile and expected shortfall of an outcome on its bad side, by arrangement.

    Parameters
    ----------
    outcomes : Outcomes
        Of mirrored pairs only the first histories count, since values must be independent.
    name : str
    probability : float, in (0, 1)
        0.95 asks for the quantile that 5 % of histories are worse than.
    confidence : float, in (0, 1)

    Returns
    -------
    DataFrame
        Columns outcome, unit, arrangement, measure, level, estimate, low, high,
        observations, tail_index (Hill, of the values on the bad side).

    Raises
    ------
    OutcomeError
        If there are too few histories; says how many are needed.
    """
    mark = outcomes.mark(name)
    sign = -1.0 if mark.better == "higher" else 1.0
    table = outcomes.table(name)
    table = table[table.index % outcomes.unit == 0]
    rows: list[dict[str, Any]] = []
    for arrangement, column in table.items():
        values = sign * column.to_numpy(np.float64)
        for measure, function in (
            ("quantile", bounded_quantile),
            ("shortfall", shortfall_interval),
        ):
            found = function(values, probability, confidence, name)
            low, high = sorted((sign * found.low, sign * found.high))
            rows.append({
                "outcome": name, "unit": mark.unit, "arrangement": arrangement,
                "measure": measure, "level": probability, "estimate": sign * found.estimate,
                "low": low, "high": high, "observations": found.count,
                "tail_index": hill_index(values).index,
            })  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _too_few(what: str, count: int, needed: int) -> OutcomeError:
    return OutcomeError(
        what,
        f"needs {needed:,} independent histories; there are {count:,}",
        f"run with --replications {needed}, or ask for a level further from the end",
    )
