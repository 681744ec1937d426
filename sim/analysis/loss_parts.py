"""Why credit losses differ from the baseline's: volume, default, exposure and loss given default.

Credit loss is loan-years times defaults per loan-year times exposure at default times what is
lost of it. So a difference in losses is a difference of products of four factors. The part of a
factor is the mean, over all orders in which the factors could change one by one, of what the loss
changes by when it does: its Shapley value, the one split that adds up and treats factors alike.
Factors are ratios of sums over replications, since many a history has no default at all.

References
----------
Shorrocks (2013), Decomposition procedures for distributional analysis, Journal of Economic
Inequality 11(1); Miller (1974), The jackknife: a review, Biometrika 61(1).
"""

import math
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.estimates import FloatArray, averaged, jackknife_error, t_interval
from sim.analysis.outcomes_table import Outcomes
from sim.analysis.shapley import shapley
from sim.base.columns import TEXT, Column

YEARS, RATE = "bank.loan_years", "bank.default_rate"
EXPOSURE, LOSS = "bank.exposure_at_default", "bank.credit_loss"
READ = (YEARS, RATE, EXPOSURE, LOSS)
FACTORS = {
    "volume": "years",
    "default probability": "per year",
    "exposure at default": "CNY million",
    "loss given default": "share",
}
"""Factors of credit loss and their units."""
TOTAL = "credit loss"
_OF_PART = "that of the part"
LOSS_PARTS = (
    Column("arrangement", TEXT, "arrangement that was run", TEXT),
    Column("part", TEXT, "factor of credit loss, or the loss itself", TEXT),
    Column("unit", TEXT, "its unit", TEXT),
    Column("baseline", _OF_PART, "its value under the baseline"),
    Column("value", _OF_PART, "its value under the arrangement"),
    Column("difference", "CNY million", "what it adds to credit loss in a history"),
    Column("low", "CNY million", "lower end of its interval"),
    Column("high", "CNY million", "upper end of its interval"),
)
"""What `loss_parts` and ``loss_parts.csv`` hold."""


def factors_of(sums: FloatArray) -> FloatArray:
    """Factors of credit loss, whose product it is, shape (4,).

    Parameters
    ----------
    sums : array, shape (4,)
        Loan-years, defaults, exposure at default and credit loss, CNY million.

    Returns
    -------
    array, shape (4,)
        In the order of `FACTORS`; nan beyond the first factor of nothing.

    Examples
    --------
    >>> factors_of(np.array([200.0, 4.0, 20.0, 9.0])).tolist()
    [200.0, 0.02, 5.0, 0.45]
    """
    found = np.full(4, math.nan)
    found[0] = sums[0]
    np.divide(sums[1:], sums[:-1], out=found[1:], where=sums[:-1] > 0.0)
    return found


def parts_of_difference(before: FloatArray, after: FloatArray) -> FloatArray:
    """What each factor adds to the difference of two products, shape (n,).

    Parameters
    ----------
    before, after : array, shape (n,)
        Factors of the two products.

    Examples
    --------
    >>> parts_of_difference(np.array([2.0, 5.0]), np.array([3.0, 4.0])).tolist()
    [4.5, -2.5]
    """
    n = before.size
    changed = np.arange(1 << n)[:, None] >> np.arange(n) & 1
    products = np.where(changed == 1, after, before).prod(axis=1)
    return np.asarray(shapley(products[None, :])[0])


def loss_parts(outcomes: Outcomes, baseline: str, confidence: float = 0.95) -> pd.DataFrame:
    """Split the difference in banks' credit loss from the baseline by its factors.

    Parameters
    ----------
    outcomes : Outcomes
        Those of `READ` among them; without them the table is empty.
    baseline : str
    confidence : float
        Of the intervals: a jackknife over independent observations, nan below three of them.

    Returns
    -------
    DataFrame
        Columns of `LOSS_PARTS`; for each arrangement a row for each of `FACTORS`, then one for
        the whole difference, which they add up to.
    """
    rows: list[dict[str, Any]] = []
    if set(READ) <= set(outcomes.marks) and baseline in outcomes.all_run:
        every = outcomes.with_neighbours
        before = _sums(every, baseline)
        for name in outcomes.arrangements:
            if name != baseline:
                both = pd.concat([before, _sums(every, name)], axis=1)
                rows += _rows(name, averaged(both, outcomes.unit), confidence)
    return pd.DataFrame(rows, columns=[column.name for column in LOSS_PARTS])


def _sums(outcomes: Outcomes, arrangement: str) -> pd.DataFrame:
    """Loan-years, defaults, exposure and loss of each replication, shape (n_replications, 4)."""
    years, rate, exposure, loss = (outcomes.table(name)[arrangement] for name in READ)
    # Where there is no loan nothing defaults, and the rate is undefined.
    defaults = (rate * years).where(years > 0.0, years)
    return pd.concat([years, defaults, exposure, loss], axis=1)


def _rows(name: str, both: FloatArray, confidence: float) -> list[dict[str, Any]]:
    """Rows of one arrangement; `both` has shape (n, 8), sums of the baseline and of its own."""
    n = both.shape[0]
    if n == 0:
        return []
    before, after = (factors_of(half) for half in np.split(both.mean(axis=0), 2))
    found = _estimates(both.mean(axis=0))
    errors = np.full(5, math.nan)
    if n > 2:
        left = (both.sum(axis=0) - both) / (n - 1)
        without = np.array([_estimates(one) for one in left])
        errors = np.array([jackknife_error(one) for one in without.T])
    ends = [
        t_interval(x, e, n, n - 1, confidence) for x, e in zip(found, errors, strict=True)
    ]  # fmt: skip
    told = [*zip(before, after, strict=True), (both[:, 3].mean(), both[:, 7].mean())]
    units = [*FACTORS.items(), (TOTAL, "CNY million")]
    return [
        {"arrangement": name, "part": part, "unit": unit, "baseline": one, "value": two}
        | end.named("difference", "low", "high")
        for (part, unit), (one, two), end in zip(units, told, ends, strict=True)
    ]


def _estimates(means: FloatArray) -> FloatArray:
    """Parts of the four factors and the whole difference, shape (5,), of means, shape (8,)."""
    before, after = (factors_of(half) for half in np.split(means, 2))
    return np.append(parts_of_difference(before, after), means[7] - means[3])
