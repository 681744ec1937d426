"""One mistake in the values of a scenario, and the words to tell it."""

from dataclasses import dataclass
from typing import Any

from sim.scenario.dump import value_text
from sim.scenario.positions import Path

NOTHING: Any = object()
"""Stands for a value that is not there."""

MAX_LISTED = 14
"""How many legal keys or kinds a cure may list."""


@dataclass(frozen=True)
class Fault:
    """One mistake, before its file and line are known.

    Parameters
    ----------
    path : path
        The key at fault.
    rule, cure : str
        In the words of the message.
    value : any
        The value at fault, or ``NOTHING``.
    group : path or None
        For a rule about several keys, the group whose rule it is.
    instead : any
        A legal value to go on with, or ``NOTHING`` to leave the key out.
    """

    path: Path
    rule: str
    cure: str
    value: Any = NOTHING
    group: Path | None = None
    instead: Any = NOTHING


def look_up(values: Any, path: Path) -> Any:
    """Find a value by its path; ``NOTHING`` if it is not there."""
    for part in path:
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            return NOTHING
    return values


def shown(value: Any) -> str:
    """Write a value for a message, cut where it is long; empty for ``NOTHING``.

    Examples
    --------
    >>> shown([1, "a"])
    '[1, "a"]'
    """
    if value is NOTHING:
        return ""
    try:
        text = value_text(value)
    except TypeError:
        text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def listed(words: list[str]) -> str:
    """List words, cut where they are many.

    Examples
    --------
    >>> listed(["none", "warrant"])
    'none, warrant'
    """
    more = f" and {len(words) - MAX_LISTED} more" if len(words) > MAX_LISTED else ""
    return ", ".join(words[:MAX_LISTED]) + more
