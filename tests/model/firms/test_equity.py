"""Valuation, rounds, exits, and who gets what, by hand."""

import math
from types import SimpleNamespace

import pytest

from sim.base.draws import EXIT, uniform_pair
from sim.model.firms.board import Board, packed_boards
from sim.model.firms.equity import (
    acquisition_hazard,
    bring_investors,
    close_round,
    exercise,
    exercise_at_exit,
    exit_multiple,
    intrinsic,
    listing_hazard,
    round_hazard,
    seeks_round_at,
    sell_shares,
    set_value,
    share_out,
)
from sim.model.firms.record import NEVER, NO_RIGHT, ROYALTY, SWAP, WARRANT
from tests.model.firms.hand import firm, market, rules, three

LADDER = [0.4, 0.3, 0.2, 0.1]
VALUE = {
    "valuation_multiple": [20.0, 6.0, 4.0, 5.0], "valuation_exponent": 0.5,
    "non_venture_value_factor": 0.5, "valuation_quality_slope": 0.3,
}  # fmt: skip


@pytest.mark.parametrize(
    ("state", "factor", "expected"),
    [
        ({"venture": 1}, 1.0, 40.0),  # 20 x root of 4
        ({}, 1.0, 20.0),
        ({"venture": 1, "stage": 2}, 1.0, 8.0),
        ({"venture": 1}, 0.6, 24.0),
        ({"venture": 1, "quality": 2.0}, 1.0, 40.0 * math.exp(0.6)),
        ({"venture": 1, "log_value": math.log(0.5)}, 1.0, 20.0),
    ],
)
def test_value_by_stage_investors_quality_market_and_deviation(state, factor, expected):
    f = firm(log_scale=math.log(4.0), **state)
    set_value(f, rules(**VALUE), market(valuation=factor))
    assert f.value == pytest.approx(expected)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"venture": 1}, 0.0),  # it does not need money
        ({"venture": 1, "seeks_round": 1}, 0.4),
        ({"venture": 1, "project": 1, "stage": 1}, 0.3),
        ({"venture": 1, "arrears": 1, "stage": 3}, 0.1),
        ({"seeks_round": 1}, 0.02),
        ({"venture": 1, "seeks_round": 1, "setback": 1}, 0.1),
        ({"venture": 1, "seeks_round": 1, "introduction": 3.0, "quality_on_exit": 2.0}, 2.4),
    ],
)
def test_only_a_firm_that_seeks_money_meets_a_round(state, expected):
    p = rules(round_hazard=LADDER, non_venture_round_factor=0.05, setback_round_factor=0.25)
    assert round_hazard(firm(**state), p, market()) == pytest.approx(expected)
    assert round_hazard(firm(**state), p, market(rounds=0.5)) == pytest.approx(0.5 * expected)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({}, 0.3),
        ({"value": 99.0}, 0.0),
        ({"sales": 29.0}, 0.0),
        ({"sales": 0.0, "value": 400.0}, 0.3),  # worth so much that sales do not matter
        ({"birth": 2.1}, 0.0),  # less than three years old
        ({"setback": 1}, 0.0),
        ({"venture": 0}, 0.03),
        ({"quality_on_exit": 2.0}, 0.6),
    ],
)
def test_listing_needs_age_value_sales_and_good_health(state, expected):
    p = rules(
        listing_hazard=LADDER, non_venture_listing_factor=0.1,
        **packed_boards({
            "sales": Board(age=3.0, value=100.0, sales=30.0),
            "milestone": Board(age=3.0, value=400.0),
        }),
    )  # fmt: skip
    usual = {"stage": 1, "venture": 1, "value": 100.0, "sales": 30.0, "now": 5.0}
    f = firm(**(usual | state))
    assert listing_hazard(f, p, market()) == pytest.approx(expected)
    assert listing_hazard(f, p, market(listing=0.2)) == pytest.approx(0.2 * expected)


@pytest.mark.parametrize("stage", range(4))
def test_a_sale_depends_on_stage_market_and_backing(stage):
    p = rules(acquisition_hazard=LADDER, non_venture_acquisition_factor=0.5)
    for venture, factor in ((1, 0.6), (0, 0.3)):
        f = firm(stage=stage, venture=venture)
        found = acquisition_hazard(f, p, market(acquisition=0.6))
        assert found == pytest.approx(factor * LADDER[stage])


@pytest.mark.parametrize(
    ("state", "date"),
    [
        ({"cash": 10.0, "flow": -5.0}, 2.5),  # two years of cash; it seeks at half a year
        ({"cash": 1.0, "flow": -5.0}, 1.0),  # late already
        ({"cash": 10.0, "flow": -5.0, "seeks_round": 1}, NEVER),
        ({"cash": 10.0, "flow": 0.0}, NEVER),
    ],
)
def test_the_date_at_which_a_firm_starts_to_look_for_investors(state, date):
    assert seeks_round_at(firm(now=1.0, **state), rules(raise_below_runway=0.5)) == date


@pytest.mark.parametrize(
    ("state", "amount"),
    [
        ({"flow": -1.0}, 2.0),  # two years of drain
        ({"flow": -1.0, "cash": -0.5}, 2.5),
        ({"flow": -1.0, "project": 1, "demand": 1.5}, 3.5),
        ({"flow": -9.0}, 5.0),  # a fifth of the firm after the money: 5 of 25
        ({"flow": 1.0}, 0.0),
    ],
)
def test_a_round_sells_what_is_needed_and_at_most_the_usual_dilution(state, amount):
    f = firm(value=20.0, founders=0.7, investors=0.2, holder=0.1, **state)
    cash = float(f.cash)
    close_round(f, rules(dilution=[0.2] * 4, raise_for_years=2.0))
    sold = amount / (20.0 + amount)
    assert f.cash - cash == f.cum_equity == f.last_round == pytest.approx(amount)
    assert (f.founders, f.holder) == pytest.approx((0.7 * (1 - sold), 0.1 * (1 - sold)))
    assert f.investors == pytest.approx(0.2 * (1 - sold) + sold)
    assert f.rounds == (amount > 0.0)


