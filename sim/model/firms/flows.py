"""A firm's totals: carried to a date, read at one, and split among lenders.

Between events money flows along straight lines: `CARRIED` is the one closed form by which a
firm is carried to a date (`carry`) and by which it is read there without being anchored
(`read_totals`), so that reading changes no life. What has flowed since the last reading is
summed for the system and for each lender by its share.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sim.base.columns import Column, written_out
from sim.model.firms import record as r
from sim.model.firms.claims import (
    SHORT,
    TAX,
    WEIGHT,
    caller_part,
    clawed_back,
    give_back,
    holder_part,
    mean_of_parts,
    part_called,
    part_over_mean,
    reshare,
)
from sim.model.firms.debts import DEBTS
from sim.model.firms.loss_sharing import PROVIDERS, borne_together, split_by_share
from sim.model.firms.relationship import delivered_worth, earned, loan_account_share
from sim.model.firms.undrawn import exposed, undrawn

# --- A firm's totals: carried to a date, read at one, and split among lenders --------------------


MONEY = "CNY million"
_RECORD = {column.name: column for column in r.FIRM.columns}


def _field(name: str) -> str:
    """Field of the record that keeps a total."""
    is_own = name == "cash" or name.endswith("_proceeds")
    return name if is_own else "cum_" + name.removesuffix("_years")


def _kept(name: str) -> Column:
    """A total that the record itself keeps, as `posted` names it."""
    return replace(_RECORD[_field(name)], name=name)


FLOWS = (
    *map(_kept, (
        "sales", "cost", "invest", "interest", "commitment", "vat", "drawn", "repaid", "due_paid",
        "equity", "dividend", "royalty", "business", "loan_account", "delivery", "balance_years",
        "risk_weighted", "economic", "fee", "firm_fee", "public_fee", "reguarantee_fee",
        "refinanced_years", "relending", "exercise_amount", "holder_years", "buyer_amount",
        "right_sale", "gain", "supplier_loss", "exit_cash", "founder_proceeds",
        "investor_proceeds", "holder_proceeds", "buyer_proceeds",
    )),
    Column("npl_years", "CNY million years", "time integral of the balance in default", low=0.0),
    Column("exposure_at_default", MONEY, "balance at default", low=0.0),
    Column("resolved", MONEY, "balance at default whose workout is over", low=0.0),
    Column("recovered", MONEY, "proceeds of workouts that are over", low=0.0),
    Column("covered", MONEY, "losses borne by protection providers, at the date of default",
           low=0.0),
    Column("guaranteed", MONEY, "losses borne by protection providers, of workouts that are over",
           low=0.0),
    Column("loss", MONEY, "losses of lenders, at the date of default", low=0.0),
    Column("at_lenders", MONEY, "banking business at the firm's lenders"),
    Column("hosted", MONEY, "banking business at a bank that does not lend to the firm"),
    Column("outside", MONEY, "banking business at banks outside the scenario"),
    Column("taken_over", MONEY, "balances that callers take back when a firm closes"),
    Column("holder_cost", MONEY, "cost of the money that the holder of rights has paid"),
    Column("subsidy", MONEY, "paid for what lenders expected to be short at signing"),
    Column("operating_years", MONEY, "running cost of lenders; negative once a firm is over"),
    Column("cash", MONEY, "money held; negative inside the arrears window"),
)  # fmt: skip
"""Totals of one firm since birth, in the order of the columns of `posted`."""

ACCOUNTS = tuple(column.name for column in FLOWS)
(
    SALES, COST, INVEST, INTEREST, COMMITMENT, VAT, DRAWN, REPAID, DUE_PAID, EQUITY, DIVIDEND,
    ROYALTY, BUSINESS, LOAN_ACCOUNT, DELIVERY, BALANCE_YEARS, RISK_WEIGHTED, ECONOMIC, FEE,
    FIRM_FEE, PUBLIC_FEE, REGUARANTEE_FEE, REFINANCED_YEARS, RELENDING, EXERCISE_AMOUNT,
    HOLDER_YEARS, BUYER_AMOUNT, RIGHT_SALE, GAIN, SUPPLIER_LOSS, EXIT_CASH, FOUNDER_PROCEEDS,
    INVESTOR_PROCEEDS, HOLDER_PROCEEDS, BUYER_PROCEEDS, NPL_YEARS, EXPOSURE_AT_DEFAULT, RESOLVED,
    RECOVERED, COVERED, GUARANTEED, LOSS, RELATION, HOSTED, OUTSIDE_BUSINESS, TAKEN_OVER,
    HOLDER_COST, SUBSIDY, OPERATING, CASH,
) = range(len(FLOWS))  # fmt: skip
N_ACCOUNTS = len(FLOWS)
OF_DEFAULT = (
    NPL_YEARS, EXPOSURE_AT_DEFAULT, RESOLVED, RECOVERED, COVERED, GUARANTEED, LOSS,
)  # fmt: skip
"""Accounts of a default."""
PARTY_FLOWS = (
    "fee", "firm_fee", "public_fee", "reguarantee_fee", "paid_back",
    *(f"paid_{n}" for n in range(PROVIDERS)),
)  # fmt: skip
"""Flows of protection providers, kept apart by the arrangement that they stand behind.

