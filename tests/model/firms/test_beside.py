"""Debts beside the credit line: taken up, served, refinanced, defaulted on, and in which order."""

from typing import Any

import numpy as np
import pytest

from sim.model.contracts.arrangement import Arrangement
from sim.model.firms.beside import (
    bond_issue,
    borrow,
    ends_left,
    lease_for_growth,
    pay_back_all,
    serve_debts,
    take_instruments,
)
from sim.model.firms.contract_effects import reduce_commitment
from sim.model.firms.credit_line import manage_cash
from sim.model.firms.debts import BESIDE, BOND, DEBTS, LEASE, OF_TERM_LOAN, TRUST
from sim.model.firms.equity import share_out
from sim.model.firms.failure import close, on_arrears_end
from sim.model.firms.operations import set_flows
from sim.model.firms.overdue import due_within_year, pressing
from sim.model.firms.project import end_project
from sim.model.firms.record import ALIVE, FAILED_CASH, FAILED_TECHNICAL
from sim.model.firms.workout import pay_from_cash, settle_default
from tests.model.banks.three import conditions
from tests.model.firms.hand import Diary, borrower, market, quiet

TRUSTED: dict[str, Any] = {
    "kind": "beside", "line_share": 0.8, "rate": 0.08, "years": 2.0, "claim_rank": 2,
}  # fmt: skip
ISSUED: dict[str, Any] = {
    "kind": "issued", "least_sales": 10.0, "least_amount": 2.0, "sales_share": 0.2,
    "rate": 0.03, "years": 3.0, "underwriting_fee_share": 0.01, "covered_share": 0.5,
}  # fmt: skip
LEASED: dict[str, Any] = {
    "kind": "finance", "equipment_share": 0.5, "rate": 0.06, "years": 2.0, "equipment_years": 5.0,
}  # fmt: skip
TRANCHE: dict[str, Any] = {"kind": "tranche", "line_share": 0.6, "surcharge_rate": 0.01}
BOUGHT: dict[str, Any] = {
    "kind": "shares", "amount": 20.0, "most_stake": 0.25, "preference_multiple": 1.0,
}  # fmt: skip
WORK: dict[str, Any] = {
    "recovery_tangible": 0.4, "recovery_unsecured_share": 0.3, "workout_years": 1.0,
    "default_threshold": 0.02, "drawdown_at_default_share": 0.0,
}  # fmt: skip


def needy(**values: Any) -> Any:
    """A borrower that wants all that it is offered."""
    return borrower(
        **{"cost": 40.0, "cash_months": 12.0, "sales": 50.0, "scale": 50.0, "value": 60.0} | values
    )


def signed(f: Any, c: Any = None, **clauses: Any) -> Any:
    """The firm after it has signed for its line and the instruments beside it."""
    take_instruments(f, c or market(), conditions(**clauses), float(f.limit), 0.0)
    return f


# --- Signing -----------------------------------------------------------------------------


def test_a_trust_company_lends_a_part_of_the_line_and_no_more_than_is_needed():
    f = signed(needy(), trust_loan=TRUSTED)
    assert f.owed[TRUST] == f.beside == f.cum_lent[TRUST] == f.cash == pytest.approx(8.0)
    assert f.charge == pytest.approx(0.64)
    assert (f.owed_end[TRUST], f.claim_rank[BESIDE + TRUST]) == (2.0, 2)
    assert signed(needy(cash=900.0), trust_loan=TRUSTED).beside == pytest.approx(5.0)  # the line
    assert signed(needy(cash=900.0, balance=0.0), trust_loan=TRUSTED).beside == 0.0


def test_a_second_contract_leaves_a_debt_that_runs_as_it_is():
    f = signed(signed(needy(), trust_loan=TRUSTED), trust_loan=TRUSTED | {"rate": 0.2})
    assert (f.owed[TRUST], f.owed_rate[TRUST]) == (pytest.approx(8.0), 0.08)


@pytest.mark.parametrize(
    ("sales", "bust", "issue"), [(50.0, 0, 10.0), (50.0, 1, 0.0), (9.0, 0, 0.0), (10.0, 0, 2.0)]
)
def test_a_bond_needs_an_issuer_of_a_size_and_a_market(sales, bust, issue):
    f = signed(needy(sales=sales), market(bust=bust), bond=ISSUED)
    assert f.owed[BOND] == pytest.approx(issue)
    assert f.cum_underwriting == pytest.approx(0.01 * issue)
    assert f.cash == pytest.approx(0.99 * issue)


