"""What happened under one arrangement in one replication, frozen for measurement."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.base.columns import Column, Rows
from sim.engine.instruments import LEVELS
from sim.engine.ledger import Floats
from sim.model.economy.macro import Path
from sim.model.firms.flows import SUM_COLUMNS
from sim.model.firms.record import ACQUIRED, ALIVE, DEPARTED, LISTED, STAGES, UNBORN

# --- Pages of a yearbook: where each firm stood, and what had been paid, at a date ---------------


STATES = ("unborn", *STAGES, "listed", "acquired", "departed", "closed")
"""What a firm can be at a date."""
_LISTED, _ACQUIRED, _DEPARTED, _CLOSED = (
    STATES.index(name) for name in ("listed", "acquired", "departed", "closed")
)


@dataclass(frozen=True, eq=False)
class Page:
    """One date of one world.

    Parameters
    ----------
    date : float, years
    state : int8 array, shape (n_firms,)
        Code of `STATES`.
    paid : dict of account -> array, shape (n_parties, n_parties), CNY million
        Paid so far by the row to the column, see `sim.engine.ledger`.
    contract : int64 array, shape (n_firms,)
        Row of the contract in force, -1 for none; the last one of firms that have ended.
    balance : array, shape (n_firms,), CNY million
        Drawn part of its line.
    sales : array, shape (n_firms,), CNY million a year
    stratum, high_tech : int8 array, shape (n_firms,)
        As the record of firms has them.
    """

    date: float
    state: NDArray[np.int8]
    paid: dict[str, Floats]
    contract: NDArray[np.int64]
    balance: Floats
    sales: Floats
    stratum: NDArray[np.int8]
    high_tech: NDArray[np.int8]

    @property
    def alive(self) -> NDArray[np.bool_]:
        """Firms that live at the date, shape (n_firms,)."""
        return np.asarray((self.state > 0) & (self.state <= len(STAGES)))


@dataclass(frozen=True, eq=False)
class Lent:
    """What firms owed in one quarter of one world; those that owed nothing are left out.

    Parameters
    ----------
    date, years : float, years
        End of the quarter, and its length.
    firm : int32 array, shape (n,)
        Rows of firms, rising.
    balance_years : array, shape (n,), CNY million years
        Time integral of the balance over the quarter.
    """

    date: float
    years: float
    firm: NDArray[np.int32]
    balance_years: Floats


def states_of(firms: Rows) -> NDArray[np.int8]:
    """Give the state of each firm, shape (n_firms,).

    Examples
    --------
    >>> from sim.model.firms.record import FAILED_CASH, FIRM
    >>> firms = FIRM.empty(4)
    >>> firms["status"] = UNBORN, ALIVE, LISTED, FAILED_CASH
    >>> firms["stage"] = 0, 1, 3, 0
    >>> [STATES[code] for code in states_of(firms)]
    ['unborn', 'growth', 'listed', 'closed']
    """
    status, stage = firms["status"], firms["stage"]
    state = np.where(status == ALIVE, 1 + stage, _CLOSED).astype(np.int8)
    for code, place in (
        (UNBORN, 0),
        (LISTED, _LISTED),
        (ACQUIRED, _ACQUIRED),
        (DEPARTED, _DEPARTED),
    ):
        state[status == code] = place
    return state


# --- What happened under one arrangement in one replication, frozen for measurement --------------


MONEY = "CNY million"
BANK_PANEL = (
    Column("loans", MONEY, "performing loans, at the settlement", low=0.0),
    Column("npl", MONEY, "loans in default that are not resolved, at the settlement", low=0.0),
    Column("allowance", MONEY, "set aside for losses, at the settlement", low=0.0),
    Column("funding_stock", MONEY, "funding less cash, at the settlement"),
    Column("equity", MONEY, "capital of the desk, at the settlement"),
    Column("risk_assets", MONEY, "risk-weighted assets of the desk, at the settlement", low=0.0),
    Column("capital_ratio", "share of risk-weighted assets", "capital of desk and parent bank"),
    Column("accounts", "firms", "basic accounts of firms, at the settlement", low=0.0),
    Column("interest", MONEY, "interest received", low=0.0),
    Column("commitment", MONEY, "fees on undrawn lines", low=0.0),
    Column("relationship", MONEY, "margin on deposits and fees from business of its borrowers"),
    Column("hosted", MONEY, "the same from firms that it does not lend to; its parent's"),
    Column("gain", MONEY, "gains on rights realised in cash", low=0.0),
    Column("royalty", MONEY, "royalties received", low=0.0),
    Column("funding", MONEY, "transfer price of all loans and loans in default", low=0.0),
    Column("relending", MONEY, "saved by central bank money against the transfer price"),
    Column("capital_benefit", MONEY, "transfer price credited on required capital", low=0.0),
    Column("free_income", MONEY, "income of capital and allowance beyond that, the parent's"),
    Column("vat", MONEY, "value-added tax in the interest", low=0.0),
    Column("operating", MONEY, "running cost of loans", low=0.0),
    Column("screening", MONEY, "cost of judging applicants", low=0.0),
    Column("coordination", MONEY, "cost of bringing lenders together", low=0.0),
    Column("calling", MONEY, "cost of calling loans", low=0.0),
    Column("monitoring", MONEY, "cost of watching firms", low=0.0),
    Column("fee", MONEY, "fees of those who bear losses beside the lenders", low=0.0),
    Column("provision", MONEY, "charge to profit for expected and incurred losses"),
    Column("policy_subsidy", MONEY, "paid by the parent for lending below break-even"),
    Column(
        "profit_before_tax",
        MONEY,
        "income less all cost and provisions, before the policy subsidy",
    ),
    Column("tax", MONEY, "tax on it; negative on a loss"),
    Column("profit", MONEY, "what is left"),
    Column("exposure_at_default", MONEY, "balances at default", low=0.0),
    Column("loss", MONEY, "exposure at default less recovery and protection, at default", low=0.0),
    Column("recovered", MONEY, "proceeds of workouts", low=0.0),
    Column("guaranteed", MONEY, "losses paid by protection providers", low=0.0),
    Column("capital_years", "CNY million years", "time integral of required capital", low=0.0),
    Column("economic_years", "CNY million years", "time integral of economic capital", low=0.0),
    Column("balance_years", "CNY million years", "time integral of balances", low=0.0),
    Column("drawn", MONEY, "credit drawn", low=0.0),
    Column("repaid", MONEY, "credit repaid", low=0.0),
    Column("transfer", MONEY, "balances taken over from other banks less those handed over"),
    Column("injection", MONEY, "capital moved to the desk by its parent at year end"),
    Column("rationed", "loans", "agreed on, and refused for want of capital", low=0.0),
)
"""The panel of banks: levels at a settlement, and flows since the settlement before."""
BANK_LEVELS = (
    "loans", "npl", "allowance", "funding_stock", "equity", "risk_assets", "capital_ratio",
    "accounts",
)  # fmt: skip
"""Those that are levels."""

PROTECTION_RESULTS = (
    *(
        Column(f"{party}s", MONEY, f"fees of {party}s less losses that they bear, in the quarter")
        for party in ("guarantor", "insurer", "lessor", "trust")
    ),
    Column("reguarantors", MONEY, "fees of re-guarantors less what they pay, in the quarter"),
)
SYSTEM_PANEL = (
    Column("regime", "code", "macro regime: its place among those of the scenario"),
    Column("winter", "flag", "equity market in a winter"),
    Column("frailty", "x", "yearly systematic factor, mean 1"),
    *SUM_COLUMNS,
    *PROTECTION_RESULTS,
    Column("public_fees", MONEY, "fees for cover that the state pays", low=0.0),
    Column("outside_business", MONEY, "banking business at banks outside the scenario"),
    *LEVELS,
)
"""The panel of the system: one row for each settlement."""

BANK_COLUMNS = tuple(column.name for column in BANK_PANEL)
PROTECTION_PROVIDERS = tuple(column.name for column in PROTECTION_RESULTS[:-1])
SYSTEM_COLUMNS = tuple(column.name for column in SYSTEM_PANEL)


@dataclass(frozen=True)
class History:
    """All arrays of one arrangement in one replication.

    Parameters
    ----------
    arrangement : str
    replication : int
    firms : record array, shape (n_firms,), see `sim.model.firms.record.FIRM`
    book : record array, shape (n_contracts,), see `sim.model.contracts.loan_book.CONTRACT`
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
    lent : tuple of Lent
        What firms owed, quarter by quarter of the experiment.

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
    lent: tuple[Lent, ...] = ()

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
