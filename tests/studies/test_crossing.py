"""The interval of a crossing: exact for straight lines, whole for curved and flat ones."""

import numpy as np
import pytest
from scipy import stats

from sim.studies.breakeven import crossings, merged, not_rejected


def lines(rng: np.random.Generator, n: int, x: np.ndarray, sd: float = 1.0) -> np.ndarray:
    """Differences that are straight lines with root 0.125 on average."""
    start, slope = rng.normal(-0.5, sd, n), rng.normal(4.0, 0.8 * sd, n)
    return start + slope * x[:, None]


def test_the_interval_of_straight_lines_covers_their_root_as_often_as_it_says() -> None:
    rng, x, repeats = np.random.default_rng(3), np.linspace(-3.0, 3.0, 5), 1500
    covered = []
    for _ in range(repeats):
        found = crossings(x, lines(rng, 5, x))
        covered.append(len(found) == 1 and found[0].low <= 0.125 <= found[0].high)
    assert abs(np.mean(covered) - 0.95) < 3.0 * np.sqrt(0.95 * 0.05 / repeats)


def test_the_interval_is_fiellers() -> None:
    x = np.array([-2.0, 0.0, 2.0])
    d = lines(np.random.default_rng(1), 8, x)
    start, slope = d[1], (d[2] - d[1]) / 2.0
    t2, spread = stats.t.ppf(0.975, 7) ** 2, np.cov(start, slope) / 8
    # The ends solve (mean start + x mean slope)^2 = t^2 var(start + x slope).
    ends = np.roots([
        slope.mean() ** 2 - t2 * spread[1, 1],
        2 * (start.mean() * slope.mean() - t2 * spread[0, 1]),
        start.mean() ** 2 - t2 * spread[0, 0],
    ])  # fmt: skip
    found = crossings(x, d)[0]
    assert found.value == pytest.approx(-start.mean() / slope.mean())
    assert [found.low, found.high] == pytest.approx(sorted(ends.real))


def test_every_sign_change_is_found() -> None:
    x = np.linspace(0.0, 3.0 * np.pi, 40) + 0.5
    d = np.sin(x)[:, None] + np.linspace(-0.01, 0.01, 6)
    found = crossings(x, d)
    assert [round(one.value / np.pi, 2) for one in found] == [1.0, 2.0, 3.0]
    assert [one.way for one in found] == ["falls below", "rises above", "falls below"]


def test_without_a_sign_change_there_is_none() -> None:
    x = np.array([0.0, 1.0])
    assert crossings(x, np.array([[1.0, 1.2], [2.0, 2.1]])) == []
    assert not_rejected(x, np.array([[1.0, 1.2], [2.0, 2.1]]), 0.5) == []


def test_a_set_that_reaches_the_end_of_the_range_is_open() -> None:
    d = np.array([[-1.0, 0.9, -0.3], [2.0, 2.1, 2.2]])
    one = crossings(np.array([0.0, 1.0]), d)[0]
    assert one.is_open_low
    assert not one.is_open_high


def test_undefined_values_are_left_out_in_pairs() -> None:
    d = np.array([[-1.1, -0.9, np.nan], [1.0, 1.2, 5.0]])
    whole = np.array([[-1.1, -0.9], [1.0, 1.2]])
    x = np.array([0.0, 1.0])
    assert crossings(x, d) == crossings(x, whole)
    assert crossings(x, np.full((2, 3), np.nan)) == []


def test_differences_without_spread_give_the_root_alone() -> None:
    one = crossings(np.array([0.0, 1.0]), np.array([[-1.0, -1.0], [3.0, 3.0]]))[0]
    assert one.value == pytest.approx(0.25)
    assert one.high - one.low == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("means", "roots"),
    [
        ([-1.0, -0.5, 0.0], [(2.0, 2.0, "rises above")]),
        ([0.0, 0.5, 1.0], [(0.0, 0.0, "rises above")]),
        ([0.0, -1.0, 0.0], [(0.0, 0.0, "falls below"), (2.0, 2.0, "rises above")]),
        ([1.0, 0.0, -1.0], [(1.0, 1.0, "falls below")]),
        ([1.0, 0.0, 1.0], [(1.0, 1.0, "touches")]),
        ([-1.0, 0.0, 0.0, 2.0], [(1.0, 2.0, "rises above")]),
        ([-1.0, 0.0, 0.0], [(1.0, 2.0, "rises above")]),
        ([0.0, 0.0, 0.0], [(0.0, 2.0, "touches")]),
        ([0.0, 0.0, -1.0, 1.0], [(0.0, 1.0, "falls below"), (2.5, 2.5, "rises above")]),
    ],
)
@pytest.mark.parametrize("spread", [0.0, 0.001])
def test_a_root_at_a_point_at_an_end_or_on_a_stretch_is_found(
    means: list[float], roots: list[tuple[float, float, str]], spread: float
) -> None:
    x = np.arange(float(len(means)))
    found = crossings(x, np.array(means)[:, None] + spread * np.array([-1.0, 0.0, 1.0]))
    assert [(one.value, one.until, one.way) for one in found] == roots
    for one in found:
        assert one.low <= one.value
        assert one.until <= one.high
        assert one.is_open_low == (one.low == 0.0)
        assert one.is_open_high == (one.high == x[-1])
        # The flattest of these lines has a slope of a half.
        if one.value < one.until:
            assert np.isnan(one.standard_error)
        else:
            assert one.standard_error <= 2.0 * spread


def test_spans_that_touch_are_one() -> None:
    assert merged([(2.0, 3.0), (0.0, 1.0), (0.5, 2.0)]) == [(0.0, 3.0)]
