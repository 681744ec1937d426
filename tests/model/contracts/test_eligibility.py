"""Who may apply: each condition of a list, alone and together."""

from typing import Any

import pytest

from sim.model.contracts.eligibility import STAGE_CODE, Everyone, Listed, is_eligible
from sim.model.firms.record import STAGES
from tests.model.contracts.three import NOW, three_firms


def listed(**terms: Any) -> list[bool]:
    return is_eligible(Listed(kind="listed", **terms), three_firms(), NOW).tolist()


def test_everyone_may_apply() -> None:
    assert is_eligible(Everyone(), three_firms(), NOW).tolist() == [True, True, True]


@pytest.mark.parametrize(
    ("terms", "admitted"),
    [
        ({}, [True, True, True]),
        ({"stages": ("growth",)}, [False, True, False]),
        ({"stages": ("mature", "startup")}, [True, False, False]),
        ({"stages": ()}, [False, False, False]),
        ({"most_age_years": 3.0}, [True, True, False]),
        ({"most_age_years": 2.9}, [True, False, False]),
        ({"most_age_years": 0.0}, [False, False, False]),
        ({"venture_only": True}, [False, True, True]),
        ({"least_last_round": 20.0}, [False, True, True]),
        ({"least_last_round": 20.1}, [False, False, True]),
        ({"venture_only": True, "most_age_years": 5.0}, [False, True, False]),
    ],
)
def test_a_list_admits_those_who_meet_all_conditions(
    terms: dict[str, Any], admitted: list[bool]
) -> None:
    assert listed(**terms) == admitted


def test_a_firm_grows_out_of_an_age_limit() -> None:
    rule = Listed(kind="listed", most_age_years=6.0)
    assert is_eligible(rule, three_firms(), NOW).tolist() == [True, True, False]
    assert is_eligible(rule, three_firms(), NOW + 3.5).tolist() == [True, False, False]


def test_the_words_for_stages_are_those_of_the_record() -> None:
    assert {name: code for code, name in enumerate(STAGES)} == STAGE_CODE
