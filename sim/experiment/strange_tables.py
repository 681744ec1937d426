"""Tables and JSON that a stranger may have written: plain numbers and words, or a word why not.

A digest tells that a file holds what was written, not who wrote it. So a table has the columns
that are declared, of plain types, and its parts fit together, before anything is made of it;
types that Arrow would build by code of their own are refused.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from sim.base.errors import StorageError


def check_columns(found: Any, declared: Any = None) -> None:
    """Raise ValueError unless a schema has plain types, and the columns declared where some are.

    >>> check_columns(pa.schema([("a", pa.float64())]))
    >>> check_columns(pa.schema([("a", pa.list_(pa.int8()))]))
    Traceback (most recent call last):
    ...
    ValueError: has a column a of type list<item: int8>
    """
    for column in found:
        kind = column.type
        is_word = pa.types.is_string(kind) or pa.types.is_large_string(kind)
        is_extension = isinstance(kind, pa.BaseExtensionType)
        if is_extension or not (is_word or pa.types.is_primitive(kind)):
            raise ValueError(f"has a column {column.name} of type {kind}")
    if declared is not None and found.names != declared.names:
        raise ValueError("has other columns than a run writes")


def read_stream(stream: Any, declared: Any = None) -> Any:
    """Read one table of an Arrow stream, checked; ValueError where it is none."""
    try:
        with pa.ipc.open_stream(stream) as reader:
            check_columns(reader.schema, declared)
            table = reader.read_all()
        table.validate(full=True)
    except (OSError, MemoryError) as error:
        # The stream is in memory: it is not the system that fails.
        raise ValueError(str(error)) from None
    return table.replace_schema_metadata()


def read_json(text: bytes) -> dict[str, Any]:
    """Read a table of JSON; ValueError where it is none, or nested too deep to be one of ours."""
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError("is nested too deep") from None
    if not isinstance(found, dict):
        raise ValueError("is no table of JSON")
    return found


@contextmanager
def readable(where: str, cure: str) -> Iterator[None]:
    """Say of what cannot be read where it stands, by a StorageError."""
    try:
        yield
    except OSError as error:
        # Those of the system have a number; those without are Arrow's, of what it has read.
        if error.errno is not None:
            raise
        raise _unreadable(where, error, cure) from error
    except (pa.ArrowException, ValueError, KeyError, TypeError, EOFError, MemoryError) as error:
        raise _unreadable(where, error, cure) from error


def _unreadable(where: str, error: Exception, cure: str) -> StorageError:
    """Say why; of what such messages go on to tell, only the beginning is for readers."""
    what = str(error).splitlines()[0][:100] if str(error) else type(error).__name__
    return StorageError(where, f"cannot be read: {what}", cure)
