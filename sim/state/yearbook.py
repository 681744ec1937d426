"""Pages of a yearbook: where each firm stood, and what had been paid, at a date."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.base.columns import Rows
from sim.firms.record import ACQUIRED, ALIVE, LISTED, STAGES, UNBORN
from sim.state.ledger import Floats

STATES = ("unborn", *STAGES, "listed", "acquired", "closed")
"""What a firm can be at a date."""
_LISTED, _ACQUIRED, _CLOSED = (STATES.index(name) for name in ("listed", "acquired", "closed"))


@dataclass(frozen=True, eq=False)
class Page:
    """One date of one world.

    Parameters
    ----------
    date : float, years
    state : int8 array, shape (n_firms,)
        Code of `STATES`.
    paid : dict of account -> array, shape (n_parties, n_parties), CNY million
        Paid so far by the row to the column, see `sim.state.ledger`.
    """

    date: float
    state: NDArray[np.int8]
    paid: dict[str, Floats]


def states_of(firms: Rows) -> NDArray[np.int8]:
    """Give the state of each firm, shape (n_firms,).

    Examples
    --------
    >>> from sim.firms.record import FAILED_CASH, FIRM
    >>> firms = FIRM.empty(4)
    >>> firms["status"] = UNBORN, ALIVE, LISTED, FAILED_CASH
    >>> firms["stage"] = 0, 1, 3, 0
    >>> [STATES[code] for code in states_of(firms)]
    ['unborn', 'growth', 'listed', 'closed']
    """
    status, stage = firms["status"], firms["stage"]
    state = np.where(status == ALIVE, 1 + stage, _CLOSED).astype(np.int8)
    for code, place in ((UNBORN, 0), (LISTED, _LISTED), (ACQUIRED, _ACQUIRED)):
        state[status == code] = place
    return state
