"""How many borrowers stand behind each desk: tails, concentration and failure belong to a book.

Luck of firms averages out within a desk in proportion to its borrowers, so a desk of few firms has
larger losses in its bad years, a more concentrated book and fails more often than the same bank
with more of them. What is said of tails holds for desks of the size that is told beside it.
"""

from collections.abc import Iterator

import numpy as np

from sim.engine.history import History, Page
from sim.outcomes.reading import Curve, Floats, of_book, of_desks, pages_of
from sim.outcomes.sizes import ON_REGISTER

SERIES = "desk_borrowers"
FEWEST_BORROWERS, MOST_BORROWERS = 300.0, 2000.0
"""Borrowers on the register that a desk for technology firms has: assumption 300 to 2,000.

From a rural bank's branch to a specialised branch of a large bank; no count by desk was found.
"""


def desk_borrowers(history: History) -> tuple[Floats, Floats]:
    """Dates, shape (n_dates,), and borrowers on the register by desk, shape (n_dates, n_banks).

    At the start date, at the end of each year and at the horizon. A borrower owes a loan that the
    desk leads or shares in, by the shares of signing; firms above the register's caps are none.
    """
    pages = pages_of(history)
    counts = [_counted(history, page) for page in pages]
    shape = (len(pages), history.panel.shape[1])
    return np.array([page.date for page in pages]), np.array(counts).reshape(shape)


def _counted(history: History, page: Page) -> Floats:
    """Count borrowers on the register by desk at one date, shape (n_banks,)."""
    chosen = ON_REGISTER.among(page.alive, lambda name: getattr(page, name))
    rows = page.contract[chosen & (page.contract >= 0) & (page.balance > 0.0)]
    rows = rows[of_desks(history)[rows]]
    lender, share = of_book(history)["lender"][rows], of_book(history)["share"][rows]
    banks = history.panel.shape[1]
    return np.bincount(lender[share > 0.0], minlength=banks)[:banks].astype(np.float64)


def borrower_curves(history: History) -> Iterator[Curve]:
    """Borrowers on the register of each desk; x is the date, years."""
    dates, counts = desk_borrowers(history)
    for place, name in enumerate(history.facts["banks"] if dates.size else ()):
        yield SERIES, name, dates, counts[:, place]
