"""To whom an arrangement is open."""

from typing import Any

import numpy as np
import pytest

from sim.base.draws import REACH, uniform_pair
from sim.model.banks.application import is_admitted
from sim.model.banks.conditions import filled
from sim.model.banks.judgement import SCORE
from sim.model.contracts import eligibility
from sim.model.contracts.eligibility import Everyone, Listed
from sim.model.firms.record import LARGE, REGISTERED
from tests.model.banks.three import applicant, applicants, conditions

YOUNG, BACKED = Listed(kind="listed", most_age_years=3.0), Listed(kind="listed", venture_only=True)
POINTS = {"precision": (1.0, 1.0, 0.0, 0.0), "least": 0.5}


def admission(*clauses: Any) -> Any:
    both = (*clauses, Everyone())[:2]
    return filled(eligibility.ADMISSION, (eligibility.conditions(c, ()) for c in both))


def on_offer(**fields: Any) -> Any:
    k = conditions()
    for name, value in fields.items():
        k[name] = value
    return k


def test_an_applicant_must_meet_both_conditions() -> None:
    def admitted(*clauses: Any) -> list[bool]:
        return [is_admitted(a, on_offer(), admission(*clauses)) for a in applicants()]

    assert admitted() == [True, True, True]
    assert admitted(YOUNG) == [True, True, False]
    assert admitted(Everyone(), BACKED) == [False, True, True]
    assert admitted(YOUNG, BACKED) == [False, True, False]


def test_what_is_not_on_offer_is_open_to_nobody() -> None:
    assert not is_admitted(applicant(), on_offer(open=0), admission())


def test_no_arrangement_is_open_to_a_firm_above_the_caps_of_the_register() -> None:
    assert is_admitted(applicant(stratum=REGISTERED), on_offer(), admission())
    assert not is_admitted(applicant(stratum=LARGE), on_offer(), admission())


def test_an_arrangement_reaches_its_share_of_firms() -> None:
    k, n = on_offer(reach=0.3, address=17), 2_000
    a, everyone = applicant(k0=1, k1=2), admission()
    reached = np.zeros(n, bool)
    for firm in range(n):
        a.stream = firm
        reached[firm] = is_admitted(a, k, everyone)
        assert reached[firm] == (uniform_pair(1, 2, firm, REACH, 17, 0)[0] < 0.3)
    # Four standard deviations of a share.
    assert abs(reached.mean() - 0.3) < 4.0 * np.sqrt(0.3 * 0.7 / n)
    # A firm that is reached stays so while the reach grows, whatever has been decided on it.
    k.reach, a.firm, a.ordinal = 0.6, int(np.flatnonzero(reached)[0]), 5
    assert is_admitted(a, k, everyone)


@pytest.mark.parametrize(("quality", "admitted"), [(0.6, True), (0.5, True), (0.4, False)])
def test_a_class_of_a_published_score_is_what_the_score_says(
    quality: float, admitted: bool, luck: dict[int, float]
) -> None:
    points = admission(Listed(kind="listed", score=POINTS))
    assert is_admitted(applicant(quality=quality), on_offer(), points) == admitted
    luck[SCORE] = 0.1  # an error of -1.28 for a precision of one
    assert not is_admitted(applicant(quality=quality), on_offer(), points)


def test_where_no_score_is_published_none_is_asked_for(luck: dict[int, float]) -> None:
    # An expanding firm has none; luck must not decide whether it is admitted.
    points = admission(Listed(kind="listed", score=POINTS))
    for drawn in (0.01, 0.99):
        luck[SCORE] = drawn
        assert is_admitted(applicant(2, quality=-3.0), on_offer(), points)
