"""Curves: what happens over time, by age of the firm, since signing, and bank by bank."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from sim.engine.history import STATES, History, Page
from sim.engine.ledger import PARTIES
from sim.model.firms.record import STAGES
from sim.outcomes.bank_loss import loss_split
from sim.outcomes.bank_stage import client_funding, client_income
from sim.outcomes.cycle import cumulative, profit_rate
from sim.outcomes.desks import SERIES as DESK_BORROWERS
from sim.outcomes.desks import borrower_curves
from sim.outcomes.effects import NOTICED, SPREADS, SUMS, THIRD, WORSE, effect_sums
from sim.outcomes.firm import kaplan_meier, survival_at, survival_curve
from sim.outcomes.firm_wealth import founder_values
from sim.outcomes.protection import loss_by_year
from sim.outcomes.reading import (
    ROUNDING,
    Curve,
    Floats,
    Ints,
    Mask,
    alive_at_horizon,
    defaulted,
    first_contract,
    net_loss,
    new_borrowers,
    newborn,
    of_book,
    of_firms,
    of_stage,
    opened_in,
    overlap,
    pages_of,
    per_thousand,
    present,
    quotient,
    ratio,
    saved,
    signed_in,
    signers,
    spells,
    year_ends,
    year_of,
    yearly,
)
from sim.outcomes.sizes import QUANTITIES, size_curves, size_name
from sim.outcomes.uptake import offer_curves

# --- Flows: firms between the stages of life, and money between the parties ----------------------


MOVED = "stage_flow:"
PAID = "paid:"
"""First parts of the names of the series."""
_PERIODS = 5


def stage_flows(history: History) -> Iterator[Curve]:
    """Firms by their states at two dates: up to five periods of whole years.

    ``stage_flow:SOURCE>TARGET`` for each pair of states that occurs; x is the end of each
    period. Firms that have not entered or have ended at both dates are left out.
    """
    pages = checkpoints(history)
    ends = np.array([page.date for page in pages[1:]])
    counts = [_crossed(one, two) for one, two in pairwise(pages)]
    for source, target in np.argwhere(np.any(counts, axis=0)) if counts else ():
        name = f"{MOVED}{STATES[source]}>{STATES[target]}"
        yield name, "", ends, np.array([count[source, target] for count in counts], float)


def checkpoints(history: History) -> list[Page]:
    """Give the pages between which flows are told: equal steps of whole years, and the last."""
    pages = pages_of(history)
    step = max(math.ceil(history.horizon / _PERIODS - ROUNDING), 1)
    return [page for page in pages if page.date % step == 0.0 or page is pages[-1]]


def _crossed(one: Page, two: Page) -> Floats:
    """Count firms by their states at two dates, shape (n_states, n_states)."""
    n = len(STATES)
    pairs = one.state.astype(np.int64) * n + two.state
    count = np.bincount(pairs, minlength=n * n).reshape(n, n).astype(np.float64)
    for name in ("unborn", "listed", "acquired", "departed", "closed"):
        count[STATES.index(name), STATES.index(name)] = 0.0
    return count


def payments(history: History) -> Iterator[Curve]:
    """Money paid between the parties in the experiment, by account, CNY million.

    ``paid:ACCOUNT:PAYER:PAYEE``; x is the length of the experiment in years. A negative sum
    was paid the other way.
    """
    pages = pages_of(history)
    if len(pages) < 2:
        return
    first, last = pages[0], pages[-1]
    end = np.array([last.date])
    for account, sums in last.paid.items():
        paid = sums - first.paid.get(account, 0.0)
        for payer, payee in np.argwhere(paid != 0.0):
            name = f"{PAID}{account}:{PARTIES[payer]}:{PARTIES[payee]}"
            yield name, "", end, paid[payer, payee][None]


# --- The same firm in two worlds: who is saved, who is lost, whose founders gain; and vintages ---
# A firm uses common random numbers under every arrangement, so what differs in its life is the
# arrangement's doing. Effects are told for groups whose members are the same in both
# worlds: all firms, sectors, thirds of quality, venture backing, and by where a firm
# borrows. No outcome is defined here; these are curves of one point each.


KINDS = {
    "saved": ("firms per 1,000", "firms not closed here and closed in the baseline"),
    "lost": ("firms per 1,000", "firms closed here and not in the baseline"),
    "founders_better": ("firms per 1,000", "founders who end richer than in the baseline"),
    "founders_worse": ("firms per 1,000", "founders who end poorer than in the baseline"),
    "founder_gain": ("CNY million", "mean wealth of founders less that in the baseline"),
}
"""Effects that are told of every group: unit and meaning."""


def effect_name(kind: str, group: str) -> str:
    """Name the series of an effect.

    >>> effect_name("saved", "all firms")
    'effect_saved:all firms'
    """
    return f"effect_{kind}:{group}"


def firm_effects(history: History, baseline: History) -> Iterator[Curve]:
    """Effects of an arrangement on the same firms, by group: one point each.

    Saved and lost per 1,000 firms that live in the experiment; founders better and worse off
    per 1,000 firms that enter in it, and their mean gain in CNY million.
    """
    kept, lost = saved(history, baseline), saved(baseline, history)
    among, entered = present(history), newborn(history)
    gain = np.zeros(entered.size)
    gain[entered] = _gains(history, baseline)
    for group, chosen in groups_of(history, baseline):
        own, new = chosen & among, chosen & entered
        values = (
            per_thousand(kept, own), per_thousand(lost, own),
            per_thousand(gain > 0.0, new), per_thousand(gain < 0.0, new),
            ratio(float(gain[new].sum()), float(new.sum())),
        )  # fmt: skip
        for kind, value in zip(KINDS, values, strict=True):
            yield effect_name(kind, group), "", np.zeros(1), np.array([value])


def groups_of(history: History, baseline: History) -> Iterator[tuple[str, Mask]]:
    """Groups of firms whose members do not depend on the arrangement, or are told by it."""
    a = of_firms(history)
    quality, venture = a["quality"], a["venture"] == 1
    yield "all firms", np.ones(quality.size, dtype=bool)
    yield "lowest third of quality", quality < -THIRD
    yield "middle third of quality", (quality >= -THIRD) & (quality <= THIRD)
    yield "highest third of quality", quality > THIRD
    yield "venture-backed", venture
    yield "not venture-backed", ~venture
    for code, name in enumerate(history.facts["sectors"]):
        yield f"sector {name}", np.asarray(a["sector"] == code)
    here, there = (signers(one, signed_in(one)) for one in (history, baseline))
    yield "borrow in both worlds", here & there
    yield "borrow here only", here & ~there
    yield "borrow in the baseline only", there & ~here
    yield "borrow in neither", ~here & ~there


def _gains(history: History, baseline: History) -> Floats:
    """Founders' wealth here less in the baseline, of firms that enter; rounding is zero."""
    here, there = founder_values(history), founder_values(baseline)
    gain = here - there
    return np.where(np.abs(gain) <= NOTICED * np.maximum(here, there), 0.0, gain)


