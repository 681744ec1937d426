"""The register: caps at two year ends, the label of high-tech enterprises, leaving unseen."""

import math

import numpy as np
import pytest

from sim.base.draws import BIRTH, uniform_pair
from sim.model.firms import record as r
from sim.model.firms.events import leave, on_quarter
from sim.model.firms.register import (
    departure_hazard,
    high_tech_share,
    is_above,
    is_high_tech,
    is_year_end,
    keep_register,
)
from tests.model.firms.hand import Diary, borrower, firm, live, market, quiet, rules, three

CAPS = {
    "sales_cap": 200.0, "asset_cap": 200.0, "staff_cap": 500.0, "cap_years": 2,
    "assets_per_sales": 1.0, "sales_per_staff": 0.5,
}  # fmt: skip


@pytest.mark.parametrize(
    ("state", "above"),
    [
        ({"sales": 200.0}, False),
        ({"sales": 200.1}, True),
        ({"scale": 200.0}, False),
        ({"scale": 200.1}, True),  # assets
        ({"scale": 150.0, "cash": 50.1}, True),
        ({"scale": 150.0, "cash": -90.0}, False),
        ({"scale": 101.0, "asset_factor": 2.0}, True),
        ({"scale": 250.0, "asset_factor": 0.1}, False),  # 500 heads
        ({"scale": 251.0, "asset_factor": 0.1}, True),
    ],
)
def test_each_of_the_three_caps_is_enough(state, above):
    assert is_above(firm(**state), quiet(**CAPS)) == above


def test_a_firm_graduates_at_its_second_year_end_in_a_row_above_a_cap_and_for_good():
    p, f, found = quiet(**CAPS), firm(), []
    for sales in (300.0, 100.0, 300.0, 300.0, 10.0, 10.0):
        f.sales = sales
        keep_register(f, p, market())
        found.append(int(f.stratum))
    assert found == [r.REGISTERED] * 3 + [r.LARGE] * 3


def test_what_is_told_of_registered_firms_ends_when_they_graduate():
    p, f = quiet(**CAPS), firm(sales=300.0, cum_gap=2.0, cum_demand=5.0)
    for gap in (2.0, 3.0, 4.0):
        f.cum_gap = gap
        keep_register(f, p, market())
    assert (f.stratum, f.gap_on_register, f.demand_on_register) == (r.LARGE, 3.0, 5.0)


def test_the_register_is_kept_at_ends_of_years_only():
    p, f = quiet(**(CAPS | {"cap_years": 1})), firm(log_scale=math.log(300.0), quarter=-2)
    dates = []
    for quarter in range(-2, 6):
        f.quarter, f.stratum, f.years_above = quarter, r.REGISTERED, 0
        on_quarter(f, p, market(), 0.25 * quarter, *Diary().both)
        if f.stratum == r.LARGE:
            dates.append(0.25 * quarter)
    assert dates == [0.0, 1.0]
    assert [q for q in range(-5, 6) if is_year_end(q)] == [-4, 0, 4]


def test_a_growing_firm_is_large_from_its_second_year_end_above_the_cap():
    rows = three(log_scale=math.log(190.0), asset_factor=0.1, cash=1.0)
    p = quiet(**(CAPS | {"staff_cap": 1e9}), growth_of_old=0.1, growth_at_birth=0.1)
    live(rows, p, market(), 1.9)
    assert rows.stratum.tolist() == [r.REGISTERED] * 3
    live(rows, p, market(), 2.1)
    # 190 e**0.1 is above 200 at the end of the first year and of the second.
    assert rows.stratum.tolist() == [r.LARGE] * 3


def test_who_graduates_without_a_loan_takes_its_account_along():
    p = quiet(**(CAPS | {"cap_years": 1}))
    for limit, host in ((0.0, r.OUTSIDE), (10.0, 1)):
        f = firm(sales=300.0, host=1, limit=limit)
        keep_register(f, p, market())
        assert (f.stratum, f.host) == (r.LARGE, host)


# --- High-tech enterprises -----------------------------------------------------------------------


LABEL = {
    "high_tech_least": 0.2, "high_tech_most": 0.9, "high_tech_sales": 60.0,
    "high_tech_log_width": 0.7,
}  # fmt: skip


