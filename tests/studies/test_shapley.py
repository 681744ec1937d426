"""Shapley values: the split that adds up, treats players alike and pays nobody for nothing."""

from itertools import permutations

import numpy as np
import pytest

from sim.studies.attribution import antithetic_orders, by_orders, met, shapley


def additive(parts: list[float]) -> np.ndarray:
    """Worth of each coalition where every player adds the same whoever is there."""
    n = len(parts)
    return np.array([[sum(parts[k] for k in range(n) if c >> k & 1) for c in range(1 << n)]])


def test_players_of_an_additive_game_get_what_they_add() -> None:
    parts = [1.5, -2.0, 0.25, 4.0]
    np.testing.assert_allclose(shapley(additive(parts))[0], parts, rtol=1e-12)


def test_the_glove_game_has_its_known_split() -> None:
    # one left glove, two right ones: only a pair is worth something (Shapley 1953)
    worth = np.array([[float(c & 1 and c & 0b110 != 0) for c in range(8)]])
    np.testing.assert_allclose(shapley(worth)[0], [2 / 3, 1 / 6, 1 / 6], rtol=1e-12)


def test_parts_of_any_game_add_up_and_a_player_without_effect_gets_exactly_nothing() -> None:
    worth = np.random.default_rng(1).normal(size=(50, 32))
    without = np.arange(32) & ~0b100
    parts = shapley(worth[:, without])
    np.testing.assert_allclose(parts.sum(axis=1), worth[:, 31 & ~0b100] - worth[:, 0], rtol=1e-10)
    assert np.all(parts[:, 2] == 0.0)


def test_all_orders_give_the_same_split_as_all_coalitions() -> None:
    worth = np.random.default_rng(2).normal(size=16)
    every = by_orders(dict(enumerate(worth)), list(permutations(range(4))))
    np.testing.assert_allclose(every, shapley(worth[None, :])[0], rtol=1e-10)


def test_sampled_orders_meet_the_exact_split_within_their_error() -> None:
    worth = np.random.default_rng(3).normal(size=64)
    known, exact = dict(enumerate(worth)), shapley(worth[None, :])[0]
    drawn = np.array([by_orders(known, antithetic_orders(6, 1, (5, k))) for k in range(400)])
    error = drawn.std(axis=0, ddof=1) / np.sqrt(400)
    assert np.all(np.abs(drawn.mean(axis=0) - exact) < 4.5 * error)


def test_orders_of_a_pair_meet_few_coalitions() -> None:
    orders = antithetic_orders(7, 1, (1,))
    assert len(met(orders)) == 2 * 6 + 2
    assert orders == antithetic_orders(7, 1, (1,))


def test_a_game_without_all_coalitions_is_refused() -> None:
    with pytest.raises(ValueError, match="2 \\*\\* n coalitions"):
        shapley(np.zeros((1, 3)))