def test_an_issue_below_the_least_is_none():
    assert bond_issue(conditions(bond=ISSUED | {"least_amount": 11.0}), 50.0, True) == 0.0


def test_a_term_loan_is_a_part_of_the_line_that_is_lent_at_once():
    f = signed(borrower(balance=0.0), term_loan=TRANCHE)
    assert (f.term, f.balance, f.limit, f.cash) == (6.0, 6.0, 10.0, 6.0)
    set_flows(f, quiet(), market())
    assert f.flow == pytest.approx(f.sales - f.cost - 0.04 * 6.0 - 0.01 * 6.0)


def test_a_fund_buys_shares_once_and_dilutes_all_alike():
    f = signed(needy(founders=0.8, investors=0.2), fund_equity=BOUGHT)
    assert (f.cum_fund, f.fund) == (pytest.approx(20.0), pytest.approx(0.25))
    assert (f.founders, f.investors) == (pytest.approx(0.6), pytest.approx(0.15))
    before = float(f.fund)
    assert signed(f, fund_equity=BOUGHT).fund == before


@pytest.mark.parametrize(("value", "fund"), [(10.0, 10.0), (40.0, 20.0), (200.0, 50.0)])
def test_a_preference_is_paid_first_or_given_up(value, fund):
    f = signed(needy(founders=0.8, investors=0.2), fund_equity=BOUGHT)
    share_out(f, value)
    parts = (f.founder_proceeds, f.investor_proceeds, f.fund_proceeds)
    assert f.fund_proceeds == pytest.approx(fund)
    assert sum(parts) == pytest.approx(value)
    assert f.founder_proceeds == pytest.approx(4.0 * f.investor_proceeds)


def test_plain_lending_has_nothing_beside_the_line():
    f = signed(needy(term=3.0, lease_share=0.5))
    assert (f.term, f.lease_share, f.beside, f.cash) == (0.0, 0.0, 0.0, 0.0)


# --- Equipment ---------------------------------------------------------------------------


def test_a_lessor_pays_its_part_of_equipment_and_owns_it():
    p = quiet(project_capex=0.3, working_capital=0.1)
    f = signed(needy(invest=8.0), lease=LEASED)
    lease_for_growth(f, p)
    assert f.owed[LEASE] == f.equipment == pytest.approx(0.5 * 0.75 * 8.0 / 4.0)
    before = float(f.equipment)
    f.invest = 0.0
    lease_for_growth(f, p)
    assert f.equipment == pytest.approx(0.95 * before)
    pay_back_all(f)
    assert (f.equipment, f.beside) == (0.0, 0.0)


# --- Service -----------------------------------------------------------------------------


@pytest.mark.parametrize(("end", "t", "left"), [(2.0, 0.25, 8), (2.1, 0.25, 8), (0.25, 0.25, 1)])
def test_instalments_fall_on_the_ends_of_quarters(end, t, left):
    assert ends_left(end, t) == left


def served(f: Any, quarters: int, first: int = 1, c: Any = None) -> Any:
    for quarter in range(first, first + quarters):
        f.now = quarter / 4.0
        serve_debts(f, quiet(), c or market(), quarter / 4.0)
    return f


def test_instalments_repay_the_whole_by_the_end():
    f = signed(needy(cash=50.0, balance=10.0), trust_loan=TRUSTED | {"by_instalments": True})
    lent = float(f.owed[TRUST])
    assert served(f, 1).owed[TRUST] == pytest.approx(lent * 7.0 / 8.0)
    assert served(f, 7, 2).owed[TRUST] == pytest.approx(0.0)
    assert f.cum_returned[TRUST] == pytest.approx(lent)


def test_a_term_loan_shrinks_the_line_as_it_is_repaid():
    f = signed(borrower(balance=0.0, maturity=2.0), term_loan=TRANCHE)
    served(f, 4)
    assert (f.term, f.balance, f.limit) == (3.0, 3.0, 7.0)
    f.cash = 100.0
    manage_cash(f, quiet())
    assert f.balance == f.term  # repaid by its schedule, and no sooner


