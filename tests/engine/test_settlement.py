"""The close of a quarter by hand: what is posted, each number of a bank, each identity."""

import math

import numpy as np
import pytest

from sim.base.errors import AccountingError
from sim.engine import ledger
from sim.engine.history import BANK_COLUMNS
from sim.engine.ledger import (
    BANKS,
    BORNE,
    CUSTOMERS,
    DRAWN,
    FIRMS,
    FUNDING,
    GUARANTORS,
    OTHER_BANKS,
    OUTLAYS,
    PARENTS,
    SALES,
    SUPPLIERS,
)
from sim.engine.quarter import QUARTER, Closing, check_identities, read_firms
from sim.engine.settlement import closing, identities, settle
from sim.engine.world import HISTORY, World
from sim.model.banks.books import replenish
from sim.model.firms import flows as f
from sim.model.firms import record as r
from sim.model.firms.claims import SHORT
from sim.model.firms.clock import accrue
from sim.model.firms.failure import close
from sim.model.firms.record import FAILED_CASH
from tests.capital import with_one_weight
from tests.engine.hand import desks, economy, lent, offered, pay, sign_offers, world

BANKING = {
    "underwriting.funding_rate": 0.02, "underwriting.operating_cost": [0.012, 0.0, 0.0, 0.0],
    "underwriting.monitoring_cost": 0.04,
    "provisions.stage_2_factor": 2.0, "provisions.lifetime_years": 3.0,
} | with_one_weight(0.8, 0.1)  # fmt: skip
BUSINESS = {
    "startup_margin": 0.25, "deposit_margin": 0.0, "settlement_fee_share": 0.001,
    "guarantee_fee_rate": 0.0, "loan_account_turns": 1.0, "loan_account_cap": 0.5,
    "drawdown_at_default_share": 0.0, "recovery_tangible": 0.0, "recovery_unsecured_share": 0.0,
    "workout_years": 0.0,
}  # fmt: skip
SET_ASIDE = 10.0 * (1.0 - math.exp(-0.03)) * 0.45


def quarter(arrangement="plain", values=None, **fields):
    """A borrower with 10 of a line of 20 at 4 percent; 4 of own money, sales of 8 a year."""
    w = world(
        economy(values=BANKING | (values or {}), **BUSINESS), arrangement,
        log_scale=math.log(8.0),
        contract=[-1, 0, -1], limit=[0.0, 20.0, 0.0], balance=[0.0, 10.0, 0.0],
        rate=[0.0, 0.04, 0.0], maturity=99.0, cum_equity=4.0, cum_drawn=[0.0, 10.0, 0.0],
        cash=[4.0, 14.0, 4.0],
        **({"risk_weight": 0.8, "defaulted_weight": 1.5 * 0.55} | fields),
    )  # fmt: skip
    w.believed_default[1], w.believed_loss[1] = 0.03, 0.45
    w.called[1, SHORT, 0] = 0.02
    return lent(w, {1: {0: 1.0}})


def row(w):
    """The last row of the only bank, by column."""
    return dict(zip(BANK_COLUMNS, w.panel[-1][1][0].tolist(), strict=True))


def test_profit_and_loss_of_one_quarter_by_hand():
    w = quarter()
    settle(w, 0.25)
    found = row(w)
    expected = {
        "interest": 0.1, "balance_years": 2.5, "drawn": 10.0, "repaid": 0.0,
        # One per mille of sales of two; half of it runs through the account of the loan, the rest
        # is earned outside.
        "relationship": 0.001, "hosted": 0.0,
        # Two percent on all that is lent; as much on a tenth of eight tenths of it, and the
        # rest of what three millions of capital earn is the parent's.
        "funding": 0.05, "capital_benefit": 0.004, "free_income": 0.015 - 0.004,
        "capital_years": 0.2, "operating": 0.03, "policy_subsidy": 0.05, "tax": 0.0, "vat": 0.0,
        "commitment": 0.0, "rationed": 0.0,
        "provision": SET_ASIDE, "gain": 0.0, "royalty": 0.0, "relending": 0.0, "fee": 0.0,
        "monitoring": 0.0, "screening": 0.0, "exposure_at_default": 0.0, "loss": 0.0,
        "injection": 0.0,
    }  # fmt: skip
    assert {name: found[name] for name in expected} == pytest.approx(expected)
    assert found["profit"] == pytest.approx(0.101 - 0.076 - SET_ASIDE)
    assert found["profit_before_tax"] == found["profit"]


