"""At what rate: the lender's own, and the average that both sides compare."""

from typing import Any

import pytest
from scipy.integrate import quad

from sim.model.banks.offer_rate import first_rate, highest_rate, later_rate, mean_rate
from tests.model.banks.three import applicants, conditions, rules

OWN = (0.03, 0.04, 0.05)
STEP = {"kind": "step", "concession_rate": 0.002, "surcharge_rate": 0.006, "after_years": 1.5}
FLAT = {"kind": "concession", "concession_rate": 0.01}


def contract(pricing: dict[str, Any], years: float = 1.0) -> Any:
    return conditions(pricing=pricing, tenor={"kind": "term", "years": years})


def test_a_bank_charges_at_most_the_benchmark_and_the_spread_of_the_stage() -> None:
    assert [highest_rate(a, rules()) for a in applicants()] == pytest.approx([0.040, 0.036, 0.034])
    # No firm pays more than money is worth to it.
    assert [highest_rate(a, rules(shadow_value=0.035)) for a in applicants()] == pytest.approx(
        [0.035, 0.035, 0.034]
    )


@pytest.mark.parametrize(
    ("pricing", "first", "later"),
    [
        ({"kind": "standard"}, [0.03, 0.04, 0.05], [0.03, 0.04, 0.05]),
        (FLAT, [0.02, 0.03, 0.04], [0.02, 0.03, 0.04]),
        (FLAT | {"concession_rate": -0.01}, [0.04, 0.05, 0.06], [0.04, 0.05, 0.06]),
        (STEP, [0.028, 0.038, 0.048], [0.036, 0.046, 0.056]),
        ({"kind": "fixed", "rate": 0.03}, [0.03] * 3, [0.03] * 3),
        (FLAT | {"concession_rate": 0.035}, [0.0, 0.005, 0.015], [0.0, 0.005, 0.015]),
    ],
)
def test_rates_are_those_of_the_contract(
    pricing: dict[str, Any], first: list[float], later: list[float]
) -> None:
    k = contract(pricing)
    assert [first_rate(own, k) for own in OWN] == pytest.approx(first)
    assert [later_rate(own, k) for own in OWN] == pytest.approx(later)


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
    k = contract(STEP, horizon)
    assert [mean_rate(own, k) - own for own in OWN] == pytest.approx([off] * 3, rel=1e-12)
    paid = quad(lambda t: 0.028 if t < 1.5 else 0.036, 0.0, horizon, points=[1.5])[0]
    assert mean_rate(0.03, k) == pytest.approx(paid / horizon, rel=1e-9)


def test_a_step_on_the_first_day_is_the_later_rate_alone() -> None:
    at_once = contract(STEP | {"after_years": 0.0}, 2.0)
    assert mean_rate(0.03, at_once) == pytest.approx(0.036)


@pytest.mark.parametrize("horizon", [0.5, 1.0, 7.0])
def test_without_a_step_the_average_is_the_rate(horizon: float) -> None:
    plain = contract({"kind": "standard"}, horizon)
    assert [mean_rate(own, plain) for own in OWN] == list(OWN)
    assert mean_rate(0.03, contract(FLAT, horizon)) == pytest.approx(0.02)
