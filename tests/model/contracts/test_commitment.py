"""Who must stay, and what business is promised."""

from typing import Any

import pytest

from sim.model.contracts.commitment import Agreement, NoPromise, break_cost, captures, stands_still

PLAIN = 0.18


def agreement(**terms: Any) -> Agreement:
    return Agreement(kind="agreement", **terms)


@pytest.mark.parametrize(
    ("terms", "kept", "demanded", "listing"),
    [
        ({}, 0.18, 0.18, 0.0),
        ({"priority_capture_share": 0.43}, 0.43, 0.43, 0.0),
        ({"priority_capture_share": 0.0}, 0.0, 0.0, 0.0),
        ({"demanded_capture_share": 0.6}, 0.18, 0.6, 0.0),
        (
            {
                "priority_capture_share": 0.43, "demanded_capture_share": 0.6,
                "listing_capture_share": 0.5,
            },
            0.43, 0.6, 0.5,
        ),
    ],
)  # fmt: skip
def test_what_is_not_promised_is_as_without_an_agreement(
    terms: dict[str, float], kept: float, demanded: float, listing: float
) -> None:
    assert captures(agreement(**terms), PLAIN) == (kept, demanded, listing)


def test_nobody_promises_anything() -> None:
    assert captures(NoPromise(), PLAIN) == (PLAIN, PLAIN, 0.0)
    assert break_cost(NoPromise()) == 0.0
    assert not stands_still(NoPromise())


def test_leaving_an_agreement_costs_what_it_says() -> None:
    assert break_cost(agreement()) == 0.0
    assert break_cost(agreement(break_cost_share=0.006)) == 0.006


def test_lenders_stand_still_where_they_agree_to() -> None:
    assert not stands_still(agreement())
    assert stands_still(agreement(lenders_stand_still=True))
