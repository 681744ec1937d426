"""The assumptions of the shipped comparison, as ranges that a study can move."""

import numpy as np

from sim.scenario.faults import look_up
from sim.scenario.positions import split_key
from sim.study.assumed import assumptions
from sim.study.ranges import varied
from tests.study.planted import scenario


def test_every_assumption_of_the_arrangements_that_run_is_found():
    found = assumptions(scenario())
    graded = [
        key for key, text in scenario().sources.items()
        if text.startswith("assumption")
        and (not key.startswith("arrangement.") or key.split(".")[1] in
             scenario().experiment.arrangements)
    ]  # fmt: skip
    moved = {one.key for one in found.ranges}
    assert moved | {key for key, _ in found.passed_over} == set(graded)
    assert len(moved) > 0.97 * len(graded)
    assert all(reason for _, reason in found.passed_over)


def test_present_values_lie_in_their_ranges():
    values = scenario().model_dump()
    for one in assumptions(scenario()).ranges:
        present = 1.0 if one.is_factor else look_up(values, split_key(one.key))
        assert one.low - 1e-12 <= present <= one.high + 1e-12, one.key


def test_any_values_of_all_ranges_together_are_legal():
    ranges, rng = assumptions(scenario()).ranges, np.random.default_rng(5)
    for _ in range(20):
        varied(
            scenario(),
            ranges,
            [one.at(u) for one, u in zip(ranges, rng.random(len(ranges)), strict=True)],
        )


def test_a_list_with_a_range_in_its_own_unit_stays_inside_as_a_whole():
    (one,) = [r for r in assumptions(scenario()).ranges
              if r.key == "underwriting.precision_by_stage"]  # fmt: skip
    for end in (one.low, one.high):
        stages = varied(scenario(), [one], [end]).underwriting.precision_by_stage
        assert min(stages) >= 0.4 - 1e-9
        assert max(stages) <= 1.6 + 1e-9


def test_fitted_numbers_can_be_added():
    both = assumptions(scenario(), ("assumption", "fitted")).ranges
    assert "underwriting.tolerance_rate" in {one.key for one in both}
