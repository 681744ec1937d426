"""What banks earn and spend: the income statement of the technology desks.

The three income lines (interest, banking business, equity gain) and the royalty stand
apart. Money is summed over banks and over the experiment; what can reverse between money
and a unit lent is also given per year and unit of balance.
"""

import numpy as np

from sim.engine.history import History
from sim.outcomes.mark import Members, family, outcome
from sim.outcomes.reading import (
    HOUSE,
    balance_years,
    ratio,
    total,
)

SUMMED = "{what}, summed over banks and the experiment"
EXPENSES = ("operating", "screening", "coordination", "calling", "monitoring")
FLOWS: Members = {
    ("interest",): {"name": "interest_income", "better": "higher", "low": 0.0,
        "what": "interest received from firms"},
    ("relationship",): {"name": "relationship_income", "better": "higher",
        "what": "margin on deposits and fees of lenders, from their borrowers' banking business"},
    ("hosted",): {"name": "hosted_income", "better": "neither",
        "what": "the same of banks from firms that they do not lend to; their parents', and no"
        " part of profit"},
    ("relationship", "hosted"): {"name": "business_income", "better": "higher",
        "what": "the same of all banks of the scenario, lenders or not"},
    ("gain",): {"name": "equity_gain", "better": "higher", "low": 0.0, "heavy_tailed": True,
        "what": "gains on rights realised in cash and passed on to banks",
        "formula": SUMMED + "; rights that still live are not counted"},
    ("royalty",): {"name": "royalty_income", "better": "higher", "low": 0.0,
        "what": "royalties on sales received"},
    ("commitment",): {"name": "commitment_fees", "better": "higher", "low": 0.0,
        "what": "fees on undrawn lines received from firms"},
    ("funding",): {"name": "funding_cost", "better": "lower", "low": 0.0,
        "what": "transfer price of funds on all loans and loans in default"},
    ("relending",): {"name": "relending_saving", "better": "higher",
        "what": "what central-bank money saves against the transfer price"},
    ("capital_benefit",): {"name": "capital_benefit", "better": "neither", "low": 0.0,
        "what": "transfer price credited on the capital that loans require"},
    ("vat",): {"name": "value_added_tax", "better": "lower", "low": 0.0,
        "what": "value-added tax in the interest"},
    EXPENSES: {"name": "operating_cost", "better": "lower", "low": 0.0,
        "what": "running cost, screening, coordination between lenders, calls and monitoring"},
    ("fee",): {"name": "guarantee_fees", "better": "lower", "low": 0.0,
        "what": "fees paid by banks to guarantors and pools"},
    ("provision",): {"name": "provisions", "better": "lower", "source": "IFRS 9 section 5.5",
        "what": "charge to profit: new allowance less the old one after charging off resolved"
        " losses"},
    ("profit_before_tax",): {"name": "profit_before_tax", "better": "higher",
        "what": "interest, commitment fees, banking business, equity gain, royalty and the credit"
        " on required capital less cost of funds, value-added tax, operating cost, guarantee fees"
        " and provisions, before policy subsidy"},
    ("tax",): {"name": "income_tax", "better": "neither", "what": "tax on profit"},
    ("profit",): {"name": "profit", "better": "higher",
        "what": "profit after tax and before policy subsidy"},
    ("free_income",): {"name": "free_capital_income", "better": "neither",
        "what": "transfer price on what a desk's capital and allowance exceed required capital by;"
        " the parent's, and no part of profit"},
}  # fmt: skip
"""Flows of the panel of banks that add up to an outcome, by columns."""
RATES: Members = {
    ("profit_before_tax",): {"name": "net_margin", "better": "higher",
        "what": "profit before tax and policy subsidy"},
    ("interest",): {"name": "lending_rate", "better": "neither", "what": "interest received"},
    ("relationship",): {"name": "relationship_rate", "better": "higher",
        "what": "income from banking business"},
    ("gain",): {"name": "equity_gain_rate", "better": "higher", "low": 0.0, "heavy_tailed": True,
        "what": "realised gains on rights"},
    EXPENSES: {"name": "operating_cost_rate", "better": "lower", "low": 0.0,
        "what": "operating cost, screening, coordination, calls and monitoring"},
}  # fmt: skip
"""The same per year and unit of balance."""


