"""Who must stay, and what business is promised."""

from typing import Any

import pytest

from sim.model.contracts.commitment import Agreement, Commitment, NoPromise, conditions

NAMES = (
    "promised_move_hazard", "demanded_move_hazard", "listing_wallet_share", "pools_business",
    "break_cost", "stands_still",
)  # fmt: skip


def agreement(**terms: Any) -> Agreement:
    return Agreement(kind="agreement", **terms)


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        # Nobody promises anything.
        (NoPromise(), (0.0, 0.0, 0.0, 0, 0.0, 0)),
        (agreement(), (0.0, 0.0, 0.0, 0, 0.0, 0)),
        (agreement(promised_move_hazard=0.27), (0.27, 0.0, 0.0, 0, 0.0, 0)),
        (agreement(demanded_move_hazard=0.41), (0.0, 0.41, 0.0, 0, 0.0, 0)),
        (agreement(listing_wallet_share=0.5), (0.0, 0.0, 0.5, 0, 0.0, 0)),
        (agreement(lenders_pool_business=True), (0.0, 0.0, 0.0, 1, 0.0, 0)),
        (agreement(break_cost_share=0.006), (0.0, 0.0, 0.0, 0, 0.006, 0)),
        (agreement(lenders_stand_still=True), (0.0, 0.0, 0.0, 0, 0.0, 1)),
    ],
)
def test_each_promise_stands_alone(clause: Commitment, expected: tuple[float, ...]) -> None:
    found = conditions(clause)
    assert tuple(found[name] for name in NAMES) == expected
    assert set(found) == set(NAMES)
