"""Shapley values: a total split fairly over the players that make it together.

A coalition is a set of players, written as the bits of a number: player ``i`` is in coalition
``c`` where ``c >> i & 1``. A game gives every coalition a value.
"""

import math

import numpy as np

from sim.analysis.estimates import FloatArray


def shapley(worth: FloatArray) -> FloatArray:
    """Split the worth of all players over them, from the worth of every coalition.

    Returns shape (n_games, n_players): they sum to the worth of all less the worth of none.

    Parameters
    ----------
    worth : shape (n_games, 2 ** n_players)
        Worth of each coalition, in any unit.

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
