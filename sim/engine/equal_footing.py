"""Equal footing: the baseline's loans imposed on another arrangement.

Dates, maturities and withdrawals are the baseline's, lines too, or with equal firms those of
the arrangement; price, sharing, right and promise are the arrangement's. Firms that have ended
here are left out. With sharing as the only difference and equal lines, every firm lives the
same life and the system loses the same money.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.base.columns import Rows
from sim.engine.committee import open_menu, with_desk
from sim.engine.world import World
from sim.model.firms.record import ALIVE

Floats = NDArray[np.float64]


def impose(w: World, date: float) -> None:
    """Repeat what the baseline decided at `date`."""
    assert w.imposed is not None, "a world without imposed decisions holds its own committee"
    open_menu(w, date)
    while w.imposed and w.imposed[0][1] <= date + 1e-9:
        what, _, who, given = w.imposed.pop(0)
        alive = w.firms.status[who] == ALIVE
        if alive.any():
            rule = getattr(w.rules, f"repeat_{what}")
            with_desk(w, int(alive.sum()), rule, who[alive], given[alive], date)


# --- The same firms: the baseline's loans imposed, each with the line of the arrangement ---------
# Between the baseline's lending and an arrangement's own lies this: the firms that the
# baseline lends to, at its dates, each with the line that the arrangement would give it. What
# changes from the baseline's lines to these is the amount per firm; what changes from here
# to the arrangement's own lending is who is lent to, and when.


def mean_lines(book: Rows, firms: int) -> Floats:
    """Give each firm's mean line over its contracts since the start date, CNY million.

    Shape (n_firms,); nan for a firm that signed nothing since.
    """
    signed = book["date"] > 0.0
    who, limit = book["firm"][signed], book["limit"][signed]
    count = np.bincount(who, minlength=firms)
    total = np.bincount(who, weights=limit, minlength=firms)
    lines = np.full(firms, np.nan)
    np.divide(total, count, out=lines, where=count > 0)
    return lines


def line_factors(own: Floats, baseline: Floats) -> Floats:
    """Give the factor from the baseline's line to the arrangement's, by firm, (n_firms,).

    One for a firm that does not borrow under both.

    Examples
    --------
    >>> line_factors(np.array([3.0, np.nan, 1.0]), np.array([2.0, 5.0, np.nan])).tolist()
    [1.5, 1.0, 1.0]
    """
    both = np.isfinite(own) & np.isfinite(baseline) & (baseline > 0.0)
    factors = np.ones(own.shape)
    np.divide(own, baseline, out=factors, where=both)
    return factors


def with_lines(decisions: list[Any], factors: Floats) -> list[Any]:
    """Give a baseline's decisions, which stay as they are, with every line multiplied.

    `factors` has shape (n_firms,).
    """
    changed = []
    for what, date, who, terms in decisions:
        written = terms
        if what == "sign":
            written = terms.copy()
            written["limit"] = written["limit"] * factors[written["firm"]]
        changed.append((what, date, who, written))
    return changed
