import math

import pytest

from sim.formulas.merton import merton_default_prob, merton_equity, merton_spread
from tests.formulas.oracles import cases, close

RATE = 0.03
# published to nine decimals only
RISK = {
    (100, 70, 1, 0.35): (0.176241064, 0.028992770),
    (100, 90, 2, 0.5): (0.547638929, 0.123654828),
    (100, 40, 5, 0.7): (0.540381798, 0.080802284),
}


@pytest.mark.parametrize(("inputs", "value"), cases("A6m."))
def test_equity_is_a_call_on_the_assets(inputs, value):
    firm = (inputs["V"], inputs["D"], inputs["T"], RATE, inputs["vol"])
    assert merton_equity(*firm) == close(value)


@pytest.mark.parametrize(("firm", "risk"), RISK.items())
def test_default_probability_and_spread(firm, risk):
    value, debt, years, vol = firm
    prob = merton_default_prob(value, debt, years, RATE, vol)
    assert prob == pytest.approx(risk[0], abs=6e-10)
    spread = merton_spread(value, debt, years, RATE, vol)
    assert spread == pytest.approx(risk[1], abs=6e-10)


def test_debt_and_equity_add_to_the_assets():
    equity = merton_equity(100.0, 70.0, 2.0, RATE, 0.4)
    spread = merton_spread(100.0, 70.0, 2.0, RATE, 0.4)
    assert equity + 70.0 * math.exp(-(RATE + spread) * 2.0) == close(100.0)


def test_edges_of_the_structural_model():
    assert merton_default_prob(100.0, 0.0, 1.0, RATE, 0.4) == 0.0
    assert merton_default_prob(0.0, 10.0, 1.0, RATE, 0.4) == 1.0
    assert merton_default_prob(9.0, 10.0, 0.0, RATE, 0.4) == 1.0
    assert merton_default_prob(10.0, 9.0, 1.0, RATE, 0.0) == 0.0
    assert merton_spread(100.0, 0.0, 1.0, RATE, 0.4) == 0.0
    assert merton_spread(0.0, 10.0, 1.0, RATE, 0.4) == math.inf
