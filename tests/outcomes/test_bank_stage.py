"""Lines, defaults, margins and beliefs by stage."""

import math

import pytest

from sim.outcomes import bank_stage as stage
from tests.outcomes import tiny

HISTORY = tiny.history()


def test_default_is_counted_per_year_with_a_line():
    assert tiny.value("bank.default_rate_startup", HISTORY) == pytest.approx(1.0 / 0.75)
    assert tiny.value("bank.default_rate_growth", HISTORY) == 0.0
    assert stage.default_rate(HISTORY) == pytest.approx(1.0 / (0.75 + 1.25))


def test_default_is_undefined_in_a_stage_without_borrowers():
    assert math.isnan(tiny.value("bank.default_rate_expansion", HISTORY))
    assert math.isnan(tiny.value("bank.default_rate_mature", HISTORY))


def test_loan_years_are_those_between_settlements():
    assert stage.loan_years(HISTORY) == pytest.approx(0.75 + 1.25)


def test_lines_are_those_signed_in_the_experiment():
    assert tiny.value("bank.line_startup", HISTORY) == 5.0
    assert tiny.value("bank.line_growth", HISTORY) == 15.0
    assert math.isnan(tiny.value("bank.line_expansion", HISTORY))
    assert math.isnan(tiny.value("bank.line_mature", HISTORY))


def test_the_margin_of_a_stage_is_rate_less_costs_and_losses_of_the_stage():
    lent = 0.25 * (2.0 + 4.0 + 4.0 + 2.0)
    expected = 0.04 - 0.02 - 0.012 - 1.5 / lent
    assert tiny.value("bank.startup_net_margin", HISTORY) == pytest.approx(expected)
    assert tiny.value("bank.growth_net_margin", HISTORY) == pytest.approx(0.03 - 0.02 - 0.011)
    assert math.isnan(tiny.value("bank.expansion_net_margin", HISTORY))
    assert math.isnan(tiny.value("bank.mature_net_margin", HISTORY))


def test_the_margin_of_a_stage_pays_for_its_loans_in_default():
    # Four millions rest in default from 0.7 to the horizon.
    late = tiny.history(firms={"recovery_date": (0.0, 9.0, 0.0)})
    lent = 0.25 * (2.0 + 4.0 + 4.0 + 2.0)
    expected = 0.04 - (0.02 + 0.012) * (lent + 4.0 * 0.3) / lent - 1.5 / lent
    assert tiny.value("bank.startup_net_margin", late) == pytest.approx(expected)


def test_the_belief_gap_of_defaults_compares_counts_with_what_was_believed_at_signing():
    believed = 0.02 * 1.0 + 0.10 * 0.45 + 0.05 * 0.25 + 0.05 * 0.15
    assert stage.belief_gap_default(HISTORY) == pytest.approx(1.0 / believed)
    assert tiny.value("bank.belief_gap_default_startup", HISTORY) == pytest.approx(1.0 / 0.045)
    assert tiny.value("bank.belief_gap_default_growth", HISTORY) == 0.0
    assert math.isnan(tiny.value("bank.belief_gap_default_expansion", HISTORY))
    assert math.isnan(tiny.value("bank.belief_gap_default_mature", HISTORY))


def test_the_belief_gap_of_business_compares_income_with_what_was_expected_at_signing():
    expected = 0.4 * 1.0 + 0.2 * 0.45 + 0.8 * 0.25 + 1.0 * 0.15
    assert stage.belief_gap_business(HISTORY) == pytest.approx(0.8 / expected)
    assert math.isnan(stage.belief_gap_business(tiny.empty()))
