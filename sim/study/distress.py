"""Banks in distress, one by one and together.

Sharing loans makes banks alike: each is safer alone, and they may fall together. A desk is
in distress in a year in which its loss before policy tolerance eats a stated part of its
opening capital.

References
----------
Wagner 2010, Diversification at financial institutions and systemic crises, Journal of
Financial Intermediation 19(3); Ibragimov, Jaffee and Walden 2011, Diversification
disasters, Journal of Financial Economics 99(2).
"""

import numpy as np
import pandas as pd

from sim.outcomes.statistics import FloatArray
from sim.scenario.model import Scenario

SERIES = "bank_annual_profit"
LEVELS = (0.05, 0.10, 0.25, 0.50)
"""Parts of a desk's opening capital whose loss within a year counts as distress."""

ALONE, TOGETHER = "one bank, of bank-years", "two or more, of years"
KINDS = (ALONE, TOGETHER)


def desk_capital(scenario: Scenario) -> dict[str, float]:
    """Give the opening capital of each bank's desk, CNY million."""
    thousands = scenario.population.firms / 1000.0
    return {name: bank.desk_capital * thousands for name, bank in scenario.bank.items()}


def losses(series: pd.DataFrame, arrangement: str, capital: dict[str, float]) -> FloatArray:
    """Give losses as parts of desks' capital.

    Parameters
    ----------
    series : DataFrame
        Of results.
    arrangement : str
    capital : dict of bank to float, CNY million

    Returns
    -------
    array, shape (n_replications, n_years, n_banks)
        Positive where money is lost.
    """
    own = series[(series["series"] == SERIES) & (series["arrangement"] == arrangement)]
    table = own.pivot_table(values="value", index=["replication", "x"], columns="bank")
    count = table.index.get_level_values("replication").nunique()
    part = table[list(capital)].to_numpy(float) / -np.array(list(capital.values()))
    return np.asarray(part.reshape(count, -1, len(capital)))


def distress(lost: FloatArray, level: float) -> tuple[FloatArray, FloatArray, float]:
    """Give how often a bank is in distress, and two or more in the same year.

    Parameters
    ----------
    lost : array, shape (n_replications, n_years, n_banks)
    level : float
        Part of the capital whose loss is distress.

    Returns
    -------
    alone, together : arrays, shape (n_replications,)
        Shares of bank-years and of years.
    independent : float
        Share of years with two or more if each bank had its own years of distress,
        whatever happens to the others.

    Examples
    --------
    >>> lost = np.array([[[0.2, 0.2], [0.0, 0.0]]])
    >>> distress(lost, 0.1)
    (array([0.5]), array([0.5]), 0.25)
    """
    hit = lost >= level
    alone = hit.mean(axis=(1, 2))
    together = (hit.sum(axis=2) >= 2).mean(axis=1)
    odds = hit.mean(axis=(0, 1))
    none = np.prod(1.0 - odds)
    one = sum(odds[k] * np.prod(np.delete(1.0 - odds, k)) for k in range(odds.size))
    return alone, together, max(float(1.0 - none - one), 0.0)


def loss_correlation(lost: FloatArray) -> FloatArray:
    """Give the mean correlation of banks' yearly losses, by replication.

    Returns
    -------
    array, shape (n_replications,)
        nan where a bank's losses do not vary.
    """
    found = np.full(lost.shape[0], np.nan)
    above = np.triu_indices(lost.shape[2], 1)
    for n, years in enumerate(lost):
        if years.shape[0] > 1 and above[0].size and np.all(years.std(axis=0) > 0.0):
            found[n] = float(np.corrcoef(years, rowvar=False)[above].mean())
    return found
