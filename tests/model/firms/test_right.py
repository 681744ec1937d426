"""The right on equity: a published contract in both of its readings, and the firm's choice.

Two million buy a stake in a firm once it is worth forty. In one reading the stake is a
quarter, in the other a twentieth.
"""

import math

import pytest

from sim.model.firms.equity import exercise, intrinsic, sell_right, share_out
from sim.model.firms.record import (
    EXERCISED,
    NEVER,
    NO_RIGHT,
    OUTSIDE,
    RIGHT_TERMS,
    ROYALTY,
    SWAP,
    WAIVED,
    WARRANT,
)
from sim.model.firms.relationship import delivered_worth, hazard_to_lender, leaving_hazard
from sim.model.firms.right import (
    UNUSED,
    choose_delivery,
    count_compliance,
    delivery_cost,
    end_right,
    expire,
    let_sleep,
    right_value,
    royalty_end,
    sleeps,
)
from sim.model.firms.right import test_trigger as hit_trigger
from sim.model.firms.worth_of_right import cost_of_right, most_worth_paying
from tests.model.firms.hand import firm, rules
from tests.oracles.values import cases

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
    f = swap(stake, value=39.99)
    before = f.copy()
    assert not hit_trigger(f)
    assert f == before


@pytest.mark.parametrize("stake", READINGS.values(), ids=READINGS)
def test_at_the_trigger_the_right_is_used_at_once_unless_the_firm_complies(stake):
    f = swap(stake)
    assert hit_trigger(f)
    assert (f.right, f.waived, f.exercised, f.cash) == (NO_RIGHT, 0, 1, 12.0)
    assert (f.founders, f.holder) == pytest.approx((1.0 - stake, stake))


@pytest.mark.parametrize("state", [{"deliver": 1}, {"compliant": 4}])
def test_the_right_sleeps_while_the_firm_complies_and_revives_when_it_stops(state):
    f = swap(value=90.0, **state)
    asleep = f.copy()
    assert not hit_trigger(f)
    assert f == asleep
    f.deliver = 0
    count_compliance(f)
    assert hit_trigger(f)
    assert (f.exercised, f.holder) == (1, 0.25)


def test_nobody_subscribes_at_a_loss():
    # Struck above the trigger: at 30 the stake is worth less than it costs.
    f = swap(0.05, trigger=30.0, value=30.0)
    assert not hit_trigger(f)
    assert f.right == SWAP


@pytest.mark.parametrize("right", [NO_RIGHT, WARRANT, ROYALTY])
def test_only_a_swap_right_has_a_trigger(right):
    assert not hit_trigger(swap(right=right))
    assert not sleeps(swap(right=right, deliver=1, compliant=4))


# --- The choice of the firm -----------------------------------------------------------------


@pytest.mark.parametrize("terms", [{"right": NO_RIGHT}, {"right": ROYALTY}, {"stake": 0.0}])
def test_what_is_no_right_on_equity_costs_the_owners_nothing(terms):
    assert right_value(swap(**terms), rules(**BUSINESS), 0.0) == 0.0


def test_business_costs_its_part_of_what_it_brings_by_the_firms_own_weight():
    f = swap(switching_cost_weight=2.0, demanded_share=0.5)
    assert delivery_cost(f, rules(**BUSINESS)) == pytest.approx(0.4 * 0.12 * 2.0 * 0.5)


@pytest.mark.parametrize("left", [3.0, 0.4])
def test_a_firm_complies_where_that_costs_less_than_it_is_worth(left):
    p, f = rules(**BUSINESS), swap(value=20.0)
    most = most_worth_paying((0.25, 2.0, 40.0), 20.0, left, 0.6, 0.03)
    weight = most / delivery_cost(f, p)
    for factor, deliver in ((0.999, 1), (1.001, 0)):
        g = swap(value=20.0, switching_cost_weight=factor * weight, deliver=1 - deliver)
        choose_delivery(g, p, 3.0 - left)
        assert g.deliver == deliver


def test_part_of_a_demand_is_part_of_its_pace_its_cost_and_its_loyalty():
    p = rules(**(BUSINESS | {"account_move_hazard": 0.1}))
    f = swap(deliver=1, home=2, host=1, demanded_share=0.5)
    assert hazard_to_lender(f, p) == 0.3
    assert leaving_hazard(f, p) == 0.1
    f.host = 2
    assert leaving_hazard(f, p) == pytest.approx(0.05)
    f.demanded_share = 1.0
    assert leaving_hazard(f, p) == 0.0


@pytest.mark.parametrize(
    ("host", "deliver", "after"), [(2, 1, 4), (2, 0, 0), (1, 1, 0), (OUTSIDE, 1, 0)]
)
def test_quarters_count_in_which_the_firm_complied_and_the_account_was_there(host, deliver, after):
    f = swap(home=2, host=host, compliant=3, deliver=deliver)
    count_compliance(f)
    assert f.compliant == after


def test_business_is_counted_for_a_swap_right_only():
    f = swap(right=WARRANT, home=2, host=2, compliant=3, deliver=1)
    count_compliance(f)
    assert f.compliant == 3


