"""A calibration meets targets with common draws, remembers, and leaves what is settled."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.experiment.store import Store
from sim.scenario.scenario import Scenario, load_scenario
from sim.studies.calibration import Calibration, calibrate, check, hit_rates
from sim.studies.calibration_plan import Plan, fitted_files, load_plan, scenario_of, value_at
from sim.studies.fit import (
    Evaluator,
    at_places,
    conflicts,
    places,
    profile,
    without_judgement,
)
from sim.studies.moments import moments_of
from tests.studies.small_plan import write_plan


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("calibration")


@pytest.fixture(scope="module")
def plan(folder: Path) -> Plan:
    return load_plan(write_plan(folder))


@pytest.fixture(scope="module")
def start(folder: Path, plan: Plan) -> Scenario:
    return scenario_of(plan, write_plan(folder))


@pytest.fixture(scope="module")
def found(folder: Path, plan: Plan, start: Scenario) -> Calibration:
    simulator = Evaluator(plan, Store(folder / "kept", reader=moments_of))
    return calibrate(plan, start, simulator)


def test_a_fit_is_nearer_to_its_targets_than_the_start(
    found: Calibration, start: Scenario, folder: Path
) -> None:
    store = Store(folder / "kept", reader=moments_of)
    before = check(found.plan, start, Evaluator(found.plan, store))
    assert (found.distances**2).sum() < (before.distances**2).sum()
    table = found.frame()
    assert list(table["target"]) == ["closings in year 2", "access"]
    slack = 1.0 + table["standard_error"] / table["tolerance"]
    assert table["met"].tolist() == (table["distance"].abs() <= slack).tolist()


def test_a_fit_is_looked_at_on_histories_that_it_has_not_seen(found: Calibration) -> None:
    fresh = found.validation()
    assert list(fresh["target"]) == list(found.frame()["target"])
    assert (fresh["obtained"] != found.frame()["obtained"]).any()
    inside, outside, luck = hit_rates(found.frame(), fresh)
    assert {inside, outside} <= {0.0, 1.0}
    assert luck == pytest.approx(2.0 * np.sqrt(0.5 if inside != outside else 0.0))


def test_what_judgement_holds_is_shown(found: Calibration) -> None:
    table = without_judgement(found)
    assert set(table["parameter"]) == {one.key for one in found.plan.parameter}
    assert (table["moved"].diff().dropna() <= 0.0).all()
    published = [one for one in found.plan.target if one.grade != "judgement"]
    alone = found.plan.model_copy(update={"target": tuple(published)})
    met = replace(
        found, plan=alone, values=found.values[:1], jacobian=found.jacobian[:1],
    )  # fmt: skip
    assert not len(without_judgement(met))
    # Without the judgement, the step is that of the published target alone.
    step = met.step().to_numpy()
    where = places(found.fitted, found.plan.parameter)
    both = found.step().to_numpy()
    moved = {row["parameter"]: row["without"] for _, row in table.iterrows()}
    for free, at, to, of in zip(found.plan.parameter, where, step, both, strict=True):
        there = float(np.clip(at + to - of, -1.0, 1.0))
        assert moved[free.key] == pytest.approx(free.outer(there), rel=1e-6)


def test_a_second_call_simulates_nothing_and_ends_in_the_same_place(
    found: Calibration, start: Scenario, folder: Path
) -> None:
    store = Store(folder / "kept", reader=moments_of)
    again = calibrate(found.plan, start, Evaluator(found.plan, store, budget=1))
    assert store.simulated == 0
    assert again.fitted == found.fitted
    assert again.is_finished


def test_a_budget_ends_a_fit_and_keeps_the_best(found: Calibration, start: Scenario) -> None:
    simulator = Evaluator(found.plan, Store(reader=moments_of), budget=2)
    short = calibrate(found.plan, start, simulator)
    assert not short.is_finished
    assert "Run it again to go on" in short.findings().sentences[-1]
    (missed,) = (words for words in short.findings().sentences if words.startswith("Missed"))
    assert "against 20.0 %" in missed


def test_parameters_stay_in_their_ranges(found: Calibration) -> None:
    where = places(found.fitted, found.plan.parameter)
    assert np.abs(where).max() <= 1.0 + 1e-6
    back = at_places(found.fitted, found.plan.parameter, where)
    assert back == found.fitted


def test_the_fitted_files_keep_comments_and_say_what_was_fitted(
    found: Calibration, folder: Path
) -> None:
    file = folder / "small.toml"
    texts = fitted_files(found.plan, file, found.fitted)
    text = texts[file]
    assert "# Kept as it is." in text
    assert "# moved" in text
    assert '"fitted 0.1 to 0.7: closings (MK37)"' in text
    # Beliefs stand in the file that is extended.
    assert any("default_probability" in other for place, other in texts.items() if place != file)
    copy = folder / "again.toml"
    copy.write_text(text, encoding="utf-8")
    key = "operations.opening_cash"
    assert value_at(load_scenario(copy), key) == value_at(found.fitted, key)


def test_every_parameter_has_a_profile_and_luck_is_apart_from_tolerance(
    found: Calibration,
) -> None:
    held = profile(found)
    assert list(held["parameter"]) == [one.key for one in found.plan.parameter]
    assert (held["uncertainty"] > 0.0).all()
    assert held["explained"].dropna().between(-1e-9, 1.0 + 1e-9).all()


def test_slopes_alone_say_what_is_held_collinear_or_in_conflict(found: Calibration) -> None:
    # The first target falls with the first parameter and rises with nothing else.
    made = replace(found, jacobian=np.array([[-3.0, 0.0], [0.0, 0.0]]))
    held = profile(made).set_index("parameter")
    assert held.loc["lifecycle.setback_failure_hazard", "held_by"] == "closings in year 2 -3.0"
    assert held.loc["operations.opening_cash", "held_by"] == "no target holds it"
    assert conflicts(made).empty
    # Both miss on the same side, and what helps one hurts the other.
    values = np.array([[1.0, 1.0], [-1.0, -1.0]])
    torn = replace(found, jacobian=np.array([[2.0, 0.0], [2.0, 0.0]]), values=values)
    pair = conflicts(torn)
    assert pair["over"].tolist() == ["lifecycle.setback_failure_hazard"]
    assert pair["cosine"].tolist() == pytest.approx([-1.0])


def test_an_economy_at_its_optimum_is_called_settled(found: Calibration) -> None:
    gaps = found.gaps * 0.0 + 1.0
    flat = np.zeros_like(found.jacobian)
    middle = at_places(found.fitted, found.plan.parameter, np.zeros(2))
    still = replace(found, fitted=middle, jacobian=flat, gaps=gaps)
    assert still.is_settled
    assert not replace(still, gaps=gaps * 3.0).is_settled
    assert not replace(still, jacobian=flat + 3.0 * np.eye(2)).is_settled
