"""A posterior is drawn from simulated design points, and goes on where it was broken off."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.analysis.metropolis import Walk
from sim.base.errors import ScenarioError
from sim.experiment.store import Store
from sim.scenario.scenario import Scenario
from sim.studies.calibration_plan import Plan, load_plan, scenario_of
from sim.studies.fit import Evaluator
from sim.studies.moments import moments_of
from sim.studies.posterior import Design, Posterior, posterior, published, simulated
from tests.studies.small_plan import PLAN, write_plan

THIRD = """
[[parameter]]
key = "operations.margin[1]"
low = 0.05
high = 0.15
stage = "joint"
why = "access"
"""
TINY = PLAN.replace("firms = 150", "firms = 60").replace("[[target]]", f"{THIRD}\n[[target]]", 1)
DESIGN = Design(points=8, histories=2, groups=2, pilot=1, truths=2)
SHORT = Walk(walkers=12, steps=60)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("posterior")


@pytest.fixture(scope="module")
def plan(folder: Path) -> Plan:
    return load_plan(write_plan(folder, TINY))


@pytest.fixture(scope="module")
def start(folder: Path, plan: Plan) -> Scenario:
    return scenario_of(plan, folder / "plan.toml")


@pytest.fixture(scope="module")
def found(folder: Path, plan: Plan, start: Scenario) -> Posterior:
    simulator = Evaluator(plan, Store(folder / "kept", reader=moments_of))
    return posterior(plan, start, simulator, DESIGN, SHORT)


def test_a_tiny_posterior_has_draws_in_the_ranges_and_says_how_it_was_made(
    found: Posterior, plan: Plan
) -> None:
    draws = found.draws(20)
    keys = [one.key for one in plan.parameter]
    assert list(draws)[:3] == keys
    assert list(draws)[3:] == [f"belief.default.default_probability[{k}]" for k in range(4)]
    for one in plan.parameter:
        assert draws[one.key].between(one.low * 0.999, one.high * 1.001).all()
    assert (draws.nunique()[keys] > 10).all()
    told = found.findings()
    assert "8 design points of 2 histories" in told.sentences[0]
    assert "2 made-up truths" in told.sentences[-1]
    assert list(told.tables["targets"]["target"]) == ["closings in year 2", "access"]
    assert (told.tables["targets"]["luck"] > 0.0).all()


def test_a_second_call_simulates_nothing_and_gives_the_same_draws(
    found: Posterior, folder: Path, start: Scenario
) -> None:
    store = Store(folder / "kept", reader=moments_of)
    again = posterior(found.plan, start, Evaluator(found.plan, store), DESIGN, SHORT)
    assert store.simulated == 0
    pd.testing.assert_frame_equal(again.draws(20), found.draws(20))
    assert again.covered == found.covered


def test_groups_have_luck_of_their_own_and_points_of_a_group_share_it(
    found: Posterior, folder: Path, start: Scenario
) -> None:
    # With beliefs held, points that stand still differ by the luck of their group alone.
    plan = found.plan.model_copy(update={"parameter": found.plan.parameter[:1]})
    store = Store(folder / "still", reader=moments_of)
    narrow = plan.parameter[0].model_copy(update={"low": 0.25, "high": 0.2500001})
    still = plan.model_copy(update={"parameter": (narrow,)})
    design = Design(points=4, histories=2, groups=2, settles=False)
    seen = simulated(still, start, Evaluator(still, store), (design, still.target))
    assert seen.belief is None
    assert store.simulated == 4
    assert np.array_equal(seen.values[0], seen.values[2])
    assert not np.array_equal(seen.values[0], seen.values[1])


def test_weight_widens_a_tolerance(plan: Plan) -> None:
    one = plan.target[0].model_copy(update={"weight": 0.25})
    told = published(plan, [one, plan.target[1]])
    # As in the fit, where the weight multiplies the distance.
    assert told.tolerances == pytest.approx([4.0 * one.tolerance, plan.target[1].tolerance])
    assert told.sides.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("design", "message"),
    [(Design(points=3), "--points"), (Design(histories=1), "--histories")],
)
def test_too_little_to_fit_is_refused(
    plan: Plan, start: Scenario, design: Design, message: str
) -> None:
    with pytest.raises(ScenarioError, match=message):
        posterior(plan, start, Evaluator(plan, Store(reader=moments_of)), design)
