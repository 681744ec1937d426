"""Groups of firms and contracts of a history. No outcome is defined here."""

import numpy as np

from sim.firms.loss_sharing import borne_by_others, split_by_share
from sim.firms.record import ACQUIRED, ALIVE, FAILED_TECHNICAL, UNBORN
from sim.outcomes.columns import Floats, Ints, Mask, of_book, of_firms
from sim.outcomes.reading import ratio
from sim.state.history import History

LAST_STATUS = 127
PER_FIRMS = 1000.0
_ROUNDING = 1e-9


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
    late = birth <= history.horizon - follow + _ROUNDING
    return np.asarray(entered(history) & (birth >= 0.0) & late)


def ended(history: History, first: int, last: int) -> Mask:
    """Firms that ended in the experiment with a status from `first` to `last`."""
    status, end = of_firms(history)["status"], of_firms(history)["end"]
    inside = (end > 0.0) & (end <= history.horizon + _ROUNDING)
    return np.asarray((status >= first) & (status <= last) & inside)


def failed(history: History) -> Mask:
    """Firms closed in the experiment, whatever the cause."""
    return ended(history, FAILED_TECHNICAL, LAST_STATUS)


def defaulted(history: History) -> Mask:
    """Firms closed in the experiment that left a loan unpaid."""
    return np.asarray(failed(history) & (of_firms(history)["defaulted"] == 1))


def alive_at_horizon(history: History) -> Mask:
    """Firms that entered and have not closed by the horizon; exits count as living."""
    firms = of_firms(history)
    closed = (firms["status"] > ACQUIRED) & (firms["end"] <= history.horizon + _ROUNDING)
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
    """What each firm's default costs all who bear it, shape (n_firms,)."""
    return np.asarray(of_firms(history)["owed"] - of_firms(history)["recovery"])


def net_loss(history: History) -> Floats:
    """What each firm's default costs its lenders, net of what others pay, shape (n_firms,)."""
    a, lost = of_firms(history), unpaid(history)
    cover = a["guaranteed"], a["first_loss"], a["cover_cap"]
    return np.asarray(lost - borne_by_others(lost, a["owed"], *cover))


def at_bank(history: History, amount: Floats) -> Floats:
    """Split amounts per firm over lenders of the last contract, shape (n_banks, n_firms)."""
    contract, book = of_firms(history)["contract"], of_book(history)
    held = np.zeros((history.panel.shape[1], amount.size))
    for n in np.flatnonzero((amount > 0.0) & (contract >= 0)):
        lender, share = book["lender"][contract[n]], book["share"][contract[n]]
        split_by_share(amount[n : n + 1], lender, share, held[:, n : n + 1])
    return held


def signed_in(history: History, follow: float = 0.0) -> Mask:
    """Contracts signed in the experiment, early enough to be followed, shape (n,)."""
    date = of_book(history)["date"]
    late = date <= history.horizon - follow + _ROUNDING
    return np.asarray((date > 0.0) & late)


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
    """Firms whose first loan ever was signed in the experiment; their rows."""
    first = first_contract(history)
    rows = np.flatnonzero(first >= 0)
    date = of_book(history)["date"][first[rows]]
    return np.asarray(rows[(date > 0.0) & (date <= history.horizon + _ROUNDING)])
