"""Runs of a study are kept, and nothing is simulated twice."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.base.errors import StorageError
from sim.experiment import store as keeping
from sim.experiment.simulate import one_replication
from sim.experiment.store import Store, Table, key_of, measured, outcomes_of
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


def test_rules_of_every_kind_of_run_are_prepared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(keeping, "prepare", lambda one, _: asked.append(one.experiment.footing))
    store = Store()
    monkeypatch.setattr(store, "_run", lambda _: ())
    offered = shipped().with_values(SMALL)
    imposed = offered.with_values({"experiment.footing": "equal_lending"})
    other = offered.with_values({"experiment.seed": 7})
    runs = {(key_of(one), 0): one for one in (offered, imposed, other)}
    store._simulate(runs, keeping.meter(None))
    assert asked == ["as_offered", "equal_lending"]


def test_the_number_of_replications_is_not_part_of_what_a_run_depends_on() -> None:
    scenario = shipped().with_values(SMALL)
    assert key_of(scenario) == key_of(scenario.with_values({"experiment.replications": 7}))
    assert key_of(scenario) != key_of(scenario.with_values({"experiment.seed": 7}))


def test_a_cube_holds_the_same_numbers_as_the_frames() -> None:
    scenarios = [shipped().with_values({**SMALL, "experiment.seed": seed}) for seed in (1, 2)]
    store = Store()
    outcome_array, frames = (
        store.outcome_array(scenarios, range(2)),
        store.many(scenarios, range(2)),
    )
    assert store.simulated == 4
    for k, frame in enumerate(frames):
        rows = frame[(frame["arrangement"] == "consortium") & (frame["outcome"] == "bank.profit")]
        assert (
            outcome_array.levels("consortium", "bank.profit")[k].tolist() == rows["value"].tolist()
        )


def test_the_same_processes_serve_all_batches_and_gives_the_same_numbers(tmp_path: Path) -> None:
    scenario = shipped().with_values(SMALL)
    told: list[tuple[int, int]] = []
    with Store(tmp_path, workers=2, progress=lambda *done: told.append(done)) as store:
        several = store.outcome_array([scenario], range(3))
        pools = store._pools
        store.outcome_array([scenario], range(5))
        assert store._pools is pools
        assert len(pools) == 2
    assert store._pools == ()
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3), (0, 2), (1, 2), (2, 2)]
    assert store.seconds > 0.0
    alone = Store().outcome_array([scenario], range(3))
    np.testing.assert_array_equal(several.values, alone.values)
    # Workers have written the files themselves.
    assert len(list(tmp_path.rglob("*/outcomes_of/*/*.sealed"))) == 5
    assert not list(tmp_path.rglob(".writing-*"))


def test_files_of_another_program_are_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = shipped().with_values(SMALL)
    Store(tmp_path).outcome_array([scenario], [0])
    monkeypatch.setattr("sim.experiment.store.program_digest", lambda: "other")
    later = Store(tmp_path)
    later.outcome_array([scenario], [0])
    assert later.simulated == 1


def test_what_another_version_has_kept_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = shipped().with_values(SMALL)
    store = Store(tmp_path)
    store.outcome_array([scenario], [0])
    assert store.passed_over() == []
    monkeypatch.setattr("sim.experiment.identity.code_digest", lambda: "0")
    assert Store(tmp_path).passed_over() == ["other code"]


@pytest.mark.parametrize("harm", [lambda b: b[:-1], lambda b: b"", lambda b: b[:99] + b"x" + b])
def test_a_damaged_file_is_one_clear_error(tmp_path: Path, harm: Callable[[bytes], bytes]) -> None:
    scenario = shipped().with_values(SMALL)
    before = Store(tmp_path).outcome_array([scenario], [0])
    (file,) = tmp_path.rglob("outcomes_of/*/*.sealed")
    file.write_bytes(harm(file.read_bytes()))
    with pytest.raises(StorageError, match="is damaged") as told:
        Store(tmp_path).outcome_array([scenario], [0])
    assert (told.value.where, told.value.cure[:9]) == (str(file), "remove it")
    file.unlink()
    again = Store(tmp_path).outcome_array([scenario], [0])
    np.testing.assert_array_equal(before.values, again.values)


def test_words_are_not_part_of_what_a_run_depends_on() -> None:
    scenario = shipped().with_values(SMALL)
    assert key_of(scenario) == key_of(scenario.with_values({"title": "x", "sources": {}}))
    assert key_of(scenario) != key_of(scenario.with_values({"macro.frailty_variance": 0.3}))


def test_a_table_survives_its_tidy_form() -> None:
    table = measured(outcomes_of, shipped().with_values(SMALL), 0)
    again = Table.of(table.frame(0))
    assert again.arrangements == ("plain", "consortium")
    assert again.outcomes == table.outcomes
    np.testing.assert_array_equal(again.values, table.values)


def test_a_worker_measures_what_a_run_measures() -> None:
    values = {"variance_reduction.controls": ["hazards"]}
    scenario = shipped().with_values({**SMALL, **values})
    run = one_replication(scenario, 1).outcomes
    mine = measured(outcomes_of, scenario, 1).frame(1)
    pd.testing.assert_frame_equal(mine, run, check_dtype=False)


def test_an_antithetic_pair_is_one_observation() -> None:
    values = {**SMALL, "variance_reduction.antithetic": ["macro"]}
    scenario = shipped().with_values(values)
    store = Store()
    outcome_array, (frame,) = (
        store.outcome_array([scenario], range(4)),
        store.many([scenario], range(4)),
    )
    rows = frame[(frame["arrangement"] == "plain") & (frame["outcome"] == "firm.access_share")]
    singles = rows["value"].to_numpy()
    pairs = [singles[:2].mean(), singles[2:].mean()]
    np.testing.assert_allclose(outcome_array.levels("plain", "firm.access_share")[0], pairs)
