"""What banks earn and spend: the income statement of the technology desks.

The three income lines (interest, banking business, equity gain) and the royalty stand
apart. Money is summed over banks and over the experiment; what can reverse between money
and a unit lent is also given per year and unit of balance.
"""

from sim.outcomes.mark import outcome
from sim.outcomes.reading import HOUSE, balance_years, ratio, total
from sim.state.history import History

EXPENSES = ("operating", "screening", "coordination", "monitoring")


@outcome(
    "bank.interest_income", unit="CNY million", better="higher", basis="flow", low=0.0,
    formula="interest received from firms, summed over banks and the experiment",
    source=HOUSE,
)  # fmt: skip
def interest_income(history: History) -> float:
    """Interest, the first of three income lines."""
    return total(history, "interest")


@outcome(
    "bank.relationship_income", unit="CNY million", better="higher", basis="flow",
    formula="margin on deposits and fees from borrowers' banking business, summed over"
    " banks and the experiment",
    source=HOUSE,
)  # fmt: skip
def relationship_income(history: History) -> float:
    """Banking business, the second income line."""
    return total(history, "relationship")


@outcome(
    "bank.equity_gain", unit="CNY million", better="higher", basis="flow", low=0.0,
    formula="gains on rights realised in cash and passed on to banks, summed over banks and"
    " the experiment; rights that still live are not counted",
    source=HOUSE, heavy_tailed=True,
)  # fmt: skip
def equity_gain(history: History) -> float:
    """Realised equity gain, the third income line."""
    return total(history, "gain")


@outcome(
    "bank.royalty_income", unit="CNY million", better="higher", basis="flow", low=0.0,
    formula="royalties on sales received, summed over banks and the experiment",
    source=HOUSE,
)  # fmt: skip
def royalty_income(history: History) -> float:
    """Royalty, where an arrangement has one."""
    return total(history, "royalty")


@outcome(
    "bank.funding_cost", unit="CNY million", better="lower", basis="flow",
    formula="cost of funds on loans and defaulted loans less capital, net of cheaper"
    " central-bank money, summed over banks and the experiment",
    source=HOUSE,
)  # fmt: skip
def funding_cost(history: History) -> float:
    """Cost of funds."""
    return total(history, "funding")


@outcome(
    "bank.operating_cost", unit="CNY million", better="lower", basis="flow", low=0.0,
    formula="running cost, screening, coordination between lenders and monitoring, summed"
    " over banks and the experiment",
    source=HOUSE,
)  # fmt: skip
def operating_cost(history: History) -> float:
    """Cost of running the desk."""
    return total(history, *EXPENSES)


@outcome(
    "bank.guarantee_fees", unit="CNY million", better="lower", basis="flow", low=0.0,
    formula="fees paid by banks to guarantors and pools, summed over banks and the"
    " experiment",
    source=HOUSE,
)  # fmt: skip
def guarantee_fees(history: History) -> float:
    """Price of guarantees."""
    return total(history, "fee")


@outcome(
    "bank.provisions", unit="CNY million", better="lower", basis="flow",
    formula="charge to profit: new allowance less the old one after charging off resolved"
    " losses, summed over banks and the experiment",
    source="IFRS 9 section 5.5",
)  # fmt: skip
def provisions(history: History) -> float:
    """Provisions charged to profit."""
    return total(history, "provision")


@outcome(
    "bank.profit", unit="CNY million", better="higher", basis="flow",
    formula="interest, banking business, equity gain and royalty less cost of funds,"
    " operating cost, guarantee fees and provisions, before policy tolerance, summed over"
    " banks and the experiment",
    source=HOUSE,
)  # fmt: skip
def profit(history: History) -> float:
    """Profit before the policy tolerance."""
    return total(history, "profit")


@outcome(
    "bank.net_margin", unit="per year", better="higher", basis="flow",
    formula="profit before policy tolerance over the time integral of the balance lent",
    source=HOUSE,
)  # fmt: skip
def net_margin(history: History) -> float:
    """Profit per unit lent."""
    return ratio(profit(history), balance_years(history))


@outcome(
    "bank.lending_rate", unit="per year", better="neither", basis="flow",
    formula="interest received over the time integral of the balance lent",
    source=HOUSE,
)  # fmt: skip
def lending_rate(history: History) -> float:
    """Mean rate paid."""
    return ratio(interest_income(history), balance_years(history))


@outcome(
    "bank.relationship_rate", unit="per year", better="higher", basis="flow",
    formula="income from banking business over the time integral of the balance lent",
    source=HOUSE,
)  # fmt: skip
def relationship_rate(history: History) -> float:
    """Banking business per unit lent."""
    return ratio(relationship_income(history), balance_years(history))


@outcome(
    "bank.equity_gain_rate", unit="per year", better="higher", basis="flow", low=0.0,
    formula="realised gains on rights over the time integral of the balance lent",
    source=HOUSE, heavy_tailed=True,
)  # fmt: skip
def equity_gain_rate(history: History) -> float:
    """Equity gain per unit lent."""
    return ratio(equity_gain(history), balance_years(history))


@outcome(
    "bank.operating_cost_rate", unit="per year", better="lower", basis="flow", low=0.0,
    formula="operating cost, screening, coordination and monitoring over the time integral"
    " of the balance lent",
    source=HOUSE,
)  # fmt: skip
def operating_cost_rate(history: History) -> float:
    """Operating cost per unit lent."""
    return ratio(operating_cost(history), balance_years(history))


@outcome(
    "bank.subsidy", unit="CNY million", better="lower", basis="flow",
    formula="policy tolerance that parent banks pay the desks for lending below break-even,"
    " summed over banks and the experiment",
    source=HOUSE,
)  # fmt: skip
def subsidy(history: History) -> float:
    """What policy lending costs the parent banks."""
    return total(history, "tolerance")


@outcome(
    "bank.early_margin", unit="per year", better="higher", basis="flow",
    formula="profit before policy tolerance of the first three years over the balance lent"
    " in them",
    source=HOUSE,
)  # fmt: skip
def early_margin(history: History) -> float:
    """Profit per unit lent while concessions come first and income later."""
    early = history.during() & (history.dates <= 3.0 + 1e-9)
    earned = history.bank("profit")[early].sum()
    return ratio(float(earned), float(history.bank("balance_years")[early].sum()))
