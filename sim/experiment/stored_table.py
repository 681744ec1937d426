"""A table of a finished run, read from its file a part at a time and checked at every reading."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import IO, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.base.errors import StorageError
from sim.experiment.strange_tables import check_columns, readable

ROWS = 2**15
"""Rows that are held in memory at once while a file is gone through."""
_NUMBER = "replication"


@dataclass(frozen=True, eq=False)
class StoredTable:
    """A table in a Parquet file; see `sim.analysis.tables.Table`.

    `opened` opens the file once it is checked, and raises StorageError where it is not what was
    written; `columns` is the schema that it must have, where one is declared.
    """

    opened: Callable[[], AbstractContextManager[IO[bytes]]]
    columns: Any = None

    def __len__(self) -> int:
        """Number of rows."""
        with self._file() as file:
            return int(file.metadata.num_rows)

    def frame(self) -> pd.DataFrame:
        """Read the whole table."""
        with self._file() as file:
            return _frame(file.read().replace_schema_metadata(), None)

    def words(self, column: str) -> list[str]:
        """Read the different words of a column, in the order in which they first stand."""
        return list(self._words.get(column, ()))

    @cached_property
    def _words(self) -> dict[str, dict[str, None]]:
        """The words of every column of text, read at one go: arrangements, curves and banks."""
        with self._file() as file:
            schema = file.schema_arrow
        found: dict[str, dict[str, None]] = {
            field.name: {} for field in schema if not pa.types.is_primitive(field.type)
        }
        for rows in self._batches(list(found)):
            for name, words in found.items():
                words.update(dict.fromkeys(pc.unique(rows[name]).to_pylist()))
        return found

    def where(self, column: str, words: Collection[str]) -> pd.DataFrame:
        """Read the rows that have one of some words in a column, and hold no others."""
        found = []
        for rows in self._batches():
            wanted = pa.array(list(words), rows[column].type)
            found.append(rows.filter(pc.is_in(rows[column], wanted)))
        return _frame(pa.concat_tables(found), None)

    def parts(self, columns: Sequence[str] | None = None) -> Iterator[pd.DataFrame]:
        """Read some columns, all by default, in parts of whole replications.

        Raises StorageError where replications do not stand one after another.
        """
        read = None if columns is None else list(dict.fromkeys([*columns, _NUMBER]))
        left = None
        for rows in self._batches(read):
            whole = rows if left is None else pa.concat_tables([left, rows])
            number = whole[_NUMBER].to_numpy()
            if (number[1:] < number[:-1]).any():
                raise self._out_of_order()
            # The last one may go on in the next part.
            count = int((number < number[-1]).sum()) if number.size else 0
            if count:
                yield _frame(whole.slice(0, count), columns)
            left = whole.slice(count)
        if left is not None and left.num_rows:
            yield _frame(left, columns)

    def _batches(self, columns: Sequence[str] | None = None) -> Iterator[Any]:
        """Read some columns, all by default, so many rows at a time."""
        with self._file() as file:
            names = file.schema_arrow.names if columns is None else list(columns)
            empty = file.schema_arrow.empty_table().select(names)
            # Of a file without rows there is one part, which says what columns it has.
            yield empty.replace_schema_metadata()
            for batch in file.iter_batches(ROWS, columns=names, use_threads=False):
                yield pa.Table.from_batches([batch]).replace_schema_metadata()

    @contextmanager
    def _file(self) -> Iterator[Any]:
        with self.opened() as opened, readable(opened.name, "write the run anew"):
            # Otherwise the whole file is fetched before its first rows are given.
            file = pq.ParquetFile(opened, pre_buffer=False)
            check_columns(file.schema_arrow, self.columns)
            yield file

    def _out_of_order(self) -> StorageError:
        with self.opened() as file:
            what = "does not hold its replications one after another"
            return StorageError(file.name, what, "write the run anew")


def _frame(rows: Any, columns: Sequence[str] | None) -> pd.DataFrame:
    own = rows if columns is None else rows.select(list(columns))
    frame: pd.DataFrame = own.to_pandas()
    return frame
