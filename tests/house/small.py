"""Small worlds for the tests of the house, and what it means that two are the same."""

from collections.abc import Callable, Generator, Iterable
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import simpy

from sim.base.columns import Rows
from sim.engine import processes
from sim.engine.kernel import Kernel
from sim.engine.processes import run_world
from sim.engine.world import World, new_world
from sim.model.contracts.arrangement import Arrangement, is_plain
from sim.scenario.scenario import Item, Menu, Scenario, load_scenario
from tests.capital import ample
from tests.second_driver import by_firm

Extra = Callable[[simpy.Environment, World], Generator[simpy.Event, None, None]]
SCENARIOS = Path(__file__).parents[2] / "scenarios"
SMALL = {
    "population.firms": 300, "population.initial_share": 0.3,
    "experiment.warm_up_years": 3.0, "experiment.horizon_years": 5.0,
    "experiment.neighbours": [],
}  # fmt: skip


@cache
def shipped() -> Scenario:
    """The shipped comparison of all arrangements, unsettled, at prices that never change."""
    return undated(load_scenario(SCENARIOS / "three_arrangements.toml"))


def undated(scenario: Scenario) -> Scenario:
    """The scenario from an empty start, and without values that change on dates."""
    sources = {k: text for k, text in scenario.sources.items() if not k.startswith("dated.")}
    bare = scenario.model_copy(update={"dated": {}, "sources": sources})
    return bare.with_values({"experiment.settling_years": 0.0, "population.entry_rate": 0.0})


def study(values: dict[str, Any] | None = None) -> Scenario:
    """The shipped comparison, made small, with some values changed."""
    return shipped().with_values(SMALL | (values or {}))


def with_ample_capital(values: dict[str, Any] | None = None) -> Scenario:
    """A study in which no bank is ever short of capital.

    Capital is the one thing that all clients of a bank share: where it binds, a loan to
    one firm is a loan refused to another, and lives are rightly linked.
    """
    return study(ample(shipped().bank) | (values or {}))


def alike(*groups: str) -> dict[str, Any]:
    """Values that take from every sector what it has of its own in some groups."""
    return {f"sector.{name}.{group}": None for name in shipped().sector for group in groups}


def history(
    scenario: Scenario, replication: int = 0, trace: bool = True, rules: Kernel | None = None
) -> World:
    """A world that has lived its history, to be branched."""
    w = new_world(scenario, replication, trace, rules)
    run_world(w, -scenario.experiment.warm_up_years, 0.0)
    return w


def made(name: str, arrangement: Arrangement) -> Menu:
    """The menu of an arrangement that no scenario has."""
    return () if is_plain(arrangement) else (Item(name, arrangement),)


def branch(past: World, name: str, arrangement: Arrangement | None = None) -> World:
    """The world after the horizon under one arrangement of its scenario, or a made one."""
    w = past.branch(name, None if arrangement is None else made(name, arrangement))
    run_world(w, 0.0, w.scenario.experiment.horizon_years)
    return w


class Chosen(simpy.Environment):
    """An environment that starts its processes in a chosen order, with further ones."""

    def __init__(self, start: float, w: World, extras: Iterable[Extra], backwards: bool):
        super().__init__(initial_time=start)
        self.waiting = [extra(self, w) for extra in extras]
        self.backwards = backwards

    def process(self, generator: Any) -> Any:
        """Keep a process until all are known."""
        self.waiting.append(generator)

    def run(self, until: Any = None) -> Any:
        """Start all processes in order and run."""
        for generator in self.waiting[:: -1 if self.backwards else 1]:
            super().process(generator)
        return super().run(until)


def run_in_order(
    w: World, span: tuple[float, float], extras: Iterable[Extra] = (), backwards: bool = False
) -> None:
    """As `run_world`, with more processes and in a chosen order of creation."""
    make = SimpleNamespace(
        Environment=lambda initial_time: Chosen(initial_time, w, extras, backwards)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "simpy", make)
        run_world(w, *span)


def differing(a: Rows, b: Rows) -> list[str]:
    """Names of the fields in which two tables of records differ in any bit."""
    assert a.dtype == b.dtype
    if a.shape != b.shape:
        return ["number of rows"]
    return [name for name in a.dtype.names if a[name].tobytes() != b[name].tobytes()]


def changed_lives(a: World, b: World, but: Iterable[str] = ()) -> list[str]:
    """What differs between the firms of two worlds: fields of the record, dates, events."""
    found = [name for name in differing(a.firms, b.firms) if name not in set(but)]
    if a.next_time.tobytes() != b.next_time.tobytes():
        found.append("date of the next event")
    if a.events and b.events:
        found += [f"event {name}" for name in differing(by_firm(a.events), by_firm(b.events))]
    return found


def changed_books(a: World, b: World) -> list[str]:
    """What differs between the banks of two worlds: contracts, balance sheets, flows."""
    found = [f"contract {name}" for name in differing(a.book.rows, b.book.rows)]
    for part in ("panel", "system"):
        mine, other = getattr(a, part), getattr(b, part)
        if [date for date, _ in mine] != [date for date, _ in other]:
            found.append(f"dates of the {part}")
        elif (
            np.array([row for _, row in mine]).tobytes()
            != np.array([row for _, row in other]).tobytes()
        ):
            found.append(part)
    for account, paid in a.ledger.flows.items():
        if not np.array_equal(paid, b.ledger.flows[account]):
            found.append(f"account {account}")
    return found
