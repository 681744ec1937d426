"""Target cash, what a firm needs beyond it, and when it has too little to grow on."""

import numpy as np
import pytest

from sim.model.firms.cash import (
    is_starved,
    months_wanted,
    needed_credit,
    shortfall,
    swept_above,
    target_cash,
)
from sim.model.firms.events import on_call
from sim.model.firms.growth import growth_now
from sim.model.firms.operations import set_flows
from sim.model.firms.population import be_born
from sim.model.firms.project import try_project
from sim.model.firms.record import ALIVE, FAILED_CASH
from tests.model.firms.hand import borrower, firm, live, market, quiet, rules, three

TARGET_OF_TWO = {"cost": 8.0, "cash_months": 3.0}


def test_target_cash_is_a_time_of_outlays_and_never_negative():
    assert target_cash(firm(**TARGET_OF_TWO)) == 2.0
    assert target_cash(firm(cost=-8.0, cash_months=3.0)) == 0.0


def test_months_wanted_are_lognormal_among_firms_and_each_has_its_own_for_life():
    p = rules(target_cash_months=1.5, target_cash_log_sd=0.6)
    months = []
    for number in range(400):
        f = firm(stream=number)
        be_born(f, p, market(), 0.0)
        months.append(f.cash_months)
    logs = np.log(months)
    error = 0.6 / np.sqrt(400)
    assert abs(logs.mean() - np.log(1.5)) < 4.0 * error
    assert abs(logs.std() - 0.6) < 4.0 * error / np.sqrt(2.0)
    assert months_wanted(0.0, p) == 1.5


@pytest.mark.parametrize(
    ("state", "kept"),
    [({}, 2.2), ({"flow": 5.0}, 2.2), ({"flow": -0.5}, 2.2), ({"flow": -4.0}, 8.0)],
)
def test_a_firm_keeps_a_little_over_target_or_what_two_years_burn(state, kept):
    p = rules(sweep_above=1.1, burner_keeps_years=2.0)
    assert swept_above(firm(**TARGET_OF_TWO, **state), p) == pytest.approx(kept)


@pytest.mark.parametrize(
    ("state", "short"),
    [
        ({}, 2.0),
        ({"flow": 5.0}, 2.0),  # profit to come is no cash yet
        ({"flow": -5.0}, 7.0),
        ({"flow": -5.0, "invest": 3.0}, 7.0),  # losses of 2 and growth of 3
        ({"flow": 1.0, "invest": 3.0}, 5.0),
        ({"demand": 4.0}, 2.0),  # no project is open
        ({"project": 1, "demand": 4.0}, 6.0),
    ],
)
def test_a_year_takes_target_cash_losses_growth_and_the_project(state, short):
    f = firm(**TARGET_OF_TWO, **state)
    assert shortfall(f, 0.0) == short
    assert shortfall(f, 1.5) == short - 1.5
    assert needed_credit(f, 100.0) == 0.0
    assert needed_credit(borrower(**TARGET_OF_TWO, **state), 0.0) == 5.0 + short


def test_where_everybody_is_liquid_owners_pay_bills_projects_and_what_is_due():
    drain = {"startup_margin": 0.0, "burn": 4.0, "arrears_window": 0.25}
    ends, equity = [], []
    for liquid in (False, True):
        rows = three(cash=1.0, cum_equity=1.0, cash_months=1.0)
        live(rows, quiet(**drain, everybody_liquid=liquid), market(), 2.0)
        ends.append(rows.status[0])
        equity.append(rows.cum_equity[0])
    assert ends == [FAILED_CASH, ALIVE]
    assert equity[0] == 1.0
    assert equity[1] >= 8.0
    p = quiet(everybody_liquid=True)
    f = borrower(cash=1.0, due=3.0, balance=3.0, limit=3.0, called=1, call=1.0)
    on_call(f, p, 1.0)
    assert (f.balance, f.cash, f.arrears, f.cum_equity) == (0.0, 0.0, 0, 2.0)
    f = firm(cash=1.0, project=1, demand=5.0, gain=1.0, log_scale=0.0)
    assert not try_project(f, quiet(), 1.0)
    assert try_project(f, p, 1.0)
    assert (f.cash, f.cum_equity, f.cum_gap, f.stage) == (0.0, 4.0, 0.0, 1)


def test_a_firm_without_cash_or_line_does_not_grow_and_ties_nothing_up():
    p = quiet(growth_at_birth=0.1, growth_of_old=0.1, working_capital=0.2, project_capex=0.4,
              growth_cash_share=0.25)  # fmt: skip
    scale = {"log_scale": np.log(10.0), "cost": 8.0, "cash_months": 3.0}
    for state, grows in (
        ({"cash": 0.6}, True),
        ({"cash": 0.4}, False),  # under a quarter of its target of 2
        ({"cash": 0.4, "limit": 5.0, "balance": 4.0}, True),
        ({"cash": 0.4, "limit": 5.0, "balance": 5.0}, False),
    ):
        f = firm(**scale, **state)
        assert is_starved(f, p) != grows
        f.starved = 0 if grows else 1
        assert growth_now(f, p, market()) == pytest.approx(0.1 if grows else 0.0)
        set_flows(f, p, market())
        assert f.invest == pytest.approx(0.6 * 10.0 * 0.1 if grows else 0.0)