@pytest.mark.parametrize(("host", "deliver", "part"), [(2, 1, 1.0), (1, 1, 0.0), (2, 0, 0.0)])
def test_what_is_brought_instead_is_valued_at_the_date_of_the_right(host, deliver, part):
    f = swap(home=2, host=host, deliver=deliver, granted=1.0, now=3.0)
    # Half a year of income is dated to its middle.
    expected = part * 0.06 * math.exp(-0.03 * 2.25)
    assert delivered_worth(f, rules(**BUSINESS), 0.06, 0.5) == pytest.approx(expected, rel=1e-8)


# --- The end -------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "price"), [(40.0, 0.4 * 8.5), (10.0, 0.4 * 1.0)])
def test_a_warrant_in_the_money_at_expiry_is_sold_to_a_buyer_who_uses_it(value, price):
    f = swap(right=WARRANT, trigger=0.0, value=value, liquidity=0.4)
    assert expire(f) == EXERCISED
    assert (f.cum_right_sale, f.cum_gain) == pytest.approx((price, 0.5 * price))
    assert (f.cum_buyer_amount, f.cum_exercise_amount, f.cash) == (2.0, 0.0, 12.0)
    assert (f.founders, f.holder, f.buyers) == (0.75, 0.0, 0.25)
    assert (f.right, f.exercised) == (NO_RIGHT, 0)


@pytest.mark.parametrize("value", [5.0, 6.0])
def test_a_warrant_out_of_the_money_lapses(value):
    f = swap(right=WARRANT, trigger=0.0, value=value, liquidity=0.4)
    assert expire(f) == UNUSED
    assert (f.right, f.founders, f.cash, f.cum_right_sale) == (NO_RIGHT, 1.0, 10.0, 0.0)


@pytest.mark.parametrize(
    ("state", "event", "founders"),
    [
        ({"deliver": 1}, WAIVED, 1.0),
        ({}, EXERCISED, 0.75),  # its value has risen since it was last tested
        ({"value": 39.0}, UNUSED, 1.0),
        ({"value": 39.0, "deliver": 1}, WAIVED, 1.0),
    ],
)
def test_how_a_swap_right_ends(state, event, founders):
    f = swap(**state)
    assert expire(f) == event
    assert (f.right, f.waived, f.founders) == (NO_RIGHT, int(event == WAIVED), founders)


def test_a_right_that_has_ended_leaves_no_terms_and_demands_nothing():
    f = swap(anniversary=1.0, royalty_share=0.02, deliver=1)
    end_right(f)
    left = {column.name for column in RIGHT_TERMS if f[column.name] != column.neutral}
    assert (left, f.anniversary, f.deliver) == ({"lender_gain_share"}, NEVER, 0)
    assert f.lender_gain_share == 0.5  # of shares that were subscribed before


def test_a_right_that_was_bought_off_leaves_the_cap_table_as_it_is():
    f = swap(deliver=1)
    assert let_sleep(f)
    assert (f.waived, f.right, f.founders) == (1, NO_RIGHT, 1.0)


# --- Every party's account ------------------------------------------------------------------


@pytest.mark.parametrize(("inputs", "value"), cases("right.clearing."))
def test_each_party_ends_with_what_the_others_paid_it(inputs, value):
    sold = inputs["mode"] == "sale"
    f = firm(
        right=WARRANT, stake=inputs["alpha"], exercise_amount=inputs["K"], value=inputs["V_pre"],
        founders=inputs["shares"]["founder"], investors=inputs["shares"]["vc"], cash=0.0,
        lender_gain_share=inputs["s_bank"], liquidity=1.0 - inputs["d"],
    )  # fmt: skip
    if sold:
        sell_right(f, f.liquidity * intrinsic(f, f.value))
    else:
        exercise(f)
    shares = {"founder": f.founders, "vc": f.investors, "fund": f.holder, "buyer": f.buyers}
    assert {k: v for k, v in shares.items() if v} == pytest.approx(value["shares"], rel=1e-12)
    share_out(f, inputs["exit_value"])
    flows = {
        "founder": f.founder_proceeds,
        "vc": f.investor_proceeds,
        "fund": f.holder_proceeds + f.cum_right_sale - f.cum_exercise_amount - f.cum_gain,
        "bank": f.cum_gain,
        "buyer": f.buyer_proceeds - f.cum_right_sale - f.cum_buyer_amount,
        "firm": f.cum_exercise_amount + f.cum_buyer_amount,
        "acquirer": -f.exit_value,
    }
    assert flows == pytest.approx(value["flows"], abs=1e-9)
    assert sum(flows.values()) == pytest.approx(0.0, abs=1e-9)
    assert f.cash == inputs["K"]


def test_the_lenders_have_nothing_before_the_holder_has():
    f = swap(lender_gain_share=0.3)
    exercise(f)
    assert (f.cum_gain, f.cum_exercise_amount, f.holder) == (0.0, 2.0, 0.25)
    share_out(f, 0.0)  # nobody gets anything of a firm that is worth nothing
    assert f.cum_gain == 0.0


def test_a_firm_prices_its_right_by_the_rule_by_which_banks_do():
    p = rules(**BUSINESS)
    for trigger, value, years in ((0.0, 20.0, 0.0), (60.0, 50.0, 1.5), (300.0, 200.0, 4.0)):
        f = swap(0.05, exercise_amount=2.0, trigger=trigger, value=value, expiry=1.0 + years)
        terms = (0.05, 2.0, trigger)
        assert right_value(f, p, 1.0) == cost_of_right(terms, value, years, 0.6, 0.03)


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
