"""A case before the committee: the applicants, what is known of them, and what banks infer."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.model.banks import underwriting as judge
from sim.model.banks.bank import Bank, Capital
from sim.model.banks.underwriting import Beliefs
from sim.model.contracts import screening
from sim.model.contracts.arrangement import Arrangement
from sim.model.firms.applicants import Applicants
from sim.model.firms.credit_line import CreditLine
from sim.model.firms.lifecycle import Lifecycle
from sim.model.firms.relationship import Relationship

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Scenario(Protocol):
    """The tables of a scenario that an offer needs."""

    underwriting: judge.Underwriting
    capital: Capital
    belief: Beliefs
    bank: dict[str, Bank]
    relationship: Relationship
    credit_line: CreditLine
    lifecycle: Lifecycle

    @property
    def n_banks(self) -> int:
        """Number of banks."""


@dataclass(frozen=True)
class Case:
    """What a committee knows when it decides on n applicants at a date.

    Parameters
    ----------
    a : Applicants
        Cash brought forward to the date.
    date : float, years
    draw : callable
        Uniform numbers for codes of shape (n, k), by firm, code and decisions taken so far.
    published : callable
        The same by firm, code and calendar year: errors of what is published once a year.
    bust : bool
    collateral : float
        Factor on collateral values today.
    roster : int array, shape (n, m)
        Banks in the order in which each firm would turn to them.
    file : tuple of arrays, shape (n,)
        Precision and precision-weighted sum of what the home bank already knows.
    prior : array, shape (n,)
        Mean quality given what everybody sees.
    quota_left : bool
        Whether the relending facility has room.
    renewal : bool array, shape (n,)
        Whether the firm already has a line.
    stigma : float
        How much worse the applicants look, standard deviations.
    """

    a: Applicants
    date: float
    draw: judge.Draw
    published: judge.Draw
    bust: bool
    collateral: float
    roster: Ints
    file: tuple[Floats, Floats]
    prior: Floats
    quota_left: bool
    renewal: NDArray[np.bool_]
    stigma: float = 0.0


def lenders_of(home: Ints, roster: Ints, count: int, first: int = 0) -> Ints:
    """Banks that a firm turns to, in order: its own bank, then those it knows.

    Parameters
    ----------
    home : int array, shape (n,)
    roster : int array, shape (n, m)
        Banks in the order in which the firm would turn to them, its own somewhere among them.
    count : int
        How many, at most m.
    first : int
        0 to begin with its own bank, 1 to begin with the next.

    Returns
    -------
    int array, shape (n, count)

    Examples
    --------
    >>> lenders_of(np.array([2]), np.array([[0, 1, 2]]), 3).tolist()
    [[2, 0, 1]]
    """
    own = home[:, None].astype(np.int64)
    # A stable sort puts the own bank last and leaves the others in their order.
    order = np.argsort(roster == own, axis=1, kind="stable")
    others = np.take_along_axis(roster, order, axis=1)
    return np.concatenate([own, others], axis=1)[:, first : first + count]


def posterior(
    case: Case, arrangement: Arrangement, lender: Ints, scenario: Scenario
) -> tuple[Floats, Floats, tuple[Floats, Floats]]:
    """Posterior mean and variance of quality per lender, and the lead's news for its file."""
    u = scenario.underwriting
    factor = np.array([bank.signal_precision for bank in scenario.bank.values()])
    signal, precision = judge.signals(case.a, lender, case.draw, u, factor)
    signal = signal - case.stigma
    k = lender.shape[1]
    mean = np.repeat(case.prior[:, None], k, axis=1)
    known = np.ones_like(mean)
    # Only the home bank holds a file; others start from what everybody sees.
    at_home = lender == case.a.home[:, None]
    held = case.file[0][:, None] * at_home
    mean = np.where(at_home, (mean + case.file[1][:, None]) / (1.0 + held), mean)
    known = known + held
    public = screening.added_precision(arrangement.screening, case.a.stage)
    if np.any(public > 0.0):
        shown = judge.score(case.a, public, case.published)
        mean = (mean * known + (public * shown)[:, None]) / (known + public[:, None])
        known = known + public[:, None]
    pooled = screening.is_pooled(arrangement.screening)
    post, variance = judge.judge((mean, known), signal, precision, pooled, u.error_correlation)
    return post, variance, (precision[:, 0], precision[:, 0] * signal[:, 0])
