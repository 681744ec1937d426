"""Uptake over time: what is signed in each year, and the firms that have signed so far."""

from collections.abc import Iterator

import numpy as np

from sim.engine.history import History
from sim.outcomes.reading import Curve, Floats, Ints, of_book, of_firms, signed_in, year_ends

QUARTER = 0.25


def offer_curves(history: History) -> Iterator[Curve]:
    """Contracts signed in each year, which x ends, by what was signed; plain lending first.

    Then, quarter by quarter, the share of firms alive that have ever signed each arrangement.
    """
    book, inside = of_book(history), signed_in(history)
    year = year_ends(history)
    quarters = np.arange(0.0, history.horizon + 0.5 * QUARTER, QUARTER)
    names = np.array(("plain", *history.facts["menu"]))
    # An arrangement may be on offer under several policies.
    for name in dict.fromkeys(names.tolist()):
        rows = np.flatnonzero(inside & np.isin(book["terms"], np.flatnonzero(names == name)))
        dates = book["date"][rows]
        count = np.histogram(dates, bins=np.append(0.0, year))[0].astype(np.float64)
        yield f"contracts:{name}", "", year, count
        if name != "plain":
            firms = book["firm"][rows].astype(np.int64)
            share = uptake(history, firms, dates, quarters)
            known = np.isfinite(share)
            yield f"uptake:{name}", "", quarters[known], share[known]


def uptake(history: History, firms: Ints, dates: Floats, at: Floats) -> Floats:
    """Share of firms alive at some dates that have signed by then, shape (n_dates,).

    Nan where no firm is alive.

    Parameters
    ----------
    firms, dates : shapes (n_contracts,)
        Rows of those who signed, and when.
    at : shape (n_dates,), years from the start date
    """
    born, end = (of_firms(history)[name] for name in ("birth", "end"))
    first = np.full(born.size, np.inf)
    np.minimum.at(first, firms, dates)
    alive = _entered(born, at) - _entered(end, at)
    signed = np.isfinite(first)
    there = _entered(first[signed], at) - _entered(np.maximum(end, first)[signed], at)
    return np.asarray(np.divide(there, alive, out=np.full(at.size, np.nan), where=alive > 0.0))


def _entered(dates: Floats, at: Floats) -> Floats:
    return np.asarray(np.searchsorted(np.sort(dates), at, side="right"), np.float64)
