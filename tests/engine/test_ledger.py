"""The ledger: who paid whom, and when two tellings of it part."""

import pytest

from sim.base.errors import AccountingError
from sim.engine.ledger import BANKS, CUSTOMERS, FIRMS, PARENTS, PARTIES, SUPPLIERS, Ledger


def quarter():
    """Three payments: customers pay firms, firms pay suppliers and banks."""
    ledger = Ledger()
    ledger.post("sales", CUSTOMERS, FIRMS, 100.0)
    ledger.post("outlays", FIRMS, SUPPLIERS, 70.0)
    ledger.post("interest", FIRMS, BANKS, 5.0)
    return ledger


@pytest.mark.parametrize(
    ("party", "net", "turnover"),
    [
        (FIRMS, 25.0, 175.0), (CUSTOMERS, -100.0, 100.0), (SUPPLIERS, 70.0, 70.0),
        (BANKS, 5.0, 5.0), (PARENTS, 0.0, 0.0),
    ],
)  # fmt: skip
def test_what_a_party_received_and_turned_over(party, net, turnover):
    assert quarter().received(party) == net
    assert quarter().turnover(party) == turnover


def test_codes_of_parties_follow_their_names():
    assert (PARTIES[FIRMS], PARTIES[BANKS], PARTIES[SUPPLIERS]) == ("firms", "banks", "suppliers")
    assert len(set(PARTIES)) == len(PARTIES)


def test_postings_on_one_account_add_up():
    ledger = quarter()
    ledger.post("interest", FIRMS, BANKS, 2.0)
    assert ledger.flows["interest"][FIRMS, BANKS] == 7.0
    assert ledger.received(BANKS) == 7.0


def test_a_negative_payment_goes_the_other_way_and_still_turns_over():
    ledger = Ledger()
    ledger.post("capital", PARENTS, BANKS, -3.0)
    assert (ledger.received(PARENTS), ledger.received(BANKS)) == (3.0, -3.0)
    assert ledger.turnover(BANKS) == 3.0


def test_a_copy_goes_its_own_way():
    ledger = quarter()
    other = ledger.copy()
    other.post("interest", FIRMS, BANKS, 2.0)
    other.check("loans", 1.0, 1.0, 1.0, "year 1")
    assert (ledger.received(BANKS), ledger.checks) == (5.0, 0)
    assert (other.received(BANKS), other.checks) == (7.0, 1)


@pytest.mark.parametrize(
    ("left", "right", "scale", "residual"),
    [
        (5.0, 5.0, 100.0, 0.0),
        (5.0, 5.0 + 1e-8, 1000.0, 1e-11),
        (5.0, 5.0 + 1e-10, 0.0, 1e-10),  # small accounts are held to one million
        (5.0, 5.0 - 1e-8, -1000.0, 1e-11),
    ],
)
def test_a_small_gap_is_remembered(left, right, scale, residual):
    ledger = Ledger()
    ledger.check("loans", left, right, scale, "year 1")
    ledger.check("loans", 1.0, 1.0, 1.0, "year 1")
    assert ledger.residual == pytest.approx(residual, abs=1e-16)
    assert ledger.checks == 2


@pytest.mark.parametrize(("right", "scale"), [(5.1, 100.0), (5.0 + 1e-8, 1.0), (5.0 + 1e-8, 0.0)])
def test_a_break_stops_the_run_and_says_where_and_by_how_much(right, scale):
    ledger = Ledger()
    with pytest.raises(AccountingError) as caught:
        ledger.check("loans of a bank", 5.0, right, scale, "year 3.25, plain, replication 7")
    words = str(caught.value)
    assert "year 3.25, plain, replication 7" in words
    assert "loans of a bank" in words
    assert "CNY million" in words
