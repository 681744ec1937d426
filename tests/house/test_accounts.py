"""Every account is what the contracts say, and a fault in its rule is found.

Each rule that posts on an account is given a wrong sign, half the amount, nothing and, where
it could, another account. The run then stops at an identity, or the account differs from what
it should hold by the contracts (`tests.house.recomputed`). Rules run interpreted. The full tier
tries a fifth of the faults, drawn anew for every state of the program, and the slow tier all.
"""

import re
import zlib
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.base.errors import AccountingError
from sim.engine import ledger as a
from sim.engine import protection
from sim.engine.kernel import interpreted
from sim.engine.ledger import post
from sim.engine.processes import run_world
from sim.engine.world import World, new_world
from sim.experiment.identity import code_digest
from sim.model.banks import books, signing
from sim.model.banks import signing as enactment
from sim.model.contracts.arrangement import Arrangement
from sim.model.firms import (
    claims,
    credit_line,
    equity,
    events,
    failure,
    loss_sharing,
    population,
    project,
    relationship,
    workout,
)
from sim.model.firms import (
    flows as totals,
)
from sim.scenario.scenario import Scenario
from tests.capital import desks
from tests.house.mutants import Posting, beginning, text_of
from tests.house.recomputed import Seen, differing, watching
from tests.house.small import made, shipped, study

pytestmark = pytest.mark.full

LENT: dict[str, Any] = {
    "limit": {"kind": "cash_flow", "sales_share": 0.6, "round_share": 0.2},
    "tenor": {"kind": "term", "years": 2.0, "reviewed": True, "commitment_fee_rate": 0.004},
    "pricing": {
        "kind": "step", "concession_rate": 0.001, "surcharge_rate": 0.004, "after_years": 0.4,
    },
    "loss_sharing": {
        "kind": "proportional", "shares": [0.5, 0.3, 0.2], "coordination_cost": 0.01,
        "guaranteed_share": 0.3, "guarantee_fee_rate": 0.001, "insured_share": 0.2,
        "insurance_fee_rate": 0.002, "leased_share": 0.15, "lease_fee_rate": 0.003,
        "lease_residual_share": 0.5, "trust_share": 0.1, "trust_fee_rate": 0.004,
        "first_loss_share": 0.1, "cap_per_default_share": 0.4,
        "guarantee_fee_payer": "public", "insurance_fee_payer": "firm",
        "reguaranteed_share": 0.5, "reguarantee_fee_rate": 0.005,
    },
    "funding": {"kind": "relending", "refinanced_share": 0.6, "rate": 0.01, "quota": 1e5},
}  # fmt: skip
UPSIDE: dict[str, dict[str, Any]] = {
    "swap": {
        "upside": {
            "kind": "swap", "coverage": 0.165, "strike_multiple": 1.1, "trigger_multiple": 1.5,
            "years": 2.0, "lender_gain_share": 0.5,
        },
        "commitment": {
            "kind": "agreement", "promised_move_hazard": 0.5, "demanded_move_hazard": 2.0,
            "listing_wallet_share": 0.5, "break_cost_share": 0.006,
        },
    },
    "warrant": {
        "upside": {
            "kind": "warrant", "stake": 0.05, "strike_valuation": 20.0, "years": 0.4,
            "lender_gain_share": 0.7, "liquidity_share": 0.6,
        }
    },
    "royalty": {"upside": {"kind": "royalty", "sales_share": 0.01, "cap_multiple": 0.1}},
}  # fmt: skip
"""Three arrangements with every clause that moves money."""

BESIDE = {
    one.name
    for one in (
        a.LENT_BESIDE, a.RETURNED, a.CHARGES, a.RECOVERED_BESIDE, a.BOND_COVER, a.UNDERWRITING,
        a.FUND_SHARES, a.FUND_EXITS,
    )
}  # fmt: skip
"""Accounts of instruments beside the line: `tests.house.test_accounts_beside` has them."""
HERE = {account.name for account in a.ACCOUNTS} - BESIDE