@pytest.mark.parametrize(
    ("state", "bust", "rolls"),
    [({}, 0, True), ({"setback": 1}, 0, False), ({"value": 1.0}, 0, False), ({}, 1, False)],
)
def test_a_bond_that_ends_is_refinanced_in_good_health_and_an_open_market(state, bust, rolls):
    f = signed(needy(limit=5.0), bond=ISSUED)
    owed, f.cash = float(f.owed[BOND]), 60.0
    for name, value in state.items():
        setattr(f, name, value)
    served(f, 1, 12, market(bust=bust))
    assert f.owed[BOND] == pytest.approx(owed if rolls else 0.0)
    assert f.owed_end[BOND] == (6.0 if rolls else 3.0)
    assert f.cum_rolled == pytest.approx(owed if rolls else 0.0)


def test_a_firm_keeps_cash_for_what_falls_due_within_a_year():
    f = signed(needy(), trust_loan=TRUSTED)
    assert due_within_year(f) == 0.0
    f.now = 1.5
    assert due_within_year(f) == pytest.approx(8.0)


# --- Default -----------------------------------------------------------------------------


@pytest.mark.parametrize(("crosses", "status"), [(True, FAILED_CASH), (False, ALIVE)])
def test_a_debt_that_is_not_paid_is_a_default_on_all_or_waits(crosses, status):
    terms = TRUSTED | {"by_instalments": True, "cross_default": crosses}
    f, p, diary = signed(needy(limit=5.0), trust_loan=terms), quiet(**WORK), Diary()
    f.cash = 0.0
    serve_debts(f, p, market(), 0.25)
    assert f.arrears == (1 if crosses else 0)
    assert (pressing(f) > 0.0) == crosses
    assert f.overdue[TRUST] > 0.0
    if crosses:
        on_arrears_end(f, p, market(), 0.5, *diary.both)
        assert f.exposure_at_default == 5.0  # the bank's loan, which was not due
    assert f.status == status


def test_arrears_are_cured_by_what_is_overdue():
    f, p, diary = signed(needy(limit=5.0), trust_loan=TRUSTED), quiet(**WORK), Diary()
    f.cash, f.setback = 0.0, 1
    serve_debts(f, p, market(), 2.0)
    assert (f.arrears, pressing(f)) == (1, pytest.approx(4.0))
    f.cash = 10.0
    on_arrears_end(f, p, market(), 2.1, *diary.both)
    assert (f.arrears, f.beside, f.status) == (0, 0.0, ALIVE)


STACK: dict[str, dict[str, Any]] = {
    "term_loan": TRANCHE, "bond": ISSUED, "trust_loan": TRUSTED,
}  # fmt: skip


def stacked(ranks: tuple[int, ...], **values: Any) -> Any:
    """A firm that owes 4 on its line, 6 on a term loan, 10 on each debt beside them."""
    f = needy(balance=10.0, term=6.0, tangible=0.0, **values)
    for n in range(len(DEBTS)):
        f.owed[n] = 10.0
    f.claim_rank[:] = ranks
    borrow(f, BOND, 0.0)
    return f


def recovered(f: Any, **values: Any) -> list[float]:
    """What bank, bond buyers, lessor and trust company recover."""
    settle_default(f, quiet(**WORK | values), market(), float(f.balance), 1.0)
    return [float(f.recovery), *map(float, f.owed_recovery)]


EQUAL, BANK_FIRST, BANK_LAST = (1, 1, 1, 1, 1), (1, 1, 2, 2, 2), (2, 2, 1, 1, 1)


@pytest.mark.parametrize(
    ("ranks", "paid"),
    [
        (EQUAL, [3.0, 3.0, 3.0, 3.0]),
        (BANK_FIRST, [10.0, 2.0 / 3.0, 2.0 / 3.0, 2.0 / 3.0]),
        (BANK_LAST, [0.0, 4.0, 4.0, 4.0]),
        ((1, 3, 2, 4, 4), [4.0, 8.0, 0.0, 0.0]),  # line, bond, then the term loan
        ((3, 1, 2, 4, 4), [6.0, 6.0, 0.0, 0.0]),  # term loan, bond
        ((2, 2, 2, 1, 2), [2.0 / 3.0, 2.0 / 3.0, 10.0, 2.0 / 3.0]),
        ((2, 2, 2, 2, 1), [2.0 / 3.0, 2.0 / 3.0, 2.0 / 3.0, 10.0]),
    ],
)
def test_the_rank_of_every_instrument_says_who_loses(ranks, paid):
    found = recovered(stacked(ranks))
    assert sum(found) == pytest.approx(12.0)
    assert found == pytest.approx(paid)


