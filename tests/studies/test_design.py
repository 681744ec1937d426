"""Points of a design lie in their ranges and fill them as the design promises."""

import numpy as np
import pytest

from sim.base.errors import ScenarioError
from sim.studies.ranges import Range, design_points

RANGES = [Range("a.b", 0.0, 1.0), Range("a.c", -2.0, 2.0)]


def test_a_latin_hypercube_has_one_point_in_every_row_and_column():
    points = design_points(RANGES, "latin", 20, seed=3)
    cells = np.floor((points - [0.0, -2.0]) / [1.0, 4.0] * 20).astype(int)
    assert all(sorted(column) == list(range(20)) for column in cells.T)


def test_a_sobol_sequence_is_rounded_up_to_a_power_of_two_and_balanced():
    points = design_points(RANGES, "sobol", 20)
    assert points.shape == (32, 2)
    assert np.histogram(points[:, 1], bins=16, range=(-2.0, 2.0))[0].tolist() == [2] * 16


def test_a_grid_has_about_the_number_of_points_asked_for():
    assert design_points(RANGES, "grid", 16).shape == (16, 2)
    assert design_points(RANGES, "grid").shape == (25, 2)


def test_the_same_seed_gives_the_same_points():
    first, again, other = (design_points(RANGES, "latin", 8, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("design", "points"), [("grid", 10**9), ("latin", 10**9), ("star", 4), ("latin", -1)]
)
def test_designs_that_nobody_can_want_are_refused(design, points):
    with pytest.raises(ScenarioError):
        design_points(RANGES, design, points)
