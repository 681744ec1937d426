"""Credit, additional survivors, public cost, joint failure, value."""

import math

import pytest

from sim.model.firms.record import ALIVE, FAILED_CASH, NEVER
from sim.outcomes import system
from tests.outcomes import tiny

HISTORY = tiny.history()


def world(ends):
    status = [ALIVE if end == NEVER else FAILED_CASH for end in ends]
    return tiny.cohort([0.0] * len(ends), ends, status, 5.0)


def test_credit_outstanding_is_a_time_average_over_all_banks():
    assert system.credit_outstanding(HISTORY) == pytest.approx((60 * 3 + 70) / 4.0)


def test_the_drawn_share_is_loans_over_lines():
    shares = [0.6, 0.5, 0.5, 0.5, 0.5]
    expected = (0.5 * (shares[0] + shares[1]) + 3 * 0.5) / 4.0
    assert system.drawn_share(HISTORY) == pytest.approx(expected)


def test_the_loss_before_sharing_is_what_defaults_leave_unpaid():
    assert system.loss(HISTORY) == pytest.approx(3.0)


def test_firms_saved_and_lost_are_counted_against_the_same_firms_in_the_baseline():
    here = world([NEVER, NEVER, 2.0, 2.0])
    there = world([1.0, NEVER, NEVER, 4.0])
    assert system.firms_saved(here, there) == 250.0
    assert system.firms_lost(here, there) == 250.0
    assert system.additional_survivors(here, there) == 0.0
    assert system.additional_survivors(world([NEVER] * 4), there) == 500.0


def test_a_world_saves_nobody_against_itself():
    assert system.firms_saved(HISTORY, HISTORY) == system.firms_lost(HISTORY, HISTORY) == 0.0


def test_public_cost_is_guarantees_less_fees_and_what_relending_saves_banks():
    assert system.public_cost(HISTORY) == pytest.approx(0.5 + 0.1 - 0.2)
    assert system.public_cost_rate(HISTORY) == pytest.approx(0.4 / 60.0)
    assert system.policy_subsidy(HISTORY) == pytest.approx(2.0)
    assert system.policy_subsidy_rate(HISTORY) == pytest.approx(2.0 / 60.0)


def test_fees_that_the_state_pays_are_a_public_cost_and_what_a_re_guarantor_keeps_is_none():
    paid = {"public_fees": (9, 0.25, 0, 0.5, 0.25), "reguarantors": (9, 0, 0.5, 0, -0.125)}
    before = system.public_cost(HISTORY)
    assert system.public_cost(tiny.history(system=paid)) == pytest.approx(before + 1.0 - 0.375)


def test_holders_and_buyers_of_rights_have_what_they_received_less_what_they_paid():
    firms = {
        "holder_proceeds": (5.0, 0, 3.0), "cum_right_sale": (1.0, 0, 0.5),
        "cum_exercise_amount": (2.0, 0, 0), "cum_gain": (1.5, 0, 1.0), "cum_holder": (10.0, 0, 0),
        "buyer_proceeds": (0, 0, 4.0), "cum_buyer_amount": (0, 0, 1.25),
    }  # fmt: skip
    history = tiny.history(firms=firms)
    assert system.holder_result(history) == pytest.approx(8.0 + 1.5 - 2.0 - 2.5 - 0.02 * 10.0)
    assert system.right_buyer_result(history) == pytest.approx(4.0 - 1.5 - 1.25)


def test_banking_business_is_that_of_all_banks_outside_ones_too():
    # 0.8 of lenders, 0.5 of other banks of the scenario, 1.0 outside it
    assert system.business_income(HISTORY) == pytest.approx(2.3)
    assert system.banks_profit(HISTORY) == pytest.approx(5.3 - 0.8 + 2.3)


def test_banks_fail_together_only_at_the_same_settlement():
    assert system.failed_banks(HISTORY).tolist() == [0, 1, 2, 0]
    assert system.bank_failure(HISTORY, 2) == 1.0
    ratios = ((0.2, 0.2), (0.1, 0.2), (0.2, 0.1), (0.2, 0.2), (0.2, 0.2))
    apart = tiny.history(panel={"capital_ratio": ratios})
    assert system.bank_failure(apart, 2) == 0.0
    assert math.isnan(system.bank_failure(tiny.empty(), 2))


def test_procyclicality_compares_lines_opened_per_year_of_each_regime():
    # half a year each: 5 opened in the boom, 10 in the bust
    assert system.procyclicality(HISTORY) == pytest.approx(2.0)
    assert math.isnan(system.procyclicality(tiny.history(facts={"regimes": ("calm",)})))
    assert math.isnan(system.procyclicality(tiny.history(macro=((-2.0, 1),))))


def test_value_created_is_net_of_what_was_put_in_and_left_unpaid():
    # firm 1 leaves 3 unpaid; firm 2 is listed at 60
    put_in = {"cum_equity": (0.0, 2.0, 5.0), "cum_dividend": (0.0, 0.0, 1.0),
              "cum_supplier_loss": (0.0, 0.5, 0.0)}  # fmt: skip
    history = tiny.history(firms=put_in)
    assert system.value_created(history) == pytest.approx(
        (-2.0 - 0.5 - 3.0 + 60.0 + 1.0 - 5.0) / 2.0
    )


def test_half_the_private_value_of_living_firms_counts():
    firms = {"status": (ALIVE,) * 3, "value": (100.0, 8.0, 10.0),
                                               "exposure_at_default": (0.0,) * 3,
             "recovery": (0.0,) * 3}  # fmt: skip
    assert system.value_created(tiny.history(firms=firms)) == pytest.approx(4.5)
