"""Quarterly settlement: flows are posted, provisions made, identities checked, all recorded.

Settling changes banks and the record, never a firm: a firm's payments have their own dates.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine import ledger
from sim.engine.history import BANK_COLUMNS
from sim.engine.ledger import BORNE, FEES, LEASED, PROTECTION_PROVIDERS, Account
from sim.engine.world import HISTORY, World
from sim.model.banks.bank import allowance
from sim.model.banks.desk import REFINANCED
from sim.model.contracts.loss_sharing import cover_fees, cover_shares
from sim.model.firms import flows as f
from sim.model.firms.flows import N_ACCOUNTS, SUMS
from sim.model.firms.loss_sharing import parts_of
from sim.scenario.scenario import EQUAL_CAPITAL

Floats = NDArray[np.float64]

# --- Posting: what has flowed since a firm was last read, by lender ------------------------------


def operating_cost(w: World) -> Any:
    """Running cost per unit lent by stage, per year, shape (4,)."""
    return np.asarray(w.scenario.underwriting.operating_cost, dtype=float)


@dataclass(frozen=True)
class Levels:
    """What one pass over all firms gives at a settlement.

    Parameters
    ----------
    balance : array, shape (n_firms,), CNY million
    stage_2 : uint8 array, shape (n_firms,)
    held : array, shape (n_banks,), CNY million
        Balances by lender.
    watched : array, shape (n_banks,)
        Monitored firms by lead.
    sums : array, shape (len(sim.model.firms.flows.SUMS),)
    """

    balance: Floats
    stage_2: NDArray[np.uint8]
    held: Floats
    watched: Floats
    sums: Floats


def read_all(w: World, date: float) -> Levels:
    """Post the flows of all firms up to `date` and read their levels."""
    n, banks = w.firms.shape[0], w.scenario.n_banks
    levels = Levels(
        np.zeros(n), np.zeros(n, np.uint8), np.zeros(banks), np.zeros(banks), np.zeros(len(SUMS))
    )
    w.rules.settle_firms(
        w.firms, w.params, date, w.posted, w.lender, w.share, operating_cost(w), w.by_bank,
        w.total, w.by_terms, np.zeros(N_ACCOUNTS), levels.balance, levels.stage_2, levels.held,
        levels.watched, levels.sums,
    )  # fmt: skip
    return levels


# --- Parties beside the lenders: what they are paid for bearing losses, and what they pay --------

LESSOR = PROTECTION_PROVIDERS.index(ledger.LESSORS)


def settle_protection(w: World) -> Floats:
    """Post the quarter's fees and payments; returns each party's result, shape (4,).

    Order: guarantor, insurer, lessor, trust. A lessor sells its equipment after a default.
    """
    result = np.zeros(len(PROTECTION_PROVIDERS))
    for item, (fees, paid) in zip(w.menu, w.by_terms[1:], strict=True):
        if not (np.any(fees) or np.any(paid)):
            continue
        clause = item.arrangement.loss_sharing
        earned = fees * parts_of(cover_fees(clause))
        borne = paid * parts_of(cover_shares(clause))
        sold = clause.lease_residual_share * float(borne[LESSOR])
        for n, other in enumerate(PROTECTION_PROVIDERS):
            w.ledger.post(FEES.name, ledger.BANKS, other, float(earned[n]))
            w.ledger.post(BORNE.name, other, ledger.BANKS, float(borne[n]))
        w.ledger.post(LEASED.name, ledger.SUPPLIERS, ledger.LESSORS, sold)
        result += earned - borne
        result[LESSOR] += sold
    return result


# --- The accounting identities, checked at every settlement of every run -------------------------


def check_identities(w: World, date: float, levels: Levels) -> None:
    """Stop the run with date, arrangement, replication, account and amount on a break.

    References
    ----------
    Stock-flow consistency as in Godley and Lavoie (2007), Monetary Economics, chapter 2.
    """
    where = w.where(date)
    firms_close(w, where)
    loans_close(w, where, levels)
    losses_close(w, where)
    banks_close(w, where)
    ownership_closes(w, where, levels)
    counts_close(w, where, levels)


def firms_close(w: World, where: str) -> None:
    """Cash of all firms equals what the ledger says they received less what they paid."""
    cash = float(w.posted[:, f.CASH].sum())
    flow = w.ledger.received(ledger.FIRMS)
    scale = w.ledger.turnover(ledger.FIRMS) + abs(cash)
    w.ledger.check("firms' cash against the ledger", cash, flow, scale, where)


def loans_close(w: World, where: str, levels: Levels) -> None:
    """Loans tracked from flows equal balances of firms split by share; so do loans in default."""
    turnover = w.ledger.turnover(ledger.FIRMS)
    for j, name in enumerate(w.scenario.bank):
        held = float(levels.held[j])
        w.ledger.check(f"loans of {name}", float(w.banks.loans[j]), held, turnover + held, where)
    exposure = float(w.posted[:, f.EXPOSURE_AT_DEFAULT].sum())
    open_defaults = exposure - float(w.posted[:, f.RESOLVED].sum())
    w.ledger.check("loans in default", float(w.banks.npl.sum()), open_defaults, exposure, where)


def losses_close(w: World, where: str) -> None:
    """Exposure at default less recovery is borne in full, at each bank and in total.

    At a bank: by the bank and by the parties beside it. In total: by banks, by what the ledger
    says that other parties have paid, and by what they will pay when open workouts end.
    """
    b, lost = w.banks, w.firms.exposure_at_default - w.firms.recovery
    unpaid = np.zeros((w.scenario.n_banks, 1))
    w.rules.split_by_lender(lost[:, None], w.lender, w.share, unpaid)
    for j, name in enumerate(w.scenario.bank):
        here, borne = float(unpaid[j, 0]), float(b.lost[j] + b.covered[j])
        w.ledger.check(f"losses on loans of {name}", borne, here, here, where)
    table = w.ledger.flows.get(BORNE.name, np.zeros((len(ledger.PARTIES),) * 2))
    paid = float(table[:, ledger.BANKS].sum() - table[ledger.BANKS].sum())
    promised = float((w.posted[:, f.COVERED] - w.posted[:, f.GUARANTEED]).sum())
    whole = float(lost.sum())
    borne = float(b.lost.sum()) + paid + promised
    w.ledger.check("losses of lenders and protection providers", borne, whole, whole, where)


def banks_close(w: World, where: str) -> None:
    """Assets equal liabilities and equity at each bank, and all cash has a counterpart."""
    b = w.banks
    assets = b.loans + b.npl - b.allowance
    scale = w.ledger.turnover(ledger.BANKS)
    for j, name in enumerate(w.scenario.bank):
        w.ledger.check(
            f"balance sheet of {name}", float(assets[j]), float(b.funding[j] + b.equity[j]),
            scale + abs(float(assets[j])), where,
        )  # fmt: skip
    opening = -float(b.budget.sum())
    paid = opening - w.ledger.received(ledger.BANKS)
    w.ledger.check(
        "banks' funding against the ledger", float(b.funding.sum()), paid,
        scale + abs(opening), where,
    )  # fmt: skip


def ownership_closes(w: World, where: str, levels: Levels) -> None:
    """Cap tables and lenders' shares sum to one; exit values are shared out in full."""
    sums = levels.sums
    for what, gap in (
        ("cap table of the worst firm", sums[f.WORST_OWNERSHIP]),
        ("shares of the lenders of the worst contract", sums[f.WORST_SHARE]),
    ):
        w.ledger.check(what, 1.0 + float(gap), 1.0, 1.0, where)
    value, claims = float(sums[f.EXIT_VALUE]), float(sums[f.EXIT_CLAIMS])
    w.ledger.check("claims on exit values", claims, value, value, where)


