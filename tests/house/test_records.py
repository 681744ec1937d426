"""What a run holds lies in the ranges that are declared; what it pays, between its parties."""

from collections.abc import Iterable
from functools import cache

import numpy as np
import pytest

from sim.base.columns import Column
from sim.engine.history import BANK_PANEL, SYSTEM_PANEL
from sim.engine.ledger import ACCOUNTS
from sim.engine.world import World
from sim.model.contracts.loan_book import CONTRACT
from sim.model.firms.flows import FLOWS, OPERATING
from sim.model.firms.record import ALIVE, FIRM, MARKET_CONDITIONS
from sim.outcomes.mark import registry
from sim.scenario.scenario import load_scenario
from tests.house import baseline
from tests.house.small import SCENARIOS, SMALL, branch, history

SLACK = 1e-9
"""Rounding error of a sum that is zero, CNY million or share."""


@cache
def lived() -> World:
    """A world in which firms choose among all instruments."""
    toolkit = load_scenario(SCENARIOS / "full_toolkit.toml").with_values(SMALL)
    return branch(history(toolkit, trace=False), toolkit.experiment.arrangements[-1])


def outside(columns: Iterable[Column], values: dict[str, np.ndarray]) -> list[str]:
    """Columns with a value beyond what is declared, and the value."""
    found = []
    for column in columns:
        low, high = column.bounds.low, column.bounds.high
        numbers = np.asarray(values[column.name], dtype=float)
        bad = np.zeros(numbers.shape, dtype=bool)
        if low is not None:
            bad |= numbers < low - SLACK
        if high is not None:
            bad |= numbers > high + SLACK
        if column.codes:
            bad |= ~np.isin(numbers, [code for code, _ in column.codes])
        found += [f"{column.name}: {numbers[bad][0]}"] if bad.any() else []
    return found


def by_name(columns: Iterable[Column], panel: np.ndarray) -> dict[str, np.ndarray]:
    return {column.name: panel[..., n] for n, column in enumerate(columns)}


def test_records_stay_in_their_ranges() -> None:
    w = lived()
    firms = w.firms[w.firms.status >= ALIVE]
    assert outside(FIRM.columns, {name: firms[name] for name in firms.dtype.names}) == []
    rows = w.book.rows
    assert outside(CONTRACT.columns, {name: rows[name] for name in rows.dtype.names}) == []
    assert (
        outside(
            MARKET_CONDITIONS.columns,
            {n: w.market_conditions[n] for n in w.market_conditions.dtype.names},
        )
        == []
    )


def test_panels_stay_in_their_ranges() -> None:
    w = lived()
    panel = np.stack([rows for _, rows in w.panel])
    assert outside(BANK_PANEL, by_name(BANK_PANEL, panel)) == []
    system = np.stack([row for _, row in w.system])
    assert outside(SYSTEM_PANEL, by_name(SYSTEM_PANEL, system)) == []
    living = w.posted[w.posted[:, OPERATING] >= 0.0]
    assert outside(FLOWS, by_name(FLOWS, living)) == []


def test_payments_run_between_the_parties_of_their_account() -> None:
    flows = lived().ledger.flows
    declared = {account.name: account for account in ACCOUNTS}
    assert set(flows) <= set(declared)
    assert len(flows) > 20
    for name, table in flows.items():
        account = declared[name]
        ways = set(zip(*(side.tolist() for side in np.nonzero(table)), strict=True))
        assert ways <= {(a, b) for a in account.payers for b in account.payees}, name


def test_stored_outcomes_lie_in_their_ranges() -> None:
    stored = baseline.stored()
    marks = registry()
    beyond = [
        (name, value)
        for name, values in stored.items()
        if name in marks
        for value in np.array(list(values.values()), dtype=float).ravel()
        if not _inside(value, marks[name].bounds.low, marks[name].bounds.high)
    ]
    assert beyond == []


def _inside(value: float, low: float | None, high: float | None) -> bool:
    if np.isnan(value):
        return True
    return (low is None or value >= low - SLACK) and (high is None or value <= high + SLACK)


@pytest.mark.parametrize("columns", [FIRM.columns, CONTRACT.columns, BANK_PANEL, SYSTEM_PANEL])
def test_no_column_lacks_unit_or_meaning(columns: tuple[Column, ...]) -> None:
    assert [c.name for c in columns if not (c.unit.strip() and c.meaning.strip())] == []
    assert len({c.name for c in columns}) == len(columns)
