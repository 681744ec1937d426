"""Who is helped: what supported firms have that the baseline would not have given them.

The same firm lives in two worlds with the same luck, so what it has here and not there is the
programme's doing. Its window runs from its first contract of the programme to the end of that
contract, or the horizon; that of other firms is the whole experiment. A firm that is dead or not
yet born owes nothing. A firm is supported if it signs and is lent to.

A history gives sums, never ratios: shares are ratios of sums over histories, see
`sim.analysis.additionality`.

References
----------
OECD (2017), Evaluating publicly supported credit guarantee programmes for SMEs, for additionality
and displacement. Imbens and Rubin (2015), Causal Inference, for effects on the treated.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.engine.history import History, Page
from sim.engine.ledger import SALES
from sim.outcomes.groups import size_codes
from sim.outcomes.mark import family, outcome
from sim.outcomes.reading import (
    ROUNDING,
    Floats,
    Ints,
    Mask,
    alive_at_horizon,
    of_book,
    of_firms,
    overlap,
    pages_of,
    quotient,
    remembered,
    spells,
)
from sim.outcomes.system import OTHER_OWN, public_cost


@dataclass(frozen=True)
class Pairs:
    """Firms in two worlds: here under a programme, there in the baseline.

    Parameters
    ----------
    signs : bool array, shape (n_firms,)
        Has a contract of the programme here.
    loans, loans_there : int array, shape (n_firms,)
        Contracts in force in its window.
    credit, credit_there : array, shape (n_firms,), CNY million
        Time average of its balance over the window.
    alive, alive_there : bool array, shape (n_firms,)
        Has entered and not closed by the horizon.
    """

    signs: Mask
    loans: Ints
    loans_there: Ints
    credit: Floats
    credit_there: Floats
    alive: Mask
    alive_there: Mask

    @property
    def supported(self) -> Mask:
        """Firms that sign and are lent to, shape (n_firms,)."""
        return np.asarray(self.signs & (self.loans > 0))

    @property
    def without_loan(self) -> Mask:
        """Supported firms that would have had no loan, shape (n_firms,)."""
        return np.asarray(self.supported & (self.loans_there == 0))


Sum = Callable[[Pairs], float]


def _firms(p: Pairs) -> float:
    return float(p.supported.sum())


def _firms_without(p: Pairs) -> float:
    return float(p.without_loan.sum())


def _loans(p: Pairs) -> float:
    return float(p.loans[p.supported].sum())


def _loans_beyond(p: Pairs) -> float:
    return float(np.maximum(p.loans - p.loans_there, 0)[p.supported].sum())


def _credit(p: Pairs) -> float:
    return float(p.credit[p.supported].sum())


def _gained(p: Pairs) -> float:
    return float(np.maximum(p.credit - p.credit_there, 0.0)[p.supported].sum())


def _crowded_out(p: Pairs) -> float:
    return float(np.maximum(p.credit_there - p.credit, 0.0)[p.supported].sum())


def _displaced(p: Pairs) -> float:
    return float((p.credit_there - p.credit)[~p.supported].sum())


FIRMS, LOANS, MONEY = "firms", "loans", "CNY million"
SUMS: dict[Sum, dict[str, Any]] = {
    _firms: {
        "name": "supported_firms", "unit": FIRMS, "better": "neither",
        "label": "Supported firms",
        "what": "firms that sign a contract of the programme in the experiment and are lent to"},
    _firms_without: {
        "name": "additional_firms", "unit": FIRMS, "better": "higher",
        "label": "Supported firms without another loan",
        "what": "supported firms that have no loan in force in the baseline in their window"},
    _loans: {
        "name": "supported_loans", "unit": LOANS, "better": "neither",
        "label": "Loans of supported firms",
        "what": "contracts of supported firms in force in their windows"},
    _loans_beyond: {
        "name": "additional_loans", "unit": LOANS, "better": "higher",
        "label": "Loans beyond those of the baseline",
        "what": "sum over supported firms of contracts in force in their windows beyond those in"
        " force there in the baseline"},
    _credit: {
        "name": "supported_credit", "unit": MONEY, "better": "neither",
        "label": "Credit of supported firms",
        "what": "sum over supported firms of the time average of the balance over their windows"},
    _gained: {
        "name": "additional_credit", "unit": MONEY, "better": "higher",
        "label": "Credit beyond that of the baseline",
        "what": "sum over supported firms of what that average exceeds the baseline's"},
    _crowded_out: {
        "name": "crowded_out_credit", "unit": MONEY, "better": "lower",
        "label": "Credit crowded out at supported firms",
        "what": "sum over supported firms of what that average falls short of the baseline's"},
    _displaced: {
        "name": "displaced_credit", "unit": MONEY, "better": "lower", "low": -math.inf,
        "label": "Credit that other firms lose",
        "what": "sum over all other firms of the time average of the balance over the experiment"
        " in the baseline less that here; negative where they gain"},
}  # fmt: skip
"""Sums over the firms of a history, with their words."""


def sums_of(pairs: Pairs) -> dict[str, float]:
    """Give every sum of `SUMS` by name.

    >>> yes, one, four, none = (np.array([x]) for x in (True, 1, 4.0, 0))
    >>> found = sums_of(Pairs(yes, one, none, four, none, yes, yes))
    >>> found["additional_credit"], found["supported_credit"]
    (4.0, 4.0)
    """
    return {words["name"]: function(pairs) for function, words in SUMS.items()}


# --- The same firms in two histories -------------------------------------------------------------


@remembered
def first_signed(history: History) -> Ints:
    """Row in the book of each firm's first contract of the programme, (n_firms,); -1 of none."""
    book = of_book(history)
    rows = np.flatnonzero((book["signed"] == 1) & (book["date"] > 0.0))[::-1]
    first = np.full(history.firms.shape[0], -1, dtype=np.int64)
    # The book is in order of signing, so writing it backwards leaves the earliest row.
    first[book["firm"][rows]] = rows
    return first


