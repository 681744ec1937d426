"""Numbers and names in words: units on a reader's scale, digits from the standard error.

Shares and rates are stored as fractions and read as per cent; their differences are read
in percentage points.  Everything else is read in the unit in which it is stored.  `UnitStyle`
gives the factor, the words of the unit and the decimals together: page, figures, tables of
studies and terminal take all three from it.  Money is read in the words of its size: millions
and billions, in Chinese 万 and 亿.  What stands in one row has one unit and one number of
decimals, which `row_style` finds.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from sim.base.language import Language, current, tr

_DIGITS_OF_ERROR = 2
_DIGITS_OF_VALUE = 3
_MOST_DECIMALS = 6
_ROUNDING = 1e-12
_SMALLEST = 1e-4
_MONEY = "CNY million"
_SIZES_OF_MONEY: dict[Language, tuple[tuple[float, str, float], ...]] = {
    "en": ((1e4, "CNY billion", 1e-3), (0.0, "CNY million", 1.0)),
    "zh": ((1e2, "CNY 100 million", 1e-2), (0.0, "CNY 10,000", 1e2)),
}
"""By language: from how many CNY million on an amount is read in which unit, and the factor."""

RATE = "rate per year"
"""Unit of a price of money, a fraction a year: read in basis points where it is small."""
_BASIS_POINTS_BELOW = 0.05
_BARE = {"pure number", "factor", ""}
"""Units that are not written behind a number."""

MINUS = "\N{MINUS SIGN}"
"""What stands before a negative number wherever people read it."""


@dataclass(frozen=True)
class UnitStyle:
    """How a unit is read.

    `scale` is the factor from the stored to the printed number; `level` and `step` stand behind a
    level and behind a difference, `axis` and `step_axis` on the axes of the two.
    """

    scale: float
    level: str
    step: str
    axis: str
    step_axis: str

    def number(self, value: float, standard_error: float = math.nan, *, sign: bool = False) -> str:
        """Write a stored number on the reader's scale, without its unit.

        >>> unit_style("share").number(-0.01234, 0.004), unit_style("years").number(4.5)
        ('−1.23', '4.50')
        """
        size = value * self.scale
        return plain_number(size, decimals(size, standard_error * self.scale), sign=sign)


def unit_style(unit: str, size: float = math.nan) -> UnitStyle:
    """Give the way in which a unit is read.

    `size`, in the stored unit, is that of the largest number that is read with it: it decides
    the words for money, which stays in CNY million where no size is given.

    >>> unit_style("share").axis, unit_style("share").step
    ('%', ' pp')
    >>> unit_style("per year").axis, unit_style("CNY million").axis
    ('% per year', 'CNY million')
    >>> unit_style("CNY million per year", 25_000.0).axis
    'CNY billion per year'
    >>> unit_style("rate per year", 0.03).axis, unit_style("rate per year", 0.12).axis
    ('basis points per year', '% per year')
    """
    if unit == RATE and abs(size) <= _BASIS_POINTS_BELOW:
        points = tr("basis points per year")
        return UnitStyle(1e4, tr(" bp"), tr(" bp"), points, points)
    if unit == RATE:
        return unit_style("per year")
    if unit.startswith(_MONEY) and math.isfinite(size):
        return _money(unit, abs(size))
    if unit == "share" or unit.startswith("share "):
        rest = unit.removeprefix("share")
        return _per_cent(f"%{rest}", f"percentage points{rest}")
    if unit.startswith("per year"):
        return _per_cent(f"% {unit}", f"percentage points {unit}")
    name = tr(unit_name(unit))
    return UnitStyle(1.0, "", "", name, name)


def unit_name(unit: str) -> str:
    """Name a unit of a parameter or column in English, also those declared by a sign.

    >>> unit_name("-"), unit_name("x"), unit_name("years")
    ('pure number', 'factor', 'years')
    """
    return {"-": "pure number", "x": "factor"}.get(unit, unit)


def _money(unit: str, size: float) -> UnitStyle:
    """Read money in the words of its size."""
    sizes = _SIZES_OF_MONEY[current()]
    words, scale = next((words, scale) for least, words, scale in sizes if size >= least)
    name = tr(unit).replace(tr(_MONEY), tr(words))
    return UnitStyle(scale, "", "", name, name)


def _per_cent(axis: str, step_axis: str) -> UnitStyle:
    return UnitStyle(100.0, tr(" %"), tr(" pp"), tr(axis), tr(step_axis))


def decimals(value: float, standard_error: float) -> int:
    """Give the decimals that a number deserves.

    Two digits of the standard error; three digits of the value where there is none, or one that
    is rounding.

    >>> decimals(12.3456, 0.123), decimals(1234.5, 40.0), decimals(0.01234, math.nan)
    (2, 0, 4)
    >>> decimals(5.0, 4e-16)
    2
    """
    size, digits = abs(standard_error), _DIGITS_OF_ERROR
    if not (math.isfinite(size) and size > _ROUNDING * abs(value)):
        size, digits = abs(value), _DIGITS_OF_VALUE
    if not (math.isfinite(size) and size > 0.0):
        return 0
    wanted = digits - 1 - math.floor(math.log10(size))
    return min(max(wanted, 0), _MOST_DECIMALS)


@dataclass(frozen=True)
class RowStyle:
    """How the numbers of one row are written: in one unit, with one number of decimals."""

    style: UnitStyle
    places: int

    def number(self, value: float, *, sign: bool = False) -> str:
        """Write a stored number on the reader's scale, without its unit."""
        return plain_number(value * self.style.scale, self.places, sign=sign)

    def level(self, value: float) -> str:
        """Write a level, for example ``"12.4 %"``."""
        return self.number(value) + (self.style.level if math.isfinite(value) else "")

    def step(self, value: float, *, sign: bool = True) -> str:
        """Write a difference, for example ``"+1.2 pp"``, or its size, which has no sign."""
        text = self.number(value, sign=sign)
        return text + (self.style.step if math.isfinite(value) else "")

    def range(self, low: float, high: float) -> str:
        """Write an interval, for example ``"−0.20 to 1.40"``."""
        if math.isnan(low) and math.isnan(high):
            return "–"
        return tr("{low} to {high}", low=self.number(low), high=self.number(high))


