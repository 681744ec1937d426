"""A key of a scenario as readers meet it: what it is called, and in which unit it is read."""

import re
from functools import cache
from typing import Any

from sim.base.language import tr
from sim.base.wording import RATE, arrangement_text, unit_name
from sim.scenario.parameters import PLACE, matches, parameters
from sim.scenario.scenario import Scenario
from sim.scenario.toml_text import KeyPath, split_key

_OWN_NAMES = {"arrangement", "sector", "bank"}
"""Tables whose members have names of their own, which say enough."""
_PRICES = ("rate", "cap", "cost", "margin", "subsidy")
"""Last words of keys whose numbers a year are prices of money, and no frequencies."""
_FACTOR = " (factor)"


def key_text(key: str) -> str:
    """Name a key for readers; what is no key of a scenario stays as it is.

    >>> key_text("arrangement.revenue_swap.pricing.concession_rate")
    'Revenue swap: pricing concession rate'
    >>> key_text("lifecycle.setback_hazard[2]"), key_text("lifecycle.margin (factor)")
    ('Lifecycle: setback hazard, no. 3', 'Lifecycle: margin (factor)')
    >>> key_text("numpy.version")
    'numpy.version'
    """
    is_factor = key.endswith(_FACTOR)
    path = _path(key.removesuffix(_FACTOR))
    if not path or path[0] not in Scenario.model_fields or len(path) == 1:
        return key
    first, *rest = path[1:] if path[0] in _OWN_NAMES else path
    words = " ".join(one.replace("_", " ") for one in rest if isinstance(one, str))
    places = "".join(tr(", no. {place}", place=n + 1) for n in rest if isinstance(n, int))
    named = f"{arrangement_text(str(first))}: {words}{places}"
    return named + tr(_FACTOR) if is_factor else named


def unit_of(key: str) -> str:
    """Give the unit of a key; empty where none is declared."""
    path = tuple(part for part in _path(key) if isinstance(part, str))
    for known, unit in _units().items():
        if matches(known, path):
            return unit
    # What a sector has of its own is declared with the group that it overrides; numbers by
    # regime, with the table that holds them.
    rest = path[2:] if path[:1] == ("sector",) and len(path) > 2 else path[:-1]
    return unit_of(".".join(rest)) if rest else ""


def read_unit(key: str) -> str:
    """Give the unit in which readers meet a key: a price of money is read as a rate.

    >>> read_unit("underwriting.policy_subsidy_rate"), read_unit("lifecycle.setback_hazard")
    ('rate per year', 'per year')
    >>> read_unit("lifecycle.setback_hazard (factor)")
    'factor'
    """
    if key.endswith(_FACTOR):
        return unit_name("x")
    unit, last = unit_of(key), re.sub(r"\[\d+\]$", "", key).rpartition("_")[2]
    return RATE if unit == "per year" and last.rpartition(".")[2] in _PRICES else unit


def _path(key: str) -> KeyPath:
    try:
        return split_key(key)
    except ValueError:
        return ()


@cache
def _units() -> dict[tuple[str, ...], str]:
    found: dict[tuple[str, ...], str] = {}
    for one in parameters(Scenario):
        path: tuple[Any, ...] = tuple(
            part for part in one.path if isinstance(part, str) and part != PLACE
        )
        found.setdefault(path, unit_name(one.unit))
    return found
