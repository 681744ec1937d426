"""What may be called a name, and which two are one to a reader."""

from types import SimpleNamespace
from typing import Any

import pytest

from sim.scenario.names import MOST, MOST_LETTERS, is_made, is_name, misnamed, same_name


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("a", True), ("a b", True), ("a-b_c.d 1", True), ("科技 loan", True), ("٣a", True),
        ("a" * MOST_LETTERS, True), ("a" * (MOST_LETTERS + 1), False), ("", False),
        (" a", False), ("a ", False), ("a.", False), ("_a", False), ("-a", False), ("a\n", False),
        ("a\u00a0b", False), ("a/b", False), ("a,b", False), ("a½", False),
    ],
)  # fmt: skip
def test_letters_digits_and_some_signs_inside_make_a_name(text: str, fits: bool) -> None:
    assert is_name(text) == fits


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("plain+limit", True),
        ("plain+", False),
        ("a (b)", True),
        ("a (b", False),
        ("a ()", False),
        ("a+b (c)", True),
        ("a (b )", False),
    ],
)
def test_names_may_be_made_of_others(text: str, fits: bool) -> None:
    assert is_made(text) == fits


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("plain", "PLAIN", True),
        ("plain", "ｐlain", True),
        ("Straße", "STRASSE", True),
        ("a b", "a\u00a0b", True),
        ("e\u0301", "é", True),
        ("plain", "plain2", False),
    ],
)
def test_names_that_a_reader_takes_for_each_other_are_one(
    one: str, other: str, alike: bool
) -> None:
    assert (same_name(one) == same_name(other)) == alike


def named(**tables: Any) -> Any:
    """A scenario, as far as its names are looked at."""
    empty: dict[str, Any] = {"bank": {}, "sector": {}, "board": {}, "arrangement": {}}
    empty["sources"] = {}
    empty |= {"policy": (), "macro": SimpleNamespace(regime={}), "title": "", "question": ""}
    return SimpleNamespace(**(empty | tables))


def test_two_names_that_look_alike_are_told_at_the_second() -> None:
    (broken,) = misnamed(named(bank={"state": 1, "other": 2, "STATE": 3}))
    assert broken[:2] == ("bank.STATE", 'must not be taken for the name "state"')


def test_names_of_different_tables_may_be_alike() -> None:
    assert not list(misnamed(named(bank={"state": 1}, sector={"State": 2})))


def test_a_programme_is_not_called_as_an_arrangement_is() -> None:
    policy = SimpleNamespace(programme="Loan")
    (broken,) = misnamed(named(arrangement={"loan": 1}, policy=(policy,)))
    assert broken[0] == "policy[0].programme"


def test_there_are_so_many_of_each_at_most() -> None:
    most = MOST["arrangement"]
    fits = {f"a{n}": n for n in range(most)}
    assert not list(misnamed(named(arrangement=fits)))
    (broken,) = misnamed(named(arrangement=fits | {"b": 1}))
    assert broken[:2] == ("arrangement", f"must have at most {most}")


@pytest.mark.parametrize("table", ["title", "question"])
def test_texts_steer_nothing(table: str) -> None:
    (broken,) = misnamed(named(**{table: "a\u202eb"}))
    assert broken[0] == table
