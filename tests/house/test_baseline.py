"""A small run of all arrangements gives the numbers that are stored beside this file."""

from tests.house.baseline import Numbers, measured, moved, shipped_outcomes, stored

CURE = "if this was wanted: python -m tests.house.refresh_baseline"


def test_the_stored_run_gives_the_same_numbers() -> None:
    changes = list(moved(stored(), measured()))
    shown = "\n".join(changes[:20])
    assert not changes, f"{len(changes)} numbers moved; {CURE}\n{shown}"


def test_the_stored_run_holds_every_outcome() -> None:
    assert shipped_outcomes() <= set(stored()), CURE


def test_a_changed_a_new_and_a_lost_number_are_told_apart() -> None:
    old: Numbers = {"a": {"plain": [1.0, None]}, "b": {"plain": [2.0]}}
    new: Numbers = {"a": {"plain": [1.0, 3.0]}, "c": {"plain": [2.0]}}
    assert list(moved(old, new)) == [
        "a, plain: 1, undefined -> 1, 3", "b, plain: gone", "c, plain: new",
    ]  # fmt: skip
    assert not list(moved(old, old))
    rounded: Numbers = {"a": {"plain": [1.0 + 1e-15, None]}, "b": {"plain": [2.0]}}
    assert not list(moved(old, rounded))
