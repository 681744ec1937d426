"""Banking business: what it earns, and how accounts move."""

import math

import pytest

from sim.model.firms.relationship import business, earned, move_accounts, offer_hazard
from tests.model.firms.hand import borrower, firm, rules

INCOME = {
    "deposit_margin": 0.02, "deposit_share": 0.5, "settlement_days": 0.05, "fee_share": 0.001,
    "wallet_share_speed": math.log(2.0), "delivery_cost": 0.4,
}  # fmt: skip


@pytest.mark.parametrize("stage", range(4))
def test_rivals_call_on_firms_with_a_line_in_good_standing(stage):
    p = rules(offer_hazard=[0.1, 0.2, 0.3, 0.4])
    assert offer_hazard(borrower(stage=stage), p) == pytest.approx(0.1 * (stage + 1))
    assert offer_hazard(borrower(stage=stage, called=1), p) == 0.0
    assert offer_hazard(firm(stage=stage), p) == 0.0


@pytest.mark.parametrize(
    ("cash", "sales", "income"),
    [
        (10.0, 0.0, 0.1),  # 2 percent on half of the cash
        (0.0, 10.0, 0.02),  # 2 percent on half a million of payments under way, 0.1 percent fees
        (10.0, 10.0, 0.12),
        (-10.0, 10.0, 0.02),  # an overdrawn account is no deposit
    ],
)
def test_income_on_all_of_a_firms_business(cash, sales, income):
    assert business(firm(cash=cash, sales=sales), rules(**INCOME)) == pytest.approx(income)


@pytest.mark.parametrize(
    ("cash", "flow", "years", "income"),
    [
        (10.0, 0.0, 2.0, 0.2),
        (10.0, -4.0, 1.0, 0.08),  # 8 million years of cash
        (10.0, 4.0, 0.5, 0.055),
        (-1.0, 4.0, 0.1, 0.0),
    ],
)
def test_the_captured_share_earns_along_the_straight_line_of_cash(cash, flow, years, income):
    f = firm(cash=cash, flow=flow, wallet_share=0.5)
    assert earned(f, rules(**INCOME), years) == pytest.approx(0.5 * income)


def test_income_of_two_spells_is_the_income_of_both_together():
    p, f = rules(**INCOME), firm(cash=10.0, flow=-4.0, sales=10.0, wallet_share=0.3)
    whole = earned(f, p, 2.0)
    first = earned(f, p, 0.7)
    f.cash += 0.7 * f.flow
    assert first + earned(f, p, 1.3) == pytest.approx(whole)


@pytest.mark.parametrize(("deliver", "target"), [(0, 0.4), (1, 0.6)])
def test_accounts_move_half_of_the_way_in_each_half_life(deliver, target):
    p = rules(**INCOME)
    f = firm(
        wallet_share=0.2, base_wallet_share=0.4, full_wallet_share=0.6, deliver=deliver, cash=10.0
    )
    for years in (1.0, 2.0):
        gap = target - f.wallet_share
        move_accounts(f, p, years)
        assert target - f.wallet_share == pytest.approx(gap * 0.5**years)
    move_accounts(f, p, 0.0)
    assert target - f.wallet_share == pytest.approx((target - 0.2) / 8.0)


@pytest.mark.parametrize(("wallet_share", "cost"), [(0.6, 0.008), (0.4, 0.0), (0.2, 0.0)])
def test_only_business_beyond_the_agreement_costs_the_firm(wallet_share, cost):
    f = firm(wallet_share=wallet_share, base_wallet_share=0.4, full_wallet_share=0.6, cash=10.0)
    move_accounts(f, rules(**INCOME), 0.0)
    # Forty percent of the bank's income of 0.1 on what is beyond.
    assert f.delivery == pytest.approx(cost)