@pytest.mark.parametrize(
    ("value", "amount"), [(100.0, 40.0), (60.0, 60.0 * 0.3 / 0.7), (0.0, 0.0)]
)
def test_investors_whom_the_bank_brings_put_in_once_what_the_firm_is_worth(value, amount):
    k = SimpleNamespace(brought_equity=40.0, brought_stake=0.3)
    f = firm(value=value, founders=0.8, investors=0.2, cash=1.0)
    assert bring_investors(f, k) == pytest.approx(amount)
    sold = amount / (value + amount) if amount > 0.0 else 0.0
    assert (f.cash, f.founders) == pytest.approx((1.0 + amount, 0.8 * (1.0 - sold)))
    assert f.cum_equity == f.last_round == pytest.approx(amount)
    assert sold <= 0.3 + 1e-12
    again = float(f.cash)
    bring_investors(f, k)
    assert f.cash == again or amount == 0.0


def test_an_exit_is_lognormal_around_its_centre():
    p = rules(exit_log_sd=0.0, exit_tail_share=0.0)
    assert [exit_multiple(f, p, market()) for f in three()] == [1.0] * 3
    wide = rules(exit_log_sd=0.6, exit_tail_share=0.0)
    wider = rules(exit_log_sd=1.2, exit_tail_share=0.0)
    one, two = (math.log(exit_multiple(firm(), p, market())) for p in (wide, wider))
    assert two == pytest.approx(2.0 * one)


def test_a_tail_exit_is_a_pareto_multiple_of_it():
    _, tail = uniform_pair(1, 2, 1, EXIT, 0, 0)
    for share in (1.0, 1.01 * tail):
        p = rules(exit_log_sd=0.0, exit_tail_share=share, exit_tail_index=2.0)
        assert exit_multiple(firm(), p, market()) == pytest.approx((share / tail) ** 0.5)
    p = rules(exit_log_sd=0.0, exit_tail_share=0.99 * tail, exit_tail_index=2.0)
    assert exit_multiple(firm(), p, market()) == 1.0


@pytest.mark.parametrize(
    ("stake", "value", "gain"),
    [(0.25, 40.0, 8.5), (0.05, 40.0, 0.1), (0.25, 6.0, 0.0), (0.05, 38.0, 0.0), (0.25, 2.0, -1.0)],
)
def test_the_gain_of_subscribing_counts_the_money_that_the_subscription_brings(stake, value, gain):
    assert intrinsic(firm(stake=stake, exercise_amount=2.0), value) == pytest.approx(gain)


def test_new_shares_leave_each_owner_as_much_less():
    parts = {"founders": 0.4, "investors": 0.2, "holder": 0.1, "buyers": 0.2, "fund": 0.1}
    f = firm(value=30.0, **parts)
    sell_shares(f, 10.0)
    kept = {name: 0.75 * part for name, part in parts.items()}
    kept["investors"] += 0.25
    assert {name: float(f[name]) for name in parts} == pytest.approx(kept)


def test_a_holder_that_subscribes_pays_and_dilutes_everyone():
    f = firm(founders=0.6, investors=0.4, stake=0.25, exercise_amount=2.0, cash=1.0)
    exercise(f)
    assert (f.founders, f.investors, f.holder) == pytest.approx((0.45, 0.3, 0.25))
    assert (f.cash, f.cum_exercise_amount, f.exercised) == (3.0, 2.0, 1)


@pytest.mark.parametrize(
    ("right", "trigger", "value", "shared"),
    [
        (NO_RIGHT, 0.0, 40.0, 40.0),
        (ROYALTY, 0.0, 40.0, 40.0),
        (WARRANT, 0.0, 40.0, 42.0),
        (WARRANT, 0.0, 5.0, 5.0),  # struck at 8 after the money
        (SWAP, 40.0, 40.0, 42.0),
        (SWAP, 40.0, 39.9, 39.9),  # the trigger has not been reached
        (SWAP, 4.0, 5.0, 5.0),
    ],
)
def test_a_right_is_used_at_exit_where_it_lives_and_pays(right, trigger, value, shared):
    f = firm(right=right, stake=0.25, exercise_amount=2.0, trigger=trigger)
    assert exercise_at_exit(f, value) == shared
    assert f.exercised == (shared > value)


def test_an_exit_is_shared_out_by_the_cap_table_and_half_of_the_gain_passed_on():
    f = firm(
        founders=0.6,
        investors=0.4,
        right=WARRANT,
        stake=0.25,
        exercise_amount=2.0,
        lender_gain_share=0.5,
    )
    share_out(f, exercise_at_exit(f, 40.0))
    assert f.exit_value == 42.0
    assert (f.founder_proceeds, f.investor_proceeds) == pytest.approx((18.9, 12.6))
    assert f.holder_proceeds == pytest.approx(10.5)
    assert f.cum_gain == pytest.approx(0.5 * 8.5)


def test_a_holder_that_has_lost_passes_nothing_on():
    f = firm(founders=0.75, holder=0.25, cum_exercise_amount=2.0, lender_gain_share=0.5)
    share_out(f, 4.0)
    assert (f.holder_proceeds, f.cum_gain) == (1.0, 0.0)
