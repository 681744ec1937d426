"""A limit in which the coverage that pays for an interest concession has a closed form.

Loans are as in `tests.studies.fair_step`: of one size, until the firm fails or is sold, at
constant hazards. A right on shares pays at the sale, struck at the value of the signing
day, and the sale is at a lognormal multiple of it. Concession and right then earn over the
same years, and the fair coverage is the concession over hazard of sale times the expected
gain per unit of subscription. Values are so large that the subscription itself moves them
by nothing that counts.
"""

from typing import Any

from sim.scenario.scenario import Scenario
from tests.house.limits import limit
from tests.oracles.concession import concession_value
from tests.oracles.exit_rights import lognormal_call_on_multiple
from tests.studies.fair_step import HORIZON, SIGNING, TERM, VALUES

CONCESSION, SALE, FAILURE, LOG_SD = 0.03, 0.3, 0.2, 0.6
KEY = "arrangement.right.upside.coverage"
YEARS = HORIZON - SIGNING
GAIN = lognormal_call_on_multiple(0.0, LOG_SD, 1.0)
"""Expected gain at a sale per unit of subscription."""
FAIR = concession_value(CONCESSION, YEARS, 0.0, SALE + FAILURE) / concession_value(
    SALE * GAIN, YEARS, 0.0, SALE + FAILURE
)
"""Coverage at which expected profit is the same."""

RIGHT = {
    "kind": "warrant", "coverage": 0.0, "strike_multiple": 1.0, "years": 30.0,
    "lender_gain_share": 1.0, "liquidity_share": 0.0,
}  # fmt: skip
OWN: dict[str, Any] = {
    "arrangement.right": {
        **TERM, "pricing": {"kind": "concession", "concession_rate": CONCESSION}, "upside": RIGHT,
    },
    "experiment.arrangements": ["flat", "right"], "equity.valuation_multiple": [1e9] * 4,
    "equity.non_venture_value_factor": 1.0, "equity.valuation_quality_slope": 0.0,
    "equity.valuation_volatility": 0.0, "equity.acquisition_factor": 1.0,
    "equity.exit_log_sd": LOG_SD, "equity.exit_tail_share": 0.0, "equity.exit_cap": 1e15,
}  # fmt: skip


def fair_right(seed: int, firms: int) -> Scenario:
    """The limit with its own random numbers.

    Parameters
    ----------
    seed, firms : int
    """
    sector = {
        "share": 1.0, "lifecycle": {"failure_hazard": [FAILURE] * 4},
        "equity": {"acquisition_hazard": [SALE] * 4},
    }  # fmt: skip
    size = {"experiment.seed": seed, "population.firms": firms}
    return limit({"firm": sector}, VALUES | OWN | size)
