"""What is dated comes into force in a run: at the ends of months, and not before."""

from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.engine.processes import run_world
from sim.engine.settlement import mean_rules
from sim.engine.world import World, renew_rules
from sim.experiment.simulate import freeze
from sim.model.banks.bank import BANK_RULES
from sim.model.firms.flows import BUSINESS
from sim.scenario.scenario import Scenario
from tests.engine.hand import economy, world
from tests.house.small import branch, changed_books, changed_lives, history, study

RELENDING = {"kind": "relending", "refinanced_share": 0.6, "rate": 0.0175, "quota": 50.0}
CLAUSE = {"arrangement.revenue_swap.funding": RELENDING}
CHANGES: dict[str, Any] = {
    "loan_prime_rate.one_year_rate": 0.041,
    "underwriting.spread_cap": (0.02, 0.015, 0.01, 0.005),
    "underwriting.funding_rate": 0.024,
    "relationship.deposit_margin": 0.021,
    "capital.medium_weight": 1.0,
    "capital.own_buffer": 0.02,
    "bank.state_bank_a.surcharge": 0.03,
    "underwriting.everybody_served": True,
    "cash.everybody_liquid": True,
    "board.bse_large_research.value": 20.0,
    "equity_market.winter_valuation": 0.9,
    "arrangement.revenue_swap.funding.rate": 0.0125,
}
"""Keys that are dated in turn, and what they change to."""


def dated(date: float, *keys: str) -> Scenario:
    """A small study in which some values change at a date, or which has none that are dated."""
    steps = {key: [{"years_from_start": date, "value": CHANGES[key]}] for key in keys}
    return study(CLAUSE | {"population.firms": 120, "dated": steps})


@cache
def lived(name: str) -> World:
    """Five years after three of history under rules that never change."""
    return branch(history(dated(0.0)), name)


@pytest.mark.parametrize("name", ["plain", "revenue_swap"])
def test_a_constant_path_is_the_number_to_the_last_bit(name: str) -> None:
    known, middle = dated(0.0), (-2.03, 0.0, 1.37, 2.0)
    steps = {
        key: [{"years_from_start": date, "value": known[key]} for date in middle]
        for key in (*CHANGES, "board.star_milestone.is_open")
    }
    w = branch(history(known.with_values({"dated": steps})), name)
    assert changed_lives(lived(name), w) == []
    assert changed_books(lived(name), w) == []
    mine, other = freeze(w).facts, freeze(lived(name)).facts
    assert {key for key in mine if not np.array_equal(mine[key], other[key])} == set()


@pytest.mark.parametrize("key", CHANGES)
def test_what_changes_on_a_date_changes_nothing_before_it(key: str) -> None:
    # The month in which year 1.5 lies ends there: the committee of that day knows the new value.
    before, after = 17 / 12, 2.5
    past = history(dated(1.5, key))
    same, other = (past.branch("revenue_swap") for _ in range(2))
    known, later = (history(dated(0.0)).branch("revenue_swap") for _ in range(2))
    for w in (same, known):
        run_world(w, 0.0, before)
    assert changed_lives(known, same) + changed_books(known, same) == []
    for w in (other, later):
        run_world(w, 0.0, after)
    moved = changed_lives(later, other) + changed_books(later, other)
    assert moved != []


def test_a_start_meets_the_rates_of_its_date() -> None:
    steps = {
        "loan_prime_rate.one_year_rate": [
            {"date": f"{day}", "value": value}
            for day, value in (("2019-01-01", 0.0431), ("2022-01-20", 0.037), ("2025-05-20", 0.03))
        ]
    }
    for start, rate in (("2019-01-01", 0.0431), ("2022-02-01", 0.037), ("2025-06-01", 0.03)):
        values = {"population.firms": 120, "experiment.start_date": start, "dated": steps}
        values |= {"experiment.warm_up_years": 0.0, "population.initial_share": 1.0}
        # One bank that lends to everybody asks for what it may.
        values |= {"underwriting.known_banks": 1, "underwriting.policy_subsidy_rate": 1.0}
        w = branch(history(study(as_dates(values))), "plain")
        book = w.book.rows[w.book.rows["date"] < 1.0]
        stage = w.scenario.underwriting.spread_cap
        assert book.size
        assert set(np.round(book["rate"], 9)) <= {round(rate + spread, 9) for spread in stage}