def test_taxes_fees_and_undrawn_lines_of_one_quarter_by_hand():
    tax = {"taxation.income_tax_rate": 0.25}
    w = quarter(
        values=tax, commitment_fee_rate=[0.0, 0.002, 0.0], vat_share=0.05, conversion=0.4,
        economic_capital=0.07,
    )  # fmt: skip
    settle(w, 0.25)
    found = row(w)
    expected = {
        # Two per mille a year on the ten that are not drawn; a twentieth of the interest.
        "commitment": 0.005, "vat": 0.005,
        # Ten drawn and four tenths of ten count, and weigh eight tenths.
        "risk_assets": 11.2, "capital_years": 0.28, "capital_benefit": 0.0056,
        "economic_years": 0.07 * 3.5,
    }  # fmt: skip
    assert {name: found[name] for name in expected} == pytest.approx(expected)
    before = 0.101 - 0.08 + 0.0056 - SET_ASIDE
    assert found["profit_before_tax"] == pytest.approx(before)
    # A loss lowers what the parent pays: the desk is paid a quarter of it.
    assert found["tax"] == pytest.approx(0.25 * before)
    assert found["profit"] == pytest.approx(0.75 * before)


def test_balance_sheet_after_one_quarter_by_hand():
    w = quarter()
    settle(w, 0.25)
    found = row(w)
    assert (found["loans"], found["npl"]) == (10.0, 0.0)
    assert found["allowance"] == pytest.approx(SET_ASIDE)
    # Profit, income of free capital and subsidy.
    assert found["equity"] == pytest.approx(3.0 + 0.025 + 0.011 - SET_ASIDE + 0.05)
    # Ten lent from three of capital, less the quarter's cash.
    assert found["funding_stock"] == pytest.approx(7.0 - 0.036 - 0.05)
    assert found["loans"] - found["allowance"] == pytest.approx(
        found["funding_stock"] + found["equity"]
    )
    assert found["risk_assets"] == pytest.approx(8.0)
    assert found["capital_ratio"] == pytest.approx(found["equity"] / 8.0)


def test_the_ledger_tells_the_firms_side_of_the_same_quarter():
    w = quarter()
    settle(w, 0.25)
    paid = {name: float(table[FIRMS].sum()) for name, table in w.ledger.flows.items()}
    earned = {name: float(table[:, FIRMS].sum()) for name, table in w.ledger.flows.items()}
    # Three firms sell two each and pay three quarters of it out; one pays interest.
    assert (earned["sales"], paid["operating outlays"], paid["interest"]) == pytest.approx(
        (6.0, 4.5, 0.1)
    )
    assert (earned["equity rounds"], earned["credit drawn"]) == (12.0, 10.0)
    cash = w.firms.cash + 0.25 * w.firms.flow
    assert w.ledger.parties[FIRMS].received == pytest.approx(float(cash.sum()))


def test_settling_twice_counts_nothing_twice_and_touches_no_firm():
    w = quarter()
    before = w.firms.tobytes()
    settle(w, 0.25)
    first = row(w)
    settle(w, 0.5)
    second = row(w)
    for name in ("interest", "relationship", "operating", "policy_subsidy", "balance_years"):
        assert second[name] == pytest.approx(first[name]), name
    assert (second["drawn"], second["provision"]) == (0.0, pytest.approx(0.0))
    assert w.firms.tobytes() == before
    assert w.settled == 0.5


