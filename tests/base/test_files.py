"""Files that are whole or not there, sealed, and written by one process."""

import errno
import os
from pathlib import Path

import pytest

from sim.base.errors import StorageError
from sim.base.files import (
    digest_of,
    digest_of_file,
    locked,
    read_sealed,
    remove_temporary,
    write_atomically,
    write_sealed,
)


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    file = tmp_path / "new" / "file"
    for content in (b"old", b"new"):
        write_atomically(file, content)
        assert file.read_bytes() == content
        assert digest_of_file(file) == digest_of(content)
    assert [f.name for f in file.parent.iterdir()] == ["file"]


def test_a_disk_that_is_full_leaves_the_old_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    write_atomically(file, b"old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(file, b"new")
    assert file.read_bytes() == b"old"
    assert [f.name for f in tmp_path.iterdir()] == ["file"]


def test_every_changed_bit_and_every_lost_end_of_a_sealed_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "file"
    write_sealed(file, b"seven and seven")
    whole = file.read_bytes()
    assert read_sealed(file, "") == b"seven and seven"
    changed = [
        whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :]
        for place in range(len(whole))
        for bit in range(8)
    ]
    for content in [*changed, *(whole[:end] for end in range(len(whole))), whole + b"x"]:
        file.write_bytes(content)
        with pytest.raises(StorageError, match="is damaged") as told:
            read_sealed(file, "do that")
        assert told.value.cure == "do that"


def test_a_lock_goes_with_its_holder_and_is_told_to_others(tmp_path: Path) -> None:
    file = tmp_path / ".lock"
    with locked(file, "wait"):
        told = pytest.raises(StorageError, match=f"in use by process {os.getpid()}")
        with told, locked(file, "wait"):
            pass
        assert file.exists()
    assert not file.exists()
    # What a dead process has left is no lock.
    file.write_text("4711", encoding="utf-8")
    with locked(file, "wait"):
        assert file.read_text(encoding="utf-8") == str(os.getpid())


def test_a_lock_on_a_file_that_was_removed_meanwhile_is_taken_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, seen = tmp_path / ".lock", [False, True]
    monkeypatch.setattr("sim.base.files._is_at", lambda *_: seen.pop(0))
    with locked(file, "wait"):
        assert seen == []


def test_what_was_left_half_written_goes_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "deep" / ".writing-1" / "inner").mkdir(parents=True)
    (tmp_path / "deep" / ".writing-1" / "inner" / "a").write_text("a", encoding="utf-8")
    (tmp_path / ".writing-2").write_text("b", encoding="utf-8")
    (tmp_path / "mine").write_text("c", encoding="utf-8")
    remove_temporary(tmp_path)
    assert sorted(f.name for f in tmp_path.rglob("*")) == ["deep", "mine"]
