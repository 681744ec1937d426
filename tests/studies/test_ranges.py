"""Ranges are read, checked and applied to numbers, lists and shares that sum to one."""

from datetime import date as Date  # noqa: N812 -- a type among dates in years

import numpy as np
import pytest

from sim.base.errors import Problem, ScenarioError
from sim.scenario.declared import look_up
from sim.scenario.scenario import load_scenario
from sim.scenario.toml_text import split_key
from sim.studies.ranges import (
    Range,
    _last_of_group,
    _legal,
    assumptions,
    check_ranges,
    design_points,
    number_places,
    parse_range,
    ranges_of,
    varied,
)
from tests.house.small import SCENARIOS, shipped
from tests.studies.planted import scenario


def moved(text: str, value: float):
    return varied(scenario(), [parse_range(text)], [value])


@pytest.mark.parametrize("text", ["a.b", "a.b=1", "=1:2", "a.b=x1:2", "a.b=one:2", "a.b=1:2:x"])
def test_a_range_that_cannot_be_read_says_how_to_write_it(text):
    with pytest.raises(ScenarioError, match="must be written KEY=LOW:HIGH"):
        parse_range(text)


def test_ends_may_be_negative_and_have_exponents():
    assert parse_range("a.b=-1e-2:.5:7") == Range("a.b", -0.01, 0.5, points=7)


def test_a_factor_scales_all_stages_together():
    before = scenario().lifecycle.setback_hazard
    after = moved("lifecycle.setback_hazard=x0.5:x1.6", 0.5).lifecycle.setback_hazard
    assert after == tuple(0.5 * hazard for hazard in before)


def test_one_element_moves_alone():
    after = moved("lifecycle.setback_hazard[2]=0:1", 0.4).lifecycle.setback_hazard
    assert after[2] == 0.4
    assert after[:2] == scenario().lifecycle.setback_hazard[:2]


def test_whole_numbers_stay_whole():
    assert moved("underwriting.known_banks=1:5", 2.6).underwriting.known_banks == 3


def test_other_sectors_make_room():
    after = moved("sector.biopharma.share=0.05:0.5", 0.5).sector
    before = scenario().sector
    assert after["biopharma"].share == pytest.approx(0.5)
    assert sum(s.share for s in after.values()) == pytest.approx(1.0)
    pair = ("software_ai", "semiconductors_materials")
    ratios = [s[pair[0]].share / s[pair[1]].share for s in (before, after)]
    assert ratios[0] == pytest.approx(ratios[1])


def test_all_shares_together_are_brought_to_one():
    names = list(scenario().bank)
    ranges = [Range(f"bank.{name}.market_share", 0.1, 1.0) for name in names]
    after = varied(scenario(), ranges, [1.0] * len(names)).bank
    assert after[names[0]].market_share == pytest.approx(1.0 / len(names))


def test_the_lead_of_a_consortium_gives_to_the_others():
    key = "arrangement.consortium.loss_sharing.shares"
    shares = moved(f"{key}=x0.5:x1.6", 1.6).arrangement["consortium"].loss_sharing.shares
    assert shares == pytest.approx((0.8, 0.12, 0.08))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("macro.frailty_varianc=0:1", 'did you mean "macro.frailty_variance"?'),
        ("macro.frailty_variance=-1:1", "must be at least 0"),
        ("macro.frailty_variance=1:0.5", "must go from low to high"),
        ("operations.margn=0:1", "operations.margin"),
        ("operations.margin=0:1", "is a list of 4 values"),
        ("operations.research=x0.5:x2", "is zero"),
        ("title=1:2", "holds no number"),
        ("experiment.seed=1:2", "is settled by the study"),
    ],
)
def test_ranges_that_the_scenario_cannot_go_through_are_refused(text, word):
    with pytest.raises(ScenarioError) as error:
        check_ranges(scenario(), [parse_range(text)])
    assert word in str(error.value)
    assert str(error.value).startswith("--vary")


def test_all_mistakes_are_told_in_one_go():
    ranges = [parse_range("a.b=0:1"), parse_range("macro.frailty_variance=-1:1")]
    with pytest.raises(ScenarioError) as error:
        check_ranges(scenario(), ranges)
    assert len(error.value.problems) == 2
    twice = [Range("macro.frailty_variance", 0.1, 0.2)] * 2
    with pytest.raises(ScenarioError, match="is varied twice"):
        check_ranges(scenario(), twice)


