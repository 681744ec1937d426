"""The frozen base of everything read from a scenario, and the types of its numbers.

A parameter group is a class of :class:`Frozen`; every field is declared with
:func:`param`, so that unit, meaning and legal range stand beside the default. Numbers
are strict: whole numbers are accepted for floats, but booleans, text, nan and infinity
are not. Rules of the model never see these classes, only the numbers in them.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sim.base.ranges import within

Broken = tuple[str, str, str]
"""A rule that does not hold: key, rule with the value that breaks it, and cure."""


class Frozen(BaseModel):
    """A group of values that never changes once it is built.

    Unknown keys are refused, lists become tuples, NumPy scalars and arrays become plain
    numbers, and defaults are checked like everything else.

    Examples
    --------
    >>> class Loan(Frozen):
    ...     rate: float = param(0.04, unit="per year", meaning="interest", low=0.0)
    >>> Loan(rate=1)
    Loan(rate=1.0)
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        validate_default=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _plain_input(cls, data: Any) -> Any:
        return plain(data) if isinstance(data, Mapping) else data

    def broken_rules(self) -> Iterator[Broken]:
        """Give every rule about several fields that does not hold, to be told in one go.

        The one way in which a group refuses values. Groups with such rules have their own
        version; a group that extends another one goes on with ``super().broken_rules()``.

        Yields
        ------
        (key, rule, cure)
            Key below the group (dotted; empty for the group itself), the rule with the
            value that breaks it, and the cure.
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
    """Give the broken rule where shares of a whole do not sum to one.

    Parameters
    ----------
    key : str
        Where they stand, below the group.
    shares : iterable of float
        None at all is refused too.
    what : str, optional
        What they are, where the key does not say it.

    Examples
    --------
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

    Examples
    --------
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

    Returns
    -------
    any
        A pydantic field, typed loosely so that it can stand as a default.

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
