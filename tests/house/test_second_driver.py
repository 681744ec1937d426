"""SimPy with one process per firm gives what the compiled loop gives, bit for bit."""

import numpy as np
import pytest

from sim.engine.kernel import Kernel, interpreted, kernel
from sim.engine.processes import run_world
from sim.engine.world import World, new_world
from sim.scenario.scenario import Scenario
from tests.house.small import branch, changed_books, changed_lives, history, study
from tests.second_driver import SecondDriver, with_second_driver


def second_history(
    scenario: Scenario, rules: Kernel | None = None, backwards: bool = False
) -> SecondDriver:
    firms = range(scenario.population.firms)
    w = with_second_driver(new_world(scenario, 0, True, rules), firms[::-1] if backwards else None)
    run_world(w, -scenario.experiment.warm_up_years, 0.0)
    return w


@pytest.fixture(scope="module")
def pasts() -> tuple[World, SecondDriver]:
    return history(study()), second_history(study())


def test_the_history_is_the_same_to_the_last_bit(pasts: tuple[World, SecondDriver]) -> None:
    first, second = pasts
    assert first.events
    assert changed_lives(first, second) == []
    assert changed_books(first, second) == []


@pytest.mark.parametrize("name", study().experiment.arrangements)
def test_every_arrangement_is_the_same_to_the_last_bit(
    pasts: tuple[World, SecondDriver], name: str
) -> None:
    first, second = branch(pasts[0], name), branch(pasts[1], name)
    assert isinstance(second, SecondDriver)
    assert changed_lives(first, second) == []
    assert changed_books(first, second) == []


def test_the_comparison_meets_committees_and_barriers(
    pasts: tuple[World, SecondDriver],
) -> None:
    street = branch(pasts[1], "consortium").street
    assert street is not None
    # Without interruptions or sweeps the proof would not cover decisions and windows.
    assert street.interruptions > 500
    assert street.swept > 100
    assert np.all(street.env.now <= 5.0)


def test_the_order_in_which_firms_become_processes_changes_nothing(
    pasts: tuple[World, SecondDriver],
) -> None:
    backwards = second_history(study(), backwards=True)
    assert changed_lives(pasts[0], backwards) == []
    assert changed_books(pasts[0], backwards) == []


@pytest.mark.parametrize("name", ["plain", "revenue_swap"])
def test_interpreted_rules_under_simpy_give_the_bits_of_the_compiled_loop(name: str) -> None:
    few = study(
        {
            "population.firms": 40, "experiment.warm_up_years": 1.5,
            "experiment.horizon_years": 1.5,
        }
    )  # fmt: skip
    compiled = branch(history(few, rules=kernel()), name)
    plain_python = branch(second_history(few, interpreted()), name)
    assert changed_lives(compiled, plain_python) == []
    assert changed_books(compiled, plain_python) == []
