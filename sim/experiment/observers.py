"""Observers: a user's objects that look at the lives of a run as it goes, and change nothing.

What they are shown are copies, taken when they ask. Each life has a copy of the observer of its
own, so that what it remembers is of that life, whichever process lives it. An error of theirs
ends the run by their name.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.base.columns import Rows
from sim.base.errors import SimError
from sim.engine.world import World
from sim.model.firms.record import EVENT_NAMES
from sim.outcomes.own import read, written

Row = Mapping[str, Any] | None
"""What an observer wants to be kept: values by column."""
LIFE = ("arrangement", "replication", "date")
"""First columns of what an observer wants kept."""
SWITCH, END = "switch", "end"
_SWITCH, _DATE, _EVENT, _END = "at_switch", "at_date", "at_event", "at_end"
_METHODS = (_DATE, _SWITCH, _EVENT, _END)


class Observer:
    """What looks at lives: an object of any class with some of these methods.

    Each may give a row to be kept, a mapping of values by column; `Results.seen` holds the rows
    of each observer, by its name (`name` where it has one, otherwise that of its class), with
    arrangement, replication and date before them.
    """

    def at_date(self, look: "Look") -> Row:
        """Look at each phase of each month."""

    def at_switch(self, look: "Look") -> Row:
        """Look when the macro regime or the equity market has changed."""

    def at_event(self, event: "Event") -> Row:
        """Hear of one event of a firm, in order of time, after the window in which it fell."""

    def at_end(self, look: "Look") -> Row:
        """Look once more at the end of the run."""


@dataclass(frozen=True)
class Event:
    """One event in the life of a firm; value as in the event log."""

    date: float
    firm: int
    event: str
    value: float


class Look:
    """What can be seen of a world at a date; every array is a copy, taken when it is asked for.

    `phase` says where in the month: ``"switch"`` (of regime or market), ``"firms"`` (have lived
    up to the date), ``"banks"`` (have decided), ``"books"`` (are closed, at the end of a
    quarter), ``"opening"`` (of the experiment) or ``"end"`` (of the run).
    """

    def __init__(self, w: World, date: float, phase: str) -> None:
        """Look at a world; nothing is read yet."""
        self._world, self.date, self.phase = w, date, phase
        self.arrangement, self.replication = w.name, w.replication

    @property
    def firms(self) -> Rows:
        """Records of firms, shape (n_firms,), see `sim.model.firms.record.FIRM`."""
        return self._world.firms.copy()

    @property
    def contracts(self) -> Rows:
        """The loan book, see `sim.model.contracts.loan_book.CONTRACT`."""
        return self._world.book.rows.copy()

    @property
    def banks(self) -> Rows:
        """Books of banks, shape (n_banks,), see `sim.model.banks.bank.BANK_BOOKS`."""
        return self._world.banks.copy()

    @property
    def market(self) -> Rows:
        """Market conditions, one record, see `sim.model.firms.record.MARKET_CONDITIONS`."""
        return self._world.market_conditions[0].copy()

    @property
    def regime(self) -> str:
        """Name of the macro regime."""
        return list(self._world.scenario.macro.regime)[int(self.market.regime)]

    @property
    def is_winter(self) -> bool:
        """Whether the equity market is in a winter."""
        return bool(self.market.winter)


@dataclass(frozen=True)
class Packed:
    """Observers on their way to another process, by name."""

    data: tuple[tuple[str, bytes], ...]


def name_of(observer: Any) -> str:
    """Give the name under which an observer's rows are kept."""
    return str(getattr(observer, "name", type(observer).__name__))


def check_observers(observers: Sequence[Any]) -> None:
    """Refuse what cannot look, and two of one name, by a SimError."""
    names = [name_of(one) for one in observers]
    for one, name in zip(observers, names, strict=True):
        if not any(callable(getattr(one, method, None)) for method in _METHODS):
            methods = ", ".join(_METHODS)
            raise SimError(f"observer {name}", f"has none of {methods}", "give it one of them")
        if isinstance(one, type):
            raise SimError(f"observer {name}", "is a class", f"give an object: {one.__name__}()")
        if names.count(name) > 1:
            raise SimError(f"observer {name}", "is given twice", "give each a name of its own")


def packed(observers: Sequence[Any]) -> Packed:
    """Write observers for another process."""
    return Packed(tuple((name_of(one), written(name_of(one), one)) for one in observers))


def unpacked(observers: Sequence[Any] | Packed) -> list[Any]:
    """Read observers where they work."""
    if isinstance(observers, Packed):
        return [read(*one) for one in observers.data]
    return list(observers)


def hears_events(observers: Iterable[Any]) -> bool:
    """Whether any of them needs the event log."""
    return any(
        getattr(type(one), _EVENT, None) not in (None, Observer.at_event) for one in observers
    )


class Observation:
    """The observers of one life, each a copy of its own, and the rows that they want kept."""

    def __init__(self, observers: Iterable[Any], w: World) -> None:
        """Begin with a world that has not gone on yet; events of its past are not told again."""
        self._observers = {name_of(one): deepcopy(one) for one in observers}
        self._told = len(w.events)
        self._state: tuple[str, bool] | None = None
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in self._observers}

    def __call__(self, phase: str, w: World, date: float) -> None:
        """Show a moment of the calendar, and before it the events since the last one."""
        self._show_events(w)
        look = Look(w, date, phase)
        state = look.regime, look.is_winter
        changed, self._state = self._state not in (None, state), state
        if phase != SWITCH:
            self._show(_END if phase == END else _DATE, look, date)
        elif changed:
            self._show(_SWITCH, look, date)

    def _show_events(self, w: World) -> None:
        """Events of all firms in order of time, which firms that live one by one do not keep."""
        new, self._told = w.events[self._told :], len(w.events)
        if not new or not hears_events(self._observers.values()):
            return
        log = np.concatenate(new)
        for row in log[np.argsort(log["date"], kind="stable")]:
            event = Event(
                float(row["date"]), int(row["firm"]), EVENT_NAMES[int(row["event"])],
                float(row["value"]),
            )  # fmt: skip
            self._show(_EVENT, event, event.date)

    def _show(self, method: str, what: Any, date: float) -> None:
        for name, one in self._observers.items():
            if not hasattr(one, method):
                continue
            try:
                row: Row = getattr(one, method)(what)
            except Exception as error:
                where = f"observer {name}, {method}, year {date:.2f}"
                told = f"{type(error).__name__}: {error}"
                raise SimError(where, told, "mend it, or leave it out") from error
            if row is not None:
                self.rows[name].append({"date": date, **row})

    def frames(self, arrangement: str, replication: int) -> dict[str, pd.DataFrame]:
        """What each observer wants kept, with the life that it is of."""
        life = {"arrangement": arrangement, "replication": replication}
        return {
            name: pd.DataFrame([life | row for row in rows], columns=None if rows else list(LIFE))
            for name, rows in self.rows.items()
        }
