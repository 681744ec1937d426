"""Files that are whole or not there, whose content can be trusted, and that one process writes.

A file is written beside its place, flushed and moved, so that no moment finds half of it. A
sealed file opens with the digest of the rest: one changed bit anywhere in it is told. A lock
ends with the process that holds it, however that ends.
"""

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

from sim.base.errors import StorageError
from sim.base.named_files import UnfitFileError, read_named

TEMPORARY = ".writing-"
"""How names of files and folders begin that are still being written."""

_SEAL = b"crosscycle sealed file, SHA-256 of the rest: "
_HEAD = len(_SEAL) + 64 + 1
MOST_SEALED = 2**30
"""Bytes of a sealed file that is read."""


def digest_of(content: bytes) -> str:
    """Give the SHA-256 of some bytes, 64 hexadecimal digits.

    >>> digest_of(b"")[:12]
    'e3b0c44298fc'
    """
    return hashlib.sha256(content).hexdigest()


def digest_of_file(file: Path) -> str:
    """Give the SHA-256 of the content of a file, 64 hexadecimal digits."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def write_atomically(file: Path, content: bytes) -> None:
    """Write a file so that its place holds the old content or the new, never a part.

    The folder is made where it is not there. Raises OSError, and leaves nothing behind, where
    it cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.parent / f"{TEMPORARY}{uuid4().hex}"
    try:
        with beside.open("xb") as opened:
            opened.write(content)
            sync(opened)
        beside.replace(file)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(file.parent)


def sync(opened: IO[Any]) -> None:
    """Wait until what was written to an open file is on the disk."""
    opened.flush()
    os.fsync(opened.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where a system can be asked to."""
    if os.name != "nt":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def remove_temporary(folder: Path) -> None:
    """Remove files and folders that a process left half written; nobody else may be writing."""
    for left in list(folder.rglob(f"{TEMPORARY}*")):
        for inner in sorted(left.rglob("*"), reverse=True):
            inner.rmdir() if inner.is_dir() else inner.unlink()
        left.rmdir() if left.is_dir() else left.unlink(missing_ok=True)


# --- Sealed files --------------------------------------------------------------------------------


def write_sealed(file: Path, content: bytes) -> None:
    """Write a file atomically behind the digest of its content."""
    write_atomically(file, _SEAL + digest_of(content).encode() + b"\n" + content)


def read_sealed(file: Path, cure: str) -> bytes:
    """Read what `write_sealed` wrote; a StorageError with the cure where it is not that."""
    try:
        found = read_named(file, "", MOST_SEALED)
    except UnfitFileError as error:
        raise StorageError(str(file), error.rule, cure) from None
    content = found[_HEAD:]
    if found[:_HEAD] != _SEAL + digest_of(content).encode() + b"\n":
        raise StorageError(str(file), "is damaged: it does not hold what was written", cure)
    return content


# --- One writer at a time ------------------------------------------------------------------------


@contextmanager
def locked(file: Path, cure: str) -> Iterator[None]:
    """Hold a lock on a file that is there only meanwhile; its folder must be there.

    Raises StorageError with the cure if another process holds it, OSError if it cannot be made.
    """
    with _taken(file, cure) as opened:
        opened.seek(0)
        opened.truncate()
        opened.write(str(os.getpid()))
        opened.flush()
        try:
            yield
        finally:
            # Removed while it is held: whoever waits for it finds that it is another file.
            with suppress(OSError):
                file.unlink()


@contextmanager
def _taken(file: Path, cure: str) -> Iterator[IO[str]]:
    """Open a file and lock it; again where it was removed between the two."""
    while True:
        with file.open("a+", encoding="utf-8") as opened:
            if not _lock(opened):
                opened.seek(0)
                held = f"is in use by process {opened.read().strip() or 'unknown'}"
                raise StorageError(str(file.parent), held, cure)
            if _is_at(opened, file):
                yield opened
                return


def _is_at(opened: IO[str], file: Path) -> bool:
    """Whether an open file is still the one that its name leads to."""
    try:
        return os.path.samestat(os.fstat(opened.fileno()), file.stat())
    except FileNotFoundError:
        return False


def _lock(opened: IO[str]) -> bool:
    """Lock an open file; False where another process has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(opened.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
