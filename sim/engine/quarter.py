"""The close of a quarter as rules: one pass over firms, banks' books, payments, identities.

Banks and the record change, never what a firm does: its payments have their own dates. Only how
the loss of its default is shared is written into its record.

References
----------
Stock-flow consistency as in Godley and Lavoie (2007), Monetary Economics, chapter 2.
"""

from typing import Any, NamedTuple

from sim.base.columns import Column, Table, written_out
from sim.engine import ledger
from sim.engine.history import BANK_PANEL, MONEY
from sim.engine.instruments import (
    CLAIMED,
    CREDITORS,
    has_instruments,
    settle_instruments,
)
from sim.engine.ledger import (
    ACCOUNTS,
    ACQUIRERS,
    BANKS,
    BORNE,
    BUYERS,
    CAPITAL,
    FEES,
    FIRMS,
    FUNDING,
    HOLDERS,
    INVESTORS,
    OTHER_BANKS,
    PARENTS,
    PARTIES,
    Account,
    post,
)
from sim.engine.protection import open_year, settle_protection, share_claims
from sim.model.banks.books import close_books, replenish, weigh
from sim.model.banks.provisions import allowance, is_stage_2
from sim.model.firms import flows as f
from sim.model.firms.flows import audit_entered, audit_living, post_firm
from sim.model.firms.record import ALIVE, UNBORN

QUARTER = Table(
    (
        *BANK_PANEL,
        Column("market", MONEY, "cost of the bank's own funds, less what its capital earns"),
        Column("central_bank", MONEY, "interest on central bank money"),
        Column("held", MONEY, "balances of its firms, by their records"),
        Column("weighted", MONEY, "risk-weighted exposure to its firms, by their records"),
        Column("watched", "firms", "monitored firms that it leads"),
        Column("expected_loss", MONEY, "allowance needed on performing loans"),
        Column("npl_allowance", MONEY, "allowance needed on loans in default"),
        Column("unpaid", MONEY, "exposure at default less recovery, by records of its firms"),
    )
)
"""A bank's quarter: what the panel keeps, and what is found on the way to it."""

AUDIT = Table(
    (
        Column("cash", MONEY, "cash of all firms, as posted"),
        Column("business", MONEY, "banking business of all firms, as posted"),
        Column("exposure_at_default", MONEY, "balances at default, as posted"),
        Column("resolved", MONEY, "those whose workout is over, as posted"),
        Column("promised", MONEY, "borne by protection providers and not yet paid"),
        Column("unpaid", MONEY, "exposure at default less recovery, by records of firms"),
        Column("exits", MONEY, "what owners have had of exit values, as posted"),
        Column("holders", MONEY, "what holders of rights have received less what they have paid"),
        Column("buyers", MONEY, "the same of those who bought rights"),
    )
)
"""Sums over all firms that identities need, beside those of `sim.model.firms.flows.SUMS`.

Firms that have no row any more are among them.
"""


class Closing(NamedTuple):
    """Arrays of a world that the close of a quarter reads and writes.

    Parameters
    ----------
    firms, params, posted, lender, share, called, believed_default, believed_loss : arrays
        Firms, and what is kept of each, as in `sim.model.banks.desk`.
    market_conditions : record array, shape (1,)
    by_bank, total, by_terms : arrays
        Sums since the last settlement, see `sim.model.firms.flows.post_firm`.
    terms, rules, banks, books : record arrays
        Conditions of each arrangement; parameters common to all banks (one row), parameters and
        state of each bank.
    claims, providers : int64 array, shape (n_claims,), and record array
        Firms that have defaulted since the last settlement, and state of those who cover their
        losses, see `sim.engine.protection`.
    paid, parties : arrays
        Of the ledger, see `sim.engine.ledger.Ledger`.
    quarter : record array, shape (n_banks,), see `QUARTER`
    audit : record array, shape (1,), see `AUDIT`
    sums, results : arrays, shapes (len(sim.model.firms.flows.SUMS),) and (n_providers + 1,)
        Sums over all firms; what protection providers earn less what they bear, and
        re-guarantors last.
    sides : array, shape (n_identities, 3), CNY million
        Both sides and the scale of each identity, see `Ledger.hold`. Like the four before it
        all zeros, and written.
    row : array, shape (N_ACCOUNTS,)
        Scratch: what has flowed at one firm.
    beside : array, shape (N_SUMS,)
        Sums over debts beside the line, see `sim.engine.instruments`; all zeros, and written.
    """

    firms: Any
    params: Any
    market_conditions: Any
    posted: Any
    lender: Any
    share: Any
    called: Any
    believed_default: Any
    believed_loss: Any
    by_bank: Any
    total: Any
    by_terms: Any
    terms: Any
    rules: Any
    banks: Any
    books: Any
    claims: Any
    providers: Any
    paid: Any
    parties: Any
    quarter: Any
    audit: Any
    sums: Any
    results: Any
    sides: Any
    row: Any
    beside: Any


