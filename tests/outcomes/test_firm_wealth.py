"""Founders: dilution, wealth and what it is worth to them."""

import math

import numpy as np
import pytest

from sim.model.firms.record import ALIVE
from sim.outcomes import firm_wealth as wealth
from tests.outcomes import tiny

HISTORY = tiny.history()


def test_dilution_is_the_share_sold_by_firms_that_enter_in_the_experiment():
    assert wealth.dilution(HISTORY) == pytest.approx(0.25)


def test_wealth_is_exit_proceeds_payments_and_half_of_what_cannot_be_sold():
    assert wealth.founder_values(HISTORY).tolist() == [0.0, 30.0]
    firms = {"status": (ALIVE, ALIVE, ALIVE), "value": (100.0, 8.0, 10.0),
             "cum_dividend": (0.0, 2.0, 0.0), "founder_proceeds": (0.0, 0.0, 0.0)}  # fmt: skip
    assert wealth.founder_values(tiny.history(firms=firms)).tolist() == [4.0 + 2.0, 2.5]


def test_wealth_is_discounted_to_the_firm_s_entry():
    history = tiny.history(facts={"discount_rate": 0.05})
    assert wealth.founder_values(history)[1] == pytest.approx(30.0 * 1.05**-0.7)


def test_mean_median_and_share_left_with_nothing():
    assert wealth.founder_wealth(HISTORY) == 15.0
    assert wealth.founder_wealth_median(HISTORY) == 15.0
    assert wealth.founder_zero_share(HISTORY) == 0.5
    for outcome in (wealth.founder_wealth, wealth.founder_wealth_median,
                    wealth.founder_zero_share, wealth.dilution,
                    wealth.founder_certainty_equivalent):  # fmt: skip
        assert math.isnan(outcome(tiny.empty()))


def test_the_certainty_equivalent_counts_wealth_outside_the_firm():
    # one over the mean of one over wealth: 2 / (1 / 0.5 + 1 / 30.5) - 0.5
    expected = 2.0 / (1.0 / 0.5 + 1.0 / 30.5) - 0.5
    assert wealth.founder_certainty_equivalent(HISTORY) == pytest.approx(expected)


def test_the_certainty_equivalent_falls_with_risk_aversion_from_the_mean():
    values = np.array([0.0, 30.0])
    equivalents = [wealth.certainty_equivalent(values, risk, 0.5) for risk in (0.0, 0.5, 1.0, 2.0)]
    assert equivalents[0] == pytest.approx(15.0)
    assert equivalents == sorted(equivalents, reverse=True)
    assert wealth.certainty_equivalent(values, 1.0 + 1e-7, 0.5) == pytest.approx(
        equivalents[2], rel=1e-5
    )
