"""Groups are frozen, their numbers strict, and ranges hold for every element."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from sim.base.parameter import (
    Broken,
    Frozen,
    NonNegative,
    PositiveFloat,
    PositiveInt,
    Share,
    StageVector,
    no_whole,
    param,
    plain,
)


class Group(Frozen):
    number: float = param(1, unit="years", meaning="a length", low=0, high=2)
    vector: StageVector = param((1, 2, 3, 4), unit="", meaning="by stage", low=0)


def build(annotation: Any, value: Any) -> Any:
    """Check one value against one type."""
    group = type("One", (Frozen,), {"__annotations__": {"x": annotation}})
    return group(x=value).x


def test_a_group_never_changes() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Group().number = 2.0  # type: ignore[misc]


def test_unknown_keys_are_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Group(numbr=1)  # type: ignore[call-arg]


def test_whole_numbers_become_floats_and_lists_become_tuples() -> None:
    group = Group.model_validate({"number": 2, "vector": [1, 2, 3, 4]})
    assert repr(group.number) == "2.0"
    assert group.vector == (1.0, 2.0, 3.0, 4.0)
    assert isinstance(Group().number, float)


def test_values_of_numpy_become_plain() -> None:
    group = Group(number=np.float32(0.5), vector=np.arange(4))  # type: ignore[arg-type]
    assert type(group.number) is float
    assert group.vector == (0.0, 1.0, 2.0, 3.0)
    assert plain(np.int64(3)) == 3


@pytest.mark.parametrize("value", [True, "1", float("nan"), float("inf"), None, [1]])
def test_only_finite_numbers_are_numbers(value: Any) -> None:
    with pytest.raises(ValidationError):
        Group(number=value)


@pytest.mark.parametrize("value", [True, 1.0, "1"])
def test_only_whole_numbers_are_counts(value: Any) -> None:
    with pytest.raises(ValidationError):
        build(PositiveInt, value)


def test_unit_meaning_and_range_stand_beside_the_default() -> None:
    field = Group.model_fields["number"]
    assert field.description == "a length"
    assert field.json_schema_extra == {"unit": "years", "low": 0, "high": 2}


LEGAL = [
    (Share, 0, 1),
    (PositiveFloat, 1e-300, 1e9),
    (NonNegative, 0, 1e9),
    (PositiveInt, 1, 10**9),
    (StageVector, (0, -1, 0, 0), (9, 9, 9, 9)),
]


@pytest.mark.parametrize(("annotation", "least", "most"), LEGAL)
def test_the_ends_of_a_range_are_legal(annotation: Any, least: Any, most: Any) -> None:
    assert build(annotation, least) == least
    assert build(annotation, most) == most


ILLEGAL = [
    (Share, -0.01),
    (Share, 1.01),
    (PositiveFloat, 0),
    (NonNegative, -1e-9),
    (PositiveInt, 0),
    (StageVector, (1, 2, 3)),
]


@pytest.mark.parametrize(("annotation", "value"), ILLEGAL)
def test_values_outside_a_range_are_refused(annotation: Any, value: Any) -> None:
    with pytest.raises(ValidationError):
        build(annotation, value)


def test_a_sum_that_is_refused_shows_what_is_missing() -> None:
    ((key, rule, cure),) = no_whole("shares", [0.33333333] * 3)
    assert key == "shares"
    assert rule == "must sum to 1; got 0.33333333 + 0.33333333 + 0.33333333 = 0.99999999"
    assert cure.endswith("the last to 0.33333334")
    assert list(no_whole("shares", [0.33333333, 0.33333333, 0.33333334])) == []
    assert list(no_whole("shares", [1 / 3] * 3)) == []
    ((_, _, cure),) = no_whole("shares", [0.9, 0.7, 0.1])
    assert cure == "change the shares"


class Loan(Frozen):
    low: float = param(1, unit="", meaning="least")
    high: float = param(2, unit="", meaning="most")

    def broken_rules(self) -> Iterator[Broken]:
        if self.low > self.high:
            yield "low", "must not be above high", "lower it"
            yield "high", "must not be below low", "raise it"


def test_all_broken_rules_of_a_group_are_told_together() -> None:
    assert Loan(low=2).low == 2.0
    with pytest.raises(ValidationError) as caught:
        Loan(low=3)
    error = caught.value.errors()[0]["ctx"]["error"]
    assert [key for key, _, _ in error.parts] == ["low", "high"]
    assert str(error).splitlines()[0] == "low: must not be above high; lower it"