def close_quarter(
    w: Closing, date: float, years: float, is_year_end: bool, is_refilled: bool
) -> None:
    """Close the quarter of `years` that ends at `date`.

    Parameters
    ----------
    w : Closing
    date, years : float
    is_year_end : bool
        Whether parents look at the budgets of their desks.
    is_refilled : bool
        Whether they then refill them, or take what exceeds them.
    """
    u = w.rules[0]
    share_claims(w.firms, w.claims, w.terms, w.providers)
    read_firms(w, date)
    for j in range(w.books.shape[0]):
        b, q, k = w.books[j], w.quarter[j], w.banks[j]
        close_books(b, q, k, u, w.by_bank[j], years)
        if is_year_end:
            replenish(b, q, k, u, is_refilled)
        weigh(b, q, k, u)
        post_bank(w.paid, w.parties, q)
    post_firms(w.paid, w.parties, w.total)
    for code in range(w.terms.shape[0]):
        settle_protection(
            w.paid,
            w.parties,
            w.terms[code],
            w.by_terms[code],
            w.providers[w.terms[code].fund],
            w.results,
        )
    if has_instruments(w.terms):
        settle_instruments(w.firms, w.paid, w.parties, w.beside, date)
    if is_year_end:
        open_year(w.firms, w.terms, w.providers)
    check_identities(w)


# --- One pass over all firms: their flows are posted, their levels read --------------------------


def read_firms(w: Closing, date: float) -> None:
    """Post the flows of all firms up to `date`, read their levels, find what must be set aside."""
    u, c, audit, sums = w.rules[0], w.market_conditions[0], w.audit[0], w.sums
    for i in range(w.firms.shape[0]):
        firm, posted, lender, share = w.firms[i], w.posted[i], w.lender[i], w.share[i]
        if firm.status != UNBORN:
            post_firm(
                firm, w.params[firm.sector], date, posted, lender, share, w.called[i], u,
                w.by_bank, w.total, w.by_terms, w.row,
            )  # fmt: skip
            audit_entered(firm, sums)
            audit_posted(audit, firm, posted)
            expected, default, loss = 0.0, w.believed_default[i], w.believed_loss[i]
            if firm.status == ALIVE:
                audit_living(firm, lender, share, w.called[i], w.quarter, sums)
                worse = is_stage_2(firm, c, u)
                expected = allowance(firm.balance, default, loss, worse, u)
            if expected > 0.0 or firm.exposure_at_default > 0.0:
                unpaid = firm.exposure_at_default - firm.recovery
                owed = posted[f.EXPOSURE_AT_DEFAULT] - posted[f.RESOLVED]
                amounts = (expected, owed * loss, owed * firm.defaulted_weight, unpaid)
                add_losses(amounts, lender, share, w.quarter)


def audit_posted(audit: Any, firm: Any, posted: Any) -> None:
    """Add one firm that has entered to the sums that identities need."""
    audit.cash += posted[f.CASH]
    audit.business += posted[f.BUSINESS]
    audit.exposure_at_default += posted[f.EXPOSURE_AT_DEFAULT]
    audit.resolved += posted[f.RESOLVED]
    audit.promised += posted[f.COVERED] - posted[f.GUARANTEED]
    audit.unpaid += firm.exposure_at_default - firm.recovery
    audit.exits += exits_of(posted)
    audit.holders += result_of_holders(posted)
    audit.buyers += result_of_buyers(posted)


def exits_of(posted: Any) -> Any:
    """What all owners have had of exit values; `posted` is of one firm, or the columns of many."""
    of_first = posted[f.FOUNDER_PROCEEDS] + posted[f.INVESTOR_PROCEEDS]
    return of_first + posted[f.HOLDER_PROCEEDS] + posted[f.BUYER_PROCEEDS]


