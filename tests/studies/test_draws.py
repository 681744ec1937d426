"""Draws are read back as written, say when they are stale, and move what a file has not set."""

from pathlib import Path

import pandas as pd
import pytest

from sim.base.errors import ScenarioError
from sim.scenario.scenario import load_scenario
from sim.studies.calibration_plan import value_at
from sim.studies.draws import load_draws, write_draws
from tests.studies.small_plan import PLAN, write_plan

CASH, HAZARD = "operations.opening_cash", "lifecycle.setback_failure_hazard"
BELIEF = "belief.default.default_probability[0]"
TABLE = pd.DataFrame({HAZARD: [0.2, 0.3], CASH: [3.0, 5.0], BELIEF: [0.02, 0.03]})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    plan = write_plan(tmp_path)
    write_draws(tmp_path / "posterior.csv", plan, TABLE, {"design_points": 8})
    return tmp_path / "posterior.csv"


def test_draws_are_read_back_and_not_stale(file: Path) -> None:
    found = load_draws(file)
    pd.testing.assert_frame_equal(found.table, TABLE)
    assert found.about["design_points"] == "8"
    assert found.stale == ()
    assert found.notice() == ""
    assert len(found.some(1)) == 1


def test_a_plan_or_an_economy_that_changed_is_told(file: Path) -> None:
    write_plan(file.parent, PLAN.replace("tolerance = 0.02", "tolerance = 0.03"))
    assert load_draws(file).stale == ("the plan",)
    small = file.parent / "small.toml"
    text = small.read_text(encoding="utf-8")
    small.write_text(text.replace("opening_cash = 4.0", "opening_cash = 4.5"), encoding="utf-8")
    found = load_draws(file)
    assert found.stale == ("the plan", "the fitted economy")
    assert "out of date" in found.notice()
    assert "posterior" in found.notice()
    other = file.read_text(encoding="utf-8").replace("# model_sha256: ", "# model_sha256: 0")
    file.write_text(other, encoding="utf-8")
    assert "the code" in load_draws(file).stale


def test_draws_move_what_the_file_has_from_the_economy_and_leave_the_rest(file: Path) -> None:
    found = load_draws(file)
    own = load_scenario(file.parent / "small.toml")
    moves = found.moves(own)
    assert moves.left == {}
    first, second = moves.scenarios(own, found.table)
    assert value_at(first, CASH) == 3.0
    assert value_at(second, HAZARD) == 0.3
    assert value_at(second, BELIEF) == 0.03
    assert first.experiment == own.experiment
    # Set by the file itself: stays, and is said.
    changed = own.with_values({CASH: 4.25})
    moves = found.moves(changed)
    assert moves.left == {CASH: "is the file's own"}
    assert moves.sentences() == [f"{CASH} is the file's own"]
    assert value_at(moves.scenarios(changed, found.table)[0], CASH) == 4.25


def test_a_number_that_a_file_does_not_have_is_said(tmp_path: Path) -> None:
    key = "arrangement.elsewhere.limit.sales_share"
    plan = write_plan(tmp_path)
    write_draws(tmp_path / "posterior.csv", plan, TABLE.assign(**{key: 0.5}), {})
    found = load_draws(tmp_path / "posterior.csv")
    assert found.moves(found.base).left == {key: "is not in this file"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("# Draws", "# Notes"), "is no file of draws"),
        (lambda text: text.replace("0.3,5.0", "0.3,much"), "must hold 3 numbers"),
        (lambda text: text.partition("0.2,")[0], "holds no draw"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(file: Path, change: object, message: str) -> None:
    file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")  # type: ignore[operator]
    with pytest.raises(ScenarioError, match=message):
        load_draws(file)


def test_draws_that_are_not_there_name_the_command(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="posterior shipped:calibration"):
        load_draws(tmp_path / "posterior.csv")
