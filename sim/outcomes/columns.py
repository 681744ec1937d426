"""Columns of a history's records, read once. No outcome is defined here."""

import weakref
from collections.abc import Callable
from dataclasses import dataclass
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
        key = id(history)
        if key not in kept:
            value = read(history)
            # when the history goes, what was read from it goes too
            kept[key] = (weakref.ref(history, lambda gone: kept.pop(key, None)), value)
        return kept[key][1]

    return reading


class Columns:
    """Columns of records as plain arrays, each read once.

    Records are a kilobyte wide, so reading a column takes as long as reading all of them.

    Parameters
    ----------
    records : record array, shape (n,)

    Examples
    --------
    >>> table = np.zeros(2, dtype=[("cash", "f8"), ("stage", "i1")])
    >>> Columns(table).rows(np.array([True, False]))["cash"]
    array([0.])
    """

    def __init__(self, records: Rows) -> None:
        """Read nothing yet."""
        self._records = records
        self._read: dict[str, Rows] = {}

    def __getitem__(self, name: str) -> Rows:
        """Give one column, shape (n,) or (n, length)."""
        if name not in self._read:
            self._read[name] = np.ascontiguousarray(self._records[name])
        return self._read[name]

    def rows(self, chosen: Mask | Ints) -> "Chosen":
        """Give some rows, as a mask or row numbers."""
        return Chosen(self, chosen)


@dataclass(frozen=True)
class Chosen:
    """Columns of some rows."""

    columns: Columns
    chosen: Mask | Ints

    def __getitem__(self, name: str) -> Rows:
        """Give one column of the chosen rows."""
        return np.asarray(self.columns[name][self.chosen])


@remembered
def of_firms(history: History) -> Columns:
    """Columns of the firms' records."""
    return Columns(history.firms)


@remembered
def of_book(history: History) -> Columns:
    """Columns of the loan book."""
    return Columns(history.book)