def result_of_holders(posted: Any) -> Any:
    """What holders of rights have received less what they have paid, their money's cost too."""
    received = posted[f.HOLDER_PROCEEDS] + posted[f.RIGHT_SALE]
    return received - posted[f.EXERCISE_AMOUNT] - posted[f.GAIN] - posted[f.HOLDER_COST]


def result_of_buyers(posted: Any) -> Any:
    """What buyers of rights have had at exits less what they have paid for rights and shares."""
    return posted[f.BUYER_PROCEEDS] - posted[f.RIGHT_SALE] - posted[f.BUYER_AMOUNT]


def add_losses(amounts: Any, lender: Any, share: Any, quarter: Any) -> None:
    """Split what must be set aside for a firm, and what it has not repaid, over its lenders.

    Parameters
    ----------
    amounts : tuple of four float, CNY million
        Expected loss and allowance, weighted balance in default, and what has not been repaid.
    lender, share : arrays
    quarter : record array, see `QUARTER`
    """
    expected, defaulted, weighted, unpaid = amounts
    for j in range(share.shape[0]):
        if share[j] <= 0.0:
            return
        q = quarter[lender[j]]
        q.expected_loss += expected * share[j]
        q.npl_allowance += defaulted * share[j]
        q.weighted += weighted * share[j]
        q.unpaid += unpaid * share[j]


# --- Payments of the quarter, in the ledger ------------------------------------------------------

_OF_FIRMS = (
    (ledger.SALES, f.SALES), (ledger.OUTLAYS, f.COST), (ledger.INVESTMENT, f.INVEST),
    (ledger.MOVING, f.DELIVERY), (ledger.UNPAID, f.SUPPLIER_LOSS), (ledger.INTEREST, f.INTEREST),
    (ledger.COMMITMENT, f.COMMITMENT), (ledger.VAT, f.VAT),
    (ledger.ROYALTY, f.ROYALTY), (ledger.DRAWN, f.DRAWN), (ledger.REPAID, f.REPAID),
    (ledger.ROUNDS, f.EQUITY), (ledger.DIVIDENDS, f.DIVIDEND), (ledger.EXIT_CASH, f.EXIT_CASH),
    (ledger.RIGHTS_SOLD, f.RIGHT_SALE), (ledger.GAINS, f.GAIN), (ledger.HOLDING, f.HOLDER_COST),
    (ledger.RECOVERIES, f.RECOVERED), (ledger.BUSINESS, f.RELATION),
    (ledger.HOSTED, f.HOSTED), (ledger.ELSEWHERE, f.OUTSIDE_BUSINESS),
)  # fmt: skip
"""Accounts of firms, and the total that is paid on each."""
_OF_OWNERS = (
    (ledger.SUBSCRIPTION, HOLDERS, FIRMS, f.EXERCISE_AMOUNT),
    (ledger.SUBSCRIPTION, BUYERS, FIRMS, f.BUYER_AMOUNT),
    (ledger.EXITS, ACQUIRERS, INVESTORS, f.FOUNDER_PROCEEDS),
    (ledger.EXITS, ACQUIRERS, INVESTORS, f.INVESTOR_PROCEEDS),
    (ledger.EXITS, ACQUIRERS, HOLDERS, f.HOLDER_PROCEEDS),
    (ledger.EXITS, ACQUIRERS, BUYERS, f.BUYER_PROCEEDS),
)
"""Accounts of several parties: payer, payee and total."""
_OF_BANKS = (
    (ledger.FUNDS, "market"), (ledger.RELENDING, "central_bank"), (ledger.OPERATING, "operating"),
    (ledger.SCREENING, "screening"), (ledger.COORDINATION, "coordination"),
    (ledger.CALLING, "calling"), (ledger.MONITORING, "monitoring"), (ledger.TAX, "tax"),
    (ledger.SUBSIDY, "policy_subsidy"),
    (CAPITAL, "injection"),
)  # fmt: skip
"""Accounts of banks, and what each pays or is paid in its quarter."""


def _posting(account: Account, amount: str) -> str:
    """The line of code that posts an amount on an account between two parties."""
    (payer,), (payee,) = account.payers, account.payees
    return _posting_between(account, payer, payee, amount)


def _posting_between(account: Account, payer: int, payee: int, amount: str) -> str:
    return f"post(paid, parties, {ACCOUNTS.index(account)}, {payer}, {payee}, {amount})"


