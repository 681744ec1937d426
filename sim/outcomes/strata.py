"""Sizes of firms at the end of a run, by stratum: who they are, and how far the tail reaches.

Firms on the register of technology SMEs and large firms that have outgrown it are told apart.
High-tech enterprises belong to either, so theirs is never summed with the others. Sums of large
firms hang on a few: their largest is told beside them, and none of them is a headline.

References
----------
Hill (1975), A simple general approach to inference about the tail of a distribution, Annals of
Statistics 3(5), for the exponent of the tail.
"""

import numpy as np

from sim.base.checks import FloatArray
from sim.engine.history import History
from sim.model.firms.record import DEPARTED
from sim.outcomes.mark import family, outcome
from sim.outcomes.reading import HOUSE, Mask, ended, living, mean, of_firms, present, ratio, share
from sim.outcomes.sizes import (
    ABOVE,
    ALL,
    HIGH_TECH,
    SIZE_CLASSES,
    STRATA,
    TAIL,
    Stratum,
    number_between,
)

CLASSES = {
    (group, low, high): {"name": f"{word}_{name}", "who": who, "class": told}
    for group, name, who in (
        (HIGH_TECH, "high_tech", "high-tech enterprises"), (ABOVE, "large", "large firms"),
        (ALL, "all", "all firms"),
    )
    for word, (told, low, high) in SIZE_CLASSES.items()
}  # fmt: skip
"""Groups of firms with bounds of sales, CNY million a year."""


def belonging(history: History, group: Stratum) -> Mask:
    """Firms alive at the end of the run that belong to a group, shape (n_firms,)."""
    return group.among(living(history), of_firms(history).__getitem__)


def sales_of(history: History, group: Stratum) -> FloatArray:
    """Sales of a group's living firms at the end of the run, CNY million a year."""
    return np.asarray(of_firms(history)["sales"][belonging(history, group)])


@family("firm.median_sales_{name}", over=STRATA, unit="CNY million a year", better="neither",
    basis="stock", formula="median sales of living {who} at the end of the run",
    source=HOUSE, low=0.0, label="Median sales, {who}")  # fmt: skip
def median_sales(history: History, group: Stratum) -> float:
    """Sales of the firm in the middle."""
    sales = sales_of(history, group)
    return float(np.median(sales)) if sales.size else np.nan


@family("firm.mean_sales_{name}", over=STRATA, unit="CNY million a year", better="neither",
    basis="stock", formula="mean sales of living {who} at the end of the run", source=HOUSE,
    low=0.0, heavy_tailed=True, label="Mean sales, {who}")  # fmt: skip
def mean_sales(history: History, group: Stratum) -> float:
    """Mean sales."""
    return mean(sales_of(history, group))


@family("firm.largest_{name}", over=STRATA, unit="share", better="neither", basis="stock",
    formula="sales of the largest over sales of all living {who} at the end of the run",
    source=HOUSE, label="Part of the largest in sales, {who}")  # fmt: skip
def largest(history: History, group: Stratum) -> float:
    """How far a sum hangs on one firm."""
    sales = sales_of(history, group)
    return ratio(float(sales.max(initial=0.0)), float(sales.sum()))


@family("firm.loans_to_sales_{name}", over=STRATA, unit="years of sales", better="neither",
    basis="stock", formula="balances over sales of living {who} at the end of the run",
    source=HOUSE, low=0.0, heavy_tailed=True, label="Loans over sales, {who}")  # fmt: skip
def loans_to_sales(history: History, group: Stratum) -> float:
    """Debt in years of sales."""
    chosen = belonging(history, group)
    balances = of_firms(history)["balance"][chosen]
    return ratio(float(balances.sum()), float(of_firms(history)["sales"][chosen].sum()))


@family("firm.{name}", over=CLASSES, unit="share", better="neither", basis="stock",
    formula="of living {who} at the end of the run, share with sales {class}", source=HOUSE,
    label="Sales {class}, {who}")  # fmt: skip
def in_class(history: History, bounds: tuple[Stratum, float, float]) -> float:
    """Share of firms of a size."""
    group, low, high = bounds
    sales = sales_of(history, group)
    return ratio(number_between(sales, low, high), float(sales.size))


@outcome("firm.hill_exponent", unit="exponent", better="neither", basis="stock", low=0.0,
    formula="number of living firms with sales above 100 million over the sum of their log sales"
    " beyond it, at the end of the run",
    source="Hill 1975, Annals of Statistics 3(5)", heavy_tailed=True,
    label="Exponent of the tail of sales")  # fmt: skip
def hill_exponent(history: History) -> float:
    """How thin the tail of sizes is; below one no mean exists."""
    sales = sales_of(history, ALL)
    beyond = np.log(sales[sales > TAIL] / TAIL)
    return ratio(float(beyond.size), float(beyond.sum()))


@outcome("firm.graduated_share", unit="share", better="neither", basis="stock",
    formula="of living firms, share that has outgrown the register, at the end of the run",
    source=HOUSE, label="Firms above the register's caps")  # fmt: skip
def graduated_share(history: History) -> float:
    """Firms that have outgrown the register."""
    return share(belonging(history, ABOVE), living(history))


@outcome("firm.departed_share", unit="share", better="neither", basis="count",
    formula="of firms that live in the experiment, share that leaves without closing in it",
    source=HOUSE, label="Firms that leave without closing")  # fmt: skip
def departed_share(history: History) -> float:
    """Firms that leave the register, or the followed world, alive and unsold."""
    return share(ended(history, DEPARTED, DEPARTED), present(history))
