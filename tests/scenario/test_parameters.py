"""Every parameter and every kind of clause, read off the declared groups."""

from datetime import date
from typing import Annotated, Literal

import pytest
from pydantic import Field

from sim.base.parameter import Frozen, NonNegative, Share, StageVector, param
from sim.model.contracts.arrangement import CLAUSES, Arrangement
from sim.scenario.parameters import clause_kinds, legal_range, parameters
from sim.scenario.scenario import Scenario


class Inner(Frozen):
    size: float = param(1.0, unit="x", meaning="size", low=0.5, high=2)


class Other(Frozen):
    size: float | None = param(None, unit="x", meaning="size", low=0.5, high=2)


class Nothing(Frozen):
    """Nothing at all."""

    kind: Literal["none"] = "none"


class Some(Frozen):
    """Something.

    More about it.
    """

    kind: Literal["some"]
    part: Share = param(unit="share", meaning="part")


class More(Some):
    """More."""

    kind: Literal["more"]  # type: ignore[assignment]


class Step(Frozen):
    date: float = param(unit="years", meaning="when")


class World(Frozen):
    inner: Inner = param(unit="", meaning="one")
    named: dict[str, Other] = param({}, unit="", meaning="by name")
    listed: tuple[Step, ...] = param((), unit="", meaning="in order")
    clause: Annotated[Nothing | Some | More, Field(discriminator="kind")] = param(
        Nothing(), unit="", meaning="a clause"
    )
    word: str = param("a", unit="", meaning="a word")


def found() -> dict[str, tuple[str, str, str | None, tuple[str, ...]]]:
    return {p.key: (p.unit, p.legal, p.default, p.kinds) for p in parameters(World)}


def test_leaves_are_told_with_unit_range_and_default() -> None:
    assert found()["inner.size"] == ("x", "[0.5, 2]", "1.0", ())
    assert found()["word"] == ("text", "text", '"a"', ())


def test_a_group_with_the_same_fields_is_told_once() -> None:
    assert found()["named"] == ("table", "as [inner]", "", ())
    assert "named.NAME.size" not in found()


def test_keys_of_lists_and_of_kinds_say_where_they_belong() -> None:
    assert found()["listed[N].date"] == ("years", "any number", None, ())
    assert found()["clause.part"] == ("share", "[0, 1]", None, ("some", "more"))


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (Share, "[0, 1]"),
        (NonNegative | None, "[0, ∞)"),
        (float, "any number"),
        (int, "whole number"),
        (bool, "true or false"),
        (str, "text"),
        (Literal["a", "b"], "one of a, b"),
        (StageVector, "4 values, each any number"),
        (tuple[Share, ...], "list of values, each in [0, 1]"),
        (date, "date"),
        (dict[str, NonNegative], "table of values, each in [0, ∞)"),
    ],
)
def test_ranges_follow_from_types(annotation: object, words: str) -> None:
    assert legal_range(annotation) == words


def test_bounds_of_a_field_and_of_its_type_hold_together() -> None:
    class Both(Frozen):
        years: NonNegative = param(unit="years", meaning="both", high=9)

    (one,) = parameters(Both)
    assert one.legal == "[0, 9]"


def test_every_key_of_a_scenario_has_unit_range_and_meaning() -> None:
    known = parameters(Scenario)
    assert len({(p.key, p.kinds) for p in known}) == len(known)
    assert [p.key for p in known if not (p.unit and p.legal and p.meaning)] == []
    by_key = {p.key: p for p in known}
    assert by_key["lifecycle.recovery_quality_slope"].legal == "[-5, 5]"
    assert by_key["arrangement.NAME.upside.coverage"].kinds == ("warrant", "swap")
    assert by_key["policy[N].eligibility"].legal == "as [arrangement.NAME.eligibility]"


def test_every_clause_has_one_neutral_kind() -> None:
    known = clause_kinds(Arrangement)
    assert {one.clause for one in known} == set(CLAUSES)
    for clause in CLAUSES:
        assert sum(one.is_neutral for one in known if one.clause == clause) == 1
    assert all(one.meaning.endswith(".") and "\n" not in one.meaning for one in known)
    assert next(one for one in known if one.kind == "warrant").keys[0] == "coverage"