Their fees together, by who pays them; the fee of a re-guarantor and what it pays back; and what
each pays of losses.
"""
REGUARANTEE, PAID_BACK, PAID = (
    PARTY_FLOWS.index(name) for name in ("reguarantee_fee", "paid_back", "paid_0")
)


CARRIED = {
    "sales": "f.sales * years",
    "cost": "f.cost * years",
    "invest": "f.invest * years",
    "interest": "(f.rate * f.balance + f.term_surcharge * f.term) * years",
    "commitment": "f.commitment_fee_rate * undrawn(f) * years",
    "vat": "f.vat_share * interest",
    "royalty": "f.royalty * years",
    "business": "earned(f, p, years) if years > 0.0 else 0.0",
    "loan_account": "loan_account_share(f.balance, f.sales, p) * business",
    "delivery": "f.delivery * years",
    "balance_years": "f.balance * years",
    "risk_weighted": "f.risk_weight * exposed(f) * years",
    "economic": "f.economic_capital * exposed(f) * years",
    "fee": "f.fee_rate * f.balance * years",
    "firm_fee": "f.firm_fee_rate * f.balance * years",
    "public_fee": "f.public_fee_rate * f.balance * years",
    "reguarantee_fee": "f.reguarantee_fee_rate * f.balance * years",
    "refinanced_years": "f.refinanced * f.balance * years",
    "relending": "f.relending_rate * refinanced_years",
    "holder_years": "f.cum_exercise_amount * years",
    "delivered": "delivered_worth(f, p, business - loan_account, years)",
    "cash": "f.flow * years",
}
"""What flows in the `years` after the anchor, by total; other totals jump at events."""


def charged(f: Any, n: int, years: float) -> float:
    """Interest or rent on a debt beside the line over the `years` after the anchor."""
    return f.owed_rate[n] * f.owed[n] * years


def carry_charges(f: Any, years: float) -> None:
    """Carry what debts beside the line cost."""
    for n in range(len(DEBTS)):
        f.cum_charged[n] += charged(f, n, years)


_FLOWED = [f"{name} = {flow}" for name, flow in CARRIED.items()]
_CALLED: dict[str, Callable[..., Any]] = {
    "delivered_worth": delivered_worth, "earned": earned, "exposed": exposed,
    "loan_account_share": loan_account_share, "undrawn": undrawn,
}  # fmt: skip
carry = written_out(
    __name__,
    "carry(f, p, years)",
    _FLOWED
    + [f"f.{_field(name)} += {name}" for name in CARRIED]
    + ["if f.charge > 0.0: carry_charges(f, years)"],
    carry_charges=carry_charges,
    **_CALLED,
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
    **_CALLED,
)


def read_totals(f: Any, p: Any, t: float, row: Any) -> None:
    """Write the firm's totals at `t` into `row`, shape (N_ACCOUNTS,), CNY million."""
    years = t - f.now if f.status == r.ALIVE else 0.0
    read_kept(f, p, years, row)
    read_default(f, t, row)


def read_default(f: Any, t: float, row: Any) -> None:
    """Write exposure at default, what is resolved, recovered and protected at `t` into `row`."""
    lost = f.exposure_at_default - f.recovery
    done = 1.0 if t >= f.recovery_date else 0.0
    row[EXPOSURE_AT_DEFAULT] = f.exposure_at_default
    row[RESOLVED] = f.exposure_at_default * done
    in_default = max(min(t, f.recovery_date) - f.end, 0.0) if f.exposure_at_default > 0.0 else 0.0
    row[NPL_YEARS] = f.exposure_at_default * in_default
    row[RISK_WEIGHTED] += f.defaulted_weight * row[NPL_YEARS]
    row[RECOVERED] = f.recovery * done
    row[COVERED] = borne_together(f)
    row[GUARANTEED] = row[COVERED] * done
    row[LOSS] = lost - row[COVERED]


