"""A limit in which the break-even rate of a loan has a closed form: the credit triangle.

Owners strip the firm at a constant hazard and leave nothing, so a bank loses the whole
balance; money costs nothing, running a loan costs a fixed rate. A flat rate then breaks
even at cost plus hazard times loss.
"""

from typing import Any

from sim.scenario.scenario import Scenario
from tests.capital import ample
from tests.house.limits import base, limit
from tests.oracles.pricing import credit_triangle_rate
from tests.studies.fair_step import TERM, VALUES

HAZARD, COST = 0.08, 0.01
KEY = "arrangement.flat.pricing.rate"
FAIR = COST + credit_triangle_rate(0.0, HAZARD, 1.0)
"""Rate at which expected profit is zero."""

OWN: dict[str, Any] = {
    "arrangement.flat": {**TERM, "pricing": {"kind": "fixed", "rate": 0.05}},
    "experiment.arrangements": ["flat"], "experiment.footing": "as_offered",
    "equity.valuation_multiple": [1.0] * 4, "equity.non_venture_value_factor": 1.0,
    "equity.valuation_quality_slope": 0.0, "equity.valuation_volatility": 0.0,
    "lifecycle.diversion_hazard": HAZARD, "lifecycle.monitoring_effect": 0.0,
    "workout.recovery_cash_share": 0.0, "workout.recovery_tangible": 0.0,
    "workout.recovery_unsecured_share": 0.0,
    "workout.workout_years": 0.0, "underwriting.operating_cost": [COST] * 4,
    "underwriting.funding_rate": 0.0, "underwriting.screening_cost": 0.0,
    "underwriting.monitoring_cost": 0.0, "relationship.deposit_margin": 0.0,
    "relationship.settlement_fee_share": 0.0, "relationship.guarantee_fee_rate": 0.0,
    "belief.default.default_probability": [1e-9] * 4,
    "credit_line.drawdown_at_default_share": 0.0,
}  # fmt: skip


def fair_rate(seed: int, firms: int) -> Scenario:
    """The limit with its own random numbers.

    Parameters
    ----------
    seed, firms : int
    """
    return of_one_kind(OWN, seed, firms)


def of_one_kind(own: dict[str, Any], seed: int, firms: int) -> Scenario:
    """A limit of like firms and rich banks, with its own values and random numbers."""
    rich = ample(base().bank)
    size = {"experiment.seed": seed, "population.firms": firms}
    return limit({"firm": {"share": 1.0}}, VALUES | own | rich | size)
