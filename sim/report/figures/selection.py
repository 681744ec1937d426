"""What is shown first: the headline outcomes, and the rows that a figure can hold.

There are more outcomes than a reader can take in at once.  Here stands, in one place,
which of them open the summary and the report and which are drawn; nothing is left out of
the tables.
"""

from collections.abc import Sequence

from sim.analysis.labelled import PARTIES
from sim.base.language import tr

GROUP_LABELS = PARTIES
"""Parties that outcomes belong to, in reading order."""

HEADLINES = (
    "bank.raroc", "bank.profit", "bank.interest_income", "bank.relationship_income",
    "bank.equity_gain", "bank.credit_loss", "bank.npl_ratio", "bank.vintage_default_3y",
    "bank.loss_es99", "firm.access_share", "firm.funding_gap", "firm.survival_5y",
    "firm.survival_10y", "firm.founder_wealth", "system.credit_outstanding",
    "system.additional_survivors", "system.public_cost", "cycle.profit_gap",
    "cycle.crossover_years",
)  # fmt: skip
"""What a banker asks first; everything else stands in the tables and ``comparison.csv``."""

DISTRIBUTIONS = (
    "bank.raroc", "bank.credit_loss", "firm.survival_5y", "firm.funding_gap",
    "firm.founder_wealth", "cycle.crossover_years",
)  # fmt: skip
"""Outcomes whose whole distribution the report draws."""

MOST_DRAWN = 14
"""How many outcomes of one party a figure of differences may hold."""

DRAWN = {
    "bank": (
        "bank.raroc", "bank.net_margin", "bank.startup_net_margin", "bank.credit_loss_rate",
        "bank.worst_bank_loss", "bank.loss_es99", "bank.profit", "bank.interest_income",
        "bank.relationship_income", "bank.equity_gain", "bank.credit_loss", "bank.capital_used",
        "bank.npl_ratio", "bank.vintage_default_3y",
    ),
    "firm": (
        "firm.access_share", "firm.access_startup", "firm.first_loan_3y", "firm.funding_gap",
        "firm.gap_startup", "firm.survival_5y", "firm.survival_10y", "firm.liquidity_closures",
        "firm.listed_share", "firm.dilution", "firm.cost_of_finance", "firm.runway",
        "firm.founder_wealth", "firm.founder_certainty_equivalent",
    ),
}  # fmt: skip
"""What is drawn of a party that has more outcomes than a figure can hold."""


def group_label(group: str) -> str:
    """Name the party that outcomes belong to."""
    return tr(GROUP_LABELS.get(group, group.capitalize()))


def headlines(names: Sequence[str]) -> list[str]:
    """Give the headlines among some outcomes, in the order in which a banker asks."""
    return [name for name in HEADLINES if name in names]


def drawn(group: str, names: Sequence[str]) -> list[str]:
    """Give the outcomes of a party, the first part of their names, that its figure shows.

    Of those that can be drawn all where they are few; otherwise those of `DRAWN`, or the first
    ones of a party that `DRAWN` does not know.
    """
    if len(names) <= MOST_DRAWN:
        return list(names)
    chosen = [name for name in DRAWN.get(group, ()) if name in names]
    return chosen or list(names[:MOST_DRAWN])
