"""All facts with what rests on them."""

from pathlib import Path

import pytest

import sim
from sim.base.errors import ScenarioError
from sim.studies.register import facts
from tests.scenario.test_citations import BASE
from tests.scenario.test_facts import GOOD


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "facts.toml").write_text(GOOD + GOOD.split("[sources")[0].replace("AH01", "AH02"))
    scenarios = tmp_path / "scenarios" / "below"
    scenarios.mkdir(parents=True)
    (scenarios / "base.toml").write_text(BASE.replace("a cycle", "a cycle, AH01"))
    return tmp_path


def test_facts_are_told_with_their_uses(folder: Path) -> None:
    register = facts(folder / "scenarios", folder / "facts.toml")
    assert register.problems == ()
    assert [use.key for use in register.uses["AH01"]] == ["macro.mean_years"]
    assert list(register.unused().facts) == ["AH02"]
    assert list(register.of_programme("growth PLAN").facts) == ["AH01", "AH02"]
    assert register.of_programme("points").facts == {}
    frame = register.frame().set_index("fact")
    assert frame.loc["AH01", "used_by"].endswith("base.toml: macro.mean_years")
    assert frame.loc["AH02", "used_by"] == ""


def test_problems_of_facts_and_scenarios_come_together(folder: Path) -> None:
    file = folder / "facts.toml"
    file.write_text(file.read_text().replace("[AH01]", "[AH03]", 1).replace("official ", "", 1))
    register = facts(folder / "scenarios", file)
    assert [problem.key for problem in register.problems] == ["AH03.grade", "macro.mean_years"]


def test_a_folder_that_is_none_is_told(folder: Path) -> None:
    with pytest.raises(ScenarioError, match="must be a folder"):
        facts(folder / "none", folder / "facts.toml")


def test_the_public_name_reads_the_same(folder: Path) -> None:
    assert sim.facts is facts
