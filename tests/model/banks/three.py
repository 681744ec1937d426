"""Three applicants and three banks with round numbers, to check decisions by hand.

A young firm, a growing one and an expanding one, each a client of another bank, before a
committee in a boom, five years after the start.
"""

import math
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from sim.base.columns import Rows, Table, pack
from sim.model.banks.application import APPLICATION
from sim.model.banks.bank import BANK_BOOKS, BANK_RULES, Bank
from sim.model.banks.bidding import AUCTION, BIDDER, RIVAL
from sim.model.banks.conditions import CONDITIONS, conditions_of, filled
from sim.model.banks.desk import OFFER, Desk
from sim.model.banks.judgement import judge
from sim.model.banks.tender import make_offer
from sim.model.banks.underwriting import NO_CEILING, Belief, Beliefs, Underwriting
from sim.model.banks.waiting import REVIEW
from sim.model.contracts.arrangement import Arrangement
from sim.model.contracts.loan_book import CONTRACT
from sim.model.contracts.loss_sharing import MOST_LENDERS
from sim.model.firms.record import EXPANSION, GROWTH, OUTSIDE, STARTUP
from tests.capital import one_weight
from tests.model.firms.hand import market, three
from tests.model.firms.hand import rules as firm_rules

NOW = 5.0
"""Date of the committee, years."""
FIRMS: dict[str, Any] = {
    "firm": (0, 1, 2),
    "date": NOW,
    "stage": (STARTUP, GROWTH, EXPANSION),
    "home": (0, 1, 2),
    "known_banks": 3,
    "tangible": (4.0, 20.0, 60.0),
    "sales": (10.0, 40.0, 100.0),
    "value": (20.0, 100.0, 300.0),
    "last_round": (0.0, 20.0, 30.0),
    "birth": (4.5, 2.0, -5.0),
    "venture": (0, 1, 1),
    "business": (0.1, 0.5, 1.5),
    "host": OUTSIDE,
}

BANK: dict[str, float] = {
    "desk_risk_assets": 1000.0, "parent_capital": 1000.0, "parent_income": 50.0,
    "parent_risk_assets": 5000.0, "parent_equity": 500.0, "appetite": 1.0,
    "signal_precision": 1.0, "market_share": 0.3, "cap_factor": 1.0, "surcharge": 0.0,
}  # fmt: skip
LENDER = {
    "appetite": 1.0, "signal_precision": 1.0, "single_name": 100.0, "required_ratio": 0.1,
    "account_share": 0.2,
}  # fmt: skip
CAP_FACTORS = {"north": 1.0, "south": 0.5, "west": 0.25}

# One weight for all, nothing for undrawn lines, no tax: a bank holds a tenth of what it lends.
CAPITAL: dict[str, float] = one_weight() | {
    "small_line": 10.0, "small_sales": 40.0, "medium_sales": 300.0, "protector_weight": 0.2,
    "large_provision_share": 0.2, "eur_per_cny": 0.125, "hurdle_rate": 0.1,
    "endowment_multiple": 3.0, "replenish_share": 1.0, "single_name_share": 0.1,
}  # fmt: skip
OF_EACH_BANK = {
    "minimum_ratio", "conservation_buffer", "own_buffer", "endowment_multiple",
    "single_name_share",
}  # fmt: skip
"""Rules of capital that reach a decision by what they make of a bank."""
TAXATION: dict[str, float] = {
    "income_tax_rate": 0.0, "vat_rate": 0.0, "exempt_line": 10.0, "exempt_rate_multiple": 1.5,
}  # fmt: skip

# The slope of default in quality is 0, so default is as believed whatever the signals say.
BELIEF: dict[str, Any] = {
    "default_probability": (0.04, 0.02, 0.01, 0.01), "loss_secured": 0.5, "loss_unsecured": 0.75,
    "business": 1.0, "right_worth": (0.4, 0.3, 0.2, 0.1),
}  # fmt: skip
RULES: dict[str, float] = {
    "quality_slope": 0.0, "bust_factor": 1.5, "setback_factor": 3.0,
    "right_quality_slope": 0.0,
}  # fmt: skip

