"""Numbers and names in words: units on a reader's scale, digits from the standard error.

Shares and rates are stored as fractions and read as per cent; their differences are read
in percentage points.  Everything else is read in the unit in which it is stored.
"""

import math
from dataclasses import dataclass

from sim.base.language import tr

_DIGITS_OF_ERROR = 2
_DIGITS_OF_VALUE = 3
_MOST_DECIMALS = 6


@dataclass(frozen=True)
class UnitStyle:
    """How a unit is read.

    Parameters
    ----------
    scale : float
        Factor from the stored to the printed number.
    level, step : str
        What stands behind a level and behind a difference.
    axis, step_axis : str
        The unit on an axis of levels and on an axis of differences.
    """

    scale: float
    level: str
    step: str
    axis: str
    step_axis: str


def unit_style(unit: str) -> UnitStyle:
    """Give the way in which a unit is read.

    Examples
    --------
    >>> unit_style("share").axis, unit_style("share").step
    ('%', ' pp')
    >>> unit_style("per year").axis, unit_style("CNY million").axis
    ('% per year', 'CNY million')
    """
    if unit == "share" or unit.startswith("share "):
        rest = unit.removeprefix("share")
        return _per_cent(f"%{rest}", f"percentage points{rest}")
    if unit.startswith("per year"):
        return _per_cent(f"% {unit}", f"percentage points {unit}")
    return UnitStyle(1.0, "", "", tr(unit), tr(unit))


def _per_cent(axis: str, step_axis: str) -> UnitStyle:
    return UnitStyle(100.0, tr(" %"), tr(" pp"), tr(axis), tr(step_axis))


def decimals(value: float, standard_error: float) -> int:
    """Give the decimals that a number deserves.

    Two digits of the standard error; three digits of the value where there is none.

    Examples
    --------
    >>> decimals(12.3456, 0.123), decimals(1234.5, 40.0), decimals(0.01234, math.nan)
    (2, 0, 4)
    """
    size, digits = abs(standard_error), _DIGITS_OF_ERROR
    if not (math.isfinite(size) and size > 0.0):
        size, digits = abs(value), _DIGITS_OF_VALUE
    if not (math.isfinite(size) and size > 0.0):
        return 0
    wanted = digits - 1 - math.floor(math.log10(size))
    return min(max(wanted, 0), _MOST_DECIMALS)


def plain_number(value: float, places: int, *, sign: bool = False) -> str:
    """Write a number with thousands separators; a dash where it is undefined.

    Examples
    --------
    >>> plain_number(12345.678, 1), plain_number(0.2, 1, sign=True)
    ('12,345.7', '+0.2')
    """
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0.0 else "-∞"
    rounded = round(value, places) + 0.0  # adding zero turns -0.0 into 0.0
    return f"{rounded:{'+' if sign and rounded else ''},.{places}f}"


def level_text(value: float, unit: str, standard_error: float = math.nan) -> str:
    """Write the level of an outcome, for example ``"12.4 %"``.

    Examples
    --------
    >>> level_text(0.12345, "share", 0.004), level_text(1500.4, "CNY million", 20.0)
    ('12.35 %', '1,500')
    """
    style = unit_style(unit)
    size = value * style.scale
    text = plain_number(size, decimals(size, standard_error * style.scale))
    return text + (style.level if math.isfinite(value) else "")


def step_text(value: float, unit: str, standard_error: float = math.nan) -> str:
    """Write a difference with its sign, for example ``"+1.2 pp"``.

    Examples
    --------
    >>> step_text(0.0123, "share", 0.004)
    '+1.23 pp'
    """
    style = unit_style(unit)
    size = value * style.scale
    text = plain_number(size, decimals(size, standard_error * style.scale), sign=True)
    return text + (style.step if math.isfinite(value) else "")


def range_text(low: float, high: float, unit: str, standard_error: float = math.nan) -> str:
    """Write an interval in the printed unit, for example ``"-0.20 to 1.40"``.

    Examples
    --------
    >>> range_text(-0.002, 0.014, "share", 0.004)
    '-0.20 to 1.40'
    """
    if math.isnan(low) and math.isnan(high):
        return "–"
    scale = unit_style(unit).scale
    places = decimals(max(abs(low), abs(high)) * scale, standard_error * scale)
    ends = {"low": plain_number(low * scale, places), "high": plain_number(high * scale, places)}
    return tr("{low} to {high}", **ends)


def percent_text(share: float) -> str:
    """Write a confidence or a level, for example ``"95 %"`` or ``"99.9 %"``.

    Examples
    --------
    >>> percent_text(0.95), percent_text(0.999)
    ('95 %', '99.9 %')
    """
    return tr("{number} %", number=f"{100.0 * share:.6g}")


def arrangement_text(name: str) -> str:
    """Write the id of an arrangement for readers.

    Examples
    --------
    >>> arrangement_text("loan_with_warrant")
    'Loan with warrant'
    """
    words = name.replace("_", " ")
    text = words[:1].upper() + words[1:]
    found = tr(text)
    # Names that are told apart by a number alone share their word.
    word, _, number = text.rpartition(" ")
    return f"{tr(word)} {number}" if found == text and number.isdigit() else found
