"""The frozen base of everything read from a scenario, and the types of its numbers.

A parameter group is a class of :class:`Frozen`; every field is declared with
:func:`param`, so that unit, meaning and legal range stand beside the default. Numbers
are strict: whole numbers are accepted for floats, but booleans, text, nan and infinity
are not. Rules of the model never see these classes, only the numbers in them.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from sim.base.language import tr

# --- Legal ranges of numbers, checked in single numbers, vectors and tables alike ----------------


_LARGE = 10_000
OUT_OF_RANGE = "out_of_range"
"""Type of the validation error that :func:`within` gives, for the loader's wording."""


def within(
    *,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    below: float | None = None,
) -> AfterValidator:
    """Refuse numbers outside a range, alone or anywhere in a vector or a table.

    Bounds `low` and `high` are inclusive, `above` and `below` strict. For use in ``Annotated``;
    its error carries the bounds and every offending element.

    >>> from typing import Annotated
    >>> from pydantic import TypeAdapter
    >>> TypeAdapter(Annotated[float, within(low=0.0, high=1.0)]).validate_python(0.5)
    0.5
    """
    return AfterValidator(Within(low, high, above, below))


@dataclass(frozen=True)
class Within:
    """A legal range that checks values and can be read; bounds as in `within`."""

    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None

    def __call__(self, value: Any) -> Any:
        """Give the value back, or refuse it."""
        bounds = dict(vars(self))
        outside = [leaf for leaf in _numbers(value, ()) if not _inside(leaf[1], bounds)]
        if outside:
            got = ", ".join(f"{number:g}" for _, number in outside)
            rule = f"{range_in_words(bounds)}; got {got}"
            context = {**bounds, "outside": outside, "rule": rule}
            raise PydanticCustomError(OUT_OF_RANGE, "{rule}", context)
        return value

    def __and__(self, other: "Within") -> "Within":
        """Give the range of the numbers that lie in both.

        >>> Within(above=0.0) & Within(high=100.0)
        Within(low=None, high=100.0, above=0.0, below=None)
        """
        return Within(
            low=_furthest(max, self.low, other.low),
            high=_furthest(min, self.high, other.high),
            above=_furthest(max, self.above, other.above),
            below=_furthest(min, self.below, other.below),
        )

    def __str__(self) -> str:
        """Write the range in the signs of the field.

        >>> str(Within(low=0.0, high=1.0)), str(Within(above=0.0)), str(Within())
        ('[0, 1]', '(0, ∞)', 'any number')
        """
        if self == Within():
            return tr("any number")
        left = f"({_number(self.above)}" if self._is_open_below else _end("[", self.low)
        right = f"{_number(self.below)})" if self._is_open_above else _end("]", self.high)
        return f"{left}, {right}"

    @property
    def _is_open_below(self) -> bool:
        return self.above is not None and (self.low is None or self.above >= self.low)

    @property
    def _is_open_above(self) -> bool:
        return self.below is not None and (self.high is None or self.below <= self.high)


def _end(bracket: str, bound: float | None) -> str:
    """Write one end of a range, open where there is no bound."""
    if bracket == "[":
        return "(−∞" if bound is None else f"[{_number(bound)}"
    return "∞)" if bound is None else f"{_number(bound)}]"


def _number(bound: float | None) -> str:
    """Write a bound; a large whole number in full."""
    is_large = isinstance(bound, int) and abs(bound) >= _LARGE
    return f"{bound:,}".replace(",", "\u202f") if is_large else f"{bound:g}"


def _furthest(pick: Any, first: float | None, second: float | None) -> float | None:
    """Give the stricter of two bounds of one side, where there are any."""
    given = [bound for bound in (first, second) if bound is not None]
    return pick(given) if given else None


def range_in_words(bounds: Mapping[str, Any]) -> str:
    """Say a range as a rule.

    >>> range_in_words({"low": 0, "high": 1})
    'must be at least 0 and at most 1'
    >>> range_in_words({"above": 0})
    'must be above 0'
    """
    words = {"low": "at least", "above": "above", "high": "at most", "below": "below"}
    parts = [
        f"{phrase} {bounds[name]:g}"
        for name, phrase in words.items()
        if bounds.get(name) is not None
    ]
    return "must be " + " and ".join(parts)


def _inside(number: float, bounds: Mapping[str, float | None]) -> bool:
    low, high = bounds["low"], bounds["high"]
    above, below = bounds["above"], bounds["below"]
    return (
        (low is None or number >= low)
        and (high is None or number <= high)
        and (above is None or number > above)
        and (below is None or number < below)
    )


