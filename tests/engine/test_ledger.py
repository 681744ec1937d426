"""The ledger: who paid whom, and when two tellings of it part."""

import numpy as np
import pytest

from sim.base.errors import AccountingError
from sim.engine.ledger import (
    BANKS,
    CAPITAL,
    CUSTOMERS,
    FIRMS,
    INTEREST,
    OUTLAYS,
    PARENTS,
    PARTIES,
    SALES,
    SUPPLIERS,
    Ledger,
)
from tests.engine.hand import pay


def quarter():
    """Three payments: customers pay firms, firms pay suppliers and banks."""
    ledger = Ledger()
    pay(ledger, SALES, CUSTOMERS, FIRMS, 100.0)
    pay(ledger, OUTLAYS, FIRMS, SUPPLIERS, 70.0)
    pay(ledger, INTEREST, FIRMS, BANKS, 5.0)
    return ledger


def check(ledger, left, right, scale):
    """Hold two sides of one identity against each other."""
    ledger.hold(["loans of a bank"], np.array([[left, right, scale]]), WHERE)


WHERE = "year 3.25, plain, replication 7"


@pytest.mark.parametrize(
    ("party", "net", "turnover"),
    [
        (FIRMS, 25.0, 175.0), (CUSTOMERS, -100.0, 100.0), (SUPPLIERS, 70.0, 70.0),
        (BANKS, 5.0, 5.0), (PARENTS, 0.0, 0.0),
    ],
)  # fmt: skip
def test_what_a_party_received_and_turned_over(party, net, turnover):
    assert quarter().parties[party].received == net
    assert quarter().parties[party].turned == turnover


def test_codes_of_parties_follow_their_names():
    assert (PARTIES[FIRMS], PARTIES[BANKS], PARTIES[SUPPLIERS]) == ("firms", "banks", "suppliers")
    assert len(set(PARTIES)) == len(PARTIES)


def test_postings_on_one_account_add_up():
    ledger = quarter()
    pay(ledger, INTEREST, FIRMS, BANKS, 2.0)
    assert ledger.flows["interest"][FIRMS, BANKS] == 7.0
    assert ledger.parties[BANKS].received == 7.0


def test_a_negative_payment_goes_the_other_way_and_still_turns_over():
    ledger = Ledger()
    pay(ledger, CAPITAL, PARENTS, BANKS, -3.0)
    assert ledger.parties.received[[PARENTS, BANKS]].tolist() == [3.0, -3.0]
    assert ledger.parties.turned[[PARENTS, BANKS]].tolist() == [3.0, 3.0]


def test_a_copy_goes_its_own_way():
    ledger = quarter()
    other = ledger.copy()
    pay(other, INTEREST, FIRMS, BANKS, 2.0)
    check(other, 1.0, 1.0, 1.0)
    for one, receipts, checks in ((ledger, 5.0, 0), (other, 7.0, 1)):
        assert one.flows["interest"][FIRMS, BANKS] == one.parties[BANKS].received == receipts
        assert one.checks == checks


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
    check(ledger, left, right, scale)
    check(ledger, 1.0, 1.0, 1.0)
    assert ledger.residual == pytest.approx(residual, abs=1e-16)
    assert ledger.checks == 2


@pytest.mark.parametrize(("right", "scale"), [(5.1, 100.0), (5.0 + 1e-8, 1.0), (5.0 + 1e-8, 0.0)])
def test_a_break_stops_the_run_and_says_where_and_by_how_much(right, scale):
    ledger = Ledger()
    with pytest.raises(AccountingError) as caught:
        check(ledger, 5.0, right, scale)
    words = str(caught.value)
    assert WHERE in words
    assert "loans of a bank" in words
    assert "CNY million" in words


def test_of_several_identities_the_first_that_breaks_is_named():
    ledger = Ledger()
    sides = np.array([[1.0, 1.0, 1.0], [2.0, 3.0, 4.0], [0.0, 9.0, 1.0]])
    with pytest.raises(AccountingError, match="two: 2 against 3, off by 1 CNY million"):
        ledger.hold(["one", "two", "three"], sides, "year 1")
    assert (ledger.residual, ledger.checks) == (9.0, 3)
