"""Curves: what happens over time, by age of the firm, since signing, and bank by bank."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sim.firms.record import STAGES
from sim.formulas.survival import kaplan_meier, survival_at
from sim.outcomes.bank_vintage import client_funding, client_income
from sim.outcomes.cycle import cumulative, profit_rate
from sim.outcomes.firm import survival_curve
from sim.outcomes.reading import (
    Floats,
    Ints,
    alive_at_horizon,
    defaulted,
    first_contract,
    net_loss,
    newborn,
    of_stage,
    present,
    signed_in,
    yearly,
)
from sim.state.history import History

COLUMNS = ("series", "bank", "x", "value")
LONGEST_VINTAGE = 10
Curve = tuple[str, str, Floats, Floats]


def all_series(history: History, baseline: History | None = None) -> pd.DataFrame:
    """Every curve of one arrangement in one replication.

    Parameters
    ----------
    history : History
    baseline : History, optional
        The same replication under the baseline, for the curve of additional survivors.

    Returns
    -------
    DataFrame
        Columns series, bank (empty where a curve belongs to no bank), x, value.
    """
    curves = [*firm_curves(history), *money_curves(history), *bank_curves(history)]
    if baseline is not None:
        curves.append(additional_survivors(history, baseline))
    parts = [
        pd.DataFrame({"series": series, "bank": bank, "x": x, "value": value})
        for series, bank, x, value in curves
        if x.size
    ]
    if not parts:
        return pd.DataFrame({name: [] for name in COLUMNS})
    return pd.concat(parts, ignore_index=True)


def firm_curves(history: History) -> Iterator[Curve]:
    """Survival by age, firms by stage, default since signing, value by age."""
    yield survival(history)
    dates, rows = _settlements(history)
    for code, stage in enumerate(STAGES):
        yield f"stage_count:{stage}", "", dates, of_stage(history, "count", code)[rows]
    yield vintage_default(history)
    yield cumulative_value_by_age(history)


def survival(history: History) -> Curve:
    """Kaplan-Meier survival of firms that enter in the experiment, by quarter of age."""
    ages = np.arange(0.0, history.horizon + 1e-9, 0.25)
    chosen = newborn(history)
    if not chosen.any():
        return "survival", "", ages[:0], ages[:0]
    return "survival", "", ages, survival_at(survival_curve(history, chosen), ages)


def vintage_default(history: History) -> Curve:
    """Cumulative default by years since a line was opened in the experiment.

    Contracts are followed to the horizon. One whose firm was repaid, listed or closed
    without default stays in the count, since it can no longer default.
    """
    years = np.arange(0.0, min(LONGEST_VINTAGE, history.horizon) + 1e-9)
    opened = signed_in(history) & (history.book["first"] == 1)
    if not opened.any():
        return "vintage_default", "", years[:0], years[:0]
    firm, date = history.book["firm"][opened], history.book["date"][opened]
    bad = defaulted(history)[firm]
    stop = np.where(bad, history.firms["end"][firm], history.horizon)
    # a contract signed on the last day, or whose firm defaults at once, has no length
    curve = kaplan_meier(np.maximum(stop - date, 0.0), bad)
    return "vintage_default", "", years, 1.0 - survival_at(curve, years)


def cumulative_value_by_age(history: History) -> Curve:
    """Cumulative discounted value to banks of 100 firms, by age: the J-curve.

    Records hold totals of a life and no dates. So each age is read from the firms that
    have just that age at the end of the run, whether they still live or not: different
    firms stand behind each point. Income less cost of funds is discounted from half-way
    between the first loan and the firm's last date, losses from the date of default.
    Screening, coordination and monitoring are not known by firm and are left out.
    """
    rows = np.flatnonzero(newborn(history))
    a = history.firms[rows]
    last = np.minimum(a["end"], history.end)
    signed = np.append(history.book["date"], np.inf)[first_contract(history)[rows]]
    middle = 0.5 * (np.minimum(signed, last) + last) - a["birth"]
    factor = 1.0 + history.facts["discount_rate"]
    income = (client_income(history) - client_funding(history))[rows] * factor**-middle
    value = income - net_loss(history)[rows] * factor ** (a["birth"] - last)
    age = np.floor(history.end - a["birth"] + 0.5).astype(np.int64)
    count = np.bincount(age, minlength=1)
    sums = np.bincount(age, weights=value, minlength=1)
    ages = np.flatnonzero(count > 0)
    mean = sums[ages] / count[ages]
    mean[ages == 0] = 0.0  # nothing has happened yet
    return "cumulative_value_by_age", "", ages.astype(np.float64), 100.0 * mean


def money_curves(history: History) -> Iterator[Curve]:
    """Credit, cumulative profit and profit by regime, all banks together."""
    dates, rows = _settlements(history)
    yield "credit_outstanding", "", dates, history.bank("loans").sum(axis=1)[rows]
    profit = np.append(0.0, cumulative(history, "profit"))
    run = np.append(0.0, history.dates[history.during(run_off=True)])
    ends = np.abs(run - np.round(run)) < 1e-9
    yield "cumulative_profit", "", run[ends], profit[ends]
    names = history.facts["regimes"]
    rates = np.array([profit_rate(history, name) for name in names])
    yield "profit_by_regime", "", np.arange(len(names), dtype=np.float64), rates


def bank_curves(history: History) -> Iterator[Curve]:
    """Loss and profit of each bank in each year, which x ends."""
    for series, column in (("bank_annual_loss", "loss"), ("bank_annual_profit", "profit")):
        values = yearly(history, column)
        year = np.arange(1.0, values.shape[0] + 1.0)
        for place, name in enumerate(history.facts["banks"]):
            yield series, name, year, values[:, place]


def additional_survivors(history: History, baseline: History) -> Curve:
    """Firms not closed here and closed in the baseline, less the reverse, per 1,000."""
    years = np.arange(0.0, history.horizon + 1e-9)
    among = max(int(present(history).sum()), 1)
    lead = _closed_by(baseline, years) - _closed_by(history, years)
    return "additional_survivors", "", years, 1000.0 * lead / among


def _closed_by(history: History, years: Floats) -> Floats:
    """Number of firms closed in the experiment by each date."""
    ends = np.sort(history.firms["end"][~alive_at_horizon(history) & present(history)])
    return np.searchsorted(ends, years, side="right").astype(np.float64)


def _settlements(history: History) -> tuple[Floats, Ints]:
    """Dates of settlements from the start date to the horizon, and where they stand."""
    inside = history.during() | (np.abs(history.dates) <= 1e-9)
    return np.asarray(history.dates[inside]), np.flatnonzero(inside)
