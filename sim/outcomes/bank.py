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
    Floats,
    Ints,
    balance_years,
    code_of,
    first_contract,
    net_loss,
    new_borrowers,
    of_book,
    of_firms,
    ratio,
    remembered,
    total,
)

# --- What banks earn and spend: the income statement of the technology desks ---------------------


SUMMED = "{what}, summed over banks and the experiment"
EXPENSES = ("operating", "screening", "coordination", "monitoring")
FLOWS: Members = {
    ("interest",): {"name": "interest_income", "better": "higher", "low": 0.0,
        "what": "interest received from firms"},
    ("relationship",): {"name": "relationship_income", "better": "higher",
        "what": "margin on deposits and fees from borrowers' banking business"},
    ("gain",): {"name": "equity_gain", "better": "higher", "low": 0.0, "heavy_tailed": True,
        "what": "gains on rights realised in cash and passed on to banks",
        "formula": SUMMED + "; rights that still live are not counted"},
    ("royalty",): {"name": "royalty_income", "better": "higher", "low": 0.0,
        "what": "royalties on sales received"},
    ("funding",): {"name": "funding_cost", "better": "lower",
        "what": "cost of funds on loans and defaulted loans less capital, net of cheaper"
        " central-bank money"},
    EXPENSES: {"name": "operating_cost", "better": "lower", "low": 0.0,
        "what": "running cost, screening, coordination between lenders and monitoring"},
    ("fee",): {"name": "guarantee_fees", "better": "lower", "low": 0.0,
        "what": "fees paid by banks to guarantors and pools"},
    ("provision",): {"name": "provisions", "better": "lower", "source": "IFRS 9 section 5.5",
        "what": "charge to profit: new allowance less the old one after charging off resolved"
        " losses"},
    ("profit",): {"name": "profit", "better": "higher",
        "what": "interest, banking business, equity gain and royalty less cost of funds,"
        " operating cost, guarantee fees and provisions, before policy tolerance"},
}  # fmt: skip
"""Flows of the panel of banks that add up to an outcome, by columns."""
RATES: Members = {
    ("profit",): {"name": "net_margin", "better": "higher",
        "what": "profit before policy tolerance"},
    ("interest",): {"name": "lending_rate", "better": "neither", "what": "interest received"},
    ("relationship",): {"name": "relationship_rate", "better": "higher",
        "what": "income from banking business"},
    ("gain",): {"name": "equity_gain_rate", "better": "higher", "low": 0.0, "heavy_tailed": True,
        "what": "realised gains on rights"},
    EXPENSES: {"name": "operating_cost_rate", "better": "lower", "low": 0.0,
        "what": "operating cost, screening, coordination and monitoring"},
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


@outcome("bank.subsidy", unit="CNY million", better="lower", basis="flow",
    formula="policy tolerance that parent banks pay the desks for lending below break-even,"
    " summed over banks and the experiment", source=HOUSE)  # fmt: skip
def subsidy(history: History) -> float:
    """What policy lending costs the parent banks."""
    return total(history, "tolerance")


@outcome("bank.early_margin", unit="per year", better="higher", basis="flow",
    formula="profit before policy tolerance of the first three years over the balance lent in"
    " them", source=HOUSE)  # fmt: skip
def early_margin(history: History) -> float:
    """Profit per unit lent while concessions come first and income later."""
    early = history.during() & (history.dates <= 3.0 + 1e-9)
    earned = history.bank("profit")[early].sum()
    return ratio(float(earned), float(history.bank("balance_years")[early].sum()))


# --- What a client brings a bank over its life, and the return of vintages -----------------------
# A firm's record holds totals, not dates, so the return of a vintage is money-weighted in
# the way of Dietz: income less losses over the time integral of the balance. For a balance
# that is carried at face value it equals the internal rate of return of pooled flows.


DIETZ = "Dietz 1966, Pension Funds: Measuring Investment Performance"
REGIMES: Members = {"boom": {"regime": "boom"}, "bust": {"regime": "bust", "heavy_tailed": True}}


@remembered
def client_income(history: History) -> Floats:
    """Income from each firm less running cost and guarantee fees, shape (n_firms,).

    Before cost of funds and losses. Running cost is that of the stage the firm ends in,
    where most of its balance was; screening, coordination and monitoring are not known by
    firm.
    """
    a = of_firms(history)
    running = np.asarray(history.facts["operating_cost"])[a["stage"]] * a["cum_balance"]
    income = a["cum_interest"] + a["cum_relation"] + a["cum_gain"] + a["cum_royalty"]
    return np.asarray(income - a["cum_fee"] - running)


def client_funding(history: History) -> Floats:
    """Cost of funds of each firm's balance, central-bank money included, (n_firms,)."""
    own, a = history.facts["funding_rate"], of_firms(history)
    return np.asarray(own * (a["cum_balance"] - a["cum_refinanced"]) + a["cum_relending"])


def vintage_return(history: History, rows: Ints) -> float:
    """Income less losses over the balance of firms `rows`, per year."""
    result = (client_income(history) - net_loss(history))[rows].sum()
    return ratio(float(result), float(of_firms(history)["cum_balance"][rows].sum()))


def _vintage(history: History, regime: str) -> Ints:
    """Firms whose first loan was signed in the experiment and in a macro regime."""
    rows = new_borrowers(history)
    regimes = of_book(history)["regime"][first_contract(history)[rows]]
    return np.asarray(rows[regimes == code_of(history, regime)])


@outcome("bank.irr_vintage", unit="per year", better="higher", basis="vintage",
    formula="of firms whose first loan is signed in the experiment: all income less running cost,"
    " fees and credit losses over the time integral of the balance (Dietz's measure of the"
    " internal rate of return), before cost of funds, open balances at face value", source=DIETZ,
    label="Return of vintages")  # fmt: skip
def irr_vintage(history: History) -> float:
    """Money-weighted return of the loans to new borrowers."""
    return vintage_return(history, new_borrowers(history))


@family("bank.irr_vintage_{regime}", over=REGIMES, unit="per year", better="higher",
    basis="vintage",
    formula="return of vintages, of firms whose first loan is signed in a {regime}", source=DIETZ,
    label="Return of {regime} vintages")  # fmt: skip
def irr_vintage_of(history: History, regime: str) -> float:
    """Money-weighted return of the vintages of a macro regime."""
    return vintage_return(history, _vintage(history, regime))
