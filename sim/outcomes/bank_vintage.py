"""What a client brings a bank over its life, and the return of vintages.

A firm's record holds totals, not dates, so the return of a vintage is money-weighted in
the way of Dietz: income less losses over the time integral of the balance. For a balance
that is carried at face value it equals the internal rate of return of pooled flows.
"""

import numpy as np

from sim.outcomes.columns import Floats, Ints, of_book, of_firms, remembered
from sim.outcomes.groups import first_contract, net_loss, new_borrowers
from sim.outcomes.mark import Members, family, outcome
from sim.outcomes.reading import code_of, ratio
from sim.state.history import History

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
