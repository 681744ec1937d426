"""Reads the independently computed values that the closed forms must meet."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

FILE = Path(__file__).with_name("values.toml")


@cache
def oracle_values() -> dict[str, dict[str, Any]]:
    """Give inputs and value of each oracle by its id."""
    families = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {name: entry for family in families.values() for name, entry in family.items()}


def cases(prefix: str) -> list[Any]:
    """Give one test case (inputs, value) per oracle whose id starts with `prefix`."""
    found = [
        pytest.param(entry, entry["value"], id=name)
        for name, entry in oracle_values().items()
        if name.startswith(prefix)
    ]
    if not found:
        raise ValueError(f"no oracle starts with {prefix!r}")
    return found


def close(expected: float, rel: float = 1e-11) -> Any:
    """Compare with a relative tolerance only."""
    return pytest.approx(expected, rel=rel, abs=0.0)