def vintage_profit(history: History) -> Curve:
    """Profit from firms whose first loan is signed in a year of the experiment, by year.

    Over their whole life to the end of the run: income less running cost, fees, cost of
    funds and credit losses; screening, coordination and monitoring are not known by firm.
    """
    rows = new_borrowers(history)
    years = year_ends(history) if rows.size else np.zeros(0)
    profit = client_income(history) - client_funding(history) - net_loss(history)
    date = of_book(history)["date"][first_contract(history)[rows]]
    sums = np.bincount(year_of(date), weights=profit[rows], minlength=years.size)[: years.size]
    return "vintage_profit", "", years, np.asarray(sums)


# --- All curves of a history ---------------------------------------------------------------------


COLUMNS = ("series", "bank", "x", "value")
LONGEST_VINTAGE = 10


def all_series(history: History, baseline: History | None = None) -> pd.DataFrame:
    """Every curve of one arrangement in one replication, and those against a baseline.

    Columns are series, bank (empty where a curve belongs to no bank), x and value.
    """
    curves = [
        *firm_curves(history), *money_curves(history), *bank_curves(history),
        *offer_curves(history), *loss_split(history), *loss_by_year(history),
        *stage_flows(history), *payments(history), vintage_profit(history),
        *size_curves(history), *borrower_curves(history),
    ]  # fmt: skip
    if baseline is not None:
        curves.append(additional_survivors(history, baseline))
        curves += [*firm_effects(history, baseline), *effect_sums(history, baseline)]
    curves = [curve for curve in curves if np.size(curve[2])]
    sizes = [np.size(curve[2]) for curve in curves]
    names = ([curve[place] for curve in curves] for place in (0, 1))
    numbers = (
        np.concatenate([np.asarray(curve[place], float) for curve in curves]) for place in (2, 3)
    )
    columns = (*(np.repeat(np.array(name, dtype=object), sizes) for name in names), *numbers)
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


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
    ages = np.arange(0.0, history.horizon + ROUNDING, 0.25)
    chosen = newborn(history)
    if not chosen.any():
        return "survival", "", ages[:0], ages[:0]
    return "survival", "", ages, survival_at(survival_curve(history, chosen), ages)


