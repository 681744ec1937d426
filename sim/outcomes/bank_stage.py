"""Lending by stage of life: size of lines, default per loan-year, margin, beliefs."""

import numpy as np

from sim.engine.history import History
from sim.outcomes.mark import family, outcome
from sim.outcomes.reading import (
    BY_STAGE,
    HOUSE,
    Mask,
    between,
    contract_years,
    defaulted,
    failed,
    mean,
    net_loss,
    of_all_stages,
    of_book,
    of_firms,
    quarters,
    ratio,
    signed_in,
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


@outcome("bank.default_rate", unit="per year", better="lower", basis="flow", low=0.0,
    formula=PER_LOAN_YEAR.format("borrowers", "firms"), source=HOUSE,
    label="Default per loan-year")  # fmt: skip
def default_rate(history: History) -> float:
    """Defaults per year with a line."""
    years = between(history, of_all_stages(history, "borrowers")) @ quarters(history)
    return ratio(float(defaulted(history).sum()), float(years))


@family("bank.default_rate_{stage}", over=BY_STAGE, unit="per year", better="lower", basis="flow",
    low=0.0, formula=PER_LOAN_YEAR.format("{firms}", "{firms}"), source=HOUSE,
    label="Default per loan-year, {short}")  # fmt: skip
def default_rate_of(history: History, stage: int) -> float:
    """Defaults of a stage per year with a line."""
    bad = defaulted(history) & (of_firms(history)["stage"] == stage)
    return ratio(float(bad.sum()), years_of_stage(history, "borrowers", stage))


@family("bank.line_{stage}", over=BY_STAGE, unit="CNY million", better="neither", basis="vintage",
    formula="mean line of contracts signed in the experiment with {firms}, renewals included",
    low=0.0, source=HOUSE, label="Line of {firms}")  # fmt: skip
def line_of(history: History, stage: int) -> float:
    """Mean line signed with a stage."""
    chosen = signed_in(history) & _signed_with(history, stage)
    return mean(of_book(history)["limit"][chosen])


@family("bank.{stage}_net_margin", over=BY_STAGE, unit="per year", better="higher", basis="flow",
    formula="lending to {firms}, before subsidy and banking business: mean contract rate less"
    " fee, cost of funds, running cost, and credit loss of those that closed in the stage over"
    " the time integral of the stage's balance (read at settlements)", source=HOUSE,
    label="Net margin on {firms}")  # fmt: skip
def net_margin_of(history: History, stage: int) -> float:
    """Margin on lending to a stage before subsidy."""
    balance = years_of_stage(history, "credit", stage)
    closed = failed(history) & (of_firms(history)["stage"] == stage)
    loss = ratio(float(net_loss(history)[closed].sum()), balance)
    rate = yield_of(history, _signed_with(history, stage))
    cost = history.facts["operating_cost"][stage] + history.facts["funding_rate"]
    return rate - float(cost) - loss


@outcome("bank.belief_gap_default", unit="ratio", better="neither", basis="flow",
    formula=BELIEF.format("any firm"), source=HOUSE,
    label="Realised over believed default")  # fmt: skip
def belief_gap_default(history: History) -> float:
    """Realised over believed defaults."""
    return _belief_gap(history, np.ones(history.book.shape[0], dtype=bool))


@family("bank.belief_gap_default_{stage}", over=BY_STAGE, unit="ratio", better="neither",
    basis="flow", formula=BELIEF.format("{firms}"), source=HOUSE,
    label="Realised over believed default, {told}")  # fmt: skip
def belief_gap_default_of(history: History, stage: int) -> float:
    """Realised over believed defaults on contracts signed with a stage."""
    return _belief_gap(history, _signed_with(history, stage))
