"""What a client brings, and the return of vintages."""

import math

import pytest

from sim.outcomes import bank_stage as vintage
from tests.outcomes import tiny

HISTORY = tiny.history()


def test_income_from_a_client_is_net_of_running_cost_and_fees():
    more = {"cum_relation": (0.5, 0.0, 0.0), "cum_gain": (0.0, 0.0, 2.0),
            "cum_royalty": (0.0, 0.3, 0.0), "cum_fee": (0.1, 0.0, 0.0)}  # fmt: skip
    income = vintage.client_income(tiny.history(firms=more))
    expected = [1.0 + 0.5 - 0.1 - 0.33, 0.1 + 0.3 - 0.036, 0.2 + 2.0 - 0.055]
    assert income.tolist() == pytest.approx(expected)


def test_a_loan_in_default_is_run_and_funded_until_its_workout_is_over():
    # Firm 1 owes 4 from 0.7 on; half a year later its workout is over, or the run at year one.
    late = tiny.history(firms={"recovery_date": (0.0, 9.0, 0.0)})
    assert vintage.client_income(late)[1] == pytest.approx(0.1 - 0.012 * (3.0 + 4.0 * 0.3))
    assert vintage.client_funding(late)[1] == pytest.approx(0.02 * (3.0 + 4.0 * 0.3))
    soon = tiny.history(firms={"recovery_date": (0.0, 0.8, 0.0)})
    assert vintage.client_funding(soon)[1] == pytest.approx(0.02 * (3.0 + 4.0 * 0.1))


def test_central_bank_money_makes_funding_cheaper():
    assert vintage.client_funding(HISTORY).tolist() == pytest.approx([0.6, 0.06, 0.1])
    cheap = tiny.history(
        firms={"cum_refinanced": (10.0, 0.0, 0.0), "cum_relending": (0.1, 0.0, 0.0)}
    )
    assert vintage.client_funding(cheap)[0] == pytest.approx(0.6 - 0.1)


def test_the_return_of_vintages_counts_new_borrowers_alone():
    # firms 1 and 2: interest 0.3, running cost 0.036 and 0.055, loss 1.5, balance 8
    expected = (0.3 - 0.036 - 0.055 - 1.5) / 8.0
    assert vintage.irr_vintage(HISTORY) == pytest.approx(expected)


def test_vintages_are_told_apart_by_the_regime_of_the_first_loan():
    assert vintage.irr_vintage_of(HISTORY, "boom") == pytest.approx((0.1 - 0.036 - 1.5) / 3.0)
    assert vintage.irr_vintage_of(HISTORY, "bust") == pytest.approx((0.2 - 0.055) / 5.0)


def test_a_regime_that_the_scenario_does_not_have_has_no_vintage():
    other = tiny.history(facts={"regimes": ("calm", "storm")})
    assert math.isnan(vintage.irr_vintage_of(other, "boom"))
    assert math.isnan(vintage.irr_vintage_of(other, "bust"))