HORIZON, SEED = 2.9, 2
EVENTFUL: dict[str, Any] = {
    "population.firms": 50, "population.initial_share": 0.8, "experiment.warm_up_years": 0.0,
    "experiment.horizon_years": HORIZON, "lifecycle.failure_hazard": [0.2] * 4,
    "lifecycle.setback_hazard": [0.4] * 4, "lifecycle.diversion_hazard": 20.0,
    "workout.workout_years": 0.5, "equity.round_hazard": [2.0] * 4,
    "equity.raise_below_runway": 4.0, "equity.acquisition_hazard": [0.15] * 4,
    "equity.listing_hazard": [0.5] * 4,
    "board.star_sales": {"age": 0.0, "value": 20.0, "sales": 1.0},
    "choice.shadow_value": 3.0,
    "underwriting.operating_cost": [0.01] * 4, "underwriting.monitoring_cost": 0.0005,
    # A call that costs much would pay for nobody here.
    "hold_or_call.call_cost": 0.0005,
    # Some firms would rather be diluted than bring their business.
    "relationship.delivery_cost": 12.0,
    # Banks that compete would lend for nothing.
    "underwriting.known_banks": 1,
    "underwriting.policy_subsidy_rate": 0.15, "underwriting.utilisation": 0.8,
    "cash.target_cash_months": 6.0, "taxation.exempt_line": 1.0,
    "capital.recognised_cover_share": 0.5,
    # All of them stay on the register, and with the desks.
    "sme_register.sales_cap": 1e9, "sme_register.asset_cap": 1e9, "sme_register.staff_cap": 1e9,
    "operations.opening_scale": 5.0, "operations.opening_scale_log_sd": 0.6,
    "operations.opening_cash": 3.0, "operations.venture_opening_cash": 10.0,
    "operations.burn": 1.0, "operations.venture_burn": 8.0, "operations.setback_margin": 0.2,
    "operations.margin": [0.0, 0.15, 0.17, 0.1], "macro.regime.boom.setback": 1.0,
    "lifecycle.setback_failure_hazard": 0.1, "lifecycle.recovery_hazard": 0.5,
}  # fmt: skip
"""A population in which much happens within three years; costs are the same at all stages."""


@cache
def economy() -> Scenario:
    """Fifty firms and banks with ample capital."""
    return study(EVENTFUL | desks(shipped().bank, 2e4))


def lived(name: str) -> Iterator[tuple[World, Seen]]:
    """A world under one of the arrangements, at each half year and the end.

    The end is no quarter's end, so that what flows since an event counts as well.
    """
    terms = Arrangement.model_validate(LENT | UPSIDE[name])
    w = new_world(economy(), SEED, rules=interpreted()).branch(name, made(name, terms))
    with watching(w) as seen:
        for start in np.arange(0.0, HORIZON, 0.5).tolist():
            run_world(w, start, min(start + 0.5, HORIZON))
            yield w, seen


@pytest.mark.parametrize("name", UPSIDE)
def test_every_account_is_what_the_contracts_say(name: str) -> None:
    for w, seen in lived(name):
        assert differing(w, seen) == []


def test_money_moves_on_every_account() -> None:
    moved = {
        account
        for name in UPSIDE
        for w, _ in [list(lived(name))[-1]]
        for account, table in w.ledger.flows.items()
        if np.any(table != 0.0)
    }
    assert moved == HERE


def at(account: str) -> str:
    """The place of a total, as the rule names it that is written out from their declaration."""
    return f"row[{getattr(totals, account)}]"


