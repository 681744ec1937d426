"""The right on equity: a published contract in both of its readings, and the firm's choice.

Two million buy a stake in a firm once it is worth forty. In one reading the stake is a
quarter, in the other a twentieth.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from sim.model.firms.equity import intrinsic
from sim.model.firms.record import NEVER, NO_RIGHT, OUTSIDE, RIGHT_TERMS, ROYALTY, SWAP, WARRANT
from sim.model.firms.right import (
    choose_delivery,
    cost_of_right,
    count_compliance,
    delivery_cost,
    end_right,
    expire,
    is_compliant,
    right_value,
    royalty_end,
    waive,
)
from sim.model.firms.right import test_trigger as hit_trigger
from tests.model.firms.hand import firm, rules

MOST = 4.0
"""Standard errors; one false alarm in sixteen thousand."""
READINGS = {"a quarter": 0.25, "a twentieth": 0.05}
# Income of 0.12 a year on ten millions of cash and of sales, all of it demanded.
BUSINESS = {
    "deposit_margin": 0.02, "deposit_share": 0.5, "settlement_fee_share": 0.002,
    "guarantee_fee_rate": 0.0, "delivery_cost": 0.4,
    "right_volatility": 0.6, "right_discount": 0.03,
}  # fmt: skip


def swap(stake=0.25, **values):
    """A firm that has granted the right for three years."""
    terms = {
        "right": SWAP, "stake": stake, "exercise_amount": 2.0, "trigger": 40.0, "expiry": 3.0,
        "value": 40.0, "cash": 10.0, "sales": 10.0, "demanded_move_hazard": 0.6,
        "lender_gain_share": 0.5,
    }  # fmt: skip
    return firm(**(terms | values))


# --- The contract at its trigger -----------------------------------------------------------


@pytest.mark.parametrize(
    ("stake", "gain"), [(0.25, 0.25 * (40.0 + 2.0) - 2.0), (0.05, 0.05 * (40.0 + 2.0) - 2.0)]
)
def test_gain_at_the_trigger_in_both_readings(stake, gain):
    f = swap(stake)
    assert intrinsic(f, 40.0) == pytest.approx(gain)
    assert gain == pytest.approx({0.25: 8.5, 0.05: 0.1}[stake])
    # With no time left the firm expects just this past the trigger, and nothing before it.
    for value, expected in ((40.000001, gain), (39.999999, 0.0)):
        f.value = value
        assert right_value(f, rules(**BUSINESS), 3.0) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("stake", READINGS.values(), ids=READINGS)
def test_below_the_trigger_nothing_happens(stake):
    f = swap(stake, value=39.99, compliant=9)
    before = f.copy()
    assert hit_trigger(f, rules(**BUSINESS), 1.0) == 0
    assert f == before


@pytest.mark.parametrize("stake", READINGS.values(), ids=READINGS)
def test_a_firm_that_has_brought_its_business_for_a_year_owes_nothing(stake):
    f = swap(stake, compliant=4, deliver=1)
    assert hit_trigger(f, rules(**BUSINESS), 1.0) == 1
    assert (f.founders, f.holder, f.cum_exercise_amount, f.cash) == (1.0, 0.0, 0.0, 10.0)
    assert (f.right, f.waived, f.exercised) == (NO_RIGHT, 1, 0)


@pytest.mark.parametrize(
    ("stake", "switching_cost_weight", "outcome"),
    [
        (0.25, 1.0, 1),  # two more years of business cost 0.096, the right 8.5
        (0.05, 1.0, 1),  # 0.1
        (0.25, 80.0, 1),  # 7.68 for a firm that hates to move
        (0.25, 90.0, 2),  # 8.64
        (0.05, 1.04, 1),  # 0.09984
        (0.05, 1.05, 2),  # 0.1008
    ],
)
def test_at_the_trigger_the_firm_takes_the_cheaper_of_business_and_dilution(
    stake, switching_cost_weight, outcome
):
    f, p = swap(stake, switching_cost_weight=switching_cost_weight), rules(**BUSINESS)
    assert delivery_cost(f, p, 1.0) == pytest.approx(0.096 * switching_cost_weight)
    assert hit_trigger(f, p, 1.0) == outcome
    assert f.right == NO_RIGHT
    if outcome == 1:
        assert (f.deliver, f.waived, f.founders) == (1, 1, 1.0)
    else:
        assert (f.waived, f.exercised, f.cash) == (0, 1, 12.0)
        assert (f.founders, f.holder) == pytest.approx((1.0 - stake, stake))


def test_nobody_subscribes_at_a_loss():
    # Struck above the trigger: at 30 the stake is worth less than it costs.
    f = swap(0.05, trigger=30.0, value=30.0, switching_cost_weight=1e6)
    assert hit_trigger(f, rules(**BUSINESS), 1.0) == 0
    assert f.right == SWAP


@pytest.mark.parametrize("right", [NO_RIGHT, WARRANT, ROYALTY])
def test_only_a_swap_right_has_a_trigger(right):
    assert hit_trigger(swap(right=right, compliant=4), rules(**BUSINESS), 1.0) == 0


# --- Before the trigger --------------------------------------------------------------------


def test_before_the_trigger_the_right_is_worth_more_the_longer_it_lives_and_the_better_the_firm():
    p = rules(**BUSINESS)
    by_years = [right_value(swap(value=20.0), p, t) for t in (2.9, 2.0, 1.0, 0.0)]
    assert by_years == sorted(by_years)
    by_value = [right_value(swap(value=v), p, 0.0) for v in (10.0, 20.0, 40.0)]
    assert 0.0 < by_value[0] < by_value[1] < by_value[2]


def test_without_volatility_the_right_is_worth_its_discounted_gain():
    p = rules(**(BUSINESS | {"right_volatility": 1e-9}))
    # The value grows at the discount rate, so 40 today is beyond the trigger in two years.
    expected = 0.25 * (40.0 - 6.0 * math.exp(-0.06))
    assert right_value(swap(), p, 1.0) == pytest.approx(expected)


@pytest.mark.parametrize("terms", [{"right": NO_RIGHT}, {"right": ROYALTY}, {"stake": 0.0}])
def test_what_is_no_right_on_equity_costs_the_owners_nothing(terms):
    assert right_value(swap(**terms), rules(**BUSINESS), 0.0) == 0.0


@pytest.mark.parametrize(("switching_cost_weight", "deliver"), [(1.0, 1), (1e6, 0)])
def test_at_signing_the_firm_delivers_if_that_is_cheaper(switching_cost_weight, deliver):
    f = swap(switching_cost_weight=switching_cost_weight, deliver=1 - deliver)
    choose_delivery(f, rules(**BUSINESS), 0.0)
    assert f.deliver == deliver


def test_delivery_is_chosen_where_it_costs_less_than_the_right_is_worth():
    p, f = rules(**BUSINESS), swap()
    f.switching_cost_weight = right_value(f, p, 0.0) / delivery_cost(f, p, 0.0)
    for factor, deliver in ((0.999, 1), (1.001, 0)):
        g = swap(switching_cost_weight=factor * f.switching_cost_weight)
        choose_delivery(g, p, 0.0)
        assert g.deliver == deliver


@pytest.mark.parametrize(("host", "after"), [(2, 4), (1, 0), (OUTSIDE, 0)])
def test_quarters_count_from_the_last_at_whose_end_the_account_was_elsewhere(host, after):
    f = swap(home=2, host=host, compliant=3)
    count_compliance(f)
    assert f.compliant == after
    assert is_compliant(f) == (after >= 4)


def test_business_is_counted_for_a_swap_right_only():
    f = swap(right=WARRANT, home=2, host=2, compliant=3)
    count_compliance(f)
    assert f.compliant == 3


# --- The end -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "gain"), [(40.0, 0.5 * 0.4 * 8.5), (5.0, 0.0), (6.0, 0.0), (10.0, 0.5 * 0.4 * 1.0)]
)
def test_a_warrant_in_the_money_is_sold_at_a_discount_when_it_expires(value, gain):
    f = swap(right=WARRANT, trigger=0.0, value=value, liquidity=0.4)
    assert expire(f) == pytest.approx(gain)
    assert f.cum_gain == pytest.approx(gain)
    assert (f.right, f.founders, f.exercised) == (NO_RIGHT, 1.0, 0)


@pytest.mark.parametrize(("compliant", "waived"), [(4, 1), (3, 0)])
def test_a_swap_right_that_was_never_triggered_brings_nothing(compliant, waived):
    f = swap(compliant=compliant)
    assert expire(f) == 0.0
    assert (f.right, f.waived, f.cum_gain) == (NO_RIGHT, waived, 0.0)


def test_a_right_that_has_ended_leaves_no_terms():
    f = swap(anniversary=1.0, royalty_share=0.02)
    end_right(f)
    left = {column.name for column in RIGHT_TERMS if f[column.name] != column.neutral}
    assert (left, f.anniversary) == ({"lender_gain_share"}, NEVER)
    assert f.lender_gain_share == 0.5  # of shares that were subscribed before


def test_a_waived_right_leaves_the_cap_table_and_the_promise_as_they_are():
    f = swap(deliver=1)
    waive(f)
    assert (f.waived, f.right, f.founders, f.deliver, f.demanded_move_hazard) == (
        1,
        NO_RIGHT,
        1.0,
        1,
        0.6,
    )


@pytest.mark.parametrize(
    ("terms", "date"),
    [
        ({"royalty": 0.5}, 3.0),  # 1.0 of 2.0 is paid; half a million a year from year one
        ({"royalty": 0.5, "cum_royalty": 2.5}, 1.0),
        ({"royalty": 0.0}, NEVER),
        ({"royalty": 0.5, "right": WARRANT}, NEVER),
    ],
)
def test_a_royalty_ends_at_its_cap(terms, date):
    start = {"right": ROYALTY, "royalty_cap": 2.0, "cum_royalty": 1.0, "now": 1.0}
    assert royalty_end(firm(**(start | terms))) == date


# --- What a right costs the owners ---------------------------------------------------------


def cost(stake, exercise_amount, trigger, value, years):
    return cost_of_right((stake, exercise_amount, trigger), value, years, 0.6, 0.03)


@pytest.mark.parametrize("years", [0.5, 3.0, 10.0])
def test_without_a_trigger_a_right_is_a_call_on_a_stake(years):
    # 2 buys a twentieth: 40 after the money, 38 before it.
    sd = 0.6 * math.sqrt(years)
    up = (math.log(50.0 / 38.0) + 0.03 * years) / sd + 0.5 * sd
    call = 50.0 * norm.cdf(up) - 38.0 * math.exp(-0.03 * years) * norm.cdf(up - sd)
    assert cost(0.05, 2.0, 0.0, 50.0, years) == pytest.approx(0.05 * call, rel=1e-12)
    # A trigger below the strike never stops a right that is worth anything.
    assert cost(0.05, 2.0, 37.0, 50.0, years) == pytest.approx(0.05 * call, rel=1e-12)


def test_a_right_costs_what_it_pays_on_average():
    # Brute force: values three years on under the discount rate, paid above the trigger.
    years, n = 3.0, 400_000
    luck = np.random.default_rng(23).standard_normal(n)
    value = 50.0 * np.exp((0.03 - 0.18) * years + 0.6 * np.sqrt(years) * luck)
    paid = np.exp(-0.03 * years) * np.where(value > 125.0, 0.05 * (value - 38.0), 0.0)
    expected = cost(0.05, 2.0, 125.0, 50.0, years)
    assert abs(paid.mean() - expected) < MOST * paid.std() / np.sqrt(n)


@pytest.mark.parametrize(
    ("value", "trigger", "paid"),
    [
        (30.0, 0.0, 0.0),
        (40.0, 0.0, 0.05 * 2.0),
        (100.0, 0.0, 0.05 * 62.0),
        (100.0, 125.0, 0.0),
        (130.0, 125.0, 0.05 * 92.0),
    ],
)
def test_on_its_last_day_a_right_costs_its_gain(value, trigger, paid):
    assert cost(0.05, 2.0, trigger, value, 0.0) == pytest.approx(paid, abs=1e-12)


@given(st.floats(10.0, 500.0), st.floats(0.25, 8.0))
def test_a_higher_trigger_never_costs_more(value, years):
    low, mid, high = (cost(0.05, 2.0, at, value, years) for at in (0.0, 100.0, 400.0))
    assert low >= mid >= high >= 0.0


def test_a_right_to_nothing_costs_nothing():
    assert cost(0.0, 0.0, 0.0, 50.0, 3.0) == 0.0
    assert cost(0.0, 2.0, 40.0, 50.0, 3.0) == 0.0
    assert cost(0.05, 2.0, 0.0, 0.0, 3.0) == pytest.approx(0.0, abs=1e-9)


def test_a_firm_prices_its_right_by_the_rule_by_which_banks_do():
    p = rules(**BUSINESS)
    for trigger, value, years in ((0.0, 20.0, 0.0), (60.0, 50.0, 1.5), (300.0, 200.0, 4.0)):
        f = swap(0.05, exercise_amount=2.0, trigger=trigger, value=value, expiry=1.0 + years)
        assert right_value(f, p, 1.0) == cost(0.05, 2.0, trigger, value, years)
