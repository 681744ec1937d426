"""What a bank sees of an applicant and infers: Bayes' rule by hand and by brute force."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim.base.draws import SIGNAL, uniform_pair
from sim.base.special import normal_quantile
from sim.model.banks import judgement
from sim.model.banks.judgement import (
    COMMON,
    SCORE,
    SEEN,
    YEAR_ZERO,
    draw,
    error,
    judge,
    learn_from,
    pooled_precision,
    precision_of,
    public_score,
    sees_setback,
    signal_of,
    with_file,
)
from tests.model.banks.three import applicant, applicants, banks, conditions, judged, offer, rules
from tests.oracles.signals import approval, pooled_error_sd

PLAIN = conditions()
POOLED = conditions(screening={"kind": "pooled"})
SCORED = conditions(screening={"kind": "score", "precision": (1.0, 2.0, 4.0, 8.0)})
ORDER = ([0, 1, 2], [1, 0, 2], [2, 0, 1])
"""Lenders of the three: their own bank first."""
QUALITY = (-1.0, 0.0, 1.5)
N = 1_500
MOST = 4.0
"""Standard errors; one false alarm in sixteen thousand."""


@pytest.fixture
def random_luck(monkeypatch: pytest.MonkeyPatch) -> np.random.Generator:
    """Every number that is drawn is a new one."""
    luck = np.random.default_rng(3)
    monkeypatch.setattr(judgement, "uniform_pair", lambda *_: (luck.random(), 0.5))
    return luck


# --- Signals -----------------------------------------------------------------------------


def test_luck_is_addressed_by_firm_code_and_decisions_so_far(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(judgement, "uniform_pair", uniform_pair)
    for firm, ordinal in ((1, 3), (2, 0)):
        a = applicant(stream=firm, k0=1, k1=2, ordinal=ordinal)
        for code in (7, 8):
            assert draw(a, code) == uniform_pair(1, 2, firm, SIGNAL, code, ordinal)[0]
    # A published score is the same for all decisions of a calendar year.
    scores = [
        public_score(applicant(k0=1, k1=2, date=date, ordinal=n), 4.0)
        for n, date in enumerate((5.0, 5.9, 6.0))
    ]
    assert scores[0] == scores[1] != scores[2]
    u = uniform_pair(1, 2, 0, SIGNAL, SCORE, YEAR_ZERO + 6)[0]
    assert scores[2] == 0.5 * normal_quantile(u)


def test_a_signal_is_the_truth_and_an_error_that_banks_share_in_part(
    luck: dict[int, float],
) -> None:
    # Correlation 0.25: weight 0.5 on the shared luck (+1), sqrt(0.75) on the own one.
    luck[2] = 0.15865525393145707
    u = rules(precision_by_stage=(1.0, 4.0, 4.0, 4.0))
    two = banks(south={"signal_precision": 4.0})
    a = applicants(quality=(0.0, 0.0, 1.0), setback=(0, 0, 1))
    precision = [[precision_of(one, u, bank) for bank in two[:2]] for one in a]
    assert precision == [[1.0, 4.0], [4.0, 16.0], [4.0, 16.0]]
    signal = [
        [signal_of(one, u, bank, precision[n][bank], 1.0) for bank in (0, 1)]
        for n, one in enumerate(a)
    ]
    first, second = 0.5, 0.5 - np.sqrt(0.75)
    # A firm in a setback looks 0.8 standard deviations worse.
    error = np.array([[first, second / 2], [first / 2, second / 4], [first / 2, second / 4]])
    assert np.array(signal) == pytest.approx(error + np.array([[0.0], [0.0], [0.2]]))


@pytest.mark.parametrize("correlation", [0.0, 0.3, 1.0])
def test_errors_of_two_banks_are_correlated_as_stated(
    correlation: float, random_luck: np.random.Generator
) -> None:
    a, u = applicant(), rules(error_correlation=correlation)
    common = random_luck.standard_normal(N)
    error = np.array([[signal_of(a, u, bank, 1.0, one) for bank in (0, 1)] for one in common])
    # A sample correlation has standard deviation (1 - c**2) / sqrt(n).
    measured = np.corrcoef(error, rowvar=False)[0, 1]
    assert abs(measured - correlation) < MOST * (1.0 - correlation**2) / np.sqrt(N) + 1e-12
    # Errors of two banks are normal: each mean square has standard deviation sqrt(2 / n).
    assert np.all(np.abs(error.var(axis=0) - 1.0) < MOST * np.sqrt(2.0 / N))


def test_a_signal_without_precision_is_still_a_number(luck: dict[int, float]) -> None:
    luck[1] = 0.9
    assert np.isfinite(signal_of(applicant(), rules(), 0, 0.0, 0.0))
    assert np.isfinite(public_score(applicant(), 0.0))


@pytest.mark.parametrize(
    ("setback", "drawn", "seen"), [(1, 0.49, True), (1, 0.5, False), (0, 0.0, False)]
)
def test_a_setback_is_seen_with_its_share_and_nowhere_else(
    setback: int, drawn: float, seen: bool, luck: dict[int, float]
) -> None:
    luck[SEEN] = drawn
    assert sees_setback(applicant(setback=setback), rules()) == seen


def test_a_setback_is_seen_or_overlooked_once_and_for_all_decisions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(judgement, "uniform_pair", uniform_pair)
    seen = [
        [
            sees_setback(applicant(setback=1, setbacks=number, ordinal=ordinal), rules())
            for ordinal in range(3)
        ]
        for number in range(64)
    ]
    assert {len(set(row)) for row in seen} == {1}
    assert {row[0] for row in seen} == {True, False}


@pytest.mark.parametrize("persistence", [0.0, 0.85, 1.0])
def test_errors_about_a_firm_come_back_as_far_as_stated(
    persistence: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judgement, "uniform_pair", uniform_pair)
    u, size = rules(signal_persistence=persistence), 1_500
    first, second = (
        np.array([error(applicant(stream=n, k0=1, k1=2, ordinal=o), u, 1) for n in range(size)])
        for o in (0, 1)
    )
    spread = MOST * (1.0 - persistence**2) / np.sqrt(size)
    assert abs(np.corrcoef(first, second)[0, 1] - persistence) <= spread + 1e-12
    assert abs(first.std() - 1.0) < MOST / np.sqrt(2.0 * size)
    other = [error(applicant(stream=n, k0=1, k1=2), u, 2) for n in range(size)]
    assert abs(np.corrcoef(first, other)[0, 1]) < MOST / np.sqrt(size)


@pytest.mark.parametrize(
    ("persistence", "worth"), [(0.0, 6.0), (1.0, 2.0), (0.5, 3.0), (0.85, 6.0 / 2.7)]
)
def test_signals_whose_errors_last_add_little_to_a_file(persistence: float, worth: float) -> None:
    # Two signals of precision 2 on file, at 1.0 and 0.5, and a third at 1.5.
    a = applicant(home=0, history_precision=4.0, history_sum=3.0)
    u, o = rules(signal_persistence=persistence), offer()
    assert with_file(o, 0, a, u, 2.0, 1.5) == pytest.approx((worth, 1.0))
    # A bank that is not the home bank has no file.
    o.lender[0] = 1
    assert with_file(o, 0, a, u, 2.0, 1.5) == (2.0, 1.5)


@pytest.mark.parametrize(
    ("quality", "precision", "weight"), [(0.0, 1.0, 1.0), (1.0, 4.0, 0.5), (-1.0, 0.25, 2.0)]
)
def test_a_score_is_the_truth_and_an_error_of_its_precision(
    quality: float, precision: float, weight: float, luck: dict[int, float]
) -> None:
    luck[SCORE] = 0.9
    shown = public_score(applicant(quality=quality), precision)
    assert shown == pytest.approx(quality + weight * normal_quantile(0.9))


# --- Bayes' rule -------------------------------------------------------------------------


def updated(
    prior: tuple[float, float], signal: float, precision: float, home: int = 0
) -> tuple[float, float]:
    """Mean and variance of bank 0 after one signal; a file makes the prior what it is."""
    mean, before = prior
    a = applicant(home=home, history_precision=before - 1.0, history_sum=mean * before)
    o = offer()
    learn_from(o, 0, a, 0.0, 0.0, with_file(o, 0, a, rules(), precision, signal))
    return float(o.quality[0]), float(o.variance[0])


@given(
    st.floats(-2.0, 2.0), st.floats(1.1, 5.0), st.floats(-2.0, 2.0), st.floats(0.05, 5.0),
    st.floats(0.05, 5.0),
)  # fmt: skip
def test_two_signals_at_once_or_in_turn_give_the_same_belief(
    mean: float, prior: float, signal: float, a: float, b: float
) -> None:
    at_once = updated((mean, prior), (a * signal + b * 1.5) / (a + b), a + b)
    first, variance = updated((mean, prior), signal, a)
    in_turn = updated((first, 1.0 / variance), 1.5, b)
    assert at_once == pytest.approx(in_turn, rel=1e-12, abs=1e-12)


def test_belief_without_news_is_what_was_known() -> None:
    assert updated((0.3, 2.0), 9.0, 0.0) == pytest.approx((0.3, 0.5))
    # A bank that is not the home bank holds no file.
    assert updated((0.3, 2.0), 9.0, 0.0, home=1) == (0.0, 1.0)


@given(st.floats(0.1, 5.0), st.integers(1, 8), st.floats(0.0, 1.0))
def test_pooling_never_hurts_and_meets_its_floor(
    sd: float, signals: int, correlation: float
) -> None:
    pooled = pooled_error_sd(sd, signals, correlation)
    assert sd * np.sqrt(correlation) - 1e-12 <= pooled <= sd * (1.0 + 1e-12)
    precision = pooled_precision(1.0 / sd**2, signals, correlation)
    assert precision == pytest.approx(1.0 / pooled**2, rel=1e-12)


@pytest.mark.parametrize("correlation", [0.0, 0.3])
@pytest.mark.parametrize("signals", [1, 4])
def test_a_lender_who_updates_on_pooled_signals_errs_as_often_as_theory_says(
    signals: int, correlation: float
) -> None:
    own, bar, size = 0.5, 0.3, 8_000
    luck = np.random.default_rng(3)
    quality, common = luck.standard_normal((2, size))
    alone = luck.standard_normal((signals, size)).mean(axis=0)
    errors = (np.sqrt(correlation) * common + np.sqrt(1.0 - correlation) * alone) * own**-0.5
    precision, a, o = pooled_precision(own, signals, correlation), applicant(), offer()
    belief = np.empty(size)
    for n in range(size):
        learn_from(o, 0, a, 0.0, 0.0, (precision, quality[n] + errors[n]))
        belief[n] = o.quality[0]
    lent, good = belief >= bar, quality >= bar
    noise = pooled_error_sd(own**-0.5, signals, correlation)
    expected = approval(0.0, 1.0, noise**-2, bar)
    for found, share in zip((lent, ~good[lent], ~lent[good]), expected, strict=True):
        assert abs(found.mean() - share) <= MOST * np.sqrt(share * (1.0 - share) / found.size)


# --- One decision by hand ----------------------------------------------------------------


def views(k: Any = PLAIN, u: Any = None, lenders: Any = None, **columns: Any) -> Any:
    """Means and variances of the three lenders of each of the three, shape (3, 3)."""
    found = [
        judged(a, order, k, u, lenders)
        for a, order in zip(applicants(**{"quality": QUALITY} | columns), ORDER, strict=True)
    ]
    return np.array([o.quality[:3] for o in found]), np.array([o.variance[:3] for o in found])


def test_one_signal_halves_the_distance_to_the_truth() -> None:
    # Prior mean 0 and precision 1, a true signal of precision 1.
    mean, variance = views()
    assert mean == pytest.approx(np.repeat([[-0.5], [0.0], [0.75]], 3, axis=1))
    assert variance == pytest.approx(np.full((3, 3), 0.5))


@pytest.mark.usefixtures("random_luck")
def test_a_perfect_signal_shows_the_truth() -> None:
    mean, variance = views(u=rules(signal_precision=1e14))
    assert mean == pytest.approx(np.repeat([[q] for q in QUALITY], 3, axis=1), abs=1e-6)
    assert np.all(variance < 1e-13)


@pytest.mark.parametrize("k", [PLAIN, POOLED])
def test_a_worthless_signal_leaves_what_everybody_sees(k: Any) -> None:
    prior = np.array([0.3, -0.2, 0.1])
    mean, variance = views(k, rules(signal_precision=0.0), prior=prior)
    assert mean == pytest.approx(np.repeat(prior[:, None], 3, axis=1))
    assert variance.tolist() == [[1.0] * 3] * 3


def test_a_bank_that_sees_better_judges_better() -> None:
    mean, variance = views(lenders=banks(west={"signal_precision": 3.0}))
    # The third bank's column: 2 for the first two firms, 0 for its own client.
    assert variance[:, 0].tolist() == [0.5, 0.5, 0.25]
    assert variance[:, 2].tolist() == [0.25, 0.25, 0.5]
    assert mean[2].tolist() == pytest.approx([1.125, 0.75, 0.75])


FILE = {"history_precision": 2.0, "history_sum": (2.0, 0.0, -4.0)}
"""Files worth two signals."""


def test_only_the_home_bank_holds_a_file() -> None:
    mean, variance = views(**FILE)
    assert variance.tolist() == [[0.25, 0.5, 0.5]] * 3
    assert mean[:, 0].tolist() == [(2.0 - 1.0) / 4.0, 0.0, (-4.0 + 1.5) / 4.0]
    assert mean[:, 1:].tolist() == [[-0.5, -0.5], [0.0, 0.0], [0.75, 0.75]]


def test_a_bank_that_leads_without_being_the_home_bank_starts_from_what_everybody_sees() -> None:
    o = judged(applicant(quality=-1.0, **FILE | {"history_sum": 2.0}), [1, 2])
    assert (o.quality[:2].tolist(), o.variance[:2].tolist()) == ([-0.5, -0.5], [0.5, 0.5])


def test_one_file_gives_all_lenders_the_judgement_of_the_lead_on_all_signals() -> None:
    # Three signals with correlation 0.25 are worth 3 / 1.5 = 2; the file another 2.
    mean, variance = views(POOLED, **FILE)
    assert variance == pytest.approx(np.full((3, 3), 0.2))
    assert mean[:, 2] == pytest.approx([(2.0 - 2.0) / 5.0, 0.0, (-4.0 + 3.0) / 5.0])
    assert np.all(mean == mean[:, :1])


def test_one_file_leans_on_the_bank_that_sees_best(luck: dict[int, float]) -> None:
    # Signals of 1 and -1 with precision 2 and 1; the third bank sees nothing.
    luck[1], luck[2] = (0.5 * (1.0 + np.sign(z) * 0.6826894921370859) for z in (1.0, -1.0))
    sharp = banks(north={"signal_precision": 2.0}, west={"signal_precision": 0.0})
    o = judged(applicant(), [0, 1, 2], POOLED, rules(error_correlation=0.0), sharp)
    # Errors are 1 / sqrt(2) and -1, weights 2/3 and 1/3, precision 3 on a prior of 1.
    mean = (2.0 / np.sqrt(2.0) - 1.0) / 3.0
    assert o.quality[:3] == pytest.approx(np.full(3, 0.75 * mean))
    assert o.variance[:3] == pytest.approx(np.full(3, 0.25))


def test_a_file_of_one_bank_is_its_own_file(luck: dict[int, float]) -> None:
    luck[COMMON], luck[1] = 0.2, 0.9
    a = applicant(quality=0.4, history_precision=2.0, history_sum=1.0)
    assert judged(a, [0], POOLED).tobytes() == judged(a, [0]).tobytes()


def test_what_a_bank_learns_for_its_file_is_its_own_signal() -> None:
    for k in (PLAIN, POOLED, SCORED):
        for a, order in zip(applicants(quality=QUALITY), ORDER, strict=True):
            o = judged(a, order, k)
            assert o.news_precision[:3].tolist() == [1.0] * 3
            assert o.news[:3] == pytest.approx([a.quality] * 3)
            assert (o.home_news_precision, o.home_news) == (1.0, o.news[0])


def test_filed_signals_and_a_new_one_are_worth_what_all_are_worth_at_once() -> None:
    news = [judged(a, order) for a, order in zip(applicants(quality=QUALITY), ORDER, strict=True)]
    file = {
        "history_precision": [o.home_news_precision for o in news],
        "history_sum": [o.home_news for o in news],
    }
    mean, variance = views(**file)
    at_once, spread = views(u=rules(signal_precision=2.0))
    assert mean[:, 0] == pytest.approx(at_once[:, 0])
    assert variance[:, 0] == pytest.approx(spread[:, 0])


def test_a_setback_makes_a_firm_look_worse() -> None:
    mean, _ = views()
    hurt, _ = views(setback=(1, 0, 1))
    assert hurt == pytest.approx(mean - np.array([[0.4], [0.0], [0.4]]))


def test_a_score_is_seen_by_every_lender() -> None:
    # Prior 1, own signal 1, score 1, 2 and 4 by stage; all of them true.
    mean, variance = views(SCORED)
    assert variance == pytest.approx(np.repeat([[1 / 3], [1 / 4], [1 / 6]], 3, axis=1))
    assert mean == pytest.approx(np.repeat([[-2 / 3], [0.0], [1.5 * 5 / 6]], 3, axis=1))


def test_a_score_without_precision_is_no_score() -> None:
    nothing = conditions(screening={"kind": "score", "precision": (0.0, 0.0, 0.0, 0.0)})
    for mine, plain in zip(views(nothing), views(), strict=True):
        assert mine.tobytes() == plain.tobytes()


# --- Many decisions: judgements are right on average -------------------------------------


@pytest.fixture(scope="module")
def errors() -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Errors of the lead's judgement of many firms, and the variances that it claims."""
    luck, found = np.random.default_rng(3), {}
    u, lenders, a, o = rules(), banks(), applicant(), offer(lenders=3, lender=[0, 1, 2])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judgement, "uniform_pair", lambda *_: (luck.random(), 0.5))
        for name, k in (("plain", PLAIN), ("pooled", POOLED), ("scored", SCORED)):
            error, claimed = np.empty((2, N))
            for n in range(N):
                a.quality = luck.standard_normal()
                judge(o, a, k, u, lenders)
                error[n], claimed[n] = o.quality[0] - a.quality, o.variance[0]
            found[name] = error, claimed
    return found


@pytest.mark.parametrize(("name", "v"), [("plain", 1 / 2), ("pooled", 1 / 3), ("scored", 1 / 3)])
def test_judgements_err_as_much_as_they_claim(errors: Any, name: str, v: float) -> None:
    error, claimed = errors[name]
    assert claimed == pytest.approx(np.full(N, v))
    # Errors are normal: mean 0 with variance v / n, mean square v with 2 v**2 / n.
    assert abs(error.mean()) < MOST * np.sqrt(v / N)
    assert abs((error**2).mean() - v) < MOST * v * np.sqrt(2.0 / N)


def test_one_file_beats_files_apart(errors: Any) -> None:
    # Mean squares of 1/2 and 1/3 with standard errors of 0.018 and 0.012.
    assert (errors["pooled"][0] ** 2).mean() < (errors["plain"][0] ** 2).mean() - 0.08
