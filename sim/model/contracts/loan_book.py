"""The loan book: one row for each contract ever signed, with its lenders and shares."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.base.columns import Column, Rows, Table
from sim.model.contracts.loss_sharing import MOST_LENDERS
from sim.model.firms.record import STAGES, TERMS

CONTRACT = Table(
    (
        Column("firm", "-", "row of the firm", "i8"),
        Column("lead", "code", "lead bank", "i4"),
        Column("lender", "code", "lenders, lead first", "i4", MOST_LENDERS),
        Column("share", "share", "their shares of line, income and loss", length=MOST_LENDERS),
        Column(
            "shortfall",
            "per year",
            "what each expects to earn less than its cost on policy grounds",
            length=MOST_LENDERS,
        ),
        Column("date", "years", "date of signing"),
        Column("stage", "code", "stage at signing", "i1", codes=tuple(enumerate(STAGES))),
        Column("regime", "code", "macro regime at signing", "i1"),
        Column("winter", "flag", "equity market in a winter at signing", "i1"),
        Column("signed", "flag", "a contract of the arrangement rather than a plain loan", "i1"),
        Column("first", "flag", "opens a line for a firm that had none", "i1"),
        Column("switched_bank", "flag", "taken over from another bank", "i1"),
        *TERMS,
        Column("default", "per year", "believed default"),
        Column("loss", "share", "believed loss given default, net of protection"),
        Column("business", "CNY million a year", "banking business that its lenders expect"),
        Column("judgement", "standard deviations", "posterior mean of quality"),
        Column("value", "CNY million", "valuation at signing"),
        Column("sales", "CNY million a year", "sales at signing"),
    )
)


class Book:
    """Contracts signed so far; grows by doubling.

    Examples
    --------
    >>> book = Book()
    >>> book.reserve(1)
    >>> book.store.limit[0], book.used = 5.0, 1
    >>> book.rows.limit.tolist()
    [5.0]
    """

    def __init__(self, rows: Rows | None = None, used: int = 0) -> None:
        """Start empty, or as a copy of another book's rows."""
        self._rows = CONTRACT.empty(256) if rows is None else rows
        self.used = used

    @property
    def rows(self) -> Rows:
        """The contracts signed so far."""
        return self._rows[: self.used]

    @property
    def store(self) -> Rows:
        """The whole array, for compiled code that indexes it by row."""
        return self._rows

    def reserve(self, rows: int) -> None:
        """Make room for further contracts, which rules write into `store`."""
        while self.used + rows > self._rows.shape[0]:
            self._rows = self._moved(2 * self._rows.shape[0])

    def copy(self) -> "Book":
        """An independent copy; what is not used yet takes no memory in it."""
        return Book(self._moved(self._rows.shape[0]), self.used)

    def _moved(self, room: int) -> Rows:
        """Copy the contracts to an array with room for so many."""
        rows: Any = CONTRACT.empty(room)
        # As bytes: field by field takes ten times as long.
        _bytes(rows)[: self.used] = _bytes(self._rows)[: self.used]
        return rows


def _bytes(rows: Rows) -> NDArray[np.void]:
    """Records without their fields."""
    return rows.view(np.ndarray).view(np.dtype((np.void, rows.dtype.itemsize)))
