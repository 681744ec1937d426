"""Numbers of one history that signs of evidence speak of and no outcome of the house says."""

import math
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from sim.engine.history import History
from sim.model.firms.record import FAILED_CASH, SWAP
from sim.outcomes.cycle import years_in
from sim.outcomes.firm_credit import borrows_early
from sim.outcomes.reading import (
    ROUNDING,
    Floats,
    Mask,
    between,
    code_of,
    defaulted,
    living,
    newborn,
    of_all_stages,
    of_book,
    of_firms,
    pages_of,
    quarters,
    ratio,
    share,
    signed_in,
    total,
    unpaid,
)
from sim.studies.firm_moments import LEAST_SALES, size_exponent

YOUNG, OLD = 3.0, 6.0
"""Years below which a firm is young, and from which it is old."""
SOON = 1.0
"""Years before a default in which the use of a line is looked at."""


# --- Banks ---------------------------------------------------------------------------------------


def business_elsewhere(history: History) -> float:
    """Business of firms at banks that do not lend to them, outside ones too, CNY million."""
    outside = float(history.series("outside_business")[history.during()].sum())
    return total(history, "hosted") + outside


def business_at_lenders(history: History) -> float:
    """Business of firms at their lenders, CNY million."""
    return total(history, "relationship")


def screening_per_contract(history: History) -> float:
    """What banks spend on judging applicants for each contract signed, CNY million."""
    return ratio(total(history, "screening"), float(np.count_nonzero(signed_in(history))))


def use_in_busts(history: History) -> float:
    """Balances over lines in quarters that lie in busts, less the same in other quarters."""
    loans = between(history, history.bank("loans").sum(axis=1))
    lines = between(history, history.series("lines"))
    bad = years_in(history, code_of(history, "bust")) > 0.5 * quarters(history)
    used = [ratio(float(loans[m].sum()), float(lines[m].sum())) for m in (bad, ~bad)]
    return used[0] - used[1]


def use_before_default(history: History) -> float:
    """Mean share of a line that is drawn, of firms that default within a year, less of others."""
    book, firms = of_book(history), of_firms(history)
    soon, later = [], []
    for page in pages_of(history):
        lent = page.alive & (page.balance > ROUNDING) & (page.contract >= 0)
        rows = np.flatnonzero(lent)
        used = page.balance[rows] / book["limit"][page.contract[rows]]
        fails = (defaulted(history) & (firms["end"] <= page.date + SOON))[rows]
        soon.append(used[fails])
        later.append(used[~fails])
    parts = [np.concatenate(side) for side in (soon, later)]
    return float(parts[0].mean() - parts[1].mean()) if min(p.size for p in parts) else math.nan


# --- Firms that borrow and fail ------------------------------------------------------------------


def good(history: History) -> Mask:
    """Firms of above average quality."""
    return np.asarray(of_firms(history)["quality"] > 0.0)


def first_loan_good(history: History) -> float:
    """Good firms with a first line within three years of entry, of those that enter."""
    return borrows_early(history, newborn(history, 3.0) & good(history))


def first_loan_large_wallet(history: History) -> float:
    """The same of firms that want to hold more cash than half of all do."""
    return borrows_early(history, newborn(history, 3.0) & _large_wallet(history))


def wallet_slope(history: History) -> float:
    """First loans of firms with a large wallet less those of firms with a small one."""
    small = newborn(history, 3.0) & ~_large_wallet(history)
    return first_loan_large_wallet(history) - borrows_early(history, small)


def _large_wallet(history: History) -> Mask:
    months = of_firms(history)["cash_months"]
    return np.asarray(months > np.median(months[newborn(history)]))


def sound_cash_defaults(history: History) -> float:
    """Good borrowers that run out of cash and default, per loan-year of all."""
    out = defaulted(history) & good(history) & (of_firms(history)["status"] == FAILED_CASH)
    years = between(history, of_all_stages(history, "borrowers")) @ quarters(history)
    return ratio(float(np.count_nonzero(out)), float(years))