def row_style(
    unit: str,
    values: Iterable[float],
    errors: Iterable[float] = (),
    clear: Iterable[float] = (),
) -> RowStyle:
    """Find the unit and the decimals in which all numbers of a row are written.

    Stored values, their standard errors, and those numbers that a reader must be able to tell
    from zero. Decimals are two digits of the largest error, more where one of the latter would
    otherwise be rounded to nothing.

    >>> row = row_style("share", [0.55, 0.031, 0.001], [0.004, 0.0021])
    >>> row.level(0.55), row.step(0.031), row.range(-0.001, 0.0125)
    ('55.00 %', '+3.10 pp', '−0.10 to 1.25')
    >>> money = row_style("CNY million", [31_234.0, -512.0], [700.0])
    >>> money.style.axis, money.level(31_234.0), money.step(-512.0)
    ('CNY billion', '31.23', '−0.51')
    >>> row_style("share", [0.5], [0.02], clear=[0.0004]).step(0.0004)
    '+0.04 pp'
    """
    size = max((abs(one) for one in values if math.isfinite(one)), default=math.nan)
    error = max((abs(one) for one in errors if math.isfinite(one)), default=math.nan)
    style = unit_style(unit, size)
    told = [abs(one) * style.scale for one in clear if math.isfinite(one) and one]
    seen = [-math.floor(math.log10(one)) for one in told]
    places = max([decimals(size * style.scale, error * style.scale), *seen])
    return RowStyle(style, min(places, _MOST_DECIMALS))


def error_of(low: float, high: float) -> float:
    """Give about one standard error of what has an interval: a quarter of it."""
    return (high - low) / 4.0


