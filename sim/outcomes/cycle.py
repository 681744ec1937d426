"""Across the cycle: profit by regime, and when an arrangement overtakes the baseline.

The profit of a quarter is split between regimes by the time that each had of it. Losses
and provisions come with a lag, so part of what a bust costs is booked in the boom after.
"""

import math

import numpy as np

from sim.engine.history import History
from sim.model.economy.macro import stays
from sim.outcomes.mark import family, outcome
from sim.outcomes.reading import (
    HOUSE,
    Floats,
    code_of,
    of_book,
    opened_in,
    overlap,
    quarters,
    quotient,
    ratio,
    yearly,
)

REGIMES = {name: {"regime": name} for name in ("boom", "bust")}
CUMULATIVE = "from the start date, run-off included, profit before policy subsidy"
# a difference in profit below this share of turnover is rounding, not an overtaking
_ROUNDING_SHARE = 1e-12


def years_in(history: History, code: int, run_off: bool = False) -> Floats:
    """Years of each settlement period spent in a macro regime, shape (n_during,)."""
    close = history.dates[history.during(run_off)]
    start = close - quarters(history, run_off)
    spent = np.zeros(close.size)
    for since, until in stays(history.macro, code):
        spent += overlap(start, close, since, until)
    return spent


def by_regime(history: History, regime: str, column: str) -> float:
    """Flow of all banks in a macro regime, CNY million."""
    part = years_in(history, code_of(history, regime)) / quarters(history)
    return float(history.bank(column)[history.during()].sum(axis=1) @ part)


def cumulative(history: History, column: str) -> Floats:
    """Running sum of a flow of all banks, run-off included, shape (n_during,)."""
    inside = history.during(run_off=True)
    return np.asarray(np.cumsum(history.bank(column)[inside].sum(axis=1)))


def overtakes(dates: Floats, lead: Floats, rounding: float) -> float:
    """First date from which a lead is positive for good; nan if it is not in the end."""
    behind = np.flatnonzero(~(lead > rounding))
    first = int(behind[-1]) + 1 if behind.size else 0
    return float(dates[first]) if first < dates.size else math.nan


@family("cycle.profit_{regime}", over=REGIMES, whole="cycle.profit", by="regime",
    unit="CNY million per year", better="higher",
    formula="profit after tax and before policy subsidy in {regime}s per year of {regime}, all"
    " banks together",
    basis="flow", source=HOUSE, label="Profit in a {regime}")  # fmt: skip
def profit_rate(history: History, regime: str) -> float:
    """Profit of all banks per year of a macro regime."""
    years = float(years_in(history, code_of(history, regime)).sum())
    return ratio(by_regime(history, regime, "profit"), years)


@outcome("cycle.profit_gap", unit="CNY million per year", better="lower", basis="flow",
    formula="profit per year of boom less profit per year of bust, all banks together",
    source=HOUSE, label="Gap between boom and bust")  # fmt: skip
def profit_gap(history: History) -> float:
    """How far apart the regimes lie, in money."""
    return profit_rate(history, "boom") - profit_rate(history, "bust")


@family("cycle.margin_{regime}", over=REGIMES, whole="bank.net_margin", by="regime",
    unit="per year", better="higher", basis="flow",
    formula="profit before tax and policy subsidy in {regime}s over the time integral of the"
    " balance lent in them", source=HOUSE, label="Margin in a {regime}")  # fmt: skip
def margin(history: History, regime: str) -> float:
    """Profit per unit lent in a macro regime."""
    lent = by_regime(history, regime, "balance_years")
    return ratio(by_regime(history, regime, "profit_before_tax"), lent)


@outcome("cycle.margin_gap", unit="per year", better="lower", basis="flow",
    formula="margin in booms less margin in busts", source=HOUSE,
    label="Gap of margins between boom and bust")  # fmt: skip
def margin_gap(history: History) -> float:
    """How far apart the regimes lie, per unit lent."""
    return margin(history, "boom") - margin(history, "bust")


@outcome("cycle.crossover_years", unit="years", better="lower", basis="vintage",
    formula="first settlement from which cumulative profit stays above the baseline's for"
    f" good ({CUMULATIVE}); undefined if it never does", source=HOUSE,
    label="Years to overtake the baseline", paired=True)  # fmt: skip
def crossover_years(history: History, baseline: History) -> float:
    """Horizon at which the arrangement has earned more money than the baseline."""
    own, other = cumulative(history, "profit"), cumulative(baseline, "profit")
    turnover = float(np.abs(np.concatenate([own, other])).max(initial=0.0))
    dates = history.dates[history.during(run_off=True)]
    return overtakes(dates, own - other, _ROUNDING_SHARE * turnover)


@outcome("cycle.crossed", unit="share", better="higher", basis="vintage",
    formula="1 where cumulative profit ends above the baseline's, else 0"
    f" ({CUMULATIVE}); its mean is a probability", source=HOUSE, binary=True,
    label="Overtakes the baseline", paired=True)  # fmt: skip
def crossed(history: History, baseline: History) -> float:
    """Whether the arrangement has earned more money in the end."""
    return float(not math.isnan(crossover_years(history, baseline)))


@outcome("cycle.margin_crossover_years", unit="years", better="lower", basis="vintage",
    formula="first settlement from which cumulative profit per unit lent stays above the"
    f" baseline's for good ({CUMULATIVE}); undefined if it never does", source=HOUSE,
    label="Years to overtake the baseline per unit lent", paired=True)  # fmt: skip
def margin_crossover_years(history: History, baseline: History) -> float:
    """Horizon at which the arrangement has earned more per unit lent than the baseline."""
    own, other = (
        quotient(cumulative(one, "profit"), cumulative(one, "balance_years"))
        for one in (history, baseline)
    )
    return overtakes(history.dates[history.during(run_off=True)], own - other, _ROUNDING_SHARE)


@outcome("cycle.margin_crossed", unit="share", better="higher", basis="vintage",
    formula="1 where cumulative profit per unit lent ends above the baseline's, else 0"
    f" ({CUMULATIVE}); its mean is a probability", source=HOUSE, binary=True,
    label="Overtakes the baseline per unit lent", paired=True)  # fmt: skip
def margin_crossed(history: History, baseline: History) -> float:
    """Whether the arrangement has earned more per unit lent in the end."""
    return float(not math.isnan(margin_crossover_years(history, baseline)))


@outcome("cycle.new_lending_winter_share", unit="share", better="neither", basis="flow",
    formula="lines opened in winters of the equity market over lines opened, in money",
    source=HOUSE, label="New lending in winters")  # fmt: skip
def new_lending_winter_share(history: History) -> float:
    """Part of new lending that is made when equity is scarce."""
    opened, limit = opened_in(history), of_book(history)["limit"]
    winter = opened & (of_book(history)["winter"] == 1)
    return ratio(float(limit[winter].sum()), float(limit[opened].sum()))


@outcome("cycle.gain_loss_correlation", unit="correlation", better="neither", basis="flow",
    formula="correlation over the years of this history of realised equity gain and credit loss"
    " of all banks; undefined where there is no gain", source=HOUSE)  # fmt: skip
def gain_loss_correlation(history: History) -> float:
    """Whether gains come in the years of the losses."""
    gain, lost = (yearly(history, name).sum(axis=1) for name in ("gain", "loss"))
    if gain.size < 2 or gain.std() == 0.0 or lost.std() == 0.0:
        return math.nan
    return float(np.corrcoef(gain, lost)[0, 1])