def test_funds_cost_what_they_cost_month_by_month() -> None:
    # Two months at the old price and one at the new: the day in March counts from its end on.
    steps = [{"years_from_start": 1.5 / 12, "value": 0.05}]
    values = {"underwriting.funding_rate": 0.02, "dated": {"underwriting.funding_rate": steps}}
    w = world(economy(values=values), cash=5.0)
    run_world(w, 0.0, 0.5)
    first, second = (panel for _, panel in w.panel)
    price = (2 * 0.02 + 0.05) / 3
    books = w.banks[0]
    # Without loans all capital is free and earns the transfer price for the parent.
    earned = books.free_income
    opening = 0.25 * price * 3.0
    assert earned == pytest.approx(opening + 0.25 * 0.05 * (3.0 + opening), rel=1e-9)
    assert first.shape == second.shape


def test_what_a_firm_brings_is_worth_what_deposits_are_worth_at_the_time() -> None:
    key = "relationship.deposit_margin"
    tripled = {"dated": {key: [{"years_from_start": 5 / 12, "value": 0.03}]}}
    brought = []
    for given in ({}, tripled):
        w = world(economy(values={key: 0.01, "relationship.settlement_fee_share": 0.0, **given}),
                  cash=(5.0, 6.0, 7.0), cash_months=999.0)  # fmt: skip
        levels = []
        for start, end in ((0.0, 0.25), (0.25, 5 / 12), (5 / 12, 1.0)):
            run_world(w, start, end)
            levels.append(w.posted[:, BUSINESS].copy())
        brought.append(np.diff(levels, axis=0, prepend=0.0))
    constant, path = brought
    assert constant.min() > 0.0
    assert path[:2] == pytest.approx(constant[:2], rel=1e-12)
    assert path[2] == pytest.approx(3.0 * constant[2], rel=1e-12)


def test_rules_that_hold_for_a_part_of_the_time_count_for_it() -> None:
    first, second = BANK_RULES.empty(2), BANK_RULES.empty(2)
    first.appetite, second.appetite = 0.1, (0.1, 0.4)
    mean = mean_rules([(0.2, first), (0.1, second)])
    assert mean.appetite == pytest.approx([0.1, 0.2])
    assert mean.appetite[0] == 0.1
    assert mean_rules([(0.0, first), (0.0, second)]) is second


def test_a_board_closes_and_opens_again() -> None:
    key = "board.star_sales.is_open"
    steps = [{"years_from_start": 0.25, "value": False}, {"years_from_start": 0.5, "value": True}]
    w = world(economy(values={"dated": {key: steps}, "board.star_sales.value": 1000.0}))
    asked, place = [], list(w.scenario.board).index("star_sales")
    for start, end in ((0.0, 2 / 12), (2 / 12, 0.25), (0.25, 0.5)):
        run_world(w, start, end)
        asked.append(float(w.params.board_value[0, place]))
    assert asked == [1000.0, np.inf, 1000.0]


def test_rules_are_left_alone_where_nothing_is_dated() -> None:
    w = world(economy())
    w.common.one_year_rate = 0.5
    assert not renew_rules(w, 0.0)
    assert w.common.one_year_rate[0] == 0.5


def as_dates(values: dict[str, Any]) -> dict[str, Any]:
    """Values with days in the place of their texts."""
    from datetime import date as Date  # noqa: N812 -- a type among dates in years

    values["experiment.start_date"] = Date.fromisoformat(values["experiment.start_date"])
    for steps in values["dated"].values():
        for step in steps:
            step["date"] = Date.fromisoformat(str(step["date"]))
    return values