def plain_number(value: float, places: int, *, sign: bool = False) -> str:
    """Write a number with thousands separators and a true minus; a dash where undefined.

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

    >>> level_text(0.12345, "share", 0.004), level_text(1500.4, "CNY million", 20.0)
    ('12.35 %', '1,500')
    """
    return _alone(value, unit, standard_error).level(value)


def step_text(value: float, unit: str, standard_error: float = math.nan) -> str:
    """Write a difference with its sign, for example ``"+1.2 pp"``.

    >>> step_text(0.0123, "share", 0.004)
    '+1.23 pp'
    """
    return _alone(value, unit, standard_error).step(value)


def spread_text(value: float, unit: str, standard_error: float = math.nan) -> str:
    """Write the size of a difference or of an error, which has no sign: ``"0.14 pp"``.

    >>> spread_text(0.0014, "share"), spread_text(2.0, "years")
    ('0.140 pp', '2.00')
    """
    return _alone(value, unit, standard_error).step(value, sign=False)


def range_text(low: float, high: float, unit: str, standard_error: float = math.nan) -> str:
    """Write an interval in the printed unit, for example ``"−0.20 to 1.40"``.

    >>> range_text(-0.002, 0.014, "share", 0.004)
    '−0.20 to 1.40'
    """
    return _alone(max(abs(low), abs(high)), unit, standard_error).range(low, high)


def _alone(value: float, unit: str, error: float) -> RowStyle:
    """Give the style of a number whose unit, if it is money, stands elsewhere."""
    style = unit_style(unit)
    return RowStyle(style, decimals(value * style.scale, error * style.scale))


def amount_text(value: float, style: UnitStyle) -> str:
    """Write a stored number with its unit, four digits of it.

    >>> amount_text(0.0191, unit_style(RATE, 0.03)), amount_text(0.3, unit_style("share"))
    ('191 bp', '30 %')
    >>> amount_text(1.5, unit_style("years")), amount_text(1.5, unit_style("pure number"))
    ('1.5 years', '1.5')
    """
    return number_text(value * style.scale) + (style.level or unit_after(style))


def unit_after(style: UnitStyle) -> str:
    """Give what stands behind a number whose unit has no sign: a space and the unit."""
    return "" if style.axis in {tr(one) for one in _BARE} else f" {style.axis}"


def percent_text(share: float) -> str:
    """Write a confidence or a level, for example ``"95 %"`` or ``"99.9 %"``.

    >>> percent_text(0.95), percent_text(0.999)
    ('95 %', '99.9 %')
    """
    return tr("{number} %", number=f"{unit_style('share').scale * share:.6g}")


def arrangement_text(name: str) -> str:
    """Write the id of an arrangement for readers.

    >>> arrangement_text("loan_with_warrant")
    'Loan with warrant'
    """
    words = name.replace("_", " ")
    text = words[:1].upper() + words[1:]
    found = tr(text)
    # Names that are told apart by a number alone share their word.
    word, _, number = text.rpartition(" ")
    return f"{tr(word)} {number}" if found == text and number.isdigit() else found


def spoken(arrangement: str) -> str:
    """Name an arrangement inside a sentence.

    >>> spoken("plain"), spoken("revenue_swap")
    ('plain lending', 'revenue swap')
    """
    text = arrangement_text(arrangement)
    return tr("plain lending") if text == tr("Plain") else inside(text)


def inside(label: str) -> str:
    """Write a label in the middle of a sentence; what is in capitals stays so.

    >>> inside("Net margin"), inside("RAROC")
    ('net margin', 'RAROC')
    """
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def verdict_word(verdict: str) -> str:
    """Give the one or two words of a verdict, without its reason or its direction.

    >>> verdict_word("better (higher)"), verdict_word("no ranking: within rounding")
    ('better', 'not ranked')
    >>> verdict_word("not resolved"), verdict_word("not enough replications")
    ('not resolved', 'not enough replications')
    """
    word = verdict.partition(":")[0].partition(" (")[0]
    return "not ranked" if word == "no ranking" else word
