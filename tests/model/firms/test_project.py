"""Growth projects: trials, price, money, and what is left unfunded."""

import math

import pytest

from sim.base.draws import TRIAL, uniform_pair
from sim.model.firms import record as r
from sim.model.firms.project import (
    available,
    carry_out,
    end_project,
    fail_trial,
    open_project,
    settle_project,
    trial_closes,
    trial_succeeds,
    try_project,
)
from tests.model.firms.hand import borrower, firm, market, rules, three

PROJECT = {
    "progress_hazard": [0.1, 0.2, 0.4, 0.0], "success_share": [1.0] * 4,
    "growth_at_birth": 0.4, "growth_of_old": 0.4, "growth_size_slope": 0.0,
    "project_share": 0.5, "project_capex": 0.3, "working_capital": 0.2, "project_wait": 0.75,
    "project_least_share": 0.3,
}  # fmt: skip


def waiting(**values):
    """A start-up of scale 10 with an open project: (0.3 + 0.2) x 10 x 0.5 x 0.4 / 0.1 = 10."""
    f = borrower(**({"scale": 10.0, "log_scale": math.log(10.0)} | values))
    open_project(f, rules(**PROJECT), 1.0)
    return f


@pytest.mark.parametrize(("stage", "demand"), [(0, 10.0), (1, 5.0), (2, 2.5)])
def test_a_project_costs_what_the_scale_gained_costs(stage, demand):
    f = waiting(stage=stage)
    assert (f.project, f.demand, f.cum_demand, f.deadline) == (1, demand, demand, 1.75)


def test_a_mature_firm_has_no_further_project():
    f = waiting(stage=3)
    assert (f.project, f.cum_demand) == (0, 0.0)


@pytest.mark.parametrize(
    ("state", "money"),
    [
        ({"cash": 2.0}, 7.0),
        ({"cash": 2.0, "called": 1}, 2.0),
        ({"cash": -2.0}, 3.0),
        ({"cash": -9.0}, 0.0),
        ({"cash": 2.0, "balance": 12.0}, 2.0),
    ],
)
def test_a_firm_stakes_its_cash_and_the_rest_of_its_line(state, money):
    assert available(borrower(**state), rules(**PROJECT)) == money


def test_a_project_leaves_a_part_of_target_cash_untouched():
    p = rules(**(PROJECT | {"project_keeps_share": 0.5}))
    target_of_two = {"cost": 8.0, "cash_months": 3.0}
    assert available(borrower(cash=2.0, **target_of_two), p) == 6.0
    f = waiting(cash=7.0, **target_of_two)
    assert try_project(f, p, 1.2)
    assert (f.cash, f.balance, f.cum_drawn) == (1.0, 9.0, 4.0)
    poor = waiting(cash=5.9, **target_of_two)
    assert not try_project(poor, p, 1.2)


def test_a_funded_project_spends_cash_first_then_the_line_and_triples_the_scale():
    f = waiting(cash=6.0)
    assert try_project(f, rules(**PROJECT), 1.2)
    assert (f.cash, f.balance, f.cum_drawn, f.cum_invest) == (0.0, 9.0, 4.0, 10.0)
    assert math.exp(f.log_scale) == pytest.approx(30.0)
    assert (f.project, f.demand, f.stage, f.stage_date[1]) == (0, 0.0, 1, 1.2)
    assert f.cum_gap == 0.0


def test_a_firm_with_enough_cash_draws_nothing():
    f = waiting(cash=12.0)
    assert try_project(f, rules(**PROJECT), 1.2)
    assert (f.cash, f.balance) == (2.0, 5.0)


@pytest.mark.parametrize(
    "state", [{"cash": 4.9}, {"cash": 12.0, "arrears": 1}, {"cash": 6.0, "called": 1}]
)
def test_a_project_waits_for_the_whole_of_its_money_and_for_good_standing(state):
    f = waiting(**state)
    before = f.copy()
    assert not try_project(f, rules(**PROJECT), 1.2)
    assert f == before


