"""Access, the funding gap, the cost of finance, and rights."""

import math
from itertools import pairwise

import pytest

from sim.model.firms.record import ALIVE, LISTED, WARRANT
from sim.outcomes import firm_credit as credit
from tests.outcomes import tiny

HISTORY = tiny.history()


def test_access_is_the_time_average_of_borrowers_over_living_firms():
    shares = [1 / 2, 2 / 3, 3 / 3, 2 / 2, 1 / 2]
    expected = sum(0.5 * (a + b) for a, b in pairwise(shares)) / 4.0
    assert credit.access_share(HISTORY) == pytest.approx(expected)


def test_access_by_stage_is_time_with_a_line_over_time_lived():
    assert tiny.value("firm.access_startup", HISTORY) == pytest.approx(0.75 / 1.25)
    assert tiny.value("firm.access_growth", HISTORY) == pytest.approx(1.25 / 1.25)
    assert math.isnan(tiny.value("firm.access_expansion", HISTORY))
    assert math.isnan(tiny.value("firm.access_mature", HISTORY))


def test_a_first_loan_counts_within_three_years_of_entry():
    history = tiny.history(horizon=3.2, end=3.2, book={"date": (-0.5, 3.2, 0.5, 0.75)})
    assert credit.first_loan_3y(history) == 0.5
    assert credit.first_loan_3y_asset_light(history) == 1.0
    assert math.isnan(credit.first_loan_3y(HISTORY))


def test_the_funding_gap_is_of_demand_opened_in_the_experiment():
    assert credit.funding_gap(HISTORY) == pytest.approx(4.0 / 16.0)
    assert math.isnan(credit.funding_gap(tiny.empty()))


def test_access_is_that_of_firms_on_the_register():
    # Large firms are counted apart, and do not count here.
    one = tiny.history(system={"large": (9, 9, 9, 9, 9), "large_borrowers": (9, 9, 9, 9, 9)})
    # Of 2, 3, 3, 2 and 2 firms on the register 1, 2, 3, 2 and 1 have a line.
    shares = [1 / 2, 2 / 3, 3 / 3, 2 / 2, 1 / 2]
    expected = sum(0.5 * (a + b) for a, b in pairwise(shares)) / 4.0
    assert credit.access_share(one) == pytest.approx(expected)


def test_the_gap_of_start_ups_is_that_of_firms_with_one_project():
    assert credit.gap_startup(HISTORY) == pytest.approx(2.0 / 8.0)
    waiting = tiny.history(firms={"project": (0, 0, 1)})
    assert math.isnan(credit.gap_startup(waiting))


def test_a_project_counts_as_one_whatever_it_costs():
    # Firms 1 and 2 enter in the experiment; the first of the three does not.
    counts = {
        "birth": (-1.0, 0.5, 1.0),
        "projects": ((9, 9, 9, 0), (1, 1, 0, 0), (1, 0, 0, 0)),
        "unfunded": ((9, 9, 9, 0), (0.5, 0.25, 0, 0), (1, 0, 0, 0)),
        "cum_demand": (90.0, 30.0, 10.0), "demand_on_register": (0.0, 6.0, 0.0),
    }  # fmt: skip
    one = tiny.history(firms=counts)
    assert credit.project_gap(one) == pytest.approx(1.75 / 3.0)
    assert tiny.value("firm.project_gap_startup", one) == pytest.approx(1.5 / 2.0)
    assert tiny.value("firm.project_gap_growth", one) == pytest.approx(0.25)
    assert math.isnan(tiny.value("firm.project_gap_expansion", one))
    assert credit.demand_of_largest(one) == pytest.approx(30.0 / 40.0)
    # Of a firm that has outgrown the register, what it wanted until then.
    grown = tiny.history(firms=counts | {"stratum": (0, 1, 0)})
    assert credit.demand_of_largest(grown) == pytest.approx(10.0 / 16.0)
    assert math.isnan(credit.demand_of_largest(tiny.empty()))


def test_a_firm_counts_as_one_whatever_number_of_projects_it_has():
    counts = {
        "birth": (-1.0, 0.5, 1.0), "projects": ((9, 9, 9, 0), (1, 1, 0, 0), (1, 0, 0, 0)),
        "unfunded": ((9, 9, 9, 0), (0.5, 0.25, 0, 0), (1, 0, 0, 0)),
    }  # fmt: skip
    assert credit.gap_per_firm(tiny.history(firms=counts)) == pytest.approx((0.375 + 1.0) / 2.0)
    assert math.isnan(credit.gap_per_firm(tiny.empty()))


def test_demand_of_the_largest_is_that_of_the_register_as_it_stands():
    firms = {
        "status": (ALIVE, ALIVE, ALIVE), "end": (1e300,) * 3, "stratum": (0, 0, 1),
        "sales": (5.0, 50.0, 500.0), "cum_demand": (6.0, 2.0, 90.0),
    }  # fmt: skip
    found = credit.demand_of_largest_by_sales(tiny.history(firms=firms))
    assert found == pytest.approx(2.0 / 8.0)
    assert math.isnan(credit.demand_of_largest_by_sales(tiny.empty()))


def test_the_cost_of_finance_adds_what_holders_took_at_exit():
    assert credit.cost_of_finance(HISTORY) == pytest.approx(0.3 / 8.0)
    more = {"cum_royalty": (9.0, 0.2, 0.0), "cum_delivery": (9.0, 0.1, 0.0),
            "holder": (0.1, 0.0, 0.05), "holder_proceeds": (0.0, 0.0, 3.0),
            "cum_exercise_amount": (1.0, 0.0, 1.0)}  # fmt: skip
    assert credit.cost_of_finance(tiny.history(firms=more)) == pytest.approx((0.6 + 2.0) / 8.0)


def test_dilution_that_is_not_realised_is_no_cost_yet():
    held = {"status": (ALIVE, ALIVE, ALIVE), "holder": (0.0, 0.0, 0.05),
            "cum_exercise_amount": (0.0, 0.0, 1.0)}  # fmt: skip
    assert credit.cost_of_finance(tiny.history(firms=held)) == pytest.approx(0.3 / 8.0)


def test_the_runway_is_of_living_firms_that_burn_cash():
    firms = {"status": (ALIVE, ALIVE, LISTED), "cash": (6.0, -1.0, 9.0),
             "flow": (-2.0, -1.0, -1.0)}  # fmt: skip
    assert credit.runway(tiny.history(firms=firms)) == pytest.approx(1.5)
    assert math.isnan(credit.runway(HISTORY))


def test_rights_are_counted_among_firms_that_granted_one():
    book = {"right": (0, WARRANT, WARRANT, WARRANT)}
    firms = {"exercised": (0, 0, 1), "waived": (5, 0, 0), "cum_gain": (9.0, 0.0, 0.4),
             "signed": (0, 1, 2)}  # fmt: skip
    history = tiny.history(book=book, firms=firms)
    assert tiny.value("firm.right_exercised_share", history) == 0.5
    assert tiny.value("firm.right_waived_share", history) == 0.0
    assert tiny.value("firm.right_paid_share", history) == 0.5
    assert credit.signed_share(history) == pytest.approx(2.0 / 3.0)
    assert math.isnan(tiny.value("firm.right_paid_share", HISTORY))
