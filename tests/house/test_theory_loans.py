"""The simulator meets the closed form of a book of loans that shrinks as they end."""

import numpy as np

from sim.experiment.simulate import simulate
from tests.house.limits import Estimate, assert_meets
from tests.oracles.npl_ratio import npl_ratio
from tests.studies.fair_rate import fair_rate

DEFAULT, SALE, WORKOUT = 0.4, 0.3, 0.25


def test_share_of_loans_in_workout():
    # All loans are signed at once, so the book shrinks by what fails and what is repaid at a
    # sale. Two years on, the start is forgotten but for exp(-2 (1 / 0.25 - 0.7)) = 0.1 %.
    scenario = fair_rate(3, 16_000).with_values(
        {
            "lifecycle.diversion_hazard": DEFAULT, "workout.workout_years": WORKOUT,
            "sector.firm.equity": {"acquisition_hazard": [SALE] * 4},
            "experiment.horizon_years": 2.25, "experiment.replications": 1,
        }
    )  # fmt: skip
    banks = simulate(scenario, workers=1).banks
    # every loan is of one million, so balances count loans
    npl, loans = banks.loc[banks.year == 2.25, ["npl", "loans"]].sum()
    share = npl / (npl + loans)
    found = Estimate(share, np.sqrt(share * (1.0 - share) / (npl + loans)))
    assert_meets(found, npl_ratio(DEFAULT, WORKOUT, -(DEFAULT + SALE)), 0.05)
