"""Reading a history: sums, time averages, groups of firms. No outcome is defined here.

Date 0 is the start of the experiment. What came before is a common past and counts only as
an opening level.
"""

import math
import weakref
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.firms.record import ACQUIRED, ALIVE, FAILED_TECHNICAL, STAGES, UNBORN
from sim.state.history import History

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Value = TypeVar("Value")

HOUSE = "house definition"
_ROUNDING = 1e-9


def remembered(read: Callable[[History], Value]) -> Callable[[History], Value]:
    """Keep the last result: many outcomes of one history share a costly reading.

    Parameters
    ----------
    read : callable
        Of a history alone; a history is frozen, so its result cannot go stale.

    Returns
    -------
    callable
    """
    kept: dict[int, tuple[weakref.ref[History], Value]] = {}

    @wraps(read)
    def reading(history: History) -> Value:
        found = kept.get(id(history))
        if found is not None and found[0]() is history:
            return found[1]
        value = read(history)
        kept.clear()
        kept[id(history)] = (weakref.ref(history), value)
        return value

    return reading


def ratio(part: float, whole: float) -> float:
    """Part over whole; nan where the whole is not above zero.

    Examples
    --------
    >>> ratio(1.0, 4.0), ratio(1.0, 0.0)
    (0.25, nan)
    """
    return float(part) / float(whole) if whole > 0.0 else math.nan


def share(chosen: Mask, among: Mask) -> float:
    """Share of the rows `among` that are also `chosen`; nan of none."""
    return ratio(float(np.count_nonzero(chosen & among)), float(np.count_nonzero(among)))


def mean(values: Floats) -> float:
    """Mean, nan of nothing."""
    return float(values.mean()) if values.size else math.nan


def total(history: History, *columns: str) -> float:
    """Sum of bank flows over banks and the experiment, CNY million."""
    return float(sum(history.flow(column).sum() for column in columns))


def balance_years(history: History) -> float:
    """Time integral of the balance lent in the experiment, CNY million years."""
    return total(history, "balance_years")


def quarters(history: History, run_off: bool = False) -> Floats:
    """Length of the period that each settlement closes, shape (n_during,), years."""
    before = np.concatenate([[0.0], history.dates[:-1]])
    length = history.dates - np.maximum(before, 0.0)
    return np.asarray(length[history.during(run_off)])


def time_average(history: History, levels: Floats) -> float:
    """Average over the experiment of a level at settlements.

    Parameters
    ----------
    history : History
    levels : array, shape (n_dates,)
        Undefined (nan) where a denominator is zero; such periods are left out.
    """
    inside, length = levels[history.during()], quarters(history)
    known = np.isfinite(inside)
    return ratio(float(inside[known] @ length[known]), float(length[known].sum()))


def of_stage(history: History, kind: str, stage: int) -> Floats:
    """What the system holds of one stage at each settlement, shape (n_dates,).

    Parameters
    ----------
    history : History
    kind : {"count", "borrowers", "credit"}
        Living firms, firms with a line, or balances in CNY million.
    stage : int
        0 start-up to 3 mature.
    """
    return history.series(f"{kind}_{stage}")


def of_all_stages(history: History, kind: str) -> Floats:
    """What the system holds of all stages at each settlement, shape (n_dates,)."""
    stages = [of_stage(history, kind, stage) for stage in range(len(STAGES))]
    return np.asarray(np.sum(stages, axis=0))


def years_of_stage(history: History, kind: str, stage: int) -> float:
    """Time integral of the same over the experiment, read at settlements."""
    return float(of_stage(history, kind, stage)[history.during()] @ quarters(history))


def opening(history: History, levels: Floats) -> float:
    """A level on the first day; zero where nothing was settled before."""
    before = np.flatnonzero(history.dates <= _ROUNDING)
    return float(levels[before[-1]]) if before.size else 0.0


def closing(history: History, levels: Floats) -> float:
    """A level at the horizon; nan where nothing was settled."""
    inside = np.flatnonzero(history.during())
    return float(levels[inside[-1]]) if inside.size else math.nan


