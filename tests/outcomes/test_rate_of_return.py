import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.outcomes.internal_rate import internal_rate_of_return
from tests.oracles.annuity import balance, payment
from tests.oracles.rate_of_return import npv
from tests.oracles.values import cases, close

MONTHLY = 0.08 / 12.0


def loan_with_upside(equity, fee=0.01):
    """A year of interest, two years of level payments, equity four years on."""
    flows = np.zeros(49)
    flows[0] = -1.0 + fee
    flows[1:13] = MONTHLY
    flows[13:37] = payment(1.0, 0.08, 24)
    flows[48] = equity
    return flows, np.arange(49) / 12.0


@pytest.mark.parametrize(("inputs", "value"), cases("A8.irr0"))
def test_upfront_fee_lifts_the_return_over_the_coupon(inputs, value):
    flows, times = loan_with_upside(inputs["equity_m48"], inputs["fee"])
    assert internal_rate_of_return(flows, times) == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A8.irr."))
def test_equity_payoff_lifts_the_return(inputs, value):
    flows, times = loan_with_upside(inputs["equity_m48"])
    assert internal_rate_of_return(flows, times) == close(value)


@pytest.mark.parametrize(("inputs", "value"), cases("A8.irrdef"))
def test_default_with_a_late_recovery(inputs, value):
    flows, times = loan_with_upside(0.0, fee=0.0)
    flows[inputs["default_month"] :] = 0.0
    owed = balance(1.0, 0.08, 24, inputs["default_month"] - 13)
    assert owed == pytest.approx(0.804608972, abs=6e-10)
    flows[inputs["recovery_month"]] = inputs["recovery"] * owed
    assert internal_rate_of_return(flows, times) == close(value)


@given(st.floats(-0.02, 0.2), st.integers(1, 48), st.integers(0, 24))
def test_a_loan_at_par_returns_its_coupon(rate, n_payments, interest_only):
    flows = np.zeros(interest_only + n_payments + 1)
    flows[0] = -1.0
    flows[1 : interest_only + 1] = rate / 12.0
    flows[interest_only + 1 :] = payment(1.0, rate, n_payments)
    found = internal_rate_of_return(flows, np.arange(flows.size) / 12.0)
    assert found == pytest.approx((1.0 + rate / 12.0) ** 12 - 1.0, abs=1e-10)


@given(
    st.lists(st.floats(0.01, 5.0), min_size=1, max_size=20),
    st.floats(0.1, 20.0),
    st.floats(0.2, 5.0),
)
def test_flows_are_worth_nothing_at_their_rate(receipts, paid, gap):
    flows = np.array([-paid, *receipts])
    times = gap * np.arange(flows.size)
    rate = internal_rate_of_return(flows, times)
    if not math.isnan(rate):
        size = np.abs(flows) @ (1.0 + rate) ** -times
        assert npv(flows, times, rate) == pytest.approx(0.0, abs=1e-8 * size)


def test_of_several_roots_the_one_nearest_is_given():
    # worth nothing at 10 and at 20 per cent
    flows, times = [-1.0, 2.3, -1.32], [0.0, 1.0, 2.0]
    assert internal_rate_of_return(flows, times) == close(0.1, rel=1e-9)
    assert internal_rate_of_return(flows, times, near=0.16) == close(0.2, rel=1e-9)


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ((0.03, 0.05), 0.03),
        ((0.10, 0.10), 0.10),
        ((0.03, 0.05, 2.0), 0.03),
        ((0.03, 0.05, -0.5), 0.03),
        ((0.03, 0.0301), 0.03),
        ((0.02, 0.02, 0.02), 0.02),
        ((-0.4, -0.4), -0.4),
        ((0.015, 0.0201, 0.6, 0.6001), 0.015),
        ((0.5, 0.5, 1.0, 1.0), 0.5),
    ],
)
@pytest.mark.parametrize("period", [0.25, 1.0, 7.0])
def test_close_double_and_triple_roots_are_found(rates, expected, period):
    # a root of multiplicity m is known to the m-th root of the rounding
    flows = -np.poly(1.0 + np.array(rates))
    multiplicity = rates.count(expected)
    found = internal_rate_of_return(
        flows, period * np.arange(flows.size), near=1.0175 ** (1.0 / period) - 1.0
    )
    slack = 1e-11 if multiplicity == 1 else 10.0 * np.finfo(float).eps ** (1.0 / multiplicity)
    assert found == pytest.approx((1.0 + expected) ** (1.0 / period) - 1.0, abs=slack)


