"""Flags of a key: which draws of a pair are mirrored, which are spread evenly over firms.

A key word has 32 bits. Above them each purpose has a bit: in the first word it says that
the uniforms of the purpose are mirrored, in the second that they are stratified. All
functions here are plain arithmetic on integers, for single numbers, columns and compiled
code alike.

References
----------
Hammersley and Morton (1956), A new Monte Carlo technique: antithetic variates; McKay,
Beckman and Conover (1979), A comparison of three methods, for one value in each stratum.
"""

from collections.abc import Iterable
from typing import Any

BLOCK = 64
"""Firms that share one set of strata; adding a firm changes no firm before it."""
_FIRMS, _SYSTEM, _SECOND = 32, 48, 62
_UNDER_STRATUM = 0x03FFFFFF


def flag_place(purpose: int) -> int:
    """Bit of a key word that flags a purpose: a firm's from 32 on, the system's from 48 on.

    Examples
    --------
    >>> flag_place(1), flag_place(101)
    (33, 48)
    """
    # Never beyond the word, whatever the number.
    return _FIRMS + purpose if purpose < 16 else _SYSTEM + ((purpose - 101) & 7)


def flagged(
    key: tuple[int, int], mirrored: Iterable[int], stratified: Iterable[int], is_second: bool
) -> tuple[int, int]:
    """A key with flags.

    Parameters
    ----------
    key : tuple of two int
        Words in [0, 2**32).
    mirrored : iterable of int
        Purposes whose uniforms the second of a pair mirrors.
    stratified : iterable of int
        Purposes whose uniforms are spread evenly over each block of firms.
    is_second : bool
        Whether this is the second of a pair; the first mirrors nothing.

    Examples
    --------
    >>> flagged((7, 8), [1], [], False)
    (7, 8)
    >>> first, second = flagged((7, 8), [1], [2], True)
    >>> first == 7 | (1 << 33) | (1 << 62), second == 8 | (1 << 34)
    (True, True)
    """
    first, second = key
    if is_second:
        first |= 1 << _SECOND
        for purpose in mirrored:
            first |= 1 << flag_place(purpose)
    for purpose in stratified:
        second |= 1 << flag_place(purpose)
    return first, second


def second_of_pair(k0: Any) -> Any:
    """One for the second of a pair of mirrored histories, otherwise zero."""
    return (k0 >> _SECOND) & 1


def block_of(firm: Any) -> Any:
    """Block of a firm."""
    return firm >> 6


def in_stratum(word: Any, firm: Any, shuffle: Any) -> Any:
    """A word whose six leading bits are the firm's stratum.

    Parameters
    ----------
    word : int or int64 array
        Leading word of a uniform number.
    firm : int or int64 array
    shuffle : int or int64 array
        Random word of the firm's block.
    """
    return (word & _UNDER_STRATUM) | (stratum(firm & 63, shuffle) << 26)


def stratum(place: Any, word: Any) -> Any:
    """Stratum of one of 64 firms of a block, by a permutation that `word` chooses.

    The last shift alone makes every stratum equally likely for every firm.

    Parameters
    ----------
    place : int or int64 array
        Place in the block, 0 to 63.
    word : int or int64 array
        Random word in [0, 2**32).

    Examples
    --------
    >>> len({stratum(place, 123456789) for place in range(64)})
    64
    """
    x = (place * (2 * (word & 31) + 1) + ((word >> 5) & 63)) & 63
    x = x ^ (x >> 3)
    x = (x * (2 * ((word >> 11) & 31) + 1)) & 63
    x = x ^ (x >> 2)
    x = x * (2 * ((word >> 16) & 31) + 1)
    return (x + ((word >> 21) & 63)) & 63
