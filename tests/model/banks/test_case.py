"""Whom a firm turns to, and what each lender makes of what it sees."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.model.banks.case import Case, lenders_of, posterior
from sim.model.contracts.arrangement import PLAIN, Arrangement
from tests.model.banks.three import applicants, banks, case_of_three, tables, underwriting

POOLED = Arrangement.model_validate({"screening": {"kind": "pooled"}})
SCORE = Arrangement.model_validate(
    {"screening": {"kind": "score", "precision": (1.0, 2.0, 4.0, 8.0)}}
)
ALL = np.array([[0, 1, 2], [1, 0, 2], [2, 0, 1]])
"""Lenders of the three: their own bank first."""
QUALITY = (-1.0, 0.0, 1.5)
N = 20_000
MOST = 4.0
"""Standard errors; one false alarm in sixteen thousand."""


def crowd(seed: int = 3, n: int = N) -> Case:
    """Many start-ups of normal quality, all clients of bank 0, with luck of their own."""
    luck = np.random.default_rng(seed)
    a = applicants(
        **{name: (value,) * n for name, value in {"stage": 0, "tangible": 0.4}.items()},
        firm=range(n), home=(0,) * n, quality=luck.standard_normal(n),
        scale=(1.0,) * n, sales=(1.0,) * n, value=(1.0,) * n, last_round=(0.0,) * n,
        birth=(0.0,) * n, venture=(0,) * n, business=(0.0,) * n,
    )  # fmt: skip

    def draw(codes: Any) -> Any:
        return luck.random(codes.shape)

    return case_of_three(a, draw=draw, published=draw)


# --- Lenders -----------------------------------------------------------------------------

HOME = np.array([2, 0, 1])
ROSTER = np.array([[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]])


@pytest.mark.parametrize(
    ("count", "first", "lenders"),
    [
        (1, 0, [[2], [0], [1]]),
        (3, 0, [[2, 0, 1], [0, 3, 2], [1, 3, 0]]),
        (4, 0, [[2, 0, 1, 3], [0, 3, 2, 1], [1, 3, 0, 2]]),
        (1, 1, [[0], [3], [3]]),
        (3, 1, [[0, 1, 3], [3, 2, 1], [3, 0, 2]]),
    ],
)
def test_a_firm_turns_to_its_own_bank_and_then_to_those_it_knows(
    count: int, first: int, lenders: list[list[int]]
) -> None:
    assert lenders_of(HOME, ROSTER, count, first).tolist() == lenders


def test_an_own_bank_that_is_not_on_the_roster_comes_first_all_the_same() -> None:
    assert lenders_of(np.array([7]), np.array([[0, 1, 2]]), 3).tolist() == [[7, 0, 1]]


def test_a_single_bank_is_all_there_is() -> None:
    assert lenders_of(np.array([0]), np.array([[0]]), 1).tolist() == [[0]]


# --- One decision by hand ----------------------------------------------------------------


def views(case: Case, arrangement: Arrangement = PLAIN, **rules: Any) -> Any:
    scenario = tables(underwriting=underwriting(**rules))
    mean, variance, _ = posterior(case, arrangement, ALL, scenario)
    return mean, variance


def test_one_signal_halves_the_distance_to_the_truth() -> None:
    # Prior mean 0 and precision 1, a true signal of precision 1.
    mean, variance = views(case_of_three(applicants(quality=QUALITY)))
    assert mean == pytest.approx(np.repeat([[-0.5], [0.0], [0.75]], 3, axis=1))
    assert variance == pytest.approx(np.full((3, 3), 0.5))


def test_a_perfect_signal_shows_the_truth() -> None:
    luck = np.random.default_rng(1)
    case = case_of_three(applicants(quality=QUALITY), draw=lambda c: luck.random(c.shape))
    mean, variance = views(case, signal_precision=1e14)
    assert mean == pytest.approx(np.repeat([[q] for q in QUALITY], 3, axis=1), abs=1e-6)
    assert np.all(variance < 1e-13)


def test_a_worthless_signal_leaves_what_everybody_sees() -> None:
    prior = np.array([0.3, -0.2, 0.1])
    case = case_of_three(applicants(quality=QUALITY), prior=prior)
    for arrangement in (PLAIN, POOLED):
        mean, variance = views(case, arrangement, signal_precision=0.0)
        assert mean == pytest.approx(np.repeat(prior[:, None], 3, axis=1))
        assert variance.tolist() == [[1.0] * 3] * 3


def test_a_bank_that_sees_better_judges_better() -> None:
    sharp = tables(bank=banks(west={"signal_precision": 3.0}))
    case = case_of_three(applicants(quality=QUALITY))
    mean, variance, _ = posterior(case, PLAIN, ALL, sharp)
    # The third bank's column: 2 for the first two firms, 0 for its own client.
    assert variance[:, 0].tolist() == [0.5, 0.5, 0.25]
    assert variance[:, 2].tolist() == [0.25, 0.25, 0.5]
    assert mean[2].tolist() == pytest.approx([1.125, 0.75, 0.75])


def test_only_the_home_bank_holds_a_file() -> None:
    # Files worth precision 2 with precision-weighted sums 2, 0 and -4.
    file = (np.full(3, 2.0), np.array([2.0, 0.0, -4.0]))
    case = case_of_three(applicants(quality=QUALITY), file=file)
    mean, variance = views(case)
    assert variance.tolist() == [[0.25, 0.5, 0.5]] * 3
    assert mean[:, 0].tolist() == [(2.0 - 1.0) / 4.0, 0.0, (-4.0 + 1.5) / 4.0]
    assert mean[:, 1:].tolist() == [[-0.5, -0.5], [0.0, 0.0], [0.75, 0.75]]


def test_a_bank_that_is_not_the_home_bank_starts_from_what_everybody_sees() -> None:
    file = (np.full(3, 2.0), np.full(3, 2.0))
    case = case_of_three(applicants(quality=QUALITY), file=file)
    mean, variance, _ = posterior(case, PLAIN, ALL[:, 1:], tables())
    assert mean[:, 0].tolist() == [-0.5, 0.0, 0.75]
    assert variance.tolist() == [[0.5, 0.5]] * 3


def test_the_file_counts_in_a_pooled_judgement_led_by_the_home_bank() -> None:
    # Three signals with correlation 0.25 are worth 3 / 1.5 = 2; the file another 2.
    file = (np.full(3, 2.0), np.array([2.0, 0.0, -4.0]))
    mean, variance = views(case_of_three(applicants(quality=QUALITY), file=file), POOLED)
    assert variance == pytest.approx(np.full((3, 3), 0.2))
    assert mean[:, 2] == pytest.approx([(2.0 - 2.0) / 5.0, 0.0, (-4.0 + 3.0) / 5.0])
    assert np.all(mean == mean[:, :1])


def test_what_the_lead_learns_for_its_file_is_its_own_signal() -> None:
    case = case_of_three(applicants(quality=QUALITY))
    for arrangement in (PLAIN, POOLED, SCORE):
        _, _, (precision, weighted) = posterior(case, arrangement, ALL, tables())
        assert precision.tolist() == [1.0, 1.0, 1.0]
        assert weighted == pytest.approx(QUALITY)


def test_filed_signals_and_a_new_one_are_worth_what_all_are_worth_at_once() -> None:
    case = case_of_three(applicants(quality=QUALITY))
    _, _, news = posterior(case, PLAIN, ALL, tables())
    again = case_of_three(case.a, file=news)
    mean, variance = views(again)
    at_once, spread = views(case, signal_precision=2.0)
    assert mean[:, 0] == pytest.approx(at_once[:, 0])
    assert variance[:, 0] == pytest.approx(spread[:, 0])


def test_refusal_elsewhere_and_a_setback_make_a_firm_look_worse() -> None:
    case = case_of_three(applicants(quality=QUALITY))
    mean, _ = views(case)
    shamed, _ = views(case_of_three(case.a, stigma=0.6))
    assert shamed == pytest.approx(mean - 0.3)
    hurt, _ = views(case_of_three(applicants(quality=QUALITY, setback=(1, 0, 1))))
    assert hurt == pytest.approx(mean - np.array([[0.4], [0.0], [0.4]]))


def test_a_score_is_seen_by_every_lender() -> None:
    # Prior 1, own signal 1, score 1, 2 and 4 by stage; all of them true.
    mean, variance = views(case_of_three(applicants(quality=QUALITY)), SCORE)
    assert variance == pytest.approx(np.repeat([[1 / 3], [1 / 4], [1 / 6]], 3, axis=1))
    assert mean == pytest.approx(np.repeat([[-2 / 3], [0.0], [1.5 * 5 / 6]], 3, axis=1))


def test_a_score_without_precision_is_no_score() -> None:
    nothing = Arrangement.model_validate(
        {"screening": {"kind": "score", "precision": (0.0, 0.0, 0.0, 0.0)}}
    )
    case = case_of_three(applicants(quality=QUALITY))
    for mine, plain in zip(views(case, nothing), views(case), strict=True):
        assert mine.tobytes() == plain.tobytes()


# --- Many decisions: judgements are right on average -------------------------------------


def errors(arrangement: Arrangement) -> tuple[NDArray[np.float64], float]:
    """Errors of the lead's judgement, and the variance that it claims for them."""
    case = crowd()
    lender = np.tile([0, 1, 2], (N, 1))
    mean, variance, _ = posterior(case, arrangement, lender, tables())
    assert np.ptp(variance) == pytest.approx(0.0, abs=1e-12)
    return mean[:, 0] - case.a.quality, float(variance[0, 0])


@pytest.mark.parametrize(
    ("arrangement", "variance"), [(PLAIN, 1 / 2), (POOLED, 1 / 3), (SCORE, 1 / 3)]
)
def test_judgements_err_as_much_as_they_claim(arrangement: Arrangement, variance: float) -> None:
    error, claimed = errors(arrangement)
    assert claimed == pytest.approx(variance)
    # Errors are normal: mean 0 with variance v / n, mean square v with 2 v**2 / n.
    assert abs(error.mean()) < MOST * np.sqrt(variance / N)
    assert abs((error**2).mean() - variance) < MOST * variance * np.sqrt(2.0 / N)


def test_one_file_beats_files_apart() -> None:
    own, _ = errors(PLAIN)
    pooled, _ = errors(POOLED)
    assert (pooled**2).mean() < (own**2).mean() - 0.1