def test_numbers_are_found_inside_lists_of_tables():
    places = dict(number_places({"policy": ({"reach": 1.0, "name": "x"},)}))
    assert places == {("policy", 0, "reach"): 1.0}


def test_parts_that_others_bear_are_brought_to_one_in_all():
    sharing = "arrangement.plain.loss_sharing"
    ranges = [Range(f"{sharing}.{part}_share", 0.0, 1.0) for part in ("guaranteed", "insured")]
    after = varied(scenario(), ranges, [0.9, 0.6]).arrangement["plain"].loss_sharing
    assert (after.guaranteed_share, after.insured_share) == pytest.approx((0.6, 0.4))
    inside = varied(scenario(), ranges, [0.3, 0.6]).arrangement["plain"].loss_sharing
    assert (inside.guaranteed_share, inside.insured_share) == (0.3, 0.6)


def test_shares_of_which_all_would_be_zero_stay_as_they_are():
    ranges = [Range(f"sector.{name}.share", 0.0, 1.0) for name in scenario().sector]
    after = varied(scenario(), ranges, [0.0] * len(ranges)).sector
    assert [s.share for s in after.values()] == [s.share for s in scenario().sector.values()]


# --- The assumptions of the shipped comparison, as ranges that a study can move ------------------


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
    # A number that follows dates rests while its path moves.
    rest = {key for key in graded if scenario().dated.get(key)}
    assert not rest & moved
    assert len(moved) > 0.97 * len(set(graded) - rest)
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
    assert "underwriting.policy_subsidy_rate" in {one.key for one in both}


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


# --- Points of a design lie in their ranges and fill them as the design promises -----------------


RANGES = [Range("a.b", 0.0, 1.0), Range("a.c", -2.0, 2.0)]


def test_a_latin_hypercube_has_one_point_in_every_row_and_column():
    points = design_points(RANGES, "latin", 20, seed=3)
    cells = np.floor((points - [0.0, -2.0]) / [1.0, 4.0] * 20).astype(int)
    assert all(sorted(column) == list(range(20)) for column in cells.T)


def test_a_sobol_sequence_is_rounded_up_to_a_power_of_two_and_balanced():
    points = design_points(RANGES, "sobol", 20)
    assert points.shape == (32, 2)
    assert np.histogram(points[:, 1], bins=16, range=(-2.0, 2.0))[0].tolist() == [2] * 16


def test_a_grid_has_about_the_number_of_points_asked_for():
    assert design_points(RANGES, "grid", 16).shape == (16, 2)
    assert design_points(RANGES, "grid").shape == (25, 2)


def test_the_same_seed_gives_the_same_points():
    first, again, other = (design_points(RANGES, "latin", 8, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("design", "points"), [("grid", 10**9), ("latin", 10**9), ("star", 4), ("latin", -1)]
)
def test_designs_that_nobody_can_want_are_refused(design, points):
    with pytest.raises(ScenarioError):
        design_points(RANGES, design, points)


def test_a_path_over_dates_moves_as_a_whole_and_its_number_does_not() -> None:
    key, place = "underwriting.spread_cap", 'dated."underwriting.spread_cap"'
    steps = [
        {"date": Date(2022, 1, 1), "value": (0.02, 0.02, 0.01, 0.0)},
        {"date": Date(2024, 1, 1), "value": (0.01, 0.01, 0.005, 0.0)},
    ]
    sources = {key: "assumption x0.5 to x2: why", place: "assumption x0.8 to x1.2: why"}
    s = shipped().with_values({"dated": {key: steps}, "sources": sources})
    found = assumptions(s)
    assert Range(place, 0.8, 1.2, is_factor=True) in found.ranges
    assert (key, "follows dates; its path is moved") in found.passed_over
    (one,) = ranges_of(s, f"{place}=x0.5:x2")
    moved = varied(s, [one], [0.5]).dated[key]
    assert [step.value for step in moved] == [
        (0.01, 0.01, 0.005, 0.0),
        (0.005, 0.005, 0.0025, 0.0),
    ]
    assert [step.date for step in moved] == [Date(2022, 1, 1), Date(2024, 1, 1)]
