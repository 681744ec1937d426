"""Sizes by stratum at the end of a run, by hand."""

import math

import numpy as np
import pytest

from sim.model.firms.record import ACQUIRED, ALIVE, DEPARTED, LARGE, REGISTERED
from sim.outcomes.strata import STRATA, Stratum, sales_of
from tests.outcomes import tiny


def of(**columns):
    """Three firms: a registered one, a registered high-tech one, a large high-tech one."""
    firms = {
        "status": (ALIVE,) * 3, "end": (1e300,) * 3, "stratum": (REGISTERED, REGISTERED, LARGE),
        "high_tech": (0, 1, 1), "sales": (10.0, 30.0, 400.0), "balance": (2.0, 6.0, 20.0),
    }  # fmt: skip
    return tiny.history(firms=firms | columns)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("median_sales_registered", 20.0), ("median_sales_high_tech", 215.0),
        ("mean_sales_registered", 20.0), ("mean_sales_large", 400.0),
        ("largest_registered", 0.75), ("largest_high_tech", 400.0 / 430.0),
        ("loans_to_sales_registered", 0.2), ("loans_to_sales_large", 0.05),
        ("below_20_all", 1.0 / 3.0), ("below_20_high_tech", 0.0), ("above_100_high_tech", 0.5),
        ("above_200_all", 1.0 / 3.0), ("above_200_large", 1.0), ("above_1000_all", 0.0),
        ("graduated_share", 1.0 / 3.0), ("departed_share", 0.0),
    ],
)  # fmt: skip
def test_sizes_by_stratum(name, expected):
    assert tiny.value(f"firm.{name}", of()) == pytest.approx(expected)


def test_whoever_has_ended_is_of_no_stratum():
    gone = of(status=(ALIVE, DEPARTED, ACQUIRED), end=(1e300, 0.5, 0.5))
    assert tiny.value("firm.median_sales_registered", gone) == 10.0
    assert math.isnan(tiny.value("firm.median_sales_large", gone))
    assert math.isnan(tiny.value("firm.above_100_large", gone))
    assert tiny.value("firm.departed_share", gone) == pytest.approx(1.0 / 3.0)


def test_high_tech_enterprises_are_in_either_stratum_and_the_two_strata_make_the_whole():
    sizes = [sales_of(of(), group).size for group in STRATA]
    assert sizes == [2, 2, 1]
    assert sales_of(of(), Stratum()).size == sizes[0] + sizes[2]


def test_the_exponent_is_that_of_a_pareto_tail():
    assert tiny.value("firm.hill_exponent", of()) == pytest.approx(1.0 / math.log(4.0))
    # Quantiles of a Pareto law of exponent 1.25 above 100.
    luck = (np.arange(3) + 0.5) / 3.0
    sales = 100.0 * luck ** (-1.0 / 1.25)
    expected = 1.25 * 3.0 / -np.log(luck).sum()
    assert tiny.value("firm.hill_exponent", of(sales=tuple(sales))) == pytest.approx(expected)
