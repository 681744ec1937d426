"""Whether the bank brings equity investors."""

import pytest

from sim.model.contracts.introduction import (
    Introduction,
    Investors,
    NoIntroduction,
    Referral,
    conditions,
)


@pytest.mark.parametrize(
    ("clause", "factor"),
    [
        (NoIntroduction(), 1.0),
        (Referral(kind="referral", round_factor=2.0), 2.0),
        (Referral(kind="referral", round_factor=1.0), 1.0),
        (Referral(kind="referral", round_factor=0.0), 0.0),
    ],
)
def test_an_introduction_changes_how_often_rounds_come(
    clause: Introduction, factor: float
) -> None:
    assert conditions(clause) == {"introduction": factor}


def test_investors_bring_an_amount_and_leave_other_rounds_as_they_are() -> None:
    found = conditions(Investors(kind="investors", amount=40.0, most_stake=0.3))
    assert found == {"introduction": 1.0, "brought_equity": 40.0, "brought_stake": 0.3}