@family("bank.{name}", over=FLOWS, unit="CNY million", basis="flow", formula=SUMMED, source=HOUSE)
def flow(history: History, columns: tuple[str, ...]) -> float:
    """Income and expenses in money."""
    return total(history, *columns)


@family("bank.{name}", over=RATES, unit="per year", basis="flow", source=HOUSE,
    formula="{what} over the time integral of the balance lent")  # fmt: skip
def rate(history: History, columns: tuple[str, ...]) -> float:
    """Income and expenses per unit lent."""
    return ratio(total(history, *columns), balance_years(history))


@outcome("bank.all_banks_profit", unit="CNY million", better="higher", basis="flow",
    formula="profit before tax and policy subsidy of the lenders, and the business of firms at"
    " banks of the scenario that do not lend to them; moving an account from one of these banks to"
    " another does not change it", source=HOUSE,
    label="Profit of all banks of the scenario")  # fmt: skip
def all_banks_profit(history: History) -> float:
    """What lenders earn less what other banks of the scenario lose to them."""
    return total(history, "profit_before_tax", "hosted")


@outcome("bank.subsidy", unit="CNY million", better="lower", basis="flow",
    formula="policy subsidy that parent banks pay the desks for lending below break-even,"
    " summed over banks and the experiment", source=HOUSE)  # fmt: skip
def subsidy(history: History) -> float:
    """What policy lending costs the parent banks."""
    return total(history, "policy_subsidy")


@outcome("bank.early_margin", unit="per year", better="higher", basis="flow",
    formula="profit before tax and policy subsidy of the first three years over the balance lent"
    " in them", source=HOUSE)  # fmt: skip
def early_margin(history: History) -> float:
    """Profit per unit lent while concessions come first and income later."""
    early = history.during() & (history.dates <= 3.0 + 1e-9)
    earned = history.bank("profit_before_tax")[early].sum()
    return ratio(float(earned), float(history.bank("balance_years")[early].sum()))


@outcome("bank.subsidy_over_profit", unit="ratio", better="lower", basis="flow",
    formula="policy subsidy over profit before tax and policy subsidy; nan where there is none",
    source=HOUSE, label="Policy subsidy over profit")  # fmt: skip
def subsidy_over_profit(history: History) -> float:
    """How large the policy subsidy is against what lending earns without it."""
    return ratio(total(history, "policy_subsidy"), total(history, "profit_before_tax"))


@outcome("bank.taken_back", unit="CNY million", better="neither", basis="flow", low=0.0,
    formula="what parents take of desks whose capital exceeds their budget at the end of a year,"
    " policy subsidy and profit that stayed in the desk, summed over banks and the experiment",
    source=HOUSE, label="Taken back by parents")  # fmt: skip
def taken_back(history: History) -> float:
    """How much of profit and subsidy goes back to the parents."""
    moved = history.bank("injection")[history.during()]
    return float(np.maximum(-moved, 0.0).sum())


DISCOUNTED: Members = {
    "profit": {"name": "profit_discounted", "what": "profit after tax",
        "label": "Profit, discounted at the hurdle rate"},
    "profit_before_tax": {"name": "profit_before_tax_discounted", "what": "profit before tax",
        "label": "Profit before tax, discounted at the hurdle rate"},
}  # fmt: skip


@family("bank.{name}", over=DISCOUNTED, unit="CNY million", better="higher", basis="flow",
    formula="{what} and before policy subsidy of each quarter, discounted to the start date at"
    " the hurdle rate, summed over banks and the experiment", source=HOUSE,
    label="{label}")  # fmt: skip
def profit_discounted(history: History, column: str) -> float:
    """Profit at its present worth to shareholders."""
    inside = history.during()
    worth = (1.0 + history.facts["hurdle_rate"]) ** -history.dates[inside]
    return float(worth @ history.bank(column)[inside].sum(axis=1))
