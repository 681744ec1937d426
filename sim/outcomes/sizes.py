"""Sizes of firms by stratum on the first and the last day of the experiment: curves of two points.

Counts and sums are kept, so that shares and the exponent of the tail can be pooled over
replications: of one history there are too few large firms to say much.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.base.checks import FloatArray
from sim.engine.history import History, Page
from sim.model.firms.record import LARGE, REGISTERED
from sim.outcomes.reading import Curve, Mask, pages_of

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


def number_between(sales: FloatArray, low: float, high: float) -> float:
    """Firms with sales from `low` on and below `high`."""
    return float(((sales >= low) & (sales < high)).sum())


class Quantity(NamedTuple):
    """What is told of the sales of some firms."""

    unit: str
    meaning: str
    of: Callable[[FloatArray], float]


def _beyond(sales: FloatArray) -> float:
    """Sum of log sales beyond the beginning of the tail."""
    return float(np.log(np.maximum(sales / TAIL, 1.0)).sum())


QUANTITIES = {
    "firms": Quantity("firms", "living firms", lambda sales: float(sales.size)),
    "median": Quantity(
        "CNY million a year", "their median sales",
        lambda sales: float(np.median(sales)) if sales.size else np.nan,
    ),
    "sales": Quantity("CNY million a year", "sum of sales", lambda sales: float(sales.sum())),
    "largest": Quantity(
        "CNY million a year", "sales of the largest of them",
        lambda sales: float(sales.max(initial=0.0)),
    ),
    **{
        name: Quantity("firms", f"with sales {told}", partial(number_between, low=low, high=high))
        for name, (told, low, high) in SIZE_CLASSES.items()
    },
    "beyond": Quantity("log", "sum of their log sales beyond 100 million", _beyond),
}  # fmt: skip
"""Told of the sales of a group, shape (n_firms,), CNY million a year."""
GROUPS = {told["name"]: group for group, told in STRATA.items()} | {"all": ALL}


def size_name(quantity: str, group: str) -> str:
    """Name the series of a quantity of a group.

    >>> size_name("firms", "registered")
    'size_firms:registered'
    """
    return f"size_{quantity}:{group}"


def size_curves(history: History) -> Iterator[Curve]:
    """Sizes on the first and the last day of the experiment; x is the date, years."""
    pages = pages_of(history)
    if len(pages) < 2:
        return
    ends = pages[0], pages[-1]
    dates = np.array([page.date for page in ends])
    for name, group in GROUPS.items():
        sales = [page.sales[_belonging(page, group)] for page in ends]
        for quantity, told in QUANTITIES.items():
            yield size_name(quantity, name), "", dates, np.array([told.of(one) for one in sales])


def _belonging(page: Page, group: Stratum) -> Mask:
    """Firms of a group that live at a date, shape (n_firms,)."""
    return group.among(page.alive, lambda name: getattr(page, name))
