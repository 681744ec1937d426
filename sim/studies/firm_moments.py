"""Moments of firms on the register that only a comparison with published figures asks for.

Stocks are read on the last day of the run, growth from one yearly page of the history to the
next. A firm that has outgrown the register stays in its growth until the year in which it did.

References
----------
Stanley and others (1996), Scaling behaviour in the growth of companies, Nature 379, for the
spread of growth as a power of size; Daunfeldt, Elert and Johansson (2014), The economic
contribution of high-growth firms, Journal of Industry, Competition and Trade 14(3), for firms
that grow by a fifth three years running.
"""

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sim.engine.history import History, Page
from sim.outcomes.reading import (
    ROUNDING,
    Floats,
    Mask,
    mean,
    of_book,
    of_firms,
    pages_of,
    ratio,
    share,
)
from sim.outcomes.sizes import ON_REGISTER
from sim.outcomes.strata import belonging

SMALL_LINE = 10.0
"""CNY million: lines up to it are those that policy calls inclusive small loans."""
FEW_MONTHS = 3.0
"""Months of outlays; cash that lasts no longer counts as little."""
SETTLED_AGE = 3.0
"""Years from which on a firm without debt is one that needs none."""
FAST_YEARS, FAST_GROWTH, FAST_STAFF = 3, 1.2, 10.0
"""A fast grower: years running, yearly factor of its sales, least staff at the beginning."""
LEAST_SALES = 0.1
"""CNY million a year below which growth says nothing: a firm that has not begun to sell."""
SIZE_CLASSES = 10
"""Classes of size, alike in number, over which the spread of growth is compared."""


class Stock(NamedTuple):
    """Firms on the register at the end of the run, each of shape (n,), CNY million."""

    sales: Floats
    cost: Floats
    cash: Floats
    balance: Floats
    limit: Floats
    interest: Floats
    assets: Floats
    age: Floats
    had_loan: Mask


def stock(history: History) -> Stock:
    """Read the firms on the register; cash follows its straight line to the last day."""
    firms = of_firms(history).rows(belonging(history, ON_REGISTER))
    cash = firms["cash"] + firms["flow"] * (history.end - firms["now"])
    assets = history.facts["assets_per_sales"] * firms["asset_factor"] * firms["scale"]
    return Stock(
        sales=firms["sales"], cost=firms["cost"], cash=np.maximum(cash, 0.0),
        balance=firms["balance"], limit=firms["limit"],
        interest=firms["rate"] * firms["balance"], assets=assets,
        age=history.end - firms["birth"], had_loan=firms["contract"] >= 0,
    )  # fmt: skip


def profit_over_sales(history: History) -> float:
    """Sales less outlays and interest, over sales, of all firms on the register."""
    s = stock(history)
    return ratio(float((s.sales - s.cost - s.interest).sum()), float(s.sales.sum()))


def cash_over_loans(history: History) -> float:
    """Cash over balances, all firms on the register."""
    s = stock(history)
    return ratio(float(s.cash.sum()), float(s.balance.sum()))


def cash_over_other_assets(history: History) -> float:
    """Median of cash over the assets beside it."""
    s = stock(history)
    found = s.cash / s.assets
    return float(np.median(found)) if found.size else math.nan


def little_cash_share(history: History) -> float:
    """Share of firms whose cash covers three months of outlays or less."""
    s = stock(history)
    return share(s.cash <= FEW_MONTHS / 12.0 * s.cost, np.ones(s.cash.size, dtype=bool))


def no_debt_share(history: History) -> float:
    """Share of firms older than three years that have had a loan and owe nothing."""
    s = stock(history)
    return share(s.balance <= ROUNDING, s.had_loan & (s.age > SETTLED_AGE))


def more_cash_than_debt(history: History) -> float:
    """Share of borrowers that hold more cash than they owe."""
    s = stock(history)
    return share(s.cash > s.balance, s.balance > ROUNDING)


def utilisation(history: History) -> float:
    """Balances over lines, firms on the register."""
    s = stock(history)
    return ratio(float(s.balance.sum()), float(s.limit.sum()))


def unsecured_share_of_small(history: History) -> float:
    """Unsecured part of the balances of small lines of firms on the register."""
    firms = of_firms(history).rows(belonging(history, ON_REGISTER))
    small = (firms["limit"] > 0.0) & (firms["limit"] <= SMALL_LINE)
    balance = firms["balance"][small]
    secured = np.minimum(balance, firms["secured"][small])
    return ratio(float((balance - secured).sum()), float(balance.sum()))


def small_over_larger_rate(history: History) -> float:
    """Mean rate of small lines less that of larger ones, contracts of the first year by money."""
    book = of_book(history)
    early = (book["date"] > 0.0) & (book["date"] <= 1.0)
    rates = []
    for chosen in (book["limit"] <= SMALL_LINE, book["limit"] > SMALL_LINE):
        rows = early & chosen
        money = book["limit"][rows]
        rates.append(ratio(float(book["rate"][rows] @ money), float(money.sum())))
    return rates[0] - rates[1]


def granted_over_asked(history: History) -> float:
    """Money granted over money asked for by firms while on the register, in their lives so far."""
    firms = of_firms(history)
    return ratio(float(firms["granted_lines"].sum()), float(firms["requested_lines"].sum()))


# --- Growth, from page to page -------------------------------------------------------------------


def _yearly(history: History) -> list[Page]:
    """Pages of the start date and of each full year of the experiment."""
    return [
        page for page in pages_of(history)
        if abs(page.date - round(page.date)) <= ROUNDING
    ]  # fmt: skip


