"""How a firm moves: each hazard by stage, quality, market conditions and state."""

import pytest

from sim.model.firms import record as r
from sim.model.firms.failure import diversion_hazard, failure_hazard
from sim.model.firms.lifecycle import (
    is_alive,
    progress_hazard,
    recovery_hazard,
    regress_hazard,
    setback_hazard,
)
from tests.model.firms.hand import firm, market, rules

LADDER = [0.4, 0.3, 0.2, 0.1]


@pytest.mark.parametrize("stage", range(4))
@pytest.mark.parametrize(
    ("hazard", "name", "quality", "factor"),
    [
        (progress_hazard, "progress_hazard", "quality_on_progress", "progress"),
        (setback_hazard, "setback_hazard", "quality_on_failure", "setback"),
        (failure_hazard, "failure_hazard", "quality_on_failure", "setback"),
    ],
)
def test_a_hazard_is_its_level_by_stage_times_quality_times_market_conditions(
    hazard, name, quality, factor, stage
):
    f, p = firm(stage=stage, **{quality: 2.0}), rules(**{name: LADDER})
    assert hazard(f, p, market()) == pytest.approx(2.0 * LADDER[stage])
    assert hazard(f, p, market(**{factor: 1.5})) == pytest.approx(3.0 * LADDER[stage])


@pytest.mark.parametrize("state", ["project", "setback"])
def test_nobody_progresses_while_a_project_waits_or_in_a_setback(state):
    assert progress_hazard(firm(**{state: 1}), rules(progress_hazard=LADDER), market()) == 0.0


@pytest.mark.parametrize("stage", range(4))
def test_every_stage_but_the_first_can_fall_back(stage):
    p = rules(regress_hazard=LADDER)
    assert regress_hazard(firm(stage=stage), p, market()) == (0.0 if stage == 0 else LADDER[stage])


def test_a_setback_comes_once_and_only_then_there_is_something_to_recover_from():
    p, well, ill = rules(setback_hazard=LADDER, recovery_hazard=0.7), firm(), firm(setback=1)
    assert (setback_hazard(well, p, market()), setback_hazard(ill, p, market())) == (0.4, 0.0)
    assert (recovery_hazard(well, p, market()), recovery_hazard(ill, p, market())) == (0.0, 0.7)


def test_recovery_is_faster_for_better_firms_and_slower_in_bad_times():
    f, p = firm(setback=1, quality_on_recovery=2.0), rules(recovery_hazard=0.7)
    assert recovery_hazard(f, p, market(recovery=0.5)) == pytest.approx(0.7)


def test_a_firm_in_a_setback_fails_at_a_rate_of_its_own_that_no_market_moves():
    p = rules(failure_hazard=LADDER, setback_failure_hazard=0.18)
    f = firm(setback=1, quality_on_recovery=2.0, quality_on_failure=9.0)
    assert failure_hazard(f, p, market(setback=5.0)) == pytest.approx(0.09)


@pytest.mark.parametrize(
    ("balance", "value", "monitored", "expected"),
    [
        (0.0, 40.0, 0, 0.0),
        (10.0, 40.0, 0, 0.0075),  # 0.03 for each unit of debt over value
        (10.0, 40.0, 1, 0.00225),  # a watching lender prevents seventy percent
        (1000.0, 10.0, 0, 0.15),  # debt counts up to five times the value
        (0.4, 0.0, 0, 0.12),  # a value of nothing counts as 0.1
    ],
)
def test_diversion_follows_debt_over_value_and_falls_under_watch(
    balance, value, monitored, expected
):
    p = rules(diversion_hazard=0.03, monitoring_effect=0.7)
    f = firm(balance=balance, value=value, monitored=monitored)
    assert diversion_hazard(f, p, market()) == pytest.approx(expected)


def test_no_clause_of_a_contract_touches_a_hazard_of_the_lifecycle():
    terms = {
        "limit": 50.0, "balance": 20.0, "rate": 0.05, "secured": 9.0, "security": 0.3,
        "guaranteed": 0.5, "refinanced": 0.6, "right": r.SWAP, "stake": 0.25,
        "exercise_amount": 2.0,
        "trigger": 40.0, "host": 3, "monitored": 1, "introduction": 3.0, "contract": 4,
    }  # fmt: skip
    p = rules(progress_hazard=LADDER, regress_hazard=LADDER, setback_hazard=LADDER)
    for state in ({"setback": 0}, {"setback": 1}):
        plain, signed = firm(stage=1, **state), firm(stage=1, **state, **terms)
        for hazard in (
            progress_hazard, regress_hazard, setback_hazard, recovery_hazard, failure_hazard,
        ):  # fmt: skip
            assert hazard(plain, p, market()) == hazard(signed, p, market())


@pytest.mark.parametrize("status", range(len(r.STATUSES)))
def test_only_a_firm_that_has_entered_and_not_ended_is_alive(status):
    assert is_alive(firm(status=status)) == (status == r.ALIVE)
