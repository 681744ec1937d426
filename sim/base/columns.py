"""State as columns: one declared table of fields, one NumPy record per row.

Every mutable thing of a run (firms, contracts, parameters packed for the compiled rules)
is a structured array. The declaration carries the unit and the meaning of each field, so
that documents and notebooks can be generated from it and no field lacks either.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.base.language import tr
from sim.base.parameter import Within

if TYPE_CHECKING:
    import pandas as pd

Rows = Any
"""A record array; its attribute access has no static type."""


class Records(np.ndarray):
    """An array whose fields are attributes, too.

    `numpy.recarray` looks in Python for whatever it is asked; this one for its fields alone, and
    it is cut at a twentieth of the cost.

    >>> table = Table((Column("cash", "CNY million", "money held"),))
    >>> rows = table.empty(3)
    >>> rows[1:].cash = 2.0
    >>> rows.cash, float(rows[2].cash)
    (array([0., 2., 2.]), 2.0)
    """

    def __getattr__(self, name: str) -> Any:
        """Find a field; called for what an array has not."""
        if name in (self.dtype.fields or ()):
            return self[name]
        raise AttributeError(f"records without a field {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        """Fill a field."""
        if name in (self.dtype.fields or ()):
            self[name] = value
        else:
            super().__setattr__(name, value)

    def __getitem__(self, key: Any) -> Any:
        """Give a part: what holds no records is a plain array, or a number."""
        found = super().__getitem__(key)
        is_field = isinstance(found, Records) and found.dtype.fields is None
        return found.view(np.ndarray) if is_field else found


TEXT = "text"
"""Unit and kind of a column of words; only a frame has one, never a record."""

_RANGES = {"flag": "0 or 1", TEXT: "text"}
_BOUNDS = {"share": Within(0.0, 1.0), "x": Within(low=0.0)}


def bare(*arrays: Rows) -> list[Rows]:
    """The same records without attributes of the arrays, which compiled code takes sooner."""
    return [rows.view(np.ndarray) for rows in arrays]


@dataclass(frozen=True)
class Column:
    """One field of a table.

    Parameters
    ----------
    name : str
        Field name, also the attribute name of a record.
    unit : str
        Unit in words; "-" for a pure number, "flag" for 0 or 1, "code" for an enumeration.
    meaning : str
        What the value stands for in the world.
    kind : str
        NumPy type: "f8", "i8", "i4" or "i1" (flags and short codes); `TEXT` for words.
    length : int
        1 for a scalar, otherwise the length of a nested vector.
    low, high : float, optional
        Least and greatest value; by default what the unit says.
    codes : tuple of (int, str)
        What each code of an enumeration stands for.
    neutral : float
        Value where nothing has been agreed.
    """

    name: str
    unit: str
    meaning: str
    kind: str = "f8"
    length: int = 1
    low: float | None = None
    high: float | None = None
    codes: tuple[tuple[int, str], ...] = ()
    neutral: float = 0.0

    @property
    def bounds(self) -> Within:
        """Range of the numbers, as declared or as the unit says.

        >>> str(Column("stake", "share", "part of equity").bounds)
        '[0, 1]'
        """
        if self.codes:
            return Within(min(self.codes)[0], max(self.codes)[0])
        if self.unit == "flag":
            return Within(0.0, 1.0)
        return _BOUNDS.get(self.unit, Within()) & Within(self.low, self.high)

    @property
    def legal(self) -> str:
        """Legal range in words: the bounds, the two values of a flag, or every code.

        >>> Column("stage", "code", "stage", codes=((0, "start-up"), (1, "growth"))).legal
        '0 start-up, 1 growth'
        """
        if self.codes:
            return ", ".join(f"{code} {tr(word)}" for code, word in self.codes)
        return tr(_RANGES[self.unit]) if self.unit in _RANGES else str(self.bounds)


@dataclass(frozen=True)
class Table:
    """An ordered declaration of columns."""

    columns: tuple[Column, ...]

    @cached_property
    def dtype(self) -> np.dtype[Any]:
        """The NumPy type of one row: wide fields first, so that flags cost one byte each."""
        packed = sorted(self.columns, key=lambda column: -int(column.kind[1]))
        fields = np.dtype([_field(column) for column in packed], align=True)
        # With rows of this kind an array gets attribute access at a third of the cost.
        return np.dtype((np.record, fields))

    def empty(self, rows: int | tuple[int, ...]) -> Rows:
        """Rows of zeros with attribute access; `rows` is their number or shape.

        >>> table = Table((Column("cash", "CNY million", "money held"),))
        >>> table.empty(3).cash
        array([0., 0., 0.])
        """
        shape = rows if isinstance(rows, tuple) else (rows,)
        # As bytes: field by field takes four times as long.
        room = np.zeros(math.prod(shape) * self.dtype.itemsize, np.uint8)
        return Records(shape, self.dtype, room)

    def frame(self, rows: Rows, names: Iterable[str] | None = None) -> "pd.DataFrame":
        """The columns of records, all or those named, as a DataFrame of one row each.

        Vectors are `unrolled`.

        >>> table = Table((Column("cash", "CNY million", "money held"),))
        >>> table.frame(table.empty(2))["cash"].tolist()
        [0.0, 0.0]
        """
        wanted = set(names) if names is not None else {c.name for c in self.columns}
        import pandas as pd  # late: a scenario can be checked without it

        return pd.DataFrame(
            {
                name: np.array(rows[column.name] if place is None else rows[column.name][:, place])
                for column in self.columns
                if column.name in wanted
                for name, place in _places(column)
            }
        )

    def rows(self, frame: "pd.DataFrame") -> Rows:
        """Records of a frame that `frame` has made, whole; the way back.

        >>> table = Table((Column("share", "share", "by lender", length=2),))
        >>> one = table.empty(1)
        >>> one.share[0] = 0.75, 0.25
        >>> table.frame(one).columns.tolist(), table.rows(table.frame(one)).share.tolist()
        (['share_1', 'share_2'], [[0.75, 0.25]])
        """
        found = self.empty(len(frame))
        for column in self.columns:
            for name, place in _places(column):
                field = found[column.name]
                (field if place is None else field[:, place])[:] = frame[name].to_numpy()
        return found


def unrolled(columns: Iterable[Column]) -> tuple[Column, ...]:
    """Columns with one for each place of a vector, as a frame has them, counted from 1.

    >>> [c.name for c in unrolled([Column("share", "share", "by lender", length=2)])]
    ['share_1', 'share_2']
    """
    return tuple(
        column if place is None
        else replace(column, name=name, meaning=f"{column.meaning}: {place + 1}", length=1)
        for column in columns
        for name, place in _places(column)
    )  # fmt: skip


def _places(column: Column) -> Iterable[tuple[str, int | None]]:
    """Names of the columns of a frame, and where their numbers stand in a vector."""
    if column.length == 1:
        return [(column.name, None)]
    return [(f"{column.name}_{place + 1}", place) for place in range(column.length)]


def _field(column: Column) -> tuple[Any, ...]:
    if column.length == 1:
        return (column.name, column.kind)
    return (column.name, column.kind, (column.length,))


def write_csv(frame: "pd.DataFrame", file: Path) -> None:
    """Write a frame as CSV in UTF-8 with a byte-order mark, by which Excel knows the letters.

    Files are read again with the encoding ``utf-8-sig``, which takes the mark away.
    """
    frame.to_csv(file, index=False, encoding="utf-8-sig")


def written_out(
    module: str, head: str, lines: Iterable[str], **known: Callable[..., Any]
) -> Callable[..., Any]:
    """Build a rule that treats fields one by one, from a line of code for each.

    Compiled code cannot run through the names of a record's fields, so what must happen to
    every declared field is written out from the declaration. It becomes a rule of the file whose
    ``__name__`` is given; `head` is its name and arguments, such as ``"take_loan(f, k)"``, and
    `known` are rules that the lines, its statements, call. The rule's docstring is its text.

    >>> from types import SimpleNamespace
    >>> firm = SimpleNamespace(cash=1.0)
    >>> written_out(__name__, "spend(f, amount)", ["f.cash -= amount"])(firm, 0.25)
    >>> firm.cash
    0.75
    """
    space: dict[str, Any] = {"__name__": module, **known}
    text = "\n    ".join([f"def {head}:", *lines])
    exec(text, space)
    rule: Callable[..., Any] = space[head.partition("(")[0]]
    rule.__doc__ = text
    return rule


def copy_rule(module: str, name: str, columns: Iterable[Column]) -> Callable[..., Any]:
    """Build the rule ``name(f, k)``: record `f` takes over some fields of record `k`."""
    places = [place for c in columns for place in _elements(c)]
    return written_out(module, f"{name}(f, k)", (f"f.{place} = k.{place}" for place in places))


def reset_rule(module: str, name: str, columns: Iterable[Column]) -> Callable[..., Any]:
    """Build the rule ``name(f)``: some fields of record `f` become neutral."""
    return written_out(
        module,
        f"{name}(f)",
        (
            f"f.{place} = {c.neutral if c.kind == 'f8' else int(c.neutral)!r}"
            for c in columns
            for place in _elements(c)
        ),
    )


def _elements(column: Column) -> list[str]:
    """A scalar by its name, a vector by each of its elements."""
    if column.length == 1:
        return [column.name]
    return [f"{column.name}[{n}]" for n in range(column.length)]


def pack(groups: Iterable[Mapping[str, Any]]) -> Rows:
    """Put groups of named numbers into one record, shape (1,), that compiled rules can read.

    Values are numbers, bools or sequences of numbers. Raises ValueError if two groups use the same
    name.

    >>> row = pack([{"margin": (0.1, 0.2)}, {"speed": 1.0}])[0]
    >>> float(row.margin[1]), float(row.speed)
    (0.2, 1.0)
    """
    values: dict[str, Any] = {}
    for group in groups:
        for name, value in group.items():
            if name in values:
                raise ValueError(f"two parameter groups use the name {name!r}")
            values[name] = value
    columns = tuple(
        Column(name, "-", name, length=len(value) if isinstance(value, list | tuple) else 1)
        for name, value in values.items()
    )
    row = Table(columns).empty(1)
    for name, value in values.items():
        row[name][0] = value
    return row
