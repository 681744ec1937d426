"""Run folders from strangers: plain tables, names within the folder, and a word for the rest."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.base.errors import StorageError
from sim.base.files import digest_of, write_sealed
from sim.experiment.replication_file import frame_of, from_bytes
from sim.experiment.run_folder import RunFolder
from sim.experiment.stored_table import StoredTable
from sim.experiment.strange_tables import check_columns, read_json

GOOD: dict[str, Any] = {
    "seed": 1, "replications_done": [0], "replications_asked": 1, "kept": [], "notices": [],
    "shard": "1/1", "began": "", "seconds": 0.0,
}  # fmt: skip


def forged(folder: Path, text: str) -> RunFolder:
    """Write a manifest of any text, with the digest that belongs to it."""
    run = RunFolder(folder)
    body = text.strip()[:-1] + ',\n  "sha256": "%s"\n}\n'
    zero = (body % ("0" * 64)).encode()
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_bytes((body % digest_of(zero)).encode())
    return run


def test_a_manifest_that_a_run_has_written_is_read(tmp_path: Path) -> None:
    run = forged(tmp_path, json.dumps({**GOOD, "files": {"a/b.csv": "0"}}))
    assert run.check_is_run()["replications_done"] == [0]
    assert run.files() == {"a/b.csv": "0"}


@pytest.mark.parametrize(
    "other",
    [
        {"files": {"../secret": "0"}}, {"files": {"/etc/passwd": "0"}}, {"files": {"": "0"}},
        {"files": {"a/../../b": "0"}}, {"files": {"c:\\b": "0"}}, {"files": {"a": 3}},
        {"files": []}, {"files": 3}, {"replications_done": ["x"]}, {"replications_done": [-1]},
        {"replications_done": 3}, {"kept": "all"}, {"shard": 1}, {"seconds": "long"},
    ],
)  # fmt: skip
def test_a_manifest_names_no_file_elsewhere_and_holds_what_is_declared(
    tmp_path: Path, other: dict[str, Any]
) -> None:
    run = forged(tmp_path / "run", json.dumps({**GOOD, "files": {}} | other))
    for read in (run.manifest, run.files, run.check_is_run):
        with pytest.raises(StorageError, match="is no manifest that a run could have written"):
            read()
    (tmp_path / "secret").touch()
    run.clear()
    assert (tmp_path / "secret").exists()


@pytest.mark.parametrize(
    "text", ['{"files": ' + "[" * 9000 + "]" * 9000 + "}", '{"files": ' + "7" * 5000 + "}"]
)
def test_a_manifest_that_no_parser_bears_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(StorageError):
        forged(tmp_path, text).manifest()


def test_a_run_without_what_a_run_tells_is_none(tmp_path: Path) -> None:
    run = forged(tmp_path, json.dumps({"seed": 1, "files": {}}))
    with pytest.raises(StorageError, match="holds no run"):
        run.check_is_run()


def test_links_lead_nowhere_out_of_a_run(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("secret", encoding="utf-8")
    digest = digest_of(b"secret")
    run = forged(tmp_path / "run", json.dumps({**GOOD, "files": {"a.csv": digest}}))
    (run.path / "a.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(StorageError, match="leads out of the folder"):
        run.read("a.csv")
    (run.path / "figures").symlink_to(tmp_path)
    with pytest.raises(StorageError, match="leads out of the folder"):
        write_a_figure(run)
    assert not (tmp_path / "one.svg").exists()


def write_a_figure(run: RunFolder) -> None:
    with run.staging() as stage:
        (stage / "figures").mkdir()
        (stage / "figures" / "one.svg").touch()


class _Word(pa.ExtensionType):  # type: ignore[misc]
    """A type of somebody's own."""

    def __init__(self) -> None:
        super().__init__(pa.int64(), "tests.word")

    def __arrow_ext_serialize__(self) -> bytes:
        return b""

    @classmethod
    def __arrow_ext_deserialize__(cls, storage: Any, serialized: bytes) -> "_Word":
        raise AssertionError("code of the type was run")


STRANGE: dict[str, Any] = {
    "lists": pa.array([[1]]),
    "nested": pa.array([{"a": 1}]),
    "bytes": pa.array([b"x"]),
    "words by number": pa.array(["x"]).dictionary_encode(),
    "own type": pa.ExtensionArray.from_storage(_Word(), pa.array([1])),
}


@pytest.mark.parametrize("what", STRANGE)
def test_only_plain_columns_are_read(tmp_path: Path, what: str) -> None:
    table = pa.table({"replication": STRANGE[what]})
    with pytest.raises(ValueError, match="has a column replication of type"):
        check_columns(table.schema)
    if what != "own type":
        pq.write_table(table, tmp_path / "t.parquet")
        with pytest.raises(StorageError, match="cannot be read"):
            StoredTable((tmp_path / "t.parquet").open, None).frame()


def test_other_columns_and_damaged_files_are_told(tmp_path: Path) -> None:
    file = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": [1.0]}), file)
    declared = pa.schema([("b", pa.float64())])
    with pytest.raises(StorageError, match="has other columns than a run writes"):
        StoredTable(lambda: file.open("rb"), declared).words("b")
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(StorageError, match="cannot be read"):
        len(StoredTable(lambda: file.open("rb")))


def test_a_replication_of_other_bytes_is_told(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    head = b'{"replication": 0, "run": "", "residual": 0, "checks": 0, "seconds": 0, "tables": '
    for content in (
        b"", b"{}\n", b"[]\n", b"[" * 9000, rng.bytes(500), head + b'["outcomes"]}\n',
        head + b'["nothing"]}\n', head + b'["outcomes"]}\n' + rng.bytes(500), head + b"7}\n",
    ):  # fmt: skip
        with pytest.raises((ValueError, KeyError, TypeError)):
            from_bytes(content)
        file = tmp_path / "replications" / "000000.replication"
        write_sealed(file, content)
        with pytest.raises(StorageError, match="cannot be read"):
            RunFolder(tmp_path).replication(0)
    with pytest.raises(ValueError, match=r".+"):
        frame_of(b"no table")
    with pytest.raises(ValueError, match="no table of JSON"):
        read_json(b"7")
