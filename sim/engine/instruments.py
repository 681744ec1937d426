"""Debts beside the credit line and shares of bank-side funds at a settlement: payments, claims.

Who lends beside the bank has an account of its own: what it lends, is repaid, earns and recovers
is posted from the records of firms. The pass over firms is made only where an arrangement on the
menu has several instruments.
"""

from typing import Any

from sim.base.columns import Column
from sim.engine import ledger
from sim.engine.ledger import (
    ACCOUNTS,
    ACQUIRERS,
    BANK_FUNDS,
    BOND_BUYERS,
    CENTRAL_BANK,
    FIRMS,
    LESSORS,
    PARENTS,
    SUPPLIERS,
    TRUSTS,
    post,
)
from sim.model.firms.debts import BOND, DEBTS
from sim.model.firms.flows import charged
from sim.model.firms.record import ALIVE, UNBORN

MONEY = "CNY million"
CREDITORS = (BOND_BUYERS, LESSORS, TRUSTS)
"""Who lends each debt beside the line."""

LEVELS = (
    Column("term_loans", MONEY, "balances of term loans, part of those of banks", low=0.0),
    Column("bonds", MONEY, "owed on bonds of firms", low=0.0),
    Column("leases", MONEY, "owed to lessors", low=0.0),
    Column("trust_loans", MONEY, "owed to trust companies", low=0.0),
)
"""What is outstanding at a settlement, by instrument."""

N = len(DEBTS)
FIRST_OWED = 1
CLAIMED, LENT, RETURNED, CHARGED, RECOVERED = (len(LEVELS) + N * n for n in range(5))
COVERED, UNDERWRITING, FUND, FUND_PROCEEDS = range(len(LEVELS) + 5 * N, len(LEVELS) + 5 * N + 4)
N_SUMS = FUND_PROCEEDS + 1
"""Places of sums over all firms: levels, then by debt what is claimed, closed firms too, what has
been lent, returned, charged and recovered so far; then cover of bonds, fees, and the fund."""

_LENT, _RETURNED, _CHARGED, _RECOVERED, _COVERED, _UNDERWRITING, _FUND, _FUND_EXITS = (
    ACCOUNTS.index(one)
    for one in (
        ledger.LENT_BESIDE,
        ledger.RETURNED,
        ledger.CHARGES,
        ledger.RECOVERED_BESIDE,
        ledger.BOND_COVER,
        ledger.UNDERWRITING,
        ledger.FUND_SHARES,
        ledger.FUND_EXITS,
    )
)


def has_instruments(terms: Any) -> bool:
    """Whether an arrangement on the menu has debts or shares beside the line."""
    found = False
    for code in range(terms.shape[0]):
        found = found or terms[code].several == 1
    return found


def settle_instruments(firms: Any, paid: Any, parties: Any, sums: Any, date: float) -> None:
    """Sum up debts beside the line over all firms, and post what has been paid since."""
    for i in range(firms.shape[0]):
        f = firms[i]
        if f.status != UNBORN:
            add_firm(f, sums, date)
    for n in range(N):
        other = CREDITORS[n]
        post_up_to(paid, parties, _LENT, other, FIRMS, sums[LENT + n])
        post_up_to(paid, parties, _RETURNED, FIRMS, other, sums[RETURNED + n])
        post_up_to(paid, parties, _CHARGED, FIRMS, other, sums[CHARGED + n])
        post_up_to(paid, parties, _RECOVERED, SUPPLIERS, other, sums[RECOVERED + n])
    post_up_to(paid, parties, _COVERED, CENTRAL_BANK, BOND_BUYERS, sums[COVERED])
    post_up_to(paid, parties, _UNDERWRITING, FIRMS, PARENTS, sums[UNDERWRITING])
    post_up_to(paid, parties, _FUND, BANK_FUNDS, FIRMS, sums[FUND])
    post_up_to(paid, parties, _FUND_EXITS, ACQUIRERS, BANK_FUNDS, sums[FUND_PROCEEDS])


def add_firm(f: Any, sums: Any, date: float) -> None:
    """Add one firm to the sums; what a workout brings counts once it is over."""
    is_alive = f.status == ALIVE
    sums[0] += f.term
    for n in range(N):
        sums[CLAIMED + n] += f.owed[n]
        sums[LENT + n] += f.cum_lent[n]
        sums[RETURNED + n] += f.cum_returned[n]
        since = charged(f, n, date - f.now) if is_alive else 0.0
        sums[CHARGED + n] += f.cum_charged[n] + since
        if is_alive:
            sums[FIRST_OWED + n] += f.owed[n]
        elif date >= f.recovery_date:
            sums[RECOVERED + n] += f.owed_recovery[n]
    if not is_alive and date >= f.recovery_date:
        sums[COVERED] += covered_of(f)
    sums[UNDERWRITING] += f.cum_underwriting
    sums[FUND] += f.cum_fund
    sums[FUND_PROCEEDS] += f.fund_proceeds


def covered_of(f: Any) -> Any:
    """What the risk-sharing tool bears of the loss on a bond, CNY million."""
    return f.bond_cover * (f.owed[BOND] - f.owed_recovery[BOND])


def post_up_to(
    paid: Any, parties: Any, account: int, payer: int, payee: int, total: float
) -> None:  # fmt: skip
    """Post what brings an account between two parties to its total."""
    post(paid, parties, account, payer, payee, total - paid[account, payer, payee])