def test_a_stage_2_loan_is_provided_for_over_its_life():
    for seen, years in ((1.0, 6.0), (0.0, 1.0)):
        w = quarter(values={"underwriting.setback_seen_share": seen}, setback=[0, 1, 0])
        settle(w, 0.25)
        # Twice the default rate for three years, where the setback is seen.
        expected = 10.0 * (1.0 - math.exp(-0.03 * years)) * 0.45
        assert row(w)["allowance"] == pytest.approx(expected)


def test_a_default_moves_from_loans_to_npl_to_what_the_workout_brought():
    w = quarter(security=0.3, cum_cost=[0.0, 13.0, 0.0])
    w.firms[1].cash = 1.0
    settle(w, 0.25)
    firm, p = w.firms[1], w.params[0]
    accrue(firm, p, 0.3)
    close(firm, p, w.market_conditions[0], 0.3, FAILED_CASH, w.log, w.cursor)
    firm.recovery_date = 0.6
    settle(w, 0.5)
    found = row(w)
    # 1.48 of ten is paid from cash; a pledge brings thirty percent of the rest.
    assert (found["exposure_at_default"], found["npl"]) == pytest.approx((8.52, 8.52))
    assert (found["loans"], found["repaid"]) == pytest.approx((0.0, 1.48))
    assert found["loss"] == pytest.approx(0.7 * 8.52)
    # What is owed times the believed loss is set aside until the case is closed.
    assert found["allowance"] == pytest.approx(0.45 * 8.52)
    assert found["provision"] == pytest.approx(0.45 * 8.52 - SET_ASIDE)
    assert found["risk_assets"] == pytest.approx(1.5 * 0.55 * 8.52)
    settle(w, 0.75)
    found = row(w)
    assert (found["npl"], found["recovered"]) == pytest.approx((0.0, 0.3 * 8.52))
    # Seventy percent are lost where forty-five were set aside.
    assert (found["allowance"], found["provision"]) == pytest.approx((0.0, 0.25 * 8.52))


def test_only_the_lead_pays_for_watching_a_firm():
    w = quarter(monitored=[1, 1, 1])
    settle(w, 0.25)
    # Firms without a line are not watched, whatever their last contract said.
    assert row(w)["monitoring"] == pytest.approx(0.01)


def test_the_part_refinanced_by_the_central_bank_costs_its_rate():
    values = {
        "arrangement.plain.funding": {
            "kind": "relending", "refinanced_share": 0.6, "rate": 0.005, "quota": 1e6
        }
    }  # fmt: skip
    w = quarter(values=values, refinanced=[0.0, 0.6, 0.0], relending_rate=0.005)
    settle(w, 0.25)
    saved = 0.015 * 0.6 * 2.5
    assert row(w)["relending"] == pytest.approx(saved)
    # The transfer price of the loan stays; what is saved is a line of its own.
    assert row(w)["funding"] == pytest.approx(0.05)
    assert row(w)["profit"] == pytest.approx(0.101 - 0.076 + saved - SET_ASIDE)


def test_costs_of_decisions_are_paid_once():
    w = quarter()
    desks(w).screening[:], desks(w).coordination[:] = 0.3, 0.2
    settle(w, 0.25)
    assert (row(w)["screening"], row(w)["coordination"]) == (0.3, 0.2)
    settle(w, 0.5)
    assert (row(w)["screening"], row(w)["coordination"]) == (0.0, 0.0)


# --- The end of the year -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("equity", "is_refilled", "share", "injected"),
    [
        (2.0, True, 1.0, 1.0),  # refilled to three
        (2.0, True, 0.4, 0.4),
        (5.0, True, 0.4, -2.0),  # what exceeds the budget goes to the parent
        (2.0, False, 1.0, 0.0),
    ],
)
def test_the_parent_refills_the_budget_or_takes_the_rest(equity, is_refilled, share, injected):
    w, q = world(economy(values={"capital.replenish_share": share})), QUARTER.empty(1)[0]
    b = w.banks[0]
    b.equity, b.funding = equity, 1.0
    replenish(b, q, w.bank_rules[0], w.common[0], is_refilled)
    assert (b.equity, b.funding, q.injection) == (equity + injected, 1.0 - injected, injected)


