"""Who may apply: each condition of a list, alone and together."""

import math
from typing import Any

import pytest

from sim.model.banks.conditions import filled
from sim.model.contracts.eligibility import (
    ADMISSION,
    STAGE_CODE,
    Eligibility,
    Everyone,
    Listed,
    conditions,
    is_eligible,
)
from sim.model.firms.record import STAGES
from tests.model.contracts.three import NOW, three_firms

SECTORS = ("software", "biopharma", "robots")
POINTS = {"precision": (1.0, 1.0, 0.0, 0.0), "least": 0.0, "most": 2.0}


def admitted(
    clause: Eligibility, score: float = 0.0, date: float = NOW, **columns: Any
) -> list[bool]:
    e = filled(ADMISSION, [conditions(clause, SECTORS)])[0]
    return [bool(is_eligible(e, a, score)) for a in three_firms(date, **columns)]


def listed(**terms: Any) -> Listed:
    return Listed(kind="listed", **terms)


def test_everyone_may_apply_however_large_or_old() -> None:
    assert admitted(Everyone()) == [True, True, True]
    odd = {"sales": (0.0, 1e9, math.inf), "birth": (NOW, -1e4, 0.0), "sector": (0, 1, 40)}
    assert admitted(Everyone(), **odd) == [True, True, True]


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({}, [True, True, True]),
        ({"stages": ("growth",)}, [False, True, False]),
        ({"stages": ("mature", "startup", "startup")}, [True, False, False]),
        ({"stages": ()}, [False, False, False]),
        ({"sectors": ("robots",)}, [False, False, True]),
        ({"sectors": ("robots", "software", "robots")}, [True, False, True]),
        ({"least_age_years": 3.0}, [False, True, True]),
        ({"least_age_years": 3.1}, [False, False, True]),
        ({"most_age_years": 3.0}, [True, True, False]),
        ({"most_age_years": 2.9}, [True, False, False]),
        ({"most_age_years": 0.0}, [False, False, False]),
        ({"least_sales": 40.0}, [False, True, True]),
        ({"most_sales": 40.0}, [True, True, False]),
        ({"venture_only": True}, [False, True, True]),
        ({"least_last_round": 20.0}, [False, True, True]),
        ({"least_last_round": 20.1}, [False, False, True]),
        # A round one and four years ago; the young firm never had one.
        ({"most_since_round_years": 10.0}, [False, True, True]),
        ({"most_since_round_years": 1.0}, [False, True, False]),
        ({"most_since_round_years": 0.9}, [False, False, False]),
        # The growing firm has a line, the old one had one.
        ({"first_loan_only": True}, [True, False, False]),
        ({"venture_only": True, "most_age_years": 5.0}, [False, True, False]),
        # The old firm is a high-tech enterprise, which a list names.
        ({"unlisted_only": True}, [True, True, False]),
    ],
)
def test_a_list_admits_those_who_meet_all_conditions(
    terms: dict[str, Any], expected: list[bool]
) -> None:
    assert admitted(listed(**terms)) == expected


def test_a_firm_grows_out_of_an_age_limit() -> None:
    assert admitted(listed(most_age_years=6.0)) == [True, True, False]
    assert admitted(listed(most_age_years=6.0), date=NOW + 3.5) == [True, False, False]


@pytest.mark.parametrize(
    ("score", "is_in"), [(-0.1, False), (0.0, True), (1.9, True), (2.0, False)]
)
def test_a_class_of_scores_counts_at_stages_for_which_one_is_published(
    score: float, is_in: bool
) -> None:
    assert admitted(listed(score=POINTS), score) == [is_in, is_in, True]


def test_the_words_for_stages_are_those_of_the_record() -> None:
    assert {name: code for code, name in enumerate(STAGES)} == STAGE_CODE
