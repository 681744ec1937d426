"""Files that somebody names: regular ones, no larger than what is announced, in folders allowed.

A scenario may come from a stranger, and it names further files. Those stay within the folder in
which it lies, within folders of scenarios (of the project at hand where it is one of them, and
the shipped ones), or within folders that the user allows by the option ``--root`` or the
variable ``CROSSCYCLE_ROOT``. Links are followed before that is asked. What the user names, on the
command line or in a call, may lie anywhere.
"""

import os
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path

from sim.base.shipped import scenario_folders

ROOTS = "CROSSCYCLE_ROOT"
"""Environment variable that holds the folders a user allows, as ``PATH`` holds its own."""
MOST_BYTES = 2**20
"""Size of a scenario, a file of facts, or a table that one names."""


class UnfitFileError(Exception):
    """A file that is there and must not be read: the rule that it breaks, and the cure."""

    def __init__(self, rule: str, cure: str) -> None:
        super().__init__(rule, cure)
        self.rule, self.cure = rule, cure


def read_named(file: Path, ending: str, most: int = MOST_BYTES) -> bytes:
    """Read a regular file with an ending, such as ``.toml``, of at most so many bytes.

    Raises OSError if it cannot be read, UnfitFileError if it is something else. Neither says
    what it holds.
    """
    name = file.name.lower()
    if any(ord(letter) < 32 for letter in str(file)):
        raise UnfitFileError("must be a name without control characters", "rename the file")
    _check_kind(file, file.stat())
    if not name.endswith(ending):
        raise UnfitFileError(f"must be a file whose name ends in {ending}", "name another file")
    # Whoever puts a pipe in its place meanwhile must not make the program wait.
    flags = (getattr(os, name, 0) for name in ("O_NONBLOCK", "O_BINARY", "O_CLOEXEC"))
    handle = os.open(file, os.O_RDONLY | sum(flags))
    with open(handle, "rb") as opened:  # noqa: PTH123 -- a path would be looked up again
        found = os.fstat(handle)
        _check_kind(file, found)
        content = opened.read(most + 1) if found.st_size <= most else b""
    if found.st_size > most or len(content) > most:
        rule = f"must have at most {most:,} bytes; {file} has more"
        raise UnfitFileError(rule, "leave out what is not needed")
    return content


def _check_kind(file: Path, found: os.stat_result) -> None:
    """Refuse what is no regular file."""
    if stat.S_ISDIR(found.st_mode):
        raise UnfitFileError(f"must be a file; {file} is a folder", "name a file in it")
    if not stat.S_ISREG(found.st_mode):
        rule = f"must be a regular file; {file} is a pipe, a device or the like"
        raise UnfitFileError(rule, "write its content to a file first")


def allowed_folders(first: Path) -> tuple[Path, ...]:
    """Folders in which files may lie that a scenario names, its own first, all links resolved."""
    place = real_place(first)
    shared = [real_place(folder) for folder in scenario_folders()]
    # Those of the project at hand are no place for what lies elsewhere.
    at_hand = [folder for folder in shared[:-1] if place.is_relative_to(folder)]
    named = [real_place(Path(text)) for text in allowed()]
    return (place.parent, *at_hand, shared[-1], *named)


def check_allowed(file: Path, folders: Sequence[Path]) -> None:
    """Raise UnfitFileError unless a file lies in one of some folders, and in no hidden one there.

    Whether there is such a file is not told.
    """
    place = real_place(file)
    inside = (place.relative_to(one).parts for one in folders if place.is_relative_to(one))
    if not any(not any(part.startswith(".") for part in parts) for parts in inside):
        rule = f"must stay in {folders[0]}, the folder of the scenario, and in no hidden folder"
        cure = (
            'move the file there, name one that ships as "shipped:NAME", or allow its folder:'
            " python -m sim --root FOLDER ..."
        )
        raise UnfitFileError(rule, cure)


def allow(folders: Iterable[Path]) -> None:
    """Allow scenarios of this process, and of those that it starts, to name files in folders."""
    texts = [*(str(real_place(folder)) for folder in folders), *allowed()]
    os.environ[ROOTS] = os.pathsep.join(dict.fromkeys(texts))


def allowed() -> list[str]:
    """Give the folders that the user allows."""
    return [text for text in os.environ.get(ROOTS, "").split(os.pathsep) if text]


def real_place(path: Path) -> Path:
    """Follow all links; a loop of links, or a name that no file can have, stays as it is."""
    try:
        return Path(os.path.realpath(path))
    except (OSError, ValueError):
        return Path(os.path.abspath(path.parent)) / "?"  # noqa: PTH100 -- it follows no links