@pytest.mark.parametrize(
    ("sales", "share"),
    [(0.0, 0.2), (60.0, 0.55), (60.0 * math.exp(0.7), 0.2 + 0.7 * math.e / (1 + math.e))],
)
def test_the_share_of_high_tech_enterprises_rises_with_sales(sales, share):
    assert high_tech_share(quiet(**LABEL), sales) == pytest.approx(share)


def test_a_firm_has_one_draw_for_life_and_the_label_comes_where_its_share_passes_it():
    for row in range(200):
        u, _ = uniform_pair(1, 2, row, BIRTH, 7, 0)
        for sales in (0.1, 60.0, 5000.0):
            f = firm(stream=row, sales=sales)
            expected = u < high_tech_share(quiet(**LABEL), sales)
            assert is_high_tech(f, quiet(**LABEL), market()) == expected


def test_the_label_is_kept_at_the_years_end():
    f, p = firm(sales=10.0), quiet(**(LABEL | {"high_tech_least": 1.0, "high_tech_most": 1.0}))
    keep_register(f, p, market())
    assert f.high_tech == 1
    keep_register(f, quiet(high_tech_least=0.0, high_tech_most=0.0), market())
    assert f.high_tech == 0


# --- Leaving without closing ---------------------------------------------------------------------


LEAVING = {"departure_hazard": 0.3, "departure_age": 5.0, "large_departure_hazard": 0.7}


@pytest.mark.parametrize(
    ("state", "hazard"),
    [
        ({"now": 5.1, "shocked": 4.9}, 0.0),
        ({"now": 5.0, "shocked": 5.0}, 0.3),
        ({"now": 5.0, "shocked": 5.0, "birth": 1.0}, 0.0),
        ({"now": 1.0, "stratum": r.LARGE}, 0.7),
        ({"now": 9.0, "stratum": r.LARGE}, 0.7),
        ({"now": 9.0, "shocked": 9.0, "arrears": 1}, 0.0),
        ({"now": 9.0, "stratum": r.LARGE, "arrears": 1}, 0.0),
    ],
)
def test_firms_leave_the_register_by_age_and_the_world_once_large(state, hazard):
    assert departure_hazard(firm(**state), quiet(**LEAVING)) == hazard


def test_lives_end_by_departure_at_the_date_that_its_threshold_gives():
    p, rows = quiet(**LEAVING), three(stratum=r.LARGE)
    rows.left[:, r.DEPARTURE] = [0.7, 1.4, 99.0]
    live(rows, p, market(), 10.0)
    assert rows.status.tolist() == [r.DEPARTED, r.DEPARTED, r.ALIVE]
    assert rows.end[:2].tolist() == pytest.approx([1.0, 2.0])


def test_who_leaves_without_closing_pays_its_loan_and_shares_out_its_value():
    f = borrower(cash=8.0, value=100.0, founders=0.6, investors=0.4)
    leave(f, rules(), market(), 3.0, r.DEPARTURE, *Diary().both)
    assert (f.status, f.end, f.defaulted, f.balance, f.cum_repaid) == (
        r.DEPARTED,
        3.0,
        0,
        0.0,
        5.0,
    )
    assert (f.exit_value, f.cum_exit_cash) == (103.0, 3.0)
    assert (f.founder_proceeds, f.investor_proceeds) == pytest.approx((61.8, 41.2))


def test_no_firm_of_the_register_feels_how_large_firms_leave():
    """Lives are the same to the last bit until a firm is large."""
    lives = []
    for hazard in (0.0, 5.0):
        p = quiet(
            **CAPS, growth_of_old=0.3, growth_at_birth=0.3, volatility=0.2,
            large_departure_hazard=hazard, departure_hazard=0.05,
        )  # fmt: skip
        rows = np.concatenate([three(log_scale=math.log(scale)) for scale in (1.0, 60.0)])
        rows = rows.view(type(three()))
        rows.firm = np.arange(6)
        rows.left[:, r.DEPARTURE] = [0.5, 9.0, 9.0, 9.0, 9.0, 9.0]
        live(rows, p, market(), 12.0)
        lives.append(rows)
    never, soon = lives
    small = never.stratum == r.REGISTERED
    assert 0 < small.sum() < 6
    for name in (column.name for column in r.FIRM.columns):
        assert never[name][small].tobytes() == soon[name][small].tobytes(), name
    assert np.all(soon.status[~small] == r.DEPARTED)