def yearly(history: History, column: str) -> Floats:
    """A bank flow by year of the experiment, shape (n_years, n_banks), CNY million."""
    inside = history.during()
    year = np.ceil(history.dates[inside] - _ROUNDING).astype(np.int64) - 1
    flow = history.bank(column)[inside]
    sums = np.zeros((int(year.max()) + 1 if year.size else 0, flow.shape[1]))
    np.add.at(sums, year, flow)
    return sums


def entered(history: History) -> Mask:
    """Firms that have entered, shape (n_firms,)."""
    return np.asarray(history.firms["status"] != UNBORN)


def present(history: History) -> Mask:
    """Firms that live at some date of the experiment."""
    firms = history.firms
    still = (firms["end"] > 0.0) & (firms["birth"] < history.horizon)
    return np.asarray(entered(history) & still)


def newborn(history: History, follow: float = 0.0) -> Mask:
    """Firms that enter in the experiment, early enough to be followed for some years."""
    birth = history.firms["birth"]
    late = birth <= history.horizon - follow + _ROUNDING
    return np.asarray(entered(history) & (birth >= 0.0) & late)


def ended(history: History, first: int, last: int) -> Mask:
    """Firms that ended in the experiment with a status from `first` to `last`."""
    status, end = history.firms["status"], history.firms["end"]
    inside = (end > 0.0) & (end <= history.horizon + _ROUNDING)
    return np.asarray((status >= first) & (status <= last) & inside)


def failed(history: History) -> Mask:
    """Firms closed in the experiment, whatever the cause."""
    return ended(history, FAILED_TECHNICAL, 127)


def defaulted(history: History) -> Mask:
    """Firms closed in the experiment that left a loan unpaid."""
    return np.asarray(failed(history) & (history.firms["defaulted"] == 1))


def alive_at_horizon(history: History) -> Mask:
    """Firms that entered and have not closed by the horizon; exits count as living."""
    firms = history.firms
    closed = (firms["status"] > ACQUIRED) & (firms["end"] <= history.horizon + _ROUNDING)
    return np.asarray(entered(history) & ~closed)


def living(history: History) -> Mask:
    """Firms alive at the end of the run."""
    return np.asarray(history.firms["status"] == ALIVE)


def unpaid(history: History) -> Floats:
    """What each firm's default costs all lenders and guarantors, shape (n_firms,)."""
    return np.asarray(history.firms["owed"] - history.firms["recovery"])


def net_loss(history: History) -> Floats:
    """What each firm's default costs its lenders, net of guarantors, shape (n_firms,)."""
    return np.asarray((1.0 - history.firms["guaranteed"]) * unpaid(history))


def at_bank(history: History, amount: Floats) -> Floats:
    """Split amounts per firm over lenders of the last contract, shape (n_banks, n_firms)."""
    rows = np.flatnonzero((amount > 0.0) & (history.firms["contract"] >= 0))
    contract = history.firms["contract"][rows]
    part = amount[rows, None] * history.book["share"][contract]
    held = np.zeros((history.panel.shape[1], amount.size))
    column = np.broadcast_to(rows[:, None], part.shape)
    np.add.at(held, (history.book["lender"][contract], column), part)
    return held


def signed_in(history: History, follow: float = 0.0) -> Mask:
    """Contracts signed in the experiment, early enough to be followed, shape (n,)."""
    date = history.book["date"]
    late = date <= history.horizon - follow + _ROUNDING
    return np.asarray((date > 0.0) & late)


def first_contract(history: History) -> Ints:
    """Row of each firm's first contract, -1 for none, shape (n_firms,)."""
    first = np.full(history.firms.shape[0], -1, dtype=np.int64)
    # The book is in order of signing, so writing it backwards leaves the earliest row.
    rows = np.arange(history.book.shape[0] - 1, -1, -1, dtype=np.int64)
    first[history.book["firm"][rows]] = rows
    return first


def new_borrowers(history: History) -> Ints:
    """Firms whose first loan ever was signed in the experiment; their rows."""
    first = first_contract(history)
    rows = np.flatnonzero(first >= 0)
    date = history.book["date"][first[rows]]
    return np.asarray(rows[(date > 0.0) & (date <= history.horizon + _ROUNDING)])
