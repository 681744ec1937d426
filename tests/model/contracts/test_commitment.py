"""Who must stay, and what business is promised."""

from typing import Any

import pytest

from sim.model.contracts.commitment import (
    Agreement,
    Commitment,
    NoPromise,
    conditions,
    wallet_shares,
)

PLAIN = 0.18


def agreement(**terms: Any) -> Agreement:
    return Agreement(kind="agreement", **terms)


@pytest.mark.parametrize(
    ("terms", "kept", "demanded", "listing"),
    [
        ({}, 0.18, 0.18, 0.0),
        ({"priority_wallet_share": 0.43}, 0.43, 0.43, 0.0),
        ({"priority_wallet_share": 0.0}, 0.0, 0.0, 0.0),
        ({"demanded_wallet_share": 0.6}, 0.18, 0.6, 0.0),
        (
            {
                "priority_wallet_share": 0.43, "demanded_wallet_share": 0.6,
                "listing_wallet_share": 0.5,
            },
            0.43, 0.6, 0.5,
        ),
    ],
)  # fmt: skip
def test_what_is_not_promised_is_as_without_an_agreement(
    terms: dict[str, float], kept: float, demanded: float, listing: float
) -> None:
    assert wallet_shares(agreement(**terms), PLAIN) == (kept, demanded, listing)
    found = conditions(agreement(**terms), PLAIN)
    names = ("base_wallet_share", "full_wallet_share", "listing_wallet_share")
    assert tuple(found[name] for name in names) == (kept, demanded, listing)


@pytest.mark.parametrize(
    ("clause", "cost", "still"),
    [
        # Nobody promises anything.
        (NoPromise(), 0.0, 0),
        (agreement(), 0.0, 0),
        (agreement(break_cost_share=0.006), 0.006, 0),
        (agreement(lenders_stand_still=True), 0.0, 1),
    ],
)
def test_leaving_costs_and_lenders_stand_still_as_agreed(
    clause: Commitment, cost: float, still: int
) -> None:
    found = conditions(clause, PLAIN)
    assert (found["break_cost"], found["stands_still"]) == (cost, still)
    assert wallet_shares(clause, PLAIN) == (PLAIN, PLAIN, 0.0)
