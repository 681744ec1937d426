"""At what rate, and when: first rate, later rate, and the average that both sides compare."""

import numpy as np
import pytest
from scipy.integrate import quad

from sim.model.contracts.pricing import (
    Concession,
    FixedRate,
    Pricing,
    RiskBased,
    Step,
    mean_rate,
    rates,
)

OWN = np.array([0.03, 0.04, 0.05])
STEP = Step(kind="step", concession_rate=0.002, surcharge_rate=0.006, after_years=1.5)


@pytest.mark.parametrize(
    ("clause", "first", "later", "after"),
    [
        (RiskBased(), [0.03, 0.04, 0.05], [0.03, 0.04, 0.05], np.inf),
        (
            Concession(kind="concession", concession_rate=0.01),
            [0.02, 0.03, 0.04], [0.02, 0.03, 0.04], np.inf,
        ),
        (
            Concession(kind="concession", concession_rate=-0.01),
            [0.04, 0.05, 0.06], [0.04, 0.05, 0.06], np.inf,
        ),
        (STEP, [0.028, 0.038, 0.048], [0.036, 0.046, 0.056], 1.5),
        (FixedRate(kind="fixed", rate=0.03), [0.03] * 3, [0.03] * 3, np.inf),
    ],
)  # fmt: skip
def test_rates_are_those_of_the_contract(
    clause: Pricing, first: list[float], later: list[float], after: float
) -> None:
    early, late, step = rates(clause, OWN)
    assert early == pytest.approx(first)
    assert late == pytest.approx(later)
    assert step == after


@pytest.mark.parametrize(
    ("horizon", "off"),
    [
        # 2 in 1,000 less for a year and a half, then 6 in 1,000 more.
        (3.0, 0.5 * -0.002 + 0.5 * 0.006),
        (6.0, 0.25 * -0.002 + 0.75 * 0.006),
        (1.5, -0.002),
        (1.0, -0.002),
    ],
)
def test_the_average_weighs_both_rates_by_their_time(horizon: float, off: float) -> None:
    assert mean_rate(STEP, OWN, horizon) == pytest.approx(OWN + off, rel=1e-14)
    paid = quad(lambda t: 0.028 if t < 1.5 else 0.036, 0.0, horizon, points=[1.5])[0]
    assert mean_rate(STEP, OWN, horizon)[0] == pytest.approx(paid / horizon, rel=1e-9)


def test_a_step_on_the_first_day_is_the_later_rate_alone() -> None:
    at_once = Step(kind="step", concession_rate=0.1, surcharge_rate=0.01, after_years=0.0)
    assert mean_rate(at_once, OWN, 2.0) == pytest.approx(OWN + 0.01)


@pytest.mark.parametrize("horizon", [0.5, 1.0, 7.0])
def test_without_a_step_the_average_is_the_rate(horizon: float) -> None:
    flat = Concession(kind="concession", concession_rate=0.01)
    assert mean_rate(RiskBased(), OWN, horizon).tolist() == OWN.tolist()
    assert mean_rate(flat, OWN, horizon) == pytest.approx(OWN - 0.01)