@remembered
def windows(history: History) -> tuple[Mask, Floats, Floats]:
    """Who signs a contract of the programme, and each firm's window; shape (n_firms,) each."""
    book, n, first = of_book(history), history.firms.shape[0], first_signed(history)
    signs = first >= 0
    start, stop = np.zeros(n), np.full(n, history.horizon)
    start[signs] = book["date"][first[signs]]
    stop[signs] = np.minimum(book["maturity"][first[signs]], history.horizon)
    return signs, start, np.maximum(stop, start)


def loans_in(history: History, start: Floats, stop: Floats) -> Ints:
    """Count each firm's contracts in force in its window, shape (n_firms,)."""
    book, (_, until) = of_book(history), spells(history)
    firm, date = book["firm"], book["date"]
    signed = (date >= start[firm] - ROUNDING) & (date <= stop[firm] + ROUNDING)
    runs_on = (date < start[firm] - ROUNDING) & (until > start[firm] + ROUNDING)
    counted = firm[signed | runs_on]
    return np.bincount(counted, minlength=start.size).astype(np.int64)


def years_in_debt(history: History, start: Floats, stop: Floats) -> Floats:
    """Time integral of each firm's balance over its window, CNY million years, (n_firms,).

    Balances are known by quarter, and spread evenly over a quarter that a window cuts.
    """
    found = np.zeros(start.size)
    for one in history.lent:
        ends = np.full(one.firm.size, one.date)
        inside = overlap(ends - one.years, ends, start[one.firm], stop[one.firm])
        found[one.firm] += one.balance_years * np.minimum(inside / one.years, 1.0)
    return found


def years_with_line(history: History, start: Floats, stop: Floats) -> Floats:
    """Years of its window in which each firm had a line, shape (n_firms,)."""
    firm, (since, until) = of_book(history)["firm"], spells(history)
    inside = overlap(since, until, start[firm], stop[firm])
    return np.asarray(np.bincount(firm, weights=inside, minlength=start.size), np.float64)


@remembered
def pairs_of(history: History, baseline: History) -> Pairs:
    """The firms of a history and of the baseline's, in the windows of the history."""
    signs, start, stop = windows(history)
    years = stop - start
    here, there = (
        quotient(years_in_debt(one, start, stop), years, 0.0) for one in (history, baseline)
    )
    return Pairs(
        signs=signs, loans=loans_in(history, start, stop),
        loans_there=loans_in(baseline, start, stop), credit=here, credit_there=there,
        alive=alive_at_horizon(history), alive_there=alive_at_horizon(baseline),
    )  # fmt: skip


