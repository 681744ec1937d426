"""Moments of firms are what hand arithmetic on a few firms gives."""

import math
from typing import Any

import numpy as np
import pytest

from sim.engine.history import History, Page
from sim.model.firms.record import ALIVE, FIRM, LARGE
from sim.studies.firm_moments import (
    FIRM_MOMENTS,
    cash_over_loans,
    cash_over_other_assets,
    fast_grower_share,
    granted_over_asked,
    growth_autocorrelation,
    growth_of_survivors,
    little_cash_share,
    more_cash_than_debt,
    no_debt_share,
    profit_over_sales,
    size_exponent,
    small_over_larger_rate,
    unsecured_share_of_small,
    utilisation,
)

NO_PAGES: tuple[Page, ...] = ()


def history(firms: Any, pages: tuple[Page, ...] = NO_PAGES, book: Any = None) -> History:
    facts = {"assets_per_sales": 1.0, "sales_per_staff": 0.4}
    return History(
        "plain", 0, firms, book, np.zeros(1), np.zeros((1, 1, 1)), np.zeros((1, 1)), (), (),
        horizon=10.0, end=10.0, residual=0.0, facts=facts, pages=pages,
    )  # fmt: skip


def four_firms() -> Any:
    """A debtor, a firm that owes nothing, a young one without a loan, and a large one."""
    firms = FIRM.empty(4)
    firms["status"], firms["stratum"] = ALIVE, (0, 0, 0, LARGE)
    firms["sales"] = firms["scale"] = 10.0, 20.0, 5.0, 900.0
    firms["cost"] = 9.0, 18.0, 6.0, 100.0
    firms["cash"], firms["flow"], firms["now"] = (1.0, 6.0, 0.0, 50.0), (0.5, 0.0, 0.0, 0.0), 8.0
    firms["balance"], firms["limit"] = (4.0, 0.0, 0.0, 99.0), (5.0, 3.0, 0.0, 100.0)
    firms["rate"], firms["secured"] = 0.05, (3.0, 0.0, 0.0, 0.0)
    firms["birth"], firms["contract"] = (0.0, 0.0, 9.0, 0.0), (0, 1, -1, 2)
    firms["asset_factor"] = 1.0
    firms["requested_lines"], firms["granted_lines"] = (10.0, 6.0, 4.0, 0.0), (5.0, 3.0, 0.0, 0.0)
    return firms


def page(date: float, sales: list[float], state: list[int] | None = None) -> Page:
    n = len(sales)
    return Page(
        date, np.array(state or [1] * n, dtype=np.int8), {}, np.zeros(n, dtype=np.int64),
        np.zeros(n), np.array(sales), np.zeros(n, dtype=np.int8), np.zeros(n, dtype=np.int8),
    )  # fmt: skip


def test_stocks_leave_large_firms_out_and_read_cash_on_the_last_day() -> None:
    h = history(four_firms())
    assert profit_over_sales(h) == pytest.approx((35.0 - 33.0 - 0.2) / 35.0)
    # One million, and two years of half a million.
    assert cash_over_loans(h) == pytest.approx((2.0 + 6.0) / 4.0)
    assert cash_over_other_assets(h) == pytest.approx(0.2)
    assert little_cash_share(h) == pytest.approx(2.0 / 3.0)
    assert no_debt_share(h) == pytest.approx(0.5)
    assert more_cash_than_debt(h) == 0.0
    assert utilisation(h) == pytest.approx(0.5)
    assert unsecured_share_of_small(h) == pytest.approx(0.25)
    assert granted_over_asked(h) == pytest.approx(8.0 / 20.0)


def test_growth_counts_firms_that_live_a_year_on() -> None:
    pages = page(0.0, [10.0, 20.0, 5.0]), page(1.0, [12.0, 20.0, 9.0], [1, 1, 8])
    assert growth_of_survivors(history(four_firms(), pages)) == pytest.approx(2.0 / 30.0)


def test_a_fast_grower_grows_by_a_fifth_for_three_years_and_had_ten_staff() -> None:
    last = [10.0 * 1.2**3 + 0.01, 10.0 * 1.2**3 - 0.01, 3.9 * 9.0]
    pages = [page(float(year), [10.0, 10.0, 3.9]) for year in (0, 1, 2)] + [page(3.0, last)]
    assert fast_grower_share(history(four_firms(), tuple(pages))) == pytest.approx(0.5)


def test_the_exponent_is_that_of_the_spread_put_in() -> None:
    draw = np.random.default_rng(5)
    size = np.exp(draw.normal(2.0, 1.5, 60_000))
    after = size * np.exp(draw.normal(size=size.size) * 0.3 * size**-0.2)
    firms = FIRM.empty(size.size)
    found = size_exponent(history(firms, (page(0.0, list(size)), page(1.0, list(after)))))
    # Ten spreads, each within sqrt(1 / 2n) of its own, over a spread of log size of 1.5.
    assert found == pytest.approx(-0.2, abs=4.0 / math.sqrt(2.0 * size.size) / 1.5)


def test_growth_that_turns_back_has_a_negative_correlation() -> None:
    draw = np.random.default_rng(6)
    noise = draw.normal(0.0, 0.1, (3, 4000))
    pages = tuple(page(float(y), list(np.exp(2.0 + noise[y]))) for y in range(3))
    firms = FIRM.empty(4000)
    firms["birth"] = -20.0
    found = growth_autocorrelation(history(firms, pages), young=False)
    assert found == pytest.approx(-0.5, abs=4.0 / math.sqrt(4000))
    assert math.isnan(growth_autocorrelation(history(firms, pages), young=True))


def test_small_lines_cost_more_by_what_rates_say() -> None:
    book = {
        "date": np.array([0.5, 0.5, 0.5, 2.0]), "limit": np.array([1.0, 3.0, 50.0, 1.0]),
        "rate": np.array([0.04, 0.03, 0.03, 0.9]),
    }  # fmt: skip
    assert small_over_larger_rate(history(four_firms(), book=book)) == pytest.approx(0.0025)


def test_nothing_to_read_is_undefined() -> None:
    empty = history(
        FIRM.empty(0), book={"date": np.zeros(0), "limit": np.zeros(0), "rate": np.zeros(0)}
    )
    assert all(math.isnan(read(empty)) for _, _, _, read in FIRM_MOMENTS)
