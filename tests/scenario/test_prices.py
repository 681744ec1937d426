"""Amounts that laws and contracts state, in the money of the start date."""

import pytest

from sim.base.parameter import NOMINAL, Frozen
from sim.engine.processes import run_world
from sim.engine.world import new_world
from sim.scenario.dated import present
from sim.scenario.prices import in_start_prices
from sim.scenario.scenario import Scenario
from tests.house.small import shipped

DOUBLED = {"dated": {"macro.price_level": [{"years_from_start": 1.0, "value": 2.0}]}}
REAL = {
    "outside_wealth", "parent_capital", "screening_cost", "monitoring_cost", "coordination_cost",
    "opening_cash", "venture_opening_cash", "exit_cap",
}  # fmt: skip
"""Amounts that follow prices: what firms and banks have, and what things cost."""


def test_a_level_of_one_changes_nothing_at_all() -> None:
    assert in_start_prices(shipped(), 1.0) is shipped()


def test_what_is_stated_is_worth_less_and_all_else_is_as_it_was() -> None:
    before, after = shipped(), in_start_prices(shipped(), 2.0)
    assert after.sme_register.sales_cap == before.sme_register.sales_cap / 2.0
    assert after.sme_register.staff_cap == before.sme_register.staff_cap
    line_cap = tuple(cap / 2.0 for cap in before.underwriting.line_cap)
    assert after.underwriting.line_cap == line_cap
    assert after.taxation.exempt_line == before.taxation.exempt_line / 2.0
    assert after.operations == before.operations
    assert after.underwriting.screening_cost == before.underwriting.screening_cost


def kinds(part: type[Frozen]) -> set[str]:
    """Fields of a group, and of groups in it, in money that is no flow and not stated."""
    found = set()
    for name, field in part.model_fields.items():
        extra = field.json_schema_extra or {}
        if str(extra.get("unit")) == "CNY million" and not extra.get(NOMINAL):
            found.add(name)
    return found


def test_every_amount_is_stated_or_follows_prices() -> None:
    s = shipped()
    groups = [getattr(s, name) for name in type(s).model_fields]
    flat = [
        one for group in groups for one in (group.values() if isinstance(group, dict) else [group])
    ]
    arrangement = next(iter(s.arrangement.values()))
    clauses = [getattr(arrangement, name) for name in type(arrangement).model_fields]
    found = set()
    for group in [*flat, *clauses]:
        if isinstance(group, Frozen):
            found |= kinds(type(group))
    assert found <= REAL


def lived(scenario: Scenario, end: float) -> tuple[bytes, float]:
    """The next dates of all firms after some years, and the part above the register's caps."""
    w = new_world(scenario, 0)
    run_world(w, -scenario.experiment.warm_up_years, end)
    alive = w.firms["status"] == 1
    return w.next_time.tobytes(), float((w.firms["stratum"][alive] == 1).mean())


SMALL = {
    "population.firms": 300, "population.entry_rate": 0.0, "population.initial_share": 1.0,
    "experiment.settling_years": 0.0, "experiment.warm_up_years": 1.0,
    "experiment.horizon_years": 4.0, "operations.opening_scale": 30.0, "dated": {},
}  # fmt: skip


def test_prices_that_rise_change_nothing_before_and_let_more_firms_outgrow_the_register() -> None:
    constant, rising = shipped().with_values(SMALL), shipped().with_values(SMALL | DOUBLED)
    assert present(rising.on_clock(), 0.9).sme_register == constant.sme_register
    assert lived(rising, 0.9) == lived(constant, 0.9)
    assert lived(rising, 4.0)[1] > lived(constant, 4.0)[1]


def test_terms_of_a_contract_are_in_start_prices() -> None:
    fixed = {"limit": {"kind": "fixed", "amount": 10.0}}
    s = shipped().with_values(SMALL | DOUBLED | {"arrangement.fixed": fixed})
    s = s.with_values({"experiment.arrangements": ["plain", "fixed"]})
    w = new_world(s, 0).branch("fixed")
    assert w.terms.amounts[1, 0] == pytest.approx(10.0)
    run_world(w, -1.0, 2.0)
    assert w.terms.amounts[1, 0] == pytest.approx(5.0)
