"""The shipped economy is what the shipped plan finds: a rerun leaves it where it stands."""

from pathlib import Path

import pytest

from sim.study.calibration import check
from sim.study.calibration_plan import load_plan, scenario_of
from sim.study.evaluation import Evaluator
from sim.study.moments import moments_of
from sim.study.store import Store

PLAN = Path(__file__).parents[2] / "scenarios" / "calibration" / "china_technology.toml"


@pytest.mark.slow
def test_the_shipped_economy_is_settled_under_its_plan() -> None:
    plan = load_plan(PLAN)
    found = check(
        plan, scenario_of(plan, PLAN), Evaluator(plan, Store(workers=2, measure=moments_of))
    )
    assert found.largest_step <= plan.step_tolerance, found.step().abs().nlargest(5)
    assert (found.mean_gaps - 1.0).abs().max() <= plan.belief.tolerance, found.gaps
