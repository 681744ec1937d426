"""Draws by address: each part of an address matters, and nothing else does.

Known answers, columns against single draws and what a run makes of them are tested with
the random numbers of the house.
"""

import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import chi2

from sim.base import draws
from sim.base.draws import (
    MASK,
    SHOCK,
    TRIAL,
    exponential,
    normal_pair,
    philox,
    replication_key,
    to_uniform,
    uniform_columns,
    uniform_pair,
)
from sim.base.special import normal_cdf

WORD = st.integers(0, MASK)
ADDRESS = (11, 22, 33, SHOCK, 44, 55)
ALARM = 5e-5
"""Chance that a good generator fails on one side of a test."""


# --- One draw ----------------------------------------------------------------------------


def test_two_words_become_the_middle_of_one_of_two_to_the_52_cells() -> None:
    # Each word gives 26 bits; their last 6 bits are not used.
    cell = 2.0**-52
    assert to_uniform(0, 0) == 0.5 * cell
    assert to_uniform(63, 63) == 0.5 * cell
    assert to_uniform(0, 64) == 1.5 * cell
    assert to_uniform(64, 0) == (2.0**26 + 0.5) * cell
    assert to_uniform(1 << 31, 0) == 0.5 + 0.5 * cell
    assert to_uniform(MASK >> 1, MASK) == 0.5 - 0.5 * cell


@pytest.mark.parametrize("high", [0, 1, MASK - 32, MASK])
@pytest.mark.parametrize("low", [0, 1, MASK - 64, MASK])
def test_no_pair_of_words_gives_zero_or_one(high: int, low: int) -> None:
    assert 0.0 < to_uniform(high, low) < 1.0
    column = to_uniform(np.array([high]), np.array([low]))
    assert column.tolist() == [to_uniform(high, low)]


@given(WORD, WORD, WORD)
def test_a_larger_word_never_gives_a_smaller_number(a: int, b: int, low: int) -> None:
    assert to_uniform(min(a, b), low) <= to_uniform(max(a, b), low)
    assert to_uniform(low, min(a, b)) <= to_uniform(low, max(a, b))


def test_the_first_draw_of_the_zero_address_is_known() -> None:
    # Words of the known answer for zeros: 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8;
    # without their last 6 bits.
    u, v = uniform_pair(0, 0, 0, 0, 0, 0)
    assert u == ((0x6627E8D5 >> 6) * 2.0**26 + (0xE169C58D >> 6) + 0.5) / 2.0**52
    assert v == ((0xBC57AC4C >> 6) * 2.0**26 + (0x9B00DBD8 >> 6) + 0.5) / 2.0**52


@pytest.mark.parametrize("part", range(6))
def test_every_part_of_an_address_changes_the_draw(part: int) -> None:
    other = [word + (place == part) for place, word in enumerate(ADDRESS)]
    assert not set(uniform_pair(*ADDRESS)) & set(uniform_pair(*other))


def test_parts_of_an_address_cannot_change_places() -> None:
    assert uniform_pair(1, 2, 3, 4, 5, 6) != uniform_pair(2, 1, 3, 4, 5, 6)
    assert uniform_pair(1, 2, 3, 4, 5, 6) != uniform_pair(1, 2, 3, 4, 6, 5)
    assert uniform_pair(1, 2, 3, 4, 5, 6) != uniform_pair(1, 2, 4, 3, 5, 6)


@pytest.mark.parametrize("ordinal", [-1, -8, -(2**31)])
def test_negative_ordinals_wrap_into_32_bits(ordinal: int) -> None:
    assert uniform_pair(1, 2, 3, 4, ordinal, 0) == uniform_pair(1, 2, 3, 4, ordinal + 2**32, 0)
    u, _ = uniform_columns((1, 2), np.array([3]), 4, ordinal, 0)
    assert u.tolist() == [uniform_pair(1, 2, 3, 4, ordinal, 0)[0]]


def test_exponential_and_normal_draws_are_transforms_of_the_uniform_pair() -> None:
    u, v = uniform_pair(*ADDRESS)
    assert math.exp(-exponential(*ADDRESS)) == pytest.approx(u, rel=1e-15)
    assert [normal_cdf(z) for z in normal_pair(*ADDRESS)] == pytest.approx([u, v], rel=1e-14)


def test_purposes_keep_their_numbers() -> None:
    # Append-only: another number for a purpose would change every published result.
    names = {
        name: code
        for name, code in vars(draws).items()
        if name.isupper()
        and isinstance(code, int)
        and name not in {"MASK", "BLOCK"}
        and name[0] != "_"
    }
    assert len(set(names.values())) == len(names)
    assert names == {
        "BIRTH": 1, "THRESHOLD": 2, "SHOCK": 3, "TRIAL": 4, "EXIT": 5, "WORKOUT": 6,
        "SIGNAL": 7, "ROSTER": 10, "REACH": 11, "ACCOUNT": 12, "MACRO": 101, "FRAILTY": 102,
        "EQUITY_MARKET": 103,
    }  # fmt: skip


