"""Parts of a history: some of its firms, one of its banks, the time of one regime.

A part is a history itself, so every outcome is one function of the whole and of each part, and
no formula stands twice. What a part cannot have is absent, and says so to whoever reads it:
books of banks cannot be split by firms, nor records of firms by bank, since a firm may have
several lenders.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.base.columns import Rows
from sim.base.errors import OutcomeError
from sim.engine.history import BANK_COLUMNS, BANK_LEVELS, History, Lent
from sim.model.firms.record import STAGES, STRATA
from sim.outcomes.cycle import years_in
from sim.outcomes.reading import Columns, Ints, Mask, code_of, of_firms, quarters, quotient

Labels = Callable[[Columns], Any]
"""A user's own groups: given columns of firms by name, gives a label for each firm."""
Part = tuple[str, History, History]
"""Name of a group, its part of a history, and of the baseline's."""
SIZES = {"micro": 0.0, "small": 3.0, "medium": 20.0, "large": 400.0}
"""Least sales of a size of firm, CNY million a year.

Source: Ministry of Industry and Information Technology and others (2011) No. 300, standard for
the size of enterprises, sales of industry.
"""
HIGH_TECH = ("other", "high_tech")
"""Whether a firm was a high-tech enterprise at the last year end; a label beside the strata."""
FIRM_GROUPS = ("stage", "sector", "size", "stratum", "high_tech")
GROUPS = (*FIRM_GROUPS, "bank", "regime")
_BOOKS = "books of banks and of the system, which are not kept by firm"
_FIRMS = "records of firms, which belong to no single {}"


class AbsentError(Exception):
    """An outcome reads what a part of a history does not have."""


def absent(what: str) -> Any:
    """Stand in for arrays that are not there."""
    return Absent(what)


class Absent:
    """In the place of arrays that are not there: whoever reads them is told what they are."""

    def __init__(self, what: str) -> None:
        """Say what is absent, in the words of an error."""
        self._what = what

    def __getitem__(self, key: Any) -> Any:
        """Refuse a column."""
        raise AbsentError(self._what)

    def __getattr__(self, name: str) -> Any:
        """Refuse a field."""
        raise AbsentError(self._what)

    def __iter__(self) -> Any:
        """Refuse to be gone through."""
        raise AbsentError(self._what)


@dataclass(frozen=True)
class Flows:
    """A panel of banks of which only the flows are there."""

    panel: NDArray[np.float64]

    def __getitem__(self, key: Any) -> Any:
        """Give columns of flows, by their places."""
        if BANK_COLUMNS[key[-1]] in BANK_LEVELS:
            raise AbsentError("levels at dates, which belong to no single regime")
        return self.panel[key]


def size_codes(sales: NDArray[np.float64]) -> Ints:
    """Place in `SIZES` of the size of firms with sales in CNY million a year, same shape.

    >>> [list(SIZES)[code] for code in size_codes(np.array([0.0, 3.0, 399.0, 400.0]))]
    ['micro', 'small', 'medium', 'large']
    """
    return np.asarray(np.searchsorted(list(SIZES.values()), sales, side="right") - 1)


def parts_of(history: History, baseline: History, by: str | Labels) -> Iterator[Part]:
    """Each group of a history, with the same firms, bank or regime of the baseline.

    `by` is one of `GROUPS`, or a function that labels firms. Firms count by stage and size of
    their last date, in both histories by those of the first. Groups of firms in which nobody
    has entered are left out.
    """
    if by == "bank":
        yield from _by_bank(history, baseline)
    elif by == "regime":
        yield from _by_regime(history, baseline)
    else:
        codes, words = _labels(history, by)
        entered = of_firms(history)["status"] > 0
        for code, word in enumerate(words):
            chosen = codes == code
            if (chosen & entered).any():
                yield word, of_some_firms(history, chosen), of_some_firms(baseline, chosen)


def _labels(history: History, by: str | Labels) -> tuple[Ints, Sequence[str]]:
    """Code of each firm's group, and the words of the codes."""
    firms = of_firms(history)
    if by == "stage":
        return firms["stage"], STAGES
    if by == "sector":
        return firms["sector"], history.facts["sectors"]
    if by == "stratum":
        return firms["stratum"], STRATA
    if by == "high_tech":
        return firms["high_tech"], HIGH_TECH
    if by == "size":
        return size_codes(firms["scale"]), list(SIZES)
    if not callable(by):
        known = ", ".join(f'"{name}"' for name in GROUPS)
        raise OutcomeError(f"by={by!r}", "is no way to group", f"known: {known}, or a function")
    given = np.asarray(by(firms))
    if given.shape != firms["status"].shape:
        what = f"must label every firm; got {given.shape} for {firms['status'].shape}"
        raise OutcomeError("by", what, "give one label for each firm, in their order")
    words, codes = np.unique(given, return_inverse=True)
    return np.asarray(codes), [str(word) for word in words]


def of_some_firms(history: History, chosen: Mask) -> History:
    """A history of some firms, with all of their contracts; `chosen` has shape (n_firms,)."""
    books = absent(_BOOKS)
    firms: Rows = history.firms[chosen]
    part = replace(
        history, firms=firms, panel=books, system=books, pages=(), lent=_lent_to(history, chosen)
    )
    if isinstance(history.book, Absent):
        return part
    kept = chosen[history.book["firm"]]
    book = history.book[kept]
    # Rows of firms and of contracts name each other by their places.
    book["firm"] = (np.cumsum(chosen) - 1)[book["firm"]]
    firms["contract"] = np.append(np.cumsum(kept) - 1, -1)[firms["contract"]]
    return replace(part, book=book)


def _lent_to(history: History, chosen: Mask) -> Any:
    """What some firms owed by quarter, under the rows that they have among themselves."""
    if isinstance(history.lent, Absent):
        return history.lent
    row = np.cumsum(chosen) - 1
    kept = [(one, chosen[one.firm]) for one in history.lent]
    return tuple(
        Lent(one.date, one.years, row[one.firm[own]].astype(np.int32), one.balance_years[own])
        for one, own in kept
    )


_OF_BANKS = ("minimum_ratio", "demanded_ratio", "required_ratio")
"""Facts with a column for each bank."""


def _by_bank(history: History, baseline: History) -> Iterator[Part]:
    for place, name in enumerate(history.facts["banks"]):
        one, other = (
            replace(
                _without_firms(whole, "bank"), panel=whole.panel[:, place : place + 1],
                facts={
                    **whole.facts, "banks": (name,),
                    **{key: whole.facts[key][:, place : place + 1] for key in _OF_BANKS},
                },
            )
            for whole in (history, baseline)
        )  # fmt: skip
        yield name, one, other


def _by_regime(history: History, baseline: History) -> Iterator[Part]:
    """A quarter belongs to regimes by the time that it spends in each."""
    inside = history.during(run_off=True)
    for name in history.facts["regimes"]:
        weight = np.zeros(history.dates.shape)
        years = years_in(history, code_of(history, name), run_off=True)
        weight[inside] = quotient(years, quarters(history, run_off=True), 0.0)
        flows: Any = Flows
        path = absent(f"the path of regimes, and is in {name} alone")
        one, other = (
            replace(
                _without_firms(whole, "regime"), panel=flows(whole.panel * weight[:, None, None]),
                macro=path,
            )
            for whole in (history, baseline)
        )  # fmt: skip
        yield name, one, other


def _without_firms(history: History, by: str) -> History:
    firms = absent(_FIRMS.format(by))
    return replace(history, firms=firms, book=firms, system=absent(_BOOKS), pages=(), lent=firms)
