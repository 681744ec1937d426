"""The content of the program that makes numbers, as one short word."""

import hashlib
from functools import lru_cache
from pathlib import Path

_NUMBERS = (
    "base", "formulas", "firms", "clauses", "economy", "banks", "scenario", "state", "engine",
    "outcomes", "experiment",
)  # fmt: skip
"""Floors whose change can change an outcome."""


@lru_cache(maxsize=1)
def program_digest() -> str:
    """Name the program by what stands in its files, so that old runs never pass for new.

    Returns
    -------
    str
        Sixteen hexadecimal digits.

    Examples
    --------
    >>> len(program_digest())
    16
    """
    digest = hashlib.sha256()
    root = Path(__file__).parents[1]
    for folder in _NUMBERS:
        for file in sorted((root / folder).rglob("*.py")):
            digest.update(file.relative_to(root).as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
