"""Tables of results that are read by parts, so that nobody need hold a whole one.

A table of a run in memory is a frame; that of a finished run lies in a file, which
`sim.experiment.stored_table` reads. Both give rows in the order in which they were written, by
replication, and whoever sums up replications reads them so: what is held then does not grow with
their number.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pandas as pd


class Table(Protocol):
    """A table of results, in memory or in a file."""

    def __len__(self) -> int:
        """Number of rows."""

    def frame(self) -> pd.DataFrame:
        """Give the whole table."""

    def words(self, column: str) -> list[str]:
        """Give the different words of a column, in the order in which they first stand."""

    def where(self, column: str, words: Collection[str]) -> pd.DataFrame:
        """Give the rows that have one of some words in a column."""

    def parts(self, columns: Sequence[str] | None = None) -> Iterator[pd.DataFrame]:
        """Give some columns, all by default, in parts of whole replications."""


@dataclass(frozen=True, eq=False)
class Held:
    """A table in memory, which is one part."""

    whole: pd.DataFrame

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.whole)

    def frame(self) -> pd.DataFrame:
        """Give the whole table."""
        return self.whole

    def words(self, column: str) -> list[str]:
        """Give the different words of a column, in the order in which they first stand.

        >>> Held(pd.DataFrame({"bank": ["b", "a", "b"]})).words("bank")
        ['b', 'a']
        """
        return list(self.whole[column].unique()) if len(self.whole) else []

    def where(self, column: str, words: Collection[str]) -> pd.DataFrame:
        """Give the rows that have one of some words in a column."""
        return self.whole[self.whole[column].isin(list(words))]

    def parts(self, columns: Sequence[str] | None = None) -> Iterator[pd.DataFrame]:
        """Give some columns, all by default, in one part."""
        yield self.whole if columns is None else self.whole[list(columns)]


def by_replication(table: Table, numbers: Iterable[int]) -> Iterator[pd.DataFrame]:
    """Give the rows of each of some replications, whose numbers rise; no others are held.

    >>> held = Held(pd.DataFrame({"replication": [0, 0, 2], "loss": [1.0, 2.0, 4.0]}))
    >>> [len(rows) for rows in by_replication(held, [0, 1, 2])]
    [2, 0, 1]
    """
    found: Iterator[tuple[Any, pd.DataFrame]] = (
        one for part in table.parts() for one in part.groupby("replication")
    )
    number, rows = next(found, (math.inf, pd.DataFrame()))
    none = rows.iloc[:0]
    for wanted in numbers:
        while number < wanted:
            number, rows = next(found, (math.inf, none))
        yield rows if number == wanted else none


def replications(table: Table) -> int:
    """Count the replications of a table.

    >>> replications(Held(pd.DataFrame({"replication": [0, 0, 2]})))
    2
    """
    return sum(part["replication"].nunique() for part in table.parts(["replication"]))
