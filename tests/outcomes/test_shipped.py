"""Every shipped outcome, on a real small run: its mark is complete and its value is a number."""

import math
import warnings
from collections.abc import Mapping

import pandas as pd
import pytest

from sim.analysis.labelled import PARTIES
from sim.base.wording import unit_style
from sim.engine.history import History
from sim.experiment.simulate import freeze, worlds
from sim.outcomes.mark import BASES, BETTER, Mark, evaluate, registry
from sim.outcomes.reading import balance_years, contract_years, spells, total, years_of_stage
from sim.outcomes.series import all_series
from tests.house.small import shipped
from tests.outcomes import tiny
from tests.outcomes.test_bank import EXPENSES, INCOME

SMALL = {
    "population.firms": 400, "experiment.warm_up_years": 4.0, "experiment.horizon_years": 6.0,
    "experiment.run_off_years": 1.0,
    "experiment.arrangements": ("plain", "consortium", "loan_with_warrant", "revenue_swap"),
}  # fmt: skip
# Figures, tables and other parts of the program ask for these by name.
HEADLINES = {
    "bank.interest_income", "bank.relationship_income", "bank.equity_gain", "bank.profit",
    "bank.raroc", "bank.credit_loss", "bank.npl_ratio", "bank.vintage_default_3y",
    "bank.worst_bank_year", "bank.belief_gap_default", "bank.belief_gap_loss",
    "firm.survival_5y", "firm.survival_10y", "firm.access_share", "firm.funding_gap",
    "firm.founder_wealth", "system.credit_outstanding", "system.additional_survivors",
    "system.public_cost", "system.joint_bank_failure", "cycle.profit_boom",
    "cycle.profit_bust", "cycle.profit_gap", "cycle.crossover_years",
}  # fmt: skip
MARKS = registry()


@pytest.fixture(scope="module")
def histories() -> dict[str, History]:
    return {world.name: freeze(world) for world in worlds(shipped().with_values(SMALL), 0)}


@pytest.fixture(scope="module")
def values(histories: dict[str, History]) -> dict[str, Mapping[str, float]]:
    base = histories["plain"]
    return {name: evaluate(history, base) for name, history in histories.items()}


def test_the_outcomes_that_readers_rely_on_are_there():
    assert set(MARKS) >= HEADLINES
    assert {mark.group for mark in MARKS.values()} == set(PARTIES)


@pytest.mark.parametrize("mark", MARKS.values(), ids=MARKS)
def test_a_mark_says_unit_direction_basis_formula_and_source(mark: Mark):
    assert mark.unit.strip()
    assert mark.formula.strip()
    assert mark.source.strip()
    assert mark.label.strip()
    assert mark.better in BETTER
    assert mark.basis in BASES
    assert unit_style(mark.unit).axis


@pytest.mark.parametrize("mark", MARKS.values(), ids=MARKS)
def test_an_outcome_of_an_empty_history_is_zero_or_undefined(mark: Mark):
    nothing = tiny.empty()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value = mark.function(nothing, nothing) if mark.paired else mark.function(nothing)
    assert isinstance(value, float)
    assert value == 0.0 or math.isnan(value)


def test_every_outcome_of_a_run_is_a_finite_number_or_undefined(values):
    for found in values.values():
        assert set(found) == set(MARKS)
        assert all(isinstance(value, float) for value in found.values())
        assert not any(math.isinf(value) for value in found.values())


def test_few_outcomes_of_a_run_are_undefined(values):
    undefined = {name for name, value in values["revenue_swap"].items() if math.isnan(value)}
    allowed = {
        "firm.survival_10y", "firm.exit_hazard_y10", "cycle.crossover_years",
        "cycle.margin_crossover_years", "cycle.gain_loss_correlation",
        "bank.subsidy_over_profit",  # where lending earns nothing without it
    }  # fmt: skip
    assert undefined <= allowed


def test_shares_lie_between_zero_and_one(values):
    for found in values.values():
        for name, value in found.items():
            if MARKS[name].unit == "share" and not MARKS[name].paired and math.isfinite(value):
                assert 0.0 <= value <= 1.0, name


def test_paired_outcomes_of_the_baseline_are_zero_or_undefined(values):
    for name, mark in MARKS.items():
        if mark.paired:
            assert values["plain"][name] == 0.0 or math.isnan(values["plain"][name])


def test_income_less_expenses_is_profit(histories, values):
    for name, history in histories.items():
        v = values[name]
        income = sum(v[f"bank.{one}"] for one in INCOME)
        paid = sum(v[f"bank.{one}"] for one in EXPENSES)
        turnover = total(history, "interest")
        before = v["bank.profit_before_tax"]
        assert income - paid == pytest.approx(before, abs=1e-12 * turnover)
        assert before - v["bank.income_tax"] == pytest.approx(
            v["bank.profit"], abs=1e-12 * turnover
        )
        assert v["bank.funding_cost"] > 0.0


def test_what_firms_leave_unpaid_is_what_banks_lose(values):
    # small sums that stay owed below the threshold of a default count for banks alone
    for found in values.values():
        assert found["system.loss"] <= found["bank.credit_loss"] * (1.0 + 1e-9)
        assert found["system.loss"] == pytest.approx(found["bank.credit_loss"], rel=0.01)


def test_spells_of_contracts_add_up_to_firms_years_with_a_line(histories):
    for history in histories.values():
        start, stop = spells(history)
        own = history.firms["credit_years"].sum()
        assert (stop - start).sum() == pytest.approx(own, rel=1e-9)


def test_settlements_see_nearly_the_loan_years_that_contracts_have(histories):
    for history in histories.values():
        seen = sum(years_of_stage(history, "borrowers", stage) for stage in range(4))
        assert seen == pytest.approx(contract_years(history).sum(), rel=0.05)


def test_balances_read_at_settlements_are_nearly_those_that_earn_interest(histories):
    for history in histories.values():
        seen = sum(years_of_stage(history, "credit", stage) for stage in range(4))
        assert seen == pytest.approx(balance_years(history), rel=0.05)


def test_readers_meet_what_a_bank_returns_by_vintage_after_its_defaults():
    order = list(registry())
    lending = ["bank.profit", "bank.credit_loss", "bank.default_rate", "bank.irr_vintage"]
    system = ["system.credit_outstanding", "system.public_cost", "system.guarantor_result"]
    for names in (lending, system):
        assert [name for name in order if name in names] == names


def test_every_arrangement_gives_the_same_curves(histories):
    base = histories["plain"]
    found = [set(all_series(history, base)["series"]) for history in histories.values()]
    # What was signed, and who paid whom, differs by what was on offer; rare moves by luck.
    differing = ("contracts:", "uptake:", "paid:", "stage_flow:", "helped_")
    found = [{n for n in names if not n.startswith(differing)} for names in found]
    assert all(names == found[0] for names in found)


def test_curves_are_finite_where_they_are_defined(histories):
    frame = pd.concat([all_series(history) for history in histories.values()])
    assert frame["x"].notna().all()
    assert frame["value"].dropna().abs().max() < math.inf


def test_an_evaluation_does_not_change_the_history(histories):
    history = histories["consortium"]
    before = history.firms.tobytes(), history.book.tobytes(), history.panel.tobytes()
    first = evaluate(history, histories["plain"])
    second = evaluate(history, histories["plain"])
    assert (history.firms.tobytes(), history.book.tobytes(), history.panel.tobytes()) == before
    assert pd.Series(first).equals(pd.Series(second))
