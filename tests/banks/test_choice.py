"""The firm's side: what it would use of a line, and what a right costs its owners."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.banks.choice import right_cost, usable
from tests.oracles.options import black_scholes_call

RULE = (0.6, 0.03)
MOST = 4.0
"""Standard errors; one false alarm in sixteen thousand."""


def cost(
    stake: float, strike: float, trigger: float, value: float, years: float, rule: Any = RULE
) -> float:
    one = [np.array([number]) for number in (stake, strike, trigger)]
    (found,) = right_cost(*one, SimpleNamespace(value=np.array([value])), years, rule)
    return float(found)


@pytest.mark.parametrize(
    ("need", "used"),
    [
        (-5.0, 4.0),  # who needs nothing draws the part that is drawn at signing
        (0.0, 4.0),
        (4.0, 4.0),
        (7.0, 7.0),
        (10.0, 10.0),
        (99.0, 10.0),
    ],
)
def test_a_firm_uses_what_it_needs_of_a_line(need: float, used: float) -> None:
    assert usable(np.array([10.0]), np.array([need]), 0.4).tolist() == [used]


@pytest.mark.parametrize("years", [0.5, 3.0, 10.0])
def test_without_a_trigger_a_right_is_a_call_on_a_stake(years: float) -> None:
    # 2 buys a twentieth: 40 after the money, 38 before it.
    call = black_scholes_call(50.0, 38.0, years, 0.03, 0.6)
    assert cost(0.05, 2.0, 0.0, 50.0, years) == pytest.approx(0.05 * call, rel=1e-12)
    # A trigger below the strike never stops a right that is worth anything.
    assert cost(0.05, 2.0, 37.0, 50.0, years) == pytest.approx(0.05 * call, rel=1e-12)


def test_a_right_costs_what_it_pays_on_average() -> None:
    # Brute force: values three years on under the discount rate, paid above the trigger.
    years, n = 3.0, 400_000
    luck = np.random.default_rng(23).standard_normal(n)
    value = 50.0 * np.exp((0.03 - 0.18) * years + 0.6 * np.sqrt(years) * luck)
    paid = np.exp(-0.03 * years) * np.where(value > 125.0, 0.05 * (value - 38.0), 0.0)
    expected = cost(0.05, 2.0, 125.0, 50.0, years)
    assert abs(paid.mean() - expected) < MOST * paid.std() / np.sqrt(n)


@pytest.mark.parametrize(
    ("value", "trigger", "paid"),
    [
        (30.0, 0.0, 0.0),
        (40.0, 0.0, 0.05 * 2.0),
        (100.0, 0.0, 0.05 * 62.0),
        (100.0, 125.0, 0.0),
        (130.0, 125.0, 0.05 * 92.0),
    ],
)
def test_on_its_last_day_a_right_costs_its_gain(value: float, trigger: float, paid: float) -> None:
    assert cost(0.05, 2.0, trigger, value, 0.0) == pytest.approx(paid, abs=1e-12)


@given(st.floats(10.0, 500.0), st.floats(0.25, 8.0))
def test_a_higher_trigger_never_costs_more(value: float, years: float) -> None:
    low, mid, high = (cost(0.05, 2.0, at, value, years) for at in (0.0, 100.0, 400.0))
    assert low >= mid >= high >= 0.0


def test_a_right_to_nothing_costs_nothing() -> None:
    assert cost(0.0, 0.0, 0.0, 50.0, 3.0) == 0.0
    assert cost(0.0, 2.0, 40.0, 50.0, 3.0) == 0.0
    assert cost(0.05, 2.0, 0.0, 0.0, 3.0) == pytest.approx(0.0, abs=1e-9)


def test_each_firm_has_a_cost_of_its_own() -> None:
    values = (20.0, 50.0, 200.0)
    a = SimpleNamespace(value=np.array(values))
    stake, strike, trigger = np.full(3, 0.05), np.full(3, 2.0), np.array([0.0, 60.0, 300.0])
    for years in (np.full(3, 3.0), np.array([0.0, 1.5, 4.0])):
        together = right_cost(stake, strike, trigger, a, years, RULE)
        alone = [cost(0.05, 2.0, trigger[n], v, years[n]) for n, v in enumerate(values)]
        assert together.tolist() == alone
    same = right_cost(stake, strike, trigger, a, 3.0, RULE)
    assert same.tolist() == right_cost(stake, strike, trigger, a, np.full(3, 3.0), RULE).tolist()
