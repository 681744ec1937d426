"""What a loan requires of capital: weights, undrawn lines, cover; its own unexpected loss."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.banks.capital import (
    asset_correlation,
    class_weight,
    covered_weight,
    defaulted_weight,
    economic_capital,
    exposure,
)
from tests.model.banks.three import rules
from tests.oracles.internal_ratings import corporate_capital, corporate_correlation
from tests.oracles.values import cases, close

OF_2023 = rules(
    small_weight=0.75, medium_weight=0.85, large_weight=1.0, small_line=10.0, small_sales=40.0,
    medium_sales=300.0, recognised_cover_share=1.0, provided_weight=1.0, unprovided_weight=1.5,
    large_provision_share=0.2,
)  # fmt: skip

# --- Weights -----------------------------------------------------------------------------


@pytest.mark.parametrize(("inputs", "value"), cases("desk.rwa."))
def test_a_loan_weighs_what_the_rules_say(inputs: dict[str, Any], value: float) -> None:
    u = OF_2023.copy()
    u.protector_weight = inputs["weight_of_protector"]
    own = class_weight(inputs["line"], inputs["sales"], u)
    counted = exposure(inputs["drawn"], inputs["line"], inputs["ccf"])
    assert covered_weight(own, inputs["cover"], u) * counted == close(value)


@pytest.mark.parametrize(
    ("line", "sales", "weight"),
    [
        (10.0, 40.0, 0.75),
        (10.1, 40.0, 0.85),
        (10.0, 40.1, 0.85),
        (10.0, 300.0, 0.85),
        (10.0, 300.1, 1.0),
        (99.0, 300.1, 1.0),
    ],
)
def test_a_class_reaches_up_to_its_limits(line: float, sales: float, weight: float) -> None:
    assert class_weight(line, sales, OF_2023) == weight


@pytest.mark.parametrize(("recognised", "weight"), [(0.0, 0.85), (0.5, 0.72), (1.0, 0.59)])
def test_cover_counts_as_far_as_it_is_recognised(recognised: float, weight: float) -> None:
    # Four tenths of a loan that weighs 0.85 are covered by someone who weighs 0.2.
    u = rules(recognised_cover_share=recognised, protector_weight=0.2)
    assert covered_weight(0.85, 0.4, u) == pytest.approx(weight)


@pytest.mark.parametrize(
    ("loss", "weight"), [(0.0, 1.5), (0.19, 1.5 * 0.81), (0.2, 0.8), (0.4, 0.6), (1.0, 0.0)]
)
def test_a_loan_in_default_weighs_more_where_little_is_set_aside(
    loss: float, weight: float
) -> None:
    assert defaulted_weight(loss, OF_2023) == pytest.approx(weight)


def test_what_is_drawn_beyond_the_line_counts_as_drawn() -> None:
    assert (exposure(6.0, 8.0, 0.1), exposure(9.0, 8.0, 0.1)) == (6.2, 9.0)
    assert exposure(6.0, 8.0, 0.0) == 6.0


# --- Economic capital --------------------------------------------------------------------

# Basel Committee (2006), annex 5: loss given default 45 %, maturity 2.5 years, in per cent.
# Its first line, for 0.03 %, lies below the floor of today.
PUBLISHED = {
    0.05: 19.65, 0.10: 29.65, 0.25: 49.47, 0.40: 62.72, 0.50: 69.61, 0.75: 82.78, 1.00: 92.32,
    1.30: 100.95, 1.50: 105.59, 2.00: 114.86, 2.50: 122.16, 3.00: 128.44,
}  # fmt: skip
LARGE = 50.0
"""Sales in EUR million from which a firm is large."""


@pytest.mark.parametrize(("inputs", "value"), cases("desk.irb."))
def test_economic_capital(inputs: dict[str, float], value: float) -> None:
    found = economic_capital(inputs["pd"], inputs["lgd"], inputs["sales_eur"])
    # The reference finds the quantile of the factor by a search.
    assert found == close(value, rel=1e-8)


@pytest.mark.parametrize(("inputs", "value"), cases("A4.K."))
def test_the_second_route_has_any_maturity(inputs: dict[str, float], value: float) -> None:
    sales = inputs.get("S_meur", np.inf)
    found = corporate_capital(inputs["PD"], inputs["LGD"], inputs["M"], sales)
    assert found == close(value)


@pytest.mark.parametrize(("default", "weight"), PUBLISHED.items())
def test_published_weights(default: float, weight: float) -> None:
    # Eight per cent of the weight are held; the printed table carries small numerical noise.
    found = economic_capital(default / 100.0, 0.45, LARGE)
    assert 100.0 * 12.5 * found == pytest.approx(weight, abs=0.02)


@given(st.floats(0.0, 0.999), st.floats(0.0, 1.0), st.floats(0.1, 500.0))
def test_both_routes_agree(default: float, loss: float, sales: float) -> None:
    own = economic_capital(default, loss, sales)
    # The two normal distributions differ by some 1e-9.
    assert own == pytest.approx(float(corporate_capital(default, loss, 2.5, sales)), abs=1e-8)
    prob = max(default, 0.0005)
    assert asset_correlation(prob, sales) == close(float(corporate_correlation(prob, sales)))
    assert own + 1e-12 >= 0.0
    assert economic_capital(default, loss, sales + 10.0) >= own - 1e-12


def test_nobody_is_believed_safer_than_the_floor_or_surer_than_sure() -> None:
    assert economic_capital(0.0, 0.45, 5.0) == economic_capital(0.0005, 0.45, 5.0) > 0.0
    assert economic_capital(1.0, 0.45, 5.0) == economic_capital(0.999, 0.45, 5.0)