def _numbers(value: Any, at: tuple[str | int, ...]) -> list[tuple[tuple[str | int, ...], float]]:
    """List every number in a value with its place; None, text and groups are passed by."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return [(at, value)]
    if isinstance(value, Mapping):
        return [leaf for key, item in value.items() for leaf in _numbers(item, (*at, key))]
    if isinstance(value, tuple | list):
        return [leaf for k, item in enumerate(value) for leaf in _numbers(item, (*at, k))]
    return []


# --- Groups of values, and how their fields are declared -----------------------------------------


Broken = tuple[str, str, str]
"""A rule that does not hold: key, rule with the value that breaks it, and cure."""


class Frozen(BaseModel):
    """A group of values that never changes once it is built.

    Unknown keys are refused, lists become tuples, NumPy scalars and arrays become plain
    numbers, and defaults are checked like everything else.

    >>> class Loan(Frozen):
    ...     rate: float = param(0.04, unit="per year", meaning="interest", low=0.0)
    >>> Loan(rate=1)
    Loan(rate=1.0)
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, validate_default=True,
        # A group within others is never validated alone: most need no validator of their own.
        defer_build=True,
    )  # fmt: skip

    @model_validator(mode="before")
    @classmethod
    def _plain_input(cls, data: Any) -> Any:
        return plain(data) if isinstance(data, Mapping) else data

    def broken_rules(self) -> Iterator[Broken]:
        """Give every rule about several fields that does not hold, to be told in one go.

        The one way in which a group refuses values. Groups with such rules have their own
        version; a group that extends another one goes on with ``super().broken_rules()``. Each
        is a key below the group (dotted; empty for the group itself), the rule with the value
        that breaks it, and the cure.
        """
        yield from ()

    @model_validator(mode="after")
    def _keeps_rules(self) -> Self:
        parts = tuple(self.broken_rules())
        if parts:
            raise RefusedError(*parts)
        return self


class RefusedError(ValueError):
    """What the validator of a group raises: any number of (key, rule, cure)."""

    def __init__(self, *parts: Broken) -> None:
        super().__init__(*parts)
        self.parts = parts

    def __str__(self) -> str:
        """Give one line for each part."""
        return "\n".join(f"{key}: {rule}; {cure}" for key, rule, cure in self.parts)


def no_whole(key: str, shares: Iterable[float], what: str = "") -> Iterator[Broken]:
    """Give the broken rule where shares of a whole do not sum to one; none at all is refused too.

    The key says where they stand, below the group, and `what` they are where it does not.

    >>> ((key, rule, cure),) = no_whole("shares", (0.6, 0.3))
    >>> rule, cure
    ('must sum to 1; got 0.6 + 0.3 = 0.9', 'change the shares, for example the last to 0.4')
    >>> list(no_whole("shares", (0.1, 0.2, 0.7)))
    []
    """
    parts = list(shares)
    total = math.fsum(parts)
    if abs(total - 1.0) > SUM_TOLERANCE:
        # Enough digits to see what is missing.
        written = " + ".join(f"{share:.12g}" for share in parts)
        last = (parts or [0.0])[-1] + 1.0 - total
        example = f", for example the last to {last:.12g}" if 0.0 <= last <= 1.0 else ""
        rule = f"{what} must sum to 1; got {written} = {total:.12g}".lstrip()
        yield key, rule, f"change the shares{example}"


def plain(value: Any) -> Any:
    """Turn lists into tuples and NumPy values into plain ones, at any depth.

    >>> plain({"a": [1, [2, 3]]})
    {'a': (1, (2, 3))}
    """
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(plain(item) for item in value)
    # Duck typing, so that reading a scenario does not need NumPy.
    if hasattr(value, "tolist") and hasattr(value, "dtype"):
        return plain(value.tolist())
    return value


def param(
    default: Any = ...,
    *,
    unit: str,
    meaning: str,
    low: float | None = None,
    high: float | None = None,
    words: str = "",
) -> Any:
    """Declare one field of a parameter group.

    Parameters
    ----------
    default : any, optional
        Left out: the scenario must give the value.
    unit : str
        In words: ``"per year"``, ``"years"``, ``"share"``, ``"CNY million"``; empty for
        text, switches and nested groups.
    meaning : str
        What the number is, in the field's words.
    low, high : float, optional
        Least and greatest legal value; for vectors they hold for every element.
        Strict bounds come from the types of this file, such as ``PositiveFloat``.
    words : str, optional
        For a term of a clause: a sentence that tells it where it is not its default;
        ``{value}`` stands for the number in words.

    Examples
    --------
    >>> class Line(Frozen):
    ...     size: float = param(30.0, unit="CNY million", meaning="limit", low=0.0)
    >>> Line.model_fields["size"].json_schema_extra
    {'unit': 'CNY million', 'low': 0.0, 'high': None}
    """
    extra: dict[str, Any] = {"unit": unit, "low": low, "high": high}
    if words:
        extra["words"] = words
    field = Field(default, description=meaning, json_schema_extra=extra)
    if low is not None or high is not None:
        field.metadata.append(within(low=low, high=high))
    return field


NOMINAL = "nominal"
"""Key of the extras of a field that holds an amount which does not follow prices."""


def stated_amount(default: Any = ..., **told: Any) -> Any:
    """Declare an amount that a law or a contract states in the money of its day.

    As `param`; `sim.scenario.prices` says what becomes of it where prices rise.
    """
    field = param(default, **told)
    field.json_schema_extra[NOMINAL] = True
    return field


SUM_TOLERANCE = 1e-9
"""How far shares that must sum to one may be from it."""

Share = Annotated[float, within(low=0.0, high=1.0)]
"""A part of a whole, in [0, 1]."""

PositiveFloat = Annotated[float, within(above=0.0)]
"""A number above 0."""

NonNegative = Annotated[float, within(low=0.0)]
"""A number of at least 0."""

PositiveInt = Annotated[int, within(low=1)]
"""A count of at least 1."""

StageVector = tuple[float, float, float, float]
"""One number for each stage: start-up, growth, expansion, mature."""
