"""Rate and time left count what this run did, over one batch or many."""

from collections.abc import Sequence

import pytest

from sim.experiment.progress import RUNS, Pace


def paced(told: Sequence[tuple[float, int, int]], what: str = RUNS) -> str:
    """Words after being told of each number at its time."""
    clock = iter([time for time, _, _ in told])
    pace = Pace(what, lambda: next(clock))
    for _, done, total in told:
        pace.take_note(done, total)
    return pace.words()


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ([(5.0, 0, 40)], "0 of 40 runs"),
        ([(5.0, 0, 40), (7.0, 8, 40)], "8 of 40 runs, 4 per second, about 8.0 s left"),
        # What an earlier run had done says nothing of this one's speed.
        ([(0.0, 7, 10), (20.0, 9, 10)], "9 of 10 runs, 0.1 per second, about 10 s left"),
        ([(0.0, 7, 10), (20.0, 10, 10)], "3 runs in 20 s, 0.15 per second"),
        # Nothing was left to do.
        ([(0.0, 10, 10)], "0 runs in 0.0 s"),
    ],
)
def test_words_tell_rate_and_time_left(told: list[tuple[float, int, int]], words: str) -> None:
    assert paced(told) == words


def test_a_batch_has_a_pace_of_its_own_and_all_are_counted_at_the_end() -> None:
    first = [(0.0, 0, 4), (40.0, 4, 4)]
    assert paced([*first, (50.0, 0, 6), (51.0, 2, 6)]) == (
        "2 of 6 runs, 2 per second, about 2.0 s left"
    )
    assert paced([*first, (50.0, 0, 6), (60.0, 6, 6)]) == "10 runs in 60 s, 0.17 per second"


def test_a_total_may_grow_on_the_way() -> None:
    told = [(0.0, 0, 4), (2.0, 4, 4), (3.0, 6, 8)]
    assert paced(told) == "6 of 8 runs, 2 per second, about 1.0 s left"
