"""Three applicants and three banks with round numbers, to check decisions by hand.

A young firm, a growing one and an expanding one, each a client of another bank. Luck is
the median everywhere unless a test says otherwise, so a signal is the truth.
"""

from types import SimpleNamespace
from typing import Any

import numpy as np

from sim.model.banks.bank import Bank, Capital
from sim.model.banks.case import Case, Scenario
from sim.model.banks.underwriting import Belief, Beliefs, Underwriting
from sim.model.firms.applicants import AMOUNTS, CODES, Applicants
from sim.model.firms.record import EXPANSION, GROWTH, STARTUP

FIRMS: dict[str, Any] = {
    "firm": (0, 1, 2),
    "stage": (STARTUP, GROWTH, EXPANSION),
    "home": (0, 1, 2),
    "tangible": (0.4, 0.5, 0.6),
    "scale": (10.0, 40.0, 100.0),
    "sales": (10.0, 40.0, 100.0),
    "value": (20.0, 100.0, 300.0),
    "last_round": (0.0, 20.0, 30.0),
    "birth": (4.5, 2.0, -5.0),
    "venture": (0, 1, 1),
    "business": (0.1, 0.5, 1.5),
}

BANK: dict[str, float] = {
    "desk_capital": 100.0, "parent_capital": 1000.0, "parent_income": 50.0,
    "parent_risk_assets": 5000.0, "parent_equity": 500.0, "appetite": 1.0,
    "signal_precision": 1.0, "market_share": 0.3, "cap_factor": 1.0,
}  # fmt: skip
CAP_FACTORS = {"north": 1.0, "south": 0.5, "west": 0.25}

CAPITAL: dict[str, float] = {
    "risk_weight": 1.0, "defaulted_risk_weight": 1.5, "required_ratio": 0.1,
    "hurdle_rate": 0.1, "replenish_share": 1.0, "single_name_share": 0.1,
    "failure_ratio": 0.08,
}  # fmt: skip

# The slope of default in quality is 0, so default is as believed whatever the signals say.
BELIEF: dict[str, Any] = {
    "default_rate": (0.04, 0.02, 0.01, 0.01), "loss_secured": 0.5, "loss_unsecured": 0.75,
    "right_worth": (0.4, 0.3, 0.2, 0.1),
}  # fmt: skip
RULES: dict[str, float] = {
    "quality_slope": 0.0, "bust_factor": 1.5, "setback_factor": 3.0,
    "right_quality_slope": 0.0,
}  # fmt: skip

UNDERWRITING: dict[str, Any] = {
    "signal_precision": 1.0, "precision_by_stage": (1.0, 1.0, 1.0, 1.0),
    "error_correlation": 0.25, "setback_signal_loss": 0.8, "setback_seen_share": 0.5,
    "benchmark_rate": 0.03, "spread_cap": (0.010, 0.006, 0.004, 0.002),
    "funding_rate": 0.02, "operating_cost": (0.012, 0.010, 0.008, 0.008),
    "screening_cost": 0.01, "tolerance_rate": 0.02, "bust_tightening_rate": 0.005,
    "renewal_patience_rate": 0.004, "joint_patience_rate": 0.05, "stigma": 0.5,
    "relationship_weight": 1.0, "advance_rate": 0.5, "line_cap": (4.0, 8.0, 20.0, 50.0),
    "least_line": 0.5, "bilateral_lenders": 3, "monitoring_cost": 0.03,
    "monitoring_effort": 1.0, "offer_discount_rate": 0.003,
}  # fmt: skip


def median(codes: Any) -> Any:
    """Draws of one half: no luck, good or bad."""
    return np.full(codes.shape, 0.5)


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


def banks(**by_name: dict[str, float]) -> dict[str, Bank]:
    """Three banks that differ in their caps and in what a test says."""
    return {
        name: bank(**{"cap_factor": factor} | by_name.get(name, {}))
        for name, factor in CAP_FACTORS.items()
    }


def tables(**groups: Any) -> Scenario:
    """The tables of a scenario that an offer needs, some of them replaced."""
    usual = {
        "underwriting": underwriting(), "capital": Capital(**CAPITAL), "belief": beliefs(),
        "bank": banks(), "relationship": SimpleNamespace(capture_plain=0.2),
        "credit_line": SimpleNamespace(drawn_at_signing=0.5),
        "lifecycle": SimpleNamespace(diversion_hazard=0.1, monitoring_effect=0.5),
    }  # fmt: skip
    made: Any = SimpleNamespace(**usual | groups)
    made.n_banks = len(made.bank)
    return made


def applicants(**columns: Any) -> Applicants:
    """Three applicants, some of their columns changed; what is not named is zero."""
    given = FIRMS | columns
    n = len(given["firm"])
    codes = [np.array(given.get(name, (0,) * n), dtype=np.int64) for name in CODES]
    amounts = [np.array(given.get(name, (0.0,) * n), dtype=float) for name in AMOUNTS]
    return Applicants(*codes, *amounts)


def case_of_three(a: Applicants | None = None, **known: Any) -> Case:
    """The three before a committee in a boom, five years after the start."""
    a = applicants() if a is None else a
    n = a.shape[0]
    usual: dict[str, Any] = {
        "date": 5.0, "draw": median, "published": median, "bust": False, "collateral": 1.0,
        "roster": np.tile(np.arange(3), (n, 1)), "file": (np.zeros(n), np.zeros(n)),
        "prior": np.zeros(n), "quota_left": True, "renewal": np.zeros(n, dtype=bool),
    }  # fmt: skip
    return Case(a=a, **usual | known)
