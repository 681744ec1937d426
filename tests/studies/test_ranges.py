"""Ranges are read, checked and applied to numbers, lists and shares that sum to one."""

import pytest

from sim.base.errors import ScenarioError
from sim.studies.ranges import Range, check_ranges, number_places, parse_range, varied
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
    assert moved("underwriting.bilateral_lenders=1:5", 2.6).underwriting.bilateral_lenders == 3


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
        ("operations.drift=0:1", "is a list of 4 values"),
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
