"""Plans say what is free and what is to be met, and refuse what makes no sense."""

import tomllib
from pathlib import Path

import pytest

from sim.base.errors import ScenarioError
from sim.studies.calibration_plan import Parameter, Target, load_plan, scenario_of
from tests.studies.small_plan import PLAN, write_plan

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "scenarios" / "calibration").glob("*.toml"))


@pytest.mark.parametrize("file", SHIPPED, ids=lambda f: f.stem)
def test_a_shipped_plan_fits_its_scenario_and_names_facts_that_exist(file: Path) -> None:
    plan = load_plan(file)
    scenario_of(plan, file)
    facts = tomllib.loads((ROOT / "seeds" / "facts.toml").read_text(encoding="utf-8"))
    assert {fact for goal in plan.target for fact in goal.fact} <= set(facts)
    assert all(goal.fact or goal.why for goal in plan.target)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("firm.exit_hazard_y2", "firm.exit_hazard_y22", "did you mean"),
        ('stage = "joint"', 'stage = "last"', "must name a stage"),
        ("low = 2.0", "low = 20.0", "must be above low"),
        ('bound = "above"', 'bound = "over"', "bound"),
        ("tolerance = 0.02", "tolerance = 0.0", "tolerance"),
        ('name = "access"', 'name = "closings in year 2"', "must stand once"),
        ("operations.opening_cash", "operations.opening_kash", "must be a number"),
        ("operations.opening_cash", "operations.margin", "must be a number"),
        ("high = 8.0", "high = 3.0", "must start in"),
        ("firms = 150", "firms = 150\nspeed = 3", "speed"),
    ],
)
def test_a_fault_is_told_with_its_key_and_a_cure(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    file = write_plan(tmp_path, PLAN.replace(old, new, 1))
    with pytest.raises(ScenarioError, match=words) as caught:
        scenario_of(load_plan(file), file)
    assert "plan.toml" in str(caught.value)


def test_sizes_come_from_the_plan_and_settings_stand_over_them(tmp_path: Path) -> None:
    file = write_plan(tmp_path)
    plan = load_plan(file)
    assert scenario_of(plan, file).population.firms == 150
    assert scenario_of(plan, file, ["population.firms=60"]).population.firms == 60


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_places_and_values_are_inverse(scale: str) -> None:
    free = Parameter(key="a.b", low=0.5, high=4.0, scale=scale, stage="s", why="w")
    for place in (-1.0, -0.3, 0.0, 0.9, 1.0):
        assert free.inner(free.outer(place)) == pytest.approx(place)
    assert (free.outer(-1.0), free.outer(1.0)) == pytest.approx((0.5, 4.0))


def test_the_good_side_of_a_bound_costs_nothing() -> None:
    goal = Target(name="x", outcome="y", value=1.0, tolerance=0.5, bound="below", stage="s")
    assert [goal.distance(v) for v in (0.0, 1.0, 2.0)] == [0.0, 0.0, 2.0]


@pytest.mark.parametrize("file", SHIPPED, ids=lambda f: f.stem)
def test_a_target_has_the_grade_of_its_weakest_fact(file: Path) -> None:
    facts = tomllib.loads((ROOT / "seeds" / "facts.toml").read_text(encoding="utf-8"))
    grades = ["aggregate", "measured", "case", "judgement"]
    words = {
        "official aggregate": "aggregate", "measured": "measured", "reported case": "case",
        "assumption": "judgement",
    }  # fmt: skip
    for goal in load_plan(file).target:
        own = [words[facts[name]["grade"]] for name in goal.fact] or ["judgement"]
        assert goal.grade == max(own, key=grades.index), goal.name


def test_judgement_weighs_less_and_what_is_only_reported_nothing(tmp_path: Path) -> None:
    old = 'tolerance = 0.1\nbound = "above"'
    text = PLAN.replace("difference = 0.2", "difference = 0.2\njudgement_weight = 0.25")
    plan = load_plan(write_plan(tmp_path, text))
    assert plan.weights(plan.target).tolist() == [1.0, 0.25]
    plan = load_plan(write_plan(tmp_path, text.replace(old, f'role = "reported"\n{old}')))
    assert plan.weights(plan.target).tolist() == [1.0, 0.0]
    assert [goal.name for goal in plan.goals] == ["closings in year 2"]


def test_luck_of_the_mean_gives_slack() -> None:
    goal = Target(name="x", outcome="y", value=8.0, tolerance=2.0, stage="s")
    assert goal.slack(0.5) == 1.25
    assert goal.slack(float("nan")) == 1.0
