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
    pay_costs(b, q, k, u, flow, years)
    roll_loans(b, q, flow)
    provide(b, q, flow)
    earn(b, q, u)


def take_flows(b: Any, q: Any, flow: Any) -> None:
    """What the bank's firms paid, drew and lost, and what its decisions cost and moved."""
    q.interest = flow[f.INTEREST]
    q.commitment = flow[f.COMMITMENT]
    q.vat = flow[f.VAT]
    q.relationship = flow[f.RELATION]
    q.hosted = flow[f.HOSTED]
    b.hosted += q.hosted
    q.gain = flow[f.GAIN]
    q.royalty = flow[f.ROYALTY]
    q.operating = flow[f.OPERATING]
    q.fee = flow[f.FEE]
    q.policy_subsidy = flow[f.SUBSIDY]
    q.recovered = flow[f.RECOVERED]
    q.guaranteed = flow[f.GUARANTEED]
    q.exposure_at_default = flow[f.EXPOSURE_AT_DEFAULT]
    q.loss = flow[f.LOSS]
    q.balance_years = flow[f.BALANCE_YEARS]
    q.drawn = flow[f.DRAWN]
    q.repaid = flow[f.REPAID]
    q.screening = b.screening
    q.coordination = b.coordination
    q.calling = b.calling
    q.transfer = b.transfer + flow[f.TAKEN_OVER]
    q.rationed = b.rationed
    b.screening = b.coordination = b.calling = b.transfer = b.promised = b.rationed = 0.0


def pay_costs(b: Any, q: Any, k: Any, u: Any, flow: Any, years: float) -> None:
    """Cost of funds and of watching firms.

    Every loan is funded in full at the transfer price, and the desk is credited with it on the
    capital that its loans require. What its capital and allowance exceed that by earns the
    transfer price, too, for the parent. The central bank's money costs its own rate.
    """
    refinanced = flow[f.REFINANCED_YEARS]
    q.funding = u.funding_rate * (q.balance_years + flow[f.NPL_YEARS])
    q.capital_years = k.required_ratio * flow[f.RISK_WEIGHTED]
    q.economic_years = flow[f.ECONOMIC]
    q.capital_benefit = u.funding_rate * q.capital_years
    q.free_income = u.funding_rate * (b.equity + b.allowance) * years - q.capital_benefit
    q.central_bank = flow[f.RELENDING]
    q.relending = u.funding_rate * refinanced - q.central_bank
    q.market = q.funding - q.capital_benefit - q.free_income - u.funding_rate * refinanced
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


def earn(b: Any, q: Any, u: Any) -> None:
    """Profit of the desk before and after tax; cash goes to funding.

    The policy subsidy and the income of free capital are the parent's, and no part of profit.
    """
    income = q.interest + q.commitment + q.relationship + q.gain + q.royalty
    funds = q.funding - q.relending - q.capital_benefit
    running = q.operating + q.screening + q.coordination + q.calling + q.monitoring + q.fee
    earned = income - funds - q.vat - running
    q.profit_before_tax = earned - q.provision
    q.tax = u.income_tax_rate * q.profit_before_tax
    q.profit = q.profit_before_tax - q.tax
    of_parent = q.free_income + q.policy_subsidy
    lent_out = q.drawn - q.repaid + q.transfer - q.recovered - q.guaranteed
    b.funding += lent_out - (earned - q.tax + of_parent)
    b.equity += q.profit + of_parent
    b.earned += q.profit_before_tax
    b.free_income += q.free_income


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
    q.loans = b.loans
    q.npl = b.npl
    q.allowance = b.allowance
    q.funding_stock = b.funding
    q.equity = b.equity
    b.risk_assets = q.risk_assets = q.weighted
    whole = max(q.risk_assets + k.parent_risk_assets, 1e-9)
    q.capital_ratio = (b.equity + b.parent_equity) / whole
