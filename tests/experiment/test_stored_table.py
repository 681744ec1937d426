"""A table in a file is read by parts, checked at every reading; no report holds it whole."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.analysis.measured import Measured
from sim.analysis.tables import by_replication, replications
from sim.base.errors import StorageError
from sim.experiment import stored_table
from sim.experiment.answers import answer
from sim.experiment.results import StoredResults
from sim.experiment.run import Run
from sim.experiment.run_folder import RunFolder, read_results
from sim.experiment.stored_table import StoredTable
from sim.experiment.workbook import run_sheets
from sim.report.explore_data import curve_records
from sim.report.figures.gallery import _OF_RESULTS, planned
from tests.experiment.small import tiny_results

FEW = 20
"""Rows at once, so that the tables of a small run have many parts."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Run(tiny_results()).save(tmp_path / "run")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_table, "ROWS", FEW)


def written(frame: pd.DataFrame, file: Path) -> StoredTable:
    frame.to_parquet(file, index=False)
    return StoredTable(partial(file.open, "rb"))


@pytest.mark.usefixtures("few")
def test_parts_hold_whole_replications_and_add_up_to_the_table(folder: Path) -> None:
    whole, table = tiny_results().banks, read_results(folder).table("banks")
    parts = list(table.parts())
    assert len(parts) == replications(table) == 3
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole)
    for number, rows in enumerate(by_replication(table, range(4))):
        own = whole[whole["replication"] == number]
        assert rows["profit"].tolist() == own["profit"].tolist()
    (name, *_) = table.parts(["year"])
    assert list(name) == ["year"]


@pytest.mark.usefixtures("few")
def test_some_words_are_found_in_the_order_of_the_file(folder: Path) -> None:
    whole, table = tiny_results().series, read_results(folder).table("series")
    assert table.words("series") == list(whole["series"].unique())
    assert table.words("arrangement") == ["plain", "revenue_swap"]
    assert len(table) == len(whole)
    names = ["survival", "credit_outstanding"]
    expected = whole[whole["series"].isin(names)].reset_index(drop=True)
    pd.testing.assert_frame_equal(table.where("series", names), expected)
    assert table.where("series", ["none"]).empty


def test_replications_that_do_not_stand_together_are_told(tmp_path: Path) -> None:
    table = written(pd.DataFrame({"replication": [0, 1, 0]}), tmp_path / "banks.parquet")
    with pytest.raises(StorageError, match="does not hold its replications one after another"):
        list(table.parts())


def test_a_saved_run_has_its_replications_one_after_another(tmp_path: Path) -> None:
    results = tiny_results()
    banks = results.banks.sort_values(["bank", "year"], kind="stable")
    mixed = Run(type(results)(**{**vars(results), "banks": banks}))
    again = read_results(mixed.save(tmp_path / "run"))
    assert replications(again.table("banks")) == 3


def test_every_reading_checks_the_file(folder: Path) -> None:
    results, file = read_results(folder), folder / "series.parquet"
    content = file.read_bytes()
    file.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
    with pytest.raises(StorageError, match="is damaged"):
        results.table("series").words("series")
    with RunFolder(folder).staging() as stage:
        tiny_results().series.iloc[:9].to_parquet(stage / "series.parquet")
    with pytest.raises(StorageError, match="has changed since the run was opened"):
        results.table("series").words("series")


def test_an_opened_run_gives_frames_by_their_names(folder: Path) -> None:
    results = read_results(folder)
    assert set(results.kept) <= set(dir(results))
    pd.testing.assert_frame_equal(results.series, tiny_results().series)
    without = StoredResults(results.scenario, {}, {})
    assert without.firms is None
    with pytest.raises(AttributeError, match="nothing"):
        _ = results.nothing


def held(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Count the most rows of banks and of curves that become a frame at once."""
    most = {"series": 0, "year": 0}
    frame = stored_table._frame

    def counted(rows: Any, columns: Any) -> pd.DataFrame:
        found = frame(rows, columns)
        for name in most.keys() & set(found):
            most[name] = max(most[name], len(found))
        return found

    def refuse(_: StoredTable) -> pd.DataFrame:
        raise AssertionError("a table is read whole")

    monkeypatch.setattr(stored_table, "_frame", counted)
    monkeypatch.setattr(StoredTable, "frame", refuse)
    return most


def read_everything(results: StoredResults) -> Iterator[Any]:
    """All that a report and a workbook read of the tables of a run."""
    found = Measured(results)
    yield found.by_bank
    drawn = {key for key, *_ in _OF_RESULTS}
    for plan in planned(found.outcomes, found.comparison, results):
        if plan.key in drawn:
            yield plan.draw()
    yield list(curve_records(results, found.comparison))
    yield run_sheets(found)


@pytest.mark.full
@pytest.mark.usefixtures("few")
def test_a_report_holds_neither_banks_nor_curves_whole(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part of banks is a replication; of curves, one curve or family of all replications."""
    most = held(monkeypatch)
    assert all(one is not None for one in read_everything(read_results(folder)))
    of_one = len(tiny_results().banks) // 3
    assert 0 < most["year"] <= of_one + FEW
    assert 0 < most["series"] < len(tiny_results().series) / 2


@pytest.mark.usefixtures("few")
def test_answers_by_group_hold_one_replication_of_banks(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = read_results(folder)
    told = results.outcomes
    most = held(monkeypatch)
    monkeypatch.setattr(StoredResults, "outcomes", told)
    assert len(answer(results, "bank.raroc", "bank", labels=False)) > 0
    assert 0 < most["year"] <= len(tiny_results().banks) // 3 + FEW