@family("system.{name}", over=SUMS, basis="count", low=0.0, unit="{unit}", better="neither",
    formula="{what}", source=OTHER_OWN, paired=True, label="{label}")  # fmt: skip
def helped(history: History, baseline: History, of: Sum) -> float:
    """Sums of which shares of a programme are made."""
    return of(pairs_of(history, baseline))


@outcome("system.net_credit", unit="CNY million", better="higher", basis="count", low=-math.inf,
    formula="additional credit less what is crowded out at supported firms and what other firms"
    " lose", source=OTHER_OWN, paired=True, label="Net additional credit")  # fmt: skip
def net_credit(history: History, baseline: History) -> float:
    """What all firms together owe more."""
    pairs = pairs_of(history, baseline)
    return float((pairs.credit - pairs.credit_there).sum())


@outcome("system.net_survivors", unit="firms", better="higher", basis="count", low=-math.inf,
    formula="firms saved less firms lost against the baseline", source=OTHER_OWN, paired=True,
    label="Additional survivors, number")  # fmt: skip
def net_survivors(history: History, baseline: History) -> float:
    """How many more firms live."""
    pairs = pairs_of(history, baseline)
    return float(pairs.alive.sum()) - float(pairs.alive_there.sum())


@outcome("system.additional_credit_years", unit="CNY million years", better="higher",
    basis="flow", low=-math.inf,
    formula="time integral of the balances of all firms over the experiment less the baseline's",
    source=OTHER_OWN, paired=True, label="Additional credit, times years")  # fmt: skip
def additional_credit_years(history: History, baseline: History) -> float:
    """How much more is lent, for how long."""
    here, there = (
        years_in_debt(one, np.zeros(n), np.full(n, one.horizon))
        for one, n in ((history, history.firms.shape[0]), (baseline, baseline.firms.shape[0]))
    )
    return float(here.sum() - there.sum())


@outcome("system.additional_sales", unit="CNY million", better="higher", basis="flow",
    low=-math.inf, formula="sales of all firms over the experiment less the baseline's",
    source=OTHER_OWN, paired=True, heavy_tailed=True)  # fmt: skip
def additional_sales(history: History, baseline: History) -> float:
    """What firms sell more."""
    return _sales(history) - _sales(baseline)


@outcome("system.additional_public_cost", unit="CNY million", better="lower", basis="flow",
    low=-math.inf, formula="public cost less that of the baseline; policy subsidy stands apart",
    source=OTHER_OWN, paired=True)  # fmt: skip
def additional_public_cost(history: History, baseline: History) -> float:
    """What the public pays more."""
    return public_cost(history) - public_cost(baseline)


def _sales(history: History) -> float:
    """Sales of all firms in the experiment, CNY million; nan where no pages are kept."""
    pages = pages_of(history)
    if not pages:
        return math.nan
    ends = (np.sum(page.paid.get(SALES.name, 0.0)) for page in (pages[-1], pages[0]))
    last, first = ends
    return float(last - first)


# --- Where a firm stood at signing, in the baseline: before anything could follow from it --------


@dataclass(frozen=True)
class Standing:
    """Stage (code) and sales, CNY million a year, of firms at a date; shape (n_firms,) each."""

    stage: Ints
    sales: Floats

    @property
    def size(self) -> Ints:
        """Place of each firm's size in `sim.outcomes.groups.SIZES`."""
        return size_codes(self.sales)


def standing(history: History, date: Floats) -> Standing:
    """Where each firm stood at its date: at the last year end before it.

    One that has entered since then is read at the first year end of its life, or as it was when
    it ended. `date` has shape (n_firms,).
    """
    firms = of_firms(history)
    stage, sales = firms["stage"].astype(np.int64), np.asarray(firms["sales"], float).copy()
    seen = np.zeros(date.size, dtype=bool)
    for page in pages_of(history):
        taken = page.alive & (~seen | (page.date <= date + ROUNDING))
        stage[taken], sales[taken] = _stages(page)[taken], page.sales[taken]
        seen |= page.alive
    return Standing(stage, sales)


def _stages(page: Page) -> Ints:
    """Stages of a page's living firms; states count from unborn."""
    return page.state.astype(np.int64) - 1
