"""The income statement of the banks, checked against sums made by hand."""

import math

import pytest

from sim.outcomes import bank
from tests.outcomes import tiny

HISTORY = tiny.history()


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("interest_income", 6.0),
        ("relationship_income", 0.8),
        ("equity_gain", 0.8),
        ("royalty_income", 0.0),
        ("funding_cost", 1.2),
        ("operating_cost", 1.0),
        ("guarantee_fees", 0.2),
        ("provisions", 1.0),
        ("profit", 4.2),
        ("subsidy", 2.0),
    ],
)
def test_money_is_summed_over_banks_and_the_experiment(outcome, expected):
    assert tiny.value(f"bank.{outcome}", HISTORY) == pytest.approx(expected)


def test_income_less_expenses_is_profit_before_the_policy_subsidy():
    income = tiny.value("bank.interest_income", HISTORY) + tiny.value(
        "bank.relationship_income", HISTORY
    )
    income += tiny.value("bank.equity_gain", HISTORY) + tiny.value("bank.royalty_income", HISTORY)
    paid = tiny.value("bank.funding_cost", HISTORY) + tiny.value("bank.operating_cost", HISTORY)
    paid += tiny.value("bank.guarantee_fees", HISTORY) + tiny.value("bank.provisions", HISTORY)
    assert income - paid == pytest.approx(tiny.value("bank.profit", HISTORY))


@pytest.mark.parametrize(
    ("outcome", "money"),
    [
        ("net_margin", 4.2),
        ("lending_rate", 6.0),
        ("relationship_rate", 0.8),
        ("equity_gain_rate", 0.8),
        ("operating_cost_rate", 1.0),
    ],
)
def test_rates_are_money_over_the_balance_lent(outcome, money):
    assert tiny.value(f"bank.{outcome}", HISTORY) == pytest.approx(money / 60.0)


def test_rates_are_undefined_where_nothing_is_lent():
    assert math.isnan(tiny.value("bank.net_margin", tiny.empty()))
    assert tiny.value("bank.profit", tiny.empty()) == 0.0


def test_the_early_margin_counts_three_years():
    dates = (0.0, 1.0, 3.0, 3.25, 4.0)
    history = tiny.history(dates=tiny.np.array(dates), horizon=4.0, end=4.0)
    assert bank.early_margin(history) == pytest.approx((1.0 + 1.1) / 30.0)
