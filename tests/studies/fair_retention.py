"""A limit in which the retention that pays for a cheap first loan has a closed form.

A loan of one size goes to good and bad firms alike, which no lender can tell apart. Bad
firms strip themselves as soon as they hold the money; good ones pay interest at a rate too
low to make up for that, and bring a share of their banking business. Money costs nothing
and nothing is discounted, so the smallest share at which a bank breaks even is the least
retention of `tests.oracles.relationship`, with interest as the first rate and the income on
all of a good firm's business as the rent that is to be kept.
"""

from typing import Any

from sim.scenario.scenario import Scenario
from tests.capital import ample
from tests.house.limits import base, limit
from tests.oracles.relationship import RelationshipTerms, least_retention
from tests.studies import fair_rate
from tests.studies.fair_step import HORIZON, SIGNING, TERM, VALUES

GOOD, RATE, LOSS, FEE = 0.9, 0.02, 0.8, 0.15
AT_ONCE = 1e4
"""Hazard, per year, at which bad firms strip themselves, and speed at which accounts move."""
KEY = "arrangement.kept.commitment.priority_wallet_share"
YEARS = HORIZON - SIGNING
QUARTER = 0.25
"""Accounts are moved at the end of the quarter in which a firm signs."""
TERMS = RelationshipTerms(
    funding_rate=0.0, first_rate_cap=RATE * YEARS, first_loss=LOSS, growth=1.0,
    second_rate=FEE * (YEARS - QUARTER), second_repay_prob=1.0, second_loss=0.0,
)  # fmt: skip
FAIR = least_retention(TERMS, GOOD)
"""Share of the business at which expected profit is zero."""

OWN: dict[str, Any] = fair_rate.OWN | {
    "arrangement.kept": {
        **TERM, "pricing": {"kind": "fixed", "rate": RATE},
        "commitment": {"kind": "agreement", "priority_wallet_share": 0.5},
    },
    "experiment.arrangements": ["kept"], "experiment.baseline": "kept",
    "lifecycle.diversion_hazard": 0.0, "workout.recovery_tangible": 1.0 - LOSS,
    "relationship.fee_share": FEE, "relationship.wallet_share_speed": AT_ONCE,
    "relationship.delivery_cost": 0.0, "operations.sales_share": [1.0] * 4,
    "relationship.plain_wallet_share": 0.0, "workout.recovery_unsecured_factor": 1.0,
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