def loss_given_default_weak(history: History) -> float:
    """Loss given default of firms of below average quality, weighted with money."""
    weak = defaulted(history) & ~good(history)
    return ratio(
        float(unpaid(history)[weak].sum()),
        float(of_firms(history)["exposure_at_default"][weak].sum()),
    )


def in_bust(history: History, dates: Floats) -> Floats:
    """Whether each date lies in a bust."""
    code = history.facts["regimes"].index("bust")
    starts = np.array([date for date, _ in history.macro])
    states = np.array([state for _, state in history.macro])
    place = np.searchsorted(starts, dates, side="right") - 1
    return np.asarray(states[np.maximum(place, 0)] == code)


def returned_in_busts(history: History) -> float:
    """Of losses of defaults in busts, part that caps of a year leave to lenders."""
    return _returned(history)[0]


def returned_by_bust(history: History) -> float:
    """That part less the same of defaults at other times."""
    bad, other = _returned(history)
    return bad - other


def _returned(history: History) -> tuple[float, float]:
    """Part of losses left to lenders by caps, in busts and at other times."""
    back, lost = of_firms(history)["fell_back"], unpaid(history)
    bad = in_bust(history, of_firms(history)["end"])
    gone = defaulted(history)
    found = [ratio(float(back[m].sum()), float(lost[m].sum())) for m in (gone & bad, gone & ~bad)]
    return found[0], found[1]


def delivering(history: History) -> float:
    """Share of living firms under a swap that bring the business demanded of them."""
    firms = of_firms(history)
    return share(firms["deliver"] == 1, living(history) & (firms["right"] == SWAP))


# --- Growth from one yearly page to the next -----------------------------------------------------


def _growth(history: History) -> Iterator[tuple[Floats, Floats, Floats]]:
    """Age, log sales and log growth over the next year of firms that live so long."""
    birth = of_firms(history)["birth"]
    pages = [page for page in pages_of(history) if abs(page.date - round(page.date)) <= ROUNDING]
    for before, after in pairwise(pages):
        both = before.alive & after.alive
        m = both & (before.sales >= LEAST_SALES) & (after.sales >= LEAST_SALES)
        size = np.log(before.sales[m])
        yield before.date - birth[m], size, np.log(after.sales[m]) - size


def _all_growth(history: History) -> tuple[Floats, Floats, Floats]:
    age, size, growth = (np.concatenate(side) for side in zip(*_growth(history), strict=True))
    return age, size, growth


def growth_old_less_young(history: History) -> float:
    """Mean log growth a year of firms from six years of age less that of firms below three."""
    age, _, growth = _all_growth(history)
    old, young = growth[age >= OLD], growth[age < YOUNG]
    return float(old.mean() - young.mean()) if min(old.size, young.size) else math.nan


def growth_by_size_at_age(history: History) -> float:
    """Slope of log growth on log sales among firms of the same age in whole years."""
    age, size, growth = _all_growth(history)
    _, cell = np.unique(np.floor(age), return_inverse=True)
    number = np.bincount(cell)
    size = size - (np.bincount(cell, size) / number)[cell]
    growth = growth - (np.bincount(cell, growth) / number)[cell]
    return ratio(float(size @ growth), float(size @ size))


SIGNS: dict[str, tuple[str, Callable[[History], float]]] = {
    rule.__name__: (unit, rule)
    for unit, rules in {
        "CNY million": (business_elsewhere, business_at_lenders, screening_per_contract),
        "share": (
            use_in_busts, use_before_default, first_loan_good, first_loan_large_wallet,
            wallet_slope, loss_given_default_weak, returned_in_busts, returned_by_bust, delivering,
        ),
        "per year": (sound_cash_defaults, growth_old_less_young),
        "per year and log point": (growth_by_size_at_age,),
        "exponent": (size_exponent,),
    }.items()
    for rule in rules
}  # fmt: skip
"""Unit and rule of each, by name."""
