"""The close of a quarter: one bank, one borrower, every number by hand."""

import math

import numpy as np
import pytest

from sim.engine.history import BANK_COLUMNS
from sim.engine.ledger import BANKS, FIRMS, PARENTS
from sim.engine.settlement import replenish, settle
from sim.engine.world import HISTORY
from sim.model.firms.clock import accrue
from sim.model.firms.events import close
from sim.model.firms.record import FAILED_CASH
from tests.engine.hand import economy, lent, world

BANKING = {
    "underwriting.funding_rate": 0.02, "underwriting.operating_cost": [0.012, 0.0, 0.0, 0.0],
    "underwriting.tolerance_rate": 0.02, "underwriting.monitoring_cost": 0.04,
    "capital.risk_weight": 0.8, "capital.defaulted_risk_weight": 1.5,
    "provisions.worsened_factor": 2.0, "provisions.lifetime_years": 3.0,
}  # fmt: skip
BUSINESS = {
    "startup_margin": 0.25, "deposit_margin": 0.0, "fee_share": 0.001, "capture_plain": 0.5,
    "failing_draw_share": 0.0, "recovery_tangible": 0.0, "workout_years": 0.0,
}  # fmt: skip
SET_ASIDE = 10.0 * (1.0 - math.exp(-0.03)) * 0.45


def quarter(arrangement="plain", values=None, **fields):
    """A borrower with 10 of a line of 20 at 4 percent; 4 of own money, sales of 8 a year."""
    w = world(
        economy(values=BANKING | (values or {}), **BUSINESS), arrangement,
        log_scale=math.log(8.0),
        contract=[-1, 0, -1], limit=[0.0, 20.0, 0.0], balance=[0.0, 10.0, 0.0],
        rate=[0.0, 0.04, 0.0], maturity=99.0, cum_equity=4.0, cum_drawn=[0.0, 10.0, 0.0],
        cash=[4.0, 14.0, 4.0], capture=0.5, **fields,
    )  # fmt: skip
    w.believed_default[1], w.believed_loss[1] = 0.03, 0.45
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
        # A share of a half of one per mille of sales of two.
        "relationship": 0.001,
        # Two percent on what is lent beyond three millions of capital.
        "funding": 0.02 * (2.5 - 0.75), "operating": 0.03, "tolerance": 0.05,
        "provision": SET_ASIDE, "gain": 0.0, "royalty": 0.0, "relending": 0.0, "fee": 0.0,
        "monitoring": 0.0, "screening": 0.0, "owed": 0.0, "loss": 0.0, "injection": 0.0,
    }  # fmt: skip
    assert {name: found[name] for name in expected} == pytest.approx(expected)
    assert found["profit"] == pytest.approx(0.101 - 0.065 - SET_ASIDE)


def test_balance_sheet_after_one_quarter_by_hand():
    w = quarter()
    settle(w, 0.25)
    found = row(w)
    assert (found["loans"], found["npl"]) == (10.0, 0.0)
    assert found["allowance"] == pytest.approx(SET_ASIDE)
    assert found["equity"] == pytest.approx(3.0 + 0.036 - SET_ASIDE + 0.05)
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
    assert w.ledger.received(FIRMS) == pytest.approx(float(cash.sum()))


def test_settling_twice_counts_nothing_twice_and_touches_no_firm():
    w = quarter()
    before = w.firms.tobytes()
    settle(w, 0.25)
    first = row(w)
    settle(w, 0.5)
    second = row(w)
    for name in ("interest", "relationship", "operating", "tolerance", "balance_years"):
        assert second[name] == pytest.approx(first[name]), name
    assert (second["drawn"], second["provision"]) == (0.0, pytest.approx(0.0))
    assert w.firms.tobytes() == before
    assert w.settled == 0.5


def test_a_worsened_loan_is_provided_for_over_its_life():
    w = quarter(setback=[0, 1, 0])
    settle(w, 0.25)
    # Twice the default rate for three years.
    assert row(w)["allowance"] == pytest.approx(10.0 * (1.0 - math.exp(-0.18)) * 0.45)


