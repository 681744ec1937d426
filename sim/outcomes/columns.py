"""Columns of a history's records, read once. No outcome is defined here."""

import weakref
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.base.columns import Rows
from sim.state.history import History

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Curve = tuple[str, str, Floats, Floats]
"""A series of a history: its name, the bank or nothing, x and value."""
Value = TypeVar("Value")


def remembered(read: Callable[[History], Value]) -> Callable[[History], Value]:
    """Keep what was read of a history: many outcomes share a costly reading.

    A history is frozen, so the result cannot go stale; it goes with the history.
    """
    kept: dict[int, tuple[weakref.ref[History], Value]] = {}

    @wraps(read)
    def reading(history: History) -> Value:
        key = id(history)
        if key not in kept:
            kept[key] = weakref.ref(history, lambda gone: kept.pop(key, None)), read(history)
        return kept[key][1]

    return reading


class Columns:
    """Columns of records as plain arrays, each read once.

    Records are a kilobyte wide, so reading a column takes as long as reading all of them.

    Parameters
    ----------
    records : record array, shape (n,), or columns
    chosen : bool array, shape (n,), or row numbers, optional

    Examples
    --------
    >>> table = np.zeros(2, dtype=[("cash", "f8"), ("stage", "i1")])
    >>> Columns(table).rows(np.array([True, False]))["cash"]
    array([0.])
    """

    def __init__(self, records: "Rows | Columns", chosen: Mask | Ints | None = None) -> None:
        """Read nothing yet."""
        self._records, self._chosen = records, chosen
        self._read: dict[str, Rows] = {}

    def __getitem__(self, name: str) -> Rows:
        """Give one column, shape (n,) or (n, length)."""
        if name not in self._read:
            column = self._records[name]
            own = column if self._chosen is None else column[self._chosen]
            self._read[name] = np.ascontiguousarray(own)
        return self._read[name]

    def rows(self, chosen: Mask | Ints) -> "Columns":
        """Give some rows, as a mask or row numbers."""
        return Columns(self, chosen)


@remembered
def of_firms(history: History) -> Columns:
    """Columns of the firms' records."""
    return Columns(history.firms)


@remembered
def of_book(history: History) -> Columns:
    """Columns of the loan book."""
    return Columns(history.book)
