"""Closure: who is paid from what there is, and what a default brings."""

import pytest

from sim.base.draws import WORKOUT, exponential
from sim.model.firms.record import NEVER
from sim.model.firms.workout import asset_recovery, draw_at_default, pay_from_cash, settle_default
from tests.model.firms.hand import borrower, firm, market, rules

WORK = {
    "recovery_tangible": 0.4, "recovery_unsecured_factor": 0.5, "drawdown_at_default_share": 0.6,
    "workout_years": 1.5, "default_threshold": 0.02,
}  # fmt: skip


@pytest.mark.parametrize(
    ("state", "spent"), [({}, 3.0), ({"called": 1}, 0.0), ({"balance": 10.0}, 0.0)]
)
def test_a_failing_firm_spends_part_of_what_is_left_of_its_line(state, spent):
    f = borrower(cash=1.0, **state)
    balance = float(f.balance)
    draw_at_default(f, rules(**WORK))
    assert f.balance - balance == f.cum_drawn == f.cum_cost == pytest.approx(spent)
    assert f.cash == 1.0


@pytest.mark.parametrize(
    ("cash", "left", "repaid", "owners", "suppliers"),
    [
        (2.0, 3.0, 2.0, 0.0, 0.0),
        (7.0, 0.0, 5.0, 2.0, 0.0),  # lenders first, owners next
        (-1.5, 5.0, 0.0, 0.0, 1.5),  # unpaid bills are the suppliers' loss
        (0.0, 5.0, 0.0, 0.0, 0.0),
    ],
)
def test_who_gets_the_cash_of_a_firm_that_winds_up(cash, left, repaid, owners, suppliers):
    f = borrower(cash=cash)
    pay_from_cash(f)
    assert (f.balance, f.cum_repaid, f.cum_dividend) == (left, repaid, owners)
    assert (f.cum_supplier_loss, f.cash) == (suppliers, 0.0)


@pytest.mark.parametrize(
    ("unsecured", "collateral", "expected"), [(0, 1.0, 2.0), (1, 1.0, 1.0), (0, 0.75, 1.5)]
)
def test_assets_bring_less_to_the_unsecured_and_in_bad_times(unsecured, collateral, expected):
    f = firm(tangible=0.5, scale=10.0, unsecured=unsecured)
    assert asset_recovery(f, rules(**WORK), market(collateral=collateral)) == expected


@pytest.mark.parametrize(
    ("scale", "security", "recovery"),
    [
        (10.0, 0.0, 2.0),
        (0.0, 0.0, 0.0),
        (10.0, 0.5, 3.5),  # the pledge halves what assets leave unpaid
        (0.0, 0.3, 1.5),
        (100.0, 0.0, 5.0),  # never more than is owed
        (10.0, 1.0, 5.0),
    ],
)
def test_what_a_workout_brings(scale, security, recovery):
    f = borrower(tangible=0.5, scale=scale, security=security)
    settle_default(f, rules(**WORK), market(), 5.0, 3.0)
    assert (f.exposure_at_default, f.balance, f.defaulted) == (5.0, 0.0, 1)
    assert f.recovery == pytest.approx(recovery)


def test_the_proceeds_arrive_after_an_exponential_delay():
    f = borrower(tangible=0.5, scale=10.0)
    settle_default(f, rules(**WORK), market(), 5.0, 3.0)
    assert f.recovery_date == 3.0 + 1.5 * exponential(1, 2, 1, WORKOUT, 0, 0)
    assert f.recovery_date > 3.0


def test_a_firm_that_owes_nothing_has_no_workout():
    f = borrower(balance=0.0)
    settle_default(f, rules(**WORK), market(), 5.0, 3.0)
    assert (f.exposure_at_default, f.recovery_date, f.defaulted) == (0.0, NEVER, 0)


@pytest.mark.parametrize(("before", "defaulted"), [(240.0, 1), (260.0, 0)])
def test_a_trifle_left_unpaid_is_a_loss_but_no_default(before, defaulted):
    # Five million left of 250 is two percent.
    f = borrower()
    settle_default(f, rules(**WORK), market(), before, 3.0)
    assert (f.exposure_at_default, f.defaulted) == (5.0, defaulted)
