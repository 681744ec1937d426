"""Random numbers by address: what is drawn depends on who asks for what, never on when.

A draw is a pure function of (root seed, replication, firm, purpose, first ordinal, second
ordinal), computed with the Philox 4x32-10 generator. So every arrangement uses common random
numbers, and adding a firm, a bank, an outcome or a worker changes no other draw.

The functions use integers masked to 32 bits, so that ordinary Python (unbounded integers),
NumPy arrays and compiled code (64-bit signed integers that wrap) give the same bits.
Above its 32 bits a key word may carry flags, one for each purpose, that say which uniforms
are antithetic and which are spread evenly over a block of firms; without
them the draws are what they always were.
Purposes are an append-only list: renumbering one would change every published result.

References
----------
Salmon, Moraes, Dror and Shaw (2011), Parallel random numbers: as easy as 1, 2, 3,
SC'11; known-answer values of the Random123 library are tested.
"""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.base.special import normal_quantile

# --- Flags of a key: which draws of a pair are antithetic, which are spread evenly over firms ----
# A key word has 32 bits. Above them each purpose has a bit: in the first word it says that
# the uniforms of the purpose are antithetic, in the second that they are stratified. All
# functions here are plain arithmetic on integers, for single numbers, columns and compiled
# code alike.
# References
# ----------
# Hammersley and Morton (1956), A new Monte Carlo technique: antithetic variates; McKay,
# Beckman and Conover (1979), A comparison of three methods, for one value in each stratum.


BLOCK = 64
"""Firms that share one set of strata; adding a firm changes no firm before it."""
_FIRMS, _SYSTEM, _SECOND = 32, 48, 62
_UNDER_STRATUM = 0x03FFFFFF


def flag_place(purpose: int) -> int:
    """Bit of a key word that flags a purpose: a firm's from 32 on, the system's from 48 on.

    >>> flag_place(1), flag_place(101)
    (33, 48)
    """
    # Never beyond the word, whatever the number.
    return _FIRMS + purpose if purpose < 16 else _SYSTEM + ((purpose - 101) & 7)


def flagged(
    key: tuple[int, int], antithetic: Iterable[int], stratified: Iterable[int], is_second: bool
) -> tuple[int, int]:
    """A key with flags.

    Mirrored are the purposes whose uniforms the second of a pair mirrors (the first mirrors
    nothing), stratified those spread evenly over each block of firms. Words lie in [0, 2**32).

    >>> flagged((7, 8), [1], [], False)
    (7, 8)
    >>> first, second = flagged((7, 8), [1], [2], True)
    >>> first == 7 | (1 << 33) | (1 << 62), second == 8 | (1 << 34)
    (True, True)
    """
    first, second = key
    if is_second:
        first |= 1 << _SECOND
        for purpose in antithetic:
            first |= 1 << flag_place(purpose)
    for purpose in stratified:
        second |= 1 << flag_place(purpose)
    return first, second


def second_of_pair(k0: Any) -> Any:
    """One for the second of a pair of antithetic histories, otherwise zero."""
    return (k0 >> _SECOND) & 1


def block_of(firm: Any) -> Any:
    """Block of a firm."""
    return firm >> 6


def in_stratum(word: Any, firm: Any, shuffle: Any) -> Any:
    """A word whose six leading bits are the firm's stratum.

    The word is the leading one of a uniform number, `shuffle` a random word of the firm's block.
    """
    return (word & _UNDER_STRATUM) | (stratum(firm & 63, shuffle) << 26)


def stratum(place: Any, word: Any) -> Any:
    """Stratum of one of 64 firms of a block, by a permutation that a random `word` chooses.

    The last shift alone makes every stratum equally likely for every firm.

    >>> len({stratum(place, 123456789) for place in range(64)})
    64
    """
    x = (place * (2 * (word & 31) + 1) + ((word >> 5) & 63)) & 63
    x = x ^ (x >> 3)
    x = (x * (2 * ((word >> 11) & 31) + 1)) & 63
    x = x ^ (x >> 2)
    x = x * (2 * ((word >> 16) & 31) + 1)
    return (x + ((word >> 21) & 63)) & 63


# --- Purposes, and numbers at an address ---------------------------------------------------------


MASK = 0xFFFFFFFF

# Purposes of one firm (append only), then of the system, where the firm is zero or a bank.
BIRTH = 1
THRESHOLD = 2
SHOCK = 3
TRIAL = 4
EXIT = 5
WORKOUT = 6
SIGNAL = 7
ROSTER = 10  # 8 and 9 stay free: an old number must not come back with a new meaning
REACH = 11
ACCOUNT = 12
MACRO = 101
FRAILTY = 102
EQUITY_MARKET = 103

STREAMS = {
    "birth": (BIRTH, "a firm's date of entry, sector, bank, quality, cash and ownership"),
    "threshold": (THRESHOLD, "unit-exponential thresholds, by cause and ordinal"),
    "shock": (SHOCK, "quarterly steps of scale and valuation, by calendar quarter"),
    "trial": (TRIAL, "whether a step works, and whether its failure closes the firm"),
    "exit": (EXIT, "price at a listing or sale"),
    "workout": (WORKOUT, "delay of the proceeds of a default"),
    "signal": (SIGNAL, "what banks see of a firm, by bank and ordinal; discount of an offer"),
    "roster": (ROSTER, "order in which a firm turns to banks; where moves of its account end"),
    "reach": (REACH, "whether a policy reaches a firm"),
    "account": (ACCOUNT, "where a firm has its basic account, and to which bank it moves"),
    "macro": (MACRO, "switches of the macro regime"),
    "frailty": (FRAILTY, "yearly systematic factor"),
    "equity market": (EQUITY_MARKET, "switches between open market and winter"),
}
"""Every stream of random numbers: its purpose and what is drawn from it."""


