"""Whose money: the cost of one more unit lent."""

import pytest

from sim.model.contracts.funding import Funding, OwnFunds, Relending, marginal_cost


def relending(share: float, rate: float) -> Relending:
    return Relending(kind="relending", refinanced_share=share, rate=rate, quota=100.0)


@pytest.mark.parametrize(
    ("clause", "quota_left", "cost"),
    [
        (OwnFunds(), True, 0.02),
        (OwnFunds(), False, 0.02),
        (relending(0.6, 0.015), True, 0.4 * 0.02 + 0.6 * 0.015),
        (relending(0.6, 0.015), False, 0.02),
        (relending(1.0, 0.015), True, 0.015),
        (relending(0.0, 0.015), True, 0.02),
        # A central bank that asks more than depositors do.
        (relending(0.5, 0.04), True, 0.03),
    ],
)
def test_relending_costs_less_as_far_as_the_quota_reaches(
    clause: Funding, quota_left: bool, cost: float
) -> None:
    assert marginal_cost(clause, 0.02, quota_left) == pytest.approx(cost, rel=1e-15)