def post_firm(
    f: Any, p: Any, t: float, posted: Any, lender: Any, share: Any, called: Any, u: Any,
    by_bank: Any, total: Any, by_terms: Any, row: Any,
) -> None:  # fmt: skip
    """Post one firm; one that has ended and been resolved is marked and passed over."""
    if f.status == r.UNBORN or posted[OPERATING] < 0.0:
        return
    read_totals(f, p, t, row)
    before = posted[BUSINESS] - posted[LOAN_ACCOUNT]
    for a in range(N_ACCOUNTS):
        if a < RELATION or a == CASH:
            change = row[a] - posted[a]
            posted[a] = row[a]
            row[a] = change
    row[OPERATING] = (row[BALANCE_YEARS] + row[NPL_YEARS]) * u.operating_cost[f.stage]
    if f.status != r.ALIVE and (f.exposure_at_default <= 0.0 or t >= f.recovery_date):
        posted[OPERATING] = -1.0
    # What the old host had until the account moved, and what the new one has had since.
    hosted = row[BUSINESS] - row[LOAN_ACCOUNT]
    old = min(max(f.hosted_before - before, 0.0), hosted)
    row[RELATION] = row[HOSTED] = row[OUTSIDE_BUSINESS] = row[TAKEN_OVER] = 0.0
    row[SUBSIDY] = 0.0
    row[HOLDER_COST] = u.funding_rate * row[HOLDER_YEARS]
    if part_called(called) > 0.0:
        split_called(f, row, lender, share, called, u, by_bank)
    else:
        split_by_part(f, row, lender, share, called, by_bank)
    place_business(f, f.old_host, old, lender, share, by_bank, row)
    place_business(f, f.host, hosted - old, lender, share, by_bank, row)
    pay_loan_accounts(row[LOAN_ACCOUNT], lender, share, by_bank, row)
    posted[RELATION] += row[RELATION]
    posted[HOLDER_COST] += row[HOLDER_COST]
    for a in range(N_ACCOUNTS):
        total[a] += row[a]
    post_protection(f, row, by_terms[f.terms])


def post_protection(f: Any, row: Any, flow: Any) -> None:
    """Post a firm's flows to those who stand behind its arrangement."""
    flow[0] += row[FEE]
    flow[1] += row[FIRM_FEE]
    flow[2] += row[PUBLIC_FEE]
    flow[REGUARANTEE] += row[REGUARANTEE_FEE]
    whole = borne_together(f)
    if whole != 0.0:
        part = row[GUARANTEED] / whole
        flow[PAID_BACK] += part * f.reimbursed
        for n in range(PROVIDERS):
            flow[PAID + n] += part * f.borne[n]


def split_by_part(
    f: Any, row: Any, lender: Any, share: Any, called: Any, by_bank: Any
) -> None:  # fmt: skip
    """Split one firm's flows by share; weights, tax and subsidy are of each lender's own part.

    A small part of a large loan is a small loan to its lender. A balance in default weighs the
    same in all parts.
    """
    split_by_share(row, lender, share, by_bank)
    performing = row[RISK_WEIGHTED] - f.defaulted_weight * row[NPL_YEARS]
    weight = mean_of_parts(WEIGHT, share, called)
    tax = mean_of_parts(TAX, share, called)
    for j in range(share.shape[0]):
        more = part_over_mean(WEIGHT, j, weight, called) - 1.0
        by_bank[lender[j], RISK_WEIGHTED] += performing * share[j] * more
        more = part_over_mean(TAX, j, tax, called) - 1.0
        by_bank[lender[j], VAT] += row[VAT] * share[j] * more
        short = called[SHORT, j] * row[BALANCE_YEARS] * share[j]
        by_bank[lender[j], SUBSIDY] += short
        row[SUBSIDY] += short


