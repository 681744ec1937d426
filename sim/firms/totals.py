"""A firm's totals: carried to a date, read at one, and split among lenders.

Between events money flows along straight lines: `CARRIED` is the one closed form by which a
firm is carried to a date (`carry`) and by which it is read there without being anchored
(`read_totals`), so that reading changes no life. What has flowed since the last reading is
summed for the system and for each lender by its share.
"""

from dataclasses import replace
from typing import Any

from sim.base.columns import Column, written_out
from sim.firms import record as r
from sim.firms.loss_sharing import borne_by_others, split_by_share
from sim.firms.relationship import earned

MONEY = "CNY million"
_RECORD = {column.name: column for column in r.FIRM.columns}


def _field(name: str) -> str:
    """Field of the record that keeps a total."""
    return name if name == "cash" else "cum_" + name.removesuffix("_years")


def _kept(name: str) -> Column:
    """A total that the record itself keeps, as `posted` names it."""
    return replace(_RECORD[_field(name)], name=name)


FLOWS = (
    *map(_kept, (
        "sales", "cost", "invest", "interest", "drawn", "repaid", "equity", "dividend",
        "royalty", "relation", "delivery", "balance_years", "fee", "refinanced_years",
        "relending", "strike", "gain", "supplier_loss", "exit_cash",
    )),
    Column("owed", MONEY, "balance at default", low=0.0),
    Column("resolved", MONEY, "balance at default whose workout is over", low=0.0),
    Column("recovered", MONEY, "proceeds of workouts that are over", low=0.0),
    Column("covered", MONEY, "losses borne by others, at the date of default", low=0.0),
    Column("guaranteed", MONEY, "losses borne by others, of workouts that are over", low=0.0),
    Column("loss", MONEY, "losses of lenders, at the date of default", low=0.0),
    Column("operating_years", MONEY, "running cost of lenders; negative once a firm is over"),
    Column("cash", MONEY, "money held; negative inside the arrears window"),
)  # fmt: skip
"""Totals of one firm since birth, in the order of the columns of `posted`."""

ACCOUNTS = tuple(column.name for column in FLOWS)
(
    SALES, COST, INVEST, INTEREST, DRAWN, REPAID, EQUITY, DIVIDEND, ROYALTY, RELATION, DELIVERY,
    BALANCE_YEARS, FEE, REFINANCED_YEARS, RELENDING, STRIKE, GAIN, SUPPLIER_LOSS, EXIT_CASH,
    OWED, RESOLVED, RECOVERED, COVERED, GUARANTEED, LOSS, OPERATING, CASH,
) = range(len(FLOWS))  # fmt: skip
N_ACCOUNTS = len(FLOWS)
PARTY_FLOWS = ("fee", "paid")
"""Flows of parties beside the lenders, kept apart by the arrangement that they stand behind."""


CARRIED = {
    "sales": "f.sales * years",
    "cost": "f.cost * years",
    "invest": "f.invest * years",
    "interest": "f.rate * f.balance * years",
    "royalty": "f.royalty * years",
    "relation": "earned(f, p, years) if f.contract >= 0 and years > 0.0 else 0.0",
    "delivery": "f.delivery * years",
    "balance_years": "f.balance * years",
    "fee": "f.fee_rate * f.balance * years",
    "refinanced_years": "f.refinanced * f.balance * years",
    "relending": "f.relending_rate * refinanced_years",
    "cash": "f.flow * years",
}
"""What flows in the `years` after the anchor, by total; other totals jump at events."""

_FLOWED = [f"{name} = {flow}" for name, flow in CARRIED.items()]
carry = written_out(
    __name__,
    "carry(f, p, years)",
    _FLOWED + [f"f.{_field(name)} += {name}" for name in CARRIED],
    earned=earned,
)
read_kept = written_out(
    __name__,
    "read_kept(f, p, years, row)",
    _FLOWED
    + [
        f"row[{place}] = f.{_field(name)}" + (f" + {name}" if name in CARRIED else "")
        for place, name in enumerate(ACCOUNTS)
        if _field(name) in _RECORD
    ],
    earned=earned,
)


