"""Break-evens of the simulator meet their closed forms where one exists."""

from typing import NamedTuple

import pytest

from sim.scenario.scenario import Scenario
from sim.studies.breakeven import Search, breakeven
from tests.house.limits import MOST
from tests.studies import fair_rate, fair_retention, fair_right, fair_step

SEARCH = Search(points=2, replications=6)
FIRMS = 800


class Case(NamedTuple):
    """A limit, what is searched for in it, and what must be found."""

    scenario: Scenario
    vary: str
    outcome: str
    arrangements: tuple[str, str | float]
    expected: float


CASES = {
    "a later rate that pays for a cheap start": Case(
        fair_step.fair_step(1, FIRMS), f"{fair_step.KEY}=0.01:0.06", "bank.interest_income",
        ("flat", "step"), fair_step.FAIR,
    ),
    "coverage of a right that pays for a concession": Case(
        fair_right.fair_right(1, FIRMS), f"{fair_right.KEY}=0.1:0.8", "bank.profit",
        ("flat", "right"), fair_right.FAIR,
    ),
    "a flat rate that pays for cost and losses": Case(
        fair_rate.fair_rate(1, FIRMS), f"{fair_rate.KEY}=0.03:0.2", "bank.profit",
        ("flat", 0.0), fair_rate.FAIR,
    ),
    "a share of later business that pays for a cheap first loan": Case(
        fair_retention.fair_retention(1, FIRMS), f"{fair_retention.KEY}=0.05:0.9", "bank.profit",
        ("kept", 0.0), fair_retention.FAIR,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_break_even_meets_its_closed_form(name):
    case = CASES[name]
    found = breakeven(*case[:4], SEARCH)
    (one,) = found.crossings
    # A study too small to tell right from wrong does not pass either.
    assert one.standard_error < 0.07 * case.expected
    assert abs(one.value - case.expected) < MOST * one.standard_error
    assert one.low < one.value < one.high