def split_called(
    f: Any, row: Any, lender: Any, share: Any, called: Any, u: Any, by_bank: Any
) -> None:
    """Split one firm's flows where a part of its loan has been called, see `claims`.

    Income and costs go by the shares of before, a default and what it costs by those of after.
    """
    drawn, due, owed = row[DRAWN], row[DUE_PAID], row[EXPOSURE_AT_DEFAULT]
    other = row[REPAID] - due
    weighted = f.defaulted_weight * row[NPL_YEARS]
    running = u.operating_cost[f.stage] * row[NPL_YEARS]
    part = part_called(called)
    for j in range(share.shape[0]):
        lent = drawn * holder_part(j, share, called, part)
        by_bank[lender[j], DRAWN] += lent - drawn * share[j]
        paid = due * caller_part(j, called, part)
        by_bank[lender[j], REPAID] += paid - row[REPAID] * share[j]
        for a in OF_DEFAULT:
            by_bank[lender[j], a] -= row[a] * share[j]
        by_bank[lender[j], RISK_WEIGHTED] -= weighted * share[j]
        by_bank[lender[j], OPERATING] -= running * share[j]
    split_by_part(f, row, lender, share, called, by_bank)
    left = f.balance if f.status == r.ALIVE else owed
    reshare(lender, share, called, left - drawn + row[REPAID], drawn, due)
    for j in range(share.shape[0]):
        by_bank[lender[j], REPAID] += other * share[j]
    clawed = clawed_back(f, u.clawback_share) if owed > 0.0 else 0.0
    if clawed > 0.0:
        hand_over(owed, lender, share, by_bank, -1.0)
        give_back(lender, share, called, owed, clawed)
        hand_over(owed, lender, share, by_bank, 1.0)
    for j in range(share.shape[0]):
        for a in OF_DEFAULT:
            by_bank[lender[j], a] += row[a] * share[j]
        by_bank[lender[j], RISK_WEIGHTED] += weighted * share[j]
        by_bank[lender[j], OPERATING] += running * share[j]


def hand_over(owed: float, lender: Any, share: Any, by_bank: Any, sign: float) -> None:
    """Balances that change hands among lenders before a default is posted."""
    for j in range(share.shape[0]):
        by_bank[lender[j], TAKEN_OVER] += sign * owed * share[j]


def pay_loan_accounts(amount: float, lender: Any, share: Any, by_bank: Any, row: Any) -> None:
    """Each lender has what runs through the account of its own loan."""
    for j in range(share.shape[0]):
        if share[j] <= 0.0:
            break
        by_bank[lender[j], RELATION] += amount * share[j]
    row[RELATION] += amount


def place_business(
    f: Any, host: int, amount: float, lender: Any, share: Any, by_bank: Any, row: Any
) -> None:  # fmt: skip
    """Pay a host what the basic account earned: as a lender, or as a bank beside the lenders.

    Where lenders have agreed to pool it, the business of a host among them is shared as the
    loan is.
    """
    if amount == 0.0:
        return
    if host == r.OUTSIDE:
        row[OUTSIDE_BUSINESS] += amount
    elif f.contract < 0 or not is_lender(host, lender, share):
        by_bank[host, HOSTED] += amount
        row[HOSTED] += amount
    elif f.pools_business == 1:
        pay_loan_accounts(amount, lender, share, by_bank, row)
    else:
        by_bank[host, RELATION] += amount
        row[RELATION] += amount


def is_lender(bank: int, lender: Any, share: Any) -> bool:
    """Whether a bank has a part of the firm's loan."""
    found = False
    for j in range(share.shape[0]):
        found = found or (share[j] > 0.0 and lender[j] == bank)
    return found


# --- One pass over all firms at a settlement: levels for the books, sums for the identities ------


SUM_COLUMNS = (
    *(
        Column(f"count_{n}", "firms", f"living registered firms, {s}", low=0.0)
        for n, s in enumerate(r.STAGES)
    ),
    *(
        Column(f"credit_{n}", MONEY, f"balances of registered firms, {s}", low=0.0)
        for n, s in enumerate(r.STAGES)
    ),
    *(
        Column(f"borrowers_{n}", "firms", f"registered firms with a line, {s}", low=0.0)
        for n, s in enumerate(r.STAGES)
    ),
    Column("lines", MONEY, "credit lines of registered firms", low=0.0),
    Column("gap", MONEY, "project demand left unfunded so far", low=0.0),
    Column("demand", MONEY, "project demand so far", low=0.0),
    Column("entered", "firms", "firms that have entered so far", low=0.0),
    Column("ended", "firms", "of those, firms that have ended", low=0.0),
    Column("worst_ownership", "share", "largest gap of a cap table from one"),
    Column("exit_value", MONEY, "values at listings and sales so far", low=0.0),
    Column("exit_claims", MONEY, "what owners and holders had of those values", low=0.0),
    Column("worst_lender_share", "share", "largest gap of lenders' shares from one"),
    Column("refinanced", MONEY, "balances refinanced by the central bank", low=0.0),
    Column("outside_accounts", "firms", "living firms with their basic account outside", low=0.0),
    Column("large", "firms", "living firms above the caps of the register", low=0.0),
    Column("large_borrowers", "firms", "of those, firms with a line", low=0.0),
    Column("large_credit", MONEY, "their balances", low=0.0),
    Column("register_gap", MONEY, "project demand of registered firms left unfunded", low=0.0),
    Column("register_demand", MONEY, "project demand of registered firms so far", low=0.0),
)
"""What one pass over all firms sums up, in the order of `sums`."""

