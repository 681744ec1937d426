"""Lending by stage of life: size of lines, default per loan-year, margin, beliefs."""

import numpy as np

from sim.firms.record import EXPANSION, GROWTH, MATURE, STARTUP
from sim.outcomes.columns import Mask, of_book, of_firms
from sim.outcomes.groups import defaulted, failed, net_loss, signed_in
from sim.outcomes.mark import outcome
from sim.outcomes.reading import (
    HOUSE,
    between,
    mean,
    of_all_stages,
    quarters,
    ratio,
    years_of_stage,
)
from sim.outcomes.spells import contract_years, yield_of
from sim.state.history import History

PER_LOAN_YEAR = (
    "defaults of {} over years in which {} had a line (read at settlements), in the experiment;"
    " counts, not balances"
)
LINE = "mean line of contracts signed in the experiment with {}, renewals included"
MARGIN = (
    "lending to {}, before subsidy and banking business: mean contract rate less fee, cost"
    " of funds, running cost, and credit loss of those that closed in the stage over the"
    " time integral of the stage's balance (read at settlements)"
)
BELIEF = (
    "defaults in the experiment on contracts signed with {} over the defaults believed at"
    " signing (per year, times years in force); 1 where beliefs meet outcomes"
)


def default_rate_of(history: History, stage: int) -> float:
    """Defaults of a stage per year with a line."""
    bad = defaulted(history) & (of_firms(history)["stage"] == stage)
    return ratio(float(bad.sum()), years_of_stage(history, "borrowers", stage))


def line_of(history: History, stage: int) -> float:
    """Mean line signed with a stage, CNY million."""
    chosen = signed_in(history) & (of_book(history)["stage"] == stage)
    return mean(of_book(history)["limit"][chosen])


def margin_of(history: History, stage: int) -> float:
    """Margin on lending to a stage before subsidy, per year."""
    balance = years_of_stage(history, "credit", stage)
    closed = failed(history) & (of_firms(history)["stage"] == stage)
    loss = ratio(float(net_loss(history)[closed].sum()), balance)
    rate = yield_of(history, of_book(history)["stage"] == stage)
    cost = history.facts["operating_cost"][stage] + history.facts["funding_rate"]
    return rate - float(cost) - loss


def belief_gap(history: History, contracts: Mask) -> float:
    """Realised over believed defaults on some contracts."""
    believed = (of_book(history)["default"] * contract_years(history))[contracts].sum()
    rows = np.flatnonzero(defaulted(history) & (of_firms(history)["contract"] >= 0))
    realised = contracts[of_firms(history)["contract"][rows]].sum()
    return ratio(float(realised), float(believed))


def _signed_with(history: History, stage: int) -> Mask:
    """Contracts signed with firms of a stage."""
    return np.asarray(of_book(history)["stage"] == stage)


@outcome(
    "bank.default_rate", unit="per year", better="lower", basis="flow", low=0.0,
    formula=PER_LOAN_YEAR.format("borrowers", "firms"), source=HOUSE,
    label="Default per loan-year",
)  # fmt: skip
def default_rate(history: History) -> float:
    """Defaults per year with a line."""
    years = between(history, of_all_stages(history, "borrowers")) @ quarters(history)
    return ratio(float(defaulted(history).sum()), float(years))


@outcome(
    "bank.default_rate_startup", unit="per year", better="lower", basis="flow", low=0.0,
    formula=PER_LOAN_YEAR.format("start-ups", "start-ups"), source=HOUSE,
    label="Default per loan-year, start-ups",
)  # fmt: skip
def default_rate_startup(history: History) -> float:
    """Defaults of start-ups."""
    return default_rate_of(history, STARTUP)


@outcome(
    "bank.default_rate_growth", unit="per year", better="lower", basis="flow", low=0.0,
    formula=PER_LOAN_YEAR.format("growth firms", "growth firms"), source=HOUSE,
    label="Default per loan-year, growth",
)  # fmt: skip
def default_rate_growth(history: History) -> float:
    """Defaults of growth firms."""
    return default_rate_of(history, GROWTH)


@outcome(
    "bank.default_rate_expansion", unit="per year", better="lower", basis="flow", low=0.0,
    formula=PER_LOAN_YEAR.format("expanding firms", "expanding firms"), source=HOUSE,
    label="Default per loan-year, expansion",
)  # fmt: skip
def default_rate_expansion(history: History) -> float:
    """Defaults of expanding firms."""
    return default_rate_of(history, EXPANSION)


@outcome(
    "bank.default_rate_mature", unit="per year", better="lower", basis="flow", low=0.0,
    formula=PER_LOAN_YEAR.format("mature firms", "mature firms"), source=HOUSE,
    label="Default per loan-year, mature",
)  # fmt: skip
def default_rate_mature(history: History) -> float:
    """Defaults of mature firms."""
    return default_rate_of(history, MATURE)


