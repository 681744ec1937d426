"""The income statement of the banks, checked against sums made by hand."""

import math

import pytest

from sim.outcomes import bank
from tests.outcomes import tiny

HISTORY = tiny.history()


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (bank.interest_income, 6.0),
        (bank.relationship_income, 0.8),
        (bank.equity_gain, 0.8),
        (bank.royalty_income, 0.0),
        (bank.funding_cost, 1.2),
        (bank.operating_cost, 1.0),
        (bank.guarantee_fees, 0.2),
        (bank.provisions, 1.0),
        (bank.profit, 4.2),
        (bank.subsidy, 2.0),
    ],
)
def test_money_is_summed_over_banks_and_the_experiment(outcome, expected):
    assert outcome(HISTORY) == pytest.approx(expected)


def test_income_less_expenses_is_profit_before_the_policy_tolerance():
    income = bank.interest_income(HISTORY) + bank.relationship_income(HISTORY)
    income += bank.equity_gain(HISTORY) + bank.royalty_income(HISTORY)
    paid = bank.funding_cost(HISTORY) + bank.operating_cost(HISTORY)
    paid += bank.guarantee_fees(HISTORY) + bank.provisions(HISTORY)
    assert income - paid == pytest.approx(bank.profit(HISTORY))


@pytest.mark.parametrize(
    ("outcome", "money"),
    [
        (bank.net_margin, 4.2),
        (bank.lending_rate, 6.0),
        (bank.relationship_rate, 0.8),
        (bank.equity_gain_rate, 0.8),
        (bank.operating_cost_rate, 1.0),
    ],
)
def test_rates_are_money_over_the_balance_lent(outcome, money):
    assert outcome(HISTORY) == pytest.approx(money / 60.0)


def test_rates_are_undefined_where_nothing_is_lent():
    assert math.isnan(bank.net_margin(tiny.empty()))
    assert bank.profit(tiny.empty()) == 0.0


def test_the_early_margin_counts_three_years():
    dates = (0.0, 1.0, 3.0, 3.25, 4.0)
    history = tiny.history(dates=tiny.np.array(dates), horizon=4.0, end=4.0)
    assert bank.early_margin(history) == pytest.approx((1.0 + 1.1) / 30.0)
