"""The pass over all firms at a settlement: levels for the books, sums for the identities."""

import numpy as np
import pytest

from sim.model.firms import flows
from sim.model.firms import record as r
from sim.model.firms.flows import (
    N_ACCOUNTS,
    SALES,
    SUMS,
    audit_entered,
    audit_living,
    settle_firms,
)
from tests.model.firms.hand import borrower, firm, rules, three

LENDER = np.array([1, 0, 0, 0, 0, 0, 0, 0])
SHARE = np.array([0.75, 0.25, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])


def test_the_sums_have_their_places():
    assert [SUMS.index(f"{what}_3") for what in ("count", "credit", "borrowers")] == [3, 7, 11]
    for place in range(flows.LINES, flows.WORST_SHARE):
        assert getattr(flows, SUMS[place].upper()) == place
    assert SUMS[flows.WORST_SHARE] == "worst_lender_share"


def living(f, lender=LENDER, share=SHARE):
    held, watched, sums = np.zeros(2), np.zeros(2), np.zeros(len(SUMS))
    audit_living(f, lender, share, held, watched, sums)
    return held.tolist(), watched.tolist(), dict(zip(SUMS, sums.tolist(), strict=True))


@pytest.mark.parametrize("stage", range(4))
def test_a_borrower_counts_at_its_stage_and_its_balance_at_its_lenders(stage):
    held, watched, sums = living(borrower(stage=stage, monitored=1))
    assert held == [1.25, 3.75]
    assert watched == [0.0, 1.0]
    found = {name: value for name, value in sums.items() if value}
    assert found == {
        f"count_{stage}": 1.0, f"credit_{stage}": 5.0, f"borrowers_{stage}": 1.0, "lines": 10.0,
    }  # fmt: skip


def test_a_firm_without_a_line_is_no_borrower():
    held, watched, sums = living(firm(stage=1, monitored=1))
    assert (held, watched) == ([0.0, 0.0], [0.0, 0.0])
    assert {name for name, value in sums.items() if value} == {"count_1"}


def test_the_worst_contract_is_the_one_whose_shares_are_farthest_from_one():
    sums = np.zeros(len(SUMS))
    for off in (0.0, 0.25, -0.125):
        share = SHARE.copy()
        share[1] += off
        audit_living(borrower(), LENDER, share, np.zeros(2), np.zeros(2), sums)
    assert sums[flows.WORST_SHARE] == 0.25


def entered(f):
    sums = np.zeros(len(SUMS))
    audit_entered(f, sums)
    return {name: value for name, value in zip(SUMS, sums.tolist(), strict=True) if value}


def test_gaps_and_demand_of_everybody_who_ever_entered():
    assert entered(firm(cum_gap=2.0, cum_demand=6.0)) == {
        "gap": 2.0,
        "demand": 6.0,
        "entered": 1.0,
    }


def test_a_cap_table_that_does_not_add_up_is_noticed():
    assert entered(firm(founders=0.5, investors=0.25, holder=0.125))["worst_ownership"] == 0.125


def test_an_exit_is_a_value_and_claims_on_it():
    f = firm(
        status=r.LISTED, exit_value=42.0, founder_proceeds=20.0, investor_proceeds=12.0,
        holder_proceeds=10.0,
    )  # fmt: skip
    assert entered(f) == {"entered": 1.0, "ended": 1.0, "exit_value": 42.0, "exit_claims": 42.0}


@pytest.mark.parametrize(
    ("state", "worse"), [({}, 0), ({"setback": 1}, 1), ({"arrears": 1}, 1), ({"called": 1}, 1)]
)
def test_loans_on_watch_are_those_of_firms_in_trouble(state, worse):
    levels = settled(three(balance=5.0, limit=10.0, **state))
    assert levels["stage_2"] == [worse] * 3


def settled(firms, t=1.0):
    n = firms.shape[0]
    lender, share = np.tile(LENDER, (n, 1)), np.tile(SHARE, (n, 1))
    balance, stage_2 = np.full(n, 9.0), np.full(n, 9, np.uint8)
    held, watched, sums = np.zeros(2), np.zeros(2), np.zeros(len(SUMS))
    total = np.zeros(N_ACCOUNTS)
    settle_firms(
        firms, [rules()], t, np.zeros((n, N_ACCOUNTS)), lender, share, np.full(4, 0.01),
        np.zeros((2, N_ACCOUNTS)), total, np.zeros((1, 2)), np.zeros(N_ACCOUNTS), balance,
        stage_2, held, watched, sums,
    )  # fmt: skip
    return {
        "balance": balance.tolist(), "stage_2": stage_2.tolist(), "held": held.tolist(),
        "total": total, "sums": sums,
    }  # fmt: skip


def test_one_pass_over_an_unborn_a_living_and_an_ended_firm():
    firms = three(
        status=[r.UNBORN, r.ALIVE, r.FAILED_CASH], balance=[9.0, 8.0, 9.0], limit=10.0,
        sales=[1.0, 2.0, 4.0], cum_sales=[0.0, 0.0, 32.0], setback=1,
    )  # fmt: skip
    levels = settled(firms)
    # Levels of who does not live are overwritten, not left over from the quarter before.
    assert (levels["balance"], levels["stage_2"]) == ([0.0, 8.0, 0.0], [0, 1, 0])
    assert levels["held"] == [2.0, 6.0]
    assert levels["total"][SALES] == 34.0
    assert levels["sums"][flows.ENTERED] == 2.0
    assert levels["sums"][flows.ENDED] == 1.0
    assert levels["sums"][:4].sum() == 1.0