def test_every_purpose_is_a_stream_with_a_meaning() -> None:
    names = {name: code for name, (code, _) in draws.STREAMS.items()}
    assert names == {
        name.lower().replace("_", " "): code
        for name, code in vars(draws).items()
        if name.isupper()
        and isinstance(code, int)
        and name not in {"MASK", "BLOCK"}
        and name[0] != "_"
    }
    assert all(meaning for _, meaning in draws.STREAMS.values())


# --- Keys --------------------------------------------------------------------------------


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**40))
def test_a_key_is_two_words(seed: int, replication: int) -> None:
    assert all(0 <= word <= MASK for word in replication_key(seed, replication))


def test_all_bits_of_seed_and_replication_matter() -> None:
    keys = [replication_key(1 << bit, 0) for bit in range(63)]
    keys += [replication_key(0, 1 << bit) for bit in range(63)]
    assert len(set(keys)) == 126


def test_seed_and_replication_are_not_interchangeable() -> None:
    assert replication_key(1, 2) != replication_key(2, 1)


# --- Independence ------------------------------------------------------------------------

N = 20_000
NEIGHBOURS: dict[str, Callable[[int], tuple[NDArray[np.float64], ...]]] = {
    "firms": lambda k: uniform_columns((1, 2), np.arange(N) + k, SHOCK, 7, 0),
    "purposes": lambda k: uniform_columns((1, 2), np.arange(N), SHOCK + k, 7, 0),
    "first ordinals": lambda k: uniform_columns((1, 2), np.arange(N), SHOCK, 7 + k, 0),
    "second ordinals": lambda k: uniform_columns((1, 2), np.arange(N), SHOCK, 7, k),
    "replications": lambda k: uniform_columns(replication_key(9, k), np.arange(N), SHOCK, 7, 0),
    "seeds": lambda k: uniform_columns(replication_key(9 + k, 0), np.arange(N), SHOCK, 7, 0),
}


def excess(counts: NDArray[np.int64]) -> float:
    """Pearson's statistic of counts whose expectations are all the same."""
    expected = counts.sum() / counts.size
    return float(((counts - expected) ** 2 / expected).sum())


def meets_chi_squared(counts: NDArray[np.int64]) -> bool:
    """Whether the statistic is neither too large (uneven) nor too small (too even)."""
    low, high = chi2.ppf([ALARM, 1.0 - ALARM], counts.size - 1)
    return bool(low < excess(counts) < high)


@pytest.mark.parametrize("who", NEIGHBOURS)
def test_neighbours_have_nothing_to_do_with_each_other(who: str) -> None:
    mine, theirs = NEIGHBOURS[who](0)[0], NEIGHBOURS[who](1)[0]
    # 100 cells of the unit square, 200 pairs in each on average.
    cell = (10 * mine).astype(int) * 10 + (10 * theirs).astype(int)
    assert meets_chi_squared(np.bincount(cell, minlength=100))
    # Of independent columns the correlation has standard deviation 1 / sqrt(N).
    assert abs(np.corrcoef(mine, theirs)[0, 1]) < 4.0 / math.sqrt(N)


def test_the_test_of_independence_finds_dependence() -> None:
    u, _ = NEIGHBOURS["firms"](0)
    mixed = np.where(np.arange(N) % 10 == 0, u, NEIGHBOURS["firms"](1)[0])
    cell = (10 * u).astype(int) * 10 + (10 * mixed).astype(int)
    assert not meets_chi_squared(np.bincount(cell, minlength=100))


def words() -> Iterator[NDArray[np.int64]]:
    zero = np.zeros(N, np.int64)
    yield from philox(zero + 1, zero + 2, np.arange(N), zero + TRIAL, zero, zero)


@pytest.mark.parametrize("shift", [0, 8, 16, 24])
def test_every_byte_of_every_word_is_even(shift: int) -> None:
    for word in words():
        assert meets_chi_squared(np.bincount((word >> shift) & 255, minlength=256))


def test_one_bit_of_the_address_turns_half_of_the_bits_of_the_words() -> None:
    # 128 bits each turned with probability one half: over n addresses the share turned has
    # standard deviation 0.5 / sqrt(128 n).
    n, turned = 500, 0
    for firm in range(n):
        pair = zip(philox(1, 2, firm, 3, 4, 5), philox(1, 2, firm ^ 16, 3, 4, 5), strict=True)
        turned += sum((mine ^ theirs).bit_count() for mine, theirs in pair)
    assert abs(turned / (128 * n) - 0.5) < 4.0 * 0.5 / math.sqrt(128 * n)
