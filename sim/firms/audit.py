"""One pass over all firms at a settlement: levels for the books, sums for the identities."""

from typing import Any

from sim.base.columns import Column
from sim.firms import record as r
from sim.firms.totals import post_firm

MONEY = "CNY million"
SUM_COLUMNS = (
    *(
        Column(f"count_{n}", "firms", f"living firms, {s}", low=0.0)
        for n, s in enumerate(r.STAGES)
    ),
    *(Column(f"credit_{n}", MONEY, f"balances, {s}", low=0.0) for n, s in enumerate(r.STAGES)),
    *(
        Column(f"borrowers_{n}", "firms", f"firms with a line, {s}", low=0.0)
        for n, s in enumerate(r.STAGES)
    ),
    Column("lines", MONEY, "credit lines of living firms", low=0.0),
    Column("gap", MONEY, "project demand left unfunded so far", low=0.0),
    Column("demand", MONEY, "project demand so far", low=0.0),
    Column("entered", "firms", "firms that have entered so far", low=0.0),
    Column("ended", "firms", "of those, firms that have ended", low=0.0),
    Column("worst_ownership", "share", "largest gap of a cap table from one"),
    Column("exit_value", MONEY, "values at listings and sales so far", low=0.0),
    Column("exit_claims", MONEY, "what owners and holders had of those values", low=0.0),
    Column("worst_lender_share", "share", "largest gap of lenders' shares from one"),
    Column("refinanced", MONEY, "balances refinanced by the central bank", low=0.0),
)
"""What one pass over all firms sums up, in the order of `sums`."""

SUMS = tuple(column.name for column in SUM_COLUMNS)
(
    LINES, GAP, DEMAND, ENTERED, ENDED, WORST_OWNERSHIP, EXIT_VALUE, EXIT_CLAIMS, WORST_SHARE,
    REFINANCED,
) = range(12, 22)  # fmt: skip


def settle_firms(
    firms: Any, params: Any, t: float, posted: Any, lender: Any, share: Any,
    operating_cost: Any, by_bank: Any, total: Any, by_terms: Any, row: Any, balance: Any,
    worsened: Any, held: Any, watched: Any, sums: Any,
) -> None:  # fmt: skip
    """Post every firm's flows and read its levels, in one pass.

    Parameters
    ----------
    firms, params, t, posted, lender, share, operating_cost, by_bank, total, by_terms, row
        As in `sim.firms.totals.post_flows`.
    balance : array, shape (n_firms,), CNY million
        Written: balance of living firms.
    worsened : uint8 array, shape (n_firms,)
        Written: 1 where the loan is in the second provisioning stage.
    held : array, shape (n_banks,), CNY million
        Added to: balances by lender.
    watched : array, shape (n_banks,)
        Added to: monitored firms by lead.
    sums : array, shape (len(SUMS),)
        Added to; the two ``worst`` entries hold largest gaps.
    """
    for i in range(firms.shape[0]):
        f = firms[i]
        post_firm(
            f, params[f.sector], t, posted[i], lender[i], share[i], operating_cost, by_bank,
            total, by_terms, row,
        )  # fmt: skip
        balance[i] = 0.0
        worsened[i] = 0
        if f.status == r.ALIVE:
            audit_living(f, lender[i], share[i], held, watched, sums)
            balance[i] = f.balance
            if f.setback == 1 or f.arrears == 1 or f.called == 1:
                worsened[i] = 1
        if f.status != r.UNBORN:
            audit_entered(f, sums)


def worst(so_far: float, gap: float) -> float:
    """The larger gap; what is no number stays none, where `max` would drop it."""
    return max(so_far, gap) + 0.0 * (so_far + gap)


def audit_entered(f: Any, sums: Any) -> None:
    """Add one firm that has entered to the sums."""
    sums[ENTERED] += 1.0
    sums[GAP] += f.cum_gap
    sums[DEMAND] += f.cum_demand
    own = abs(f.founders + f.investors + f.holder - 1.0)
    sums[WORST_OWNERSHIP] = worst(sums[WORST_OWNERSHIP], own)
    if f.status != r.ALIVE:
        sums[ENDED] += 1.0
        sums[EXIT_VALUE] += f.exit_value
        sums[EXIT_CLAIMS] += f.founder_proceeds + f.investor_proceeds
        sums[EXIT_CLAIMS] += f.holder_proceeds


def audit_living(f: Any, lender: Any, share: Any, held: Any, watched: Any, sums: Any) -> None:
    """Add one living firm to the sums."""
    sums[f.stage] += 1.0
    sums[4 + f.stage] += f.balance
    if f.limit <= 0.0:
        return
    sums[8 + f.stage] += 1.0
    sums[LINES] += f.limit
    sums[REFINANCED] += f.refinanced * f.balance
    if f.monitored == 1:
        watched[lender[0]] += 1.0
    total = 0.0
    for j in range(share.shape[0]):
        held[lender[j]] += f.balance * share[j]
        total += share[j]
    sums[WORST_SHARE] = worst(sums[WORST_SHARE], abs(total - 1.0))
