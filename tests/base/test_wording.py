"""Numbers in words: scale, sign, digits and unit."""

import math

import pytest

from sim.base.wording import (
    arrangement_text,
    decimals,
    level_text,
    number_text,
    percent_text,
    plain_number,
    range_text,
    step_text,
    unit_style,
)


@pytest.mark.parametrize(
    ("unit", "axis", "step_axis"),
    [
        ("share", "%", "percentage points"),
        ("share of demand", "% of demand", "percentage points of demand"),
        ("per year", "% per year", "percentage points per year"),
        ("CNY million", "CNY million", "CNY million"),
        ("years", "years", "years"),
    ],
)
def test_every_unit_has_words_for_an_axis(unit, axis, step_axis):
    assert unit_style(unit).axis == axis
    assert unit_style(unit).step_axis == step_axis


@pytest.mark.parametrize(
    ("value", "error", "places"),
    [
        (12.3, 0.123, 2),
        (12.3, 1.2, 1),
        (12.3, 40.0, 0),
        (0.012, math.nan, 4),
        (0.0, 0.0, 0),
    ],
)
def test_two_digits_of_the_standard_error_decide_the_decimals(value, error, places):
    assert decimals(value, error) == places


def test_a_share_is_read_in_per_cent_and_its_difference_in_points():
    assert level_text(0.0312, "share", 0.0011) == "3.12 %"
    assert step_text(-0.0042, "share", 0.0011) == "−0.42 pp"
    assert range_text(-0.0064, -0.002, "share", 0.0011) == "−0.64 to −0.20"


def test_money_keeps_its_unit_and_gets_separators():
    assert level_text(12_345.6, "CNY million", 30.0) == "12,346"
    assert step_text(1_234.0, "CNY million", 30.0) == "+1,234"


def test_a_difference_that_rounds_to_zero_has_no_sign():
    assert step_text(-0.001, "years", 1.0) == "0.0"


def test_what_is_undefined_is_a_dash_without_a_unit():
    assert level_text(math.nan, "share") == "–"
    assert range_text(math.nan, math.nan, "share") == "–"
    assert plain_number(math.inf, 2) == "∞"
    assert plain_number(-math.inf, 2) == "−∞"


def test_names_and_levels_are_written_for_readers():
    assert arrangement_text("revenue_swap") == "Revenue swap"
    assert arrangement_text("") == ""
    assert percent_text(0.975) == "97.5 %"


@pytest.mark.parametrize(
    ("value", "text"),
    [(1234.5678, "1,235"), (math.nan, "–"), (3, "3"), ("x", "x"), (-0.5, "−0.5")],
)
def test_any_cell_has_a_text(value, text):
    assert number_text(value) == text
