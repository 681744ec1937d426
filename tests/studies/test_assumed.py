"""The assumptions of the shipped comparison, as ranges that a study can move."""

import numpy as np
import pytest

from sim.base.errors import Problem
from sim.scenario.declared import look_up
from sim.scenario.scenario import load_scenario
from sim.scenario.toml_text import split_key
from sim.studies.ranges import Range, _last_of_group, _legal, assumptions, varied
from tests.house.small import SCENARIOS
from tests.studies.planted import scenario


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


@pytest.mark.parametrize("name", ["jiangsu_multi_party", "zhejiang_kanglin", "yuqin_swap"])
def test_ranges_of_other_scenarios_are_legal_together(name):
    other, rng = load_scenario(SCENARIOS / f"{name}.toml"), np.random.default_rng(6)
    ranges = assumptions(other).ranges
    for shares in (np.zeros(len(ranges)), np.ones(len(ranges)), rng.random(len(ranges))):
        varied(other, ranges, [r.at(u) for r, u in zip(ranges, shares, strict=True)])


def test_of_ranges_that_break_a_rule_together_the_last_gives_way():
    keys = [f"arrangement.revenue_swap.{k}" for k in ("tenor.years", "upside.coverage")]
    illegal = [Range(keys[0], 1.0, 5.0), Range(keys[1], 0.0, 99.0)]
    found, refused = _legal(scenario(), illegal)
    assert [one.key for one in found] == keys[:1]
    assert refused[0][0] == keys[1]
    problem = Problem("x", None, "arrangement.revenue_swap.upside.stake", "is odd", "", "")
    group = [Range(keys[1], 0.0, 1.0), Range("arrangement.revenue_swap.upside.years", 1.0, 2.0)]
    assert list(_last_of_group(group, [problem])) == ["arrangement.revenue_swap.upside.years"]
