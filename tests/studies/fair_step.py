"""A limit in which the break-even of a step in the rate has a closed form.

Every firm signs the same line on the first day of a quarter, draws all of it and keeps it
until a constant hazard ends the firm, so interest is rate times time. A cheap start then
pays for itself when the later rate makes up for it over the years that firms live: the
fair step of `tests.oracles.concession`, without discounting. Only the mean of lives is
known; each study estimates it from a handful of firms.
"""

from typing import Any

from sim.scenario.scenario import Scenario
from tests.capital import NO_TAXES, with_one_weight
from tests.house.limits import limit
from tests.oracles.concession import step_up_rate

CONCESSION, FIRST_YEARS, HAZARD = 0.02, 0.75, 0.5
SIGNING = 0.25
HORIZON = 1.75
KEY = "arrangement.step.pricing.surcharge_rate"
FAIR = float(step_up_rate(0.0, -CONCESSION, FIRST_YEARS, HORIZON - SIGNING, HAZARD))
"""Surcharge at which expected interest is the same."""

TERM = {"limit": {"kind": "fixed", "amount": 1.0}, "tenor": {"kind": "term", "years": 10.0}}
STEP = {"kind": "step", "concession_rate": CONCESSION, "surcharge_rate": 0.0,
        "after_years": FIRST_YEARS}  # fmt: skip
VALUES: dict[str, Any] = {
    "arrangement.flat": TERM, "arrangement.step": {**TERM, "pricing": STEP},
    "experiment.arrangements": ["flat", "step"], "experiment.baseline": "flat",
    "experiment.footing": "equal_lending", "experiment.horizon_years": HORIZON,
    "cash.target_cash_months": 1e9, "underwriting.utilisation": 1.0,
    "operations.opening_cash": 10.0, "operations.venture_opening_cash": 10.0,
    "underwriting.policy_subsidy_rate": 10.0,
    "choice.tenor_value": 10.0, **with_one_weight(ratio=1e-6),
    # Nothing supports a line of plain lending, which firms could change to.
    "population.tangible_mean": 0.0, "underwriting.sales_line": [0.0] * 4,
    "underwriting.round_line": 0.0,
    # Each firm is known to one bank, which asks for the most that it may.
    "underwriting.known_banks": 1,
    **NO_TAXES,
}  # fmt: skip


def fair_step(seed: int, firms: int = 40) -> Scenario:
    """The limit with its own random numbers.

    Parameters
    ----------
    seed, firms : int
    """
    sectors = {"firm": {"share": 1.0, "lifecycle": {"failure_hazard": [HAZARD] * 4}}}
    size = {"experiment.seed": seed, "population.firms": firms}
    return limit(sectors, VALUES | size)
