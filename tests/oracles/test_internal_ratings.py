import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracles.internal_ratings import (
    DEFAULT_PROB_FLOOR,
    STANDARDISED_WEIGHTS,
    corporate_capital,
    corporate_correlation,
    retail_capital,
    retail_correlation,
    risk_weight,
    standardised_weight,
)
from tests.oracles.values import cases, close

# Basel Committee (2006), annex 5: loss given default 45 %, maturity 2.5 years, in per cent.
# Its first line, for 0.03 %, lies below the floor of today.
PD = [0.05, 0.10, 0.25, 0.40, 0.50, 0.75, 1.00, 1.30, 1.50, 2.00, 2.50, 3.00]
CORPORATE = [
    19.65, 29.65, 49.47, 62.72, 69.61, 82.78, 92.32, 100.95, 105.59, 114.86,
    122.16, 128.44,
]  # fmt: skip
RETAIL = [
    6.63, 11.16, 21.15, 28.42, 32.36, 40.10, 45.77, 50.80, 53.37, 57.99, 60.90, 62.79,
]  # fmt: skip


@pytest.mark.parametrize(("inputs", "value"), cases("A4.K."))
def test_corporate_capital(inputs, value):
    sales = inputs.get("S_meur", np.inf)
    found = corporate_capital(inputs["PD"], inputs["LGD"], inputs["M"], sales)
    assert found == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A4.Kr."))
def test_retail_capital(inputs, value):
    assert retail_capital(inputs["PD"], inputs["LGD"]) == close(value)


def test_published_risk_weights():
    # the printed table carries small numerical noise
    prob = np.array(PD) / 100.0
    corporate = 100.0 * risk_weight(corporate_capital(prob, 0.45))
    np.testing.assert_allclose(corporate, CORPORATE, atol=0.02)
    retail = 100.0 * risk_weight(retail_capital(prob, 0.45))
    np.testing.assert_allclose(retail, RETAIL, atol=0.02)


@pytest.mark.parametrize(
    ("prob", "sales", "expected"),
    [
        (0.001, np.inf, 0.234147531),
        (0.005, np.inf, 0.213456094),
        (0.01, 5.0, 0.152783679),
        (0.02, 20.0, 0.137478866),
        (0.05, 10.0, 0.094294644),
        (0.10, 5.0, 0.080808554),
    ],
)
def test_asset_correlation(prob, sales, expected):
    assert corporate_correlation(prob, sales) == pytest.approx(expected, abs=6e-10)


def test_retail_correlation():
    assert retail_correlation(0.01) == pytest.approx(0.121609452, abs=6e-10)


@pytest.mark.parametrize("prob", [0.0, 1e-300, 1e-6, 3e-6, 0.0003])
def test_default_probabilities_count_as_at_least_the_floor(prob):
    assert corporate_capital(prob, 0.45) == corporate_capital(DEFAULT_PROB_FLOOR, 0.45)
    assert retail_capital(prob, 0.45) == retail_capital(DEFAULT_PROB_FLOOR, 0.45)
    assert 100.0 * risk_weight(corporate_capital(prob, 0.45)) == pytest.approx(19.65, abs=0.02)


def test_sales_and_maturity_are_bounded_as_the_rule_says():
    def capital(maturity=2.5, sales=np.inf):
        return float(corporate_capital(0.02, 0.45, maturity, sales))

    assert capital(sales=1.0) == capital(sales=5.0)
    assert capital(sales=50.0) == capital(sales=900.0) == capital()
    assert capital(maturity=0.25) == capital(maturity=1.0)
    assert capital(maturity=9.0) == capital(maturity=5.0)


@given(st.floats(0.0005, 0.3), st.floats(0.05, 1.0), st.floats(1.0, 5.0))
def test_capital_rises_with_loss_maturity_and_size(prob, loss, maturity):
    base = corporate_capital(prob, loss, maturity, 10.0)
    assert 0.0 <= base <= loss
    assert corporate_capital(prob, 0.5 * loss, maturity, 10.0) == close(0.5 * float(base))
    assert corporate_capital(prob, loss, maturity + 0.5, 10.0) >= base
    assert corporate_capital(prob, loss, maturity, 40.0) >= base


def test_standardised_weights_by_name():
    assert standardised_weight("small_micro_retail") == 0.75
    assert standardised_weight("equity_ordinary") == 12.5
    assert all(weight >= 0.0 for weight in STANDARDISED_WEIGHTS.values())
    with pytest.raises(TypeError):
        STANDARDISED_WEIGHTS["corporate"] = 0.5  # type: ignore[index]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: standardised_weight("corporat"), "kind must be one of"),
        (lambda: corporate_capital(1.0, 0.45), "default_prob must lie"),
        (lambda: retail_capital(0.1, 1.45), "loss_given_default must lie"),
        (lambda: corporate_correlation(0.1, 0.0), "sales_eur_million must be above 0"),
        (lambda: risk_weight(1.5), "capital must lie"),
    ],
)
def test_bad_inputs_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
