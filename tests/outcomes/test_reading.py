"""Sums, time averages and yearly flows of a history."""

import math

import numpy as np
import pytest

from sim.outcomes import reading
from tests.outcomes import tiny


def test_flows_before_the_start_date_do_not_count():
    assert reading.total(tiny.history(), "interest") == pytest.approx(6.0)
    assert reading.total(tiny.history(), "interest", "relationship") == pytest.approx(6.8)


def test_periods_have_the_length_between_settlements():
    assert reading.quarters(tiny.history()).tolist() == [0.25, 0.25, 0.25, 0.25]


def test_the_first_period_starts_at_date_0_where_there_is_no_history():
    history = tiny.cohort([0.0], [9.0], [1], horizon=1.0)
    assert reading.quarters(history).sum() == pytest.approx(1.0)


def test_a_time_average_follows_straight_lines_between_settlements():
    history = tiny.history()
    levels = np.array([0.0, 4.0, 4.0, 4.0, 0.0])
    assert reading.time_average(history, levels) == pytest.approx(3.0)


def test_a_time_average_leaves_out_undefined_levels():
    history = tiny.history()
    levels = np.array([np.nan, 2.0, 2.0, 2.0, 4.0])
    assert reading.time_average(history, levels) == pytest.approx((2.0 + 2.0 + 3.0) / 3.0)


def test_a_time_average_counts_each_period_by_its_length():
    # Half-way levels of 0.5, 1.5, 2.5 and 3.5 for 0.1, 0.1, 0.3 and 0.5 years.
    history = tiny.history(dates=np.array([0.0, 0.1, 0.2, 0.5, 1.0]))
    assert reading.time_average(history, np.arange(5.0)) == pytest.approx(2.7)


def test_an_average_over_nothing_is_undefined():
    assert math.isnan(reading.time_average(tiny.history(), np.full(5, np.nan)))
    assert math.isnan(reading.ratio(1.0, 0.0))
    assert math.isnan(reading.mean(np.zeros(0)))


def test_years_of_a_stage_are_the_integral_of_its_count():
    history = tiny.history()
    assert reading.years_of_stage(history, "count", 0) == pytest.approx(1.25)
    assert reading.of_all_stages(history, "count").tolist() == [2, 3, 3, 2, 2]


def test_opening_and_closing_levels_are_those_of_the_first_and_last_day():
    history = tiny.history()
    assert reading.opening(history, history.series("gap")) == 10.0
    assert reading.closing(history, history.series("gap")) == 14.0
    assert reading.opening(tiny.empty(), np.zeros(0)) == 0.0


def test_the_opening_level_is_the_last_one_before_the_first_day():
    history = tiny.history(dates=np.array([-0.5, -0.25, 0.0, 0.5, 1.0]))
    assert reading.opening(history, np.arange(5.0)) == 2.0
    later = tiny.history(dates=np.array([0.2, 0.4, 0.6, 0.8, 1.0]))
    assert reading.opening(later, np.arange(1.0, 6.0)) == 0.0


def test_yearly_flows_sum_the_quarters_of_each_year_by_bank():
    assert reading.yearly(tiny.history(), "loss").tolist() == [[0.0, 1.5]]
    assert reading.yearly(tiny.empty(), "loss").shape == (0, 2)


def test_a_settlement_on_the_last_day_of_a_year_belongs_to_it():
    dates = np.array([0.0, 0.5, 1.0, 1.5, 2.0])
    flow = [[9, 9], [1, 0], [2, 0], [4, 0], [8, 0]]
    history = tiny.history(dates=dates, horizon=2.0, end=2.0, panel={"loss": flow})
    assert reading.yearly(history, "loss")[:, 0].tolist() == [3.0, 12.0]