def survival_at_risk(history: History) -> Curve:
    """Firms behind the survival curve that are followed up to an age, by year of age."""
    ages = np.arange(0.0, history.horizon + ROUNDING)
    a, chosen = of_firms(history), newborn(history)
    lives = np.sort(np.minimum(a["end"], history.horizon)[chosen] - a["birth"][chosen])
    count = lives.size - np.searchsorted(lives, ages - ROUNDING, side="left")
    return "survival_at_risk", "", ages, count.astype(np.float64)


def vintage_default(history: History) -> Curve:
    """Cumulative default by years since a line was opened in the experiment.

    Contracts are followed to the horizon. One whose firm was repaid, listed or closed
    without default stays in the count, since it can no longer default.
    """
    years = np.arange(0.0, min(LONGEST_VINTAGE, history.horizon) + ROUNDING)
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
    followed = np.searchsorted(birth, history.end - ages + ROUNDING, side="right")
    mean = quotient(flows, followed, 0.0)
    ages, value = np.append(0.0, ages), np.append(0.0, 100.0 * np.cumsum(mean))
    known = np.append(chosen.any(), followed > 0)
    return "cumulative_value_by_age", "", ages[known], value[known]


def _followed(history: History, age: int) -> Mask:
    """Firms that are observed up to the end of a year of age, shape (n_firms,)."""
    return np.asarray(of_firms(history)["birth"] <= history.end - age - 1.0 + ROUNDING)


def _income_by_age(history: History, chosen: Mask) -> Floats:
    """Discounted income less cost of funds of some firms by year of age, CNY million."""
    book, a = of_book(history), of_firms(history)
    mine = chosen[book["firm"]]
    firm, limit = book["firm"][mine], book["limit"][mine]
    start, stop = (date[mine] - a["birth"][firm] for date in spells(history))
    income = client_income(history) - a["cum_gain"] - client_funding(history)
    spread = np.bincount(firm, weights=limit * (stop - start), minlength=chosen.size)
    rate = limit * quotient(income, spread, 0.0)[firm]
    growth = 1.0 + history.facts["discount_rate"]
    flows = np.zeros(int(history.end + ROUNDING))
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
    flows = np.zeros(int(history.end + ROUNDING))
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
    ends = np.abs(run - np.round(run)) < ROUNDING
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
    years = np.arange(0.0, history.horizon + ROUNDING)
    among = max(int(present(history).sum()), 1)
    lead = _closed_by(baseline, years) - _closed_by(history, years)
    return "additional_survivors", "", years, 1000.0 * lead / among


def _closed_by(history: History, years: Floats) -> Floats:
    """Number of firms closed in the experiment by each date."""
    ends = np.sort(of_firms(history)["end"][~alive_at_horizon(history) & present(history)])
    return np.searchsorted(ends, years, side="right").astype(np.float64)


