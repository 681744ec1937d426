"""A path of the economy can stand in a table beside the scenario, with its sum."""

import hashlib
from datetime import date as Date  # noqa: N812 -- a type among dates in years
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.base.errors import ScenarioError
from sim.cli.app import app
from sim.scenario.read import read_steps
from sim.scenario.scenario import load_scenario
from tests.house.small import SCENARIOS, shipped

TABLE = "years_from_start,regime,frailty,winter\n-20,boom,,0\n2,bust,1.5,1\n4.5, boom,,0\n"


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
    steps = [(step.years_from_start, step.regime, step.frailty) for step in scenario.macro.path]
    assert steps == [(-20.0, "boom", 1.0), (2.0, "bust", 1.5), (4.5, "boom", 1.0)]
    winters = [(step.years_from_start, step.winter) for step in scenario.equity_market.path]
    assert winters == [(-20.0, False), (2.0, True), (4.5, False)]


def test_every_step_is_shown_with_its_line_of_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shown = CliRunner().invoke(app, ["show", write(tmp_path).name, "macro.path"]).stdout
    (line,) = [line for line in shown.splitlines() if line.startswith("macro.path[1].regime")]
    assert line.split()[1] == '"bust"'
    assert line.rstrip().endswith("stress.csv, line 3")


def test_a_table_can_be_set_in_a_notebook(tmp_path: Path) -> None:
    write(tmp_path, table="years_from_start,regime\n-20,boom\n3,bust\n")
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
        ("years_from_start,regim\n1,boom\n", ("stress.csv, line 1", '"regime"')),
        ("years_from_start,regime\n1,\n", ("stress.csv, line 2", "value in the column regime")),
        (
            "years_from_start,regime\nsoon,boom\n",
            ("line 2", "years_from_start must be a number; got soon"),
        ),
        ("years_from_start,regime,winter\n1,boom,x\n", ("winter must be 0 or 1",)),
        ("years_from_start,regime\n", ("at least one step",)),
        ("regime\nboom\n", ("date (or years_from_start)",)),
        ("date,years_from_start,regime\n2025-01-01,0,boom\n", ("only one of the dates",)),
        ("years_from_start;regime\n1;boom\n", ("line 1", "commas between them")),
        # A decimal comma makes one cell more.
        (
            "years_from_start,regime,frailty\n-20,boom,\n2,bust,1,5\n",
            ("stress.csv, line 3", "must have 3 cells, one for each column, and has 4", "a point"),
        ),
        (
            'years_from_start,regime,frailty\n2,bust,"1,5"\n',
            ("frailty must be a number; got 1,5",),
        ),
        ("years_from_start,regime,frailty\n-20,boom\n", ("line 2", "and has 2")),
        (
            "years_from_start,regime,frailty,frailty\n1,bust,1,3\n",
            ("line 1", "column once; got frailty"),
        ),
        # What a step may be is told with its line too.
        (
            "years_from_start,regime\n1,bost\n",
            ("stress.csv, line 2: macro.path[0]", '"bost" is no regime'),
        ),
        (
            "years_from_start,regime\n1,boom\n1,bust\n",
            ("stress.csv, line 3", "later than the step before"),
        ),
        (
            "years_from_start,regime\n4,boom\n\n1,bust\n",
            ("stress.csv, line 4", "got 1", "in order"),
        ),
        ("years_from_start,regime\nnan,boom\n", ("stress.csv, line 2", "must be a finite number")),
        (
            "years_from_start,regime,frailty\n1,boom,-2\n",
            ("line 2: macro.path[0].frailty", "above 0"),
        ),
        ("date,regime\n2,boom\n", ("line 2", "a day of the calendar", "years_from_start")),
        ("date,regime\n1,boom\n2027-02-30,bust\n", ("line 2", "line 3")),
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
        load_scenario(file, ['macro.path=[{years_from_start=1.0, regime="boom"}]'])
    with pytest.raises(ScenarioError, match="must be the name of a file"):
        load_scenario(file, ["macro.path_file=7"])


def test_empty_cells_of_frailty_mean_one_and_blank_rows_nothing() -> None:
    found = read_steps((TABLE + ",,,\n \n").encode(), "a.csv")
    assert "frailty" not in found.macro[0]
    assert len(found.market) == 3
    assert found.lines == [2, 3, 4]


def test_dates_count_from_the_first_day(tmp_path: Path) -> None:
    table = "date,regime\n2024-07-01,boom\n2027-01-01,bust\n2031-01-01,boom\n"
    from_january = load_scenario(write(tmp_path, table=table))
    path = from_january.on_clock().macro.path
    assert [step.years for step in path] == [-0.5, 2.0, 6.0]
    from_july = from_january.with_values({"experiment.start_date": Date(2025, 7, 1)})
    assert [step.years for step in from_july.on_clock().macro.path] == [-1.0, 1.5, 5.5]
