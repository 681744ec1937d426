"""One replication as the bytes of a file, and the tables of many put together from such files.

The bytes are a line of JSON and then each table as an Arrow stream, with the columns that are
declared in `sim.experiment.results`. Tables are put together a part at a time, so that memory
does not grow with the number of replications, and always at the same rows, so that their bytes
do not tell in how many goes a run was made.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.base.columns import TEXT
from sim.experiment.results import TABLES, Reduced
from sim.experiment.strange_tables import read_json, read_stream

ROWS = 2**17
"""Rows that are held in memory of each table while many replications are put together."""


@dataclass(frozen=True)
class Replication:
    """One replication as it is kept: of which run, its accounts, and its tables by name.

    `run` names the scenario and the program that it was made by.
    """

    number: int
    run: str
    residual: float
    checks: int
    seconds: float
    tables: Mapping[str, Any]


def kept(one: Reduced, run: str) -> Replication:
    """Give what is kept of a finished replication of a run."""
    tables = {name: getattr(one, name) for name in TABLES}
    arrow = {
        name: pa.Table.from_pandas(frame, schema=schema(name), preserve_index=False)
        for name, frame in tables.items()
        if frame is not None
    }
    return Replication(one.replication, run, one.residual, one.checks, one.seconds, arrow)


def schema(name: str) -> Any:
    """Give the columns of a table as Arrow knows them."""
    return pa.schema([
        (c.name, pa.string() if c.kind == TEXT else pa.from_numpy_dtype(np.dtype(c.kind)))
        for c in TABLES[name]
    ])  # fmt: skip


def to_bytes(one: Replication) -> bytes:
    """Write a replication as bytes."""
    sink = pa.BufferOutputStream()
    head = {
        "replication": one.number, "run": one.run, "residual": one.residual,
        "checks": one.checks, "seconds": one.seconds, "tables": list(one.tables),
    }  # fmt: skip
    sink.write(json.dumps(head).encode() + b"\n")
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    for table in one.tables.values():
        with pa.ipc.new_stream(sink, table.schema, options=options) as stream:
            stream.write_table(table)
    return bytes(sink.getvalue())


def from_bytes(content: bytes) -> Replication:
    """Read what `to_bytes` has written; ValueError, KeyError or TypeError for other bytes."""
    line, _, rest = content.partition(b"\n")
    head = read_json(line)
    stream = pa.BufferReader(rest)
    tables = {name: read_stream(stream, schema(name)) for name in head["tables"]}
    numbers = [float(head[name]) for name in ("residual", "seconds")]
    return Replication(
        int(head["replication"]), str(head["run"]), numbers[0], int(head["checks"]), numbers[1],
        tables,
    )  # fmt: skip


def frame_to_bytes(frame: pd.DataFrame) -> bytes:
    """Write one table as bytes."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return bytes(sink.getvalue())


def frame_of(content: bytes) -> pd.DataFrame:
    """Read the table that `frame_to_bytes` has written; ValueError for other bytes."""
    frame: pd.DataFrame = read_stream(pa.BufferReader(content)).to_pandas()
    return frame


def write_tables(folder: Path, parts: Iterable[Replication], names: Iterable[str]) -> None:
    """Put replications together, in their order, as one Parquet file for each table named."""
    held: dict[str, list[Any]] = {name: [] for name in names}
    with ExitStack() as files:
        writers = {
            name: files.enter_context(pq.ParquetWriter(folder / f"{name}.parquet", schema(name)))
            for name in held
        }
        for part in parts:
            for name, tables in held.items():
                tables.append(part.tables[name])
                if sum(table.num_rows for table in tables) >= ROWS:
                    _write(writers[name], tables)
        for name, tables in held.items():
            _write(writers[name], tables)


def rows_of(content: bytes, number: int) -> Any:
    """Give the rows of one replication of a table that `write_tables` has written."""
    return pq.read_table(BytesIO(content), filters=[("replication", "==", number)])


def _write(writer: Any, tables: list[Any]) -> None:
    """Write tables as one group of rows, and hold them no longer."""
    if tables:
        whole = pa.concat_tables(tables)
        writer.write_table(whole, row_group_size=max(whole.num_rows, 1))
        tables.clear()


# --- Two copies of one replication, bit by bit ---------------------------------------------------


def differing(first: Any, second: Any) -> Iterator[str]:
    """Name the rows of two tables whose bits differ, by their words, with both values."""
    if first.num_rows != second.num_rows:
        yield f"{first.num_rows} rows and {second.num_rows}"
        return
    words = [field.name for field in first.schema if field.type == pa.string()]
    labels = ["outcome", "series", "x", "bank", "year", "event", "firm", "arrangement"]
    labels = [name for name in labels if name in first.schema.names]
    for name in first.schema.names:
        one, two = first[name].to_pylist(), second[name].to_pylist()
        if name not in words:
            same = _bits(first[name]) == _bits(second[name])
        else:
            same = np.array([a == b for a, b in zip(one, two, strict=True)], dtype=bool)
        for row in np.flatnonzero(~same).tolist():
            where = ", ".join(str(first[label][row].as_py()) for label in labels)
            yield f"{where}: {name} {one[row]!r} and {two[row]!r}"


def _bits(column: Any) -> Any:
    """Give the numbers of a column as whole numbers with the same bits."""
    values = np.ascontiguousarray(column.to_numpy())
    return values.view(f"i{values.dtype.itemsize}")