def _settlements(history: History) -> tuple[Floats, Ints]:
    """Dates of settlements from the start date to the horizon, and where they stand."""
    inside = history.during() | (np.abs(history.dates) <= ROUNDING)
    return np.asarray(history.dates[inside]), np.flatnonzero(inside)


# --- What each curve of ``series.parquet`` is: what x and the value stand for, with units --------


@dataclass(frozen=True)
class SeriesMark:
    """One series, or all series whose names begin alike: unit and meaning of its value, and its x.

    After a colon in the name stands, in capitals, what further series are by.
    """

    name: str
    unit: str
    meaning: str
    x: str

    def covers(self, series: str) -> bool:
        """Say whether a series of a run is this one.

        >>> mark = SeriesMark("stage_count:STAGE", "firms", "living firms", "years")
        >>> mark.covers("stage_count:growth"), mark.covers("survival")
        (True, False)
        """
        head, colon, _ = self.name.partition(":")
        return series == self.name or bool(colon and series.startswith(f"{head}:"))


DATE, YEAR = "years from the start date", "years from the start date at which the year ends"
AGE, HORIZON = "years of age", "years of the experiment"
SERIES = (
    SeriesMark("survival", "share", "firms not closed, Kaplan and Meier 1958", AGE),
    SeriesMark("survival_at_risk", "firms", "firms that are followed beyond that age", AGE),
    SeriesMark("stage_count:STAGE", "firms", "living firms by stage", DATE),
    SeriesMark("vintage_default", "share", "cumulative default", "years since signing"),
    SeriesMark("cumulative_value_by_age", "CNY million",
               "discounted value to banks of 100 firms", AGE),
    SeriesMark("credit_outstanding", "CNY million", "performing loans of all banks", DATE),
    SeriesMark("cumulative_profit", "CNY million", "profit of all banks so far", DATE),
    SeriesMark("profit_by_regime", "CNY million per year",
               "profit of all banks per year of a regime",
               "place of the macro regime in the scenario"),
    SeriesMark("bank_annual_loss", "CNY million", "credit loss of a bank in a year", YEAR),
    SeriesMark("bank_annual_profit", "CNY million", "profit of a bank in a year", YEAR),
    SeriesMark(DESK_BORROWERS, "firms", "firms on the register that owe a bank", DATE),
    SeriesMark("contracts:ARRANGEMENT", "contracts", "signed in a year, by terms", YEAR),
    SeriesMark("uptake:ARRANGEMENT", "share", "firms alive that have ever signed it", DATE),
    SeriesMark("loss_borne:PARTY", "CNY million", "credit losses borne by each party", HORIZON),
    SeriesMark("loss_of_year:PARTY", "CNY million",
               "credit losses of defaults of a year, borne by each party", YEAR),
    SeriesMark("stage_flow:SOURCE>TARGET", "firms", "firms by their states at two dates",
               "years from the start date at which the period ends"),
    SeriesMark("paid:ACCOUNT:PAYER:PAYEE", "CNY million", "paid in the experiment", HORIZON),
    SeriesMark("vintage_profit", "CNY million",
               "profit from firms whose first loan is of a year", YEAR),
    SeriesMark("additional_survivors", "firms per 1,000",
               "firms saved less firms lost so far", DATE),
    SeriesMark(f"{SUMS}:EFFECT:KIND:GROUP", "as the effect",
               "sums over a group of supported firms, by what it is in the baseline at signing",
               "0 and 1: part and whole here; 2 and 3: in the baseline"),
    SeriesMark(f"{SPREADS}:EFFECT", "as the effect", "effects on single supported firms",
               "share of supported firms below"),
    SeriesMark(f"{WORSE}:EFFECT", "firms", "supported firms by the sign of the effect on them",
               "0: they have less; 1: more; 2: all of them"),
    *(SeriesMark(effect_name(kind, "GROUP"), *KINDS[kind], "always 0") for kind in KINDS),
    *(SeriesMark(size_name(name, "STRATUM"), told.unit, told.meaning, DATE)
      for name, told in QUANTITIES.items()),
)  # fmt: skip
"""Every series, in the order of the table."""
