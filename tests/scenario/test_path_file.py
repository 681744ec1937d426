"""A path of the economy can stand in a table beside the scenario, with its sum."""

import hashlib
from pathlib import Path

import pytest

from sim.base.errors import ScenarioError
from sim.scenario.load import load_scenario
from sim.scenario.path_file import read_steps
from tests.house.small import SCENARIOS, shipped

TABLE = "year,regime,frailty,winter\n-20,boom,,0\n2,bust,1.5,1\n4.5, boom,,0\n"


def write(folder: Path, more: str = "", table: str = TABLE) -> Path:
    (folder / "stress.csv").write_bytes(table.encode())
    path = folder / "own.toml"
    base = (SCENARIOS / "three_arrangements.toml").as_posix()
    path.write_text(
        f'extends = "{base}"\n[macro]\npath_file = "stress.csv"\n{more}', encoding="utf-8"
    )
    return path


def test_the_steps_of_a_table_are_those_of_the_scenario(tmp_path: Path) -> None:
    scenario = load_scenario(write(tmp_path))
    steps = [(step.from_years, step.regime, step.frailty) for step in scenario.macro.path]
    assert steps == [(-20.0, "boom", 1.0), (2.0, "bust", 1.5), (4.5, "boom", 1.0)]
    winters = [(step.from_years, step.winter) for step in scenario.equity_market.path]
    assert winters == [(-20.0, False), (2.0, True), (4.5, False)]


def test_a_table_can_be_set_in_a_notebook(tmp_path: Path) -> None:
    write(tmp_path, table="from_years,regime\n-20,boom\n3,bust\n")
    scenario = shipped().with_values({"macro.path_file": str(tmp_path / "stress.csv")})
    assert [step.regime for step in scenario.macro.path] == ["boom", "bust"]
    assert scenario.equity_market.path == ()


def test_the_sum_of_the_table_is_checked(tmp_path: Path) -> None:
    right = hashlib.sha256(TABLE.encode()).hexdigest()
    assert load_scenario(write(tmp_path, f'path_sha256 = "{right}"')).macro.path
    elsewhere = TABLE.replace("\n", "\r\n")
    assert load_scenario(write(tmp_path, f'path_sha256 = "{right}"', elsewhere)).macro.path
    with pytest.raises(ScenarioError) as caught:
        load_scenario(write(tmp_path, 'path_sha256 = "0123"'))
    text = str(caught.value)
    assert "own.toml, line 4: macro.path_sha256" in text
    assert right in text


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("year,regim\n1,boom\n", ("stress.csv, line 1", '"regime"')),
        ("year,regime\n1,\n", ("stress.csv, line 2", "value in the column regime")),
        ("year,regime\nsoon,boom\n", ("stress.csv, line 2", "year must be a number; got soon")),
        ("year,regime,winter\n1,boom,x\n", ("winter must be 0 or 1",)),
        ("year,regime\n", ("at least one step",)),
        ("regime\nboom\n", ("from_years (or year)",)),
        ("year,regime\n1,bost\n", ("own.toml, line 3", '"bost" is no regime')),
    ],
)
def test_a_bad_table_is_told_with_file_line_and_cure(
    tmp_path: Path, table: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(write(tmp_path, table=table))
    for word in words:
        assert word in str(caught.value)


def test_a_table_that_is_not_there_or_stands_beside_steps_is_told(tmp_path: Path) -> None:
    file = write(tmp_path)
    with pytest.raises(ScenarioError, match=r'did you mean "stress.csv"'):
        load_scenario(file, [f"macro.path_file={tmp_path}/stres.csv"])
    with pytest.raises(ScenarioError, match=r"must not stand beside macro.path"):
        load_scenario(file, ['macro.path=[{from_years=1.0, regime="boom"}]'])
    with pytest.raises(ScenarioError, match="must be the name of a file"):
        load_scenario(file, ["macro.path_file=7"])


def test_empty_cells_of_frailty_mean_one() -> None:
    steps, winters = read_steps(TABLE.encode())
    assert "frailty" not in steps[0]
    assert len(winters) == 3
