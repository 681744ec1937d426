"""Accounts of instruments beside the line are what the contracts say; a fault in a rule is found.

As `tests.house.test_accounts` does for the line: each rule that posts is given a wrong sign, half
the amount or nothing. The run then stops at an identity, or an account differs from what is
worked out here from states between events and from the records of firms that are over.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.base.errors import AccountingError
from sim.engine import instruments
from sim.engine import ledger as a
from sim.engine.instruments import CREDITORS
from sim.engine.kernel import interpreted
from sim.engine.ledger import post
from sim.engine.processes import run_world
from sim.engine.world import World, new_world
from sim.model.contracts.arrangement import Arrangement
from sim.model.firms import beside, equity, flows, workout
from sim.model.firms.debts import BOND, DEBTS
from tests.house.mutants import Posting, beginning
from tests.house.recomputed import Lives, Seen, lives, watching
from tests.house.small import made
from tests.house.test_accounts import BESIDE, HORIZON, LENT, SEED, economy

pytestmark = pytest.mark.full

DEBT: dict[str, Any] = {
    "bond": {
        "kind": "issued", "least_sales": 2.0, "least_amount": 0.5, "sales_share": 0.3,
        "rate": 0.03, "years": 1.0, "underwriting_fee_share": 0.004, "covered_share": 0.4,
    },
    "lease": {
        "kind": "finance", "equipment_share": 0.5, "rate": 0.06, "years": 2.0,
        "equipment_years": 5.0,
    },
    "trust_loan": {
        "kind": "beside", "line_share": 0.5, "rate": 0.08, "years": 1.5, "claim_rank": 2,
    },
}  # fmt: skip
SHARES: dict[str, Any] = {
    "fund_equity": {
        "kind": "shares", "amount": 3.0, "most_stake": 0.2, "preference_multiple": 1.5,
    },
    "term_loan": {"kind": "tranche", "line_share": 0.4, "surcharge_rate": 0.005},
}  # fmt: skip
STACKS = {"debts": DEBT, "shares": SHARES}
"""Two arrangements that have every instrument beside the line but the right."""


@cache
def past() -> World:
    return new_world(economy(), SEED, rules=interpreted())


def lived(name: str) -> Iterator[tuple[World, Seen]]:
    """A world under one of the arrangements, half way and at the end."""
    terms = Arrangement.model_validate(LENT | STACKS[name])
    w = past().branch(name, made(name, terms))
    with watching(w) as seen:
        for start, end in ((0.0, 1.5), (1.5, HORIZON)):
            run_world(w, start, end)
            yield w, seen


# --- What the accounts should hold --------------------------------------------------------


def differing(w: World, seen: Seen) -> list[str]:
    """Accounts between two parties that differ from what is worked out here."""
    v, found = lives(w, seen), w.ledger.paid
    wrong = []
    for (account, payer, payee), expected in expected_of(w, v).items():
        paid = float(found[a.ACCOUNTS.index(account), payer, payee])
        if abs(paid - float(expected)) > 1e-9 * max(abs(paid), 1.0):
            wrong.append(f"{account.name}: {paid} against {expected}")
    return wrong


def expected_of(w: World, v: Lives) -> dict[tuple[a.Account, int, int], Any]:
    """Amounts by account, payer and payee."""
    recovered = recoveries(w, v)
    found = {}
    for n, other in enumerate(CREDITORS):
        charges = (v.s.owed_rate[:, n] * v.s.owed[:, n] * v.years).sum()
        found[a.CHARGES, a.FIRMS, other] = charges
        found[a.RECOVERED_BESIDE, a.SUPPLIERS, other] = recovered[:, n].sum()
    owed = np.where(recovered.any(axis=1), w.firms["owed"][:, BOND], 0.0)
    lost = (owed - recovered[:, BOND]) * w.firms["bond_cover"]
    found[a.BOND_COVER, a.CENTRAL_BANK, a.BOND_BUYERS] = lost.sum()
    found[a.FUND_EXITS, a.ACQUIRERS, a.BANK_FUNDS] = exits_of_fund(w).sum()
    return found


def recoveries(w: World, v: Lives) -> Any:
    """What defaults whose workout is over have brought on each debt, shape (n_firms, n)."""
    found = np.zeros((w.firms.shape[0], len(DEBTS)))
    for f, collateral in zip(v.then[v.is_last], v.collateral[v.is_last], strict=True):
        owes = np.array([f.exposure_at_default, *f.owed])
        if f.end > w.settled or f.recovery_date > w.settled or owes.sum() <= 0.0:
            continue
        p = w.params[f.sector]
        sold = p.recovery_tangible * collateral
        leased = sold * f.equipment
        plant = max(sold * f.tangible * f.scale - leased, 0.0)
        held = np.array([plant, 0.0, leased, 0.0])
        rest, over = np.maximum(owes - held, 0.0), np.maximum(held - owes, 0.0).sum()
        estate = p.recovery_unsecured_share * collateral * rest.sum() + over
        paid = np.minimum(held, owes)
        ranks = np.array([f.claim_rank[0], *f.claim_rank[2:]])
        for rank in sorted(set(ranks[rest > 0.0])):
            of = (ranks == rank) & (rest > 0.0)
            part = min(estate / rest[of].sum(), 1.0)
            paid[of] += part * rest[of]
            estate = max(estate - rest[of].sum(), 0.0)
        found[f.firm] = paid[1:]
    return found


def exits_of_fund(w: World) -> Any:
    """What the fund has of each exit value: its preference, or its shares if they are more."""
    value, share = w.firms["exit_value"], w.firms["fund"]
    first = np.where(share > 0.0, w.firms["fund_preference"], 0.0)
    return np.minimum(np.maximum(first, share * value), value)


@pytest.mark.parametrize("name", STACKS)
def test_every_account_is_what_the_contracts_say(name: str) -> None:
    for w, seen in lived(name):
        assert differing(w, seen) == []


def test_money_moves_on_every_account_beside_the_line() -> None:
    moved = {
        account
        for name in STACKS
        for w, _ in [list(lived(name))[-1]]
        for account, table in w.ledger.flows.items()
        if np.any(table != 0.0)
    }
    assert moved >= BESIDE


# --- Faults ------------------------------------------------------------------------------

IDENTITY, CONTRACTS = "an identity", "the contracts"
POSTINGS: dict[str, tuple[str, tuple[Posting, ...]]] = {
    a.LENT_BESIDE.name: ("debts", (
        Posting(beside.borrow, "f.cum_lent[n]", IDENTITY),
        Posting(instruments.add_firm, "sums[LENT + n]", IDENTITY),
    )),
    a.RETURNED.name: ("debts", (
        Posting(beside.pay_back, "f.cum_returned[n]", IDENTITY),
        Posting(instruments.add_firm, "sums[RETURNED + n]", IDENTITY),
    )),
    a.CHARGES.name: ("debts", (
        Posting(flows.carry_charges, "f.cum_charged[n]", IDENTITY),
        Posting(instruments.add_firm, "sums[CHARGED + n]", IDENTITY),
    )),
    a.RECOVERED_BESIDE.name: ("debts", (
        Posting(workout.settle_default, "f.owed_recovery[n]", CONTRACTS),
        Posting(instruments.add_firm, "sums[RECOVERED + n]", CONTRACTS),
    )),
    a.BOND_COVER.name: ("debts", (
        Posting(instruments.add_firm, "sums[COVERED]", CONTRACTS),
        Posting(instruments.covered_of, "return", CONTRACTS),
    )),
    a.UNDERWRITING.name: ("debts", (
        Posting(beside.pay_underwriter, "f.cum_underwriting", IDENTITY),
        Posting(instruments.add_firm, "sums[UNDERWRITING]", IDENTITY),
    )),
    a.FUND_SHARES.name: ("shares", (
        Posting(equity.fund_buys, "f.cum_fund", IDENTITY),
        Posting(instruments.add_firm, "sums[FUND]", IDENTITY),
    )),
    a.FUND_EXITS.name: ("shares", (
        Posting(equity.share_out_by_preference, "f.fund_proceeds", CONTRACTS),
        Posting(instruments.add_firm, "sums[FUND_PROCEEDS]", CONTRACTS),
    )),
}  # fmt: skip
"""Account, the arrangement in which money moves on it, what posts on it, what finds a fault."""


def test_no_account_is_left_out() -> None:
    assert set(POSTINGS) == BESIDE


def found_by(account: str) -> str:
    """What finds a fault on an account; empty where nothing does."""
    try:
        for w, seen in lived(POSTINGS[account][0]):
            if differing(w, seen):
                return CONTRACTS
    except AccountingError:
        return IDENTITY
    return ""


@pytest.mark.parametrize(
    ("account", "posting", "fault"),
    [
        pytest.param(
            name, posting, fault, id=f"{name}: {posting.target}, {fault}",
            marks=[] if fault == "missing" else [pytest.mark.slow],
        )
        for name, (_, postings) in POSTINGS.items()
        for posting in postings
        for fault in posting.faults
    ],
)  # fmt: skip
def test_a_fault_in_a_posting_is_found(
    account: str, posting: Posting, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting.rule, "__code__", posting.code(fault))
    assert found_by(account) in (posting.found, IDENTITY)


@pytest.mark.slow
@pytest.mark.parametrize("account", sorted(BESIDE))
def test_a_payment_on_another_account_is_found(
    account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = [one.name for one in a.ACCOUNTS].index(account)
    other = f"account = {code - 1} if account == {code} else account"
    monkeypatch.setattr(post, "__code__", beginning(post, other))
    assert found_by(account) in (CONTRACTS, IDENTITY)