@pytest.mark.parametrize(
    ("footing", "name", "refilled"),
    [
        ("as_offered", "plain", True),
        ("equal_capital", "plain", False),  # in the experiment each desk keeps what it made
        ("equal_capital", HISTORY, True),
    ],
)
def test_on_equal_capital_only_the_history_refills_budgets(footing, name, refilled):
    w = world(economy(values={"experiment.footing": footing, "capital.replenish_share": 1.0}))
    w.name, desks(w).equity[:], desks(w).funding[:] = name, 2.0, -2.0
    # One million was lost to the suppliers.
    pay(w.ledger, SALES, BANKS, SUPPLIERS, 1.0)
    settle(w, 0.0)
    assert desks(w).equity.tolist() == [3.0 if refilled else 2.0]
    paid = w.ledger.flows["capital of the desk"][PARENTS, BANKS]
    assert paid == row(w)["injection"] == (1.0 if refilled else 0.0)


@pytest.mark.parametrize(("income", "left"), [(0.0, 9.0), (0.4, 9.4), (2.0, 10.0)])
def test_the_parents_own_income_pays_first(income, left):
    w = world(economy())
    b = w.banks[0]
    b.equity, b.parent_equity, w.bank_rules.parent_income = 2.0, 10.0, income
    replenish(b, QUARTER.empty(1)[0], w.bank_rules[0], w.common[0], True)
    assert b.parent_equity == pytest.approx(left)


@pytest.mark.parametrize(("date", "times"), [(0.75, 0), (1.0, 1)])
def test_the_budget_is_refilled_at_year_ends_only(date, times):
    w = quarter()
    settle(w, date)
    assert w.ledger.flows["capital of the desk"].any() == bool(times)


def test_the_books_of_two_lenders_follow_their_shares():
    w = world(
        economy(2, values=BANKING, **BUSINESS), log_scale=math.log(8.0), contract=0, limit=20.0,
        balance=10.0, rate=0.04, maturity=99.0, cum_drawn=10.0, cash=10.0, cum_equity=0.0,
    )  # fmt: skip
    lent(w, {0: {0: 1.0}, 1: {0: 0.6, 1: 0.4}, 2: {1: 1.0}})
    settle(w, 0.25)
    panel = w.panel[-1][1]

    def of(name):
        return panel[:, BANK_COLUMNS.index(name)]

    assert of("loans").tolist() == pytest.approx([16.0, 14.0])
    assert of("interest").tolist() == pytest.approx([0.16, 0.14])
    # Each has what runs through the account of its own loan.
    assert of("relationship").tolist() == pytest.approx([0.0016, 0.0014])
    assert np.all(w.by_bank == 0.0)


def test_business_of_a_firm_that_borrows_elsewhere_is_its_hosts_parents():
    w = world(
        economy(2, values=BANKING, **BUSINESS), log_scale=math.log(8.0), contract=0, limit=20.0,
        balance=10.0, rate=0.04, maturity=99.0, cum_drawn=10.0, cash=10.0, cum_equity=0.0,
        host=[0, 1, r.OUTSIDE], old_host=[0, 1, r.OUTSIDE],
    )  # fmt: skip
    settle(lent(w, {i: {0: 1.0} for i in range(3)}), 0.25)
    panel = w.panel[-1][1]
    found = {
        name: panel[:, BANK_COLUMNS.index(name)].tolist() for name in ("relationship", "hosted")
    }
    # Of 0.002 each firm's lender has a half; the other half is the host's.
    assert found["relationship"] == pytest.approx([0.001 * 4, 0.0])
    assert found["hosted"] == pytest.approx([0.0, 0.001])
    flows = w.ledger.flows
    assert flows["banking business elsewhere"].sum() == pytest.approx(0.001)
    assert flows["banking business beside loans"].sum() == pytest.approx(0.001)


