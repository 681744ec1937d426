"""Debts of a firm beside its credit line, and the shares of a bank-side fund: columns.

A part of what the bank grants may be a term loan: lent at once and repaid by instalments or at
the end, inside the balance that the bank's books follow. Bonds, finance leases and trust loans
are owed to others, one of each kind at a time. Every claim has a rank, 1 is paid first; a default
on one is a default on all (`sim.model.firms.workout`).
"""

from sim.base.columns import Column

BOND, LEASE, TRUST = range(3)
DEBTS = ("bond", "lease", "trust loan")
"""Debts that are not the bank's."""
OF_TERM_LOAN = len(DEBTS)
"""Place of the term loan in what is overdue and how it is repaid."""
LINE, TERM_LOAN, BESIDE = 0, 1, 2
"""Places of claims: line, term loan, then the debts beside them in their order."""
CLAIMS = BESIDE + len(DEBTS)
NEVER = 1.0e300

_MONEY = "CNY million"
_N = len(DEBTS)

COLUMNS = (
    Column("term", _MONEY, "part of the balance that is a term loan", low=0.0),
    Column("term_surcharge", "per year", "its rate over that of the line"),
    Column("beside", _MONEY, "owed on a bond, a lease and a trust loan together", low=0.0),
    Column("charge", "CNY million a year", "interest and rent on them", low=0.0),
    Column("owed", _MONEY, "on each of them; once the firm is closed, at default", length=_N),
    Column("owed_rate", "per year", "rate of each of them", length=_N),
    Column("owed_end", "years", "date until which each is repaid", length=_N, neutral=NEVER),
    Column("owed_years", "years", "time for which each is lent", length=_N),
    Column("overdue", _MONEY, "due and not paid, of each and of the term loan", length=_N + 1),
    Column("repays", "flag", "each is repaid by instalments; the term loan last", "i1", _N + 1),
    Column("crosses", "flag", "not paying it is a default on all debts", "i1", _N),
    Column("claim_rank", "-", "of line, term loan and these debts; 1 first", "i1", CLAIMS),
    Column("equipment", _MONEY, "worth of equipment that the lessor owns", low=0.0),
    Column("equipment_years", "years", "time in which equipment loses its worth", low=0.0),
    Column("lease_share", "share", "part of spending on equipment that a lessor finances"),
    Column("bond_fee", "share of the issue", "underwriter's fee, at each issue", low=0.0),
    Column("bond_cover", "share of loss", "borne by the risk-sharing tool", low=0, high=1),
    Column("fund", "share", "share of equity of a bank-side fund"),
    Column("fund_preference", _MONEY, "what the fund has before others at an exit", low=0.0),
    Column("fund_proceeds", _MONEY, "fund's part of the exit value", low=0.0),
    Column("cum_fund", _MONEY, "paid by the fund for its shares", low=0.0),
    Column("cum_lent", _MONEY, "lent on each debt beside the line", length=_N, low=0.0),
    Column("cum_returned", _MONEY, "repaid on each of them", length=_N, low=0.0),
    Column("cum_charged", _MONEY, "interest and rent paid on each", length=_N, low=0.0),
    Column("cum_underwriting", _MONEY, "fees of underwriters", low=0.0),
    Column("cum_rolled", _MONEY, "of the debts beside the line, refinanced", low=0.0),
    Column("owed_recovery", _MONEY, "what a default brings on each", length=_N, low=0.0),
)
"""Columns of the firm's record."""
