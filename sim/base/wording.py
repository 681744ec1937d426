"""Numbers and names in words: units on a reader's scale, digits from the standard error.

Shares and rates are stored as fractions and read as per cent; their differences are read
in percentage points.  Everything else is read in the unit in which it is stored.  `UnitStyle`
gives the factor, the words of the unit and the decimals together: page, figures, tables of
studies and terminal take all three from it.
"""

import math
from dataclasses import dataclass

from sim.base.language import tr

_DIGITS_OF_ERROR = 2
_DIGITS_OF_VALUE = 3
_MOST_DECIMALS = 6
_SMALLEST = 1e-4
MINUS = "\N{MINUS SIGN}"
"""What stands before a negative number wherever people read it."""


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

    def number(self, value: float, standard_error: float = math.nan, *, sign: bool = False) -> str:
        """Write a stored number on the reader's scale, without its unit.

        Examples
        --------
        >>> unit_style("share").number(-0.01234, 0.004), unit_style("years").number(4.5)
        ('−1.23', '4.50')
        """
        size = value * self.scale
        return plain_number(size, decimals(size, standard_error * self.scale), sign=sign)


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
    name = tr(unit_name(unit))
    return UnitStyle(1.0, "", "", name, name)


def unit_name(unit: str) -> str:
    """Name a unit of a parameter or column in English, also those declared by a sign.

    Examples
    --------
    >>> unit_name("-"), unit_name("x"), unit_name("years")
    ('pure number', 'factor', 'years')
    """
    return {"-": "pure number", "x": "factor"}.get(unit, unit)


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


def error_of(low: float, high: float) -> float:
    """Give about one standard error of what has an interval: a quarter of it."""
    return (high - low) / 4.0


def plain_number(value: float, places: int, *, sign: bool = False) -> str:
    """Write a number with thousands separators and a true minus; a dash where undefined.

    Examples
    --------
    >>> plain_number(12345.678, 1), plain_number(0.2, 1, sign=True), plain_number(-0.25, 2)
    ('12,345.7', '+0.2', '−0.25')
    """
    if math.isnan(value):
        return "–"
    rounded = round(value, places) + 0.0  # adding zero turns -0.0 into 0.0
    text = "∞" if math.isinf(value) else f"{abs(rounded):,.{places}f}"
    if rounded < 0.0:
        return MINUS + text
    return "+" + text if sign and rounded else text


def number_text(value: object) -> str:
    """Write any cell of a frame for people: four digits for floats, a dash for nothing.

    Examples
    --------
    >>> number_text(-0.123456), number_text(575812.3), number_text(12), number_text("a")
    ('−0.1235', '575,812', '12', 'a')
    >>> number_text(float("nan")), number_text(0.00000123456), number_text(2.5)
    ('–', '1.235e-06', '2.5')
    """
    if not isinstance(value, float):
        return str(value)
    if 0.0 < abs(value) < _SMALLEST:
        return (MINUS if value < 0.0 else "") + f"{abs(value):.4g}"
    digits = 0 if not math.isfinite(value) or not value else math.floor(math.log10(abs(value)))
    text = plain_number(value, max(3 - digits, 0))
    return text.rstrip("0").rstrip(".") if "." in text else text


def level_text(value: float, unit: str, standard_error: float = math.nan) -> str:
    """Write the level of an outcome, for example ``"12.4 %"``.

    Examples
    --------
    >>> level_text(0.12345, "share", 0.004), level_text(1500.4, "CNY million", 20.0)
    ('12.35 %', '1,500')
    """
    style = unit_style(unit)
    text = style.number(value, standard_error)
    return text + (style.level if math.isfinite(value) else "")


def step_text(value: float, unit: str, standard_error: float = math.nan) -> str:
    """Write a difference with its sign, for example ``"+1.2 pp"``.

    Examples
    --------
    >>> step_text(0.0123, "share", 0.004)
    '+1.23 pp'
    """
    return _in_points(value, unit, standard_error, sign=True)


def spread_text(value: float, unit: str, standard_error: float = math.nan) -> str:
    """Write the size of a difference or of an error, which has no sign: ``"0.14 pp"``.

    Examples
    --------
    >>> spread_text(0.0014, "share"), spread_text(2.0, "years")
    ('0.140 pp', '2.00')
    """
    return _in_points(value, unit, standard_error, sign=False)


def _in_points(value: float, unit: str, standard_error: float, *, sign: bool) -> str:
    style = unit_style(unit)
    text = style.number(value, standard_error, sign=sign)
    return text + (style.step if math.isfinite(value) else "")


def range_text(low: float, high: float, unit: str, standard_error: float = math.nan) -> str:
    """Write an interval in the printed unit, for example ``"−0.20 to 1.40"``.

    Examples
    --------
    >>> range_text(-0.002, 0.014, "share", 0.004)
    '−0.20 to 1.40'
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
    return tr("{number} %", number=f"{unit_style('share').scale * share:.6g}")


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


def verdict_word(verdict: str) -> str:
    """Give the one or two words of a verdict, without its reason or its direction.

    Examples
    --------
    >>> verdict_word("better (higher)"), verdict_word("no ranking: within rounding")
    ('better', 'not ranked')
    >>> verdict_word("not resolved"), verdict_word("not enough replications")
    ('not resolved', 'not enough replications')
    """
    word = verdict.partition(":")[0].partition(" (")[0]
    return "not ranked" if word == "no ranking" else word