# --- Posting: flows go to those who were lenders when they flowed ----------------------------


def borrowing():
    """Three borrowers of bank 0 that pay 0.4 a year."""
    w = world(
        economy(2), contract=0, limit=20.0, balance=10.0, rate=0.04, maturity=99.0, cash=10.0,
        monitored=[1, 0, 0],
    )  # fmt: skip
    return lent(w, {firm: {0: 1.0} for firm in range(3)})


def moved(w):
    """The same, once firm 1 has taken its loan to bank 1 at half year."""
    offers = offered(line=20.0, rate=0.04)
    offers.lender[:, 0] = 1
    sign_offers(w, offers, who=[1], date=0.5)
    return w


def test_only_a_firm_that_signs_is_posted_before_the_settlement():
    w = moved(borrowing())
    assert w.by_bank[:2, f.INTEREST].tolist() == pytest.approx([0.2, 0.0])
    assert w.posted[:, f.INTEREST].tolist() == pytest.approx([0.0, 0.2, 0.0])


def test_a_flow_is_posted_once_to_the_lenders_of_its_time():
    w = moved(borrowing())
    read_firms(closing(w, 1.0), 1.0)
    assert w.by_bank[:2, f.INTEREST].tolist() == pytest.approx([1.0, 0.2])
    assert w.total[f.INTEREST] == pytest.approx(1.2)


def test_levels_of_a_settlement():
    w = borrowing()
    w.believed_default[:], w.believed_loss[:] = 0.03, 0.45
    w.firms.setback[2], w.common.setback_seen_share = 1, 1.0
    c = closing(w, 1.0)
    read_firms(c, 0.25)
    assert c.quarter.held[:2].tolist() == [30.0, 0.0]
    assert c.quarter.watched[:2].tolist() == [1.0, 0.0]
    u = w.common[0]
    worse = 0.03 * u.stage_2_factor * u.lifetime_years
    expected = 4.5 * (2.0 * (1.0 - math.exp(-0.03)) + 1.0 - math.exp(-worse))
    assert c.quarter.expected_loss[:2].tolist() == pytest.approx([expected, 0.0])
    assert c.sums[f.ENTERED] == 3.0
    assert c.audit.cash[0] == pytest.approx(3 * 10.0 + 0.25 * w.firms.flow.sum())


def test_one_pass_over_an_unborn_a_living_and_an_ended_firm():
    w = world(
        economy(2), status=[r.UNBORN, r.ALIVE, r.FAILED_CASH], balance=[9.0, 8.0, 0.0],
        limit=10.0, cum_sales=[1.0, 2.0, 32.0], exposure_at_default=[0.0, 0.0, 6.0],
        recovery=[0.0, 0.0, 2.0], recovery_date=9.0,
    )  # fmt: skip
    w.firms.now, w.believed_loss[:] = 0.25, 0.5
    c = closing(lent(w, {i: {1: 0.75, 0: 0.25} for i in range(3)}), 1.0)
    read_firms(c, 0.25)
    assert w.total[f.SALES] == 34.0
    assert c.quarter.held[:2].tolist() == [2.0, 6.0]
    assert c.quarter.npl_allowance[:2].tolist() == [0.75, 2.25]
    assert c.quarter.unpaid[:2].tolist() == [1.0, 3.0]
    sums = {name: value for name, value in zip(f.SUMS, c.sums, strict=True) if value}
    assert (sums["entered"], sums["ended"], sums["count_0"]) == (2.0, 1.0, 1.0)
    found = {name: float(c.audit[name][0]) for name in c.audit.dtype.names}
    assert found == {
        "cash": c.audit.cash[0], "business": 0.0, "exposure_at_default": 6.0, "resolved": 0.0,
        "promised": 0.0, "unpaid": 4.0, "exits": 0.0, "holders": 0.0, "buyers": 0.0,
    }  # fmt: skip