def counts_close(w: World, where: str, levels: Levels) -> None:
    """Firms that entered are alive or have ended, by the pass and by the records."""
    sums = levels.sums
    entered, ended = float(sums[f.ENTERED]), float(sums[f.ENDED])
    alive = float(sums[:4].sum())
    w.ledger.check("firms that entered", entered, alive + ended, entered, where)


# --- The books: profit and loss, balance sheets, payments between parties, the record ------------


def settle(w: World, date: float) -> None:
    """Close the quarter at `date`."""
    years = date - w.settled
    levels = read_all(w, date)
    w.tally[REFINANCED] = levels.sums[f.REFINANCED]
    result = close_books(w, years, levels)
    transfers(w, result)
    is_year_end = abs(date - round(date)) < 1e-9
    if is_year_end:
        replenish(w, result)
    check_identities(w, date, levels)
    record(w, date, levels, result)
    if is_year_end or abs(date - w.scenario.experiment.horizon_years) < 1e-9:
        w.keep_page(date)
    w.by_bank[:] = 0.0
    w.total[:] = 0.0
    w.by_terms[:] = 0.0
    w.settled = date


def by_bank(w: World, amount: Floats) -> Floats:
    """Sum an amount per firm over its lenders, shape (n_banks,)."""
    out = np.zeros(w.scenario.n_banks)
    w.rules.split_by_lender(amount[:, None], w.lender, w.share, out[:, None])
    return out


