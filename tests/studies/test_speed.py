"""How long a study takes is told before it runs, and how busy it was after it."""

import time

import pytest

from sim.experiment.store import Store
from sim.studies.duration import expected, stopwatch
from tests.house.small import shipped

SMALL = {
    "population.firms": 40, "experiment.horizon_years": 1.0, "experiment.warm_up_years": 0.0,
    "experiment.arrangements": ["plain", "consortium"],
}  # fmt: skip


def test_the_pilot_is_kept_and_tells_what_a_run_costs() -> None:
    scenario, store = shipped().with_values(SMALL), Store(workers=2)
    first = expected([(scenario, 100)], store)
    assert store.simulated == 1
    assert first.seconds == pytest.approx(50 * first.seconds_each)
    again = expected([(scenario, 100)], store)
    assert store.simulated == 1
    assert again.seconds_each > 0.0


def test_a_stopwatch_splits_runs_from_the_rest() -> None:
    scenario, store = shipped().with_values(SMALL), Store()
    with stopwatch(store, 4) as speed:
        store.outcome_array([scenario.with_values({"experiment.seed": n}) for n in range(4)], [0])
        end = time.process_time() + 0.05
        while time.process_time() < end:
            pass
    assert speed.worker_seconds == pytest.approx(store.seconds)
    assert speed.own_seconds >= 0.05
    busy = speed.worker_seconds + speed.own_seconds
    assert speed.busy_share == pytest.approx(busy / (speed.wall * speed.workers))
    assert speed.per_second == pytest.approx(4 / speed.wall)
