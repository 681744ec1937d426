"""What is read of each firm at a settlement: levels for the books, sums for the identities."""

import numpy as np
import pytest

from sim.engine.quarter import QUARTER
from sim.model.firms import flows
from sim.model.firms import record as r
from sim.model.firms.claims import WEIGHT
from sim.model.firms.flows import SUMS, audit_entered, audit_living
from tests.model.firms.hand import borrower, firm

LENDER = np.array([1, 0, 0, 0, 0, 0, 0, 0])
SHARE = np.array([0.75, 0.25, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
CALLED = np.zeros((5, 8))


def test_the_sums_have_their_places():
    assert [SUMS.index(f"{what}_3") for what in ("count", "credit", "borrowers")] == [3, 7, 11]
    for place in range(flows.LINES, flows.WORST_SHARE):
        assert getattr(flows, SUMS[place].upper()) == place
    assert SUMS[flows.WORST_SHARE] == "worst_lender_share"


def living(f, lender=LENDER, share=SHARE):
    quarter, sums = QUARTER.empty(2), np.zeros(len(SUMS))
    audit_living(f, lender, share, CALLED, quarter, sums)
    found = dict(zip(SUMS, sums.tolist(), strict=True))
    return quarter.held.tolist(), quarter.watched.tolist(), found


@pytest.mark.parametrize("stage", range(4))
def test_a_borrower_counts_at_its_stage_and_its_balance_at_its_lenders(stage):
    held, watched, sums = living(borrower(stage=stage, monitored=1))
    assert held == [1.25, 3.75]
    assert watched == [0.0, 1.0]
    found = {name: value for name, value in sums.items() if value}
    assert found == {
        f"count_{stage}": 1.0, f"credit_{stage}": 5.0, f"borrowers_{stage}": 1.0, "lines": 10.0,
        "outside_accounts": 1.0,
    }  # fmt: skip


def test_a_firm_without_a_line_is_no_borrower():
    held, watched, sums = living(firm(stage=1, monitored=1))
    assert (held, watched) == ([0.0, 0.0], [0.0, 0.0])
    assert {name for name, value in sums.items() if value} == {"count_1", "outside_accounts"}


def test_a_firm_counts_at_the_bank_of_its_basic_account():
    quarter, sums = QUARTER.empty(2), np.zeros(len(SUMS))
    for host in (0, 1, 1, r.OUTSIDE):
        audit_living(firm(host=host), LENDER, SHARE, CALLED, quarter, sums)
    assert quarter.accounts.tolist() == [1.0, 2.0]
    assert sums[flows.OUTSIDE_ACCOUNTS] == 1.0


def test_the_balance_weighs_at_each_lender_what_its_own_part_weighs():
    quarter, sums, called = QUARTER.empty(2), np.zeros(len(SUMS)), CALLED.copy()
    called[WEIGHT, :2] = 0.85, 0.75
    f = borrower(risk_weight=0.75 * 0.85 + 0.25 * 0.75, conversion=0.0)
    audit_living(f, LENDER, SHARE, called, quarter, sums)
    # Bank 1 stands first.
    assert quarter.weighted == pytest.approx([0.25 * 5.0 * 0.75, 0.75 * 5.0 * 0.85])


def test_the_worst_contract_is_the_one_whose_shares_are_farthest_from_one():
    sums = np.zeros(len(SUMS))
    for off in (0.0, 0.25, -0.125):
        share = SHARE.copy()
        share[1] += off
        audit_living(borrower(), LENDER, share, CALLED, QUARTER.empty(2), sums)
    assert sums[flows.WORST_SHARE] == 0.25


def entered(f):
    sums = np.zeros(len(SUMS))
    audit_entered(f, sums)
    return {name: value for name, value in zip(SUMS, sums.tolist(), strict=True) if value}


def test_gaps_and_demand_of_everybody_who_ever_entered():
    assert entered(firm(cum_gap=2.0, cum_demand=6.0)) == {
        "gap": 2.0, "demand": 6.0, "entered": 1.0, "register_gap": 2.0, "register_demand": 6.0,
    }  # fmt: skip


def test_gaps_and_demand_of_the_register_end_where_a_firm_outgrows_it():
    f = firm(
        cum_gap=2.0, cum_demand=6.0, gap_on_register=1.0, demand_on_register=4.0, stratum=r.LARGE
    )
    assert entered(f) == {
        "gap": 2.0, "demand": 6.0, "entered": 1.0, "register_gap": 1.0, "register_demand": 4.0,
    }  # fmt: skip


@pytest.mark.parametrize(("limit", "borrowers"), [(0.0, 0.0), (10.0, 1.0)])
def test_large_firms_are_counted_beside_the_stages(limit, borrowers):
    _, _, sums = living(borrower(stratum=r.LARGE, limit=limit))
    assert (sums["large"], sums["large_borrowers"]) == (1.0, borrowers)
    assert sums["large_credit"] == 5.0
    assert [sums[name] for name in ("count_0", "credit_0", "borrowers_0", "lines")] == [0.0] * 4


def test_a_cap_table_that_does_not_add_up_is_noticed():
    assert entered(firm(founders=0.5, investors=0.25, holder=0.125))["worst_ownership"] == 0.125


def test_an_exit_is_a_value_and_claims_on_it():
    f = firm(
        status=r.LISTED, exit_value=42.0, founder_proceeds=20.0, investor_proceeds=12.0,
        holder_proceeds=10.0,
    )  # fmt: skip
    assert entered(f) == {"entered": 1.0, "ended": 1.0, "exit_value": 42.0, "exit_claims": 42.0}
