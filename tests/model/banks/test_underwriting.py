"""From signals to a judgement: Bayes' rule by hand and by brute force."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, ndtri

from sim.model.banks.underwriting import (
    COMMON,
    SCORE,
    SEEN,
    default_rate,
    judge,
    prior_quality,
    score,
    sees_setback,
    signals,
    surplus,
)
from tests.model.banks.three import applicants, beliefs, median, underwriting

MOST = 4.0
"""Standard errors; one false alarm in sixteen thousand."""
N = 400_000


def drawn(by_code: dict[int, float]) -> Any:
    """Luck by code: the same for all firms."""
    return np.vectorize(lambda code: by_code.get(int(code), 0.5), otypes=[float])


# --- The prior ---------------------------------------------------------------------------


@pytest.mark.parametrize(("logit", "slope"), [(-1.1, 0.5), (1.0, 0.5), (-0.7, 1.5), (0.0, -1.0)])
def test_the_prior_is_the_mean_quality_of_those_whom_investors_back(
    logit: float, slope: float
) -> None:
    luck = np.random.default_rng(17)
    quality = luck.standard_normal(N)
    venture = (luck.random(N) < expit(logit + slope * quality)).astype(int)
    means = prior_quality(np.array([0, 1]), logit, slope)
    for code in (0, 1):
        group = quality[venture == code]
        assert abs(group.mean() - means[code]) < MOST * group.std() / np.sqrt(group.size)


@given(st.floats(-3.0, 3.0), st.floats(0.01, 2.0))
def test_backing_is_good_news_and_both_kinds_together_are_no_news(
    logit: float, slope: float
) -> None:
    other, backed = prior_quality(np.array([0, 1]), logit, slope)
    assert other < 0.0 < backed
    nodes = np.linspace(-9.0, 9.0, 4001)
    density = np.exp(-0.5 * nodes**2)
    share = float((density * expit(logit + slope * nodes)).sum() / density.sum())
    # Forty nodes of quadrature leave some 1e-8 at the steepest slope.
    assert share * backed + (1.0 - share) * other == pytest.approx(0.0, abs=1e-7)


def test_backing_that_does_not_depend_on_quality_says_nothing() -> None:
    means = prior_quality(np.array([0, 1, 1]), -1.1, 0.0)
    assert means == pytest.approx([0.0, 0.0, 0.0], abs=1e-15)


# --- Signals -----------------------------------------------------------------------------

BANKS = np.tile([0, 1], (3, 1))


def test_a_signal_is_the_truth_and_an_error_that_banks_share_in_part() -> None:
    # Correlation 0.25: weight 0.5 on the shared luck (+1), sqrt(0.75) on the own one.
    luck = drawn({COMMON: 0.8413447460685429, 1: 0.5, 2: 0.15865525393145707})
    rules = underwriting(precision_by_stage=(1.0, 4.0, 4.0, 4.0))
    a = applicants(quality=(0.0, 0.0, 1.0), setback=(0, 0, 1))
    signal, precision = signals(a, BANKS, luck, rules, np.array([1.0, 4.0, 1.0]))
    assert precision.tolist() == [[1.0, 4.0], [4.0, 16.0], [4.0, 16.0]]
    first, second = 0.5, 0.5 - np.sqrt(0.75)
    # A firm in a setback looks 0.8 standard deviations worse.
    error = np.array([[first, second / 2], [first / 2, second / 4], [first / 2, second / 4]])
    assert signal == pytest.approx(error + np.array([[0.0], [0.0], [0.2]]))


@pytest.mark.parametrize("correlation", [0.0, 0.3, 1.0])
def test_errors_of_two_banks_are_correlated_as_stated(correlation: float) -> None:
    n = 20_000
    luck = np.random.default_rng(5)
    a = applicants(
        firm=range(n),
        **dict.fromkeys(("stage", "home", "tangible", "scale", "sales", "value"), (0,) * n),
        **dict.fromkeys(("last_round", "birth", "venture", "business"), (0,) * n),
    )
    rules = underwriting(error_correlation=correlation)
    draw = lambda codes: luck.random(codes.shape)  # noqa: E731 (a draw is one expression)
    error, _ = signals(a, np.tile([0, 1], (n, 1)), draw, rules, np.ones(2))
    # A sample correlation has standard deviation (1 - c**2) / sqrt(n).
    measured = np.corrcoef(error, rowvar=False)[0, 1]
    assert abs(measured - correlation) < MOST * (1.0 - correlation**2) / np.sqrt(n) + 1e-12
    assert abs(error.var() - 1.0) < MOST * np.sqrt(2.0 / n)


def test_a_signal_without_precision_is_still_a_number() -> None:
    signal, precision = signals(
        applicants(), BANKS, drawn({1: 0.9}), underwriting(signal_precision=0.0), np.ones(3)
    )
    assert np.all(np.isfinite(signal))
    assert not np.any(precision)


def test_a_setback_is_seen_with_its_share_and_nowhere_else() -> None:
    a = applicants(setback=(1, 1, 0))
    for luck, seen in ((0.49, [True, True, False]), (0.5, [False] * 3)):
        assert sees_setback(a, drawn({SEEN: luck}), underwriting()).tolist() == seen


def test_a_score_is_the_truth_and_an_error_of_its_precision() -> None:
    a = applicants(quality=(0.0, 1.0, -1.0))
    shown = score(a, np.array([1.0, 4.0, 0.25]), drawn({SCORE: 0.9}))
    z = ndtri(0.9)
    assert shown == pytest.approx([z, 1.0 + 0.5 * z, -1.0 + 2.0 * z])
    assert np.all(np.isfinite(score(a, np.zeros(3), median)))


# --- Judgement ---------------------------------------------------------------------------

PRIOR = (np.array([[0.2, 0.0, 0.0]]), np.array([[3.0, 1.0, 1.0]]))
SIGNAL, PRECISION = np.array([[1.0, -1.0, 0.5]]), np.array([[1.0, 1.0, 1.0]])


def test_files_apart_give_each_lender_its_own_judgement() -> None:
    mean, variance = judge(PRIOR, SIGNAL, PRECISION, False, 0.25)
    assert mean == pytest.approx(np.array([[0.4, -0.5, 0.25]]))
    assert variance == pytest.approx(np.array([[0.25, 0.5, 0.5]]))


def test_one_file_gives_all_lenders_the_judgement_of_the_lead_on_all_signals() -> None:
    # Mean signal 1/6 with precision 3 / 1.5 = 2 on a prior of mean 0.2 and precision 3.
    mean, variance = judge(PRIOR, SIGNAL, PRECISION, True, 0.25)
    assert mean == pytest.approx(np.full((1, 3), (0.6 + 1.0 / 3.0) / 5.0))
    assert variance == pytest.approx(np.full((1, 3), 0.2))


def test_one_file_leans_on_the_bank_that_sees_best() -> None:
    precision = np.array([[2.0, 1.0, 0.0]])
    mean, variance = judge(PRIOR, SIGNAL, precision, True, 0.0)
    # Weights 2/3 and 1/3 on signals 1 and -1; precision 3 in all.
    assert mean == pytest.approx(np.full((1, 3), (0.6 + 1.0) / 6.0))
    assert variance == pytest.approx(np.full((1, 3), 1.0 / 6.0))


def test_a_file_of_one_bank_is_its_own_file() -> None:
    alone = [part[:, :1] for part in (*PRIOR, SIGNAL, PRECISION)]
    pooled = judge((alone[0], alone[1]), alone[2], alone[3], True, 0.25)
    own = judge((alone[0], alone[1]), alone[2], alone[3], False, 0.25)
    for mine, theirs in zip(pooled, own, strict=True):
        assert mine.tobytes() == theirs.tobytes()


# --- Default -----------------------------------------------------------------------------

UNSEEN = np.zeros(3, dtype=bool)
CERTAIN = np.zeros((3, 1))


def rate(
    mean: Any, variance: Any = CERTAIN, bust: bool = False, seen: Any = UNSEEN, **terms: Any
) -> Any:
    rules = beliefs(**{"quality_slope": 0.8} | terms)
    return default_rate(mean, variance, applicants(), (rules, rules.default), bust, seen)


def test_default_falls_with_judged_quality() -> None:
    assert rate(CERTAIN)[:, 0].tolist() == [0.04, 0.02, 0.01]
    better = rate(np.array([[1.0], [0.0], [-1.0]]))[:, 0]
    assert better == pytest.approx([0.04 * np.exp(-0.8), 0.02, 0.01 * np.exp(0.8)])


def test_a_bust_and_a_setback_that_is_seen_raise_it() -> None:
    assert rate(CERTAIN, bust=True)[:, 0] == pytest.approx([0.06, 0.03, 0.015])
    seen = np.array([True, False, False])
    assert rate(CERTAIN, seen=seen)[:, 0] == pytest.approx([0.12, 0.02, 0.01])
    assert rate(CERTAIN, bust=True, seen=seen)[0, 0] == pytest.approx(0.18)


def test_doubt_counts_as_the_mean_over_what_quality_may_be() -> None:
    quality = 0.3 + np.sqrt(0.5) * np.random.default_rng(7).standard_normal(N)
    each = 0.04 * np.exp(-0.8 * quality)
    believed = rate(np.full((3, 1), 0.3), np.full((3, 1), 0.5))[0, 0]
    assert abs(each.mean() - believed) < MOST * each.std() / np.sqrt(N)
    assert believed > rate(np.full((3, 1), 0.3))[0, 0]


def test_nobody_is_believed_sure_to_default() -> None:
    assert rate(np.full((3, 1), -40.0)).tolist() == [[0.95]] * 3


# --- Surplus -----------------------------------------------------------------------------

WORTH: dict[str, Any] = {
    "price": np.array([[0.04]]), "extra": np.array([[0.0225]]), "default": np.array([[0.04]]),
    "loss": np.array([[0.5]]), "cost": (np.array([[0.02]]), np.array([[0.012]])),
    "capital": (0.1, 0.1),
}  # fmt: skip


def test_at_the_break_even_rate_nothing_is_left() -> None:
    # (0.02 * 0.9 + 0.1 * 0.1 + 0.012 + 0.04 * 0.5) / 0.96 = 0.0625.
    assert surplus(**WORTH) == pytest.approx(np.array([[0.0]]), abs=1e-16)


@pytest.mark.parametrize(
    ("terms", "sign"),
    [
        ({"price": np.array([[0.041]])}, 1),
        ({"extra": np.array([[0.023]])}, 1),
        ({"default": np.array([[0.041]])}, -1),
        ({"loss": np.array([[0.51]])}, -1),
        ({"cost": (np.array([[0.021]]), np.array([[0.012]]))}, -1),
        ({"cost": (np.array([[0.02]]), np.array([[0.013]]))}, -1),
        ({"capital": (0.11, 0.1)}, -1),
        ({"capital": (0.1, 0.11)}, -1),
        # Capital that asks no more than deposits do is as good as deposits.
        ({"capital": (0.5, 0.02)}, 1),
    ],
)
def test_each_part_moves_it_in_the_right_direction(terms: Any, sign: int) -> None:
    assert np.sign(np.round(surplus(**WORTH | terms), 12)).tolist() == [[float(sign)]]
