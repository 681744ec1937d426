"""Keys of scenarios are told in words, and their numbers in the units that people read."""

import pytest

from sim.scenario.key_words import key_text, read_unit
from sim.studies.ranges import Range


@pytest.mark.parametrize(
    ("key", "low", "high", "text"),
    [
        ("arrangement.swap.pricing.concession_rate", 0.0, 0.03, "0 to 300 bp"),
        ("underwriting.spread_cap[0]", 0.0005, 0.0045, "5 to 45 bp"),
        ("capital.hurdle_rate", 0.06, 0.12, "6 to 12 %"),
        # How often something happens is no price of money, however seldom.
        ("lifecycle.diversion_hazard", 0.01, 0.03, "1 to 3 %"),
        ("arrangement.swap.tenor.years", 1.0, 3.0, "1 to 3 years"),
        ("macro.frailty_variance", 0.1, 0.3, "0.1 to 0.3"),
    ],
)
def test_a_range_is_read_in_the_unit_of_its_number(
    key: str, low: float, high: float, text: str
) -> None:
    assert Range(key, low, high).span_text(low, high) == text


def test_a_factor_has_no_unit_but_says_that_it_is_one() -> None:
    one = Range("lifecycle.setback_hazard", 0.5, 1.6, is_factor=True)
    assert (one.text(1.5), one.words) == ("1.5", "Lifecycle: setback hazard (factor)")
    assert read_unit(one.label) == "factor"


def test_what_is_no_key_of_a_scenario_stays_as_it_is() -> None:
    assert key_text("versions.numpy") == "versions.numpy"
    assert key_text("half a sentence. And more") == "half a sentence. And more"
