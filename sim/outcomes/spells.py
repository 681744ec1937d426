"""When each contract was in force, and what it paid.

The book says when contracts were signed; the firm's record says for how many years in all
it had a line. Together they give the spells: a contract that is followed by another one
without a break, or that is in force at the end, is known to the day; what is left of the
firm's years with a line is shared among its other contracts in proportion to their length.
"""

from typing import NamedTuple

import numpy as np

from sim.outcomes.columns import Floats, Ints, Mask, of_book, of_firms, remembered
from sim.outcomes.reading import quotient, ratio
from sim.state.history import History


class Spells(NamedTuple):
    """Years in which each contract was in force, shape (n_contracts,)."""

    start: Floats
    stop: Floats


@remembered
def spells(history: History) -> Spells:
    """Start and end of each contract's time in force."""
    book, firms = of_book(history), of_firms(history)
    firm, start = book["firm"], np.asarray(book["date"])
    following, row = _following(history)
    last = np.minimum(firms["end"][firm], history.end)
    length = np.maximum(np.minimum(following, last) - start, 0.0)
    certain = np.isfinite(following) & (book["first"][row] == 0)
    certain |= ~np.isfinite(following) & (firms["contract"][firm] == np.arange(firm.size))
    n = history.firms.shape[0]
    known = np.bincount(firm, weights=length * certain, minlength=n)
    unsure = np.bincount(firm, weights=length * ~certain, minlength=n)
    left = np.maximum(firms["credit_years"] - known, 0.0)
    part = np.minimum(quotient(left, unsure, 0.0), 1.0)
    return Spells(start, start + length * np.where(certain, 1.0, part[firm]))


def _following(history: History) -> tuple[Floats, Ints]:
    """Date and row of the same firm's next contract; infinity and 0 where there is none."""
    firm, date = of_book(history)["firm"], of_book(history)["date"]
    order = np.argsort(firm, kind="stable")
    same = firm[order[1:]] == firm[order[:-1]]
    one, two = order[:-1][same], order[1:][same]
    following, row = np.full(firm.size, np.inf), np.zeros(firm.size, dtype=np.int64)
    following[one], row[one] = date[two], two
    return following, row


def contract_years(history: History) -> Floats:
    """Years that each contract was in force in the experiment, shape (n_contracts,)."""
    start, stop = spells(history)
    return overlap(start, stop, 0.0, history.horizon)


def overlap(start: Floats, stop: Floats, low: float, high: float) -> Floats:
    """Length of the part of each interval that lies between two dates."""
    return np.asarray(np.maximum(np.minimum(stop, high) - np.maximum(start, low), 0.0))


def yield_of(history: History, chosen: Mask) -> float:
    """Mean rate less guarantee fee of some contracts, per year, nan where none was in force.

    Weighted with line and time in force; `chosen` has shape (n_contracts,).
    """
    book, (start, stop) = of_book(history), spells(history)
    early = overlap(start, np.minimum(stop, book["step"]), 0.0, history.horizon)
    late = overlap(np.maximum(start, book["step"]), stop, 0.0, history.horizon)
    paid = book["rate"] * early + book["later_rate"] * late
    paid = paid - book["fee_rate"] * (early + late)
    weight = (book["limit"] * (early + late))[chosen].sum()
    return ratio(float((book["limit"] * paid)[chosen].sum()), float(weight))