post_firms = written_out(
    __name__,
    "post_firms(paid, parties, total)",
    [_posting(account, f"total[{place}]") for account, place in _OF_FIRMS]
    + [_posting_between(a, payer, to, f"total[{n}]") for a, payer, to, n in _OF_OWNERS],
    post=post,
)
post_bank = written_out(
    __name__,
    "post_bank(paid, parties, q)",
    [_posting(account, f"q.{name}") for account, name in _OF_BANKS],
    post=post,
)

_BORNE = ACCOUNTS.index(BORNE)


# --- The accounting identities, checked at every settlement of every run -------------------------


def check_identities(w: Closing) -> None:
    """Write both sides of every identity, in the order of `sim.engine.settlement.identities`."""
    audit, firms, banks = w.audit[0], w.parties[FIRMS], w.parties[BANKS]
    n = firms_close(w.sides, 0, audit, firms)
    n = business_closes(w.sides, n, audit, w.paid)
    n = accounts_close(w.sides, n, w.books, w.quarter, w.sums, w.paid)
    n = loans_close(w.sides, n, w.books, w.quarter, audit, firms)
    n = losses_close(w.sides, n, w.books, w.quarter, audit, w.paid[_BORNE])
    n = banks_close(w.sides, n, w.books, banks)
    n = profit_closes(w.sides, n, w.books, w.paid, banks)
    n = ownership_close(w.sides, n, w.sums)
    n = owners_close(w.sides, n, audit, w.paid, w.parties)
    n = counts_close(w.sides, n, w.sums)
    instruments_close(w.sides, n, w.beside, w.paid)


def hold(sides: Any, n: int, left: float, right: float, scale: float) -> int:
    """Write the sides of one identity; returns the place of the next."""
    sides[n, 0] = left
    sides[n, 1] = right
    sides[n, 2] = scale
    return n + 1


def firms_close(sides: Any, n: int, audit: Any, firms: Any) -> int:
    """Cash of all firms equals what the ledger says they received less what they paid."""
    return hold(sides, n, audit.cash, firms.received, firms.turned + abs(audit.cash))


def business_closes(sides: Any, n: int, audit: Any, paid: Any) -> int:
    """All banking business of firms is at a lender, another bank of the scenario, or outside."""
    had = paid[_BUSINESS, FUNDING, BANKS] + paid[_HOSTED, FUNDING, PARENTS]
    had += paid[_ELSEWHERE, FUNDING, OTHER_BANKS]
    return hold(sides, n, had, audit.business, audit.business)


def accounts_close(sides: Any, n: int, books: Any, quarter: Any, sums: Any, paid: Any) -> int:
    """Each firm has one basic account; what hosts beside lenders have of it adds up by bank."""
    accounts, hosted = sums[f.OUTSIDE_ACCOUNTS], 0.0
    for j in range(books.shape[0]):
        accounts += quarter[j].accounts
        hosted += books[j].hosted
    alive = f.alive_of(sums)
    n = hold(sides, n, accounts, alive, alive)
    ledger_says = paid[_HOSTED, FUNDING, PARENTS]
    return hold(sides, n, hosted, ledger_says, abs(ledger_says))


_BUSINESS, _HOSTED, _ELSEWHERE = (
    ACCOUNTS.index(one) for one in (ledger.BUSINESS, ledger.HOSTED, ledger.ELSEWHERE)
)


def loans_close(sides: Any, n: int, books: Any, quarter: Any, audit: Any, firms: Any) -> int:
    """Loans tracked from flows equal balances of firms split by share; so do loans in default."""
    npl = 0.0
    for j in range(books.shape[0]):
        held = quarter[j].held
        n = hold(sides, n, books[j].loans, held, firms.turned + held)
        npl += books[j].npl
    exposure = audit.exposure_at_default
    return hold(sides, n, npl, exposure - audit.resolved, exposure)


def losses_close(sides: Any, n: int, books: Any, quarter: Any, audit: Any, paid: Any) -> int:
    """Exposure at default less recovery is borne in full, at each bank and in total.

    At a bank: by the bank and by the parties beside it. In total: by banks, by what the ledger
    says that other parties have paid, and by what they will pay when open workouts end.
    """
    borne = audit.promised
    for j in range(books.shape[0]):
        b, unpaid = books[j], quarter[j].unpaid
        n = hold(sides, n, b.lost + b.covered, unpaid, unpaid)
        borne += b.lost
    for party in range(len(PARTIES)):
        borne += paid[party, BANKS] - paid[BANKS, party]
    return hold(sides, n, borne, audit.unpaid, audit.unpaid)