IDENTITY, CONTRACTS, REFUSED = "an identity", "the contracts", "a value that no rule takes"
POSTINGS: dict[str, tuple[Posting, ...]] = {
    a.SALES.name: (
        Posting(totals.carry, "f.cum_sales", IDENTITY, "f.cum_equity", CONTRACTS),
        Posting(totals.read_kept, at("SALES"), IDENTITY, at("EXERCISE_AMOUNT"), IDENTITY),
    ),
    a.OUTLAYS.name: (
        Posting(totals.carry, "f.cum_cost", IDENTITY, "f.cum_invest", CONTRACTS),
        Posting(totals.read_kept, at("COST"), IDENTITY),
        Posting(workout.draw_at_default, "f.cum_cost", IDENTITY, "f.cum_invest", CONTRACTS),
    ),
    a.INVESTMENT.name: (
        Posting(totals.carry, "f.cum_invest", IDENTITY, "f.cum_cost", CONTRACTS),
        Posting(totals.read_kept, at("INVEST"), IDENTITY),
        Posting(project.carry_out, "f.cum_invest", IDENTITY, "f.cum_cost", CONTRACTS),
    ),
    a.MOVING.name: (
        Posting(totals.carry, "f.cum_delivery", IDENTITY, "f.cum_cost", CONTRACTS),
        Posting(totals.read_kept, at("DELIVERY"), IDENTITY),
    ),
    a.UNPAID.name: (
        Posting(workout.pay_from_cash, "f.cum_supplier_loss", IDENTITY, "f.cum_sales", CONTRACTS),
        Posting(totals.read_kept, at("SUPPLIER_LOSS"), IDENTITY),
    ),
    a.INTEREST.name: (
        Posting(totals.carry, "f.cum_interest", IDENTITY, "f.cum_royalty", CONTRACTS),
        Posting(totals.read_kept, at("INTEREST"), IDENTITY),
    ),
    a.COMMITMENT.name: (
        Posting(totals.carry, "f.cum_commitment", IDENTITY, "f.cum_interest", CONTRACTS),
        Posting(totals.read_kept, at("COMMITMENT"), IDENTITY),
        Posting(books.take_flows, "q.commitment", IDENTITY, "q.royalty", IDENTITY),
    ),
    a.VAT.name: (
        Posting(totals.carry, "f.cum_vat", CONTRACTS, "f.cum_fee", IDENTITY),
        Posting(totals.read_kept, at("VAT"), CONTRACTS),
        Posting(books.take_flows, "q.vat", IDENTITY, "q.fee", IDENTITY),
    ),
    a.TAX.name: (
        Posting(books.earn, "q.tax", CONTRACTS),
        Posting(books.earn, "q.profit_before_tax", IDENTITY),
        Posting(books.earn, "b.earned", IDENTITY),
        Posting(books.earn, "b.free_income", IDENTITY),
    ),
    a.ROYALTY.name: (
        Posting(totals.carry, "f.cum_royalty", IDENTITY, "f.cum_interest", CONTRACTS),
        Posting(totals.read_kept, at("ROYALTY"), IDENTITY),
    ),
    a.DRAWN.name: (
        Posting(credit_line.draw, "f.cum_drawn", IDENTITY, "f.cum_equity", IDENTITY),
        Posting(totals.read_kept, at("DRAWN"), IDENTITY),
        Posting(workout.draw_at_default, "f.cum_drawn", IDENTITY, "f.cum_equity", IDENTITY),
    ),
    a.REPAID.name: (
        Posting(credit_line.repay, "f.cum_repaid", IDENTITY, "f.cum_dividend", IDENTITY),
        Posting(totals.read_kept, at("REPAID"), IDENTITY),
        Posting(workout.pay_from_cash, "f.cum_repaid", IDENTITY, "f.cum_dividend", IDENTITY),
    ),
    a.ROUNDS.name: (
        Posting(equity.sell_shares, "f.cum_equity", IDENTITY, "f.cum_sales", CONTRACTS),
        Posting(population.set_opening, "f.cum_equity", IDENTITY, "f.cum_sales", CONTRACTS),
        Posting(totals.read_kept, at("EQUITY"), IDENTITY),
    ),
    a.DIVIDENDS.name: (
        Posting(workout.pay_from_cash, "f.cum_dividend", IDENTITY, "f.cum_cost", CONTRACTS),
        Posting(failure.divert, "f.cum_dividend", IDENTITY, "f.cum_cost", CONTRACTS),
        Posting(credit_line.pay_owners, "f.cum_dividend", IDENTITY, "f.cum_cost", CONTRACTS),
        Posting(totals.read_kept, at("DIVIDEND"), IDENTITY),
    ),
    a.EXIT_CASH.name: (
        Posting(events.leave, "f.cum_exit_cash", IDENTITY, "f.cum_dividend", CONTRACTS),
        Posting(totals.read_kept, at("EXIT_CASH"), IDENTITY),
    ),
    a.SUBSCRIPTION.name: (
        Posting(equity.exercise, "f.cum_exercise_amount", IDENTITY, "f.cum_equity", CONTRACTS),
        Posting(equity.sell_right, "f.cum_buyer_amount", IDENTITY, "f.cum_equity", CONTRACTS),
        Posting(totals.read_kept, at("EXERCISE_AMOUNT"), IDENTITY),
        Posting(totals.read_kept, at("BUYER_AMOUNT"), IDENTITY),
    ),
    a.RIGHTS_SOLD.name: (
        Posting(equity.sell_right, "f.cum_right_sale", CONTRACTS, "f.cum_gain", CONTRACTS),
        Posting(totals.read_kept, at("RIGHT_SALE"), CONTRACTS),
    ),
    a.GAINS.name: (
        Posting(equity.share_out, "f.cum_gain", CONTRACTS, "f.cum_business", CONTRACTS),
        Posting(equity.sell_right, "f.cum_gain", CONTRACTS, "f.cum_business", CONTRACTS),
        Posting(totals.read_kept, at("GAIN"), CONTRACTS),
    ),
    a.HOLDING.name: (
        Posting(totals.carry, "f.cum_holder", CONTRACTS, "f.cum_refinanced", CONTRACTS),
        Posting(totals.read_kept, at("HOLDER_YEARS"), CONTRACTS),
        Posting(totals.post_firm, "row[HOLDER_COST]", CONTRACTS, "row[GAIN]", IDENTITY),
    ),
    a.EXITS.name: (
        Posting(equity.share_out, "f.holder_proceeds", CONTRACTS, "f.buyer_proceeds", CONTRACTS),
        Posting(equity.share_out, "f.buyer_proceeds", CONTRACTS, "f.holder_proceeds", CONTRACTS),
        Posting(equity.share_out, "f.investor_proceeds", IDENTITY),
        Posting(totals.read_kept, at("FOUNDER_PROCEEDS"), CONTRACTS),
        Posting(totals.read_kept, at("INVESTOR_PROCEEDS"), CONTRACTS),
        Posting(totals.read_kept, at("HOLDER_PROCEEDS"), CONTRACTS),
        Posting(totals.read_kept, at("BUYER_PROCEEDS"), CONTRACTS),
    ),
    a.RECOVERIES.name: (
        Posting(workout.settle_default, "f.recovery", CONTRACTS),
        Posting(totals.read_default, "row[RECOVERED]", CONTRACTS),
        Posting(totals.read_default, "row[RESOLVED]", CONTRACTS),
        Posting(totals.read_default, "row[EXPOSURE_AT_DEFAULT]", IDENTITY),
    ),
    a.BUSINESS.name: (
        Posting(totals.carry, "f.cum_business", CONTRACTS, "f.cum_gain", IDENTITY),
        Posting(totals.carry, "f.cum_loan_account", CONTRACTS),
        Posting(events.leave, "f.cum_business", CONTRACTS, "f.cum_gain", IDENTITY),
        Posting(events.leave, "f.cum_loan_account", CONTRACTS),
        Posting(totals.read_kept, at("BUSINESS"), CONTRACTS),
        Posting(totals.read_kept, at("LOAN_ACCOUNT"), CONTRACTS),
        Posting(totals.pay_loan_accounts, "row[RELATION]", IDENTITY, "row[HOSTED]", IDENTITY),
        Posting(
            totals.pay_loan_accounts,
            "by_bank[lender[j], RELATION]",
            IDENTITY,
            "by_bank[0, RELATION]",
            CONTRACTS,
        ),
        Posting(totals.place_business, "row[RELATION]", IDENTITY, "row[HOSTED]", IDENTITY),
        Posting(
            totals.place_business,
            "by_bank[host, RELATION]",
            IDENTITY,
            "by_bank[lender[0], RELATION]",
            CONTRACTS,
        ),
    ),
    a.HOSTED.name: (
        Posting(totals.place_business, "row[HOSTED]", IDENTITY, "row[RELATION]", IDENTITY),
        Posting(
            totals.place_business,
            "by_bank[host, HOSTED]",
            IDENTITY,
            "by_bank[0, HOSTED]",
            CONTRACTS,
        ),
        Posting(books.take_flows, "q.hosted", IDENTITY),
        Posting(relationship.take_account, "f.hosted_before", CONTRACTS),
    ),
    a.ELSEWHERE.name: (
        Posting(totals.place_business, "row[OUTSIDE_BUSINESS]", IDENTITY, "row[HOSTED]", IDENTITY),
    ),
    a.FUNDS.name: (
        Posting(books.pay_costs, "q.market", IDENTITY),
        Posting(books.pay_costs, "q.funding", CONTRACTS, "q.relending", CONTRACTS),
        Posting(books.pay_costs, "q.capital_benefit", CONTRACTS),
        Posting(books.pay_costs, "q.capital_years", CONTRACTS),
        Posting(books.pay_costs, "q.economic_years", CONTRACTS),
        Posting(books.pay_costs, "q.free_income", CONTRACTS),
        Posting(totals.carry, "f.cum_risk_weighted", CONTRACTS, "f.cum_economic", CONTRACTS),
        Posting(totals.carry, "f.cum_economic", CONTRACTS),
        Posting(totals.read_kept, at("RISK_WEIGHTED"), CONTRACTS),
        Posting(totals.read_kept, at("ECONOMIC"), CONTRACTS),
        Posting(totals.read_default, "row[RISK_WEIGHTED]", CONTRACTS),
        Posting(totals.read_default, "row[NPL_YEARS]", CONTRACTS),
        Posting(totals.carry, "f.cum_balance", CONTRACTS),
        Posting(totals.carry, "f.cum_refinanced", CONTRACTS),
        Posting(totals.read_kept, at("BALANCE_YEARS"), CONTRACTS),
        Posting(totals.read_kept, at("REFINANCED_YEARS"), CONTRACTS),
    ),
    a.RELENDING.name: (
        Posting(books.pay_costs, "q.central_bank", CONTRACTS),
        Posting(totals.carry, "f.cum_relending", CONTRACTS, "f.cum_fee", CONTRACTS),
        Posting(totals.read_kept, at("RELENDING"), CONTRACTS),
        Posting(enactment.enact_decisions, "c.refinanced", CONTRACTS),
    ),
    a.OPERATING.name: (
        Posting(totals.post_firm, "row[OPERATING]", CONTRACTS),
        Posting(books.take_flows, "q.operating", CONTRACTS),
    ),
    a.SCREENING.name: (
        Posting(books.take_flows, "q.screening", CONTRACTS, "q.coordination", CONTRACTS),
        Posting(
            signing.charge_screening,
            "d.books[lead].screening",
            CONTRACTS,
            "d.books[lead].coordination",
            CONTRACTS,
        ),
        Posting(
            signing.charge_lenders,
            "desk.screening",
            CONTRACTS,
            "desk.coordination",
            CONTRACTS,
        ),
    ),
    a.COORDINATION.name: (
        Posting(books.take_flows, "q.coordination", CONTRACTS),
        Posting(
            signing.charge_lenders,
            "desk.coordination",
            CONTRACTS,
            "desk.calling",
            CONTRACTS,
        ),
    ),
    a.CALLING.name: (
        Posting(books.take_flows, "q.calling", CONTRACTS, "q.screening", CONTRACTS),
        Posting(
            signing.enact_cut,
            "d.books[d.lender[i, j]].calling",
            CONTRACTS,
            "d.books[d.lender[i, j]].coordination",
            CONTRACTS,
        ),
    ),
    a.MONITORING.name: (Posting(books.pay_costs, "q.monitoring", CONTRACTS),),
    a.SUBSIDY.name: (
        Posting(totals.split_by_part, "by_bank[lender[j], SUBSIDY]", CONTRACTS),
        Posting(books.take_flows, "q.policy_subsidy", CONTRACTS),
    ),
    a.CAPITAL.name: (Posting(books.replenish, "q.injection", CONTRACTS),),
    a.FEES.name: (
        Posting(totals.carry, "f.cum_fee", CONTRACTS, "f.cum_relending", CONTRACTS),
        Posting(totals.read_kept, at("FEE"), CONTRACTS),
        Posting(totals.post_protection, "flow[0]", IDENTITY),
        Posting(protection.settle_protection, "of_lenders", IDENTITY),
    ),
    a.FIRM_FEES.name: (
        Posting(totals.carry, "f.cum_firm_fee", IDENTITY, "f.cum_fee", IDENTITY),
        Posting(totals.read_kept, at("FIRM_FEE"), IDENTITY),
        Posting(totals.post_protection, "flow[1]", IDENTITY),
        Posting(protection.settle_protection, "of_firms", IDENTITY),
    ),
    a.PUBLIC_FEES.name: (
        Posting(totals.carry, "f.cum_public_fee", CONTRACTS, "f.cum_fee", CONTRACTS),
        Posting(totals.read_kept, at("PUBLIC_FEE"), CONTRACTS),
        Posting(totals.post_protection, "flow[2]", CONTRACTS),
        Posting(protection.settle_protection, "of_state", CONTRACTS),
    ),
    a.REGUARANTEE_FEES.name: (
        Posting(totals.carry, "f.cum_reguarantee_fee", CONTRACTS, "f.cum_fee", CONTRACTS),
        Posting(totals.read_kept, at("REGUARANTEE_FEE"), CONTRACTS),
        Posting(totals.post_protection, "flow[REGUARANTEE]", CONTRACTS),
        Posting(protection.settle_reguarantee, "fee", CONTRACTS),
    ),
    a.REIMBURSED.name: (
        Posting(loss_sharing.claim_cover, "f.reimbursed", CONTRACTS),
        Posting(totals.post_protection, "flow[PAID_BACK]", CONTRACTS),
        Posting(protection.settle_reguarantee, "back", CONTRACTS),
    ),
    a.BORNE.name: (
        Posting(loss_sharing.claim_cover, "f.borne[n]", CONTRACTS),
        Posting(totals.post_protection, "flow[PAID + n]", IDENTITY),
        Posting(totals.read_default, "row[COVERED]", CONTRACTS, "row[GUARANTEED]", CONTRACTS),
        Posting(totals.read_default, "row[GUARANTEED]", CONTRACTS, "row[RECOVERED]", CONTRACTS),
        Posting(totals.read_default, "row[LOSS]", IDENTITY, "row[GUARANTEED]", IDENTITY),
        Posting(protection.settle_protection, "borne", IDENTITY),
    ),
    a.LEASED.name: (Posting(protection.settle_protection, "sold", CONTRACTS),),
    "hand-over to other lenders": (
        Posting(
            enactment.enact,
            "d.books[d.lender[i, j]].transfer",
            IDENTITY,
            "d.books[0].transfer",
            IDENTITY,
        ),
        Posting(
            enactment.enact,
            "d.books[c.lender[j]].transfer",
            IDENTITY,
            "d.books[0].transfer",
            IDENTITY,
        ),
    ),
    "split over lenders": (
        Posting(loss_sharing.split_by_share, "out[bank, a]", IDENTITY, "out[0, a]", IDENTITY),
    ),
    "split of a loan that was called": (
        Posting(totals.split_called, "paid", IDENTITY),
        Posting(claims.reshare, "claim =", IDENTITY),
    ),
}
"""Account, what posts on it, what finds a wrong amount, and where else it could be posted."""
WORLD = {
    a.ROYALTY.name: "royalty", a.SUBSCRIPTION.name: "warrant", a.RIGHTS_SOLD.name: "warrant",
    a.GAINS.name: "warrant", a.EXITS.name: "warrant",
}  # fmt: skip
"""Arrangement under which money moves on an account, where it is not the swap."""