def expected_losses(w: World, levels: Levels) -> Floats:
    """Allowance needed on performing loans, by bank."""
    set_aside = allowance(
        levels.balance, w.believed_default, w.believed_loss, levels.stage_2 == 1,
        w.scenario.provisions,
    )  # fmt: skip
    return by_bank(w, set_aside)


def defaulted_losses(w: World) -> Floats:
    """Allowance on loans in default: exposure at default times the believed loss, by bank."""
    return by_bank(
        w, (w.posted[:, f.EXPOSURE_AT_DEFAULT] - w.posted[:, f.RESOLVED]) * w.believed_loss
    )


def close_books(w: World, years: float, levels: Levels) -> dict[str, Floats]:
    """Update balance sheets and return the quarter's profit and loss, by bank."""
    b, flow, rule = w.banks, w.by_bank, w.scenario.underwriting
    npl_open = b.npl.copy()
    b.loans += flow[:, f.DRAWN] - flow[:, f.REPAID] - flow[:, f.EXPOSURE_AT_DEFAULT] + b.transfer
    b.npl += flow[:, f.EXPOSURE_AT_DEFAULT] - flow[:, f.RESOLVED]
    b.lost += flow[:, f.LOSS]
    b.covered += flow[:, f.COVERED]
    lent = flow[:, f.BALANCE_YEARS] + npl_open * years
    relending = rule.funding_rate * flow[:, f.REFINANCED_YEARS] - flow[:, f.RELENDING]
    market = rule.funding_rate * (lent - b.equity * years - flow[:, f.REFINANCED_YEARS])
    result = {
        "interest": flow[:, f.INTEREST].copy(),
        "relationship": flow[:, f.RELATION].copy(),
        "gain": flow[:, f.GAIN].copy(),
        "royalty": flow[:, f.ROYALTY].copy(),
        "funding": market + flow[:, f.RELENDING],
        "market": market,
        "central_bank": flow[:, f.RELENDING].copy(),
        "relending": relending,
        "operating": flow[:, f.OPERATING].copy(),
        "screening": b.screening.copy(),
        "coordination": b.coordination.copy(),
        "monitoring": levels.watched * rule.monitoring_cost * years,
        "fee": flow[:, f.FEE].copy(),
        "recovered": flow[:, f.RECOVERED].copy(),
        "guaranteed": flow[:, f.GUARANTEED].copy(),
        "exposure_at_default": flow[:, f.EXPOSURE_AT_DEFAULT].copy(),
        "loss": flow[:, f.LOSS].copy(),
        "balance_years": flow[:, f.BALANCE_YEARS].copy(),
        "transfer": b.transfer.copy(),
        "drawn": flow[:, f.DRAWN].copy(),
        "repaid": flow[:, f.REPAID].copy(),
    }
    result["provision"] = provide(w, result, flow, levels)
    result["policy_subsidy"] = policy_subsidy(w, result["balance_years"])
    finish(w, result)
    return result


def provide(w: World, result: dict[str, Floats], flow: Floats, levels: Levels) -> Floats:
    """Charge to profit: new allowance, less the old one after charging resolved losses."""
    b = w.banks
    charged = flow[:, f.RESOLVED] - result["recovered"] - result["guaranteed"]
    result["npl_allowance"] = defaulted_losses(w)
    needed = expected_losses(w, levels) + result["npl_allowance"]
    provision = np.asarray(needed - (b.allowance - charged))
    b.allowance = needed
    return provision


def policy_subsidy(w: World, balance_years: Floats) -> Floats:
    """What the parent pays the desk for lending below break-even on policy grounds."""
    appetite = np.array([bank.appetite for bank in w.scenario.bank.values()])
    return w.scenario.underwriting.policy_subsidy_rate * appetite * balance_years


