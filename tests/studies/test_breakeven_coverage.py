"""The interval of a break-even covers the closed form as often as it says."""

import numpy as np
import pytest

from sim.studies.breakeven import BreakEven, Search, breakeven
from tests.studies import fair_premium, fair_retention
from tests.studies.fair_step import FAIR, KEY, fair_step

REPEATS = 200
FAR = 3.0
"""Standard errors of the share of repeats."""
SMALL = Search(points=2, replications=6)
NOISY = Search(points=2, replications=12)
"""Where six histories often show no crossing at all: without one there is no interval."""


def studied_step(seed: int) -> BreakEven:
    """The surcharge that pays for a cheap start."""
    pair = ("flat", "step")
    return breakeven(
        fair_step(seed), f"{KEY}=0.01:0.06", "bank.interest_income", pair, search=SMALL
    )


def studied_retention(seed: int) -> BreakEven:
    """The share of later business that pays for a cheap first loan."""
    vary = f"{fair_retention.KEY}=0:1"
    study = fair_retention.fair_retention(seed)
    return breakeven(study, vary, "bank.profit", ("kept", 0.0), search=NOISY)


def studied_premium(seed: int) -> BreakEven:
    """The premium at which the insurer of a layer gains nothing."""
    vary, study = f"{fair_premium.KEY}=0:0.12", fair_premium.insured(seed)
    return breakeven(study, vary, "system.insurer_result", ("insured", 0.0), search=SMALL)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("study", "fair"),
    [
        (studied_step, FAIR),
        (studied_retention, fair_retention.FAIR),
        (studied_premium, fair_premium.fair_premium()),
    ],
    ids=["step", "retention", "premium"],
)
def test_the_interval_covers_the_closed_form_in_95_percent_of_studies(study, fair):
    covered = []
    for seed in range(REPEATS):
        found = study(seed)
        covered.append([one.low <= fair <= one.high for one in found.crossings] == [True])
    share = float(np.mean(covered))
    error = np.sqrt(0.95 * 0.05 / REPEATS)
    print(f"{share:.3f} of {REPEATS} studies cover the closed form")  # noqa: T201
    assert abs(share - 0.95) <= FAR * error, f"{share:.3f} of {REPEATS} studies cover it"
