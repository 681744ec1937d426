"""Sizes of firms at the end of a run, by stratum: who they are, and how far the tail reaches.

Firms on the register of technology SMEs and large firms that have outgrown it are told apart.
High-tech enterprises belong to either, so theirs is never summed with the others. Sums of large
firms hang on a few: their largest is told beside them, and none of them is a headline.

References
----------
Hill (1975), A simple general approach to inference about the tail of a distribution, Annals of
Statistics 3(5), for the exponent of the tail.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.base.checks import FloatArray
from sim.engine.history import History
from sim.model.firms.record import DEPARTED, LARGE, REGISTERED
from sim.outcomes.mark import family, outcome
from sim.outcomes.reading import HOUSE, Mask, ended, living, mean, of_firms, present, ratio, share

TAIL = 100.0
"""Sales above which the tail of sizes is fitted, CNY million a year."""


class Stratum(NamedTuple):
    """Which firms a group holds: values of two columns of the record, none for any."""

    stratum: int | None = None
    high_tech: int | None = None

    def among(self, alive: Mask, column: Callable[[str], NDArray[Any]]) -> Mask:
        """Those of some living firms that it holds; `column` reads a column of firms by name."""
        chosen = alive
        for name, code in self._asdict().items():
            if code is not None:
                chosen = chosen & (column(name) == code)
        return np.asarray(chosen)


ALL, ON_REGISTER, ABOVE = Stratum(), Stratum(REGISTERED), Stratum(LARGE)
HIGH_TECH = Stratum(high_tech=1)
STRATA = {
    ON_REGISTER: {"name": "registered", "who": "firms on the register"},
    HIGH_TECH: {"name": "high_tech", "who": "high-tech enterprises"},
    ABOVE: {"name": "large", "who": "large firms"},
}
SIZE_CLASSES = {
    "below_20": ("below 20 million", 0.0, 20.0),
    "above_100": ("above 100 million", TAIL, np.inf),
    "above_200": ("above 200 million", 200.0, np.inf),
    "above_1000": ("above one billion", 1000.0, np.inf),
}
"""Classes of sales: what they are called, and their bounds, CNY million a year."""
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


def number_between(sales: FloatArray, low: float, high: float) -> float:
    """Firms with sales from `low` on and below `high`."""
    return float(((sales >= low) & (sales < high)).sum())


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