def test_assets_pay_those_who_hold_them_and_what_is_over_is_the_estates():
    f = stacked(EQUAL, equipment=10.0)
    f.tangible = 0.8  # 40 in use, of which a lessor owns 10; they bring 12 and 4
    bank, bond, lease, trust = recovered(f)
    # Of the plant 2 are over; unsecured are 6 of the lessor and 20 of others: 0.3 and 2 of 26.
    share = 0.3 + 2.0 / 26.0
    assert bank == 10.0
    assert [bond, trust] == pytest.approx([10.0 * share] * 2)
    assert lease == pytest.approx(4.0 + 6.0 * share)


def test_one_claim_recovers_what_it_does_alone():
    alone = needy(balance=10.0, tangible=0.1)
    settle_default(alone, quiet(**WORK), market(), 10.0, 1.0)
    assert alone.recovery == 10.0 - (10.0 - 2.0) * (1.0 - 0.3)


@pytest.mark.parametrize(
    ("ranks", "left"), [(EQUAL, [8.0, 8.0, 8.0, 8.0]), (BANK_FIRST, [2.0, 10.0, 10.0, 10.0])]
)
def test_cash_of_a_firm_that_closes_goes_by_rank(ranks, left):
    f = stacked(ranks, cash=8.0)
    pay_from_cash(f)
    assert [float(f.balance), *map(float, f.owed)] == pytest.approx(left)
    assert (f.cash, f.cum_dividend) == (pytest.approx(0.0), pytest.approx(0.0))


def test_a_default_keeps_what_was_owed_and_ends_its_cost():
    f, diary = stacked(EQUAL), Diary()
    close(f, quiet(**WORK), market(), 1.0, FAILED_TECHNICAL, *diary.both)
    assert (f.beside, f.charge, f.term, f.balance) == (0.0, 0.0, 0.0, 0.0)
    assert np.array_equal(f.owed, [10.0] * len(DEBTS))
    assert f.exposure_at_default == 10.0


def test_an_arrangement_has_at_most_four_instruments():
    four = {"term_loan": TRANCHE, "trust_loan": TRUSTED, "fund_equity": BOUGHT}
    Arrangement.model_validate(four)
    with pytest.raises(ValueError, match="at most 4 instruments"):
        Arrangement.model_validate(four | {"lease": LEASED})


@pytest.mark.parametrize(("cash", "share"), [(20.0, 1.0), (6.0, 0.6)])
def test_a_lessor_pays_its_part_of_a_project_and_the_firm_the_rest(cash, share):
    p = quiet(project_capex=0.4, working_capital=0.1, project_keeps_share=0.0)
    f = signed(needy(limit=5.0, project=1, demand=16.6667, gain=0.5), lease=LEASED)
    f.cash = cash
    assert end_project(f, p, 1.0)
    assert f.owed[LEASE] == pytest.approx(0.4 * share * 16.6667, rel=1e-5)
    assert f.cash == pytest.approx(cash - 0.6 * share * 16.6667, abs=1e-4)


def test_what_is_overdue_on_a_term_loan_does_not_fall_due_again():
    # Two ends of quarters are left for what is not overdue yet; nothing can be paid.
    f, p = signed(borrower(balance=0.0, maturity=1.25), term_loan=TRANCHE), quiet()
    f.limit, f.cash, f.overdue[OF_TERM_LOAN] = f.balance, 0.0, 2.0
    f.maturity = 1.25
    serve_debts(f, p, market(), 1.0)
    assert f.overdue[OF_TERM_LOAN] == 2.0 + (6.0 - 2.0) / 2.0
    assert (f.term, f.arrears) == (6.0, 1)


def test_a_call_that_is_paid_leaves_nothing_overdue_on_the_term_loan():
    f, p = signed(borrower(balance=0.0, maturity=2.0, setback=1), term_loan=TRANCHE), quiet()
    f.cash = 0.0
    f.limit = 6.0
    serve_debts(f, p, market(), 0.25)
    assert pressing(f) == pytest.approx(0.75)
    reduce_commitment(f, quiet(call_years=0.5), 0.3, 0.0)
    assert (f.term, pressing(f), f.due) == (0.0, 0.0, 6.0)