def read_totals(f: Any, p: Any, t: float, row: Any) -> None:
    """Write the firm's totals at `t` into `row`, shape (N_ACCOUNTS,), CNY million."""
    years = t - f.now if f.status == r.ALIVE else 0.0
    read_kept(f, p, years, row)
    read_default(f, t, row)


def read_default(f: Any, t: float, row: Any) -> None:
    """Write what is owed, resolved, recovered and borne by others at `t` into `row`."""
    lost = f.owed - f.recovery
    done = 1.0 if t >= f.recovery_date else 0.0
    row[OWED] = f.owed
    row[RESOLVED] = f.owed * done
    row[RECOVERED] = f.recovery * done
    row[COVERED] = borne_by_others(lost, f.owed, f.guaranteed, f.first_loss, f.cover_cap)
    row[GUARANTEED] = row[COVERED] * done
    row[LOSS] = lost - row[COVERED]


def post_flows(
    firms: Any, params: Any, who: Any, t: float, posted: Any, lender: Any, share: Any,
    operating_cost: Any, by_bank: Any, total: Any, by_terms: Any, row: Any,
) -> None:  # fmt: skip
    """Add what has flowed since the last posting to the totals of banks and system.

    Parameters
    ----------
    firms, params : record arrays
    who : int64 array, shape (n,)
        Rows of the firms to read.
    t : float, years
    posted : array, shape (n_firms, N_ACCOUNTS), CNY million
        Totals at the last posting; brought up to `t`.
    lender : int array, shape (n_firms, 8); share : array, shape (n_firms, 8)
        Lenders of each firm, lead first; shares fall to zero after the last.
    operating_cost : array, shape (4,), per year
        Running cost per unit lent by stage.
    by_bank : array, shape (n_banks, N_ACCOUNTS); total : array, shape (N_ACCOUNTS,)
        Sums to add to.
    by_terms : array, shape (n_terms, len(PARTY_FLOWS)), CNY million
        Sums to add to, by arrangement on the menu.
    row : array, shape (N_ACCOUNTS,)
        Scratch.
    """
    for n in range(who.shape[0]):
        i = who[n]
        f = firms[i]
        post_firm(
            f, params[f.sector], t, posted[i], lender[i], share[i], operating_cost, by_bank,
            total, by_terms, row,
        )  # fmt: skip


def post_firm(
    f: Any, p: Any, t: float, posted: Any, lender: Any, share: Any, operating_cost: Any,
    by_bank: Any, total: Any, by_terms: Any, row: Any,
) -> None:  # fmt: skip
    """Post one firm; one that has ended and been resolved is marked and passed over."""
    if f.status == r.UNBORN or posted[OPERATING] < 0.0:
        return
    read_totals(f, p, t, row)
    for a in range(N_ACCOUNTS):
        if a != OPERATING:
            change = row[a] - posted[a]
            posted[a] = row[a]
            row[a] = change
    row[OPERATING] = row[BALANCE_YEARS] * operating_cost[f.stage]
    if f.status != r.ALIVE and (f.owed <= 0.0 or t >= f.recovery_date):
        posted[OPERATING] = -1.0
    for a in range(N_ACCOUNTS):
        total[a] += row[a]
    by_terms[f.terms, 0] += row[FEE]
    by_terms[f.terms, 1] += row[GUARANTEED]
    split(row, lender, share, by_bank)


def split(row: Any, lender: Any, share: Any, by_bank: Any) -> None:
    """Split one firm's flows; banking business goes to the lead alone."""
    if share[0] > 0.0:
        business = row[RELATION]
        by_bank[lender[0], RELATION] += business
        row[RELATION] = 0.0
        split_by_share(row, lender, share, by_bank)
        row[RELATION] = business