# --- Each identity by itself: what it compares, what it lets pass, what it says --------------


WHERE = "year 1.00, plain, replication 0"


@pytest.fixture
def w() -> World:
    return world(economy(2))


def check(w: World, c: Closing, words: str = "") -> None:
    """Check the identities whose name holds some words; nobody lives but for what is given."""
    check_identities(c)
    places = [n for n, name in enumerate(identities(w)) if words in name]
    assert places
    w.ledger.hold([identities(w)[n] for n in places], c.sides[places], WHERE)


def broken(w: World, c: Closing, words: str) -> str:
    """What the run says when an identity breaks."""
    with pytest.raises(AccountingError) as caught:
        check(w, c, words)
    assert WHERE in str(caught.value)
    return str(caught.value)


def test_an_empty_world_closes(w):
    check(w, closing(w, 1.0))
    assert w.ledger.residual == 0.0
    assert w.ledger.checks == len(identities(w)) == 18 + 3 * (2 + 1)


def test_firms_hold_what_they_received_less_what_they_paid(w):
    pay(w.ledger, SALES, CUSTOMERS, FIRMS, 10.0)
    pay(w.ledger, OUTLAYS, FIRMS, SUPPLIERS, 4.0)
    c = closing(w, 1.0)
    c.audit.cash = 6.0
    check(w, c)
    c.audit.cash = 6.5
    assert "firms' cash against the ledger: 6.5 against 6" in broken(w, c, "cash")


def test_all_business_of_firms_is_at_some_bank(w):
    pay(w.ledger, ledger.BUSINESS, FUNDING, BANKS, 2.0)
    pay(w.ledger, ledger.HOSTED, FUNDING, PARENTS, 1.0)
    pay(w.ledger, ledger.ELSEWHERE, FUNDING, OTHER_BANKS, 0.5)
    c = closing(w, 1.0)
    c.audit.business = 3.5
    check(w, c, "banking business of")
    c.audit.business = 3.0
    assert "banking business of firms: 3.5 against 3" in broken(w, c, "banking business of")


def test_what_hosts_have_beside_loans_adds_up_by_bank(w):
    pay(w.ledger, ledger.HOSTED, FUNDING, PARENTS, 1.0)
    desks(w).hosted[:] = 0.75, 0.25
    check(w, closing(w, 1.0), "beside loans")
    desks(w).hosted[1] = 0.5
    words = "banking business beside loans: 1.25 against 1"
    assert words in broken(w, closing(w, 1.0), "beside loans")


def test_each_living_firm_has_its_basic_account_at_one_bank(w):
    counts = {"count_0": 2.0, "count_2": 3.0, "outside_accounts": 1.0}
    c = with_sums(w, **counts)
    c.quarter.accounts[:2] = 3.0, 1.0
    check(w, c, "basic accounts")
    c.quarter.accounts[0] = 2.0
    assert "basic accounts of firms: 4 against 5" in broken(w, c, "basic accounts")


@pytest.mark.parametrize(("bank", "name"), [(0, "a"), (1, "b")])
def test_loans_of_each_bank_are_the_balances_of_its_clients(w, bank, name):
    c = closing(w, 1.0)
    c.books.loans[:2] = c.quarter.held[:2] = 7.0, 5.0
    check(w, c, f"loans of {name}")
    c.books.loans[bank] += 0.5
    assert f"loans of {name}" in broken(w, c, "loans of")


def test_loans_in_default_are_those_owed_and_not_resolved(w):
    c = closing(w, 1.0)
    c.audit.exposure_at_default, c.audit.resolved = 7.0, 4.0
    c.books.npl[:2] = 2.0, 1.0
    check(w, c, "in default")
    c.books.npl[0] = 2.1
    assert "loans in default: 3.1 against 3" in broken(w, c, "in default")


