"""Boxes hold the planted region, and nothing is found where nothing is planted."""

from itertools import pairwise

import numpy as np
import pytest

from sim.studies.discovery import Box, best_box, by_chance, quality, trajectory


def cube(count: int, axes: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random((count, axes))


def test_a_planted_box_is_found_up_to_the_spacing_of_the_points() -> None:
    points = cube(600, 4, 1)
    planted = Box(np.array([0.6, -np.inf, -np.inf, -np.inf]), np.array([1.0, 0.5, np.inf, np.inf]))
    found = best_box(points, planted.holds(points))
    assert found.limited() == [0, 1]
    # 600 points on an axis of which a peel takes 5 %: limits lie within a peel of the truth
    assert found.low[0] == pytest.approx(0.6, abs=0.05)
    assert found.high[1] == pytest.approx(0.5, abs=0.05)
    told = quality(found, points, planted.holds(points))
    assert told.coverage > 0.9
    assert told.density > 0.9


def test_peels_on_a_line_are_those_of_the_closed_form() -> None:
    # 20 points, cases at or above 0.5: each peel takes one point from below until none is left
    points = (np.arange(20) / 20.0)[:, None]
    cases = points[:, 0] >= 0.5
    boxes = trajectory(points, cases)
    lows = [box.low[0] for box in boxes[1:11]]
    np.testing.assert_allclose(lows, (np.arange(10) + 0.5) / 20.0)
    told = quality(boxes[10], points, cases)
    assert (told.coverage, told.density) == (1.0, 1.0)
    assert quality(best_box(points, cases), points, cases) == told


def test_boxes_only_shrink_and_end_at_the_least_size() -> None:
    points = cube(200, 3, 2)
    cases = points[:, 0] + points[:, 1] > 1.2
    sizes = [quality(box, points, cases).inside for box in trajectory(points, cases)]
    assert all(after < before for before, after in pairwise(sizes))
    assert sizes[-1] >= 20


def test_noise_seldom_gives_a_box() -> None:
    limits = []
    for seed in range(20):
        points = cube(100, 3, 100 + seed)
        cases = np.random.default_rng(seed).random(100) < 0.5
        limits.append(len(best_box(points, cases).limited()))
    # limits that pass by chance are what the worlds kept apart are for
    assert np.mean(limits) < 1.5


def test_points_with_one_value_stay_together() -> None:
    points = np.repeat(np.array([0.0, 1.0, 2.0]), 10)[:, None]
    cases = points[:, 0] == 2.0
    found = best_box(points, cases)
    assert found.low[0] == 1.5
    assert quality(found, points, cases).density == 1.0


def test_the_quasi_p_value_is_the_binomial_one() -> None:
    points = np.array([[0.0], [1.0], [2.0], [3.0]])
    cases = np.array([False, False, True, True])
    box = Box(np.array([1.5]), np.array([np.inf]))
    # two of two, where half of all are cases
    assert by_chance(box, 0, points, cases) == pytest.approx(0.25)
