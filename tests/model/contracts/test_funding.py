"""Whose money: what is refinanced, at what rate, up to which quota."""

import pytest

from sim.model.contracts.funding import Funding, OwnFunds, Relending, conditions


def relending(share: float, rate: float) -> Relending:
    return Relending(kind="relending", refinanced_share=share, rate=rate, quota=100.0)


@pytest.mark.parametrize(
    ("clause", "share", "rate", "quota"),
    [
        (OwnFunds(), 0.0, 0.0, 0.0),
        # The quota is stated for a thousand firms.
        (relending(0.6, 0.015), 0.6, 0.015, 250.0),
        (relending(0.0, 0.015), 0.0, 0.015, 250.0),
    ],
)
def test_a_share_of_the_principal_is_refinanced_up_to_the_quota(
    clause: Funding, share: float, rate: float, quota: float
) -> None:
    assert conditions(clause, 2.5) == {
        "refinanced_share": share, "relending_rate": rate, "quota": quota,
    }  # fmt: skip