def defaults(w: World) -> Closing:
    """Two firms lost five millions, of which the guarantor pays two and has paid one."""
    c = closing(w, 1.0)
    c.audit.unpaid, c.audit.promised = 5.0, 1.0
    c.quarter.unpaid[:2] = 3.75, 1.25
    c.books.lost[:2], c.books.covered[:2] = [2.25, 0.75], [1.5, 0.5]
    pay(w.ledger, BORNE, GUARANTORS, BANKS, 1.0)
    return c


def test_what_is_lost_is_borne_by_banks_and_by_others(w):
    check(w, defaults(w), "losses")


@pytest.mark.parametrize("who", ["lost", "covered"])
@pytest.mark.parametrize(("bank", "name"), [(0, "a"), (1, "b")])
def test_a_loss_that_nobody_bears_is_found_at_its_bank(w, who, bank, name):
    c = defaults(w)
    getattr(c.books, who)[bank] -= 0.25
    assert f"losses on loans of {name}" in broken(w, c, "losses")


def test_a_loss_that_others_have_not_paid_is_found_in_the_total(w):
    c = defaults(w)
    pay(w.ledger, BORNE, BANKS, GUARANTORS, 0.5)
    words = "losses of lenders and protection providers: 4.5 against 5, off by 0.5 CNY million"
    assert words in broken(w, c, "losses")


@pytest.mark.parametrize("item", ["loans", "npl", "allowance", "funding", "equity"])
def test_assets_of_each_bank_are_its_funding_and_its_capital(w, item):
    c, b = closing(w, 1.0), w.banks
    b.loans[1], b.npl[1], b.allowance[1] = 8.0, 2.0, 1.0
    b.funding[1], b.equity[1] = 6.0, 3.0
    # Each desk begins with three millions of capital that it lends to the market.
    pay(w.ledger, DRAWN, BANKS, FIRMS, 9.0)
    for words in ("balance sheet", "funding"):
        check(w, c, words)
    getattr(b, item)[1] += 0.25
    assert "balance sheet of b" in broken(w, c, "balance sheet")


def test_all_cash_of_banks_has_a_counterpart(w):
    # Both sides of a bank's balance sheet grow, and nobody has been paid.
    w.banks.loans[0] += 1.0
    w.banks.funding[0] += 1.0
    words = "banks' funding against the ledger: -5 against -6"
    assert words in broken(w, closing(w, 1.0), "funding")


def with_sums(w: World, **sums: float) -> Closing:
    """The close of a quarter with the given sums over all firms."""
    c = closing(w, 1.0)
    for name, value in sums.items():
        c.sums[f.SUMS.index(name)] = value
    return c


@pytest.mark.parametrize(
    ("sums", "words"),
    [
        ({"worst_ownership": 1e-6}, "cap table of the worst firm"),
        ({"worst_lender_share": 1e-6}, "shares of the lenders of the worst contract"),
        ({"exit_value": 42.0, "exit_claims": 41.0}, "claims on exit values: 41 against 42"),
    ],
)
def test_what_belongs_to_somebody_is_shared_out_in_full(w, sums, words):
    assert words in broken(w, with_sums(w, **sums), "")


def test_rounding_errors_pass_and_are_remembered(w):
    check(w, with_sums(w, worst_ownership=2e-13, exit_value=42.0, exit_claims=42.0))
    assert w.ledger.residual == pytest.approx(2e-13, rel=0.01)


def test_whoever_entered_lives_or_has_ended(w):
    counts = {
        "entered": 10.0,
        "ended": 4.0,
        "count_0": 1.0,
        "count_1": 2.0,
        "count_3": 3.0,
        "outside_accounts": 6.0,
    }
    check(w, with_sums(w, **counts))
    words = broken(w, with_sums(w, **(counts | {"ended": 3.0})), "")
    assert "firms that entered: 10 against 9" in words
