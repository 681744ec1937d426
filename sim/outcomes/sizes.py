"""Sizes of firms by stratum on the first and the last day of the experiment: curves of two points.

Counts and sums are kept, so that shares and the exponent of the tail can be pooled over
replications: of one history there are too few large firms to say much.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from sim.base.checks import FloatArray
from sim.engine.history import History, Page
from sim.outcomes.reading import ROUNDING, Curve, Mask
from sim.outcomes.strata import ALL, SIZE_CLASSES, STRATA, TAIL, Stratum, number_between


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
    pages = [page for page in history.pages if page.date <= history.horizon + ROUNDING]
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
