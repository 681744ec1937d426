"""At what rate, and when: what is added to the lender's own rate, first and later."""

import math

import pytest

from sim.model.contracts.pricing import (
    Concession,
    FixedRate,
    Pricing,
    StandardRate,
    Step,
    conditions,
)

STEP = {"kind": "step", "concession_rate": 0.002, "surcharge_rate": 0.006, "after_years": 1.5}


@pytest.mark.parametrize(
    ("clause", "weight", "first", "later", "after"),
    [
        (StandardRate(), 1.0, 0.0, 0.0, math.inf),
        (Concession(kind="concession", concession_rate=0.01), 1.0, -0.01, -0.01, math.inf),
        (Concession(kind="concession", concession_rate=-0.01), 1.0, 0.01, 0.01, math.inf),
        (Step.model_validate(STEP), 1.0, -0.002, 0.006, 1.5),
        # A step of zero in the rate needs no date of its own.
        (Step.model_validate(STEP | {"surcharge_rate": -0.002}), 1.0, -0.002, -0.002, math.inf),
        (FixedRate(kind="fixed", rate=0.03), 0.0, 0.03, 0.03, math.inf),
    ],
)
def test_rates_are_those_of_the_contract(
    clause: Pricing, weight: float, first: float, later: float, after: float
) -> None:
    assert conditions(clause) == {
        "own_weight": weight, "first_add": first, "later_add": later, "step_years": after,
    }  # fmt: skip