@pytest.mark.parametrize("log_rate", [-0.3, 0.02, 0.9])
def test_a_double_root_of_flows_at_uneven_dates_is_found(log_rate):
    times = np.array([0.0, 0.7, 3.1, 4.0])
    weight = np.exp(-log_rate * times)
    # two free flows make value and slope zero at the rate
    known, free = [0, 3], [1, 2]
    flows = np.array([-1.0, 0.0, 0.0, -0.4])
    conditions = np.stack([weight, times * weight])
    flows[free] = np.linalg.solve(conditions[:, free], -conditions[:, known] @ flows[known])
    found = internal_rate_of_return(flows, times)
    assert np.log1p(found) == pytest.approx(log_rate, abs=1e-7)


@given(st.lists(st.floats(-1.0, 1.0), min_size=3, max_size=9), st.floats(-0.3, 0.5))
def test_it_is_the_root_of_the_polynomial_that_is_nearest(flows, near):
    amounts = np.round(flows, 2)
    if not amounts[0]:
        return
    roots = np.roots(amounts)
    real = roots[(abs(roots.imag) < 1e-9) & (roots.real > 2e-3) & (roots.real < 140.0)].real
    clear = real.size and min(abs(roots.imag[abs(roots.imag) >= 1e-9]), default=1.0) > 1e-3
    if clear:
        found = internal_rate_of_return(amounts, np.arange(amounts.size), near)
        away = abs(np.log(real / (1.0 + near)))
        assert abs(np.log((1.0 + found) / (1.0 + near))) == pytest.approx(away.min(), abs=1e-6)


def test_the_mean_of_rates_is_not_the_rate_of_the_pool():
    winner, loser = ([-1.0, 3.0], [0.0, 5.0]), ([-1.0, 0.2], [0.0, 1.0])
    mean = np.mean([internal_rate_of_return(*deal) for deal in (winner, loser)])
    pooled = internal_rate_of_return(winner[0] + loser[0], winner[1] + loser[1])
    assert mean < -0.25
    assert pooled > 0.10


@pytest.mark.parametrize(
    ("flows", "times"),
    [
        ([], []),
        ([1.0, 2.0], [0.0, 1.0]),
        ([-1.0, -2.0], [0.0, 1.0]),
        ([-1.0, 1.0], [1.0, 1.0]),
        ([0.0, 0.0], [0.0, 1.0]),
        ([-1.0, 1e-9], [0.0, 1.0]),
        ([-1.0, 2.5, -1.6], [0.0, 1.0, 2.0]),
        ([-1.0, 2.2, -1.2101], [0.0, 1.0, 2.0]),
        ([1.0, -1.0, 1.0, -1.0, 1.0], [0.0, 0.25, 0.5, 0.75, 1.0]),
    ],
)
def test_no_root_gives_nan(flows, times):
    assert math.isnan(internal_rate_of_return(flows, times))


def test_flows_far_apart_and_zero_flows_do_not_overflow():
    flows, times = [0.0, -1.0, 1.0, 0.0, 2.0], [0.0, 30.0, 30.0, 200.0, 300.0]
    assert math.isnan(internal_rate_of_return(flows, times))
    flows[2] = 0.5
    found = internal_rate_of_return(flows, times)
    assert found == close(4.0 ** (1.0 / 270.0) - 1.0, rel=1e-9)


def test_order_of_flows_and_the_starting_date_do_not_matter():
    rate = internal_rate_of_return([-1.0, 0.5, 0.7], [2.0, 3.0, 4.0])
    assert internal_rate_of_return([0.7, -1.0, 0.5], [2.0, 0.0, 1.0]) == close(rate)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: internal_rate_of_return([1.0], [0.0, 1.0]), "equally long"),
        (lambda: internal_rate_of_return([1.0, np.nan], [0.0, 1.0]), "flows must be"),
        (lambda: internal_rate_of_return([1.0], [0.0], near=-2.0), "one plus near"),
    ],
)
def test_bad_inputs_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
