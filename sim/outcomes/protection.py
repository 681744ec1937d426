"""What protection providers bear, year by year.

A loss counts in the year of its default, as it does for caps of a year.
"""

from collections.abc import Iterator

import numpy as np

from sim.engine.history import PROTECTION_PROVIDERS, History
from sim.outcomes.reading import (
    Curve,
    Floats,
    defaulted,
    of_firms,
    unpaid,
    year_ends,
    year_of,
)

BY_YEAR = "loss_of_year:"
"""First part of the names of the series."""


def by_year(history: History, amounts: Floats) -> Floats:
    """Amounts of the defaults in the experiment by year, shape (n_years,), CNY million."""
    rows, years = np.flatnonzero(defaulted(history)), year_ends(history).size
    year = year_of(of_firms(history)["end"][rows])
    return np.bincount(year, weights=amounts[rows], minlength=years)[:years].astype(np.float64)


def loss_by_year(history: History) -> Iterator[Curve]:
    """Losses by year and who bears them, CNY million; the parts add up to the loss of the year.

    ``loss_of_year:lenders`` of all lenders together, then ``loss_of_year:PARTY`` of each party
    beside them; x is the end of the year.
    """
    years, borne = year_ends(history), of_firms(history)["borne"]
    whole = unpaid(history) - borne.sum(axis=1)
    yield BY_YEAR + "lenders", "", years, by_year(history, whole)
    for place, party in enumerate(PROTECTION_PROVIDERS):
        yield BY_YEAR + party, "", years, by_year(history, borne[:, place])
