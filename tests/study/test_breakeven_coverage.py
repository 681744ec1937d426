"""The interval of a break-even covers the closed form as often as it says."""

import numpy as np
import pytest

from sim.study.breakeven import Search, breakeven
from tests.study.fair_step import FAIR, KEY, fair_step

REPEATS = 200
FAR = 3.0
"""Standard errors of the share of repeats."""
SMALL = Search(points=2, replications=6)


@pytest.mark.slow
def test_the_interval_covers_the_fair_step_in_95_percent_of_studies():
    covered = []
    for seed in range(REPEATS):
        found = breakeven(
            fair_step(seed), f"{KEY}=0.01:0.06", "bank.interest_income", ("flat", "step"), SMALL
        )
        covered.append([one.low <= FAIR <= one.high for one in found.crossings] == [True])
    share = float(np.mean(covered))
    error = np.sqrt(0.95 * 0.05 / REPEATS)
    print(f"{share:.3f} of {REPEATS} studies cover the closed form")  # noqa: T201
    assert abs(share - 0.95) <= FAR * error, f"{share:.3f} of {REPEATS} studies cover it"
