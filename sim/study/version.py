"""A hash of everything that a number can depend on: the program's own files and its libraries."""

import hashlib
import platform
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

SIM = Path(__file__).parents[1]
WITHOUT_NUMBERS = ("show", "page", "command")
"""Folders of `sim` that only show numbers; a change there leaves kept runs as they are."""
LIBRARIES = ("numpy", "scipy", "numba")
KINDS = (".py", ".toml")


@lru_cache
def program_digest(root: Path = SIM) -> str:
    """Hash the program, so that numbers of an older one never pass for new.

    Every store of replications is named by it. Python and the libraries that compute count
    as well as the files.

    Parameters
    ----------
    root : Path
        Folder of the program's files.

    Returns
    -------
    str
        Sixteen hexadecimal digits.

    Examples
    --------
    >>> len(program_digest())
    16
    """
    versions = [platform.python_version(), *(version(name) for name in LIBRARIES)]
    digest = hashlib.sha256(" ".join(versions).encode())
    for file in sorted(root.rglob("*")):
        place = file.relative_to(root)
        if file.suffix in KINDS and place.parts[0] not in WITHOUT_NUMBERS:
            digest.update(place.as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
