"""What protection providers bear, year by year, and when their caps and capital are spent.

A loss counts in the year of its default, as it does for caps of a year.
"""

from collections.abc import Iterator

import numpy as np

from sim.engine.history import PROTECTION_PROVIDERS, History
from sim.outcomes.mark import outcome
from sim.outcomes.reading import (
    HOUSE,
    Curve,
    Floats,
    defaulted,
    of_firms,
    ratio,
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


@outcome("system.fell_back", unit="CNY million", better="lower", basis="flow", low=0.0,
    formula="of losses of defaults in the experiment: what caps of a year and spent capital of"
    " protection providers leave to others, in the end to lenders", source=HOUSE,
    label="Losses beyond caps of a year and capital")  # fmt: skip
def fell_back(history: History) -> float:
    """What protection was to bear and could not."""
    return float(of_firms(history)["fell_back"][defaulted(history)].sum())


@outcome("system.years_beyond_cover", unit="share", better="lower", basis="flow",
    formula="of years of the experiment, share in which a cap of the year or spent capital of a"
    " protection provider left a part of a loss to others", source=HOUSE,
    label="Years in which cover was spent")  # fmt: skip
def years_beyond_cover(history: History) -> float:
    """How often a pool is dry, or its year spent."""
    beyond = by_year(history, of_firms(history)["fell_back"])
    return ratio(float(np.count_nonzero(beyond > 0.0)), float(beyond.size))