UNDERWRITING: dict[str, Any] = {
    "signal_precision": 1.0, "precision_by_stage": (1.0, 1.0, 1.0, 1.0),
    "error_correlation": 0.25, "setback_signal_loss": 0.8, "setback_seen_share": 0.5,
    "spread_cap": (0.010, 0.006, 0.004, 0.002),
    "funding_rate": 0.02, "operating_cost": (0.012, 0.010, 0.008, 0.008),
    "screening_cost": 0.01, "policy_subsidy_rate": 0.035, "bust_tightening_rate": 0.005,
    "relationship_weight": 1.0, "advance_rate": 0.5, "utilisation": 0.5,
    "sales_line": (0.0, 0.0, 0.0, 0.0), "round_line": 0.0, "least_runway": 0.0,
    "committed_sales_line": 0.6,
    "signal_persistence": 0.0,
    "line_cap": (4.0, 8.0, 20.0, 50.0),
    "least_line": 0.5, "known_banks": 3, "monitoring_cost": 0.03,
    "monitoring_effort": 1.0, "everybody_served": False, "most_debt": NO_CEILING,
}  # fmt: skip
CHOICE = {
    "shadow_value": 0.1, "tenor_value": 0.01, "private_information_slope": 0.3,
    "switching_cost": 0.002, "offer_horizon_years": 2.0,
}  # fmt: skip
OTHERS = {
    "one_year_rate": 0.03,
    "stage_2_factor": 3.0, "lifetime_years": 2.0, "prior_backed": 0.4, "prior_other": -0.1,
    "diversion_hazard": 0.1, "monitoring_effect": 0.5,
    "delivery_cost": 0.5, "right_volatility": 0.6, "right_discount": 0.03,
    "clawback_share": 0.0, "call_cost": 0.0,
}  # fmt: skip

# Accounts stay where they are, and nothing runs through those of loans: business is no matter.
ACCOUNTS: dict[str, float] = {
    "guarantee_fee_rate": 0.0, "loan_account_turns": 0.0, "loan_account_cap": 0.5,
    "account_move_hazard": 0.0, "main_bank_hazard": 0.0, "switching_cost_weight_log_sd": 0.8,
    "follows_lender_share": 0.0,
}  # fmt: skip


# --- Parameters as scenarios give them -----------------------------------------------------


def underwriting(**terms: Any) -> Underwriting:
    """Rules of judgement, some of them changed."""
    return Underwriting(**UNDERWRITING | terms)


def beliefs(**terms: Any) -> Beliefs:
    """Beliefs, some of them changed; those by stage belong to the default."""
    levels = {name: terms.pop(name, value) for name, value in BELIEF.items()}
    return Beliefs(default=Belief(**levels), **RULES | terms)


def bank(**terms: float) -> Bank:
    """One bank, some of its numbers changed."""
    return Bank(**BANK | terms)


# --- Records as rules read them ------------------------------------------------------------


def rules(**values: Any) -> Any:
    """Rules common to all banks, some of them changed."""
    shared = {name: value for name, value in CAPITAL.items() if name not in OF_EACH_BANK}
    return pack([UNDERWRITING | shared | TAXATION | RULES | CHOICE | OTHERS | ACCOUNTS | values])[
        0
    ]


def banks(**by_name: dict[str, float]) -> Rows:
    """Rules of north, south and west, which differ in their caps and in what a test says."""
    rows = (
        LENDER | {"cap_factor": factor} | by_name.get(name, {})
        for name, factor in CAP_FACTORS.items()
    )
    return filled(BANK_RULES, rows)


