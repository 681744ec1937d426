"""Sales, outlays and cash, by hand."""

import math

import pytest

from sim.model.firms.operations import (
    enter_setback,
    leave_setback,
    margin_flow,
    runway,
    set_flows,
)
from sim.model.firms.record import ROYALTY, SWAP
from tests.model.firms.hand import firm, market, quiet

MARGINS = {
    "startup_margin": 0.3, "burn": 1.0, "venture_burn": 8.0, "margin": [9.9, 0.10, 0.2, 0.3],
    "margin_quality_slope": 0.02, "research": [0.0, 0.05, 0.0, 0.0],
    "venture_research": [0.1, 0.2, 0.0, 0.0], "setback_margin": 0.25,
}  # fmt: skip


@pytest.mark.parametrize(
    ("state", "lost", "expected"),
    [
        ({}, 0.0, 2.0),  # 0.3 x 10 - 1
        ({"quality": 5.0}, 0.0, 2.0),  # quality shows in the margin after the start-up stage
        ({"venture": 1}, 0.0, -6.0),  # 0.3 x 10 - 8 - 0.1 x 10
        ({"stage": 1}, 0.0, 0.5),  # (0.10 - 0.05) x 10
        ({"stage": 1, "quality": 1.0}, 0.0, 0.7),
        ({"stage": 1, "venture": 1}, 0.0, -1.5),
        ({"stage": 2, "setback": 1}, 0.0, -0.5),  # (0.2 - 0.25) x 10
        ({"stage": 3}, 0.05, 2.5),
    ],
)
def test_operating_cash_flow_by_hand(state, lost, expected):
    f = firm(scale=10.0, sales=10.0, **state)
    assert margin_flow(f, quiet(**MARGINS), market(margin=lost)) == pytest.approx(expected)


def test_what_is_not_sold_yet_still_has_a_scale():
    p = quiet(margin=[0.0, 0.2, 0.0, 0.0], sales_share=[1.0, 0.25, 1.0, 1.0])
    f = firm(stage=1, log_scale=math.log(10.0))
    set_flows(f, p, market())
    assert (f.scale, f.sales, f.flow) == pytest.approx((10.0, 2.5, 0.5))


def test_cash_flow_is_sales_less_every_outlay():
    p = quiet(
        margin=[0.0, 0.2, 0.0, 0.0], growth_of_old=0.1, growth_at_birth=0.1, working_capital=0.3,
        project_capex=0.5, deposit_margin=0.02, deposit_share=0.5, settlement_fee_share=0.0,
        guarantee_fee_rate=0.0, delivery_cost=0.5,
    )  # fmt: skip
    f = firm(
        stage=1, log_scale=math.log(10.0), balance=20.0, rate=0.04,
        right=ROYALTY, royalty_share=0.02, deliver=1, home=1, host=1, cash=10.0,
    )  # fmt: skip
    set_flows(f, p, market())
    # 10 of sales, 8 of cost; 0.3 of working capital and 0.5 of plant, 0.8 of interest, 0.2 of
    # royalty; half of the 0.1 that ten millions of deposits earn for the bank.
    assert (f.sales, f.cost, f.invest, f.royalty) == pytest.approx((10.0, 8.0, 0.8, 0.2))
    assert f.flow == pytest.approx(10.0 - 8.0 - 0.8 - 0.8 - 0.2 - 0.05)


@pytest.mark.parametrize("state", [{"setback": 1}, {"arrears": 1}, {"quality": -3.0}])
def test_a_firm_that_shrinks_or_struggles_ties_up_no_working_capital(state):
    p = quiet(
        growth_of_old=0.1, growth_at_birth=0.1, growth_quality_slope=0.05, working_capital=0.3
    )
    f = firm(log_scale=1.0, stage=1, **state)
    set_flows(f, p, market())
    assert f.invest == 0.0


def test_only_a_royalty_takes_part_of_sales():
    f = firm(right=SWAP, royalty_share=0.02)
    set_flows(f, quiet(), market())
    assert f.royalty == 0.0


def test_a_firm_in_arrears_cuts_part_of_its_drain_and_keeps_paying_interest():
    p = quiet(margin=[0.0, -0.1, 0.0, 0.0], arrears_saving_share=0.5)
    f = firm(stage=1, log_scale=math.log(10.0), balance=25.0, rate=0.04, arrears=1)
    set_flows(f, p, market())
    # A drain of 1 from operations and 1 of interest is halved; the saving is in outlays.
    assert f.flow == pytest.approx(-1.0)
    assert f.cost == pytest.approx(10.0)
    assert f.sales - f.cost - f.rate * f.balance == pytest.approx(f.flow)


@pytest.mark.parametrize(
    ("cash", "flow", "years"), [(6.0, -3.0, 2.0), (-1.0, -3.0, 0.0), (0.0, -1.0, 0.0)]
)
def test_runway_is_cash_over_drain(cash, flow, years):
    assert runway(firm(cash=cash, flow=flow)) == years


@pytest.mark.parametrize("flow", [0.0, 2.0])
def test_a_firm_that_earns_has_no_end_of_cash(flow):
    assert runway(firm(cash=-5.0, flow=flow)) > 1e9


def test_a_setback_shrinks_the_business_and_recovery_brings_part_of_it_back():
    p = quiet(setback_scale_factor=0.5, setback_regain_share=0.75)
    f = firm(log_scale=math.log(16.0))
    enter_setback(f, p)
    assert (f.setback, math.exp(f.log_scale)) == (1, pytest.approx(8.0))
    leave_setback(f, p)
    assert (f.setback, math.exp(f.log_scale)) == (0, pytest.approx(8.0 * 2.0**0.75))
    enter_setback(f, p)
    assert (f.setback, f.setbacks) == (1, 2)
