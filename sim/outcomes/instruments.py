"""Debts beside the credit line and shares of bank-side funds: outstanding, lost, earned.

A loss counts at its default, as that of a bank's loan does. Where nothing stands beside the line
every number is zero.
"""

import numpy as np

from sim.engine.history import History
from sim.engine.instruments import CREDITORS
from sim.engine.ledger import ACQUIRERS, BANK_FUNDS, CHARGES, FIRMS, FUND_EXITS, FUND_SHARES
from sim.model.firms.debts import BOND, DEBTS, LEASE, TRUST
from sim.outcomes.mark import Members, family, outcome
from sim.outcomes.reading import HOUSE, Floats, failed, of_firms, pages_of, time_average

OUTSTANDING: Members = {
    "term_loans": {"name": "term_loans", "what": "term loans, part of the loans of banks"},
    "bonds": {"name": "bonds", "what": "bonds of firms"},
    "leases": {"name": "leases", "what": "leases of firms"},
    "trust_loans": {"name": "trust_loans", "what": "loans of trust companies to firms"},
}


@family("system.{name}_outstanding", over=OUTSTANDING, unit="CNY million", better="neither",
    basis="stock", low=0.0, formula="time average of {what}", source=HOUSE)  # fmt: skip
def outstanding(history: History, name: str) -> float:
    """Average of what is owed on one instrument."""
    return time_average(history, history.series(name))


LOST: Members = {
    BOND: {"name": "bond", "what": "bonds"},
    LEASE: {"name": "lease", "what": "leases"},
    TRUST: {"name": "trust_loan", "what": "loans of trust companies"},
}


def lost_on(history: History, debt: int) -> Floats:
    """What each firm's default in the experiment leaves unpaid on one debt, CNY million."""
    firms = of_firms(history)
    lost = firms["owed"][:, debt] - firms["owed_recovery"][:, debt]
    return np.asarray(np.where(failed(history), lost, 0.0))


@family("system.{name}_loss", over=LOST, unit="CNY million", better="lower", basis="flow", low=0.0,
    formula="owed at default on {what} less what the default brings, of firms that close in the"
    " experiment, before the risk-sharing tool pays", source=HOUSE)  # fmt: skip
def loss_beside(history: History, debt: int) -> float:
    """Loss on one debt beside the line, whoever bears it."""
    return float(lost_on(history, debt).sum())


def covered(history: History) -> float:
    """What the risk-sharing tool bears of losses on bonds, CNY million."""
    return float((lost_on(history, BOND) * of_firms(history)["bond_cover"]).sum())


@outcome("system.risk_sharing_tool_cost", unit="CNY million", better="lower", basis="flow",
    low=0.0, formula="share of losses on bonds that the risk-sharing tool bears, of firms that"
    " close in the experiment", source=HOUSE, label="Cost of the risk-sharing tool")  # fmt: skip
def risk_sharing_tool_cost(history: History) -> float:
    """What cover of bonds costs."""
    return covered(history)


def paid_between(history: History, account: str, payer: int, payee: int) -> float:
    """Paid on an account between two parties in the experiment, CNY million."""
    pages = pages_of(history)
    if len(pages) < 2:
        return 0.0
    first, last = (page.paid[account][payer, payee] for page in (pages[0], pages[-1]))
    return float(last - first)


EARNED: Members = {
    BOND: {"name": "bond_buyers", "what": "bonds, less losses beyond the risk-sharing tool"},
    LEASE: {"name": "leasing", "what": "leases, less losses on them"},
    TRUST: {"name": "trust_lending", "what": "loans of trust companies, less losses on them"},
}
assert len(EARNED) == len(DEBTS)


@family("system.{name}_result", over=EARNED, unit="CNY million", better="higher", basis="flow",
    formula="interest or rent in the experiment on {what}; cost of money aside",
    source=HOUSE)  # fmt: skip
def result_beside(history: History, debt: int) -> float:
    """What those who lend beside the bank earn."""
    earned = paid_between(history, CHARGES.name, FIRMS, CREDITORS[debt])
    borne = loss_beside(history, debt) - (covered(history) if debt == BOND else 0.0)
    return earned - borne


@outcome("system.bank_fund_result", unit="CNY million", better="higher", basis="flow",
    formula="what bank-side funds have at exits less what they pay for shares, in the experiment;"
    " shares still held count nothing", source=HOUSE, label="Cash of bank-side funds")  # fmt: skip
def bank_fund_result(history: History) -> float:
    """Cash of funds on the bank's side."""
    had = paid_between(history, FUND_EXITS.name, ACQUIRERS, BANK_FUNDS)
    return had - paid_between(history, FUND_SHARES.name, BANK_FUNDS, FIRMS)
