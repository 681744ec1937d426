"""Lending by stage of life and by vintage: lines, default, margin, beliefs, return."""

import math

import numpy as np

from sim.engine.history import History
from sim.outcomes.mark import Members, family, outcome
from sim.outcomes.reading import (
    BY_STAGE,
    HOUSE,
    Floats,
    Ints,
    Mask,
    between,
    code_of,
    contract_years,
    defaulted,
    failed,
    first_contract,
    mean,
    net_loss,
    new_borrowers,
    npl_years,
    of_all_stages,
    of_book,
    of_firms,
    quarters,
    ratio,
    remembered,
    signed_in,
    total,
    years_of_stage,
    yield_of,
)

PER_LOAN_YEAR = (
    "defaults of {} over years in which {} had a line (read at settlements), in the experiment;"
    " counts, not balances"
)
BELIEF = (
    "defaults in the experiment on contracts signed with {} over the defaults believed at"
    " signing (per year, times years in force); 1 where beliefs meet outcomes"
)


def _signed_with(history: History, stage: int) -> Mask:
    """Contracts signed with firms of a stage."""
    return np.asarray(of_book(history)["stage"] == stage)


def _belief_gap(history: History, contracts: Mask) -> float:
    """Realised over believed defaults on some contracts."""
    believed = (of_book(history)["default"] * contract_years(history))[contracts].sum()
    rows = np.flatnonzero(defaulted(history) & (of_firms(history)["contract"] >= 0))
    realised = contracts[of_firms(history)["contract"][rows]].sum()
    return ratio(float(realised), float(believed))


@outcome("bank.loan_years", unit="years", better="neither", basis="stock", low=0.0,
    formula="years in which firms had a line (read at settlements), in the experiment, summed over"
    " firms", source=HOUSE)  # fmt: skip
def loan_years(history: History) -> float:
    """Time with a line, of all firms."""
    return float(between(history, of_all_stages(history, "borrowers")) @ quarters(history))


@outcome("bank.default_rate", unit="per year", better="lower", basis="flow", low=0.0,
    formula=PER_LOAN_YEAR.format("borrowers", "firms"), source=HOUSE,
    label="Default per loan-year")  # fmt: skip
def default_rate(history: History) -> float:
    """Defaults per year with a line."""
    return ratio(float(defaulted(history).sum()), loan_years(history))


@family("bank.default_rate_{stage}", over=BY_STAGE, whole="bank.default_rate", by="stage",
    unit="per year", better="lower", basis="flow",
    low=0.0, formula=PER_LOAN_YEAR.format("{firms}", "{firms}"), source=HOUSE,
    label="Default per loan-year, {short}")  # fmt: skip
def default_rate_of(history: History, stage: int) -> float:
    """Defaults of a stage per year with a line."""
    bad = defaulted(history) & (of_firms(history)["stage"] == stage)
    return ratio(float(bad.sum()), years_of_stage(history, "borrowers", stage))


@family("bank.line_{stage}", over=BY_STAGE, whole="bank.line", by="stage",
    unit="CNY million", better="neither", basis="vintage",
    formula="mean line of contracts signed in the experiment with {firms}, renewals included",
    low=0.0, source=HOUSE, label="Line of {firms}")  # fmt: skip
def line_of(history: History, stage: int) -> float:
    """Mean line signed with a stage."""
    chosen = signed_in(history) & _signed_with(history, stage)
    return mean(of_book(history)["limit"][chosen])


@family("bank.{stage}_net_margin", over=BY_STAGE, whole="bank.loan_margin", by="stage",
    unit="per year", better="higher", basis="flow",
    formula="lending to {firms}, before subsidy, taxes and banking business: mean contract rate"
    " less fee, and less cost of funds, running cost and credit loss of those that closed in the"
    " stage, loans in default included, over the time integral of the stage's balance (read at"
    " settlements)", source=HOUSE,
    label="Net margin on {firms}")  # fmt: skip
