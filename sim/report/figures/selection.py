"""What is shown first: the headline outcomes, and the rows that a figure can hold.

There are more outcomes than a reader can take in at once.  Here stands, in one place,
which of them open the summary and the report and which are drawn; nothing is left out of
the tables.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sim.analysis.labelled import PARTIES
from sim.base.language import tr

GROUP_LABELS = PARTIES
"""Parties that outcomes belong to, in reading order."""

HEADLINES = (
    "bank.net_margin", "bank.raroc", "bank.credit_loss_rate", "bank.vintage_default_3y",
    "bank.capital_ratio_low", "bank.profit", "bank.credit_loss", "firm.access_share",
    "firm.survival_5y", "firm.survival_10y", "firm.funding_gap", "firm.cost_of_finance",
    "firm.founder_wealth", "bank.buffer_breach", "system.additional_survivors",
    "system.public_cost_rate", "cycle.margin_boom", "cycle.margin_bust", "cycle.margin_gap",
    "cycle.crossed", "cycle.crossover_years",
)  # fmt: skip
"""What a risk committee asks first: rates, losses, capital, failure, boom and bust.

Totals in money, which grow with the book, and the NPL ratio, which growth lowers, stand in the
tables with everything else.
"""

FIRST = ("consortium", "revenue_swap")
"""Arrangements that are told first, beside the baseline."""

NUMBERS = (
    "bank.net_margin", "cycle.margin_boom", "cycle.margin_bust", "bank.credit_loss_rate",
    "bank.buffer_breach", "firm.access_share", "firm.survival_5y",
)  # fmt: skip
"""The numbers of a committee, per unit lent, per firm or per history, and per year."""


class Side(NamedTuple):
    """A side of the question, and the outcomes by which it is answered, each in its order.

    The first of `asked` that a run has is the one on which the side is judged; `phases` tell
    in which part of the cycle; `causes` go with it, 1 where more of them is better for the
    side; they are parts of it, in its unit, where `adds_up`.
    """

    key: str
    label: str
    asked: tuple[str, ...]
    phases: tuple[str, ...]
    causes: Mapping[str, int]
    adds_up: bool = False


SIDES = (
    Side(
        "bank", "Banks",
        ("bank.net_margin", "bank.raroc", "bank.credit_loss_rate", "bank.capital_ratio_low"),
        ("cycle.margin_boom", "cycle.margin_bust", "cycle.margin_gap"),
        {"bank.relationship_rate": 1, "bank.equity_gain_rate": 1, "bank.lending_rate": 1,
         "bank.credit_loss_rate": -1, "bank.operating_cost_rate": -1},
        adds_up=True,
    ),
    Side(
        "firm", "Firms",
        ("firm.access_share", "firm.survival_5y", "firm.survival_10y", "firm.funding_gap",
         "firm.cost_of_finance"),
        (),
        {"firm.first_loan_3y": 1, "firm.liquidity_closures": -1},
    ),
    Side(
        "system", "The public",
        ("bank.buffer_breach", "system.additional_survivors", "system.public_cost_rate"),
        ("system.procyclicality", "cycle.new_lending_winter_share"),
        {"bank.capital_ratio_low": 1, "bank.credit_loss_rate": -1},
    ),
)  # fmt: skip
"""Banks, firms and the public, in this order."""

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
        "bank.worst_bank_loss", "bank.worst_bank_year", "bank.profit", "bank.interest_income",
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


def asked(side: Side, names: Sequence[str]) -> list[str]:
    """Give what a side is asked about in a run, the outcome on which it is judged first."""
    return [name for name in side.asked if name in names]


def first(arrangements: Sequence[str], baseline: str) -> list[str]:
    """Give the two arrangements that are told first: those of `FIRST`, or the first ones.

    >>> first(["plain", "a", "consortium", "b"], "plain"), first(["plain", "a"], "plain")
    (['consortium', 'a'], ['a'])
    """
    others = [name for name in arrangements if name != baseline]
    named = [name for name in FIRST if name in others]
    return [*named, *(name for name in others if name not in named)][:2]


def drawn(group: str, names: Sequence[str]) -> list[str]:
    """Give the outcomes of a party, the first part of their names, that its figure shows.

    Of those that can be drawn all where they are few; otherwise those of `DRAWN`, or the first
    ones of a party that `DRAWN` does not know.
    """
    if len(names) <= MOST_DRAWN:
        return list(names)
    chosen = [name for name in DRAWN.get(group, ()) if name in names]
    return chosen or list(names[:MOST_DRAWN])
