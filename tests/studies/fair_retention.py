"""A limit in which the promise that pays for a cheap first loan has a closed form.

A loan of one size goes to good and bad firms alike, which no lender can tell apart. Bad
firms strip themselves as soon as they hold the money; good ones pay interest at a rate too
low to make up for that, and move their basic account to the lender at the promised hazard.
Money costs nothing and nothing is discounted, so the smallest share of the business at which
a bank breaks even is the least retention of `tests.oracles.relationship`, with interest as the
first rate and the income on all of a good firm's business as the rent that is to be kept. An
account that moves at a constant hazard is on average at the lender for a known part of the time.
"""

import math
from typing import Any

from scipy.optimize import brentq

from sim.scenario.scenario import Scenario
from tests.capital import ample
from tests.house.limits import base, limit
from tests.oracles.relationship import RelationshipTerms, least_retention
from tests.studies import fair_rate
from tests.studies.fair_step import HORIZON, SIGNING, TERM, VALUES

GOOD, RATE, LOSS, FEE = 0.8, 0.02, 0.8, 0.3
AT_ONCE = 1e4
"""Hazard, per year, at which bad firms strip themselves."""
KEY = "arrangement.kept.commitment.promised_move_hazard"
YEARS = HORIZON - SIGNING
TERMS = RelationshipTerms(
    funding_rate=0.0, first_rate_cap=RATE * YEARS, first_loss=LOSS, growth=1.0,
    second_rate=FEE * YEARS, second_repay_prob=1.0, second_loss=0.0,
)  # fmt: skip
RETAINED = least_retention(TERMS, GOOD)
"""Share of the business at which expected profit is zero."""


def time_at_lender(hazard: float) -> float:
    """Mean part of the years since signing in which the account is at the lender."""
    return 1.0 + math.expm1(-hazard * YEARS) / (hazard * YEARS)


FAIR = float(brentq(lambda hazard: time_at_lender(hazard) - RETAINED, 1e-3, 10.0))
"""Promised hazard at which expected profit is zero, per year."""

OWN: dict[str, Any] = fair_rate.OWN | {
    "arrangement.kept": {
        **TERM, "pricing": {"kind": "fixed", "rate": RATE},
        "commitment": {"kind": "agreement", "promised_move_hazard": 0.5},
    },
    "experiment.arrangements": ["kept"], "experiment.baseline": "kept",
    "lifecycle.diversion_hazard": 0.0, "workout.recovery_tangible": 1.0 - LOSS,
    "relationship.settlement_fee_share": FEE, "relationship.loan_account_turns": 0.0,
    "relationship.outside_share": 1.0, "relationship.account_move_hazard": 0.0,
    "relationship.main_bank_hazard": 0.0,
    "relationship.delivery_cost": 0.0, "operations.sales_share": [1.0] * 4,
    "underwriting.operating_cost": [0.0] * 4, "population.tangible_mean": 1.0,
    "population.tangible_log_sd": 0.0,
}  # fmt: skip


def fair_retention(seed: int, firms: int = 80) -> Scenario:
    """The limit with its own random numbers.

    Parameters
    ----------
    seed, firms : int
    """
    sectors = {
        "good": {"share": GOOD},
        "bad": {"share": 1.0 - GOOD, "lifecycle": {"diversion_hazard": AT_ONCE}},
    }
    rich = ample(base().bank)
    size = {"experiment.seed": seed, "population.firms": firms}
    return limit(sectors, VALUES | OWN | rich | size)
