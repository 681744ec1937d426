"""Values are set by dotted key, with the checks and messages of a file."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.base.errors import ScenarioError
from sim.scenario.check import validate
from sim.scenario.edit import ORIGIN, assign, assign_texts, parse_assignment, with_values
from sim.scenario.read import RawScenario, resolve
from sim.scenario.toml_text import dump_model
from tests.scenario.standin import GOOD, Royalty, StandIn


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "x.toml"
    path.write_text(GOOD, encoding="utf-8")
    return path


@pytest.fixture
def base(file: Path) -> StandIn:
    return validate(resolve(file), StandIn)


def test_a_changed_scenario_is_a_new_one(base: StandIn) -> None:
    changed = with_values(base, {"experiment.seed": 9, "arrangement.swap.upside.coverage": 0})
    assert changed.experiment.seed == 9
    assert changed.arrangement["swap"].upside.coverage == 0.0  # type: ignore[union-attr]
    assert base.experiment.seed == 1


def test_nothing_changed_gives_an_equal_scenario(base: StandIn) -> None:
    assert with_values(base, {}) == base


def test_one_element_of_a_list_can_be_changed(base: StandIn) -> None:
    changed = with_values(
        base, {"lifecycle.progress_hazard[2]": 0.9, "lifecycle.progress_hazard[0]": 0.8}
    )
    assert changed.lifecycle.progress_hazard == (0.8, 0.25, 0.9, 0.1)


def test_what_stands_inside_a_list_can_be_changed() -> None:
    raw = RawScenario({"a": [{"b": 1, "c": [1, 2]}]})
    changed = assign(raw, {"a[0].b": 3, "a[0].c[1]": 4})
    assert changed.values == {"a": [{"b": 3, "c": [1, 4]}]}


def test_values_of_numpy_are_taken_as_numbers(base: StandIn) -> None:
    changed = with_values(
        base,
        {
            "experiment.replications": np.int64(7),
            "lifecycle.progress_hazard": np.linspace(0.1, 0.4, 4),
            "bank.lead.capital": np.float32(2),
        },
    )
    assert changed.experiment.replications == 7
    assert changed.bank["lead"].capital == 2.0


def test_another_kind_replaces_the_clause(base: StandIn) -> None:
    changed = with_values(
        base,
        {
            "arrangement.swap.upside.kind": "royalty",
            "arrangement.swap.upside.revenue_share": 0.05,
        },
    )
    assert changed.arrangement["swap"].upside == Royalty(revenue_share=0.05)


def test_a_whole_clause_or_a_new_table_can_be_set(base: StandIn) -> None:
    changed = with_values(
        base,
        {
            "arrangement.swap.upside": Royalty(revenue_share=0.05),
            "bank.second": {"capital": 50},
            'sources."bank.second.capital"': "assumption",
        },
    )
    assert changed.arrangement["swap"].upside.kind == "royalty"
    assert changed.bank["second"].capital == 50.0
    assert changed.sources["bank.second.capital"] == "assumption"


@pytest.mark.parametrize(
    ("key", "value", "found", "cure"),
    [
        ("experiment.replicatons", 3, "experiment.replicatons", '"replications"'),
        ("replications", 3, "replications", '"experiment.replications"'),
        ("bank.lead.capital", -1, "bank.lead.capital", "nearest legal value is 0"),
        ("experiment..seed", 3, "", "for example"),
        ("lifecycle.progress_hazard[4]", 1, "lifecycle.progress_hazard[4]", "from 0"),
        ("experiment.seed.x", 1, "experiment.seed", "whole number"),
        ("experiment.arrangements[0]", "no", "experiment.arrangements", "declare it"),
    ],
)
def test_a_bad_change_is_told_like_a_bad_file(
    base: StandIn, key: str, value: Any, found: str, cure: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        with_values(base, {key: value})
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.key) == (ORIGIN, None, found)
    assert cure in problem.cure


def test_settings_and_files_are_told_in_one_go(file: Path) -> None:
    file.write_text(GOOD.replace("replications = 5", "replications = 0"), encoding="utf-8")
    raw = assign_texts(resolve(file), ["experiment.seed=-1", "nonsense", "=3", "a.b=1"])
    with pytest.raises(ScenarioError) as caught:
        validate(raw, StandIn)
    found = [(Path(p.file).name, p.line, p.key) for p in caught.value.problems]
    assert found == [
        (ORIGIN, None, ""),
        (ORIGIN, None, ""),
        (ORIGIN, None, "experiment.seed"),
        (ORIGIN, None, "a"),
        ("x.toml", 5, "experiment.replications"),
    ]


def test_a_setting_hides_the_mistake_that_it_replaces(file: Path) -> None:
    file.write_text(GOOD.replace("replications = 5", "replications = 0"), encoding="utf-8")
    raw = assign_texts(resolve(file), ["experiment.replications=3"])
    assert validate(raw, StandIn).experiment.replications == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b=1", ("a.b", 1)),
        (" a = 0.5 ", ("a", 0.5)),
        ("a=true", ("a", True)),
        ("a=[1, 2]", ("a", [1, 2])),
        ('a={ kind = "x" }', ("a", {"kind": "x"})),
        ('a="b = c"', ("a", "b = c")),
        ("a=equal_lending", ("a", "equal_lending")),
    ],
)
def test_settings_are_written_as_in_a_file(text: str, expected: tuple[str, Any]) -> None:
    assert parse_assignment(text) == expected


def test_a_resolved_scenario_reads_back_to_itself(base: StandIn, tmp_path: Path) -> None:
    copy = tmp_path / "copy.toml"
    copy.write_text(dump_model(base), encoding="utf-8")
    assert validate(resolve(copy), StandIn) == base