def _starters(page: Page) -> Mask:
    """Firms on the register that sell something at a date."""
    here = ON_REGISTER.among(page.alive, lambda name: getattr(page, name))
    return np.asarray(here & (page.sales >= LEAST_SALES))


def _growth(history: History) -> Iterator[tuple[Page, Page, Mask]]:
    """Two pages a year apart, and the firms on the register at the first that live at both."""
    for before, after in pairwise(_yearly(history)):
        yield before, after, np.asarray(_starters(before) & after.alive)


def growth_of_survivors(history: History) -> float:
    """Growth of the sum of sales of firms on the register that live a year on."""
    sums = [(b.sales[m].sum(), a.sales[m].sum()) for b, a, m in _growth(history)]
    first, second = (float(sum(side)) for side in zip(*sums, strict=True)) if sums else (0.0, 0.0)
    return ratio(second, first) - 1.0


def size_exponent(history: History) -> float:
    """Slope of the log spread of yearly log growth on log size, over ten classes of size."""
    years = [
        (np.log(b.sales[m]), np.log(np.maximum(a.sales[m], LEAST_SALES) / b.sales[m]))
        for b, a, m in _growth(history)
    ]
    if not years:
        return math.nan
    size, growth = (np.concatenate(side) for side in zip(*years, strict=True))
    classes = np.array_split(np.argsort(size, kind="stable"), SIZE_CLASSES)
    if min(one.size for one in classes) < SIZE_CLASSES:
        return math.nan
    spread = np.array([growth[one].std() for one in classes])
    at = np.array([size[one].mean() for one in classes])
    return float(np.polyfit(at, np.log(spread), 1)[0]) if (spread > 0.0).all() else math.nan


def fast_grower_share(history: History) -> float:
    """Share that grows by a fifth a year for three years.

    Of firms on the register with ten staff or more that live so long.
    """
    pages, found = _yearly(history), []
    least = FAST_STAFF * history.facts["sales_per_staff"]
    for before, after in zip(pages, pages[FAST_YEARS:], strict=False):
        m = _starters(before) & (before.sales >= least) & after.alive
        found.append(after.sales[m] >= before.sales[m] * FAST_GROWTH**FAST_YEARS)
    return mean(np.concatenate(found).astype(np.float64)) if found else math.nan


def young_growth_autocorrelation(history: History) -> float:
    """Correlation of growth with the year before, firms below four years."""
    return growth_autocorrelation(history, young=True)


def old_growth_autocorrelation(history: History) -> float:
    """Correlation of growth with the year before, firms of seven years and more."""
    return growth_autocorrelation(history, young=False)


def growth_autocorrelation(history: History, young: bool) -> float:
    """Correlation of log growth with that of the year before, below 4 or from 7 years of age."""
    birth = of_firms(history)["birth"]
    pairs = []
    pages = _yearly(history)
    for one, two, three in zip(pages, pages[1:], pages[2:], strict=False):
        age = one.date - birth
        of_age = age < 4.0 if young else age >= 7.0
        m = _starters(one) & two.alive & three.alive & of_age
        m &= (two.sales >= LEAST_SALES) & (three.sales >= LEAST_SALES)
        pairs.append((np.log(two.sales[m] / one.sales[m]), np.log(three.sales[m] / two.sales[m])))
    if not pairs:
        return math.nan
    first, second = (np.concatenate(side) for side in zip(*pairs, strict=True))
    known = first.size > 2 and first.std() > 0.0 and second.std() > 0.0
    return float(np.corrcoef(first, second)[0, 1]) if known else math.nan


FIRM_MOMENTS = (
    ("firm.profit_over_sales", "share",
     "sales less outlays and interest, over sales, firms on the register, end of the run",
     profit_over_sales),
    ("firm.cash_over_loans", "ratio", "cash over balances, firms on the register, end of the run",
     cash_over_loans),
    ("firm.cash_over_other_assets", "ratio",
     "median of cash over the assets beside it, firms on the register, end of the run",
     cash_over_other_assets),
    ("firm.little_cash_share", "share",
     "firms on the register whose cash covers three months of outlays or less, end of the run",
     little_cash_share),
    ("firm.no_debt_share", "share",
     "firms on the register older than three years that have had a loan and owe nothing, end of"
     " the run", no_debt_share),
    ("firm.more_cash_than_debt", "share",
     "borrowers on the register that hold more cash than they owe, end of the run",
     more_cash_than_debt),
    ("firm.utilisation", "share", "balances over lines, firms on the register, end of the run",
     utilisation),
    ("firm.granted_over_asked", "share",
     "money granted over money asked for by firms on the register, in their lives so far",
     granted_over_asked),
    ("firm.unsecured_share_of_small", "share",
     "unsecured part of balances on lines up to 10 million, firms on the register, end of the run",
     unsecured_share_of_small),
    ("bank.small_over_larger_rate", "per year",
     "mean rate of lines up to 10 million less that of larger ones, signed in the first year",
     small_over_larger_rate),
    ("firm.growth_of_survivors", "per year",
     "growth of the sum of sales of firms on the register that live a year on",
     growth_of_survivors),
    ("firm.growth_size_exponent", "exponent",
     "slope of the log spread of yearly growth on log sales, firms on the register",
     size_exponent),
    ("firm.fast_grower_share", "share",
     "firms on the register with ten staff or more that grow by a fifth a year for three years,"
     " of those that live so long", fast_grower_share),
    ("firm.growth_autocorrelation_young", "correlation",
     "correlation of growth with the year before, firms below four years",
     young_growth_autocorrelation),
    ("firm.growth_autocorrelation_old", "correlation",
     "correlation of growth with the year before, firms of seven years and more",
     old_growth_autocorrelation),
)  # fmt: skip
"""Name, unit, meaning and function of each moment."""
