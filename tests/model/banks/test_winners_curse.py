"""What a bank believes of a firm that it wins: against values, dense grids and simulated firms."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import ndtr

from tests.model.banks.auctions import (
    BASE,
    SHARED,
    SLOPE,
    applicants,
    auction,
    beliefs,
    true_default,
)
from tests.oracles.auctions import default_of_those_judged_no_better
from tests.oracles.values import cases

RULE = 1e-6
"""Relative error of the trapezoidal rule; the references are finer."""
MOST = 4.0
"""Standard errors; one false alarm in sixteen thousand."""


@pytest.mark.parametrize(("inputs", "value"), cases("bid.alone."))
def test_default_where_all_rivals_judge_no_better(inputs: Any, value: float) -> None:
    setting = auction(inputs["precisions"], inputs["own_mean"])
    assert beliefs(inputs["bank"], *setting).alone == pytest.approx(value, rel=RULE)


@pytest.mark.parametrize(("inputs", "value"), cases("bid.tie."))
def test_default_where_the_best_rival_judges_alike(inputs: Any, value: float) -> None:
    setting = auction(inputs["precisions"], inputs["own_mean"])
    assert beliefs(inputs["bank"], *setting).tied == pytest.approx(value, rel=RULE)


@pytest.mark.parametrize("own", [-0.7, 0.0, 0.4, 1.3])
@pytest.mark.parametrize("precisions", [(0.5, 0.5), (4.0, 0.5), (0.2, 30.0)])
def test_two_banks_in_closed_form(own: float, precisions: tuple[float, float]) -> None:
    first, second = precisions
    found = beliefs(0, *auction(precisions, own))
    variance = 1.0 / (1.0 + first)
    cut, wide = (1.0 + second) * own / second, math.sqrt(variance + 1.0 / second)
    worse = ndtr((cut - own + SLOPE * variance) / wide) / ndtr((cut - own) / wide)
    alone = BASE * math.exp(-SLOPE * own + 0.5 * SLOPE**2 * variance) * worse
    total = 1.0 + first + second
    mean = (2.0 + first + second) * own / total
    tied = BASE * math.exp(-SLOPE * mean + SLOPE**2 / (2.0 * total))
    assert (found.alone, found.tied) == (pytest.approx(alone), pytest.approx(tied))


# --- On a grid of quality and shared error ---------------------------------------------------


def on_a_grid(j: int, a: Any, bidders: Any) -> tuple[float, float]:
    """Default of firms at which bank `j` holds its mean: all others below it, or the best at it.

    From the densities of all means given quality and shared error, summed over both.
    """
    step = 0.02
    axis = np.arange(-7.0, 7.0, step)
    q, w = np.meshgrid(axis, axis * math.sqrt(a.common_variance), sparse=True)
    weight = np.exp(-0.5 * (q**2 + (axis[:, None]) ** 2))
    own = bidders[j].quality

    def gap(b: Any) -> tuple[NDArray[np.float64], float]:
        centre = b.variance * (b.file_precision * q + b.signal * (q + w))
        noise = b.file_precision + b.signal**2 / b.signal_precision
        spread = b.variance * math.sqrt(noise)
        return (own - centre) / spread, spread

    def density(b: Any) -> NDArray[np.float64]:
        z, spread = gap(b)
        return np.exp(-0.5 * z**2) / spread

    others = [b for i, b in enumerate(bidders) if i != j]
    below = [ndtr(gap(b)[0]) for b in others]
    weight = weight * density(bidders[j])
    alone = weight * np.prod(below, axis=0)
    tied = sum(
        weight * density(b) * np.prod([below[k] for k in range(len(others)) if k != i], axis=0)
        for i, b in enumerate(others)
    )
    default = BASE * np.exp(-SLOPE * q)
    found = [float((default * each).sum() / np.sum(each)) for each in (alone, tied)]
    return found[0], found[1]


MARKETS = {
    "a shared error": ([0.7, 0.7, 0.7], 0.6, [0.0, 0.0, 0.0]),
    "unequal banks": ([0.9, 0.8, 0.7, 0.8], 0.5, [0.0, 0.0, 0.0, 0.0]),
    "eight banks": ([0.3, 0.5, 0.8, 1.3, 3.0, 8.0, 20.0, 50.0], 0.0, [0.0] * 8),
    "a file": ([0.8, 0.7, 0.9], 0.0, [3.0, 0.0, 0.0]),
    "a file and a shared error": ([0.8, 0.7, 0.9, 0.7], 0.55, [0.0, 6.0, 0.0, 0.0]),
}


@pytest.mark.parametrize("own", [-1.0, 0.2, 1.1])
@pytest.mark.parametrize("market", MARKETS.values(), ids=MARKETS)
def test_beliefs_are_those_of_a_grid(market: Any, own: float) -> None:
    precisions, shared, files = market
    setting = auction(precisions, own, shared=shared, file_precision=files)
    for j in range(len(precisions)):
        found = beliefs(j, *setting)
        # Sums of smooth densities at steps far below their spreads are exact but for rounding.
        assert (found.alone, found.tied) == pytest.approx(on_a_grid(j, *setting[:2]), rel=RULE)


def test_an_error_that_banks_share_is_as_less_is_known_of_less() -> None:
    # Quality and shared error as one: computed on a grid of two dimensions elsewhere, to 1e-7.
    known = 1.0 / (1.0 + 0.3 / 0.5)
    setting = auction([0.5 / 0.7] * 3, 0.2 * known, shared=0.3 / 0.5)
    found = beliefs(0, *setting)
    assert found.alone == pytest.approx(0.0441506, rel=RULE, abs=5e-8)
    assert found.tied == pytest.approx(0.0356704, rel=RULE, abs=5e-8)


# --- What it must be -------------------------------------------------------------------------


def test_what_a_bank_believes_of_firms_that_it_alone_would_lend_to_is_so() -> None:
    setting = auction([0.8, 0.7, 0.9], shared=0.5, file_precision=[4.0, 0.0, 0.0])
    quality, means = applicants(400_000, setting)
    for j in (0, 1):
        near = np.abs(means[:, j] - 0.3) < 0.05
        best = near & (np.argmax(means, axis=1) == j)
        setting[1]["quality"] = 0.3
        default = true_default(quality[best])
        expected = beliefs(j, *setting).alone
        error = default.std() / math.sqrt(default.size)
        # Over the width of the band default changes by a quarter of its square at most.
        assert abs(default.mean() - expected) < MOST * error + SLOPE**2 * 0.05**2 * expected


precision = st.floats(0.05, 20.0)


@given(st.lists(precision, min_size=2, max_size=8), st.floats(-1.5, 2.0), st.floats(0.0, 1.0))
def test_winning_is_bad_news_and_worse_if_alone_than_if_tied(
    precisions: list[float], own: float, shared: float
) -> None:
    setting = auction(precisions, own, shared=shared)
    found = beliefs(0, *setting)
    assert found.alone > found.own * (1.0 - RULE)
    assert found.alone > found.tied * (1.0 - RULE)


@given(st.lists(precision, min_size=3, max_size=6), st.floats(-1.0, 1.5), st.randoms())
def test_the_order_of_rivals_does_not_matter(
    precisions: list[float], own: float, luck: Any
) -> None:
    first, *others = precisions
    one = beliefs(0, *auction([first, *others], own))
    luck.shuffle(others)
    other = beliefs(0, *auction([first, *others], own))
    assert (one.alone, one.tied) == pytest.approx((other.alone, other.tied), rel=1e-12)


def test_rivals_of_one_kind_are_counted_and_not_repeated() -> None:
    alike = beliefs(0, *auction([0.5] * 5, 0.4))
    nearly = beliefs(0, *auction([0.5 + 1e-13 * n for n in range(5)], 0.4))
    assert (alike.alone, alike.tied) == pytest.approx((nearly.alone, nearly.tied), rel=1e-11)


def test_a_rival_that_knows_nothing_tells_nothing() -> None:
    one = beliefs(0, *auction([0.5, 0.7], 0.4))
    other = beliefs(0, *auction([0.5, 0.7, 0.0], 0.4))
    assert one == other
    nobody = beliefs(0, *auction([0.5, 0.0], 0.4))
    assert nobody.own == nobody.alone == nobody.tied


def test_a_bank_that_knows_nothing_gets_those_that_the_others_judge_no_better_than_all() -> None:
    found = beliefs(0, *auction([0.0, 1.5], 0.0))
    spread, left = math.sqrt(1.5 / 2.5), 1.0 / 2.5
    expected = default_of_those_judged_no_better(0.0, 0.0, spread, left, BASE, SLOPE)
    assert found.alone == pytest.approx(expected, rel=1e-12)


def test_where_all_errors_are_shared_there_is_nothing_to_learn_from_rivals() -> None:
    setting = auction([0.5 / (1.0 - SHARED)] * 4, 0.3, shared=SHARED / 0.5)
    found = beliefs(0, *setting)
    # What is left of a bank's own error, some 1e-6 standard deviations, is its curse.
    assert (found.alone, found.tied) == pytest.approx((found.own, found.own), rel=1e-5)


@pytest.mark.parametrize("own", [-60.0, -9.0, 9.0, 60.0])
@pytest.mark.parametrize("precisions", [(0.5, 0.5), (0.3, 30.0, 2.0), (1e-9, 0.5, 0.5, 9.0)])
def test_beliefs_of_the_oddest_signals_are_numbers(own: float, precisions: Any) -> None:
    found = beliefs(0, *auction(precisions, own))
    assert found.alone >= found.own * (1.0 - RULE)
    assert not math.isnan(found.tied)
