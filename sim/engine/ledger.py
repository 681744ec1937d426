"""One ledger: every payment is a transfer between two parties on an account.

The ledger records who paid whom; balance sheets are tracked apart, from contracts and from
firms' records. At each settlement both must tell the same story, to 1e-9 of an account's
turnover plus balance; a break stops the run and says where.

References
----------
Godley and Lavoie (2007), Monetary Economics, for transaction-flow consistency.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.base.columns import Column, Rows, Table
from sim.base.errors import AccountingError

# --- Parties that pay and are paid ---------------------------------------------------------------


Floats = NDArray[np.float64]
MEANINGS = {
    "firms": "technology firms that have entered and not ended",
    "banks": "technology desks of the banks, with their own balance sheets",
    "parent banks": "what stands behind the desks: capital and the policy subsidy",
    "funding market": "depositors and the money market",
    "central bank": "lends to banks at its own rate, up to a quota",
    "guarantors": "guarantee companies and public pools that bear losses for a fee",
    "investors": "founders and venture investors: equity in, proceeds out",
    "right holders": "hold the lenders' rights on equity: pay the strike, pass a part of gains on",
    "customers": "pay for what firms sell",
    "suppliers": "are paid for outlays of firms and banks; buy what defaulted firms leave",
    "insurers": "bear losses for a premium",
    "lessors": "own leased equipment, which they pay for or whose part of losses they bear",
    "trusts": "lend money of their investors, or bear losses for a fee on their behalf",
    "other banks": "keep basic accounts of firms and are not in the scenario",
    "state": "takes value-added tax on interest and tax on banks' profit; pays fees for cover",
    "re-guarantors": "public funds that pay guarantors a part of their payments back, for a fee",
    "buyers of rights": "buy rights that expire in the money, and use them",
    "bond buyers": "buy bonds of firms",
    "bank-side funds": "funds of banks' groups that buy shares of firms",
    "buyers of firms": "pay for firms that are listed, sold or leave, and have their cash",
}
"""Every party that pays or is paid, and who it is."""

PARTIES = tuple(MEANINGS)
(
    FIRMS, BANKS, PARENTS, FUNDING, CENTRAL_BANK, GUARANTORS, INVESTORS, HOLDERS, CUSTOMERS,
    SUPPLIERS, INSURERS, LESSORS, TRUSTS, OTHER_BANKS, STATE, REGUARANTORS,
    BUYERS, BOND_BUYERS, BANK_FUNDS, ACQUIRERS,
) = range(20)  # fmt: skip

# --- Accounts of the ledger: what is paid, by whom and to whom -----------------------------------


Parties = tuple[int, ...]


@dataclass(frozen=True)
class Account:
    """One kind of payment.

    Parameters
    ----------
    name : str
        Name in the ledger.
    payers, payees : tuple of int
        Those who may pay and be paid, by their place in `sim.engine.ledger.PARTIES`.
    meaning : str
        What is paid for.
    """

    name: str
    payers: Parties
    payees: Parties
    meaning: str


def _paid(name: str, payers: int | Parties, payees: int | Parties, meaning: str) -> Account:
    """Declare an account; a party alone need not be a tuple."""
    payers = (payers,) if isinstance(payers, int) else payers
    payees = (payees,) if isinstance(payees, int) else payees
    return Account(name, payers, payees, meaning)


SALES = _paid("sales", CUSTOMERS, FIRMS, "goods and services")
OUTLAYS = _paid("operating outlays", FIRMS, SUPPLIERS, "running cost of firms")
INVESTMENT = _paid("investment", FIRMS, SUPPLIERS, "working capital and growth projects")
MOVING = _paid("cost of moving business", FIRMS, SUPPLIERS, "bringing banking business to a bank")
UNPAID = _paid("unpaid bills", SUPPLIERS, FIRMS, "bills that closing firms leave")
INTEREST = _paid("interest", FIRMS, BANKS, "interest on balances")
COMMITMENT = _paid("commitment fees", FIRMS, BANKS, "fees on undrawn lines")
VAT = _paid("value-added tax", BANKS, STATE, "tax in the interest that firms pay")
ROYALTY = _paid("royalty", FIRMS, BANKS, "share of sales until the cap")
DRAWN = _paid("credit drawn", BANKS, FIRMS, "draws on lines")
REPAID = _paid("credit repaid", FIRMS, BANKS, "repayment, cash at wind-up included")
ROUNDS = _paid("equity rounds", INVESTORS, FIRMS, "new shares, opening capital too")
DIVIDENDS = _paid("dividends", FIRMS, INVESTORS, "money paid to owners")
EXIT_CASH = _paid("cash at exit", FIRMS, ACQUIRERS, "cash of firms listed or sold, less debt")
EXITS = _paid(
    "exit values", ACQUIRERS, (INVESTORS, HOLDERS, BUYERS), "shares of firms listed or sold"
)
SUBSCRIPTION = _paid("subscription", (HOLDERS, BUYERS), FIRMS, "rights that are exercised")
RIGHTS_SOLD = _paid("rights sold", BUYERS, HOLDERS, "rights that expire in the money")
GAINS = _paid("gains on rights", HOLDERS, BANKS, "part of a gain passed to lenders")
HOLDING = _paid("cost of holding shares", HOLDERS, FUNDING, "transfer price of strikes paid")
RECOVERIES = _paid("recoveries", SUPPLIERS, BANKS, "sale of what is left of firms")
BUSINESS = _paid("banking business", FUNDING, BANKS, "margin on deposits and fees, of lenders")
HOSTED = _paid(
    "banking business beside loans", FUNDING, PARENTS,
    "the same of banks that do not lend to the firm",
)  # fmt: skip
ELSEWHERE = _paid(
    "banking business elsewhere", FUNDING, OTHER_BANKS, "the same of banks outside the scenario"
)
FUNDS = _paid("funding", BANKS, FUNDING, "cost of the bank's own funds, less what capital earns")
RELENDING = _paid("interest on relending", BANKS, CENTRAL_BANK, "interest on refinanced balances")
OPERATING = _paid("operating cost", BANKS, SUPPLIERS, "running cost of loans")
SCREENING = _paid("screening", BANKS, SUPPLIERS, "judging applicants")
COORDINATION = _paid("coordination", BANKS, SUPPLIERS, "bringing lenders together")
CALLING = _paid("calling of loans", BANKS, SUPPLIERS, "files and courts")
MONITORING = _paid("monitoring", BANKS, SUPPLIERS, "watching firms")
TAX = _paid("tax on profit", BANKS, STATE, "of the desk; a loss lowers what its parent pays")
SUBSIDY = _paid("policy subsidy", PARENTS, BANKS, "lending below break-even on policy grounds")
CAPITAL = _paid("capital of the desk", PARENTS, BANKS, "budget refilled, or the excess taken")
PROTECTION_PROVIDERS = (GUARANTORS, INSURERS, LESSORS, TRUSTS)
"""Parties that bear losses beside the lenders, in the order of the clause."""

FEES = _paid("fees for bearing losses", BANKS, PROTECTION_PROVIDERS, "fees on the balance")
FIRM_FEES = _paid(
    "fees of firms for bearing losses", FIRMS, PROTECTION_PROVIDERS, "the same, paid by firms"
)
PUBLIC_FEES = _paid(
    "fees of the state for bearing losses",
    STATE,
    PROTECTION_PROVIDERS,
    "the same, paid by the state",
)
BORNE = _paid(
    "losses borne by protection providers",
    PROTECTION_PROVIDERS,
    BANKS,
    "what protection providers pay of a loss",
)
REGUARANTEE_FEES = _paid(
    "fees for re-guarantee", GUARANTORS, REGUARANTORS, "fees on what is re-guaranteed"
)
REIMBURSED = _paid(
    "re-guarantee", REGUARANTORS, GUARANTORS, "part of a guarantor's payment, paid back"
)
LEASED = _paid("leased equipment", SUPPLIERS, LESSORS, "equipment sold after a default")
LENDERS_BESIDE = (BOND_BUYERS, LESSORS, TRUSTS)
"""Who lends to firms beside banks."""
LENT_BESIDE = _paid(
    "debt beside the line", LENDERS_BESIDE, FIRMS, "bonds, leased equipment, trust loans"
)
RETURNED = _paid("debt beside the line repaid", FIRMS, LENDERS_BESIDE, "principal of these")
CHARGES = _paid("interest beside the line", FIRMS, LENDERS_BESIDE, "interest and rent on these")
RECOVERED_BESIDE = _paid(
    "recoveries beside the line", SUPPLIERS, LENDERS_BESIDE, "what defaults bring on these"
)
BOND_COVER = _paid(
    "risk-sharing tool", CENTRAL_BANK, BOND_BUYERS, "the tool's share of losses on bonds"
)
UNDERWRITING = _paid("underwriting", FIRMS, PARENTS, "fees on issues of bonds")
FUND_SHARES = _paid("shares of bank-side funds", BANK_FUNDS, FIRMS, "new shares of firms")
FUND_EXITS = _paid("exits of bank-side funds", ACQUIRERS, BANK_FUNDS, "their shares at exits")
ACCOUNTS = tuple(one for one in list(vars().values()) if isinstance(one, Account))
"""Every account, in the order of this file."""


# --- One ledger: every payment is a transfer between two parties on an account -------------------


PAYMENTS = Table(
    (
        Column("received", "CNY million", "receipts less payments, over all accounts"),
        Column("turned", "CNY million", "receipts and payments without sign"),
    )
)
"""Sums of one party."""

TOLERANCE = 1e-9


def _no_payments() -> Floats:
    return np.zeros((len(ACCOUNTS), len(PARTIES), len(PARTIES)))


@dataclass
class Ledger:
    """Cumulative transfers, CNY million, and the largest residual seen.

    Parameters
    ----------
    paid : array, shape (n_accounts, n_parties, n_parties), CNY million
        Paid so far on each account by the row to the column.
    parties : record array, shape (n_parties,), see `PAYMENTS`
    residual : float
        Largest relative gap of an identity.
    checks : int
        How often an identity was checked.

    Examples
    --------
    >>> ledger = Ledger()
    >>> post(ledger.paid, ledger.parties, ACCOUNTS.index(DRAWN), BANKS, FIRMS, 10.0)
    >>> post(ledger.paid, ledger.parties, ACCOUNTS.index(INTEREST), FIRMS, BANKS, 0.4)
    >>> firms = ledger.parties[FIRMS]
    >>> float(firms.received), float(firms.turned)
    (9.6, 10.4)
    >>> ledger.hold(["cash of firms"], np.array([[9.6, 9.6, 10.4]]), "year 1")
    >>> ledger.checks, ledger.residual
    (1, 0.0)
    """

    paid: Floats = field(default_factory=_no_payments)
    parties: Rows = field(default_factory=lambda: PAYMENTS.empty(len(PARTIES)))
    residual: float = 0.0
    checks: int = 0

    @property
    def flows(self) -> dict[str, Floats]:
        """Paid so far, by name of the account, shape (n_parties, n_parties)."""
        return {account.name: table for account, table in zip(ACCOUNTS, self.paid, strict=True)}

    def copy(self) -> "Ledger":
        """An independent copy."""
        return Ledger(self.paid.copy(), self.parties.copy(), self.residual, self.checks)

    def hold(
        self, names: Sequence[str], sides: Floats, where: str,
        tolerance: float | Sequence[float] = TOLERANCE,
    ) -> None:  # fmt: skip
        """Hold the two sides of identities against each other.

        Parameters
        ----------
        names : sequence of str
            Names of the identities.
        sides : array, shape (n_identities, 3), CNY million
            Left side, right side, and turnover plus balance of the account.
        where : str
            Date, arrangement and replication, for the message.
        tolerance : float or sequence of float, one for each identity
            Largest difference, as a share of the scale.

        Raises
        ------
        AccountingError
            If two sides differ by more; it names the first such identity.
        """
        gaps = np.abs(sides[:, 0] - sides[:, 1])
        relative = gaps / np.maximum(np.abs(sides[:, 2]), 1.0)
        self.residual = max(self.residual, float(relative.max()))
        self.checks += len(names)
        for n in np.flatnonzero(~(relative <= np.asarray(tolerance)))[:1]:
            left, right, _ = sides[n]
            raise AccountingError(
                where,
                f"{names[n]}: {left:.9g} against {right:.9g}, off by {gaps[n]:.3g} CNY million",
                "this is a fault of the model; report it with the scenario file and the seed",
            )


def post(paid: Any, parties: Any, account: int, payer: int, payee: int, amount: float) -> None:
    """Record that `payer` paid `amount` to `payee` (a negative one the other way).

    Parameters
    ----------
    paid, parties : arrays
        Of a `Ledger`.
    account, payer, payee : int
        Places in `ACCOUNTS` and `PARTIES`.
    amount : float, CNY million
    """
    paid[account, payer, payee] += amount
    parties[payee].received += amount
    parties[payer].received -= amount
    parties[payee].turned += abs(amount)
    parties[payer].turned += abs(amount)
