"""Keys of a scenario on an axis, with their units."""

from functools import cache

from sim.outcomes.wording import unit_name
from sim.scenario.model import Scenario
from sim.scenario.parameters import PLACE, matches, parameters
from sim.scenario.positions import split_key
from sim.study.ranges import Range


def axis_of(one: Range) -> str:
    """Write what a range moves, for an axis: the key with its unit.

    Examples
    --------
    >>> axis_of(Range("underwriting.tolerance_rate", 0.0, 0.05))
    'underwriting.tolerance_rate (per year)'
    >>> axis_of(Range("lifecycle.setback_hazard", 0.5, 2.0, is_factor=True))
    'lifecycle.setback_hazard (factor)'
    """
    if one.is_factor:
        return one.label
    unit = unit_of(one.key)
    return f"{one.label} ({unit})" if unit else one.label


def unit_of(key: str) -> str:
    """Give the unit of a key; empty where none is declared.

    Examples
    --------
    >>> unit_of("arrangement.revenue_swap.upside.coverage"), unit_of("lifecycle.no_such")
    ('share of line', '')
    """
    path = tuple(part for part in split_key(key) if isinstance(part, str))
    for known, unit in _units().items():
        if matches(known, path):
            return unit
    # What a sector has of its own is declared with the group that it overrides; numbers by
    # regime, with the table that holds them.
    rest = path[2:] if path[0] == "sector" and len(path) > 2 else path[:-1]
    return unit_of(".".join(rest)) if rest else ""


@cache
def _units() -> dict[tuple[str, ...], str]:
    """Units by path, without places in lists."""
    found: dict[tuple[str, ...], str] = {}
    for one in parameters(Scenario):
        path = tuple(part for part in one.path if isinstance(part, str) and part != PLACE)
        found.setdefault(path, unit_name(one.unit))
    return found
