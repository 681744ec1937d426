"""What is owed, lost and earned on the instruments beside the line, from numbers set by hand."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.engine.history import SYSTEM_COLUMNS, History, Page
from sim.engine.instruments import CREDITORS
from sim.engine.ledger import (
    ACQUIRERS,
    BANK_FUNDS,
    CHARGES,
    FIRMS,
    FUND_EXITS,
    FUND_SHARES,
    PARTIES,
)
from sim.model.firms.debts import BOND, DEBTS, LEASE, TRUST
from sim.model.firms.record import ALIVE, FAILED_CASH, FIRM
from sim.outcomes.instruments import (
    bank_fund_result,
    loss_beside,
    outstanding,
    result_beside,
    risk_sharing_tool_cost,
)


def page(date: float, charged: float, bought: float, sold: float) -> Page:
    """A page on which each creditor has been paid so much, and the fund has bought and sold."""
    size = len(PARTIES)
    paid = {one.name: np.zeros((size, size)) for one in (CHARGES, FUND_EXITS, FUND_SHARES)}
    for n, other in enumerate(CREDITORS):
        paid[CHARGES.name][FIRMS, other] = charged * (n + 1)
    paid[FUND_SHARES.name][BANK_FUNDS, FIRMS] = bought
    paid[FUND_EXITS.name][ACQUIRERS, BANK_FUNDS] = sold
    none: Any = np.zeros(0)
    return Page(date, none, paid, none, none, none, none, none)


@pytest.fixture
def history() -> History:
    """Two firms: one lives and owes, one closed in the second year with 10 owed on each debt."""
    firms = FIRM.empty(2)
    firms["status"], firms["end"] = (ALIVE, FAILED_CASH), (1e300, 1.5)
    firms["owed"] = [[1.0, 2.0, 3.0], [10.0, 10.0, 10.0]]
    firms["owed_recovery"] = [[0.0] * 3, [4.0, 7.0, 1.0]]
    firms["bond_cover"] = 0.5
    dates = np.array([0.0, 1.0, 2.0])
    system = np.zeros((3, len(SYSTEM_COLUMNS)))
    system[:, SYSTEM_COLUMNS.index("leases")] = 2.0
    pages = (page(0.0, 1.0, 5.0, 0.0), page(2.0, 4.0, 8.0, 10.0), page(3.0, 9.0, 9.0, 99.0))
    return History(
        "stacked", 0, firms, None, dates, np.zeros((3, 1, 1)), system, (), (), horizon=2.0,
        end=3.0, residual=0.0, facts={"banks": ["one"]}, pages=pages,
    )  # fmt: skip


def test_losses_are_those_of_firms_that_close(history: History) -> None:
    assert [loss_beside(history, debt) for debt in range(len(DEBTS))] == [6.0, 3.0, 9.0]
    assert risk_sharing_tool_cost(history) == 3.0
    assert loss_beside(replace(history, horizon=1.0), BOND) == 0.0


def test_results_are_interest_in_the_experiment_less_what_is_borne(history: History) -> None:
    assert result_beside(history, BOND) == 3.0 - (6.0 - 3.0)
    assert result_beside(history, LEASE) == 6.0 - 3.0
    assert result_beside(history, TRUST) == 9.0 - 9.0


def test_cash_of_the_fund_is_what_it_has_sold_less_what_it_has_bought(history: History) -> None:
    assert bank_fund_result(history) == 10.0 - 3.0
    assert bank_fund_result(replace(history, pages=())) == 0.0


def test_what_is_outstanding_is_a_mean_over_the_experiment(history: History) -> None:
    assert outstanding(history, "leases") == pytest.approx(2.0)
    assert outstanding(history, "bonds") == 0.0
