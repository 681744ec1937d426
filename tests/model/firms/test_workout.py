"""Closure: who is paid from what there is, and what a default brings."""

import pytest

from sim.base.draws import WORKOUT, exponential
from sim.model.firms.record import NEVER
from sim.model.firms.workout import (
    asset_recovery,
    draw_at_default,
    pay_from_cash,
    settle_default,
    unrecovered,
)
from tests.model.firms.hand import borrower, firm, market, rules
from tests.oracles.values import cases, close

WORK = {
    "recovery_tangible": 0.4, "recovery_unsecured_share": 0.0, "drawdown_at_default_share": 0.6,
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
    ("limit", "collateral", "expected"), [(0.0, 1.0, 2.0), (99.0, 1.0, 2.0), (9.0, 0.75, 1.5)]
)
def test_assets_bring_the_same_to_every_line_and_less_in_bad_times(limit, collateral, expected):
    f = firm(tangible=0.5, scale=10.0, limit=limit)
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


@pytest.mark.parametrize(("inputs", "value"), cases("loss.recovered."))
def test_assets_come_first_and_the_estate_brings_a_share_of_the_rest(inputs, value):
    p = rules(recovery_tangible=1.0 - inputs["haircut"], recovery_unsecured_share=inputs["rho"])
    f = borrower(balance=inputs["exposure"], tangible=1.0, scale=inputs["collateral"])
    settle_default(f, p, market(), 100.0, 3.0)
    assert f.recovery == close(value)
    assert f.collateral_recovery == close(
        min((1.0 - inputs["haircut"]) * inputs["collateral"], inputs["exposure"])
    )


def test_the_estate_brings_less_in_a_bust_and_a_pledge_part_of_what_is_left():
    # Six of ten are short; three tenths of them, in a bust half of that, come from the estate.
    p = rules(recovery_unsecured_share=0.3)
    for collateral, left in ((1.0, 4.2), (0.5, 5.1)):
        c = market(collateral=collateral)
        assert unrecovered(10.0, 4.0, 0.0, p, c) == pytest.approx(left)
        assert unrecovered(10.0, 4.0, 0.5, p, c) == pytest.approx(0.5 * left)


def test_a_line_no_larger_than_the_assets_bring_has_their_loss_whatever_the_estate_is_worth():
    outcomes = set()
    for share in (0.0, 0.3, 0.9):
        f = borrower(balance=4.0, tangible=0.5, scale=20.0)
        settle_default(f, rules(**WORK | {"recovery_unsecured_share": share}), market(), 9.0, 3.0)
        outcomes.add((float(f.recovery), float(f.collateral_recovery)))
    assert outcomes == {(4.0, 4.0)}


@pytest.mark.parametrize("balance", [1.0, 3.0, 4.0])
def test_a_special_line_within_the_assets_recovers_as_a_plain_one_bit_for_bit(balance):
    """What a line is called, how large it may be and what was said to be secured is no matter."""
    p, c = rules(**WORK | {"recovery_unsecured_share": 0.3}), market(collateral=0.8)
    special = {"limit": 80.0, "secured": 4.0, "terms": 1, "contract": 5, "right": 2}
    found = []
    for terms in ({}, special):
        f = borrower(balance=balance, tangible=0.5, scale=10.0, **terms)
        settle_default(f, p, c, 9.0, 3.0)
        found.append((float(f.recovery).hex(), float(f.collateral_recovery).hex()))
    assert found[0] == found[1]


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
