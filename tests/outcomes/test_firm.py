"""Survival, closings, exits and stages."""

import math

import numpy as np
import pytest

from sim.model.firms.record import ACQUIRED, ALIVE, FAILED_CASH, FAILED_TECHNICAL, LISTED, NEVER
from sim.outcomes import firm
from tests.outcomes import tiny

# four firms that enter on day 0: closed at 2, listed at 3, closed at 4, alive
FOUR = tiny.cohort(
    [0.0] * 4, [2.0, 3.0, 4.0, NEVER], [FAILED_CASH, LISTED, FAILED_TECHNICAL, ALIVE], 12.0
)


def test_a_listed_firm_leaves_observation_alive():
    # three quarters survive year 2; at year 4 one of the two still watched closes
    assert firm.survival(FOUR, 5.0) == pytest.approx(0.75 * 0.5)
    assert firm.survival(FOUR, 10.0) == pytest.approx(0.75 * 0.5)


def test_a_cohort_too_young_to_be_followed_says_nothing():
    assert math.isnan(firm.survival(tiny.history(), 10.0))
    assert math.isnan(firm.survival_of_all(tiny.empty(), 5.0))


def test_survival_of_all_firms_counts_older_ones_from_the_age_at_which_they_are_met():
    # met at age 4, closes at age 4.5: it says nothing about years 0 to 4
    both = tiny.cohort([-4.0, 0.0, 0.0], [0.5, 2.0, NEVER],
                       [FAILED_CASH, FAILED_CASH, ALIVE], 12.0)  # fmt: skip
    assert firm.survival(both, 5.0) == pytest.approx(0.5)
    assert firm.survival_of_all(both, 5.0) == pytest.approx(0.5 * 0.5)
    assert firm.survival_of_all(both, 10.0) == pytest.approx(0.5 * 0.5)


def test_asset_light_firms_are_told_apart():
    light = tiny.cohort([0.0, 0.0], [2.0, NEVER], [FAILED_CASH, ALIVE], 12.0,
                        tangible=(0.1, 0.5))  # fmt: skip
    assert firm.survival_5y_asset_light(light) == 0.0


def test_the_gain_of_signers_compares_the_same_firms():
    ends = [[2.0, 2.0, 2.0], [2.0, NEVER, NEVER]]
    worlds = [
        tiny.cohort([0.0] * 3, end, [FAILED_CASH if date < 9.0 else ALIVE for date in end], 5.0,
                    signed=(1, 1, 0))
        for end in ends
    ]  # fmt: skip
    assert firm.signer_survival_gain(worlds[1], worlds[0]) == pytest.approx(0.5)
    assert math.isnan(firm.signer_survival_gain(FOUR, FOUR))


def test_a_closing_is_registered_after_a_lag():
    # closings at 0.4, 0.6 and 2.0 are registered at 0.9, 1.1 and 2.5
    history = tiny.cohort(
        [0.0] * 5, [0.4, 0.6, 2.0, 0.8, NEVER],
        [FAILED_CASH, FAILED_CASH, FAILED_CASH, LISTED, ALIVE], 12.0,
    )  # fmt: skip
    assert firm.exit_hazard(history, 1) == pytest.approx(1.0 / 5.0)
    assert firm.exit_hazard(history, 2) == pytest.approx(1.0 / 3.0)
    assert firm.exit_hazard(history, 3) == pytest.approx(1.0 / 2.0)
    for year in (4, 5, 10):
        assert firm.exit_hazard(history, year) == 0.0


def test_shares_are_of_firms_that_live_in_the_experiment():
    history = tiny.history()
    assert firm.default_share(history) == pytest.approx(1.0 / 3.0)
    assert tiny.value("firm.listed_share", history) == pytest.approx(1.0 / 3.0)
    assert tiny.value("firm.acquired_share", history) == 0.0
    sold = tiny.history(firms={"status": (ALIVE, FAILED_CASH, ACQUIRED)})
    assert tiny.value("firm.acquired_share", sold) == pytest.approx(1.0 / 3.0)


def test_closings_out_of_cash_are_a_share_of_closings():
    assert firm.liquidity_closures(FOUR) == 0.5
    assert math.isnan(firm.liquidity_closures(tiny.empty()))


def test_stages_count_those_reached_in_five_years():
    dates = np.zeros((3, 4))
    dates[:, 0] = 1.0
    dates[0, 1:3] = (3.0, 5.5)
    dates[1, 1] = 6.5
    history = tiny.cohort([1.0] * 3, [NEVER] * 3, [ALIVE] * 3, 7.0, stage_date=dates)
    assert firm.stage_reached(history) == pytest.approx((2 + 0 + 0) / 3.0)
    assert firm.time_to_growth(history) == pytest.approx(2.0)
    assert math.isnan(firm.stage_reached(tiny.empty()))
