"""The shipped economy meets most of what its plan asks, and its banks are not surprised."""

from pathlib import Path

import numpy as np
import pytest

from sim.study.calibration_plan import load_plan, scenario_of
from sim.study.evaluation import Evaluator, mean_gap
from sim.study.fitting import distances
from sim.study.moments import moments_of
from sim.study.store import Store

PLAN = Path(__file__).parents[2] / "scenarios" / "calibration" / "china_technology.toml"
FURTHEST = 4.0
"""Tolerances that no target is missed by."""


@pytest.mark.slow
def test_the_shipped_economy_is_a_fit_of_its_plan() -> None:
    plan = load_plan(PLAN)
    scenario = scenario_of(plan, PLAN)
    eye = Evaluator(plan, Store(workers=2, reader=moments_of))
    gaps = np.abs(distances(plan.target, eye.targets([scenario], plan.target)[0]))
    assert np.median(gaps) < 1.0
    assert gaps.max() < FURTHEST
    off = (mean_gap(eye.belief_gaps(scenario)) - 1.0).abs()
    assert off.max() <= plan.belief.tolerance, off
