"""Whatever a validator says is put into the words of a scenario's author."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, ValidationError, field_validator

from sim.base.errors import ScenarioError
from sim.base.parameter import Broken, Frozen, PositiveFloat, param, within
from sim.scenario.check import explain, validate
from sim.scenario.declared import NOTHING, Fault, look_up, shown
from sim.scenario.read import RawScenario


class Inner(Frozen):
    number: float = param(unit="years", meaning="a length")
    choice: Literal["a", "b"] = "a"


class Model(Frozen):
    bounded: Annotated[float, within(low=0, below=2)] = 1.0
    strict: PositiveFloat = 1.0
    when: date = date(2025, 1, 1)
    inner: dict[str, Inner] = Field(default_factory=dict)
    either: float | Inner = 1.0
    code: str = ""
    many: tuple[float, ...] = ()
    nested: tuple[Inner, ...] = ()

    @field_validator("code")
    @classmethod
    def _short(cls, value: str) -> str:
        if len(value) > 3:
            raise ValueError("too long for a code")
        return value

    def broken_rules(self) -> Iterator[Broken]:
        if self.many == (1.0,):
            yield "", "is odd", "change it"
        if self.many and self.many[0] == 2.0:
            yield "many[0]", "must not be 2", "write 3"
        if self.many == (2.0, 2.0):
            yield "many[1]", "must not be 2 either", "write 3"


class Required(Frozen):
    group: Inner
    groups: dict[str, Inner]


def faults(model: type[Frozen] = Model, **values: Any) -> list[Fault]:
    """Give what is explained of some bad values."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate(values)
    errors = caught.value.errors(include_url=False)
    return [fault for error in errors for fault in explain(error, model, values)]


@pytest.mark.parametrize(
    ("values", "path", "rule", "cure", "instead"),
    [
        ({"bounded": -1.0}, ("bounded",), "at least 0", "nearest legal value is 0", 0.0),
        ({"bounded": 2.0}, ("bounded",), "at least 0 and below 2", "a number below 2", NOTHING),
        ({"when": 3}, ("when",), "must be a date", "give a date", NOTHING),
        ({"when": "2025-02-01"}, ("when",), "must be a date", "2025-02-01 without", NOTHING),
        ({"when": "20250201"}, ("when",), "must be a date", "give a date", NOTHING),
        ({"when": "2025-02-30"}, ("when",), "must be a date", "give a date", NOTHING),
        ({"code": "much"}, ("code",), "too long for a code", "another value", NOTHING),
        ({"many": [1]}, (), "is odd", "change it", NOTHING),
        ({"many": [2]}, ("many", 0), "must not be 2", "write 3", NOTHING),
        (
            {"inner": {"x": {"number": 1.0, "choice": "zzz"}}},
            ("inner", "x", "choice"),
            'must be "a" or "b"',
            "one of these values",
            NOTHING,
        ),
    ],
)
def test_each_kind_of_error_has_its_words(
    values: dict[str, Any], path: tuple[str, ...], rule: str, cure: str, instead: Any
) -> None:
    (fault,) = faults(**values)
    assert fault.path == path
    assert rule in fault.rule
    assert cure in fault.cure
    assert fault.instead == instead


def test_several_rules_of_one_group_are_told_apart() -> None:
    assert [(f.path, f.rule) for f in faults(many=[2, 2])] == [
        (("many", 0), "must not be 2"), (("many", 1), "must not be 2 either"),
    ]  # fmt: skip


def test_missing_tables_are_shown_as_tables() -> None:
    found = faults(Required)
    assert [f.cure for f in found] == ["add [group]", "add [groups.NAME]"]


def test_a_value_that_fits_no_member_of_a_union_is_one_problem() -> None:
    with pytest.raises(ScenarioError) as caught:
        validate(RawScenario({"either": "x"}), Model)
    (problem,) = caught.value.problems
    assert problem.rule == "must be a number or a table"


def test_a_wrong_element_does_not_hide_what_else_is_wrong() -> None:
    values = {"nested": [{"number": "x"}, {"number": 1.0}], "many": [2], "strict": -1}
    with pytest.raises(ScenarioError) as caught:
        validate(RawScenario(values), Model)
    assert {p.key for p in caught.value.problems} == {
        "nested[0].number",
        "strict",
        "many[0]",
    }


def test_rules_that_need_a_list_are_told_though_an_element_is_wrong() -> None:
    with pytest.raises(ScenarioError) as caught:
        validate(RawScenario({"many": ["x"], "code": "much"}), Model)
    assert {p.key for p in caught.value.problems} == {"many[0]", "code"}


def test_values_are_looked_up_and_shown() -> None:
    assert look_up({"a": [1, {"b": 2}]}, ("a", 1, "b")) == 2
    assert look_up({"a": 1}, ("a", "b")) is NOTHING
    assert shown(NOTHING) == ""
    assert shown(None) == "None"
    assert shown("x" * 100).endswith("...")
