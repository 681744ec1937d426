"""What is run again gives the numbers of a fresh simulation, and only what changed is run."""

from typing import Any

import pandas as pd
import pytest

from sim.experiment import rerun
from sim.experiment.rerun import Rerun
from sim.experiment.simulate import simulate
from sim.scenario.scenario import Scenario
from tests.experiment.small import tiny

COVERAGE = "arrangement.revenue_swap.upside.coverage"
THREE = ("plain", "revenue_swap", "consortium")
YEARS: dict[str, Any] = {
    "experiment__warm_up_years": 1.0, "experiment__horizon_years": 2.0,
    "experiment__replications": 2, "experiment__arrangements": THREE,
}  # fmt: skip


def same(again: Rerun, scenario: Scenario) -> None:
    """Hold a rerun to a simulation of its own, to the last bit."""
    pd.testing.assert_frame_equal(
        again(scenario).outcomes, simulate(scenario).outcomes, check_exact=True
    )


@pytest.fixture
def lives(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the arrangements that a rerun has lived, one entry for each life."""
    found: list[str] = []
    real = rerun.run_arrangement

    def counted(history: Any, name: str) -> Any:
        found.append(name)
        return real(history, name)

    monkeypatch.setattr(rerun, "run_arrangement", counted)
    return found


def test_a_changed_contract_gives_the_numbers_of_a_fresh_simulation(lives: list[str]) -> None:
    study, again = tiny(**YEARS), Rerun()
    same(again, study)
    lives.clear()
    same(again, study.with_values({COVERAGE: 0.4}))
    assert lives == ["revenue_swap"] * 2
    lives.clear()
    same(again, study)
    assert lives == ["revenue_swap"] * 2


def test_nothing_is_run_where_nothing_has_changed(lives: list[str]) -> None:
    study, again = tiny(**YEARS), Rerun()
    again(study)
    lives.clear()
    again(study.with_values({"title": "Another"}))
    assert lives == []
    again(study.with_values({"experiment.replications": 3}))
    assert len(lives) == len(THREE)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("population.firms", 50),
        ("experiment.seed", 5),
        ("experiment.warm_up_years", 2.0),
        ("experiment.baseline", "consortium"),
        ("macro.frailty_variance", 0.4),
    ],
)
def test_another_economy_begins_again(key: str, value: Any) -> None:
    study, again = tiny(**YEARS), Rerun()
    again(study)
    same(again, study.with_values({key: value}))


def test_a_changed_baseline_is_lived_anew_with_all_that_is_measured_against_it() -> None:
    study, again = tiny(**YEARS, experiment__baseline="revenue_swap"), Rerun()
    again(study)
    same(again, study.with_values({COVERAGE: 0.4}))


def test_a_footing_that_ties_arrangements_together_keeps_nothing() -> None:
    again = Rerun()
    same(again, tiny(**YEARS, experiment__footing="equal_lending"))
    assert again.kept == 0


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    Rerun()(tiny(**YEARS), progress=lambda *done: told.append(done))
    assert told == [(0, 2), (1, 2), (2, 2)]
