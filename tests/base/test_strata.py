"""Flagged keys: antithetic uniforms, and one firm of a block in each stratum."""

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.base.draws import (
    BIRTH,
    BLOCK,
    EQUITY_MARKET,
    MACRO,
    MASK,
    SHOCK,
    THRESHOLD,
    flag_place,
    flagged,
    replication_key,
    stratum,
    uniform_columns,
    uniform_pair,
)

KEY = replication_key(5, 0)
FIRMS = range(200)


def drawn(key: tuple[int, int], purpose: int = SHOCK, a: int = 3) -> np.ndarray:
    """Both uniforms of each firm, shape (n_firms, 2)."""
    return np.array([uniform_pair(*key, firm, purpose, a, 0) for firm in FIRMS])


def pair_of(antithetic: Iterable[int], stratified: Iterable[int] = ()) -> list[tuple[int, int]]:
    return [flagged(KEY, antithetic, stratified, second) for second in (False, True)]


def test_the_first_of_a_pair_is_as_without_mirrors() -> None:
    assert pair_of([SHOCK, MACRO])[0] == KEY


@pytest.mark.parametrize("purpose", [BIRTH, SHOCK, MACRO, EQUITY_MARKET])
def test_the_second_of_a_pair_mirrors_what_is_flagged_exactly(purpose: int) -> None:
    first, second = pair_of([purpose])
    # Both ends of the unit interval are exact in binary.
    assert np.array_equal(drawn(second, purpose), 1.0 - drawn(first, purpose))


def test_the_second_of_a_pair_has_draws_of_its_own_where_nothing_is_antithetic() -> None:
    first, second = pair_of([THRESHOLD])
    one, two = drawn(first, SHOCK), drawn(second, SHOCK)
    assert not np.any(one == two)
    assert abs(np.corrcoef(one[:, 0], two[:, 0])[0, 1]) < 4.0 / np.sqrt(len(FIRMS))


def test_every_stratum_of_a_block_holds_one_firm() -> None:
    key = flagged(KEY, [], [SHOCK], False)
    for ordinal in (0, 1, -7):
        for column in drawn(key, SHOCK, ordinal).T:
            for start in (0, BLOCK):
                block = np.sort(np.floor(column[start : start + BLOCK] * BLOCK).astype(int))
                assert block.tolist() == list(range(BLOCK))


def test_other_draws_do_not_move_where_one_purpose_is_spread_evenly() -> None:
    key = flagged(KEY, [], [SHOCK], False)
    assert np.array_equal(drawn(key, THRESHOLD), drawn(KEY, THRESHOLD))
    # A firm may happen to be in its stratum already: about one in 64.
    assert np.mean(drawn(key, SHOCK) == drawn(KEY, SHOCK)) < 0.1


def test_mirrors_and_strata_go_together() -> None:
    first, second = pair_of([SHOCK], [SHOCK])
    assert np.array_equal(drawn(second), 1.0 - drawn(first))


@pytest.mark.parametrize("antithetic", [[], [SHOCK]])
@pytest.mark.parametrize("stratified", [[], [SHOCK]])
@pytest.mark.parametrize("second", [False, True])
def test_columns_are_the_single_draws_under_every_flag(
    antithetic: list[int], stratified: list[int], second: bool
) -> None:
    key = flagged(KEY, antithetic, stratified, second)
    u, v = uniform_columns(key, np.array(FIRMS), SHOCK, 3, 0)
    assert np.array_equal(np.column_stack([u, v]), drawn(key))


@given(st.integers(0, MASK))
def test_a_permutation_gives_each_stratum_once(word: int) -> None:
    assert {stratum(place, word) for place in range(BLOCK)} == set(range(BLOCK))


@given(st.integers(0, BLOCK - 1), st.integers(0, MASK))
def test_every_stratum_is_equally_likely_for_every_firm(place: int, word: int) -> None:
    # Over the 64 values of the last shift alone, whatever the rest of the word.
    rest = word & ~(63 << 21)
    assert {stratum(place, rest | (shift << 21)) for shift in range(BLOCK)} == set(range(BLOCK))


def test_strata_of_two_purposes_are_independent() -> None:
    # Chi-square of the strata of one firm at two addresses, over many replications.
    counts = np.zeros((4, 4))
    for number in range(1600):
        key = flagged(replication_key(9, number), [], [BIRTH], False)
        u, v = uniform_pair(*key, 17, BIRTH, 2, 0)
        counts[int(4 * u), int(4 * v)] += 1
    expected = counts.sum() / 16
    chi2 = ((counts - expected) ** 2 / expected).sum()
    assert chi2 < 37.7, "15 degrees of freedom, chance 0.001"


def test_flags_have_places_of_their_own() -> None:
    purposes = [*range(1, 11), 101, 102, 103]
    places = {flag_place(purpose) for purpose in purposes}
    assert len(places) == len(purposes)
    assert min(places) > 31
    assert max(places) < 62