def test_no_account_is_left_out() -> None:
    among_banks = {
        "split over lenders", "hand-over to other lenders", "split of a loan that was called",
    }  # fmt: skip
    assert set(POSTINGS) - among_banks == HERE


def found_by(account: str) -> str:
    """What finds a fault on an account; empty where nothing does."""
    try:
        for w, seen in lived(WORLD.get(account, "swap")):
            if differing(w, seen):
                return CONTRACTS
    except AccountingError:
        return IDENTITY
    except ValueError:
        return REFUSED
    return ""


DRAWN = 5
"""Of so many faults the full tier tries one; the slow tier tries all."""


def is_drawn(fault: str) -> bool:
    """Whether the full tier tries a fault; every state of the program draws anew."""
    return zlib.crc32(f"{code_digest()} {fault}".encode()) % DRAWN == 0


def faults() -> Iterator[Any]:
    """Every fault in every posting, as cases of a test."""
    for name, postings in POSTINGS.items():
        for posting in postings:
            for fault in posting.faults:
                told = f"{name}: {posting.target}, {fault}"
                marks = [] if is_drawn(told) else [pytest.mark.slow]
                yield pytest.param(name, posting, fault, id=told, marks=marks)


@pytest.mark.parametrize(("account", "posting", "fault"), list(faults()))
def test_a_fault_in_a_posting_is_found(
    account: str, posting: Posting, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting.rule, "__code__", posting.code(fault))
    expected = posting.found_there if fault == "elsewhere" else posting.found
    assert found_by(account) in (expected, REFUSED)