def net_margin_of(history: History, stage: int) -> float:
    """Margin on lending to a stage before subsidy."""
    balance = years_of_stage(history, "credit", stage)
    own = of_firms(history)["stage"] == stage
    loss = float(net_loss(history)[failed(history) & own].sum())
    lent = balance + float(npl_years(history, 0.0, history.horizon)[own].sum())
    cost = float(history.facts["operating_cost"][stage] + history.facts["funding_rate"])
    rate = yield_of(history, _signed_with(history, stage))
    return rate - ratio(cost * lent + loss, balance)


@outcome("bank.belief_gap_default", unit="ratio", better="neither", basis="flow",
    formula=BELIEF.format("any firm"), source=HOUSE,
    label="Realised over believed default")  # fmt: skip
def belief_gap_default(history: History) -> float:
    """Realised over believed defaults."""
    return _belief_gap(history, np.ones(history.book.shape[0], dtype=bool))


@outcome("bank.belief_gap_business", unit="ratio", better="neither", basis="flow",
    formula="banking business that lenders had from their borrowers in the experiment over what"
    " they expected a year at the signing of each contract times its years in force", source=HOUSE,
    label="Realised over believed banking business")  # fmt: skip
def belief_gap_business(history: History) -> float:
    """Realised over believed banking business."""
    expected = of_book(history)["business"] * contract_years(history)
    return ratio(total(history, "relationship"), float(expected.sum()))


@family("bank.belief_gap_default_{stage}", over=BY_STAGE, whole="bank.belief_gap_default",
    by="stage", unit="ratio", better="neither",
    basis="flow", formula=BELIEF.format("{firms}"), source=HOUSE,
    label="Realised over believed default, {told}")  # fmt: skip
def belief_gap_default_of(history: History, stage: int) -> float:
    """Realised over believed defaults on contracts signed with a stage."""
    return _belief_gap(history, _signed_with(history, stage))


# --- What a client brings a bank over its life, and the return of vintages -----------------------
# A firm's record holds totals, not dates, so the return of a vintage is money-weighted in
# the way of Dietz: income less losses over the time integral of the balance. For a balance
# that is carried at face value it equals the internal rate of return of pooled flows.


DIETZ = "Dietz 1966, Pension Funds: Measuring Investment Performance"
REGIMES: Members = {"boom": {"regime": "boom"}, "bust": {"regime": "bust", "heavy_tailed": True}}


@remembered
def carried(history: History) -> Floats:
    """Time integral of each firm's balance, until the end of a workout, shape (n_firms,)."""
    balance = of_firms(history)["cum_balance"]
    return np.asarray(balance + npl_years(history, -math.inf, history.end))


def client_income(history: History) -> Floats:
    """Income from each firm less value-added tax, running cost and fees, shape (n_firms,).

    Before cost of funds and losses. Running cost is that of the stage the firm ends in,
    where most of its balance was, and is paid until a workout is over; screening, coordination
    and monitoring are not known by firm.
    """
    a = of_firms(history)
    running = np.asarray(history.facts["operating_cost"])[a["stage"]] * carried(history)
    received = a["cum_interest"] + a["cum_commitment"] - a["cum_vat"]
    income = received + a["cum_relation"] + a["cum_gain"] + a["cum_royalty"]
    return np.asarray(income - a["cum_fee"] - running)


def client_funding(history: History) -> Floats:
    """Cost of funds of each firm's balance, central-bank money included, (n_firms,).

    A balance in default is funded until its workout is over.
    """
    own, a = history.facts["funding_rate"], of_firms(history)
    return np.asarray(own * (carried(history) - a["cum_refinanced"]) + a["cum_relending"])


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


@family("bank.irr_vintage_{regime}", over=REGIMES, whole="bank.irr_vintage", by="regime",
    unit="per year", better="higher", basis="vintage",
    formula="return of vintages, of firms whose first loan is signed in a {regime}", source=DIETZ,
    label="Return of {regime} vintages")  # fmt: skip
def irr_vintage_of(history: History, regime: str) -> float:
    """Money-weighted return of the vintages of a macro regime."""
    return vintage_return(history, _vintage(history, regime))
