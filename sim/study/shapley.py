"""Shapley values: a total split fairly over the players that make it together.

A coalition is a set of players, written as the bits of a number: player ``i`` is in
coalition ``c`` where ``c >> i & 1``. A game gives every coalition a value.
"""

import math
from collections.abc import Sequence

import numpy as np

from sim.outcomes.statistics import FloatArray


def shapley(worth: FloatArray) -> FloatArray:
    """Split the worth of all players over them, from the worth of every coalition.

    Parameters
    ----------
    worth : array, shape (n_games, 2 ** n_players)
        Worth of each coalition, in any unit.

    Returns
    -------
    array, shape (n_games, n_players)
        They sum to the worth of all less the worth of none.

    Raises
    ------
    ValueError
        If the number of coalitions is no power of two.

    References
    ----------
    Shapley 1953, A value for n-person games.

    Examples
    --------
    The worth of two is 5 together, 1 and 2 alone:

    >>> shapley(np.array([[0.0, 1.0, 2.0, 5.0]]))
    array([[2., 3.]])
    """
    n = int(worth.shape[1]).bit_length() - 1
    if worth.shape[1] != 1 << n:
        raise ValueError(f"needs the worth of 2 ** n coalitions, got {worth.shape[1]}")
    coalitions = np.arange(1 << n)
    size = np.array([int(c).bit_count() for c in coalitions])
    parts = np.zeros((worth.shape[0], n))
    for player in range(n):
        without = coalitions[(coalitions >> player & 1) == 0]
        weight = np.array([1.0 / (n * math.comb(n - 1, int(size[c]))) for c in without])
        # Differences first: a player that adds nothing gets exactly nothing.
        parts[:, player] = (worth[:, without | 1 << player] - worth[:, without]) @ weight
    return parts


def by_orders(worth: dict[int, float], orders: Sequence[Sequence[int]]) -> FloatArray:
    """Estimate the split from some orders in which the players may come.

    Parameters
    ----------
    worth : dict of coalition to float
        At least of every coalition that `met` gives for these orders.
    orders : sequence of permutations of the players

    Returns
    -------
    array, shape (n_players,)
        Mean of what each adds when it comes; the sum is exact for any orders.

    References
    ----------
    Castro, Gomez and Tejada 2009, Polynomial calculation of the Shapley value based on
    sampling.

    Examples
    --------
    >>> by_orders({0: 0.0, 1: 1.0, 2: 2.0, 3: 5.0}, [(0, 1), (1, 0)])
    array([2., 3.])
    """
    parts = np.zeros(len(orders[0]))
    for order in orders:
        coalition = 0
        for player in order:
            joined = coalition | 1 << player
            parts[player] += worth[joined] - worth[coalition]
            coalition = joined
    return parts / len(orders)


def met(orders: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Give the coalitions through which some orders lead, in ascending order.

    Examples
    --------
    >>> met([(0, 1, 2)])
    (0, 1, 3, 7)
    """
    found = {0}
    for order in orders:
        coalition = 0
        for player in order:
            coalition |= 1 << player
            found.add(coalition)
    return tuple(sorted(found))


def antithetic_orders(n: int, pairs: int, seed: Sequence[int]) -> list[tuple[int, ...]]:
    """Draw orders of players in pairs, each with its reverse.

    Parameters
    ----------
    n : int
        Players.
    pairs : int
    seed : sequence of int
        The same orders for the same seed.

    References
    ----------
    Mitchell, Cooper, Frank and Holmes 2022, Sampling permutations for Shapley value
    estimation.

    Examples
    --------
    >>> one, other = antithetic_orders(4, 1, (7, 0))
    >>> one == other[::-1], sorted(one)
    (True, [0, 1, 2, 3])
    """
    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(list(seed))))
    drawn = [tuple(int(player) for player in rng.permutation(n)) for _ in range(pairs)]
    return [order for one in drawn for order in (one, one[::-1])]