@pytest.mark.parametrize("account", [one.name for one in a.ACCOUNTS if one.name in HERE])
def test_a_payment_on_another_account_is_found(
    account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = [one.name for one in a.ACCOUNTS].index(account)
    other = f"account = {(code - 1) % len(a.ACCOUNTS)} if account == {code} else account"
    monkeypatch.setattr(post, "__code__", beginning(post, other))
    assert found_by(account) in (CONTRACTS, IDENTITY)


PROFIT = {
    "interest": "swap", "commitment": "swap", "relationship": "swap", "gain": "warrant",
    "royalty": "royalty", "funding": "swap", "relending": "swap", "capital_benefit": "swap",
    "vat": "swap", "operating": "swap", "screening": "swap", "coordination": "swap",
    "calling": "swap", "monitoring": "swap", "fee": "swap", "provision": "swap",
}  # fmt: skip
"""Lines of profit, and an arrangement in which money moves on each."""


def test_every_line_of_profit_is_listed() -> None:
    lines = set(re.findall(r"q\.(\w+)", text_of(books.earn)))
    others = {
        "profit_before_tax", "tax", "profit", "free_income", "policy_subsidy", "drawn", "repaid",
        "transfer", "recovered", "guaranteed",
    }  # fmt: skip
    assert lines - others == set(PROFIT)


@pytest.mark.parametrize("line", PROFIT)
def test_a_line_of_profit_that_is_half_told_stops_the_run(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    half = f"b.earned -= 0.5 * q.{line}"
    monkeypatch.setattr(books.earn, "__code__", beginning(books.earn, half))
    with pytest.raises(AccountingError, match="profit of the desks before tax"):
        list(lived(PROFIT[line]))


def test_half_a_loss_stops_the_run_and_the_error_says_where(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    half = Posting(totals.read_default, "row[LOSS]", IDENTITY).code("factor")
    monkeypatch.setattr(totals.read_default, "__code__", half)
    with pytest.raises(AccountingError) as caught:
        list(lived("swap"))
    assert re.fullmatch(rf"year \d\.\d\d, swap, replication {SEED}", caught.value.where)
    losses = r"losses on loans of \w+: [\d.]+ against [\d.]+, off by [\d.]+ CNY million"
    assert re.search(losses, str(caught.value))
