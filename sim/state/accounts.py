"""Accounts of the ledger: what is paid, by whom and to whom."""

from dataclasses import dataclass

from sim.state import ledger as party

Parties = tuple[int, ...]


@dataclass(frozen=True)
class Account:
    """One kind of payment.

    Parameters
    ----------
    name : str
        Name in the ledger.
    payers, payees : tuple of int
        Those who may pay and be paid, by their place in `sim.state.ledger.PARTIES`.
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


SALES = _paid("sales", party.CUSTOMERS, party.FIRMS, "goods and services")
OUTLAYS = _paid("operating outlays", party.FIRMS, party.SUPPLIERS, "running cost of firms")
INVESTMENT = _paid(
    "investment", party.FIRMS, party.SUPPLIERS, "working capital and growth projects"
)
MOVING = _paid(
    "cost of moving business", party.FIRMS, party.SUPPLIERS, "bringing banking business to a bank"
)
UNPAID = _paid("unpaid bills", party.SUPPLIERS, party.FIRMS, "bills that closing firms leave")
INTEREST = _paid("interest", party.FIRMS, party.BANKS, "interest on balances")
ROYALTY = _paid("royalty", party.FIRMS, party.BANKS, "share of sales until the cap")
DRAWN = _paid("credit drawn", party.BANKS, party.FIRMS, "draws on lines")
REPAID = _paid("credit repaid", party.FIRMS, party.BANKS, "repayment, cash at wind-up included")
ROUNDS = _paid("equity rounds", party.INVESTORS, party.FIRMS, "new shares, opening capital too")
DIVIDENDS = _paid("dividends", party.FIRMS, party.INVESTORS, "money paid to owners")
EXIT_CASH = _paid("cash at exit", party.FIRMS, party.INVESTORS, "cash of firms listed or sold")
SUBSCRIPTION = _paid("subscription", party.HOLDERS, party.FIRMS, "rights that are exercised")
GAINS = _paid("gains on rights", party.HOLDERS, party.BANKS, "part of a gain passed to lenders")
RECOVERIES = _paid("recoveries", party.SUPPLIERS, party.BANKS, "sale of what is left of firms")
BUSINESS = _paid(
    "banking business", party.FUNDING, party.BANKS, "margin on deposits, fees for payments"
)
FUNDS = _paid("funding", party.BANKS, party.FUNDING, "cost of the bank's own funds")
RELENDING = _paid(
    "interest on relending", party.BANKS, party.CENTRAL_BANK, "interest on refinanced balances"
)
OPERATING = _paid("operating cost", party.BANKS, party.SUPPLIERS, "running cost of loans")
SCREENING = _paid("screening", party.BANKS, party.SUPPLIERS, "judging applicants")
COORDINATION = _paid("coordination", party.BANKS, party.SUPPLIERS, "bringing lenders together")
MONITORING = _paid("monitoring", party.BANKS, party.SUPPLIERS, "watching firms")
TOLERANCE = _paid(
    "policy tolerance", party.PARENTS, party.BANKS, "lending below break-even on policy grounds"
)
CAPITAL = _paid(
    "capital of the desk", party.PARENTS, party.BANKS, "budget refilled, or the excess taken"
)
OTHERS = (party.GUARANTORS, party.INSURERS, party.LESSORS, party.TRUSTS)
"""Parties that bear losses beside the lenders, in the order of the clause."""

FEES = _paid("fees for bearing losses", party.BANKS, OTHERS, "fees on the balance")
BORNE = _paid("losses borne by others", OTHERS, party.BANKS, "what others pay of a loss")
LEASED = _paid(
    "leased equipment", party.SUPPLIERS, party.LESSORS, "equipment sold after a default"
)
ACCOUNTS = tuple(one for one in list(vars().values()) if isinstance(one, Account))
"""Every account, in the order of this file."""
