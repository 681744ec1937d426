"""A run is saved and opened again whole: results, outcomes, comparison and kept tables."""

from pathlib import Path

import pandas as pd
import pytest

import sim
from sim.base.errors import StorageError
from sim.experiment.run import Run
from sim.experiment.run_folder import RunFolder
from tests.experiment.small import tiny_results
from tests.workbooks import table


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Run(tiny_results()).save(tmp_path_factory.mktemp("runs") / "one")


def test_what_is_saved_is_opened_again(folder: Path) -> None:
    before, after = Run(tiny_results()), sim.load_run(folder)
    assert list(after.tables) == ["outcomes", "series", "banks", "firms", "events", "contracts"]
    for name, frame in before.tables.items():
        pd.testing.assert_frame_equal(after.tables[name], frame)
    assert after.scenario == before.scenario
    assert after.manifest["seed"] == before.scenario.experiment.seed
    pd.testing.assert_frame_equal(after.comparison.frame(), before.comparison.frame())
    assert after.outcomes.names == before.outcomes.names
    pd.testing.assert_frame_equal(after.by_bank, before.by_bank)


def test_an_opened_run_answers_by_group_as_the_run_did(folder: Path) -> None:
    before, after = tiny_results(), sim.load_run(folder).results
    for name, by in (("firm.dilution", "sector"), ("bank.raroc", "bank"), ("bank.line", "stage")):
        pd.testing.assert_frame_equal(after.outcome(name, by), before.outcome(name, by))
    pd.testing.assert_frame_equal(
        after.contract_summary("rate", "stage"), before.contract_summary("rate", "stage")
    )


def test_a_saved_folder_is_whole_and_says_what_it_holds(folder: Path) -> None:
    run = RunFolder(folder)
    assert list(run.problems()) == []
    manifest = run.check_is_run()
    assert manifest["finished"] is True
    assert manifest["kept"] == ["firms", "events"]
    assert manifest["replications_done"] == [0, 1, 2]


def test_a_run_is_not_saved_over_another(folder: Path) -> None:
    with pytest.raises(StorageError, match="holds a run\n  give another folder"):
        Run(tiny_results()).save(folder)


def test_a_run_shows_itself_and_gives_its_workbook(folder: Path, tmp_path: Path) -> None:
    run = sim.load_run(folder)
    assert repr(run) == "Run of Results(3 replications of plain, revenue_swap)"
    text = run._repr_html_()
    assert "<th>events</th>" in text
    assert "<summary>Banks (" in text
    file = run.to_excel(tmp_path / "run.xlsx")
    assert table(file, "Run").set_index("Entry").loc["seed", "Value"] == run.manifest["seed"]


def test_a_folder_without_a_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="holds no run"):
        sim.load_run(tmp_path)