def banks_close(sides: Any, n: int, books: Any, banks: Any) -> int:
    """Assets equal liabilities and equity at each bank, and all cash has a counterpart."""
    funding, budget = 0.0, 0.0
    for j in range(books.shape[0]):
        b = books[j]
        assets = b.loans + b.npl - b.allowance
        n = hold(sides, n, assets, b.funding + b.equity, banks.turned + abs(assets))
        funding += b.funding
        budget += b.budget
    return hold(sides, n, funding, -budget - banks.received, banks.turned + budget)


_EARNED = tuple(
    (ACCOUNTS.index(one), payer, payee)
    for one in (
        ledger.INTEREST, ledger.COMMITMENT, ledger.ROYALTY, ledger.GAINS, ledger.BUSINESS,
        ledger.VAT, ledger.OPERATING, ledger.SCREENING, ledger.COORDINATION, ledger.MONITORING,
        ledger.CALLING,
        FEES, ledger.FUNDS, ledger.RELENDING,
    )
    for payer in one.payers for payee in one.payees
)  # fmt: skip
"""Accounts of banks' income and expenses, with each pair of parties."""
_LENT = tuple(
    (ACCOUNTS.index(one), payer, payee)
    for one in (ledger.DRAWN, ledger.REPAID, ledger.RECOVERIES, BORNE)
    for payer in one.payers for payee in one.payees
)  # fmt: skip
"""Accounts on which loans are paid out and come back."""


def net_of_banks(paid: Any, accounts: Any) -> float:
    """What banks received less what they paid on some accounts, CNY million."""
    net = 0.0
    for account, payer, payee in accounts:
        amount = paid[account, payer, payee]
        net += -amount if payer == BANKS else amount
    return net


def profit_closes(sides: Any, n: int, books: Any, paid: Any, banks: Any) -> int:
    """Profit before tax, line by line, against the ledger and the books of loans.

    What was paid out and neither came back nor stands in the books has been written off. Capital
    beyond what loans require earns for the parent.
    """
    earned, of_parent, provided = 0.0, 0.0, -net_of_banks(paid, _LENT)
    for j in range(books.shape[0]):
        b = books[j]
        earned += b.earned
        of_parent += b.free_income
        provided += b.allowance - b.loans - b.npl
    received = net_of_banks(paid, _EARNED)
    return hold(sides, n, earned, received - of_parent - provided, banks.turned)


def ownership_close(sides: Any, n: int, sums: Any) -> int:
    """Cap tables and lenders' shares sum to one; exit values are shared out in full."""
    n = hold(sides, n, 1.0 + sums[f.WORST_OWNERSHIP], 1.0, 1.0)
    n = hold(sides, n, 1.0 + sums[f.WORST_SHARE], 1.0, 1.0)
    return hold(sides, n, sums[f.EXIT_CLAIMS], sums[f.EXIT_VALUE], sums[f.EXIT_VALUE])


def owners_close(sides: Any, n: int, audit: Any, paid: Any, parties: Any) -> int:
    """What owners, holders and buyers of rights have, by records and by the ledger."""
    exits = paid[_EXITS, ACQUIRERS, INVESTORS] + paid[_EXITS, ACQUIRERS, HOLDERS]
    exits += paid[_EXITS, ACQUIRERS, BUYERS]
    n = hold(sides, n, audit.exits, exits, exits)
    for party, had in ((HOLDERS, audit.holders), (BUYERS, audit.buyers)):
        n = hold(sides, n, had, parties[party].received, parties[party].turned)
    return n


_EXITS = ACCOUNTS.index(ledger.EXITS)


def counts_close(sides: Any, n: int, sums: Any) -> int:
    """Firms that entered are alive or have ended, by the pass and by the records."""
    alive = f.alive_of(sums)
    return hold(sides, n, sums[f.ENTERED], alive + sums[f.ENDED], sums[f.ENTERED])


_LENT_BESIDE, _RETURNED = ACCOUNTS.index(ledger.LENT_BESIDE), ACCOUNTS.index(ledger.RETURNED)


def instruments_close(sides: Any, n: int, beside: Any, paid: Any) -> int:
    """What firms owe on each debt beside the line, or owed at default, was lent and not repaid."""
    for place in range(len(CREDITORS)):
        other = CREDITORS[place]
        lent = paid[_LENT_BESIDE, other, FIRMS]
        left = lent - paid[_RETURNED, FIRMS, other]
        n = hold(sides, n, beside[CLAIMED + place], left, lent)
    return n
