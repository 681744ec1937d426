"""An orderly wind-up: who gives up, when, and that lenders are always paid."""

import math

import pytest

from sim.model.firms import record as r
from sim.model.firms.failure import pays_creditors, wind_up, wind_up_hazard
from sim.model.firms.workout import wind_up_proceeds
from tests.model.firms.hand import borrower, firm, live, market, quiet, three

GIVES_UP = {
    "wind_up_hazard": 0.02, "wind_up_quality_slope": 0.5, "wind_up_size_exponent": 0.1,
    "wind_up_age": 2.0, "working_capital": 0.2, "wind_up_working_capital": 0.7,
    "wind_up_tangible": 0.5,
}  # fmt: skip
OF_FIVE = {"log_scale": math.log(5.0), "scale": 5.0, "sales": 5.0}


@pytest.mark.parametrize(
    ("state", "hazard"),
    [
        ({"now": 1e6}, 0.02),
        ({"now": 1e6, "quality": 1.0}, 0.02 * math.exp(-0.5)),
        ({"now": 1e6, "log_scale": math.log(5.0) + 1.0}, 0.02 * math.exp(-0.1)),
        ({"now": 0.0}, 0.0),  # nobody gives up on the first day
        ({"now": 2.0}, 0.02 * (1.0 - math.exp(-1.0))),
        ({"now": 4.0}, 0.02 * (1.0 - math.exp(-4.0))),
        ({"now": 1e6, "arrears": 1}, 0.0),
        ({"now": 1e6, "balance": 1.1}, 0.0),  # cash of 1 does not cover the loan
        ({"now": 1e6, "balance": 1.0}, 0.02),
    ],
)
def test_owners_of_old_small_weak_firms_give_up_where_lenders_are_paid(state, hazard):
    p = quiet(**(GIVES_UP | {"working_capital": 0.0}))
    assert wind_up_hazard(firm(cash=1.0, **(OF_FIVE | state)), p) == pytest.approx(hazard)


def test_proceeds_are_parts_of_working_capital_and_of_tangible_assets():
    f = firm(tangible=0.4, **OF_FIVE)
    assert wind_up_proceeds(f, quiet(**GIVES_UP)) == pytest.approx(0.7 * 0.2 * 5 + 0.5 * 0.4 * 5)


@pytest.mark.parametrize(("balance", "closes"), [(2.0, True), (2.75, False)])
def test_lenders_are_paid_in_full_owners_get_the_rest_or_the_firm_goes_on(balance, closes):
    p = quiet(**GIVES_UP)
    f = borrower(tangible=0.4, cash=1.0, balance=balance, project=1, demand=3.0, **OF_FIVE)
    assert pays_creditors(f, p) == closes  # 1 in cash, 0.7 and 1.0 of assets
    wind_up(f, p, 2.0)
    if not closes:
        assert (f.status, f.balance, f.cash, f.end) == (r.ALIVE, balance, 1.0, r.NEVER)
        return
    assert (f.status, f.end, f.balance, f.cash) == (r.WOUND_UP, 2.0, 0.0, 0.0)
    assert (f.defaulted, f.exposure_at_default) == (0, 0.0)
    assert (f.cum_repaid, f.cum_dividend, f.cum_invest) == pytest.approx((2.0, 0.7, -1.7))
    # What a waiting project does not get is a gap; nothing more is drawn.
    assert (f.cum_gap, f.cum_drawn) == (3.0, 0.0)


@pytest.mark.parametrize(("beside", "covered"), [(0.5, True), (0.6, False)])
def test_all_creditors_are_paid_or_nobody_gives_up(beside, covered):
    p = quiet(**(GIVES_UP | {"working_capital": 0.0}))
    assert pays_creditors(firm(cash=1.0, balance=0.5, beside=beside), p) == covered


def test_a_firm_that_is_given_up_ends_as_such_and_its_money_is_accounted_for():
    p = quiet(**(GIVES_UP | {"wind_up_hazard": 1.0, "wind_up_age": 0.0}))
    rows = three(cash=1.0, cum_equity=1.0, cash_months=1e9, tangible=0.4)
    rows.left[:, r.WIND_UP] = [0.5, 2.0, 1e9]
    rows.log_scale, rows.wind_up = math.log(5.0), 1.0
    diary = live(rows, p, market(), 1.0)
    assert rows.status.tolist() == [r.WOUND_UP, r.ALIVE, r.ALIVE]
    assert "wound up" in diary.told
    f = rows[0]
    money = f.cum_equity + f.cum_sales - f.cum_cost - f.cum_invest - f.cum_dividend
    assert money == pytest.approx(0.0, abs=1e-12)
