"""The tables that a run leaves: every column with its unit and meaning."""

from sim.base.columns import TEXT, Column
from sim.firms.record import FIRM, LOG
from sim.state.history import BANK_PANEL

_RUN = (
    Column("arrangement", TEXT, "arrangement or programme that was run", TEXT),
    Column("replication", "count", "number of the history, from 0", "i8", low=0.0),
)
_BANK = Column("bank", TEXT, "name of the bank; empty where no bank is meant", TEXT)

OUTCOMES = (
    *_RUN,
    Column("outcome", TEXT, "name of the outcome, or of a control", TEXT),
    Column("value", "that of the outcome", "value in this history; nan where undefined"),
)
SERIES = (
    *_RUN,
    Column("series", TEXT, "name of the curve", TEXT),
    _BANK,
    Column("x", "that of the series", "place on the curve: date, age, or time since signing"),
    Column("value", "that of the series", "height of the curve there"),
)
BANKS = (
    _BANK,
    Column("year", "years", "date of the settlement, from the start date", low=0.0),
    *BANK_PANEL,
    *_RUN,
)
FIRMS = (*(column for column in FIRM.columns if column.length == 1), *_RUN)
_EVENT = Column("event", TEXT, "what happened, in words", TEXT)
EVENTS = (*(_EVENT if column.name == "event" else column for column in LOG.columns), *_RUN)
TABLES = {
    "outcomes": OUTCOMES, "series": SERIES, "banks": BANKS, "firms": FIRMS, "events": EVENTS,
}  # fmt: skip
"""Columns of each table of a run's folder, in their order."""


def names(columns: tuple[Column, ...]) -> tuple[str, ...]:
    """Give the names of columns, in order.

    Examples
    --------
    >>> names(OUTCOMES)
    ('arrangement', 'replication', 'outcome', 'value')
    """
    return tuple(column.name for column in columns)
