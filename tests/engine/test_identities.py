"""Each identity by itself: what it compares, what it lets pass, what it says."""

import numpy as np
import pytest

from sim.base.errors import AccountingError
from sim.engine import ledger as party
from sim.engine import settlement as i
from sim.engine.ledger import BORNE
from sim.engine.settlement import Levels
from sim.engine.world import World
from sim.model.firms import flows
from sim.model.firms import flows as f
from tests.engine.hand import economy, world

WHERE = "year 1.00, plain, replication 0"


@pytest.fixture
def w() -> World:
    return world(economy(2))


def levels(held=(0.0, 0.0), **sums):
    """Levels of a settlement in which nobody lives, but for the given sums."""
    found = np.zeros(len(flows.SUMS))
    for name, value in sums.items():
        found[flows.SUMS.index(name)] = value
    nobody = np.zeros(0)
    return Levels(nobody, np.zeros(0, np.uint8), np.array(held), np.zeros(2), found)


def broken(check, *given):
    with pytest.raises(AccountingError) as caught:
        check(*given)
    assert WHERE in str(caught.value)
    return str(caught.value)


def test_an_empty_world_closes(w):
    i.check_identities(w, 1.0, levels())
    assert w.ledger.residual == 0.0


def test_firms_hold_what_they_received_less_what_they_paid(w):
    w.ledger.post("sales", party.CUSTOMERS, party.FIRMS, 10.0)
    w.ledger.post("outlays", party.FIRMS, party.SUPPLIERS, 4.0)
    w.posted[:, f.CASH] = [1.0, 2.0, 3.0]
    i.firms_close(w, WHERE)
    w.posted[1, f.CASH] = 2.5
    assert "firms' cash against the ledger: 6.5 against 6" in broken(i.firms_close, w, WHERE)


@pytest.mark.parametrize(("bank", "name"), [(0, "a"), (1, "b")])
def test_loans_of_each_bank_are_the_balances_of_its_clients(w, bank, name):
    w.banks.loans[:] = 7.0, 5.0
    i.loans_close(w, WHERE, levels((7.0, 5.0)))
    w.banks.loans[bank] += 0.5
    assert f"loans of {name}" in broken(i.loans_close, w, WHERE, levels((7.0, 5.0)))


def test_loans_in_default_are_those_owed_and_not_resolved(w):
    w.posted[:, f.OWED], w.posted[:, f.RESOLVED] = [4.0, 3.0, 0.0], [4.0, 0.0, 0.0]
    w.banks.npl[:] = 2.0, 1.0
    i.loans_close(w, WHERE, levels())
    w.banks.npl[0] = 2.1
    assert "loans in default: 3.1 against 3" in broken(i.loans_close, w, WHERE, levels())


def defaults(w: World) -> None:
    """Two firms lost five millions, of which the guarantor pays two and has paid one."""
    w.firms.owed, w.firms.recovery = [4.0, 3.0, 0.0], [1.0, 1.0, 0.0]
    w.lender[:, :2], w.share[:, :2] = [0, 1], [0.75, 0.25]
    w.posted[:, f.COVERED], w.posted[:, f.GUARANTEED] = [1.0, 1.0, 0.0], [1.0, 0.0, 0.0]
    w.banks.lost[:], w.banks.covered[:] = [2.25, 0.75], [1.5, 0.5]
    w.ledger.post(BORNE.name, party.GUARANTORS, party.BANKS, 1.0)


def test_what_is_lost_is_borne_by_banks_and_by_others(w):
    defaults(w)
    i.losses_close(w, WHERE)


@pytest.mark.parametrize("who", ["lost", "covered"])
@pytest.mark.parametrize(("bank", "name"), [(0, "a"), (1, "b")])
def test_a_loss_that_nobody_bears_is_found_at_its_bank(w, who, bank, name):
    defaults(w)
    getattr(w.banks, who)[bank] -= 0.25
    assert f"losses on loans of {name}" in broken(i.losses_close, w, WHERE)


def test_a_loss_that_others_have_not_paid_is_found_in_the_total(w):
    defaults(w)
    w.ledger.post(BORNE.name, party.BANKS, party.GUARANTORS, 0.5)
    words = broken(i.losses_close, w, WHERE)
    assert "losses of lenders and others: 4.5 against 5, off by 0.5 CNY million" in words


@pytest.mark.parametrize("item", ["loans", "npl", "allowance", "funding", "equity"])
def test_assets_of_each_bank_are_its_funding_and_its_capital(w, item):
    b = w.banks
    b.loans[1], b.npl[1], b.allowance[1] = 8.0, 2.0, 1.0
    b.funding[1], b.equity[1] = 6.0, 3.0
    # Each desk begins with three millions of capital that it lends to the market.
    w.ledger.post("credit drawn", party.BANKS, party.FIRMS, 9.0)
    i.banks_close(w, WHERE)
    getattr(b, item)[1] += 0.25
    assert "balance sheet of b" in broken(i.banks_close, w, WHERE)


def test_all_cash_of_banks_has_a_counterpart(w):
    # Both sides of a bank's balance sheet grow, and nobody has been paid.
    w.banks.loans[0] += 1.0
    w.banks.funding[0] += 1.0
    assert "banks' funding against the ledger: -5 against -6" in broken(i.banks_close, w, WHERE)


@pytest.mark.parametrize(
    ("sums", "words"),
    [
        ({"worst_ownership": 1e-6}, "cap table of the worst firm"),
        ({"worst_lender_share": 1e-6}, "shares of the lenders of the worst contract"),
        ({"exit_value": 42.0, "exit_claims": 41.0}, "claims on exit values: 41 against 42"),
    ],
)
def test_what_belongs_to_somebody_is_shared_out_in_full(w, sums, words):
    assert words in broken(i.ownership_closes, w, WHERE, levels(**sums))


def test_rounding_errors_pass_and_are_remembered(w):
    i.ownership_closes(w, WHERE, levels(worst_ownership=2e-13, exit_value=42.0, exit_claims=42.0))
    assert w.ledger.residual == pytest.approx(2e-13, rel=0.01)


def test_whoever_entered_lives_or_has_ended(w):
    counts = {"entered": 10.0, "ended": 4.0, "count_0": 1.0, "count_1": 2.0, "count_3": 3.0}
    i.counts_close(w, WHERE, levels(**counts))
    words = broken(i.counts_close, w, WHERE, levels(**(counts | {"ended": 3.0})))
    assert "firms that entered: 10 against 9" in words
