"""Files of a run are whole or not there, each is vouched for, and the manifest comes last."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from sim.base.errors import StorageError
from sim.cli.options import Record
from sim.experiment import run_folder
from sim.experiment.replication_file import (
    Replication,
    differing,
    from_bytes,
    kept,
    schema,
    to_bytes,
    write_tables,
)
from sim.experiment.results import RECORDS, TABLES
from sim.experiment.run_folder import ALWAYS, RunFolder, read_results
from tests.experiment.small import tiny_results


def replications(count: int) -> list[Replication]:
    """Replications as of a run with its records, all with the same numbers."""
    results = tiny_results()
    frames = {name: getattr(results, name) for name in TABLES}
    own = {name: frame[frame["replication"] == 0] for name, frame in frames.items()}
    one = kept(Parts(own), "run")
    return [
        replace(one, number=n, tables={k: numbered(t, n) for k, t in one.tables.items()})
        for n in range(count)
    ]


class Parts:
    """The tables of a replication, as a worker gives them."""

    replication, residual, checks, seconds = 0, 1e-15, 7, 0.5

    def __init__(self, tables: dict[str, object]) -> None:
        self.__dict__ |= tables


def numbered(table: pa.Table, number: int) -> pa.Table:
    place = table.schema.get_field_index("replication")
    values = pa.array(np.full(table.num_rows, number))
    return table.set_column(place, table.schema.field(place), values)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A folder with files of every kind, each vouched for."""
    folder = RunFolder(tmp_path / "run")
    parts = replications(2)
    for one in parts:
        folder.write_replication(one)
    values = {"seed": 1, "replications_done": [0, 1], "go_on_with": "do that"}
    with folder.staging(values, vouched=folder.replication_digests([0, 1])) as stage:
        write_tables(stage, parts, TABLES)
        (stage / "scenario.toml").write_text('title = "x"\n', encoding="utf-8")
        (stage / "figures").mkdir()
        (stage / "figures" / "a.svg").write_text("a", encoding="utf-8")
    return folder


def test_files_move_into_place_together(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "runs" / "x")
    with folder.staging({"n": np.int64(3), "v": np.arange(2), "path": Path("p")}) as stage:
        (stage / "figures").mkdir()
        (stage / "figures" / "a.svg").write_text("安徽", encoding="utf-8")
        assert not (folder.path / "manifest.json").exists()
    assert folder.manifest() == {"n": 3, "v": [0, 1], "path": "p"}
    names = sorted(p.name for p in folder.path.rglob("*"))
    assert names == ["a.svg", "figures", "manifest.json"]