def conditions(belief: dict[str, Any] | None = None, **clauses: Any) -> Any:
    """Conditions of an arrangement, by clause."""
    scenario = SimpleNamespace(
        population=SimpleNamespace(stock=1000.0),
        capital=SimpleNamespace(**CAPITAL),
        underwriting=SimpleNamespace(committed_sales_line=0.6),
    )
    believed = Belief(**BELIEF | (belief or {}))
    found = conditions_of(Arrangement.model_validate(clauses), believed, scenario)
    return filled(CONDITIONS, [found])[0]


def written(rows: Rows, columns: dict[str, Any]) -> Rows:
    """Write columns into records; a vector of each row may be short."""
    for name, values in columns.items():
        value = np.asarray(values)
        if rows[name].ndim > 1:
            rows[name][:, : value.shape[-1]] = value
        else:
            rows[name] = value
    return rows


def record(table: Table, **fields: Any) -> Any:
    """One record; what is not named is zero."""
    return written(table.empty(1), fields)[0]


def applicants(**columns: Any) -> Rows:
    """Three applications, some of their columns changed; they ask for all they can get."""
    known = {"roster": (0, 1, 2), "asked": 1e9, "runway": math.inf, "assets": 1.0} | FIRMS
    return written(APPLICATION.empty(3), known | columns)


def applicant(n: int = 0, **fields: Any) -> Any:
    """The application of one of the three."""
    return applicants(**fields)[n]


def offer(**fields: Any) -> Any:
    """An offer, as far as a rule reads it."""
    return record(OFFER, **fields)


def known(k: Any, u: Any, lenders: Rows | None) -> tuple[Any, Any, Rows]:
    """Conditions and rules as given, by default those of plain lending by three banks."""
    return (
        conditions() if k is None else k,
        rules() if u is None else u,
        banks() if lenders is None else lenders,
    )


def judged(
    a: Any, lender: Sequence[int], k: Any = None, u: Any = None, lenders: Rows | None = None
) -> Any:
    """What lenders make of what they see of an applicant; returns the offer."""
    o = offer(lenders=len(lender), lender=lender)
    judge(o, a, *known(k, u, lenders))
    return o


def offered(a: Any, k: Any = None, u: Any = None, lenders: Rows | None = None) -> Any:
    """What an arrangement, by default plain lending, gives an applicant."""
    o, (k, u, lenders) = offer(), known(k, u, lenders)
    make_offer(o, a, 0, desk(len(lenders), terms=[k], rules=[u], banks=lenders))
    return o


def desk(n_banks: int = 3, **fields: Any) -> Desk:
    """A desk before which the three firms of `tests.model.firms.hand` stand.

    Arrays that a test does not give are empty of decisions, and None where only firms'
    rules need them.
    """
    usual = {
        "firms": three(), "params": [firm_rules()], "market_conditions": [market()],
        "rules": [rules()],
        "banks": banks()[:n_banks], "books": BANK_BOOKS.empty(n_banks),
        "roster": np.tile(np.arange(n_banks), (3, 1)),
        "lender": np.zeros((3, MOST_LENDERS), np.int32), "share": np.zeros((3, MOST_LENDERS)),
        "called": np.zeros((3, 5, MOST_LENDERS)),
        "history_precision": np.zeros(3), "history_sum": np.zeros(3),
        "ordinal": np.zeros(3, np.int64),
        "book": CONTRACT.empty(8), "tally": np.zeros(4), "room": np.zeros((2, n_banks)),
        "cut_who": np.zeros(8, np.int64), "cut_retained": np.zeros(8),
        "cut_worth": np.zeros(8), "cut_saving": np.zeros(8),
        "cut_kept": np.zeros((8, MOST_LENDERS)),
        "bids": OFFER.empty(MOST_LENDERS), "auction": AUCTION.empty(1),
        "bidders": BIDDER.empty(MOST_LENDERS), "rivals": RIVAL.empty(MOST_LENDERS),
        "review": REVIEW.empty(1), "waiting": np.arange(3),
        "judged_who": np.zeros(8, np.int64), "judged_lead": np.zeros(8, np.int64),
    }  # fmt: skip
    return Desk(**(dict.fromkeys(Desk._fields) | usual | fields))