def philox(k0: Any, k1: Any, c0: Any, c1: Any, c2: Any, c3: Any) -> tuple[Any, Any, Any, Any]:
    """Ten rounds of Philox 4x32: four words from two of the key and four of the counter.

    Words are int or int64 arrays in [0, 2**32).

    >>> [hex(word) for word in philox(0, 0, 0, 0, 0, 0)]
    ['0x6627e8d5', '0xe169c58d', '0xbc57ac4c', '0x9b00dbd8']
    """
    for _ in range(10):
        product0 = 0xD2511F53 * c0
        product1 = 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (
            ((product1 >> 32) & MASK) ^ c1 ^ k0,
            product1 & MASK,
            ((product0 >> 32) & MASK) ^ c3 ^ k1,
            product0 & MASK,
        )
        k0 = (k0 + 0x9E3779B9) & MASK
        k1 = (k1 + 0xBB67AE85) & MASK
    return c0, c1, c2, c3


def to_uniform(high: Any, low: Any) -> Any:
    """A number strictly between 0 and 1 from two 32-bit words, 52 bits used.

    One bit more would let the largest pair of words round to one.

    >>> 0.0 < to_uniform(0, 0) < to_uniform(MASK, MASK) < 1.0
    True
    """
    return ((high >> 6) * 67108864.0 + (low >> 6) + 0.5) * (1.0 / 4503599627370496.0)


def uniform_pair(k0: int, k1: int, firm: int, purpose: int, a: int, b: int) -> tuple[float, float]:
    """Two uniform numbers in (0, 1) at one address.

    The key is that of the replication, see `replication_key`; `firm` is its address, or that of
    whatever else the purpose, one of this file, addresses. Ordinals `a` and `b` within the purpose
    wrap into 32 bits where they are negative.

    >>> u, v = uniform_pair(0, 0, 0, 0, 0, 0)
    >>> round(u, 6), round(v, 6)
    (0.399046, 0.735713)
    """
    w0, w1, w2, w3 = words_at(
        int(k0), int(k1), int(firm) & MASK, int(purpose) & MASK, int(a) & MASK, int(b) & MASK
    )
    return to_uniform(w0, w1), to_uniform(w2, w3)


def words_at(k0: Any, k1: Any, firm: Any, purpose: Any, a: Any, b: Any) -> Any:
    """Four words at one address, antithetic or spread evenly where the key is flagged so.

    Firm, purpose and ordinals are words in [0, 2**32), or int64 arrays of them.
    """
    if (k0 | k1) <= MASK:
        return philox(k0, k1, firm, purpose, a, b)
    place = flag_place(purpose)
    antithetic = (k0 >> place) & 1
    # The second of a pair shares its partner's words only where it mirrors them.
    apart = second_of_pair(k0) & (antithetic ^ 1)
    purpose = purpose | (apart << 16)
    w0, w1, w2, w3 = philox(k0 & MASK, k1 & MASK, firm, purpose, a, b)
    if (k1 >> place) & 1:
        s0, s1, _, _ = philox(k0 & MASK, k1 & MASK, block_of(firm), purpose | (1 << 17), a, b)
        w0, w2 = in_stratum(w0, firm, s0), in_stratum(w2, firm, s1)
    flip = -antithetic & MASK
    return w0 ^ flip, w1 ^ flip, w2 ^ flip, w3 ^ flip


def exponential(k0: int, k1: int, firm: int, purpose: int, a: int, b: int) -> float:
    """A unit-exponential number at one address.

    >>> round(exponential(1, 2, 0, SHOCK, 7, 0), 6)
    0.038585
    """
    u, _ = uniform_pair(k0, k1, firm, purpose, a, b)
    return -math.log(u)


def normal_pair(k0: int, k1: int, firm: int, purpose: int, a: int, b: int) -> tuple[float, float]:
    """Two independent standard normal numbers at one address.

    >>> [round(z, 4) for z in normal_pair(1, 2, 0, SHOCK, 7, 0)]
    [1.7762, -0.0647]
    """
    u, v = uniform_pair(k0, k1, firm, purpose, a, b)
    return normal_quantile(u), normal_quantile(v)


def replication_key(seed: int, replication: int) -> tuple[int, int]:
    """The key of one replication, two words in [0, 2**32); the root seed lies in [0, 2**64).

    >>> replication_key(7, 0) == replication_key(7, 1)
    False
    """
    words = philox(seed & MASK, (seed >> 32) & MASK, replication & MASK, replication >> 32, 0, 0)
    return int(words[0]), int(words[1])


def uniform_columns(
    key: tuple[int, int],
    firm: NDArray[np.int64],
    purpose: int,
    a: NDArray[np.int64] | int,
    b: NDArray[np.int64] | int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """`uniform_pair` for whole columns of addresses that broadcast together, the same bits.

    >>> u, _ = uniform_columns((1, 2), np.arange(3), SHOCK, 7, 0)
    >>> bool(u[2] == uniform_pair(1, 2, 2, SHOCK, 7, 0)[0])
    True
    """
    firm, a, b = np.broadcast_arrays(
        np.asarray(firm, np.int64), np.asarray(a, np.int64), np.asarray(b, np.int64)
    )
    # As columns the key's words wrap like those of compiled code; flags are single numbers.
    words = words_at(int(key[0]), int(key[1]), firm & MASK, purpose, a & MASK, b & MASK)
    return to_uniform(words[0], words[1]), to_uniform(words[2], words[3])
