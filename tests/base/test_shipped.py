"""What comes with the program is found by name, and never hides a file of one's own."""

from pathlib import Path

import pytest

from sim.base.shipped import (
    at_hand,
    beside,
    name_of,
    scenario_folders,
    scenario_path,
    shipped_names,
    top,
)

ROOT = Path(__file__).parents[2]
THREE = ROOT / "scenarios" / "three_arrangements.toml"


def test_a_checkout_ships_what_lies_at_its_top() -> None:
    assert top() == ROOT
    assert "three_arrangements" in shipped_names()
    assert "base/china_technology" in shipped_names()


@pytest.mark.parametrize(
    "name", ["shipped:three_arrangements", "shipped:three_arrangements.toml", "three_arrangements"]
)
def test_a_shipped_scenario_has_a_name(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert scenario_path(name) == THREE


def test_a_file_of_ones_own_comes_before_a_bare_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("three_arrangements").write_text("", encoding="utf-8")
    assert scenario_path("three_arrangements") == Path("three_arrangements")
    assert scenario_path("three_arrangements.toml") == Path("three_arrangements.toml")


def test_a_file_names_another_beside_it_or_a_shipped_one() -> None:
    file = Path("mine/a.toml")
    assert beside(file, "../b.toml") == Path("b.toml")
    assert beside(file, "shipped:three_arrangements") == THREE


def test_scenarios_at_hand_stand_before_those_shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert scenario_folders() == [ROOT / "scenarios"]
    assert at_hand("seeds/facts.toml") == ROOT / "seeds/facts.toml"
    Path("scenarios").mkdir()
    assert scenario_folders() == [Path("scenarios"), ROOT / "scenarios"]
    monkeypatch.chdir(ROOT)
    assert scenario_folders() == [Path("scenarios")]
    assert at_hand("seeds/facts.toml") == Path("seeds/facts.toml")


def test_a_file_inside_an_installed_copy_is_named_as_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.base.shipped._PACKED", tmp_path)
    assert name_of(tmp_path / "scenarios" / "base" / "x.toml") == "shipped:base/x"
    assert name_of(Path("scenarios/x.toml")) == str(Path("scenarios/x.toml"))
