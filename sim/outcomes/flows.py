"""Flows: firms between the stages of life, and money between the parties."""

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from sim.outcomes.columns import Curve, Floats
from sim.state.history import History
from sim.state.ledger import PARTIES
from sim.state.yearbook import STATES, Page

MOVED = "stage_flow:"
PAID = "paid:"
"""First parts of the names of the series."""
_PERIODS = 5
_ROUNDING = 1e-9


def stage_flows(history: History) -> Iterator[Curve]:
    """Firms by their states at two dates: up to five periods of whole years.

    ``stage_flow:SOURCE>TARGET`` for each pair of states that occurs; x is the end of each
    period. Firms that have not entered or have ended at both dates are left out.
    """
    pages = checkpoints(history)
    ends = np.array([page.date for page in pages[1:]])
    counts = [_crossed(one, two) for one, two in pairwise(pages)]
    for source, target in np.argwhere(np.any(counts, axis=0)) if counts else ():
        name = f"{MOVED}{STATES[source]}>{STATES[target]}"
        yield name, "", ends, np.array([count[source, target] for count in counts], float)


def checkpoints(history: History) -> list[Page]:
    """Give the pages between which flows are told: equal steps of whole years, and the last."""
    pages = [page for page in history.pages if page.date <= history.horizon + _ROUNDING]
    step = max(math.ceil(history.horizon / _PERIODS - _ROUNDING), 1)
    return [page for page in pages if page.date % step == 0.0 or page is pages[-1]]


def _crossed(one: Page, two: Page) -> Floats:
    """Count firms by their states at two dates, shape (n_states, n_states)."""
    n = len(STATES)
    pairs = one.state.astype(np.int64) * n + two.state
    count = np.bincount(pairs, minlength=n * n).reshape(n, n).astype(np.float64)
    for name in ("unborn", "listed", "acquired", "closed"):
        count[STATES.index(name), STATES.index(name)] = 0.0
    return count


def payments(history: History) -> Iterator[Curve]:
    """Money paid between the parties in the experiment, by account, CNY million.

    ``paid:ACCOUNT:PAYER:PAYEE``; x is the length of the experiment in years. A negative sum
    was paid the other way.
    """
    pages = [page for page in history.pages if page.date <= history.horizon + _ROUNDING]
    if len(pages) < 2:
        return
    first, last = pages[0], pages[-1]
    end = np.array([last.date])
    for account, sums in last.paid.items():
        paid = sums - first.paid.get(account, 0.0)
        for payer, payee in np.argwhere(paid != 0.0):
            name = f"{PAID}{account}:{PARTIES[payer]}:{PARTIES[payee]}"
            yield name, "", end, paid[payer, payee][None]
