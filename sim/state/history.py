"""What happened under one arrangement in one replication, frozen for measurement."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.base.columns import Rows
from sim.economy.macro import Path
from sim.firms.audit import SUMS
from sim.state.yearbook import Page

Floats = NDArray[np.float64]

BANK_COLUMNS = (
    "loans", "npl", "allowance", "funding_stock", "equity", "risk_assets", "capital_ratio",
    "interest", "relationship", "gain", "royalty", "funding", "relending", "operating",
    "screening", "coordination", "monitoring", "fee", "provision", "tolerance", "profit",
    "owed", "loss", "recovered", "guaranteed", "balance_years", "drawn", "repaid", "transfer",
    "injection",
)  # fmt: skip
OTHERS = ("guarantors", "insurers", "lessors", "trusts")
SYSTEM_COLUMNS = ("regime", "winter", "frailty", *SUMS, *OTHERS)


@dataclass(frozen=True)
class History:
    """All arrays of one arrangement in one replication.

    Parameters
    ----------
    arrangement : str
    replication : int
    firms : record array, shape (n_firms,), see `sim.firms.record.FIRM`
    book : record array, shape (n_contracts,), see `sim.state.book.CONTRACT`
    dates : array, shape (n_dates,), years
        Settlements, in the history (negative), the horizon and the run-off.
    panel : array, shape (n_dates, n_banks, len(BANK_COLUMNS)), CNY million
        Levels at, and flows since the settlement before, each date.
    system : array, shape (n_dates, len(SYSTEM_COLUMNS))
    macro, market : paths of the macro regime and of the equity market
    horizon, end : float, years
        End of the experiment, and of the run-off.
    residual : float
        Largest relative gap in any accounting identity.
    facts : dict
        Parameters that outcomes need (rates, rules), by name.
    pages : tuple of Page
        Where firms stood and what had been paid, at the start date, at the end of each year
        and at the horizon, in order.

    Examples
    --------
    One bank at the opening and after each of two quarters:

    >>> panel = np.zeros((3, 1, len(BANK_COLUMNS)))
    >>> panel[:, 0, BANK_COLUMNS.index("interest")] = 9.0, 1.0, 2.0
    >>> h = History("plain", 0, None, None, np.array([0.0, 0.25, 0.5]), panel, None, (), (),
    ...             horizon=0.5, end=0.5, residual=0.0, facts={})
    >>> h.bank("interest").tolist()
    [[9.0], [1.0], [2.0]]
    >>> h.flow("interest").tolist()
    [3.0]
    """

    arrangement: str
    replication: int
    firms: Rows
    book: Rows
    dates: Floats
    panel: Floats
    system: Floats
    macro: Path
    market: Path
    horizon: float
    end: float
    residual: float
    facts: dict[str, Any]
    pages: tuple[Page, ...] = ()

    def bank(self, column: str) -> Floats:
        """One bank column, shape (n_dates, n_banks)."""
        return np.asarray(self.panel[:, :, BANK_COLUMNS.index(column)])

    def series(self, column: str) -> Floats:
        """One system column, shape (n_dates,)."""
        return np.asarray(self.system[:, SYSTEM_COLUMNS.index(column)])

    def during(self, run_off: bool = False) -> NDArray[np.bool_]:
        """Which settlements close a quarter of the experiment, shape (n_dates,)."""
        last = self.end if run_off else self.horizon
        return np.asarray((self.dates > 1e-9) & (self.dates <= last + 1e-9))

    def flow(self, column: str, run_off: bool = False) -> Floats:
        """Sum of a flow over the experiment by bank, shape (n_banks,), CNY million."""
        return np.asarray(self.bank(column)[self.during(run_off)].sum(axis=0))
