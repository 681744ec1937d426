import numpy as np
import pytest

from sim.formulas.cycle_loan import cycle_loan_value, cycle_par_coupon
from sim.formulas.pricing import credit_triangle_rate
from tests.formulas.cycle import CYCLE, DEFAULT, START
from tests.formulas.oracles import cases, close

REGIMES = ("boom", "bust")


@pytest.mark.parametrize(("inputs", "value"), cases("A2f.par."))
def test_par_coupon_by_regime_of_origination(inputs, value):
    terms = (inputs["r"], inputs["LGD"], inputs["prepay"])
    found = cycle_par_coupon(CYCLE, DEFAULT, *terms, START[inputs["start"]])
    assert found == close(value)


@pytest.mark.parametrize("regime", REGIMES)
def test_loan_value_by_regime(regime):
    [(inputs, value)] = [case.values for case in cases("A2f.V.") if case.id.endswith(regime)]
    terms = (inputs["coupon"], inputs["r"], inputs["LGD"], inputs["prepay"])
    found = cycle_loan_value(CYCLE, DEFAULT, *terms)
    assert found[REGIMES.index(regime)] == close(value)


def test_at_its_par_coupon_a_loan_is_worth_par():
    coupon = cycle_par_coupon(CYCLE, DEFAULT, 0.04, 0.55, 0.1, START["bust"])
    value = cycle_loan_value(CYCLE, DEFAULT, float(coupon), 0.04, 0.55, 0.1)
    assert value[1] == close(1.0)


def test_without_a_cycle_the_credit_triangle_holds_for_any_prepayment():
    for prepayment in (0.0, 0.3):
        found = cycle_par_coupon(CYCLE, [0.05, 0.05], 0.04, 0.55, prepayment, np.eye(2))
        triangle = credit_triangle_rate(0.04, 0.05, 0.55)
        np.testing.assert_allclose(found, triangle, rtol=1e-12)


def test_bad_loans_are_refused():
    with pytest.raises(ValueError, match="loss_given_default must lie"):
        cycle_loan_value(CYCLE, DEFAULT, 0.06, 0.04, 1.5, 0.1)
    with pytest.raises(ValueError, match="prepayment must not be negative"):
        cycle_par_coupon(CYCLE, DEFAULT, 0.04, 0.5, -0.1, START["boom"])