@outcome(
    "bank.line_startup", unit="CNY million", better="neither", basis="vintage", low=0.0,
    formula=LINE.format("start-ups"), source=HOUSE, label="Line of start-ups",
)  # fmt: skip
def line_startup(history: History) -> float:
    """Mean line of start-ups."""
    return line_of(history, STARTUP)


@outcome(
    "bank.line_growth", unit="CNY million", better="neither", basis="vintage", low=0.0,
    formula=LINE.format("growth firms"), source=HOUSE, label="Line of growth firms",
)  # fmt: skip
def line_growth(history: History) -> float:
    """Mean line of growth firms."""
    return line_of(history, GROWTH)


@outcome(
    "bank.line_expansion", unit="CNY million", better="neither", basis="vintage", low=0.0,
    formula=LINE.format("expanding firms"), source=HOUSE, label="Line of expanding firms",
)  # fmt: skip
def line_expansion(history: History) -> float:
    """Mean line of expanding firms."""
    return line_of(history, EXPANSION)


@outcome(
    "bank.line_mature", unit="CNY million", better="neither", basis="vintage", low=0.0,
    formula=LINE.format("mature firms"), source=HOUSE, label="Line of mature firms",
)  # fmt: skip
def line_mature(history: History) -> float:
    """Mean line of mature firms."""
    return line_of(history, MATURE)


@outcome(
    "bank.startup_net_margin", unit="per year", better="higher", basis="flow",
    formula=MARGIN.format("start-ups"), source=HOUSE, label="Net margin on start-ups",
)  # fmt: skip
def startup_net_margin(history: History) -> float:
    """Margin on start-ups before subsidy."""
    return margin_of(history, STARTUP)


@outcome(
    "bank.growth_net_margin", unit="per year", better="higher", basis="flow",
    formula=MARGIN.format("growth firms"), source=HOUSE, label="Net margin on growth firms",
)  # fmt: skip
def growth_net_margin(history: History) -> float:
    """Margin on growth firms before subsidy."""
    return margin_of(history, GROWTH)


@outcome(
    "bank.expansion_net_margin", unit="per year", better="higher", basis="flow",
    formula=MARGIN.format("expanding firms"), source=HOUSE,
    label="Net margin on expanding firms",
)  # fmt: skip
def expansion_net_margin(history: History) -> float:
    """Margin on expanding firms before subsidy."""
    return margin_of(history, EXPANSION)


@outcome(
    "bank.mature_net_margin", unit="per year", better="higher", basis="flow",
    formula=MARGIN.format("mature firms"), source=HOUSE, label="Net margin on mature firms",
)  # fmt: skip
def mature_net_margin(history: History) -> float:
    """Margin on mature firms before subsidy."""
    return margin_of(history, MATURE)


@outcome(
    "bank.belief_gap_default", unit="ratio", better="neither", basis="flow",
    formula=BELIEF.format("any firm"), source=HOUSE,
    label="Realised over believed default",
)  # fmt: skip
def belief_gap_default(history: History) -> float:
    """Realised over believed defaults."""
    return belief_gap(history, np.ones(history.book.shape[0], dtype=bool))


@outcome(
    "bank.belief_gap_default_startup", unit="ratio", better="neither", basis="flow",
    formula=BELIEF.format("start-ups"), source=HOUSE,
    label="Realised over believed default, start-ups",
)  # fmt: skip
def belief_gap_default_startup(history: History) -> float:
    """Realised over believed defaults on contracts with start-ups."""
    return belief_gap(history, _signed_with(history, STARTUP))


@outcome(
    "bank.belief_gap_default_growth", unit="ratio", better="neither", basis="flow",
    formula=BELIEF.format("growth firms"), source=HOUSE,
    label="Realised over believed default, growth stage",
)  # fmt: skip
def belief_gap_default_growth(history: History) -> float:
    """Realised over believed defaults on contracts with growth firms."""
    return belief_gap(history, _signed_with(history, GROWTH))


@outcome(
    "bank.belief_gap_default_expansion", unit="ratio", better="neither", basis="flow",
    formula=BELIEF.format("expanding firms"), source=HOUSE,
    label="Realised over believed default, expansion stage",
)  # fmt: skip
def belief_gap_default_expansion(history: History) -> float:
    """Realised over believed defaults on contracts with expanding firms."""
    return belief_gap(history, _signed_with(history, EXPANSION))


@outcome(
    "bank.belief_gap_default_mature", unit="ratio", better="neither", basis="flow",
    formula=BELIEF.format("mature firms"), source=HOUSE,
    label="Realised over believed default, mature firms",
)  # fmt: skip
def belief_gap_default_mature(history: History) -> float:
    """Realised over believed defaults on contracts with mature firms."""
    return belief_gap(history, _signed_with(history, MATURE))
