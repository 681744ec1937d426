"""Quarterly settlement: flows are posted, provisions made, identities checked, all recorded.

Settling changes banks and the record, never a firm: a firm's payments have their own dates.
"""

import numpy as np
from numpy.typing import NDArray

from sim.banks.provisions import allowance
from sim.engine.identities import check_identities
from sim.engine.others import settle_others
from sim.engine.posting import Levels, read_all
from sim.engine.world import HISTORY, World
from sim.firms import audit
from sim.firms import totals as f
from sim.scenario.model import EQUAL_CAPITAL
from sim.state import accounts
from sim.state.accounts import Account
from sim.state.history import BANK_COLUMNS

Floats = NDArray[np.float64]


def settle(w: World, date: float) -> None:
    """Close the quarter at `date`."""
    years = date - w.settled
    levels = read_all(w, date)
    w.refinanced = float(levels.sums[audit.REFINANCED])
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
        levels.balance, w.believed_default, w.believed_loss, levels.worsened == 1,
        w.scenario.provisions,
    )  # fmt: skip
    return by_bank(w, set_aside)


def defaulted_losses(w: World) -> Floats:
    """Allowance on loans in default: what is owed times the believed loss, by bank."""
    return by_bank(w, (w.posted[:, f.OWED] - w.posted[:, f.RESOLVED]) * w.believed_loss)


def close_books(w: World, years: float, levels: Levels) -> dict[str, Floats]:
    """Update balance sheets and return the quarter's profit and loss, by bank."""
    b, flow, rule = w.banks, w.by_bank, w.scenario.underwriting
    npl_open = b.npl.copy()
    b.loans += flow[:, f.DRAWN] - flow[:, f.REPAID] - flow[:, f.OWED] + b.transfer
    b.npl += flow[:, f.OWED] - flow[:, f.RESOLVED]
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
        "owed": flow[:, f.OWED].copy(),
        "loss": flow[:, f.LOSS].copy(),
        "balance_years": flow[:, f.BALANCE_YEARS].copy(),
        "transfer": b.transfer.copy(),
        "drawn": flow[:, f.DRAWN].copy(),
        "repaid": flow[:, f.REPAID].copy(),
    }
    result["provision"] = provide(w, result, flow, levels)
    result["tolerance"] = tolerance(w, result["balance_years"])
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


def tolerance(w: World, balance_years: Floats) -> Floats:
    """What the parent pays the desk for lending below break-even on policy grounds."""
    appetite = np.array([bank.appetite for bank in w.scenario.bank.values()])
    return w.scenario.underwriting.tolerance_rate * appetite * balance_years


def finish(w: World, result: dict[str, Floats]) -> None:
    """Profit before and after the policy tolerance; cash goes to funding."""
    b, r = w.banks, result
    income = r["interest"] + r["relationship"] + r["gain"] + r["royalty"]
    paid = (
        r["funding"] + r["operating"] + r["screening"] + r["coordination"] + r["monitoring"]
        + r["fee"]
    )  # fmt: skip
    r["profit"] = income - paid - r["provision"]
    lent_out = r["drawn"] - r["repaid"] + r["transfer"] - r["recovered"] - r["guaranteed"]
    b.funding = b.funding + lent_out - (income - paid) - r["tolerance"]
    b.equity = b.equity + r["profit"] + r["tolerance"]
    for name in ("screening", "coordination", "transfer", "promised"):
        getattr(b, name)[:] = 0.0


def replenish(w: World, result: dict[str, Floats]) -> None:
    """At year end the parent refills the desk's budget, or takes what exceeds it."""
    b, rule = w.banks, w.scenario.capital
    gap = b.budget - b.equity
    if w.scenario.experiment.footing == EQUAL_CAPITAL and w.name != HISTORY:
        gap = np.zeros_like(gap)
    moved = np.where(gap > 0.0, rule.replenish_share * gap, gap)
    b.equity = b.equity + moved
    b.funding = b.funding - moved
    income = np.array([bank.parent_income for bank in w.scenario.bank.values()])
    income = income * w.scenario.population.firms / 1000.0
    # The parent's own income pays first; what is left goes to its shareholders.
    b.parent_equity = b.parent_equity + np.minimum(income - moved, 0.0)
    result["injection"] = moved
    post(w, accounts.CAPITAL, float(moved.sum()))


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
    r["others"] = settle_others(w)


_FIRM_TRANSFERS = (
    (accounts.SALES, f.SALES),
    (accounts.OUTLAYS, f.COST),
    (accounts.INVESTMENT, f.INVEST),
    (accounts.MOVING, f.DELIVERY),
    (accounts.UNPAID, f.SUPPLIER_LOSS),
    (accounts.INTEREST, f.INTEREST),
    (accounts.ROYALTY, f.ROYALTY),
    (accounts.DRAWN, f.DRAWN),
    (accounts.REPAID, f.REPAID),
    (accounts.ROUNDS, f.EQUITY),
    (accounts.DIVIDENDS, f.DIVIDEND),
    (accounts.EXIT_CASH, f.EXIT_CASH),
    (accounts.SUBSCRIPTION, f.STRIKE),
    (accounts.GAINS, f.GAIN),
    (accounts.RECOVERIES, f.RECOVERED),
    (accounts.BUSINESS, f.RELATION),
)
_BANK_TRANSFERS = (
    (accounts.FUNDS, "market"),
    (accounts.RELENDING, "central_bank"),
    (accounts.OPERATING, "operating"),
    (accounts.SCREENING, "screening"),
    (accounts.COORDINATION, "coordination"),
    (accounts.MONITORING, "monitoring"),
    (accounts.TOLERANCE, "tolerance"),
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
    climate = w.climate[0]
    state = [float(climate.regime), float(climate.winter), float(climate.frailty)]
    w.system.append((date, np.concatenate([state, levels.sums, r["others"]])))
