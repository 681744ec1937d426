"""What can be seized beyond tangible assets."""

import pytest

from sim.model.contracts.security import NoPledge, Pledge, Security, added_recovery, conditions


@pytest.mark.parametrize(
    ("clause", "share"),
    [
        (NoPledge(), 0.0),
        (Pledge(kind="pledge", recovery_share=0.0), 0.0),
        (Pledge(kind="pledge", recovery_share=0.15), 0.15),
        (Pledge(kind="pledge", recovery_share=1.0), 1.0),
    ],
)
def test_a_pledge_returns_its_share(clause: Security, share: float) -> None:
    assert added_recovery(clause) == share
    assert conditions(clause) == {"security": share, "line_rank": 1}
