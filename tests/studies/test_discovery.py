"""Worlds in which an arrangement loses are found, and checked on worlds kept apart."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from sim.base.errors import ScenarioError
from sim.experiment.store import OutcomeArray, Store
from sim.scenario.scenario import Scenario
from sim.studies.discovery import (
    Box,
    best_box,
    by_chance,
    discover,
    laid_out,
    quality,
    trajectory,
)
from tests.studies.small import small

KEYS = ("macro.frailty_variance=0.05:0.55", "macro.regime.bust.setback=1.5:3.0")


class Planted(Store):
    """A store in which the other arrangement loses where frailty varies much."""

    def outcome_array(
        self, scenarios: Sequence[Scenario], replications: Iterable[int], progress: Any = None
    ) -> OutcomeArray:
        names = scenarios[0].experiment.arrangements
        values = np.zeros((len(scenarios), len(tuple(replications)), len(names), 1))
        for place, scenario in enumerate(scenarios):
            lead = 1.0 if scenario.macro.frailty_variance < 0.35 else -1.0
            values[place, :, names.index("common_growth"), 0] = lead * (1.0 + self.noise[place])
        return OutcomeArray(names, ("bank.profit",), values)

    @property
    def noise(self) -> np.ndarray:
        return np.linspace(-0.5, 0.5, 200)


def test_the_planted_worlds_are_found_and_hold_up() -> None:
    found = discover(small(), vary=KEYS, points=150, replications=2, store=Planted())
    loses, wins = found.regions
    assert (loses.verdict, wins.verdict) == ("holds up", "holds up")
    assert loses.box.limited() == [0]
    assert loses.box.low[0] == pytest.approx(0.35, abs=0.02)
    assert wins.box.high[0] == pytest.approx(0.35, abs=0.02)
    assert loses.checked.density == 1.0
    assert loses.clear == loses.searched.cases + loses.checked.cases
    text = found.findings().sentences[0]
    assert text.startswith("Common growth is worse in 60 of 150 worlds (60 clearly so)")
    assert "Macro: frailty variance 0.3448 to 0.55" in text


def test_nothing_is_found_where_it_always_wins() -> None:
    calm = ("macro.frailty_variance=0.05:0.3", KEYS[1])
    found = discover(small(), vary=calm, points=30, replications=2, store=Planted())
    assert [region.verdict for region in found.regions] == ["no box", "no box"]
    assert found.frame().empty
    assert "no box tells them" in found.findings().sentences[0]


def test_by_default_all_assumptions_are_moved() -> None:
    keys = {one.key for one in laid_out(small(), "bank.profit").ranges}
    assert any(key.startswith("macro.") for key in keys)
    assert len(keys) > 50


@pytest.mark.parametrize(
    ("outcome", "vary", "points", "words"),
    [
        ("bank.profi", KEYS, 96, "did you mean"),
        ("bank.lending_rate", KEYS, 96, "better direction"),
        ("bank.profit", ["macro.frailty=1:2"], 96, "did you mean"),
        ("bank.profit", KEYS, 3, "at least 12(.|\n)*at least 2"),
    ],
)
def test_what_cannot_be_is_told_before_anything_runs(
    outcome: str, vary: Any, points: int, words: str
) -> None:
    with pytest.raises(ScenarioError, match=words):
        discover(small(), outcome, vary=vary, points=points, replications=4 if points > 3 else 1)


# --- Boxes hold the planted region, and nothing is found where nothing is planted ----------------


def outcome_array(count: int, axes: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random((count, axes))


def test_a_planted_box_is_found_up_to_the_spacing_of_the_points() -> None:
    points = outcome_array(600, 4, 1)
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
    points = outcome_array(200, 3, 2)
    cases = points[:, 0] + points[:, 1] > 1.2
    sizes = [quality(box, points, cases).inside for box in trajectory(points, cases)]
    assert all(after < before for before, after in pairwise(sizes))
    assert sizes[-1] >= 20


def test_noise_seldom_gives_a_box() -> None:
    limits = []
    for seed in range(20):
        points = outcome_array(100, 3, 100 + seed)
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
