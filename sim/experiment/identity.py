"""What a number can depend on beside its scenario: the program, the facts, the libraries.

Replications are put together only where all three are the same, so that numbers of an older
program never pass for new.
"""

import hashlib
import platform
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sim.base.files import digest_of, digest_of_file
from sim.base.language import tr
from sim.base.shipped import FACTS, top

SIM = Path(__file__).parents[1]
WITHOUT_NUMBERS = ("report", "cli", "shipped")
"""Folders of `sim` that only show numbers or hold scenarios, which have digests of their own."""
AFTER_HISTORIES = ("analysis", "studies")
"""Folders of `sim` that only read what histories have left."""
LIBRARIES = ("numpy", "scipy", "numba", "llvmlite", "simpy", "pandas", "pyarrow", "pydantic")
KINDS = (".py", ".toml")


@lru_cache
def code_digest(root: Path = SIM) -> str:
    """Hash the files of the program that make numbers; 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for file in sorted(root.rglob("*")):
        place = file.relative_to(root)
        if file.suffix in KINDS and place.parts[0] not in WITHOUT_NUMBERS:
            digest.update(place.as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


@lru_cache
def model_digest(root: Path = SIM) -> str:
    """Hash the files of the program that make histories; 64 hexadecimal digits.

    What reads them, and words, may change without a history that changes.
    """
    digest = hashlib.sha256()
    for file in sorted(root.rglob("*.py")):
        place = file.relative_to(root)
        if place.parts[0] not in (*WITHOUT_NUMBERS, *AFTER_HISTORIES):
            digest.update(place.as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


@lru_cache
def facts_digest(folder: Path | None = None) -> str:
    """Hash the published figures; empty where none are shipped."""
    file = (folder or top()) / FACTS
    return digest_of_file(file) if file.is_file() else ""


def identity() -> dict[str, Any]:
    """Tell what this program is: digests of code and facts, versions of what computes."""
    return {
        "code_sha256": code_digest(),
        "facts_sha256": facts_digest(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in LIBRARIES},
    }


def program_digest() -> str:
    """Name the whole identity; 16 hexadecimal digits."""
    return digest_of(repr(sorted(_flat(identity()))).encode())[:16]


def differences(made_by: Mapping[str, Any]) -> list[str]:
    """Say in what the program that made something differs from this one; empty where in nothing.

    >>> differences(identity() | {"python": "2.7", "code_sha256": "0"})[0]
    'other code'
    """
    old, new = dict(_flat(made_by)), dict(_flat(identity()))
    words = {"code_sha256": tr("other code"), "facts_sha256": tr("other facts")}
    return [
        words.get(name)
        or tr("{name} {old} instead of {new}", name=name, old=old.get(name, "?"), new=value)
        for name, value in new.items()
        if old.get(name) != value
    ]


def made_by_another(manifest: Mapping[str, Any]) -> list[str]:
    """Say in what the program of a run differs from this one, where its manifest tells.

    >>> made_by_another({})
    []
    """
    return differences(manifest) if "code_sha256" in manifest else []


def _flat(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give code, facts and every version as pairs."""
    for name in ("code_sha256", "facts_sha256", "python"):
        yield name, str(told.get(name, "unknown"))
    yield from sorted(dict(told.get("versions", {})).items())