def finish(w: World, result: dict[str, Floats]) -> None:
    """Profit before and after the policy subsidy; cash goes to funding."""
    b, r = w.banks, result
    income = r["interest"] + r["relationship"] + r["gain"] + r["royalty"]
    paid = (
        r["funding"] + r["operating"] + r["screening"] + r["coordination"] + r["monitoring"]
        + r["fee"]
    )  # fmt: skip
    r["profit"] = income - paid - r["provision"]
    lent_out = r["drawn"] - r["repaid"] + r["transfer"] - r["recovered"] - r["guaranteed"]
    b.funding = b.funding + lent_out - (income - paid) - r["policy_subsidy"]
    b.equity = b.equity + r["profit"] + r["policy_subsidy"]
    for name in ("screening", "coordination", "transfer", "promised"):
        getattr(b, name)[:] = 0.0


def replenish(w: World, result: dict[str, Floats]) -> None:
    """At year end the parent refills the desk's budget, or takes what exceeds it."""
    b, rule = w.banks, w.scenario.capital
    gap = b.budget - b.equity
    if w.scenario.experiment.footing == EQUAL_CAPITAL and w.name != HISTORY:
        gap = np.zeros_like(gap)
    injected = np.where(gap > 0.0, rule.replenish_share * gap, gap)
    b.equity = b.equity + injected
    b.funding = b.funding - injected
    income = np.array([bank.parent_income for bank in w.scenario.bank.values()])
    income = income * w.scenario.population.firms / 1000.0
    # The parent's own income pays first; what is left goes to its shareholders.
    b.parent_equity = b.parent_equity + np.minimum(income - injected, 0.0)
    result["injection"] = injected
    post(w, ledger.CAPITAL, float(injected.sum()))


def post(w: World, account: Account, amount: float) -> None:
    """Write a payment between two parties into the ledger, CNY million."""
    (payer,), (payee,) = account.payers, account.payees
    w.ledger.post(account.name, payer, payee, amount)


def transfers(w: World, r: dict[str, Floats]) -> None:
    """Post the quarter's payments between parties."""
    for account, column in _FIRM_TRANSFERS:
        post(w, account, float(w.total[column]))
    for account, name in _BANK_TRANSFERS:
        post(w, account, float(r[name].sum()))
    r["protection"] = settle_protection(w)


_FIRM_TRANSFERS = (
    (ledger.SALES, f.SALES),
    (ledger.OUTLAYS, f.COST),
    (ledger.INVESTMENT, f.INVEST),
    (ledger.MOVING, f.DELIVERY),
    (ledger.UNPAID, f.SUPPLIER_LOSS),
    (ledger.INTEREST, f.INTEREST),
    (ledger.ROYALTY, f.ROYALTY),
    (ledger.DRAWN, f.DRAWN),
    (ledger.REPAID, f.REPAID),
    (ledger.ROUNDS, f.EQUITY),
    (ledger.DIVIDENDS, f.DIVIDEND),
    (ledger.EXIT_CASH, f.EXIT_CASH),
    (ledger.SUBSCRIPTION, f.EXERCISE_AMOUNT),
    (ledger.GAINS, f.GAIN),
    (ledger.RECOVERIES, f.RECOVERED),
    (ledger.BUSINESS, f.RELATION),
)
_BANK_TRANSFERS = (
    (ledger.FUNDS, "market"),
    (ledger.RELENDING, "central_bank"),
    (ledger.OPERATING, "operating"),
    (ledger.SCREENING, "screening"),
    (ledger.COORDINATION, "coordination"),
    (ledger.MONITORING, "monitoring"),
    (ledger.SUBSIDY, "policy_subsidy"),
)


def record(w: World, date: float, levels: Levels, r: dict[str, Floats]) -> None:
    """One row for each bank and one for the system."""
    b, rule = w.banks, w.scenario.capital
    exposed = np.maximum(b.npl - r["npl_allowance"], 0.0)
    r["risk_assets"] = rule.risk_weight * b.loans + rule.defaulted_risk_weight * exposed
    thousands = w.scenario.population.firms / 1000.0
    other = np.array([bank.parent_risk_assets for bank in w.scenario.bank.values()]) * thousands
    whole = np.maximum(r["risk_assets"] + other, 1e-9)
    r["capital_ratio"] = (b.equity + b.parent_equity) / whole
    r["loans"], r["npl"], r["allowance"] = b.loans, b.npl, b.allowance
    r["equity"], r["funding_stock"] = b.equity, b.funding
    zero = np.zeros_like(b.loans)
    w.panel.append((date, np.stack([r.get(name, zero) for name in BANK_COLUMNS], axis=1)))
    now = w.market_conditions[0]
    state = [float(now.regime), float(now.winter), float(now.frailty)]
    w.system.append((date, np.concatenate([state, levels.sums, r["protection"]])))
