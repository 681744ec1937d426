"""A key on an axis has its unit, wherever in a scenario it stands."""

import pytest

from sim.report.figures.studies import axis_of
from sim.scenario.key_words import unit_of
from sim.studies.ranges import Range, assumptions
from tests.house.small import shipped


@pytest.mark.parametrize(
    ("key", "unit"),
    [
        ("underwriting.policy_subsidy_rate", "per year"),
        ("macro.regime.bust.setback", "factor"),
        ("macro.frailty_variance", "pure number"),
        ("lifecycle.setback_hazard[2]", "per year"),
        ("sector.software.workout.workout_years", "years"),
        ("arrangement.anything.tenor.years", "years"),
        ("no.such.key", ""),
    ],
)
def test_the_unit_is_that_of_the_declaration(key: str, unit: str) -> None:
    assert unit_of(key) == unit


def test_a_factor_has_no_unit() -> None:
    assert axis_of(Range("lifecycle.setback_hazard", 0.5, 2.0, True)).endswith(" (factor)")


def test_every_assumption_of_the_shipped_comparison_has_a_unit() -> None:
    ranges = assumptions(shipped()).ranges
    assert len(ranges) > 100
    assert [one.key for one in ranges if not axis_of(one).endswith(")")] == []