def test_a_default_moves_from_loans_to_npl_to_what_the_workout_brought():
    w = quarter(security=0.3, cum_cost=[0.0, 13.0, 0.0])
    w.firms[1].cash = 1.0
    settle(w, 0.25)
    f, p = w.firms[1], w.params[0]
    accrue(f, p, 0.3)
    close(f, p, w.climate[0], 0.3, FAILED_CASH, w.log, w.cursor)
    f.recovery_date = 0.6
    settle(w, 0.5)
    found = row(w)
    # 1.48 of ten is paid from cash; a pledge brings thirty percent of the rest.
    assert (found["owed"], found["npl"]) == pytest.approx((8.52, 8.52))
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
    assert row(w)["funding"] == pytest.approx(0.035 - saved)


def test_costs_of_decisions_are_paid_once():
    w = quarter()
    w.banks.screening[:], w.banks.coordination[:] = 0.3, 0.2
    settle(w, 0.25)
    assert (row(w)["screening"], row(w)["coordination"]) == (0.3, 0.2)
    settle(w, 0.5)
    assert (row(w)["screening"], row(w)["coordination"]) == (0.0, 0.0)


# --- The end of the year -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("equity", "footing", "share", "moved"),
    [
        (2.0, "as_offered", 1.0, 1.0),  # refilled to three
        (2.0, "as_offered", 0.4, 0.4),
        (5.0, "as_offered", 0.4, -2.0),  # what exceeds the budget goes to the parent
        (2.0, "equal_capital", 1.0, 0.0),  # in the experiment each desk keeps what it made
    ],
)
def test_the_parent_refills_the_budget_or_takes_the_rest(equity, footing, share, moved):
    values = {"experiment.footing": footing, "capital.replenish_share": share}
    w = world(economy(values=values))
    w.banks.equity[:], w.banks.funding[:] = equity, 1.0
    result = {}
    replenish(w, result)
    assert w.banks.equity[0] == equity + moved
    assert w.banks.funding[0] == 1.0 - moved
    assert result["injection"].tolist() == [moved]
    assert w.ledger.flows["capital of the desk"][PARENTS, BANKS] == moved


def test_in_the_history_the_budget_is_refilled_on_every_footing():
    w = world(economy(values={"experiment.footing": "equal_capital"}))
    w.name, w.banks.equity[:] = HISTORY, 2.0
    replenish(w, {})
    assert w.banks.equity.tolist() == [3.0]


@pytest.mark.parametrize(("income", "left"), [(0.0, 9.0), (0.4, 9.4), (2.0, 10.0)])
def test_the_parents_own_income_pays_first(income, left):
    w = world(economy())
    rich = w.scenario.bank["a"].model_copy(update={"parent_income": income * 1000.0 / 3.0})
    w.scenario = w.scenario.model_copy(update={"bank": {"a": rich}})
    w.banks.equity[:], w.banks.parent_equity[:] = 2.0, 10.0
    replenish(w, {})
    assert w.banks.parent_equity[0] == pytest.approx(left)


@pytest.mark.parametrize(("date", "times"), [(0.75, 0), (1.0, 1)])
def test_the_budget_is_refilled_at_year_ends_only(date, times):
    w = quarter()
    settle(w, date)
    assert ("capital of the desk" in w.ledger.flows) == bool(times)


def test_the_books_of_two_lenders_follow_their_shares():
    w = world(
        economy(2, values=BANKING, **BUSINESS), log_scale=math.log(8.0), contract=0, limit=20.0,
        balance=10.0, rate=0.04, maturity=99.0, cum_drawn=10.0, cash=10.0, cum_equity=0.0,
        capture=0.5,
    )  # fmt: skip
    lent(w, {0: {0: 1.0}, 1: {0: 0.6, 1: 0.4}, 2: {1: 1.0}})
    settle(w, 0.25)
    panel = w.panel[-1][1]

    def of(name):
        return panel[:, BANK_COLUMNS.index(name)]

    assert of("loans").tolist() == pytest.approx([16.0, 14.0])
    assert of("interest").tolist() == pytest.approx([0.16, 0.14])
    # Banking business is the lead's alone.
    assert of("relationship").tolist() == pytest.approx([0.002, 0.001])
    assert np.all(w.by_bank == 0.0)