def test_a_failure_while_writing_leaves_the_old_files(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.write_manifest({"n": 1}, {})

    def write_half() -> None:
        with folder.staging({"n": 2}):
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        write_half()
    assert folder.manifest() == {"n": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["manifest.json"]


def test_a_manifest_never_vouches_for_a_file_that_is_about_to_change(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set(run.files())
    monkeypatch.setattr("sim.experiment.run_folder.sync_folder", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError), run.staging({"seed": 2}) as stage:
        (stage / "scenario.toml").write_text("new", encoding="utf-8")
    assert set(run.files()) == before - {"scenario.toml"}
    assert list(run.problems()) == []
    with pytest.raises(StorageError, match=r"has no scenario.toml that is whole") as told:
        run.scenario()
    assert told.value.cure == "go on with: do that"


def test_a_folder_without_a_run_is_empty(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    assert (folder.manifest(), folder.files(), folder.numbers()) == ({}, {}, [])
    folder.check_usable()
    with pytest.raises(StorageError, match="holds no run"):
        read_results(tmp_path)


def test_only_one_process_writes(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "x")
    with folder.held():
        (folder.path / ".writing-a").mkdir()
        (folder.path / ".writing-a" / "half").write_text("half", encoding="utf-8")
        with pytest.raises(StorageError, match="is in use by process"), folder.held():
            pass
    # What a process that died has left goes when the next one begins.
    with folder.held():
        assert [p.name for p in folder.path.iterdir()] == [".lock"]
        (folder.path / "note").write_text("mine", encoding="utf-8")
    assert [p.name for p in folder.path.iterdir()] == ["note"]


def test_a_replication_survives_its_file() -> None:
    (one,) = replications(1)
    again = from_bytes(to_bytes(one))
    assert replace(again, tables={}) == replace(one, tables={})
    for name in TABLES:
        assert again.tables[name].schema == schema(name)
        assert list(differing(again.tables[name], one.tables[name])) == []


def test_the_bytes_of_tables_do_not_tell_in_how_many_goes_they_were_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.experiment.replication_file.ROWS", 1000)
    parts = replications(5)
    for name, given in {"a": parts, "b": [from_bytes(to_bytes(one)) for one in parts]}.items():
        (tmp_path / name).mkdir()
        write_tables(tmp_path / name, iter(given), TABLES)
    for name in TABLES:
        one, other = (tmp_path / place / f"{name}.parquet" for place in ("a", "b"))
        assert one.read_bytes() == other.read_bytes()
        rows = pa.parquet.read_table(one)
        expected = pa.concat_tables([part.tables[name] for part in parts])
        assert list(differing(rows, expected)) == []


def test_one_bit_of_one_outcome_is_named() -> None:
    (one,) = replications(1)
    table = one.tables["outcomes"]
    values = table["value"].to_numpy().copy()
    values[3] = np.nextafter(values[3], np.inf)
    other = table.set_column(3, "value", pa.array(values))
    (said,) = differing(table, other)
    assert said.startswith(f"{table['outcome'][3]}, plain: value ")
    assert list(differing(table, table.slice(1))) == [f"{len(table)} rows and {len(table) - 1}"]


# --- Damage ------------------------------------------------------------------------------------


def flip(content: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(content))
    changed = content[place] ^ (1 << chance.randrange(8))
    return content[:place] + bytes([changed]) + content[place + 1 :]


def cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def read_all(folder: RunFolder, name: str) -> None:
    """What a reader of that file does."""
    if name.startswith("replications/"):
        folder.replication(int(Path(name).stem), "run")
    elif name.endswith(".parquet"):
        folder.table(name.removesuffix(".parquet"))
    else:
        folder.read(name)


def damage(folder: RunFolder, count: int, harm: Callable[..., bytes]) -> None:
    """Damage files one after another, and see that each is told by verify and by its reader."""
    chance = random.Random(7)
    names = sorted([*folder.files(), "manifest.json"])
    for _ in range(count):
        name = chance.choice(names)
        file = folder.path / name
        whole = file.read_bytes()
        file.write_bytes(harm(whole, chance))
        try:
            with pytest.raises(StorageError) as told:
                read_all(folder, "outcomes.parquet" if name == "manifest.json" else name)
            assert Path(name).name in str(told.value)
            if "/" not in name:
                with pytest.raises(StorageError):
                    read_results(folder.path)
            assert told.value.cure
            assert problems(folder), name
        finally:
            file.write_bytes(whole)
    assert problems(folder) == []


def problems(folder: RunFolder) -> list[str]:
    try:
        return [str(problem) for problem in folder.problems()]
    except StorageError as error:
        return [str(error)]


@pytest.mark.parametrize("harm", [flip, cut])
def test_damage_of_any_file_is_told_by_verify_and_by_its_reader(
    run: RunFolder, harm: Callable[..., bytes]
) -> None:
    damage(run, 60, harm)


@pytest.mark.slow
@pytest.mark.parametrize("harm", [flip, cut])
def test_damage_is_told_a_thousand_times(run: RunFolder, harm: Callable[..., bytes]) -> None:
    damage(run, 1000, harm)


def test_every_bit_of_a_small_file_counts(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.write_manifest({"seed": 1}, {"a": "0" * 64})
    file = tmp_path / "manifest.json"
    whole = file.read_bytes()
    for place in range(0, 8 * len(whole), 7):
        changed = bytearray(whole)
        changed[place // 8] ^= 1 << place % 8
        file.write_bytes(changed)
        with pytest.raises(StorageError, match="is damaged"):
            folder.manifest()


def test_a_file_that_is_gone_is_told(run: RunFolder) -> None:
    (run.path / "banks.parquet").unlink()
    with pytest.raises(StorageError, match=r"has lost its banks.parquet"):
        run.table("banks")
    assert len(problems(run)) == 1


def test_a_replication_of_another_run_is_told(run: RunFolder) -> None:
    with pytest.raises(StorageError, match="belongs to another run"):
        run.replication(0, "another")
    first, second = (run.path / f"replications/00000{n}.replication" for n in (0, 1))
    second.write_bytes(first.read_bytes())
    with pytest.raises(StorageError, match="belongs to another run"):
        run.replication(1, "run")


def test_a_manifest_of_an_older_version_is_no_manifest(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"seed": 1}), encoding="utf-8")
    with pytest.raises(StorageError, match="no manifest of this version"):
        RunFolder(tmp_path).manifest()


def test_the_run_goes_and_its_studies_stay(run: RunFolder) -> None:
    with run.staging() as stage:
        (stage / "studies" / "one").mkdir(parents=True)
        (stage / "studies" / "one" / "findings.json").write_text("{}", encoding="utf-8")
    run.check_studies()
    run.clear()
    assert run.numbers() == []
    assert set(run.files()) == {"studies/one/findings.json"}
    assert run.manifest() == {}
    run.check_studies()
    assert ALWAYS == ("outcomes", "series", "banks")


def test_a_study_that_was_not_finished_is_told(run: RunFolder) -> None:
    place = run.path / "studies" / "one"
    place.mkdir(parents=True)
    (place / "findings.json").write_text("{}", encoding="utf-8")
    with pytest.raises(StorageError, match="is a study that was not finished"):
        run.check_studies()


def test_a_folder_holds_every_table_of_a_run_and_a_command_keeps_every_record() -> None:
    assert set(run_folder.TABLES) == set(TABLES)
    assert set(TABLES) - set(ALWAYS) == set(RECORDS)
    assert {record.value for record in Record} == set(RECORDS)
