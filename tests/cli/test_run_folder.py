"""Files of a run are whole or not there, and the manifest comes last."""

import json
from pathlib import Path

import numpy as np
import pytest

from sim.cli.options import BadInputError, Record
from sim.cli.run_folder import TABLES, RunFolder, write_manifest
from sim.experiment import results


def test_files_move_into_place_together(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "runs" / "x")
    with folder.staging() as stage:
        (stage / "figures").mkdir()
        (stage / "figures" / "a.svg").write_text("a", encoding="utf-8")
        write_manifest(stage, {"n": np.int64(3), "v": np.arange(2), "path": Path("p")})
        assert not (folder.path / "manifest.json").exists()
    assert folder.manifest() == {"n": 3, "v": [0, 1], "path": "p"}
    names = sorted(p.name for p in folder.path.rglob("*"))
    assert names == ["a.svg", "figures", "manifest.json"]


def test_a_failure_while_writing_leaves_the_old_files(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    write_manifest(tmp_path, {"n": 1})

    def write_half() -> None:
        with folder.staging() as stage:
            write_manifest(stage, {"n": 2})
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        write_half()
    assert folder.manifest() == {"n": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["manifest.json"]


def test_a_folder_without_a_run_is_empty(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    assert folder.manifest() == {}
    assert folder.table("outcomes") is None
    folder.check_usable()


def test_a_broken_manifest_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(BadInputError, match="is not a manifest"):
        RunFolder(tmp_path).manifest()


def test_damaged_files_are_bad_input(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    for name in ("manifest.json", "scenario.toml", "outcomes.parquet"):
        (tmp_path / name).write_text("[1, 2", encoding="utf-8")
    (tmp_path / "manifest.json").write_text("[1, 2]", encoding="utf-8")
    with pytest.raises(BadInputError, match="is not a manifest"):
        folder.manifest()
    with pytest.raises(BadInputError, match="is not a scenario"):
        folder.scenario()
    with pytest.raises(BadInputError, match="is not a table"):
        folder.table("outcomes")


def test_text_in_a_manifest_is_readable(tmp_path: Path) -> None:
    write_manifest(tmp_path, {"title": "安徽"})
    text = (tmp_path / "manifest.json").read_text(encoding="utf-8")
    assert "安徽" in text
    assert json.loads(text) == {"title": "安徽"}


def test_a_folder_holds_every_table_of_a_run_and_a_command_keeps_every_record() -> None:
    assert set(TABLES) == set(results.TABLES)
    assert {record.value for record in Record} == set(results.RECORDS)
