"""Reading a history: ratios, sums and time averages. No outcome is defined here.

Date 0 is the start of the experiment. What came before is a common past and counts only as
an opening level.
"""

import math
import weakref
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.base.columns import Rows
from sim.engine.history import History, Page
from sim.model.firms.record import (
    ALIVE,
    DEPARTED,
    FAILED_TECHNICAL,
    LISTED,
    STAGES,
    UNBORN,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Curve = tuple[str, str, Floats, Floats]
"""A series of a history: its name, the bank or nothing, x and value."""
Value = TypeVar("Value")


def remembered(read: Callable[..., Value]) -> Callable[..., Value]:
    """Keep what was read of a history, or of two: many outcomes share a costly reading.

    A history is frozen, so the result cannot go stale; it goes with the first of them to go.
    """
    kept: dict[tuple[int, ...], tuple[list[weakref.ref[History]], Value]] = {}

    @wraps(read)
    def reading(*histories: History) -> Value:
        key = tuple(map(id, histories))
        if key not in kept:
            going = [weakref.ref(one, lambda gone: kept.pop(key, None)) for one in histories]
            kept[key] = going, read(*histories)
        return kept[key][1]

    return reading


class Columns:
    """Columns of records, or some of their rows, as plain arrays, each read once.

    Records are a kilobyte wide, so reading a column takes as long as reading all of them.

    >>> table = np.zeros(2, dtype=[("cash", "f8"), ("stage", "i1")])
    >>> Columns(table).rows(np.array([True, False]))["cash"]
    array([0.])
    """

    def __init__(self, records: "Rows | Columns", chosen: Mask | Ints | None = None) -> None:
        """Read nothing yet."""
        self._records, self._chosen = records, chosen
        self._read: dict[str, Rows] = {}

    def __getitem__(self, name: str) -> Rows:
        """Give one column, shape (n,) or (n, length)."""
        if name not in self._read:
            column = self._records[name]
            own = column if self._chosen is None else column[self._chosen]
            self._read[name] = np.ascontiguousarray(own)
        return self._read[name]

    def rows(self, chosen: Mask | Ints) -> "Columns":
        """Give some rows, as a mask or row numbers."""
        return Columns(self, chosen)


@remembered
def of_firms(history: History) -> Columns:
    """Columns of the firms' records."""
    return Columns(history.firms)


@remembered
def of_book(history: History) -> Columns:
    """Columns of the loan book."""
    return Columns(history.book)


# --- Ratios, sums and time averages --------------------------------------------------------------


Array = NDArray[Any]
HOUSE = "house definition"
BY_STAGE = {
    code: {"stage": stage, "firms": firms, "told": told, "short": short}
    for code, (stage, firms, told, short) in enumerate((
        ("startup", "start-ups", "start-ups", "start-ups"),
        ("growth", "growth firms", "growth stage", "growth"),
        ("expansion", "expanding firms", "expansion stage", "expansion"),
        ("mature", "mature firms", "mature firms", "mature"),
    ))
}  # fmt: skip
"""Words of a stage in the names, formulas and labels of a family of outcomes, by its code."""
ROUNDING = 1e-9
"""Years, or a part of one, by which dates may miss each other."""


def ratio(part: float, whole: float) -> float:
    """Part over whole; nan where the whole is not above zero.

    >>> ratio(1.0, 4.0), ratio(1.0, 0.0)
    (0.25, nan)
    """
    return float(part) / float(whole) if whole > 0.0 else math.nan


def share(chosen: Mask, among: Mask) -> float:
    """Share of the rows `among` that are also `chosen`; nan of none."""
    return ratio(float(np.count_nonzero(chosen & among)), float(np.count_nonzero(among)))


def quotient(part: Array, whole: Array, empty: float = math.nan) -> Floats:
    """Part over whole, element by element; `empty` where the whole is not above zero.

    >>> quotient(np.array([1.0, 1.0]), np.array([4.0, 0.0])).tolist()
    [0.25, nan]
    """
    found = np.full(np.shape(whole), empty)
    return np.asarray(np.divide(part, whole, out=found, where=whole > 0.0))


def mean(values: Floats) -> float:
    """Mean, nan of nothing."""
    return float(values.mean()) if values.size else math.nan


def total(history: History, *columns: str) -> float:
    """Sum of bank flows over banks and the experiment, CNY million."""
    return float(sum(history.flow(column).sum() for column in columns))


def balance_years(history: History) -> float:
    """Time integral of the balance lent in the experiment, CNY million years."""
    return total(history, "balance_years")


def quarters(history: History, run_off: bool = False) -> Floats:
    """Length of the period that each settlement closes, shape (n_during,), years."""
    before = np.concatenate([[0.0], history.dates[:-1]])
    length = history.dates - np.maximum(before, 0.0)
    return np.asarray(length[history.during(run_off)])


def between(history: History, levels: Floats) -> Floats:
    """Level half-way between settlements, for each period of the experiment, (n_during,).

    Levels are read at settlements, shape (n_dates,); straight lines lie between them.
    """
    before = np.concatenate([levels[:1], levels[:-1]])
    return np.asarray(0.5 * (before + levels)[history.during()])


def time_average(history: History, levels: Floats) -> float:
    """Average over the experiment of a level that is read at settlements, shape (n_dates,).

    Periods next to a date at which it is undefined (nan) are left out.
    """
    inside, length = between(history, levels), quarters(history)
    known = np.isfinite(inside)
    return ratio(float(inside[known] @ length[known]), float(length[known].sum()))


def of_stage(history: History, kind: str, stage: int) -> Floats:
    """What the system holds of one stage (0 start-up to 3 mature) at each settlement.

    Of kind "count" living firms, "borrowers" firms with a line, "credit" balances in CNY
    million; shape (n_dates,).
    """
    return history.series(f"{kind}_{stage}")


def of_all_stages(history: History, kind: str) -> Floats:
    """What the system holds of all stages at each settlement, shape (n_dates,)."""
    stages = [of_stage(history, kind, stage) for stage in range(len(STAGES))]
    return np.asarray(np.sum(stages, axis=0))


def years_of_stage(history: History, kind: str, stage: int) -> float:
    """Time integral of the same over the experiment."""
    return float(between(history, of_stage(history, kind, stage)) @ quarters(history))


def pages_of(history: History) -> list[Page]:
    """Pages of the experiment, in order; those of a run-off are left out."""
    return [page for page in history.pages if page.date <= history.horizon + ROUNDING]


def opening(history: History, levels: Floats) -> float:
    """A level on the first day; zero where nothing was settled before."""
    before = np.flatnonzero(history.dates <= ROUNDING)
    return float(levels[before[-1]]) if before.size else 0.0


def closing(history: History, levels: Floats) -> float:
    """A level at the horizon; nan where nothing was settled."""
    inside = np.flatnonzero(history.during())
    return float(levels[inside[-1]]) if inside.size else math.nan


def year_ends(history: History) -> Floats:
    """Ends of the years of the experiment, shape (n_years,)."""
    return np.arange(1.0, np.ceil(history.horizon - ROUNDING) + 1.0)


def year_of(dates: Floats) -> Ints:
    """Number of the year, from 0, that each date closes or lies in, same shape."""
    return np.asarray(np.ceil(dates - ROUNDING).astype(np.int64) - 1)


def yearly(history: History, column: str) -> Floats:
    """A bank flow by year of the experiment, shape (n_years, n_banks), CNY million."""
    inside = history.during()
    year = year_of(history.dates[inside])
    flow = history.bank(column)[inside]
    sums = np.zeros((int(year.max()) + 1 if year.size else 0, flow.shape[1]))
    np.add.at(sums, year, flow)
    return sums


def code_of(history: History, regime: str) -> int:
    """Code of a macro regime by its name; -1, which no date has, where there is none."""
    names = history.facts["regimes"]
    return names.index(regime) if regime in names else -1


# --- Groups of firms and contracts ---------------------------------------------------------------


LAST_STATUS = 127
PER_FIRMS = 1000.0


def entered(history: History) -> Mask:
    """Firms that have entered, shape (n_firms,)."""
    return np.asarray(of_firms(history)["status"] != UNBORN)


def present(history: History) -> Mask:
    """Firms that live at some date of the experiment."""
    firms = of_firms(history)
    still = (firms["end"] > 0.0) & (firms["birth"] < history.horizon)
    return np.asarray(entered(history) & still)


def newborn(history: History, follow: float = 0.0) -> Mask:
    """Firms that enter in the experiment, early enough to be followed for some years."""
    birth = of_firms(history)["birth"]
    late = birth <= history.horizon - follow + ROUNDING
    return np.asarray(entered(history) & (birth >= 0.0) & late)


def ended(history: History, first: int, last: int) -> Mask:
    """Firms that ended in the experiment with a status from `first` to `last`."""
    status, end = of_firms(history)["status"], of_firms(history)["end"]
    inside = (end > 0.0) & (end <= history.horizon + ROUNDING)
    return np.asarray((status >= first) & (status <= last) & inside)


def failed(history: History) -> Mask:
    """Firms closed in the experiment, whatever the cause."""
    return ended(history, FAILED_TECHNICAL, LAST_STATUS)


def of_desks(history: History) -> Mask:
    """Contracts that a desk leads, not corporate banking, shape (n_contracts,)."""
    return np.asarray(of_book(history)["lead"] < len(history.facts["banks"]))


def owes_desks(history: History) -> Mask:
    """Firms whose last loan, if any, was a desk's, shape (n_firms,)."""
    contract = of_firms(history)["contract"]
    return np.asarray(np.append(of_desks(history), True)[contract])


def defaulted(history: History) -> Mask:
    """Firms closed in the experiment that left a desk's loan unpaid."""
    unpaid_loan = of_firms(history)["defaulted"] == 1
    return np.asarray(failed(history) & unpaid_loan & owes_desks(history))


def exited(status: Ints) -> Mask:
    """Firms that left alive: listed, sold, or gone without closing."""
    return np.asarray((status >= LISTED) & (status <= DEPARTED))


def alive_at_horizon(history: History) -> Mask:
    """Firms that entered and have not closed by the horizon; exits count as living."""
    firms = of_firms(history)
    closed = (firms["status"] > DEPARTED) & (firms["end"] <= history.horizon + ROUNDING)
    return np.asarray(entered(history) & ~closed)


def saved(history: History, baseline: History) -> Mask:
    """Firms not closed by the horizon here and closed in the baseline."""
    return alive_at_horizon(history) & ~alive_at_horizon(baseline)


def per_thousand(chosen: Mask, among: Mask) -> float:
    """Chosen firms per 1,000 of some firms; nan of none."""
    return PER_FIRMS * ratio(float((chosen & among).sum()), float(among.sum()))


def living(history: History) -> Mask:
    """Firms alive at the end of the run."""
    return np.asarray(of_firms(history)["status"] == ALIVE)


def unpaid(history: History) -> Floats:
    """What each firm's default on a desk's loan costs all who bear it, shape (n_firms,)."""
    lost = of_firms(history)["exposure_at_default"] - of_firms(history)["recovery"]
    return np.asarray(np.where(owes_desks(history), lost, 0.0))


def net_loss(history: History) -> Floats:
    """What each firm's default costs its lenders, net of protection, shape (n_firms,)."""
    borne = of_firms(history)["borne"].sum(axis=1)
    return np.asarray(unpaid(history) - np.where(owes_desks(history), borne, 0.0))


def npl_years(history: History, since: float, until: float) -> Floats:
    """Time integral of each firm's balance in default between two dates, (n_firms,).

    In CNY million years; a balance is in default from the closure to the end of the workout.
    """
    firms = of_firms(history)
    resting = overlap(firms["end"], firms["recovery_date"], since, until)
    return np.asarray(firms["exposure_at_default"] * resting * owes_desks(history))


def at_bank(history: History, amount: Floats) -> Floats:
    """Split amounts per firm over the desks that bear its loan, shape (n_banks, n_firms).

    By the shares of the last settlement: a lender whose part was called and repaid has none.
    """
    firms = of_firms(history)
    held = np.zeros((history.panel.shape[1], amount.size))
    rows = np.flatnonzero((amount > 0.0) & (firms["contract"] >= 0) & owes_desks(history))
    parts = amount[rows, None] * firms["last_share"][rows]
    np.add.at(held, (firms["last_lender"][rows], rows[:, None]), parts)
    return held


def signed_in(history: History, follow: float = 0.0) -> Mask:
    """Desks' contracts signed in the experiment, early enough to be followed, shape (n,)."""
    date = of_book(history)["date"]
    late = date <= history.horizon - follow + ROUNDING
    return np.asarray((date > 0.0) & late & of_desks(history))


def opened_in(history: History, follow: float = 0.0) -> Mask:
    """Contracts among them that open a line."""
    return np.asarray(signed_in(history, follow) & (of_book(history)["first"] == 1))


def signers(history: History, contracts: Mask) -> Mask:
    """Firms that signed one of some contracts, shape (n_firms,)."""
    firms = np.zeros(history.firms.shape[0], dtype=bool)
    firms[of_book(history)["firm"][contracts]] = True
    return firms


def first_contract(history: History) -> Ints:
    """Row of each firm's first contract, -1 for none, shape (n_firms,)."""
    first = np.full(history.firms.shape[0], -1, dtype=np.int64)
    # The book is in order of signing, so writing it backwards leaves the earliest row.
    rows = np.arange(history.book.shape[0] - 1, -1, -1, dtype=np.int64)
    first[of_book(history)["firm"][rows]] = rows
    return first


def new_borrowers(history: History) -> Ints:
    """Firms whose first loan ever a desk signed in the experiment; their rows."""
    first = first_contract(history)
    rows = np.flatnonzero(np.append(of_desks(history), False)[first])
    date = of_book(history)["date"][first[rows]]
    return np.asarray(rows[(date > 0.0) & (date <= history.horizon + ROUNDING)])


# --- When each contract was in force, and what it paid -------------------------------------------
# The book says when contracts were signed; the firm's record says for how many years in all
# it had a line. Together they give the spells: a contract that is followed by another one
# without a break, or that is in force at the end, is known to the day; what is left of the
# firm's years with a line is shared among its other contracts in proportion to their length.


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
    """Years that each contract of a desk was in force in the experiment, shape (n_contracts,)."""
    start, stop = spells(history)
    return np.where(of_desks(history), overlap(start, stop, 0.0, history.horizon), 0.0)


def overlap(start: Floats, stop: Floats, low: float | Floats, high: float | Floats) -> Floats:
    """Length of the part of each interval that lies between two dates."""
    return np.asarray(np.maximum(np.minimum(stop, high) - np.maximum(start, low), 0.0))


def yield_of(history: History, chosen: Mask) -> float:
    """Mean rate less guarantee fee of some contracts of desks, per year; nan of none in force.

    Weighted with line and time in force; `chosen` has shape (n_contracts,).
    """
    book, (start, stop) = of_book(history), spells(history)
    early = overlap(start, np.minimum(stop, book["step"]), 0.0, history.horizon)
    late = overlap(np.maximum(start, book["step"]), stop, 0.0, history.horizon)
    paid = book["rate"] * early + book["later_rate"] * late
    paid = paid - book["fee_rate"] * (early + late)
    chosen = chosen & of_desks(history)
    weight = (book["limit"] * (early + late))[chosen].sum()
    return ratio(float((book["limit"] * paid)[chosen].sum()), float(weight))
