"""Rights clear in whole runs: every party's account closes, and terms at parity are at parity."""

from typing import Any

import numpy as np
import pytest

from sim.engine import ledger
from sim.engine.ledger import ACQUIRERS, BUYERS, HOLDERS, INVESTORS, TOLERANCE, Account
from sim.engine.processes import run_world
from sim.engine.world import World
from sim.model.contracts.arrangement import Arrangement
from sim.model.contracts.upside import MOST_STAKE
from sim.model.firms.record import DEPARTED, LISTED, SWAP
from tests.house.small import history, made, study

pytestmark = pytest.mark.full

LINE: dict[str, Any] = {
    "limit": {"kind": "cash_flow", "sales_share": 0.6, "round_share": 0.2},
    "tenor": {"kind": "term", "years": 2.0},
}
DEMAND = {"kind": "agreement", "demanded_move_hazard": 0.8}
SWAPPED: dict[str, Any] = {
    "kind": "swap", "coverage": 0.3, "strike_multiple": 1.0, "trigger_multiple": 1.2,
    "years": 2.0, "lender_gain_share": 0.5,
}  # fmt: skip
CLAUSES: dict[str, dict[str, Any]] = {
    "warrant": {
        "upside": {
            "kind": "warrant", "coverage": 0.3, "strike_multiple": 1.0, "years": 1.0,
            "lender_gain_share": 0.5, "liquidity_share": 0.35,
        }
    },
    "swap": {"upside": SWAPPED, "commitment": DEMAND},
    "fair stake": {
        "upside": SWAPPED | {"parity": "stake", "unbookable_share": 0.4}, "commitment": DEMAND,
    },
    "fair demand": {
        "upside": SWAPPED | {"parity": "demand", "trigger_multiple": 12.0},
        "commitment": DEMAND,
    },
}  # fmt: skip
BUSY: dict[str, Any] = {
    "equity.listing_hazard": [0.3] * 4, "equity.acquisition_hazard": [0.2] * 4,
    "board.star_sales": {"age": 0.0, "value": 20.0, "sales": 1.0},
    # To bring business costs much: some would rather be diluted.
    "relationship.delivery_cost": 20.0, "choice.shadow_value": 1.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def worlds() -> dict[str, World]:
    """A world for each right, at the end of a run-off of five years."""
    past, found = history(study(BUSY)), {}
    for name, clauses in CLAUSES.items():
        terms = Arrangement.model_validate(LINE | clauses)
        found[name] = past.branch(name, made(name, terms))
        run_world(found[name], 0.0, 10.0)
    return found


def paid(w: World, account: Account, payer: int, payee: int) -> float:
    """Paid so far on an account by one party to another, CNY million."""
    return float(w.ledger.flows[account.name][payer, payee])


@pytest.mark.parametrize("name", CLAUSES)
def test_every_partys_account_is_what_its_contracts_leave_it(
    worlds: dict[str, World], name: str
) -> None:
    w = worlds[name]
    f, had = w.firms, w.ledger.parties.received
    cost = w.scenario.underwriting.funding_rate * f.cum_holder
    found = {
        HOLDERS: f.holder_proceeds + f.cum_right_sale - f.cum_exercise_amount - f.cum_gain - cost,
        BUYERS: f.buyer_proceeds - f.cum_right_sale - f.cum_buyer_amount,
        ACQUIRERS: f.cum_exit_cash - f.exit_value,
        INVESTORS: f.founder_proceeds + f.investor_proceeds + f.cum_dividend - f.cum_equity,
    }
    scale = float(w.ledger.parties.turned.max())
    for party, of_firms in found.items():
        assert abs(had[party] - of_firms.sum()) <= TOLERANCE * scale
    assert abs(had.sum()) <= TOLERANCE * scale


def test_lenders_have_their_part_of_what_holders_had_in_cash(worlds: dict[str, World]) -> None:
    for w in worlds.values():
        f = w.firms
        gain = np.maximum(f.holder_proceeds - f.cum_exercise_amount, 0.0) + f.cum_right_sale
        assert np.allclose(f.cum_gain, 0.5 * gain, rtol=1e-9, atol=1e-12)


def test_rights_are_sold_used_held_and_slept_through(worlds: dict[str, World]) -> None:
    warrant, swap = worlds["warrant"].firms, worlds["swap"].firms
    assert np.count_nonzero(warrant.cum_right_sale) > 10
    assert np.count_nonzero(warrant.buyer_proceeds) > 0
    # Whoever paid for shares of a firm that is still there owns them.
    there = warrant.status < LISTED
    assert np.all((warrant.buyers > 0.0)[there] == (warrant.cum_buyer_amount > 0.0)[there])
    assert swap.exercised.sum() > 0
    assert swap.waived.sum() > 0
    assert swap.cum_holder.sum() > 0.0
    assert paid(worlds["swap"], ledger.HOLDING, HOLDERS, ledger.FUNDING) > 0.0
    assert np.all(swap.founders[swap.status < DEPARTED] > 0.0)


@pytest.mark.parametrize("name", ["fair stake", "fair demand"])
def test_every_swap_is_signed_at_parity_within_what_is_written(
    worlds: dict[str, World], name: str
) -> None:
    w = worlds[name]
    clause = w.menu[0].arrangement.upside
    c = w.book.rows[w.book.rows["right"] == SWAP]
    # A stake of nine tenths may be struck above its trigger, where parity is not exact.
    c = c[c["exercise_amount"] < c["stake"] * c["trigger"]]
    counted = clause.lender_gain_share * (1.0 - clause.unbookable_share)
    written = np.minimum(clause.coverage * c["limit"] / c["value"], MOST_STAKE)
    given, got = counted * c["granted_worth"], c["demanded_worth"]
    cut = (c["stake"] < written * (1.0 - 1e-9)) | (c["demanded_share"] < 1.0)
    assert np.count_nonzero(cut) > 20
    assert np.allclose(given[cut], got[cut], rtol=1e-6)
    assert np.all(c["stake"] <= written * (1.0 + 1e-9))
    # What is written is not enough: the stake or the wallet is spent.
    short = got if name == "fair demand" else given
    rest = given if name == "fair demand" else got
    assert np.all(short[~cut] <= rest[~cut] * (1.0 + 1e-6))
