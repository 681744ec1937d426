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
        ("hosted_income", 0.5),
        ("business_income", 1.3),
        ("equity_gain", 0.8),
        ("royalty_income", 0.0),
        ("funding_cost", 1.2),
        ("operating_cost", 1.0),
        ("guarantee_fees", 0.2),
        ("provisions", 1.0),
        ("commitment_fees", 0.5),
        ("relending_saving", 0.1),
        ("capital_benefit", 1.0),
        ("value_added_tax", 0.5),
        ("profit_before_tax", 5.3),
        ("income_tax", 1.1),
        ("profit", 4.2),
        ("subsidy", 2.0),
        ("free_capital_income", 0.4),
        ("all_banks_profit", 5.3 + 0.5),
        ("taken_back", 0.2 + 0.1 + 0.3),
    ],
)
def test_money_is_summed_over_banks_and_the_experiment(outcome, expected):
    assert tiny.value(f"bank.{outcome}", HISTORY) == pytest.approx(expected)


INCOME = (
    "interest_income", "commitment_fees", "relationship_income", "equity_gain",
    "royalty_income", "relending_saving", "capital_benefit",
)  # fmt: skip
EXPENSES = (
    "funding_cost", "value_added_tax", "operating_cost", "guarantee_fees", "provisions",
)  # fmt: skip


def test_income_less_expenses_is_profit_before_tax_and_the_policy_subsidy():
    income = sum(tiny.value(f"bank.{name}", HISTORY) for name in INCOME)
    paid = sum(tiny.value(f"bank.{name}", HISTORY) for name in EXPENSES)
    before = tiny.value("bank.profit_before_tax", HISTORY)
    tax = tiny.value("bank.income_tax", HISTORY)
    assert income - paid == pytest.approx(before)
    assert before - tax == pytest.approx(tiny.value("bank.profit", HISTORY))


def test_what_calls_cost_is_operating_cost():
    calls = tiny.history(panel={"calling": ((9, 9), (0.1, 0), (0, 0.2), (0, 0), (0, 0))})
    assert tiny.value("bank.operating_cost", calls) == pytest.approx(1.3)


def test_business_that_moves_from_a_host_to_a_lender_leaves_all_banks_where_they_were():
    moved = tiny.history(panel={
        "hosted": ((9, 9), (0, 0), (0, 0), (0, 0), (0, 0)),
        "relationship": ((9, 9), (0.3, 0.2), (0.2, 0), (0.3, 0), (0.2, 0.1)),
        "profit_before_tax": ((9, 9), (1.1, 0.5), (1.1, 0.3), (1.2, -1.0), (1.6, 1.0)),
    })  # fmt: skip
    assert tiny.value("bank.relationship_income", moved) == pytest.approx(1.3)
    for name in ("bank.all_banks_profit", "bank.business_income", "system.banks_profit"):
        assert tiny.value(name, moved) == pytest.approx(tiny.value(name, HISTORY))


def test_the_policy_subsidy_is_sized_against_profit_without_it():
    assert bank.subsidy_over_profit(HISTORY) == pytest.approx(2.0 / 5.3)
    losing = tiny.history(panel={"profit_before_tax": ((9, 9), *[(-1, 0)] * 4)})
    assert math.isnan(bank.subsidy_over_profit(losing))


def test_profit_is_worth_less_the_later_it_comes():
    # All banks together, at the end of each quarter, at a tenth a year.
    worth = 1.0 / 1.1**0.25 + 1.1 / 1.1**0.5 + 0.1 / 1.1**0.75 + 2.0 / 1.1
    assert tiny.value("bank.profit_discounted", HISTORY) == pytest.approx(worth)
    now = tiny.history(facts={"hurdle_rate": 0.0})
    assert tiny.value("bank.profit_discounted", now) == pytest.approx(4.2)


def test_discounted_profit_before_tax_stands_beside_that_after_tax():
    worth = 1.3 / 1.1**0.25 + 1.4 / 1.1**0.5 + 0.1 / 1.1**0.75 + 2.5 / 1.1
    assert tiny.value("bank.profit_before_tax_discounted", HISTORY) == pytest.approx(worth)
    now = tiny.history(facts={"hurdle_rate": 0.0})
    found = tiny.value("bank.profit_before_tax_discounted", now)
    assert found == pytest.approx(tiny.value("bank.profit_before_tax", now))


@pytest.mark.parametrize(
    ("outcome", "money"),
    [
        ("net_margin", 5.3),
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
    assert bank.early_margin(history) == pytest.approx((1.3 + 1.4) / 30.0)
