"""The frozen base of everything read from a scenario, and the types of its numbers.

A parameter group is a class of :class:`Frozen`; every field is declared with
:func:`param`, so that unit, meaning and legal range stand beside the default. Numbers
are strict: whole numbers are accepted for floats, but booleans, text, nan and infinity
are not. Rules of the model never see these classes, only the numbers in them.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from sim.base.ranges import within


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

    def broken_rules(self) -> Iterable[tuple[str, str, str]]:
        """Give every rule about several fields that does not hold.

        Groups with such rules have their own version, usually a generator; all that it
        gives is told in one go.

        Returns
        -------
        iterable of (key, rule, cure)
            Key below the group (dotted; empty for the group itself), the rule with the
            value that breaks it, and the cure.
        """
        return ()

    @model_validator(mode="after")
    def _keeps_rules(self) -> Self:
        parts = tuple(self.broken_rules())
        if parts:
            raise RefusedError(*parts)
        return self


class RefusedError(ValueError):
    """What a validator of a whole group raises: any number of (key, rule, cure).

    Parameters
    ----------
    *parts : tuple of three str
        Key below the group (dotted; empty for the group itself), rule with the value
        that breaks it, and cure.

    See Also
    --------
    refuse : the usual way to build one.
    """

    def __init__(self, *parts: tuple[str, str, str]) -> None:
        super().__init__(*parts)
        self.parts = parts

    def __str__(self) -> str:
        """Give one line for each part."""
        return "\n".join("|".join(part) for part in self.parts)


def refuse(key: str, rule: str, cure: str) -> RefusedError:
    """Build the error of a validator that looks at several fields together.

    Parameters
    ----------
    key : str
        Dotted key below the group that is validated, where the reader should look.
    rule : str
        What must hold, and the value that breaks it.
    cure : str
        How to put it right.

    Examples
    --------
    >>> str(refuse("shares", "must sum to 1; got 0.9", "give one share per bank"))
    'shares|must sum to 1; got 0.9|give one share per bank'
    """
    return RefusedError((key, rule, cure))


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


def _sums_to_one(value: tuple[float, ...]) -> tuple[float, ...]:
    """Sum to 1."""
    total = math.fsum(value)
    if abs(total - 1.0) > SUM_TOLERANCE:
        raise refuse(
            "",
            f"must sum to 1; got {total:g} ({' + '.join(f'{v:g}' for v in value)})",
            "change the shares so that they sum to 1",
        )
    return value


def _never_falls(value: Sequence[float]) -> Sequence[float]:
    """Do not fall."""
    for k, (first, second) in enumerate(pairwise(value)):
        if second < first:
            raise refuse(
                "",
                f"must not fall from one element to the next; {second:g} follows {first:g}",
                f"put the values in order, from element {k + 1} on",
            )
    return value


SUM_TOLERANCE = 1e-9
"""How far shares that must sum to one may be from it."""

Share = Annotated[float, within(low=0.0, high=1.0)]
"""A part of a whole, in [0, 1]."""

OpenShare = Annotated[float, within(above=0.0, below=1.0)]
"""A share or a probability strictly between 0 and 1."""

PositiveFloat = Annotated[float, within(above=0.0)]
"""A number above 0."""

NonNegative = Annotated[float, within(low=0.0)]
"""A number of at least 0."""

PositiveInt = Annotated[int, within(low=1)]
"""A count of at least 1."""

NonNegativeInt = Annotated[int, within(low=0)]
"""A count of at least 0."""

Rate = Annotated[float, within(low=-1.0, high=1.0)]
"""A rate per year as a fraction (0.04 is 4 % a year), in [-1, 1]."""

Hazard = Annotated[float, within(low=0.0)]
"""An intensity per year, at least 0."""

Correlation = Annotated[float, within(low=-1.0, high=1.0)]
"""A correlation, in [-1, 1]."""

StageVector = tuple[float, float, float, float]
"""One number for each stage: start-up, growth, expansion, mature."""

StageShares = tuple[Share, Share, Share, Share]
"""One share in [0, 1] for each stage."""

StageHazards = tuple[Hazard, Hazard, Hazard, Hazard]
"""One intensity per year, at least 0, for each stage."""

StageAmounts = tuple[NonNegative, NonNegative, NonNegative, NonNegative]
"""One amount of at least 0 for each stage."""

StagePositives = tuple[PositiveFloat, PositiveFloat, PositiveFloat, PositiveFloat]
"""One number above 0 for each stage."""

StageMix = Annotated[StageShares, AfterValidator(_sums_to_one)]
"""Shares of the four stages that sum to 1."""

Shares = Annotated[tuple[Share, ...], AfterValidator(_sums_to_one)]
"""Any number of shares that sum to 1."""

Rising = Annotated[tuple[float, ...], AfterValidator(_never_falls)]
"""Any number of values, none below the one before it."""
