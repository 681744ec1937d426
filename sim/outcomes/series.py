"""Curves: what happens over time, by age of the firm, since signing, and bank by bank."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sim.firms.record import STAGES
from sim.formulas.survival import kaplan_meier, survival_at
from sim.outcomes.bank_vintage import client_funding, client_income
from sim.outcomes.columns import Curve, Floats, Ints, Mask, of_book, of_firms
from sim.outcomes.cycle import cumulative, profit_rate
from sim.outcomes.effects import firm_effects, vintage_profit
from sim.outcomes.firm import survival_curve
from sim.outcomes.flows import payments, stage_flows
from sim.outcomes.groups import (
    alive_at_horizon,
    defaulted,
    net_loss,
    newborn,
    opened_in,
    present,
    signed_in,
)
from sim.outcomes.loss_split import loss_split
from sim.outcomes.reading import of_stage, quotient, year_ends, yearly
from sim.outcomes.spells import overlap, spells
from sim.state.history import History

COLUMNS = ("series", "bank", "x", "value")
LONGEST_VINTAGE = 10


def all_series(history: History, baseline: History | None = None) -> pd.DataFrame:
    """Every curve of one arrangement in one replication, and those against a baseline.

    Columns are series, bank (empty where a curve belongs to no bank), x and value.
    """
    curves = [
        *firm_curves(history), *money_curves(history), *bank_curves(history),
        *offer_curves(history), *loss_split(history), *stage_flows(history),
        *payments(history), vintage_profit(history),
    ]  # fmt: skip
    if baseline is not None:
        curves.append(additional_survivors(history, baseline))
        curves += firm_effects(history, baseline)
    parts = [pd.DataFrame(dict(zip(COLUMNS, curve, strict=True))) for curve in curves]
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def firm_curves(history: History) -> Iterator[Curve]:
    """Survival by age, firms by stage, default since signing, value by age."""
    yield survival(history)
    yield survival_at_risk(history)
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


def survival_at_risk(history: History) -> Curve:
    """Firms behind the survival curve that are followed up to an age, by year of age."""
    ages = np.arange(0.0, history.horizon + 1e-9)
    a, chosen = of_firms(history), newborn(history)
    lives = np.sort(np.minimum(a["end"], history.horizon)[chosen] - a["birth"][chosen])
    count = lives.size - np.searchsorted(lives, ages - 1e-9, side="left")
    return "survival_at_risk", "", ages, count.astype(np.float64)


def vintage_default(history: History) -> Curve:
    """Cumulative default by years since a line was opened in the experiment.

    Contracts are followed to the horizon. One whose firm was repaid, listed or closed
    without default stays in the count, since it can no longer default.
    """
    years = np.arange(0.0, min(LONGEST_VINTAGE, history.horizon) + 1e-9)
    opened = opened_in(history)
    if not opened.any():
        return "vintage_default", "", years[:0], years[:0]
    firm, date = of_book(history)["firm"][opened], of_book(history)["date"][opened]
    bad = defaulted(history)[firm]
    stop = np.where(bad, of_firms(history)["end"][firm], history.horizon)
    # a contract signed on the last day, or whose firm defaults at once, has no length
    curve = kaplan_meier(np.maximum(stop - date, 0.0), bad)
    return "vintage_default", "", years, 1.0 - survival_at(curve, years)


def cumulative_value_by_age(history: History) -> Curve:
    """Cumulative discounted value to banks of 100 firms, by age: the J-curve.

    Records hold totals of a life, not dates. Losses and gains on rights are dated by the
    end of the firm; other income less cost of funds is spread over the firm's contracts in
    proportion to line and time in force. A year of age is averaged over the firms that
    enter in the experiment and can be followed through it. Screening, coordination and
    monitoring are not known by firm and are left out.
    """
    chosen, a = newborn(history), of_firms(history)
    flows = _income_by_age(history, chosen) + _lumps_by_age(history, chosen)
    ages = np.arange(1.0, flows.size + 1.0)
    birth = np.sort(a["birth"][chosen])
    followed = np.searchsorted(birth, history.end - ages + 1e-9, side="right")
    mean = quotient(flows, followed, 0.0)
    ages, value = np.append(0.0, ages), np.append(0.0, 100.0 * np.cumsum(mean))
    known = np.append(chosen.any(), followed > 0)
    return "cumulative_value_by_age", "", ages[known], value[known]


def _followed(history: History, age: int) -> Mask:
    """Firms that are observed up to the end of a year of age, shape (n_firms,)."""
    return np.asarray(of_firms(history)["birth"] <= history.end - age - 1.0 + 1e-9)


def _income_by_age(history: History, chosen: Mask) -> Floats:
    """Discounted income less cost of funds of some firms by year of age, CNY million."""
    book, a = of_book(history), of_firms(history)
    mine = chosen[book["firm"]]
    firm, limit = book["firm"][mine], book["limit"][mine]
    start, stop = (date[mine] - a["birth"][firm] for date in spells(history))
    income = client_income(history) - a["cum_gain"] - client_funding(history)
    spread = np.bincount(firm, weights=limit * (stop - start), minlength=chosen.size)
    rate, growth = (
        limit * quotient(income, spread, 0.0)[firm],
        1.0 + history.facts["discount_rate"],
    )
    flows = np.zeros(int(history.end + 1e-9))
    for age in range(flows.size):
        spent = overlap(start, stop, age, age + 1.0) * _followed(history, age)[firm]
        flows[age] = (rate * spent).sum() * growth ** -(age + 0.5)
    return flows


def _lumps_by_age(history: History, chosen: Mask) -> Floats:
    """Discounted gains less credit losses of some firms by year of age, CNY million."""
    a = of_firms(history).rows(chosen)
    age = np.minimum(a["end"], history.end) - a["birth"]
    growth = 1.0 + history.facts["discount_rate"]
    lump = (a["cum_gain"] - net_loss(history)[chosen]) * growth**-age
    flows = np.zeros(int(history.end + 1e-9))
    for year in range(flows.size):
        inside = (age >= year) & (age < year + 1.0) & _followed(history, year)[chosen]
        flows[year] = lump[inside].sum()
    return flows


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


def offer_curves(history: History) -> Iterator[Curve]:
    """Contracts signed in each year, which x ends, by what was signed; plain lending first."""
    book, inside = of_book(history), signed_in(history)
    year = year_ends(history)
    names = np.array(("plain", *history.facts["menu"]))
    # An arrangement may be on offer under several policies.
    for name in dict.fromkeys(names.tolist()):
        dates = book["date"][inside & np.isin(book["terms"], np.flatnonzero(names == name))]
        count = np.histogram(dates, bins=np.append(0.0, year))[0].astype(np.float64)
        yield f"contracts:{name}", "", year, count


def additional_survivors(history: History, baseline: History) -> Curve:
    """Firms not closed here and closed in the baseline, less the reverse, per 1,000."""
    years = np.arange(0.0, history.horizon + 1e-9)
    among = max(int(present(history).sum()), 1)
    lead = _closed_by(baseline, years) - _closed_by(history, years)
    return "additional_survivors", "", years, 1000.0 * lead / among


def _closed_by(history: History, years: Floats) -> Floats:
    """Number of firms closed in the experiment by each date."""
    ends = np.sort(of_firms(history)["end"][~alive_at_horizon(history) & present(history)])
    return np.searchsorted(ends, years, side="right").astype(np.float64)


def _settlements(history: History) -> tuple[Floats, Ints]:
    """Dates of settlements from the start date to the horizon, and where they stand."""
    inside = history.during() | (np.abs(history.dates) <= 1e-9)
    return np.asarray(history.dates[inside]), np.flatnonzero(inside)