SUMS = tuple(column.name for column in SUM_COLUMNS)
(
    LINES, GAP, DEMAND, ENTERED, ENDED, WORST_OWNERSHIP, EXIT_VALUE, EXIT_CLAIMS, WORST_SHARE,
    REFINANCED, OUTSIDE_ACCOUNTS, LARGE_FIRMS, LARGE_BORROWERS, LARGE_CREDIT, REGISTER_GAP,
    REGISTER_DEMAND,
) = range(12, 28)  # fmt: skip


def alive_of(sums: Any) -> float:
    """Living firms: those of each stage on the register, and large ones."""
    return sums[0] + sums[1] + sums[2] + sums[3] + sums[LARGE_FIRMS]


def worst(so_far: float, gap: float) -> float:
    """The larger gap; a NaN propagates, where `max` would drop it."""
    return max(so_far, gap) + 0.0 * (so_far + gap)


def audit_entered(f: Any, sums: Any) -> None:
    """Add one firm that has entered to the sums."""
    sums[ENTERED] += 1.0
    sums[GAP] += f.cum_gap
    sums[DEMAND] += f.cum_demand
    is_large = f.stratum == r.LARGE
    sums[REGISTER_GAP] += f.gap_on_register if is_large else f.cum_gap
    sums[REGISTER_DEMAND] += f.demand_on_register if is_large else f.cum_demand
    own = abs(f.founders + f.investors + f.holder + f.buyers + f.fund - 1.0)
    sums[WORST_OWNERSHIP] = worst(sums[WORST_OWNERSHIP], own)
    if f.status != r.ALIVE:
        sums[ENDED] += 1.0
        sums[EXIT_VALUE] += f.exit_value
        sums[EXIT_CLAIMS] += f.founder_proceeds + f.investor_proceeds
        sums[EXIT_CLAIMS] += f.holder_proceeds + f.buyer_proceeds + f.fund_proceeds


def count_living(f: Any, sums: Any) -> None:
    """Count one living firm, its line and balance: by stage on the register, or with the large."""
    has_line = 1.0 if f.limit > 0.0 else 0.0
    if f.stratum == r.LARGE:
        sums[LARGE_FIRMS] += 1.0
        sums[LARGE_BORROWERS] += has_line
        sums[LARGE_CREDIT] += f.balance
        return
    sums[f.stage] += 1.0
    sums[4 + f.stage] += f.balance
    sums[8 + f.stage] += has_line
    sums[LINES] += f.limit


def audit_living(
    f: Any, lender: Any, share: Any, called: Any, quarter: Any, sums: Any
) -> None:  # fmt: skip
    """Add one living firm to the sums, and to what its host and its lenders have of it."""
    if f.host == r.OUTSIDE:
        sums[OUTSIDE_ACCOUNTS] += 1.0
    else:
        quarter[f.host].accounts += 1.0
    count_living(f, sums)
    if f.limit <= 0.0:
        return
    sums[REFINANCED] += f.refinanced * f.balance
    if f.monitored == 1:
        quarter[lender[0]].watched += 1.0
    total, mean = 0.0, mean_of_parts(WEIGHT, share, called)
    for j in range(share.shape[0]):
        quarter[lender[j]].held += f.balance * share[j]
        weight = f.risk_weight * part_over_mean(WEIGHT, j, mean, called)
        quarter[lender[j]].weighted += weight * exposed(f) * share[j]
        total += share[j]
    sums[WORST_SHARE] = worst(sums[WORST_SHARE], abs(total - 1.0))
