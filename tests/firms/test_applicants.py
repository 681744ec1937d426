"""What a credit committee reads of the firms that ask."""

import numpy as np
import pytest

from sim.model.firms.applicants import AMOUNTS, CODES, Applicants, applicants, read_applicants
from sim.model.firms.relationship import business
from tests.model.firms.hand import rules, three


def asked(firms, who, date):
    return applicants(read_applicants, firms, [rules()], np.array(who, dtype=np.int64), date)


def marked():
    """Three firms in which every column has a value of its own."""
    firms = three(now=1.0)
    for n, name in enumerate((*CODES, *AMOUNTS)):
        if name not in {"firm", "business", "contract", "sector"}:
            firms[name] = np.array([1, 2, 3]) * (n if name in AMOUNTS else 1)
    firms.sector, firms.flow, firms.contract = 0, 0.0, [4, 5, 6]
    return firms


@pytest.mark.parametrize(
    "name", [name for name in (*CODES, *AMOUNTS) if name not in {"business", "flow", "sector"}]
)
def test_each_column_is_read_from_the_field_of_its_name(name):
    firms = marked()
    found = getattr(asked(firms, [2, 0], 1.0), name)
    assert found.tolist() == firms[name][[2, 0]].tolist()
    assert len(set(found.tolist())) == 2


@pytest.mark.parametrize(("date", "cash"), [(1.0, 6.0), (2.0, 3.0), (4.0, -3.0)])
def test_cash_and_business_are_of_the_committees_date(date, cash):
    firms = three(now=1.0, cash=6.0, flow=-3.0, sales=10.0, capture=0.1)
    a = asked(firms, [1], date)
    assert a.cash.tolist() == [cash]
    firms[1].cash = cash
    assert a.business[0] == pytest.approx(business(firms[1], rules()))


def test_reading_changes_no_firm():
    firms = marked()
    before = firms.tobytes()
    asked(firms, [0, 1, 2], 3.0)
    assert firms.tobytes() == before


def test_a_choice_of_applicants_keeps_their_columns_together():
    a = asked(marked(), [0, 1, 2], 1.0)
    few = a.take(np.array([2, 0]))
    assert isinstance(few, Applicants)
    assert few.shape == (2,)
    for name in (*CODES, *AMOUNTS):
        assert getattr(few, name).tolist() == getattr(a, name)[[2, 0]].tolist()


def test_nobody_may_ask():
    a = asked(three(), [], 1.0)
    assert a.shape == (0,)
    assert a.cash.dtype == float
