"""The shipped economy is what a rerun of its calibration would find."""

from pathlib import Path

import numpy as np
import pytest

from sim.experiment.store import Store
from sim.studies.calibration import check
from sim.studies.calibration_plan import load_plan, scenario_of
from sim.studies.fit import Evaluator
from sim.studies.moments import moments_of

PLAN = Path(__file__).parents[2] / "scenarios" / "calibration" / "china_technology.toml"
FURTHEST = 2.0
"""Tolerances that no target is missed by."""


@pytest.mark.slow
def test_the_shipped_economy_is_a_fit_of_its_plan() -> None:
    plan = load_plan(PLAN)
    scenario = scenario_of(plan, PLAN)
    simulator = Evaluator(plan, Store(workers=2, reader=moments_of))
    found = check(plan, scenario, simulator)
    gaps = np.abs(found.distances)
    assert np.median(gaps) < 1.0
    assert gaps.max() < FURTHEST
    # A rerun would stay within what targets leave open, and banks are not surprised.
    assert found.is_settled, found.step()
