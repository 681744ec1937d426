"""Ranges hold for numbers, and for every element of vectors and tables."""

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ValidationError

from sim.base.parameter import OUT_OF_RANGE, Within, range_in_words, within


class Group(BaseModel):
    number: Annotated[float | None, within(low=0, high=2)] = None
    vector: Annotated[tuple[float, ...], within(low=0)] = ()
    table: Annotated[dict[str, Any], within(above=0, below=9)] = {}


def outside(**values: Any) -> list[Any]:
    """Give the elements that one bad group is refused for."""
    with pytest.raises(ValidationError) as caught:
        Group(**values)
    (error,) = caught.value.errors()
    assert error["type"] == OUT_OF_RANGE
    return list(error["ctx"]["outside"])


def test_every_offending_element_is_named() -> None:
    assert outside(number=3) == [((), 3.0)]
    assert outside(vector=(1, -1, 2, -3)) == [((1,), -1.0), ((3,), -3.0)]
    assert outside(table={"a": {"b": [1, 9]}, "c": 0}) == [(("a", "b", 1), 9), (("c",), 0)]


def test_text_switches_and_none_are_passed_by() -> None:
    group = Group(number=None, table={"a": "text", "b": True, "c": None})
    assert group.number is None


def test_the_message_says_rule_and_values() -> None:
    with pytest.raises(ValidationError, match="must be at least 0; got -1, -3"):
        Group(vector=(-1, -3))


def test_a_range_is_said_in_words() -> None:
    assert range_in_words({"above": 0, "below": 1}) == "must be above 0 and below 1"


def test_a_range_is_written_with_open_and_closed_ends() -> None:
    assert str(Within(low=0.0, below=1.0)) == "[0, 1)"
    assert str(Within(above=0.0, high=2.5)) == "(0, 2.5]"
    assert str(Within(high=1.0)) == "(−∞, 1]"
    assert str(Within(low=1.0, above=1.0)) == "(1, ∞)"
    assert str(Within(low=0, high=2**63 - 1)).replace("\u202f", "") == f"[0, {2**63 - 1}]"


def test_two_ranges_leave_what_lies_in_both() -> None:
    assert Within(low=0.0, high=5.0) & Within(low=-1.0, high=2.0) == Within(low=0.0, high=2.0)
    assert Within() & Within(above=3.0) == Within(above=3.0)
