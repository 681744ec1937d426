"""Runs of a study are kept, and nothing is simulated twice."""

from pathlib import Path

import pandas as pd

from sim.study.store import Store, key_of
from tests.house.small import shipped

SMALL = {
    "population.firms": 60, "experiment.horizon_years": 2.0, "experiment.warm_up_years": 1.0,
    "experiment.arrangements": ["plain", "consortium"],
}  # fmt: skip


def test_what_is_known_is_not_simulated_again(tmp_path: Path) -> None:
    scenario = shipped().with_values(SMALL)
    store = Store(tmp_path)
    first = store.outcomes(scenario, range(2))
    again = store.outcomes(scenario, range(3))
    assert store.simulated == 3
    pd.testing.assert_frame_equal(first, again[again["replication"] < 2].reset_index(drop=True))
    other = Store(tmp_path)
    pd.testing.assert_frame_equal(other.outcomes(scenario, range(3)), again)
    assert other.simulated == 0


def test_the_number_of_replications_is_not_part_of_what_a_run_depends_on() -> None:
    scenario = shipped().with_values(SMALL)
    assert key_of(scenario) == key_of(scenario.with_values({"experiment.replications": 7}))
    assert key_of(scenario) != key_of(scenario.with_values({"experiment.seed": 7}))
