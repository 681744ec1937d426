"""Every scenario file gives the numbers that are stored beside this file."""

import pytest

from tests.house.baseline import shipped_outcomes
from tests.house.net import (
    EVENTS,
    MOVED,
    RENAMED,
    Numbers,
    cases,
    differences,
    measured,
    stored,
)

CURE = "if this was wanted: python -m tests.house.refresh_net"


@pytest.fixture(scope="module")
def new() -> Numbers:
    return measured()


@pytest.mark.full
@pytest.mark.parametrize("case", cases())
def test_a_file_gives_the_same_numbers_and_the_same_events(case: str, new: Numbers) -> None:
    changes = [
        line for line in differences({case: stored()[case]}, {case: new[case]})
        if line.split(": ")[1].split(",")[0] not in MOVED
    ]  # fmt: skip
    shown = "\n".join(changes[:20])
    assert not changes, f"{len(changes)} numbers moved; {CURE}\n{shown}"


def test_every_file_is_held_with_every_outcome_and_its_events() -> None:
    assert set(stored()) == set(cases()), CURE
    for outcomes in stored().values():
        names = {RENAMED.get(name, name) for name in outcomes}
        assert names == shipped_outcomes() | {EVENTS}, CURE


def test_names_that_changed_are_those_of_outcomes() -> None:
    first = next(iter(stored().values()))
    assert set(RENAMED) <= set(first)
    assert set(RENAMED.values()) <= shipped_outcomes()
    assert set(MOVED) <= shipped_outcomes()


def test_a_changed_a_new_and_a_lost_number_are_told_apart() -> None:
    old: Numbers = {"file": {"a": {"plain": [1.0, None]}, "b": {"plain": ["x"]}}}
    new: Numbers = {
        "file": {"a": {"plain": [1.0, 3.0]}, "b": {"plain": ["y"]}, "c": {"plain": [1.0]}}
    }
    assert list(differences(old, new)) == [
        "file: a, plain: [1.0, None] -> [1.0, 3.0]",
        "file: b, plain: ['x'] -> ['y']",
        "file: c, plain: None -> [1.0]",
    ]
    assert not list(differences(old, old))
