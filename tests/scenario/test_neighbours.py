"""What is run beside the arrangements: which names it may have, and what it tells apart."""

from datetime import date
from pathlib import Path

import pytest

from sim.base.errors import ScenarioError
from sim.scenario.neighbours import PROMISE, Part, has_promise, parts_of
from sim.scenario.scenario import Scenario, load_scenario, menu_of

FOLDER = Path(__file__).parents[2] / "scenarios"
FILES = sorted(FOLDER.glob("*.toml"))
ARRANGEMENTS = "experiment.arrangements"
KEY = "experiment.neighbours"


def shipped(name: str = "three_arrangements", *settings: str) -> Scenario:
    return load_scenario(FOLDER / f"{name}.toml", settings)


@pytest.mark.parametrize(
    ("names", "rule"),
    [
        (["plain"], '"plain" is the baseline'),
        (["consortium"], '"consortium" is among the arrangements already'),
        (["line"], '"line" is no arrangement and no programme'),
        (["line_only", "line_only"], "must name each arrangement once"),
    ],
)
def test_a_neighbour_that_cannot_be_is_refused_once(names: list[str], rule: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        shipped().with_values({KEY: names})
    (problem,) = caught.value.problems
    assert (problem.key, problem.rule) == (KEY, rule)
    assert problem.cure


def test_all_that_is_run_are_the_arrangements_and_then_their_neighbours() -> None:
    given = shipped().experiment
    assert given.all_run == (*given.arrangements, *given.neighbours)
    assert len(given.neighbours) == 4


def test_whoever_names_other_arrangements_names_their_neighbours_too() -> None:
    fewer = {ARRANGEMENTS: ["plain", "consortium"]}
    assert shipped().with_values(fewer).experiment.neighbours == ()
    both = fewer | {KEY: ["line_only"]}
    assert shipped().with_values(both).experiment.neighbours == ("line_only",)
    assert shipped().with_values({"experiment.seed": 5}).experiment.neighbours
    set_by_text = shipped("three_arrangements", 'experiment.arrangements=["plain", "line_only"]')
    assert set_by_text.experiment.all_run == ("plain", "line_only")


def test_a_file_takes_neighbours_over_only_with_their_arrangements(tmp_path: Path) -> None:
    head = 'extends = "shipped:three_arrangements"\n[experiment]\n'
    file = tmp_path / "own.toml"
    file.write_text(f"{head}seed = 5\n", encoding="utf-8")
    assert load_scenario(file).experiment.neighbours == shipped().experiment.neighbours
    file.write_text(f'{head}arrangements = ["plain", "consortium"]\n', encoding="utf-8")
    assert load_scenario(file).experiment.neighbours == ()


def test_the_shipped_comparison_tells_its_promises_and_its_right_apart() -> None:
    found = parts_of(shipped())
    told = {arm: [(one.other, one.name, one.is_added) for one in parts] for arm, parts in
            found.items()}  # fmt: skip
    assert told == {
        "common_growth": [("common_growth_without_promise", PROMISE, False)],
        "consortium": [("consortium_with_promise", PROMISE, True)],
        "loan_with_warrant": [("line_only", "upside", False)],
        "revenue_swap": [("swap_without_promise", PROMISE, False)],
    }
    (swap,), (joint,) = found["revenue_swap"], found["consortium"]
    assert (swap.key, swap.hazard) == (
        "arrangement.revenue_swap.commitment.promised_move_hazard", 0.27
    )  # fmt: skip
    assert swap.pair == ("revenue_swap", "swap_without_promise")
    assert joint.pair == ("consortium_with_promise", "consortium")
    assert joint.key == "arrangement.consortium_with_promise.commitment.promised_move_hazard"


def test_a_neighbour_that_differs_in_more_tells_nothing_apart() -> None:
    other = {"arrangement.swap_without_promise.tenor.years": 4.0}
    assert parts_of(shipped().with_values(other))["revenue_swap"] == ()
    late = shipped("anhui_common_growth").with_values({"policy[0].start": date(2024, 6, 1)})
    assert parts_of(late)["version_1"] == ()


def test_of_a_programme_with_two_promises_no_single_hazard_is_named() -> None:
    found = parts_of(shipped("anhui_common_growth"))
    assert found["anhui"] == (Part("anhui", "anhui_without_promise", PROMISE, False),)
    (one,) = found["version_1"]
    assert (one.other, one.hazard) == ("no_promise", 0.27)


def without_neighbour(scenario: Scenario) -> list[str]:
    """Arrangements that promise business beside another clause, and no run without it."""
    told = parts_of(scenario)
    return [
        name for name, parts in told.items()
        if has_promise(menu_of(scenario, name)) and PROMISE not in [one.name for one in parts]
    ]  # fmt: skip


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_shipped_promise_beside_another_clause_has_its_neighbour(file: Path) -> None:
    assert without_neighbour(load_scenario(file)) == []


def test_a_missing_neighbour_is_found() -> None:
    assert without_neighbour(shipped().with_values({KEY: []})) == ["common_growth", "revenue_swap"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_shipped_neighbour_tells_something_apart(file: Path) -> None:
    scenario = load_scenario(file)
    told = {one.other for parts in parts_of(scenario).values() for one in parts}
    assert set(scenario.experiment.neighbours) <= told


def test_the_promise_beside_the_consortium_is_that_of_the_plan() -> None:
    scenario = shipped()
    both = [
        scenario.arrangement[n].commitment for n in ("consortium_with_promise", "common_growth")
    ]
    one, plan = (clause.model_dump() for clause in both)
    assert one == plan | {"lenders_stand_still": True}
