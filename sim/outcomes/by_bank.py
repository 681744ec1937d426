"""Bank by bank: what each bank earns, loses and keeps under every arrangement.

Outcomes put all banks together or name the worst one. Here each bank stands alone, read from
the table of banks that a run leaves, with differences paired by replication.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.base.columns import TEXT, Column
from sim.outcomes.measure import arrangement_order
from sim.outcomes.pairs import averaged, unit_of
from sim.outcomes.statistics import mean_interval

_OF_MEASURE = "that of the measure"
TABLE = (
    Column("measure", TEXT, "what is told of a bank", TEXT),
    Column("unit", TEXT, "its unit", TEXT),
    Column("bank", TEXT, "name of the bank", TEXT),
    Column("arrangement", TEXT, "arrangement that was run", TEXT),
    Column("replications", "count", "histories", "i8", low=0.0),
    Column("mean", _OF_MEASURE, "mean over histories"),
    Column("low", _OF_MEASURE, "lower end of its interval"),
    Column("high", _OF_MEASURE, "upper end of its interval"),
    Column("difference", _OF_MEASURE, "mean difference from the baseline, paired"),
    Column("difference_low", _OF_MEASURE, "lower end of its interval"),
    Column("difference_high", _OF_MEASURE, "upper end of its interval"),
)
"""What `by_bank` and ``by_bank.csv`` hold."""

COLUMNS = tuple(column.name for column in TABLE)
_ROUNDING = 1e-9
_KEYS = ["bank", "arrangement", "replication"]


@dataclass(frozen=True)
class Measure:
    """What is told of a bank.

    Parameters
    ----------
    name, label, unit, formula : str
        As those of an outcome; in English.
    better : {"higher", "lower", "neither"}
    values : callable
        Of the table of banks, and the ratio of capital that is required; gives one value
        for each bank, arrangement and replication.
    """

    name: str
    label: str
    unit: str
    formula: str
    better: str
    values: Callable[[pd.DataFrame, float], "pd.Series[float]"]


def _summed(column: str) -> Callable[[pd.DataFrame, float], "pd.Series[float]"]:
    return lambda rows, _: rows.groupby(_KEYS, sort=False)[column].sum()


def _worst_year(rows: pd.DataFrame, _: float) -> "pd.Series[float]":
    year = np.ceil(rows["year"] - _ROUNDING).rename("date")
    sums = rows.groupby([*_KEYS, year], sort=False)["loss"].sum()
    return sums.groupby(_KEYS, sort=False).max()


def _lowest_ratio(rows: pd.DataFrame, _: float) -> "pd.Series[float]":
    return rows.groupby(_KEYS, sort=False)["capital_ratio"].min()


def _raroc(rows: pd.DataFrame, required: float) -> "pd.Series[float]":
    """Profit over required capital and years; straight lines lie between settlements."""
    one = rows.groupby(_KEYS, sort=False)
    before = one["risk_assets"].shift().fillna(rows["risk_assets"])
    length = one["year"].diff().fillna(rows["year"])
    used = required * 0.5 * (before + rows["risk_assets"]) * length
    capital = used.groupby([rows[key] for key in _KEYS], sort=False).sum()
    return one["profit"].sum() / capital.where(capital > 0.0)


MEASURES = (
    Measure(
        "loans", "Loans", "CNY million",
        "Performing loans, averaged over the settlements of the experiment.", "neither",
        lambda rows, _: rows.groupby(_KEYS, sort=False)["loans"].mean(),
    ),
    Measure(
        "profit", "Profit", "CNY million",
        "Profit before policy tolerance, summed over the experiment.", "higher",
        _summed("profit"),
    ),
    Measure(
        "credit_loss", "Credit loss", "CNY million",
        "Owed at default less recovery and guarantees, summed over the experiment.", "lower",
        _summed("loss"),
    ),
    Measure(
        "raroc", "RAROC", "per year",
        "Profit before policy tolerance over required capital, averaged between settlements,"
        " and years.", "higher", _raroc,
    ),
    Measure(
        "worst_year_loss", "Loss of the worst year", "CNY million",
        "Largest credit loss of a year in a history, averaged over histories: the expected"
        " shortfall at the level of one year in all that are compared.", "lower", _worst_year,
    ),
    Measure(
        "capital_ratio_low", "Lowest capital ratio", "share",
        "Lowest capital ratio at any settlement of the experiment, the parent bank included.",
        "higher", _lowest_ratio,
    ),
)  # fmt: skip


def by_bank(results: Any, baseline: str, confidence: float = 0.95) -> pd.DataFrame:
    """Give every measure of every bank under every arrangement, with intervals.

    Parameters
    ----------
    results : Results
        With its table of banks.
    baseline : str
        Arrangement that differences refer to.
    confidence : float, in (0, 1)

    Returns
    -------
    DataFrame
        Columns measure, unit, bank, arrangement, replications, mean, low, high,
        difference, difference_low, difference_high; banks in the order of the table.
        Differences are paired by replication and empty for the baseline.
    """
    rows = results.banks
    rows = rows[rows["year"] <= results.scenario.experiment.horizon_years + _ROUNDING]
    required = float(results.scenario.capital.required_ratio)
    order, unit = arrangement_order(results, rows), unit_of(results.scenario)
    found = []
    for measure in MEASURES:
        values = measure.values(rows, required)
        for bank in dict.fromkeys(rows["bank"]):
            table = values.loc[bank].unstack("arrangement")
            for name in order:
                level = mean_interval(averaged(table[name], unit), confidence)
                step = mean_interval(averaged(table[name] - table[baseline], unit), confidence)
                row = {
                    "measure": measure.name, "unit": measure.unit, "bank": bank,
                    "arrangement": name, "replications": int(table[name].count()),
                    **level.named("mean", "low", "high"),
                }  # fmt: skip
                ends = ("difference", "difference_low", "difference_high")
                found.append(row | ({} if name == baseline else step.named(*ends)))
    return pd.DataFrame(found, columns=list(COLUMNS))