def test_at_the_deadline_it_is_cut_to_the_money_there_is():
    f = waiting(cash=0.0)
    assert end_project(f, rules(**PROJECT), 1.75)
    # Half of ten millions is there: the scale doubles instead of tripling.
    assert math.exp(f.log_scale) == pytest.approx(20.0)
    assert (f.balance, f.cash, f.cum_gap, f.stage) == (10.0, 0.0, 5.0, 1)


@pytest.mark.parametrize("state", [{"balance": 7.5}, {"cash": 50.0, "arrears": 1}])
def test_at_the_deadline_it_is_given_up_for_want_of_money_or_of_standing(state):
    f = waiting(**state)
    assert not end_project(f, rules(**PROJECT), 1.75)
    assert (f.project, f.stage, f.cum_gap, f.cum_invest) == (0, 0, 10.0, 0.0)
    assert f.log_scale == math.log(10.0)


def test_a_step_that_costs_nothing_is_taken_at_once():
    p = rules(project_share=0.0)
    f = firm(scale=10.0)
    open_project(f, p, 1.0)
    assert try_project(f, p, 1.0)
    f = firm(scale=10.0, arrears=1)
    open_project(f, p, 1.0)
    assert not try_project(f, p, 1.0)
    assert not end_project(f, p, 2.0)


def test_projects_on_the_register_are_counted_by_stage_with_what_nobody_paid_for():
    p = rules(**PROJECT)
    f = waiting(cash=100.0)
    assert try_project(f, p, 1.2)
    assert (f.projects.tolist(), f.unfunded.tolist()) == ([1.0, 0, 0, 0], [0.0] * 4)
    f.project, f.demand, f.stage = 1, 4.0, 1
    settle_project(f, 0.75)
    assert (f.projects.tolist(), f.unfunded.tolist()) == ([1.0, 1.0, 0, 0], [0, 0.25, 0, 0])
    large = waiting(cash=100.0, stratum=r.LARGE)
    settle_project(large, 0.0)
    assert (large.projects.sum(), large.cum_gap) == (0.0, 10.0)


def test_demand_is_either_carried_out_or_left_as_a_gap():
    p, demand = rules(**PROJECT), 10.0
    for share in (0.0, 0.3, 1.0):
        f = waiting(cash=100.0)
        carry_out(f, p, share, 2.0)
        assert f.cum_invest + f.cum_gap == pytest.approx(demand)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_trial_with_a_certain_end_ends_so_for_everybody(share):
    p = rules(success_share=[share] * 4)
    assert [trial_succeeds(f, p, market()) for f in three()] == [share == 1.0] * 3


def test_quality_moves_the_odds_of_a_trial():
    f = firm(quality_on_progress=3.0)
    f.count[r.PROGRESS] = 1
    u, _ = uniform_pair(1, 2, 1, TRIAL, 1, 0)
    # Odds of three times s / (1 - s) give the chance 3 s / (1 + 2 s); u is met where it is.
    edge = u / (3.0 - 2.0 * u)
    for share, succeeds in ((edge * 1.001, True), (edge * 0.999, False)):
        assert trial_succeeds(f, rules(success_share=[share] * 4), market()) == succeeds


def test_each_trial_of_a_firm_is_a_new_one():
    p, f = rules(success_share=[0.5] * 4), firm()
    found = []
    for trial in range(40):
        f.count[r.PROGRESS] = trial
        found.append(trial_succeeds(f, p, market()))
    assert 8 < sum(found) < 32


def test_a_failed_trial_closes_the_firm_by_its_share_and_sets_back_otherwise():
    assert trial_closes(firm(), rules(trial_closes_share=1.0), market())
    assert not trial_closes(firm(), rules(trial_closes_share=0.0), market())
    p = rules(setback_scale_factor=0.5)
    for setback, scale in ((0, 5.0), (1, 10.0)):  # whoever is in a setback stays in it
        f = firm(log_scale=math.log(10.0), setback=setback)
        fail_trial(f, p)
        assert (f.setback, math.exp(f.log_scale)) == (1, pytest.approx(scale))
