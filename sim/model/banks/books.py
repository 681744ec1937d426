"""A bank's books at the end of a quarter: profit and loss, balance sheet, capital.

Rules on one bank. Each is given its state `b` (`sim.model.banks.bank.BANK_BOOKS`), its quarter
`q` (`sim.engine.quarter.QUARTER`), its own parameters `k` and those common to all banks, `u`.
"""

from typing import Any

from sim.model.firms import flows as f


def close_books(b: Any, q: Any, k: Any, u: Any, flow: Any, years: float) -> None:
    """Close a bank's quarter; what must be set aside has been found.

    Parameters
    ----------
    b, q, k, u : records
        State and quarter of the bank, its parameters and those common to all.
    flow : array, shape (len(sim.model.firms.flows.ACCOUNTS),), CNY million
        What flowed between the bank and its firms.
    years : float
        Length of the quarter.
    """
    take_flows(b, q, flow)
    pay_costs(b, q, u, flow, years)
    roll_loans(b, q, flow)
    provide(b, q, flow)
    subsidise(q, k, u)
    earn(b, q)


def take_flows(b: Any, q: Any, flow: Any) -> None:
    """What the bank's firms paid, drew and lost, and what its decisions cost and moved."""
    q.interest = flow[f.INTEREST]
    q.relationship = flow[f.RELATION]
    q.gain = flow[f.GAIN]
    q.royalty = flow[f.ROYALTY]
    q.operating = flow[f.OPERATING]
    q.fee = flow[f.FEE]
    q.recovered = flow[f.RECOVERED]
    q.guaranteed = flow[f.GUARANTEED]
    q.exposure_at_default = flow[f.EXPOSURE_AT_DEFAULT]
    q.loss = flow[f.LOSS]
    q.balance_years = flow[f.BALANCE_YEARS]
    q.drawn = flow[f.DRAWN]
    q.repaid = flow[f.REPAID]
    q.screening = b.screening
    q.coordination = b.coordination
    q.transfer = b.transfer
    b.screening = b.coordination = b.transfer = b.promised = 0.0


def pay_costs(b: Any, q: Any, u: Any, flow: Any, years: float) -> None:
    """Cost of funds and of watching firms; what is lent beyond capital is funded in full.

    The central bank's money costs its own rate.
    """
    refinanced = flow[f.REFINANCED_YEARS]
    lent = q.balance_years + b.npl * years
    q.central_bank = flow[f.RELENDING]
    q.market = u.funding_rate * (lent - b.equity * years - refinanced)
    q.relending = u.funding_rate * refinanced - q.central_bank
    q.funding = q.market + q.central_bank
    q.monitoring = q.watched * u.monitoring_cost * years


def roll_loans(b: Any, q: Any, flow: Any) -> None:
    """Loans grow by what is drawn or taken over; a default moves them until its workout ends."""
    b.loans += q.drawn - q.repaid - q.exposure_at_default + q.transfer
    b.npl += q.exposure_at_default - flow[f.RESOLVED]
    b.lost += q.loss
    b.covered += flow[f.COVERED]


def provide(b: Any, q: Any, flow: Any) -> None:
    """Charge to profit: new allowance, less the old one after charging resolved losses."""
    charged = flow[f.RESOLVED] - q.recovered - q.guaranteed
    needed = q.expected_loss + q.npl_allowance
    q.provision = needed - (b.allowance - charged)
    b.allowance = needed


def subsidise(q: Any, k: Any, u: Any) -> None:
    """What the parent pays the desk for lending below break-even on policy grounds."""
    q.policy_subsidy = u.policy_subsidy_rate * k.appetite * q.balance_years


def earn(b: Any, q: Any) -> None:
    """Profit before the policy subsidy; cash goes to funding."""
    income = q.interest + q.relationship + q.gain + q.royalty
    paid = q.funding + q.operating + q.screening + q.coordination + q.monitoring + q.fee
    q.profit = income - paid - q.provision
    lent_out = q.drawn - q.repaid + q.transfer - q.recovered - q.guaranteed
    b.funding = b.funding + lent_out - (income - paid) - q.policy_subsidy
    b.equity = b.equity + q.profit + q.policy_subsidy


def replenish(b: Any, q: Any, k: Any, u: Any, is_refilled: bool) -> None:
    """At year end the parent refills the desk's budget, or takes what exceeds it."""
    gap = b.budget - b.equity if is_refilled else 0.0
    q.injection = u.replenish_share * gap if gap > 0.0 else gap
    b.equity += q.injection
    b.funding -= q.injection
    # The parent's own income pays first; what is left goes to its shareholders.
    b.parent_equity += min(k.parent_income - q.injection, 0.0)


def weigh(b: Any, q: Any, k: Any, u: Any) -> None:
    """Stocks at the settlement, and capital over what the loans weigh, the parent included."""
    exposed = max(b.npl - q.npl_allowance, 0.0)
    q.loans = b.loans
    q.npl = b.npl
    q.allowance = b.allowance
    q.funding_stock = b.funding
    q.equity = b.equity
    q.risk_assets = u.risk_weight * b.loans + u.defaulted_risk_weight * exposed
    whole = max(q.risk_assets + k.parent_risk_assets, 1e-9)
    q.capital_ratio = (b.equity + b.parent_equity) / whole
