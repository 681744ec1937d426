"""Write a scenario back as a TOML file.

The file holds every value, those that were inherited and the defaults too, so that it
repeats the run without the files it came from.
"""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from pydantic import BaseModel

from sim.scenario.positions import Path, join_key, quoted_key, quoted_text


def dump_model(model: BaseModel) -> str:
    """Write a scenario, or any group of it, as TOML.

    Parameters
    ----------
    model : BaseModel
        A checked group. Fields that are None are left out, since TOML has no such value.

    Returns
    -------
    str
        TOML that reads back to the same values.
    """
    return dump_values(model.model_dump(mode="python"))


def fingerprint(model: BaseModel) -> str:
    """Give a short name for all values of a scenario together.

    Returns
    -------
    str
        64 hexadecimal digits: SHA-256 of the scenario written as TOML.
    """
    return hashlib.sha256(dump_model(model).encode()).hexdigest()


def dump_values(values: Mapping[str, Any]) -> str:
    """Write nested tables as TOML.

    Parameters
    ----------
    values : mapping
        Tables, lists, text, numbers, booleans, dates, at any depth.

    Examples
    --------
    >>> print(dump_values({"title": "x", "macro": {"mean_years": (4.0, 1.5)}}), end="")
    title = "x"
    <BLANKLINE>
    [macro]
    mean_years = [4.0, 1.5]
    """
    return "\n".join(_table(values, ())).lstrip("\n") + "\n"


def value_text(value: Any) -> str:
    """Write one value as it would stand in a TOML file.

    Raises
    ------
    TypeError
        If TOML has no such value.

    Examples
    --------
    >>> value_text({"kind": "step", "first": -0.015, "on": True})
    '{ kind = "step", first = -0.015, on = true }'
    """
    if isinstance(value, Mapping):
        pairs = [f"{quoted_key(k)} = {value_text(v)}" for k, v in _present(value)]
        return "{ " + ", ".join(pairs) + " }" if pairs else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(value_text(item) for item in value) + "]"
    if isinstance(value, str):
        return quoted_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    raise TypeError(f"TOML has no value like {value!r}")


def _table(values: Mapping[str, Any], path: Path) -> list[str]:
    """Write plain values first and sub-tables after them, as TOML demands."""
    tables = [(k, v) for k, v in _present(values) if isinstance(v, Mapping)]
    others = [(k, v) for k, v in _present(values) if not isinstance(v, Mapping)]
    lines = [f"{quoted_key(key)} = {value_text(value)}" for key, value in others]
    if path and (lines or not tables):
        lines = ["", f"[{join_key(path)}]", *lines]
    for key, value in tables:
        lines += _table(value, (*path, key))
    return lines


def _present(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(key, value) for key, value in values.items() if value is not None]
