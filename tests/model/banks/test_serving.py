"""Where everybody is served no registered firm is refused; whoever has an offer keeps it."""

from typing import Any

import numpy as np
import pytest

from sim.model.banks.credit_decision import headroom
from sim.model.banks.desk import OFFER, Desk
from sim.model.banks.offer_rate import highest_rate
from sim.model.banks.tender import make_offer
from sim.model.firms.record import LARGE, NO_RIGHT
from tests.model.banks.three import applicant, banks, conditions, desk, offer, rules

UNWILLING = {"policy_subsidy_rate": -1.0}
"""Rules under which no bank lends to anybody."""


def asked(a: Any, served: bool, code: int = 0, **values: Any) -> tuple[Any, Desk]:
    """What plain lending, or with code 1 a line on cash flow, gives an applicant."""
    special = conditions(limit={"kind": "cash_flow", "sales_share": 0.5, "round_share": 0.1})
    terms = np.array([conditions(), special]).view(np.recarray)
    o, u = offer(), rules(everybody_served=served, **values)
    d = desk(terms=terms, rules=[u], banks=banks())
    make_offer(o, a, code, d)
    return o, d


def test_whom_every_bank_refuses_its_own_bank_serves_at_the_cap() -> None:
    a = applicant(1)
    assert asked(a, served=False, **UNWILLING)[0].made == 0
    o, _ = asked(a, served=True, **UNWILLING)
    assert (o.made, o.lenders, o.lender[0], o.moves) == (1, 1, a.home, 0)
    assert o.rate == highest_rate(a, rules())
    # What South lends to one firm at that stage at most: the size is as otherwise.
    assert o.line == pytest.approx(4.0)
    assert o.shortfall[0] > 0.0
    assert o.surplus[0] == pytest.approx(-o.shortfall[0])
    assert o.right == NO_RIGHT


@pytest.mark.parametrize(
    ("state", "values"),
    [
        ({"tangible": 0.0}, {}),  # less than the smallest line
        ({"runway": 0.1}, {"least_runway": 1.0}),
        ({"quality": -9.0}, {"quality_slope": 0.8}),
    ],
)
def test_no_other_reason_of_credit_keeps_a_firm_without(
    state: dict[str, float], values: dict[str, float]
) -> None:
    a = applicant(0, **state)
    assert asked(a, served=False, **values)[0].made == 0
    o, _ = asked(a, served=True, **values)
    assert o.made == 1
    assert o.line >= rules().least_line


def test_large_firms_and_programmes_are_as_otherwise() -> None:
    assert asked(applicant(1, stratum=LARGE), served=True, **UNWILLING)[0].made == 0
    assert asked(applicant(1), served=True, code=1, **UNWILLING)[0].made == 0


@pytest.mark.parametrize("firm", [0, 1, 2])
def test_an_offer_that_is_made_stays_the_same_to_the_last_bit(firm: int) -> None:
    one, other = (asked(applicant(firm), served)[0] for served in (False, True))
    assert one.made == 1
    changed = [c.name for c in OFFER.columns if not np.array_equal(one[c.name], other[c.name])]
    assert changed == []


def test_capital_rations_nobody_where_everybody_is_served() -> None:
    for served, room in ((False, [-1.0, -1.0]), (True, [np.inf, np.inf])):
        d = desk(2, rules=[rules(everybody_served=served)])
        d.books.risk_assets = 1.0
        out = np.zeros(2)
        headroom(d, out)
        assert out.tolist() == room
